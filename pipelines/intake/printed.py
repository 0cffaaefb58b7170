"""Printed: lists as SAP and databases print them, with | between columns and rules of dashes between rows."""

import re

_RULE = re.compile(r"[\s|+=-]*-{3}[\s|+=-]*")


def is_printed(lines: str) -> bool:
    """Whether lines are of such a list: a rule stands above or below the names of the columns, and most others are rows
    as those.
    """
    every = [line for line in lines.split("\n") if line.strip()]
    rows = [line for line in every if is_row(line)]
    rules = [line for line in every if _RULE.fullmatch(line)]
    first = [line for line in every if is_row(line) or _RULE.fullmatch(line)][:2]
    return bool(rows) and any(line in rules for line in first) and 2 * len(rows) > len(every) - len(rules)


def is_row(line: str) -> bool:
    """Whether a line of such a list holds columns: neither a rule nor a title, as above each page, or a blank one."""
    return "|" in line and not _RULE.fullmatch(line)


def without_rules(lines: str) -> str:
    """The lines that are rows."""
    return "\n".join(line for line in lines.split("\n") if is_row(line))


def without_blanks(line: str) -> str:
    """A row without the blanks that fill up its columns."""
    return re.sub(r"[ \t]*\|[ \t]*", "|", line.strip(" \t"))
