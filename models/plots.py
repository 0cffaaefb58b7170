"""Plots: what the model is worth, drawn; the numbers as CSV for DVC and as pictures for the model card."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.churn import Churn
from models.explain import Contributions
from models.metrics import Floats, calibration_bins

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, GRID = "#1f2a37", "#8a94a3", "#e5e8ec"
OWN, SPREAD = "#0b6e99", "#b7d3df"
RIVALS = ("#c4673f", "#8a76b0", "#9aa3ad", "#5c9a74", "#d0a11f")
DASHES = ("--", ":", "-.", "--", (0, (5, 1)))
DIGITS = 6  # of a number in a CSV: more than can be drawn, and fewer than those in which sums differ
POINTS = 200  # a curve needs no more to look smooth
BEESWARM_ROWS = 1500
BEESWARM_FEATURES = 15


def write_plots(
    folder: Path,
    left: Floats,
    scores: Mapping[str, Floats],
    risk: Floats,
    reasons: Mapping[str, float],
) -> None:
    """Writes precision_recall, gains, calibration and reasons into a folder, as .csv and as .png.

    left: 0 or 1 by row. scores: {name as people read it: score}; the first is the model's, the others its rivals'.
    risk: the model's calibrated risks. reasons: {title: share of what moves the scores}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    curves = {name: gains_curve(left, score) for name, score in scores.items()}
    table = pd.concat([curve.assign(score=name) for name, curve in curves.items()], ignore_index=True)
    table[["score", "recall", "precision"]].to_csv(folder / "precision_recall.csv", index=False)
    table[["score", "called", "recall"]].to_csv(folder / "gains.csv", index=False)
    bins = calibration_bins(left, risk).round(DIGITS)
    bins.to_csv(folder / "calibration.csv", index=False)
    shares = pd.DataFrame({"reason": list(reasons), "share": list(reasons.values())})
    shares = shares.sort_values("share", ascending=False, kind="stable", ignore_index=True)
    shares.to_csv(folder / "reasons.csv", index=False)
    _save(_precision_recall(curves, float(left.mean())), folder / "precision_recall.png")
    _save(_gains(curves), folder / "gains.png")
    _save(_calibration(bins), folder / "calibration.png")
    _save(_reasons(shares), folder / "reasons.png")


def gains_curve(left: Floats, score: Floats) -> pd.DataFrame:
    """Cumulative gains of calling the highest scores first: called (share of accounts), recall, precision.

    One row for each number of accounts called at which a group of ties ends, thinned to at most `POINTS`.
    """
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
    gone = left[order].cumsum()[ends]
    called = ends + 1.0
    curve = pd.DataFrame(
        {"called": called / len(left), "recall": gone / max(left.sum(), 1.0), "precision": gone / called}
    )
    if len(curve) > POINTS:
        # Closer together among the first called, where curves differ.
        curve = curve.iloc[np.unique((np.linspace(0, 1, POINTS) ** 2 * (len(curve) - 1)).round().astype(int))]
    return curve.round(DIGITS).reset_index(drop=True)


def write_beeswarm(path: Path, model: Churn, rows: pd.DataFrame, contributions: Contributions) -> None:
    """Draws how the features that matter most move the risk of a sample of rows (`shap`'s beeswarm)."""
    import matplotlib as mpl

    mpl.use("Agg")
    import shap
    from matplotlib import pyplot as plt

    sample = np.linspace(0, len(rows) - 1, min(len(rows), BEESWARM_ROWS)).round().astype(int)
    explanation = shap.Explanation(
        contributions.shap_values[sample],
        base_values=np.full(len(sample), contributions.base_value),
        data=_never_all_missing(model.matrix(rows.iloc[sample])),
        feature_names=[name.replace("_", " ") for name in model.features],
    )
    figure, axes = plt.subplots(figsize=(9, 6.5))  # of its own: shap would draw into whatever figure is open
    with _seeded():
        shap.plots.beeswarm(explanation, max_display=BEESWARM_FEATURES, show=False, ax=axes, plot_size=None)
    axes.set_title("What moves the risk: every dot is an account", loc="left", fontsize=13, color=INK, pad=12)
    axes.set_xlabel("moves the log-odds of leaving down or up", fontsize=10, color=INK)
    axes.tick_params(labelsize=9)
    figure.savefig(path, dpi=130, bbox_inches="tight", facecolor="white")
    plt.close(figure)


def _never_all_missing(numbers: Floats) -> Floats:
    """The numbers by which dots are coloured; a feature that none of the rows has is drawn in one colour, as `shap`
    takes percentiles of each.
    """
    return np.where(np.isnan(numbers).all(axis=0), 0.0, numbers)


@contextmanager
def _seeded() -> Iterator[None]:
    """NumPy's global generator in a known state, for as long as `shap` scatters its dots by it."""
    state = np.random.get_state()  # noqa: NPY002 - shap knows no other
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _figure(title: str, x: str, y: str) -> "tuple[Figure, Axes]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=13, color=INK, pad=10)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.grid(color=GRID)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRID)
    axes.tick_params(colors=INK, length=0)
    return figure, axes


def _save(figure: "Figure", path: Path) -> None:
    figure.savefig(path, dpi=130, facecolor="white")


def _lines(axes: "Axes", curves: Mapping[str, pd.DataFrame], x: str, y: str) -> None:
    for place, (name, curve) in enumerate(curves.items()):
        is_model = place == 0
        axes.plot(
            curve[x],
            curve[y],
            label=name,
            color=OWN if is_model else RIVALS[(place - 1) % len(RIVALS)],
            linestyle="-" if is_model else DASHES[(place - 1) % len(DASHES)],
            linewidth=2.4 if is_model else 1.4,
            zorder=3 if is_model else 2,
        )
    axes.legend(frameon=False, labelcolor=INK)


def _percent(axes: "Axes", *which: str) -> None:
    from matplotlib.ticker import PercentFormatter

    for name in which:
        getattr(axes, name).set_major_formatter(PercentFormatter(1.0, decimals=0))


def _precision_recall(curves: Mapping[str, pd.DataFrame], base_rate: float) -> "Figure":
    figure, axes = _figure(
        "Of those we call, how many would have left?", "share of leavers caught", "share of the called who left"
    )
    axes.axhline(base_rate, color=QUIET, linewidth=1)
    axes.annotate("calling at random", (0, base_rate), ha="left", va="bottom", fontsize=9, color=QUIET)
    _lines(axes, curves, "recall", "precision")
    _percent(axes, "xaxis", "yaxis")
    axes.set_ylim(0, 1.02)
    return figure


def _gains(curves: Mapping[str, pd.DataFrame]) -> "Figure":
    figure, axes = _figure("How many calls to catch how many leavers?", "share of accounts called", "leavers caught")
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1)
    axes.annotate("calling at random", (0.62, 0.6), fontsize=9, color=QUIET, ha="left", va="top")
    _lines(axes, {name: _from_nothing(curve) for name, curve in curves.items()}, "called", "recall")
    _percent(axes, "xaxis", "yaxis")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    return figure


def _from_nothing(curve: pd.DataFrame) -> pd.DataFrame:
    start = pd.DataFrame({"called": [0.0], "recall": [0.0], "precision": [curve["precision"].iloc[0]]})
    return pd.concat([start, curve], ignore_index=True)


def _calibration(bins: pd.DataFrame) -> "Figure":
    figure, axes = _figure(
        "Do as many leave as we say? Each dot is a tenth of the accounts", "predicted risk", "share that left"
    )
    # Most risks are small: on axes of square roots they do not lie on top of one another.
    for which in (axes.set_xscale, axes.set_yscale):
        which("function", functions=(lambda share: np.sqrt(np.maximum(share, 0)), np.square))
    chance = 2 * np.sqrt(bins["predicted"] * (1 - bins["predicted"]) / bins["n"])
    top = min(1.0, float((bins[["predicted", "observed"]].max(axis=1) + chance).max()) * 1.05)
    line = np.linspace(0, top, 2)
    axes.plot(line, line, color=QUIET, linewidth=1)
    below = np.minimum(chance, bins["observed"])
    axes.errorbar(bins["predicted"], bins["observed"], [below, chance], fmt="none", ecolor=SPREAD, elinewidth=3)
    axes.plot(bins["predicted"], bins["observed"], "o", color=OWN, markersize=7)
    axes.annotate(
        "bars: what chance alone may move a dot by",
        (0.98, 0.03),
        xycoords="axes fraction",
        ha="right",
        fontsize=9,
        color=QUIET,
    )
    ticks = [tick for tick in (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1) if tick <= top]
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    _percent(axes, "xaxis", "yaxis")
    axes.set_xlim(0, top)
    axes.set_ylim(0, top)
    return figure


def _reasons(shares: pd.DataFrame) -> "Figure":
    figure, axes = _figure("What the score goes by", "share of all that moves scores", "")
    drawn = shares.iloc[::-1]
    bars = axes.barh(drawn["reason"], drawn["share"], color=OWN, height=0.62)
    axes.bar_label(bars, [f"{share:.0%}" for share in drawn["share"]], padding=4, color=INK, fontsize=9)
    axes.grid(visible=False, axis="y")
    _percent(axes, "xaxis")
    return figure
