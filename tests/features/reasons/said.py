"""Said: the sentence that a feature gives for a value."""

from features.catalogue import catalogue


def said(feature: str, value: float, **others: float) -> str | None:
    """The sentence of a feature, with the values of the other features that it names."""
    return catalogue().by_name[feature].sentence({feature: value, **others})
