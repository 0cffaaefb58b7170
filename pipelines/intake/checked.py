"""Checked: what became of the rows of a table, and why some are refused."""

from dataclasses import dataclass
from datetime import date, datetime

from features.tables import Table


@dataclass(frozen=True)
class Cause:
    """Why rows are refused, in words that follow 'rows have'; excused ones are no fault of the data.

    rows: how many; first: the first one's number in what the SELECT gave, from 1; example: its value, if that is wrong;
    hint: what to write so that such values can be read, '' where nothing is known.
    """

    says: str
    rows: int
    first: int
    excused: bool
    example: str | None = None
    hint: str = ""


@dataclass(frozen=True)
class Checked:
    """What became of one table: rows kept, and causes of refusal, most frequent first."""

    table: Table
    columns: list[str]
    rows_in: int
    kept: int
    causes: list[Cause]
    first: datetime | date | None  # when the first and the last kept rows happened
    last: datetime | date | None

    @property
    def refused(self) -> int:
        return self.rows_in - self.kept

    @property
    def faults(self) -> int:
        """Refused rows that speak against the data."""
        return sum(cause.rows for cause in self.causes if not cause.excused)
