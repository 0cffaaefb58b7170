"""Context: what raises or lowers an account's risk in the model's eyes though nobody can act on it."""

import numpy as np

from features.language.tongue import later, tr
from models.explain import Contributions
from models.facts import Strings
from models.reasons import FAINT, LEAST_SHAP

WORDS = {
    "days_as_customer": later("how long they have been customers"),
    "days_since_first_contract": later("how long they have been customers"),
    "is_new": later("how long they have been customers"),
    "revenue_360d": later("their size"),
    "contract_value": later("their size"),
    "segment_activity": later("their segment"),
    "region_activity": later("their region"),
    "recommendations_720d": later("their recommendations"),
    "signs_of_an_end_180d": later("signs that they close, move or were bought"),
    "season_sine": later("the season"),
    "season_cosine": later("the season"),
}
LOWERS, LOWERS_TOO = later("the risk is lowered by {what}"), later("lowered by {what}")


def contexts(moved: Contributions) -> Strings:
    """What of who they are raises the risk and what lowers it, by row: by SHAP summed over all that is called alike.

    None where nothing of it counts for at least `FAINT`. Where nothing does for `LEAST_SHAP`, it is said to be of
    little weight.
    """
    own = {name: place for place, name in enumerate(moved.features) if name in WORDS}
    called = list(dict.fromkeys(WORDS[name] for name in own))
    if not called:
        return np.full(len(moved.shap_values), None, dtype=object)
    alike = [[place for name, place in own.items() if WORDS[name] == words] for words in called]
    sums = np.stack([moved.shap_values[:, places].sum(axis=1) for places in alike], axis=1)
    order = np.argsort(sums, axis=1, kind="stable")
    sums = np.take_along_axis(sums, order, axis=1)
    # Which words, from what lowers most to what raises most: 1, 2, ... where it raises, -1, -2, ... where it lowers.
    told = np.where(np.abs(sums) >= FAINT, np.sign(sums) * (order + 1), 0).astype(np.intp)
    has_weight = np.abs(sums).max(axis=1) >= LEAST_SHAP
    kinds, which = np.unique(np.column_stack([told, has_weight]), axis=0, return_inverse=True)
    lines = [_line([int(code) for code in kind[:-1]], called, has_weight=bool(kind[-1])) for kind in kinds]
    return np.array(lines, dtype=object)[which.ravel()]


def _line(told: list[int], called: list[str], *, has_weight: bool) -> str | None:
    raises = ", ".join(tr(called[code - 1]) for code in reversed(told) if code > 0)
    lowers = ", ".join(tr(called[-code - 1]) for code in told if code < 0)
    said = [
        tr("the risk is raised by {what}", what=raises) if raises else "",
        tr(LOWERS_TOO if raises else LOWERS, what=lowers) if lowers else "",
    ]
    words = "; ".join(filter(None, said))
    if not words:
        return None
    if has_weight:
        return tr("Context, nothing to act on: {said}", said=words)
    return tr("Context, nothing to act on and of little weight: {said}", said=words)
