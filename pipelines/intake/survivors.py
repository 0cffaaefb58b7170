"""Survivors: records that seem to hold nobody who has gone, as where an export takes the active accounts alone."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
from ibis import _

from pipelines.intake.checking import Checks

STEP = 30  # days that are looked at together
OPEN = 90  # days before as_of in which nobody's last order need be the last
TIMES_USUAL = 2  # of the longest pause of its own, after which an account counts as gone
FEWEST = 20  # that should have gone by then
HARDLY_ANY = 0.02  # of those, who did
AS_LATER = 0.25  # of the later share, from which on days are such as see accounts go


def gone_since(checks: Checks, as_of: date) -> date | None:
    """The day before which hardly any account on record ordered for the last time, though many should have by the share
    that did later; None where that is not so, or there are no orders.

    Such records teach that nobody leaves, as whoever had gone by then is not among them.
    """
    if "orders" not in checks.done:
        return None
    orders = checks.kept("orders").filter(_.amount > 0)
    age = (ibis.literal(as_of).delta(orders.ordered_at.cast("date"), unit="day") - 1).name("age")
    days = orders.select("account_id", age).distinct()
    before = days.mutate(pause=_.age.lag().over(ibis.window(group_by="account_id", order_by=_.age.desc())) - _.age)
    last = before.group_by("account_id").agg(age=_.age.min(), pause=_.pause.max().coalesce(0)).to_pandas()
    steps = days.mutate(step=_.age // STEP).select("account_id", "step").distinct()
    ordered = steps.step.value_counts(name="accounts").to_pandas().set_index("step")["accounts"]
    gone = last.loc[last["age"] + 1 > TIMES_USUAL * last["pause"], "age"] // STEP
    begins = first_that_sees_some_go(ordered, gone.value_counts())
    return None if begins is None else as_of - timedelta(days=STEP * (begins + 1))


def first_that_sees_some_go(ordered: pd.Series, gone: pd.Series) -> int | None:
    """The oldest step in which accounts go as they do later, where hardly any had gone before it and that is beyond
    chance; else None.

    ordered, gone: how many accounts ordered in a step of days, and how many for the last time; by how many steps ago.
    """
    steps = range(int(ordered.index.max()) if len(ordered) else -1, OPEN // STEP - 1, -1)  # oldest first
    seen = pd.DataFrame({"ordered": ordered, "gone": gone}).reindex(steps).fillna(0)
    if not seen["gone"].any():
        return None
    later = seen["gone"][::-1].cumsum()[::-1] / seen["ordered"][::-1].cumsum()[::-1]
    begins = int(np.argmax(seen["gone"] >= AS_LATER * later * seen["ordered"]))
    earlier = seen.iloc[:begins]
    if len(earlier) < len(seen) / 2:
        return None  # of new customers nobody may go for some months
    expected = float(later.iloc[begins] * earlier["ordered"].sum())
    return int(seen.index[begins]) if expected >= FEWEST and earlier["gone"].sum() <= HARDLY_ANY * expected else None


def only_survivors(since: date) -> str:
    """The same in words."""
    return (
        f"orders: hardly any account on record ordered for the last time before {since}, as if nobody had ever gone; "
        "if the source gives active accounts alone, give it all: what is learned from those who stayed says that "
        "everybody stays"
    )
