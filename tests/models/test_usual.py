"""What is usual is so today, and not in the years that a model learned from."""

import numpy as np
import pandas as pd
import pytest

from models.numbers import NumbersInFrame
from models.rule import Rule
from models.usual import LEAST, newest, with_usual
from tests.models.conftest import DIRECTIONS


def days(*accounts: int) -> pd.Series:
    """As_ofs, oldest first, with so many accounts each."""
    return pd.Series(pd.date_range("2026-01-01", periods=len(accounts), freq="30D").repeat(accounts))


@pytest.mark.parametrize(
    ("accounts", "rows"),
    [
        ((500, 400, LEAST), LEAST),
        ((500, 400, LEAST - 1), LEAST - 1 + 400),
        ((500, 40, 30), 570),
        ((3, 2, 1), 6),  # there are no more
    ],
)
def test_as_many_of_the_newest_days_count_as_it_takes(accounts, rows):
    as_of = days(*accounts)

    assert newest(as_of).sum() == rows
    assert newest(as_of[::-1])[::-1].tolist() == newest(as_of).tolist()


def grown(rows: pd.DataFrame) -> pd.DataFrame:
    """The same, where on the newest day everybody is spoken with ten times as often."""
    last = (rows["as_of"] == rows["as_of"].max()).to_numpy()
    often = rows["conversations_30d"].where(~last, 10 * rows["conversations_30d"] + 10)
    return rows.assign(conversations_30d=often)


def test_of_a_model_what_is_usual_is_that_of_the_rows_given(rows, model):
    more = grown(rows)
    today = newest(more["as_of"])

    usual = with_usual(model, NumbersInFrame(more, today)).profiles

    assert usual["conversations_30d"].median == more.loc[today, "conversations_30d"].median()
    assert usual["conversations_30d"].median > model.profiles["conversations_30d"].median


def test_of_a_rule_it_is_that_of_the_newest_rows_whose_outcome_nobody_knows_yet(rows):
    more = grown(rows)
    today = newest(more["as_of"])
    left = np.where(today, np.nan, rows["left"].to_numpy(np.float64, na_value=np.nan))

    rule = Rule.fit("own_cycle", more, left, np.where(today, np.nan, 0.0), list(DIRECTIONS), "")

    assert rule.profiles["conversations_30d"].median == more.loc[today, "conversations_30d"].median()
    assert rule.last_as_of < str(more["as_of"].max().date())
