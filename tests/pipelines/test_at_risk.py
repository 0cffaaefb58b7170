"""At risk: every account of a day is watched or has a cause, and nobody else is there."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features.tables import TABLES
from pipelines.at_risk import features_at
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings
from tests.features.worked import as_arrow, table

LATER = {
    "orders": """
        account  ordered_at  amount
        ordered  2024-05-01  10
    """,
    "accounts": """
        account  opened_on
        ordered  2024-07-02
        before   2024-06-30
        on_it    2024-07-01
        after    2024-07-02
        asked    -
        asks     -
        undated  -
    """,
    "contacts": """
        account  contacted_at      channel
        asked    2024-06-30T23:59  call
        asks     2024-07-01T00:00  call
        on_it    2024-06-01        call
    """,
}


def home_of(folder: Path, tables: dict[str, str]) -> Home:
    home = Home(folder)
    home.tables.mkdir()
    for name, text in tables.items():
        pq.write_table(as_arrow(table(text), TABLES[name]), home.tables / f"{name}.parquet")
    Manifest(
        source="small",
        as_of=date(2024, 7, 3),
        currency="GBP",
        time_zone="UTC",
        settings_override={},
        tables={},
        missing=[],
        data_version="0",
    ).write(home.manifest)
    return home


def listed(home: Home, as_of: date) -> set[str]:
    at_risk, others = features_at(Settings(), home, as_of)
    assert others.index.tolist() == list(range(len(others)))
    return {*at_risk["account_id"], *others["account_id"]}


def test_who_came_only_later_is_not_listed_on_an_earlier_day(tmp_path: Path) -> None:
    home = home_of(tmp_path, LATER)
    assert listed(home, date(2024, 7, 1)) == {"ordered", "before", "asked", "undated"}
    assert listed(home, date(2024, 7, 2)) == {"ordered", "before", "asked", "undated", "on_it", "asks"}
    assert listed(home, date(2024, 7, 3)) == {"ordered", "before", "asked", "undated", "on_it", "asks", "after"}


def test_without_the_days_of_opening_the_first_row_of_any_kind_says_who_had_come(tmp_path: Path) -> None:
    accounts = "account\n" + "\n".join(["ordered", "asked", "asks", "on_it", "undated"])
    home = home_of(tmp_path, LATER | {"accounts": accounts})
    assert listed(home, date(2024, 7, 1)) == {"ordered", "asked", "on_it", "undated"}


def test_one_account_alone_has_the_same_numbers_on_every_date_as_among_all(
    scored_home: Home, small_settings: Settings
) -> None:
    dates = {"step_days": 30, "count": 12}
    as_of = Manifest.read(scored_home).as_of
    at_risk, others = features_at(small_settings, scored_home, as_of, **dates)
    one, not_watched = at_risk["account_id"].iloc[0], others["account_id"].iloc[-1]

    alone, others_alone = features_at(small_settings, scored_home, as_of, only=[one, not_watched], **dates)

    for among_all, found in ((at_risk, alone), (others, others_alone)):
        mine = among_all[among_all["account_id"].isin([one, not_watched])].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, mine, check_exact=True)
    assert alone["attention_in_book_90d"].notna().any(), "beside the other accounts of its rep"
