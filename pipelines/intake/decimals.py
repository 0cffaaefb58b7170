"""Decimals: numbers that seem to be written in another way than they are taken for, as 1.234 with a decimal comma."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from pipelines.intake.casting import MARKS, Sign

OTHER: dict[Sign, Sign] = {".": ",", ",": "."}
_NAMES: dict[Sign, str] = {".": "a decimal point", ",": "a decimal comma"}
_EITHER = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
# Nine of ten numbers of three decimals do not end in 0, which would be left out. That none of so many does comes once
# in a million times; what stands between thousands has three digits after it always.
ENOUGH = 132


@dataclass(frozen=True)
class Seen:
    """How many numbers can only have the sign before their decimals that is taken for it (own), or only the other one,
    and how many either; of those, how many have the own sign. small, large: whole numbers below 1000, and from it on,
    without any sign.
    """

    own: int
    other: int
    either: int
    with_own: int
    small: int
    large: int
    of_other: str | None  # an example
    of_either: str | None
    of_own: str | None  # of either, with the own sign

    @property
    def is_doubtful(self) -> bool:
        """Whether at least one number is likely to be misread: by the share that has the other sign where any shows it,
        else as nothing but signs between thousands looks so.
        """
        told = self.own + self.other
        if told:
            return self.either * self.other >= told
        return self.with_own >= ENOUGH and self.small > 0 and self.large == 0


def doubtful(
    con: Backend, text: ir.Table, columns: Iterable[str], decimal: Sign, *, by: str
) -> Iterator[tuple[str, str, Seen]]:
    """The columns of texts in which numbers seem to be written with the other sign, and of which value of `by`."""
    for name in columns:
        counts = _counts(text[name], decimal)
        for row in con.to_pyarrow(text.group_by(by).agg(**counts).order_by(by)).to_pylist():
            group = row.pop(by)
            seen = Seen(**row)
            if seen.is_doubtful:
                yield name, group, seen


def said_of(what: str, seen: Seen, decimal: Sign) -> str:
    """The same in words, without what to do."""
    rows, example = (seen.either, str(seen.of_either)) if seen.other else (seen.with_own, str(seen.of_own))
    taken = example.replace(decimal, ".") if decimal in example else example.replace(OTHER[decimal], "")
    said = f"{what}: {rows:,} values such as {example} are read as {taken}, with {_NAMES[decimal]}"
    if seen.other:
        return f"{said}, though {seen.other:,} such as {seen.of_other} can only have {_NAMES[OTHER[decimal]]}"
    return (
        f"{said}, though all have three digits after it, as between thousands, and none of the {seen.small:,} values "
        "without one is above 999"
    )


def what_to_write(seen: Seen, decimal: Sign, table: str, *, is_one_of_several: bool = False) -> str:
    """What to do about it. table: as source.yaml names it; is_one_of_several: whether other files of it are as said."""
    sign = OTHER[decimal]
    if seen.own or (not seen.other and seen.either > seen.with_own):
        return "both ways stand side by side, and nothing tells of such a value which it is: have it exported in one"
    if is_one_of_several:
        return (
            f"if so, give that file a table of its own in source.yaml, with options: {{decimal: {{its name: '{sign}', "
            f"{table}: '{decimal}'}}}}, and take the rows of both (UNION ALL)"
        )
    return f"if so, write options: {{decimal: {{{table}: '{sign}'}}}} in source.yaml"


def _counts(column: ir.Value, decimal: Sign) -> dict[str, ir.Value]:
    value, other = column.strip(), OTHER[decimal]
    is_other, either = value.re_search(_only(other)), value.re_search(_EITHER)
    counts = {
        "own": value.re_search(_only(decimal)),
        "other": is_other,
        "either": either,
        "with_own": either & value.contains(decimal),
        "small": value.re_search(r"^[+-]?\d{1,3}$"),
        "large": value.re_search(r"^[+-]?\d{4,}$"),
    }
    sums = {name: hits.sum().fill_null(0) for name, hits in counts.items()}
    examples = {"of_other": is_other, "of_either": either, "of_own": counts["with_own"]}
    return sums | {name: value.max(where=hits) for name, hits in examples.items()}


def _only(sign: Sign) -> str:
    """Numbers with this sign before their decimals, and no other: 12.5, 1234.567, 0.123, 1,234.5 and 1,234,567."""
    single = rf"\d*[{sign}](\d{{1,2}}|\d{{4,}})|(\d{{4,}}|0*)[{sign}]\d{{3}}"
    grouped = rf"\d{{1,3}}([{OTHER[sign]}{MARKS}]\d{{3}})+[{sign}]\d+|\d{{1,3}}([{OTHER[sign]}]\d{{3}}){{2,}}"
    return rf"^[+-]?({single}|{grouped})$"
