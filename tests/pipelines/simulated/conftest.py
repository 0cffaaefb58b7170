"""The simulated firm of the default size, and its records; not to be written to."""

from datetime import date

import pandas as pd
import pytest

from pipelines.simulated.clock import Clock
from pipelines.simulated.records import Firm, make_firm, records

ENDS_ON = date(2026, 7, 1)


@pytest.fixture(scope="session")
def made() -> Firm:
    return make_firm(3000, Clock.of(ENDS_ON, 48), 7)


@pytest.fixture(scope="session")
def tables(made: Firm) -> dict[str, pd.DataFrame]:
    """The records by name; days are timestamps, and `account` is the number of the account (-1 for a spoilt row)."""
    found = {}
    for name, table in records(made):
        frame = table.to_pandas(date_as_object=False)
        if "account_id" in frame:
            number = pd.to_numeric(frame["account_id"].str[1:], errors="coerce")
            frame["account"] = number.where(number > 0, 0).fillna(0).astype(int) - 1
        found[name] = frame
    return found
