"""Signs: what the order book shows of an account's leaving. One sees it by them; it is not why they leave."""

from typing import Literal, get_args

from features.language.tongue import later

Sign = Literal["silence", "fewer_orders", "fewer_lines", "smaller_amounts", "contract_end"]

TITLES: dict[str, str] = {
    "silence": later("Silent for longer than expected"),
    "fewer_orders": later("Orders less often"),
    "fewer_lines": later("Buys fewer product lines"),
    "smaller_amounts": later("Orders for less"),
    "contract_end": later("A contract ends"),
}
SIGNS: tuple[Sign, ...] = get_args(Sign)
