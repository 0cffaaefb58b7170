"""Curves by hand, and pictures that are there."""

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from models.explain import shap_contributions
from models.plots import POINTS, gains_curve, write_beeswarm, write_plots


def test_gains_of_calling_the_highest_first_by_hand():
    curve = gains_curve(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.5, 0.5, 0.1]))

    assert curve["called"].tolist() == [0.25, 0.75, 1.0]  # a tie is called together
    assert curve["recall"].tolist() == [0.5, 1.0, 1.0]
    assert curve["precision"].round(4).tolist() == [1.0, 0.6667, 0.5]


def test_a_long_curve_is_thinned_but_keeps_both_ends():
    random = np.random.default_rng(0)
    curve = gains_curve((random.random(5000) < 0.1).astype(float), random.random(5000))

    assert len(curve) <= POINTS
    assert curve["called"].iloc[[0, -1]].tolist() == [0.0002, 1.0]


def test_the_dots_of_the_beeswarm_lie_where_they_lay_and_nobody_elses_dice_are_touched(rows, origin, model, tmp_path):
    test = rows[origin.test]
    drawn = []
    analysts, _ = plt.subplots(figsize=(3, 2))  # somebody's picture, still open
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002 - the generator that shap uses
        write_beeswarm(tmp_path / "features.png", model, test, shap_contributions(model, test))
        assert np.random.random_sample() == np.random.RandomState(seed).random_sample()  # noqa: NPY002
        drawn.append((tmp_path / "features.png").read_bytes())

    assert drawn[0] == drawn[1]
    assert not analysts.axes[0].collections
    assert plt.fignum_exists(analysts.number)
    plt.close(analysts)


def test_a_feature_that_no_row_has_is_drawn_without_a_warning(rows, origin, model, tmp_path):
    """A warning is an error in these tests; shap's percentiles of nothing would give one."""
    test = rows[origin.test].assign(**dict.fromkeys(model.features[:3], np.nan))
    contributions = shap_contributions(model, test)
    first = replace(contributions, shap_values=contributions.shap_values + (np.arange(len(model.features)) < 3))
    write_beeswarm(tmp_path / "features.png", model, test, first)
    assert (tmp_path / "features.png").read_bytes().startswith(b"\x89PNG")


def test_every_plot_is_written_as_numbers_and_as_a_picture(rows, origin, model, tmp_path):
    test = rows[origin.test]
    risk = model.risk(test)

    write_plots(
        tmp_path,
        test["left"].to_numpy(),
        {"this model": risk, "days": test["days_since_order"].to_numpy()},
        risk,
        {"A": 0.7, "B": 0.3},
    )
    write_beeswarm(tmp_path / "features.png", model, test, shap_contributions(model, test))

    for name in ("precision_recall", "gains", "calibration", "reasons"):
        assert len(pd.read_csv(tmp_path / f"{name}.csv")) >= 2
    for name in ("precision_recall", "gains", "calibration", "reasons", "features"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert pd.read_csv(tmp_path / "gains.csv")["score"].unique().tolist() == ["this model", "days"]
