"""Ready: what a model of a backtest needs beside its trees to tell reasons."""

import pandas as pd

from models.churn import Churn
from models.numbers import Mask, NumbersInFrame
from models.spread import with_spreads
from models.usual import of_last_year, with_usual


def ready_to_tell(model: Churn, rows: pd.DataFrame, train: Mask, until: pd.Timestamp) -> Churn:
    """A model that learned from the rows `train`, made ready to tell reasons on the day `until`: with the spreads of
    what it learned from, and with what is usual by then.
    """
    learned, lately = (NumbersInFrame(rows, mask, model.reach) for mask in (train, of_last_year(rows["as_of"], until)))
    return with_usual(with_spreads(model, learned), lately)
