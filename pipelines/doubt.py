"""Doubt: what the tables of a home were worth on a day, by the rows that were known on it, and what rests on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis

from features.catalogue import catalogue
from features.language.declare import Feature
from features.language.measure import Columns, leaves
from features.language.of_rows import Count
from models.doubt import NO_DOUBT, Doubt
from pipelines.home import Home
from pipelines.intake.manifest import Found, Manifest
from pipelines.intake.on_record import RowsByDay, comes_steadily, found_on


@dataclass(frozen=True)
class Records:
    """The tables of a home."""

    home: Home
    manifest: Manifest

    def found(self, as_of: date) -> Found:
        """What the rows known on a day show of it: what was found when that day was the newest, or would have been."""
        return self.manifest.found if as_of == self.manifest.as_of else found_on(self._rows_by_day, as_of)

    def doubt(self, as_of: date) -> Doubt:
        """The features that may be as they are for want of rows on a day."""
        return doubt_of(self.found(as_of), self.manifest.columns)

    @cached_property
    def _rows_by_day(self) -> Mapping[str, RowsByDay]:
        steady = [name for name, columns in self.manifest.columns.items() if comes_steadily(name, columns)]
        return {name: RowsByDay.of(name, ibis.read_parquet(self.home.tables / f"{name}.parquet")) for name in steady}


def doubt_of(found: Found, columns: Columns) -> Doubt:
    """The features of tables that had ended, or thinned out: they may be as they are for want of rows.

    columns: that there are, by table.
    """
    lacking = {*found.ended, *found.thinned}
    if not lacking:
        return NO_DOUBT
    read = [
        feature
        for feature in catalogue().given(columns)
        if any(table in lacking for leaf in leaves(feature.measure, columns) for table, _ in leaf.needs)
    ]
    at_least = {feature.name for feature in read if isinstance(feature.measure, Count)}
    return Doubt(
        frozenset(
            feature.name for feature in read if feature.name not in at_least or not _is_a_reason_if_high(feature)
        ),
        frozenset(feature.name for feature in read if feature.name not in at_least or feature.risk != "falls"),
    )


def _is_a_reason_if_high(feature: Feature) -> bool:
    return feature.risk == "rises" or (feature.risk is None and feature.side == "high")
