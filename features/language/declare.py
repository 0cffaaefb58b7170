"""Declare: how a reason module says what its features are."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal, Self

from ibis.common.deferred import Deferred

from features.language.measure import Measure
from features.language.of_rows import Amount, Count, DaysSinceLast, OldestOpen, distinct_values
from features.language.rows import Rows
from features.language.sentence import names_in, said
from features.language.signs import Sign
from features.language.tongue import translated

YEAR, QUARTER = 360, 90  # days: steps of thirty, so that windows and snapshots fit

Risk = Literal["rises", "falls"]
Side = Literal["low", "high"]
Unit = Literal["days", "hours", "count", "share", "ratio", "money", "yes/no", "number"]


@dataclass(frozen=True)
class Feature:
    """One number about an account on an as_of.

    risk: whether common sense says that more of it raises or lowers the risk; None where nobody can know.
    template: the sentence that gives it to people, in English, with {days} for its window; None for numbers that mean
    nothing alone. sign: what it shows of the account's leaving, where it is a sign and no reason. act: what to do where
    it is above 0, in English; None: what suits its reason. suits: other facts of its reason that the act suits as well,
    by their attributes. is_pressing: whether the act comes before others whatever the fact, which then goes on with
    this one. side: on which side of what is usual it is a fact to show; None where that follows from its direction, or
    it is never shown. builds_up: the days in which it grows; of an account that has not been there for as long it is
    less than of others for that alone. None where time does nothing to it.
    """

    name: str
    reason: str
    unit: Unit
    measure: Measure
    risk: Risk | None = None
    template: str | None = None
    days: int | None = None
    sign: Sign | None = None
    act: str | None = None
    side: Side | None = None
    suits: tuple[str, ...] = ()
    is_pressing: bool = False
    builds_up: int | None = None

    @property
    def needs(self) -> set[tuple[str, str]]:
        """The (table, column) pairs without which it cannot be computed."""
        return self.measure.needs

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.needs}

    @property
    def adds_up(self) -> tuple[str, int] | None:
        """See `Measure.adds_up`."""
        return self.measure.adds_up

    @property
    def says(self) -> str | None:
        """Its sentence in the language that is spoken, with the window in its place and its numbers still to come."""
        return translated(self.template).replace("{days}", str(self.days)) if self.template else None

    @property
    def says_of_days(self) -> str | None:
        """The same with {days} for the window, where another may stand there: of a number that builds up in it."""
        if not self.template or self.unit not in ("count", "money") or self.builds_up != self.days:
            return None
        return translated(self.template) if "{days}" in self.template else None

    @property
    def then(self) -> str | None:
        """What to do where it is above 0, in the language that is spoken; None: what suits its reason."""
        return translated(self.act) if self.act else None

    def sentence(
        self,
        row: Mapping[str, float],
        *,
        usual: float | None = None,
        as_of: date | None = None,
        says: str | None = None,
    ) -> str | None:
        """The value on one row in words; None where there is nothing to say or a number that it needs is missing.

        row: the values of all features of one account on one as_of. usual, as_of: see `sentence.said`. says: another
        sentence than its own.
        """
        return said(says or self.says, self.name, self.unit, row, usual=usual, as_of=as_of)


class Declared:
    """What a reason's attribute holds: one feature, or the same one over several windows."""

    def __init__(
        self,
        make: Callable[[int | None], Measure],
        unit: Unit,
        risk: Risk | None,
        says: str | None,
        days: tuple[int, ...] = (),
    ) -> None:
        self.unit, self.risk, self.says, self.days = unit, risk, says, days
        self.sign: Sign | None = None
        self.act: str | None = None
        self.suits: tuple[str, ...] = ()
        self.is_pressing = False
        self.side: Side | None = None
        self.grows_in: int | None = None
        self.grows_in_window = unit in ("count", "money")
        self._measures = {window: make(window) for window in days or (None,)}

    def __getitem__(self, days: int) -> Measure:
        """The measure over one window: `conversations[90]`."""
        return self._measures[days]

    def shows(self, sign: Sign) -> Self:
        """Declares it a sign: one sees by it that an account leaves, not why."""
        self.sign = sign
        return self

    def then(self, act: str, *, suits: tuple[str, ...] = (), pressing: bool = False) -> Self:
        """Declares what to do where it is the fact and above 0, instead of what is done about its reason otherwise; of
        several windows, the first.

        suits: attributes of the same reason: where one of them is the fact, the act is this one all the same.
        pressing: whatever the fact, this is to be done first, and is said behind the fact (a ticket is open now). Where
        the fact has an act of its own that one goes before; of several others, the first that is declared.
        """
        self.act, self.suits, self.is_pressing = act, suits, pressing
        return self

    def grows(self, days: int | None = None) -> Self:
        """Declares that it is less of an account that has been there for fewer days (None: than its window), as numbers
        and amounts in a window are without being declared.
        """
        self.grows_in, self.grows_in_window = days, days is None
        return self

    def tells(self, side: Side) -> Self:
        """Declares on which side of what is usual it is a fact to show, though nobody can know what more of it does to
        the risk: a rep of ten years is no reproach.
        """
        self.side = side
        return self

    @property
    def measure(self) -> Measure:
        """The measure of a feature that has one window or none."""
        (only,) = self._measures.values()
        return only

    def features(self, name: str, reason: str) -> Iterator[Feature]:
        for place, (window, measure) in enumerate(self._measures.items()):
            is_first = place == 0
            yield Feature(
                name=f"{name}_{window}d" if window else name,
                reason=reason,
                unit=self.unit,
                measure=measure,
                risk=self.risk,
                template=self.says,
                days=window,
                sign=self.sign,
                act=self.act if is_first else None,
                side=self.side,
                suits=self.suits if is_first else (),
                is_pressing=self.is_pressing and is_first,
                builds_up=window if self.grows_in_window else self.grows_in,
            )


class Reason:
    """One of the ways a firm drives its customers off. The docstring is the title: what the customers would say.

    action: what to do about it where no feature of it asks for something else (`Declared.then`); None for signs, and
    for context that nobody can act on. Attributes made by the functions of this module become features, named as the
    attribute, with the window behind it where it has one.
    """

    action: ClassVar[str | None] = None
    code: ClassVar[str]  # the module's name, by which outputs name the reason
    title: ClassVar[str]
    declared: ClassVar[dict[str, Declared]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not cls.__doc__:
            raise TypeError(f"{cls.__module__}.{cls.__name__} needs a docstring: the title that people read")
        cls.code = cls.__module__.rpartition(".")[2]
        cls.title = inspect.cleandoc(cls.__doc__).splitlines()[0].rstrip(".")
        cls.declared = {name: value for name, value in vars(cls).items() if isinstance(value, Declared)}
        if not cls.declared:
            raise TypeError(f"{cls.__module__}.{cls.__name__} declares no feature")
        for name, value in cls.declared.items():
            if value.act and cls.action is None:
                raise TypeError(f"{cls.__module__}.{name} says what to do, but its reason has no action")
            if unknown := set(value.suits) - set(cls.declared):
                raise TypeError(f"{cls.__module__}.{name}: what to do suits {sorted(unknown)}, which are no features")
            if value.act and names_in(value.act) - {"value"}:
                raise TypeError(f"{cls.__module__}.{name} says what to do with numbers that may be missing")
            if value.risk and not value.says:
                raise TypeError(f"{cls.__module__}.{name} has a direction, so it can be a reason: it needs a sentence")
            if value.says and not (value.risk or value.side) and (value.sign or cls.action):
                raise TypeError(
                    f"{cls.__module__}.{name} may be shown: it needs a direction, or a side on which it tells"
                )
            if value.says and "{days}" in value.says and not value.days:
                raise TypeError(f"{cls.__module__}.{name} has no window, but its sentence names {{days}}")
            if value.says and not names_in(value.says) and value.unit != "yes/no":
                raise TypeError(
                    f"{cls.__module__}.{name} gives no number in its sentence: a reason comes with evidence"
                )

    @classmethod
    def features(cls) -> list[Feature]:
        return [feature for name, value in cls.declared.items() for feature in value.features(name, cls.code)]


def _windows(days: int | tuple[int, ...]) -> tuple[int, ...]:
    windows = (days,) if isinstance(days, int) else days
    if not windows or any(window < 1 for window in windows):
        raise ValueError(f"windows are whole numbers of days from 1 on, not {days}")
    return windows


def feature(measure: Measure, unit: Unit, *, risk: Risk | None = None, says: str | None = None) -> Declared:
    """A feature that is a measure as it stands."""
    return Declared(lambda _: measure, unit, risk, says)


def in_windows(
    make: Callable[[int], Measure],
    unit: Unit,
    *,
    days: int | tuple[int, ...],
    risk: Risk | None = None,
    says: str | None = None,
) -> Declared:
    """The same measure over several windows; `make` is given each window's days."""
    return Declared(lambda window: make(window or 0), unit, risk, says, _windows(days))


def count(rows: Rows, *, days: int | tuple[int, ...], risk: Risk | None = None, says: str | None = None) -> Declared:
    """How many rows in the last days."""
    return in_windows(lambda window: Count(rows, days=window), "count", days=days, risk=risk, says=says)


def amount(
    rows: Rows, column: str, *, days: int | tuple[int, ...], risk: Risk | None = None, says: str | None = None
) -> Declared:
    """The sum of an amount over the rows of the last days."""
    return in_windows(lambda window: Amount(rows, of=column, days=window), "money", days=days, risk=risk, says=says)


def share(
    rows: Rows, *, of: Rows, days: int | tuple[int, ...], risk: Risk | None = None, says: str | None = None
) -> Declared:
    """Rows in the last days as a share of others; missing where there are none of those."""
    return in_windows(
        lambda window: Count(rows, days=window) / Count(of, days=window), "share", days=days, risk=risk, says=says
    )


def mean(
    rows: Rows,
    value: Deferred | str,
    unit: Unit,
    *,
    days: int | tuple[int, ...],
    per: float = 1,
    risk: Risk | None = None,
    says: str | None = None,
) -> Declared:
    """The mean of a whole number over the rows of the last days, divided by `per`; missing where there are no rows."""
    return in_windows(
        lambda window: Amount(rows, of=value, days=window) / Count(rows, days=window) / per,
        unit,
        days=days,
        risk=risk,
        says=says,
    )


def distinct(
    rows: Rows, column: str, *, days: int | tuple[int, ...], risk: Risk | None = None, says: str | None = None
) -> Declared:
    """How many different values of a column in the last days; missing where there are rows and none has one."""
    return in_windows(lambda window: distinct_values(rows, column, window), "count", days=days, risk=risk, says=says)


def days_since_last(rows: Rows, *, risk: Risk | None = None, says: str | None = None) -> Declared:
    """Days since the latest row; missing where there never was one."""
    return feature(DaysSinceLast(rows), "days", risk=risk, says=says)


def still_open(
    rows: Rows, *, until: str, days: int | tuple[int, ...], risk: Risk | None = None, says: str | None = None
) -> Declared:
    """How many rows of the last days are still open: their second time has not come."""
    return in_windows(
        lambda window: Count(rows, days=window) - Count(rows.once(until), days=window),
        "count",
        days=days,
        risk=risk,
        says=says,
    )


def oldest_open(
    rows: Rows,
    *,
    until: str,
    since: str | None = None,
    days: int | None = None,
    risk: Risk | None = None,
    says: str | None = None,
) -> Declared:
    """Days for which the oldest open row has been open; 0 where none is."""
    return feature(
        OldestOpen(rows, until=until, since=since, days=days).clip(0).filled(0), "days", risk=risk, says=says
    )
