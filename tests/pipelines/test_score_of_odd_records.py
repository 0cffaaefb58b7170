"""Scores say what was odd about the records that they were learned from."""

from datetime import date

from pipelines.intake.manifest import Manifest, Renamed
from pipelines.score import score
from pipelines.scored import Scored


def test_records_of_nobody_who_has_gone_are_a_notice(own_home, small_settings) -> None:
    manifest = Manifest.read(own_home)
    assert manifest.gone_since is None
    manifest.model_copy(update={"gone_since": date(2025, 12, 3)}).write(own_home.manifest)

    score(small_settings, own_home)

    notice = Scored.read(own_home, Manifest.read(own_home).as_of).notice
    assert notice.startswith("Hardly any account on record ordered for the last time before 2025-12-03, as if nobody")
    assert "the risks are too low. Take the risks for" in notice


def test_ids_that_seem_to_have_been_changed_are_a_notice_from_then_on(own_home, small_settings) -> None:
    manifest = Manifest.read(own_home)
    assert manifest.renamed == {}
    of_orders = Renamed(day=date(2026, 6, 20), days=28, ended=90, ended_after=20, begun=80, begun_before=15)
    manifest.model_copy(update={"renamed": {"orders": of_orders}}).write(own_home.manifest)

    score(small_settings, own_home)

    notice = Scored.read(own_home, Manifest.read(own_home).as_of).notice
    assert notice.startswith(
        "About 65 accounts more than usual were last seen just before 2026-06-20, and as many others "
    )
    assert "Until the old ids are mapped to the new ones, whoever got another counts as gone" in notice
    earlier = date(2026, 6, 1)
    score(small_settings, own_home, earlier)
    assert "mapped" not in Scored.read(own_home, earlier).notice
