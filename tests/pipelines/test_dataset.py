"""As_ofs of records that hold nobody who had gone by then are not learned from, if enough is left."""

from datetime import date, timedelta

import pandas as pd
import pytest

from models.origins import rolling_origins
from pipelines.dataset import left_out, read_outcomes
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings, Snapshots
from pipelines.snapshots import snapshots
from tests.pipelines.conftest import Firm
from tests.pipelines.intake.test_survivors import AS_OF, give, orders


@pytest.fixture
def of_active(firm: Firm) -> Firm:
    """Snapshots of records of active accounts alone."""
    give(firm, orders(of_active=True, within=300))
    firm.ingest(as_of=AS_OF)
    snapshots(Settings(snapshots=Snapshots(count=20)), firm.home)
    return firm


def known_from(firm: Firm) -> date:
    rows = read_outcomes(firm.home)
    return rows.loc[rows["left"].notna(), "as_of"].min().date()


def since(firm: Firm, day: date | None) -> None:
    Manifest.read(firm.home).model_copy(update={"gone_since": day}).write(firm.home.manifest)


def test_days_before_anybody_had_gone_are_left_out_and_named(of_active: Firm) -> None:
    day = Manifest.read(of_active.home).gone_since

    assert day == AS_OF - timedelta(days=300)
    assert known_from(of_active) == day
    assert rolling_origins(read_outcomes(of_active.home), count=None, horizon_days=90)
    assert f"rows of as_ofs before {day} are neither learned from nor tested on" in left_out(of_active.home)


def test_where_too_little_would_be_left_all_is_learned_from(of_active: Firm) -> None:
    first = AS_OF - timedelta(days=570)
    since(of_active, AS_OF - timedelta(days=120))

    assert known_from(of_active) == first
    assert left_out(of_active.home) == ""


def test_records_of_all_accounts_are_learned_from_as_they_are(of_active: Firm) -> None:
    since(of_active, None)

    rows = read_outcomes(of_active.home)
    assert known_from(of_active) == AS_OF - timedelta(days=570)
    assert pd.Series(rows["left"].isna()).groupby(rows["as_of"]).all().sum() == 3, "their outlooks have not passed"
