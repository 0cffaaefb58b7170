"""Catalogue: every reason and feature there is, found by looking into the folder of reasons."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType

import features.reasons
from features.language.declare import Feature, Reason
from features.language.sentence import asides_in, names_in


@dataclass(frozen=True)
class Catalogue:
    """Reasons by code, in the order of their modules' names, and their features."""

    reasons: dict[str, type[Reason]]

    @cached_property
    def features(self) -> list[Feature]:
        return [feature for reason in self.reasons.values() for feature in reason.features()]

    @cached_property
    def by_name(self) -> dict[str, Feature]:
        return {feature.name: feature for feature in self.features}

    def given(self, columns: Mapping[str, set[str]]) -> list[Feature]:
        """The features that can be computed from tables with these columns."""
        return [
            feature
            for feature in self.features
            if all(column in columns.get(table, ()) for table, column in feature.needs)
        ]


def reasons_in(package: ModuleType) -> dict[str, type[Reason]]:
    """The reasons that the modules of a package declare. Raises TypeError for a module with none or with several."""
    found: dict[str, type[Reason]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        declared = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Reason) and value.__module__ == module.__name__
        ]
        if len(declared) != 1:
            raise TypeError(f"{module.__name__} declares {len(declared)} reasons; a module declares one")
        found[info.name] = declared[0]
    return found


@cache
def catalogue() -> Catalogue:
    """All reasons of the project, checked: names are unique, and sentences name features that exist."""
    found = Catalogue(reasons_in(features.reasons))
    if len(found.by_name) != len(found.features):
        names = [feature.name for feature in found.features]
        raise TypeError(f"features with one name: {sorted({name for name in names if names.count(name) > 1})}")
    for feature in found.features:
        for text in filter(None, (feature.says, feature.then)):
            unknown = (names_in(text) | asides_in(text)) - {"value"} - set(found.by_name)
            if unknown:
                raise TypeError(f"'{text}' of {feature.name} names {sorted(unknown)}, which are no features")
    return found
