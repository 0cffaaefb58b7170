"""Footers: what stands below the last row of a CSV file: when it was made, how many rows it has, signs of an end."""

import re
from pathlib import Path

TAIL_BYTES = 1 << 14
NO_TEXT = " \t\0\x1a"  # beside blanks: what fills up a file of a fixed size, and how DOS ends a text
_MOST = 20  # lines; of more something else is wrong with the file
_COMPRESSED = {".gz", ".zst", ".bz2"}


def lines_below(path: Path, encoding: str, *, delimiter: str, quote: str) -> list[str]:
    """The last lines of a file from the first on below its rows that is a single field, or holds no text.

    A blank line must tell them from the beginning of a row, as where the file has been cut off, or a row has no more
    than an id; or the first of them is more than a word, and the last has an end.
    """
    is_whole = path.stat().st_size <= TAIL_BYTES
    if path.suffix.lower() in _COMPRESSED or (encoding.startswith(("utf-16", "utf-32")) and not is_whole):
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        text = file.read().decode(encoding, errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    has_end = not lines[-1]
    lines = lines[:-1] if has_end else lines
    begins = last = len(lines)
    for place in range(len(lines) - 1, 0 if is_whole else 1, -1):
        line = lines[place].strip(NO_TEXT)
        if line and not _is_one_field(lines[place].strip(NO_TEXT.replace(delimiter, "")), delimiter, quote):
            break
        if lines[place].strip():
            begins = place
        last = place
    is_told = has_end and begins < len(lines) and not re.fullmatch(r"\S*\w\S*", lines[begins].strip(NO_TEXT))
    is_apart = is_told or last < begins or not any(line.strip(NO_TEXT) for line in lines[begins:])
    return lines[begins:] if is_apart and len(lines) - begins <= _MOST else []


def _is_one_field(line: str, delimiter: str, quote: str) -> bool:
    is_quoted = re.fullmatch(f"{re.escape(quote)}[^{re.escape(quote)}]*{re.escape(quote)}", line) is not None
    return is_quoted or not (delimiter in line or quote in line)
