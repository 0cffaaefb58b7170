"""Context: what raises or lowers an account's risk in the model's eyes though nobody can act on it."""

import pandas as pd

from features.catalogue import catalogue
from features.language.tongue import later, tr
from models.explain import Contributions
from models.reasons import FAINT, LEAST_SHAP

STANDING = "standing"
WORDS = {
    "days_as_customer": later("how long they have been customers"),
    "days_since_first_contract": later("how long they have been customers"),
    "is_new": later("how long they have been customers"),
    "revenue_360d": later("their size"),
    "segment_activity": later("their segment"),
    "region_activity": later("their region"),
    "recommendations_720d": later("their recommendations"),
    "signs_of_an_end_180d": later("signs that they close, move or were bought"),
    "season_sine": later("the season"),
    "season_cosine": later("the season"),
}


def context_line(moved: Contributions) -> str:
    """What of who they are raises the risk and what lowers it, by SHAP summed over all that is called alike; '' where
    nothing of it counts for at least `FAINT`. Where nothing does for `LEAST_SHAP`, it is said to be of little weight.

    moved: of one account.
    """
    reason_of = {name: feature.reason for name, feature in catalogue().by_name.items()}
    pushes = pd.Series(moved.shap_values[0], index=list(moved.features))
    own = pushes[[name for name in moved.features if reason_of.get(name) == STANDING]]
    sums = own.groupby([WORDS[name] for name in own.index]).sum().sort_values()
    raises = ", ".join(tr(words) for words in reversed(sums[sums >= FAINT].index))
    lowers = ", ".join(tr(words) for words in sums[sums <= -FAINT].index)
    said = [
        tr("raises the risk: {what}", what=raises) if raises else "",
        tr("lowers it: {what}", what=lowers) if lowers else "",
    ]
    words = "; ".join(filter(None, said))
    if not words:
        return ""
    if sums.abs().max() < LEAST_SHAP:
        return tr("Context, nothing to act on and of little weight: {said}", said=words)
    return tr("Context, nothing to act on: {said}", said=words)
