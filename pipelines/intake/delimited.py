"""Delimited: how a CSV file is written, as its first lines show.

DuckDB's own sniffer is not used: where one row has a field too many it takes another delimiter, or leaves out the lines
above that row, the names of the columns among them, and says nothing.
"""

import codecs
import csv
import io
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from features.mistake import Mistake
from pipelines.intake.footers import NO_TEXT, lines_below
from pipelines.intake.printed import is_printed, is_row, without_blanks, without_rules

SAMPLE_BYTES = 1 << 18
_SAMPLE_RECORDS = 500
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx (a ZIP file) and the older xls

Records = list[list[str]]


@dataclass(frozen=True)
class Layout:
    """How a CSV file is written.

    skip: records up to and with the names of the columns. header: those as they stand. columns: the same, each once.
    is_aligned: any number of blanks counts as one delimiter. is_printed: as `pipelines.intake.printed` knows it. below:
    lines after the last row that are none. notes: what nobody would expect who knows the file, in words that follow its
    name.
    """

    delimiter: str
    quote: str
    escape: str
    encoding: str
    skip: int
    header: tuple[str, ...]
    columns: tuple[str, ...]
    is_aligned: bool = False
    has_mixed_line_ends: bool = False
    is_printed: bool = False
    below: int = field(default=0, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_plain(self) -> bool:
        """Whether DuckDB can read the file as it lies there."""
        is_whole = not (self.is_aligned or self.has_mixed_line_ends or self.is_printed or self.below)
        return is_whole and self.encoding in ("utf-8", "utf-8-sig")


def layout_of(path: Path, table: str, *, delimiter: str | None, encoding: str | None) -> Layout | None:
    """How a file of a source's table is written; None where it is empty. Raises Mistake where it is no such text.

    delimiter, encoding: what source.yaml says of them.
    """
    sample = _first_bytes(path)
    encoding = codecs.lookup(encoding or _encoding_of(path, table, sample)).name
    text = _decoded(path, table, sample, encoding)
    if not text.strip():
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = lines.partition("\n")
    has_sep = first.lower().startswith("sep=") and len(first) == len("sep=;")  # Excel says its delimiter so
    quote, escape = _quoting(lines)
    given = delimiter or (first[-1] if has_sep else None)
    of_print = given in (None, "|") and is_printed(lines)
    lines = without_rules(lines) if of_print else lines
    found = given or ("|" if of_print else _delimiter_of(rest if has_sep else lines, quote))
    records = _records(lines, found, quote)[has_sep:]
    if len(sample) == SAMPLE_BYTES:
        records = records[:-1] or records
    place = _place_of_names(records)
    cells = [cell.strip() for cell in records[place]]
    is_aligned = found == " " and "" in cells
    cells = [cell for cell in cells if cell] if is_aligned else cells
    columns = _each_once(cells)
    below = lines_below(path, encoding, delimiter=found, quote=quote) if len(cells) > 1 and not of_print else []
    notes = [
        "rules of dashes and other lines without a | are left out" if of_print else None,
        _above(records[:place]),
        _left_out(below),
        *_repeated(cells),
        _second_names(cells, records[place + 1 : place + 2]),
        _no_names(cells),
        _one_column(cells, table, found if given else None),
    ]
    return Layout(
        delimiter=found,
        quote=quote,
        escape=escape,
        encoding=encoding,
        skip=place + 1 + has_sep,
        header=tuple(cells),
        columns=columns,
        is_aligned=is_aligned,
        has_mixed_line_ends="\r\n" in text and re.search(r"[^\r]\n", text) is not None,
        is_printed=of_print,
        below=len(below),
        notes=tuple(note for note in notes if note),
    )


def rewritten(path: Path, layout: Layout, table: str, folder: Path) -> Path:
    """The file in UTF-8, with one kind of line ends, one blank between aligned columns and nothing but its rows, in a
    folder of ours.
    """
    copy = folder / f"{len(list(folder.iterdir()))}.csv"
    source = io.TextIOWrapper(pa.input_stream(path), encoding=layout.encoding, newline=None)
    try:
        with source, copy.open("w", encoding="utf-8", newline="") as target:
            held: deque[str] = deque()
            for read in source:
                held.append(read)
                if len(held) <= layout.below:
                    continue
                line = held.popleft()
                if layout.is_printed:
                    target.write(without_blanks(line.rstrip("\n")) + "\n" if is_row(line) else "")
                else:
                    target.write(re.sub(" +", " ", line.strip()) + "\n" if layout.is_aligned else line)
    except UnicodeError as error:
        raise _not_in(path, table, layout.encoding, str(error)) from None
    return copy


def _first_bytes(path: Path) -> bytes:
    try:
        with pa.input_stream(path) as file:  # decompresses by the file's name
            sample: bytes = file.read(SAMPLE_BYTES)
    except OSError as error:
        raise Mistake(f"{path}: cannot be read: {' '.join(str(error).split())}.") from None
    if sample.startswith(_WORKBOOKS):
        raise Mistake(f"{path}: a workbook or a ZIP file, no text; save it as CSV.")
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|table)\b", sample, re.IGNORECASE):
        raise Mistake(
            f"{path}: a page of HTML or XML, no table of text; save it as CSV, from a spreadsheet that opens it."
        )
    return sample


def _encoding_of(path: Path, table: str, sample: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if sample.startswith(mark):
            return encoding
    if sample.count(0) > len(sample) / 4:  # every other byte of a Western text in UTF-16
        likely = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        raise Mistake(
            f"{path}: not a text in UTF-8; every other byte is 0, as in UTF-16. "
            f"Write options: {{encoding: {{{table}: {likely}}}}} in source.yaml."
        )
    return "utf-8"


def _decoded(path: Path, table: str, sample: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError as error:
        line = sample[: error.start].count(b"\n") + 1
        raise _not_in(path, table, encoding, f"line {line} holds {sample[error.start : error.start + 1]!r}") from None
    except UnicodeError as error:
        raise _not_in(path, table, encoding, str(error)) from None


def _not_in(path: Path, table: str, encoding: str, why: str) -> Mistake:
    others = " or ".join(other for other in ("cp1252", "latin-1", "utf-16") if codecs.lookup(other).name != encoding)
    return Mistake(
        f"{path}: not a text in {encoding}: {why}. Write options: {{encoding: {{{table}: …}}}} in source.yaml "
        f"with what it is in: {others}."
    )


def _quoting(lines: str) -> tuple[str, str]:
    """The sign around texts, and the one before such a sign within them."""
    if '"' not in lines and re.search(r"(^|[,;\t|])'[^'\n]*'([,;\t|]|$)", lines, re.MULTILINE):
        return "'", "'"
    # \" within a text, and not the end of one that ends in a backslash.
    return '"', "\\" if re.search(r'\\"(?![,;\t|\n])', lines) else '"'


def _delimiter_of(lines: str, quote: str) -> str:
    """What cuts most records into equally many fields, and into the more of them; a comma where nothing does."""
    best, found = (0.5, 0), ","
    for delimiter in _DELIMITERS:
        records = [record for record in _records(lines, delimiter, quote) if record]
        width, rows = Counter(map(len, records)).most_common(1)[0]
        if width > 1 and (rows / len(records), width) > best:
            best, found = (rows / len(records), width), delimiter
    return found


def _records(lines: str, delimiter: str, quote: str) -> Records:
    """The first records; a blank line is one without cells."""
    if len(delimiter) > 1:
        lines, delimiter = lines.replace(delimiter, "\x1f"), "\x1f"
    found: Records = []
    try:
        for record in csv.reader(
            io.StringIO(lines), delimiter=delimiter, quotechar=quote, skipinitialspace=delimiter != " "
        ):
            found.append(record)
            if len(found) == _SAMPLE_RECORDS:
                break
    except csv.Error:  # a field longer than any should be, after a quote that nobody closed; DuckDB will name its line
        return found or [[]]
    return found


def _place_of_names(records: Records) -> int:
    """The first record as wide as most are, and more than a title: the names of the columns, whatever stands above."""
    usual = Counter(len(record) for record in records if record).most_common(1)[0][0]
    # Where every row ends in a delimiter, the names may not.
    ends_blank = all(not record[-1] for record in records[1:] if len(record) == usual)
    for place, record in enumerate(records):
        fits = len(record) == usual or (ends_blank and len(record) == usual - 1)
        if fits and sum(map(bool, record)) > len(record) / 2:
            return place
    return next(place for place, record in enumerate(records) if record)


def _each_once(cells: list[str]) -> tuple[str, ...]:
    """Names of columns; a blank one is column2, a second `amount` is amount_1: SQL needs different ones, in capitals or
    not.
    """
    names: list[str] = []
    for place, cell in enumerate(cells):
        wanted = name = cell or f"column{place}"
        number = 0
        while name.lower() in {other.lower() for other in names}:
            number += 1
            name = f"{wanted}_{number}"
        names.append(name)
    return tuple(names)


def _above(records: Records) -> str | None:
    filled = [record for record in records if any(record)]
    if not filled:
        return None
    lines = (
        f"{len(filled)} lines above the names of its columns are"
        if len(filled) > 1
        else "a line above the names of its columns is"
    )
    return f"{lines} left out: {' '.join(filled[0]).strip()!r}"


def _left_out(below: list[str]) -> str | None:
    filled = [line for line in below if line.strip(NO_TEXT)]
    if not filled:
        return None
    lines = f"{len(filled)} lines below its rows are" if len(filled) > 1 else "a line below its rows is"
    return f"{lines} left out: {filled[0].strip(NO_TEXT)!r}"


def _repeated(cells: list[str]) -> list[str]:
    counts = Counter(cell.lower() for cell in cells if cell)
    return [
        f"{count} of its columns are named {name!r}; the first stays so, the next is {name + '_1'!r}"
        for name, count in counts.items()
        if count > 1
    ]


def _second_names(cells: list[str], below: Records) -> str | None:
    """Where names repeat, as those of groups of columns do, the line below them may say more."""
    second = [cell.strip() for record in below for cell in record]
    is_of_groups = len({cell.lower() for cell in cells}) < len(cells)
    if not is_of_groups or len(set(second)) < len(cells) or any(re.search(r"\d", cell) or not cell for cell in second):
        return None
    return f"its second line, {', '.join(second)!r}, may be the names of its columns; if so, take out the first"


def _no_names(cells: list[str]) -> str | None:
    if not any(re.fullmatch(r"[\d.,:/+-]+( [\d.,:]+)?", cell) for cell in cells):
        return None
    return f"its first line, {', '.join(cells)!r}, is taken for the names of its columns, though it looks like a row"


def _one_column(cells: list[str], table: str, given: str | None) -> str | None:
    if len(cells) > 1:
        return None
    inside = [sign for sign in (";", ",", "\t", "|", ":", " ") if sign in cells[0] and sign != given]
    if not inside:
        return None
    said = f", cut at {given!r} as options.delimiter says" if given else ""
    sign = "\\t" if inside[0] == "\t" else inside[0]
    return (
        f"it has one column, {cells[0]!r}{said}; if '{sign}' separates columns, "
        f"write options: {{delimiter: {{{table}: '{sign}'}}}} in source.yaml"
    )
