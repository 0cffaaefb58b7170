"""Protocol: what every engine can do with the checked tables."""

from collections.abc import Callable
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa

OfKeys = Callable[[pa.Table], pa.Table]
"""What an expression with a column `key` gives for some keys, in no particular order.

Asked with a table of these keys, sorted, and a `code` for each; answers with the code in the place of the key.
"""


class Engine(Protocol):
    """Runs Ibis expressions over the checked tables."""

    columns: dict[str, set[str]]  # of the tables that are there

    def table(self, name: str) -> ir.Table:
        """A checked table."""

    def rows(self, name: str) -> int:
        """How many rows a table has."""

    def arrow(self, expression: ir.Table) -> pa.Table:
        """What an expression gives, in no particular order."""

    def of_keys(self, expression: ir.Table) -> OfKeys:
        """An expression, ready to be asked for one block of keys after another."""
