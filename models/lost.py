"""Lost: features of the champion that are gone with a table or a column, and whether that was meant."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from features.language.declare import Feature
from features.language.measure import Columns
from features.language.tongue import Told, told
from features.mistake import closest
from features.tables import TABLES

_SETTING = "gate.accept_lost"


@dataclass(frozen=True)
class Lost:
    """What a challenger lacks of what the champion has, and nobody accepted.

    features: their names. causes: what they are gone with, as `gate.accept_lost` calls it: tables, columns
    (table.column), or the feature itself where the tables still give all that it needs. setting: the line to write if
    all of that is meant, with what it holds already.
    """

    features: tuple[str, ...]
    causes: tuple[str, ...]
    setting: str

    @classmethod
    def of(
        cls,
        champion: Iterable[str],
        challenger: Collection[str],
        declared: Mapping[str, Feature],
        columns: Columns,
        accepted: Collection[str],
    ) -> "Lost":
        """champion, challenger: the features of each. declared: all features of today; one that is no longer was given
        up on purpose. columns: what the tables give.
        """
        causes: dict[str, set[str]] = {}
        for name in champion:
            if name in declared and name not in challenger and name not in accepted:
                gone = {cause for cause in _gone(declared[name], columns) if not _is_accepted(cause, accepted)}
                if gone:
                    causes[name] = gone
        named = tuple(sorted(set().union(*causes.values())))
        setting = f"{_SETTING}: [{', '.join(dict.fromkeys([*accepted, *named]))}]"
        return cls(tuple(causes), named, setting)

    @property
    def told(self) -> Told:
        """What is gone, with what, and what to do; one line without its full stop."""
        gone = told(
            "{count:# feature of the champion is gone/features of the champion are gone}", count=len(self.features)
        )
        if set(self.causes) == set(self.features):  # the tables still give what they need
            with_what = told(": {names}", names=", ".join(self.causes))
        else:
            with_what = told(" with {names}", names=", ".join(self.causes))
        return gone + with_what + told("; if that is meant, set {setting}", setting=self.setting)


def names_of_nothing(names: Iterable[str], declared: Collection[str]) -> list[str]:
    """A line each for what `gate.accept_lost` names and is no table, no column and no feature: a slip, or a feature
    that has been given up since. It allows nothing to be gone, so it stops nothing.
    """
    columns = [f"{table.name}.{column}" for table in TABLES.values() for column in table.column_names]
    known = [*TABLES, *columns, *declared]
    nothing = "is no table, no table.column and no feature, so it accepts nothing."
    return [f"{_SETTING}: '{name}' {nothing}{closest(name, known)}" for name in names if name not in known]


def _gone(feature: Feature, columns: Columns) -> Iterator[str]:
    """What a feature needs and the tables do not give; itself where they give everything."""
    found = {
        f"{table}.{column}" if table in columns else table
        for table, column in feature.needs
        if column not in columns.get(table, ())
    }
    yield from found or {feature.name}


def _is_accepted(cause: str, accepted: Collection[str]) -> bool:
    """Whether it is named, or its whole table is."""
    return cause in accepted or cause.partition(".")[0] in accepted
