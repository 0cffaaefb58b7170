"""Signs: what the order book shows of an account's leaving. One sees it by them; it is not why they leave."""

from typing import Literal, get_args

Sign = Literal["silence", "fewer_orders", "fewer_lines", "smaller_amounts", "contract_end"]

TITLES: dict[str, str] = {
    "silence": "Silent for longer than usual",
    "fewer_orders": "Orders less often",
    "fewer_lines": "Buys fewer product lines",
    "smaller_amounts": "Orders for less",
    "contract_end": "A contract ends",
}
SIGNS: tuple[Sign, ...] = get_args(Sign)
