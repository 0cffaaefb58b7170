"""What is usual is so today, and not in the years that a model learned from."""

import numpy as np
import pandas as pd

from models.numbers import NumbersInFrame
from models.rule import Rule
from models.usual import of_last_year, with_usual
from tests.models.conftest import DIRECTIONS


def test_the_last_year_is_twelve_as_ofs_whatever_day_it_ends_on():
    as_of = pd.Series(pd.date_range("2024-01-01", periods=20, freq="30D").repeat(3)).sample(frac=1, random_state=1)
    days = sorted(as_of.unique())

    assert sorted(as_of[of_last_year(as_of)].unique()) == days[-12:]
    assert sorted(as_of[of_last_year(as_of, days[14])].unique()) == days[3:15]
    assert sorted(as_of[of_last_year(as_of, days[4])].unique()) == days[:5], "there are no more"


def grown(rows: pd.DataFrame) -> pd.DataFrame:
    """The same, where in the last year everybody is spoken with ten times as often."""
    last = of_last_year(rows["as_of"])
    often = rows["conversations_30d"].where(~last, 10 * rows["conversations_30d"] + 10)
    return rows.assign(conversations_30d=often)


def test_of_a_model_what_is_usual_is_that_of_the_rows_given(rows, model):
    more = grown(rows)
    lately = of_last_year(more["as_of"])

    usual = with_usual(model, NumbersInFrame(more, lately)).profiles

    assert usual["conversations_30d"].median == more.loc[lately, "conversations_30d"].median()
    assert usual["conversations_30d"].median > model.profiles["conversations_30d"].median


def test_of_a_rule_it_is_that_of_the_last_year_though_nobody_knows_yet_who_leaves(rows):
    more = grown(rows)
    lately = of_last_year(more["as_of"])
    left = np.where(lately, np.nan, rows["left"].to_numpy(np.float64, na_value=np.nan))

    rule = Rule.fit("own_cycle", more, left, np.where(lately, np.nan, 0.0), list(DIRECTIONS), "")

    assert rule.profiles["conversations_30d"].median == more.loc[lately, "conversations_30d"].median()
    assert rule.last_as_of < str(more.loc[lately, "as_of"].min().date())
