"""A made-up day of scores: 300 accounts, 12 reps, and names that try to be more than names."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features.value import Returns
from models.definition import Left
from pipelines.exports.ranked import ExportContext, not_ranked, ranked
from pipelines.exports.wording import skill

AS_OF = date(2026, 7, 1)
HOSTILE = [
    "<img src=x onerror=\"window.hacked='img'\">Acme",
    "</script><script>window.hacked='script'</script> & Söhne",
    '=HYPERLINK("http://example.invalid","Click me")',
    "+49 Umzüge GmbH",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '-2+3 "Quoted" O\'Brien, Sons; =1+1',
    "Bäckerei Größe & Übermut 🥐",
    "株式会社 東京商事",
    "The Extraordinarily Long-Named Consolidated Import, Export, Storage and Forwarding Company of Lower Saxony (Holding)",
    "http://example.invalid/?a=1&b=2",
    "{{ 7 * 7 }} {% raw %}",
]
REASONS = {
    "contact": "They do not hear from us",
    "calls": "Their calls are not returned",
    "billing": "Their bills are wrong",
    "reps": "They do not know their rep",
    "attention": "They get less attention than they are worth",
    "orders": "They order less than they used to",
    "delivery": "Things do not get done",
    "service": "It does not work as it should",
    "rivals": "Someone else is courting them",
}
SAYS = {
    "contact": "Nobody has spoken with them for {} days",
    "calls": "{} of their calls were not returned in 90 days",
    "billing": "{} billing errors in 90 days, one still open",
    "reps": "{} changes of rep in 360 days",
    "attention": "They bring {} % of their rep's revenue and get a tenth of that in time",
    "orders": "{} days since their last order; one is expected every 12 days",
    "delivery": "{} late deliveries in 90 days",
    "service": "{} tickets open now, the oldest for 34 days",
    "rivals": "A competitor was seen there {} days ago",
}
ACTIONS = {
    "contact": "Call them this week",
    "calls": "Ring back today",
    "billing": "Put the invoice right and say so",
    "reps": "Introduce the new rep in person",
    "attention": "Plan a visit",
    "orders": "Ask what changed",
    "delivery": "Give them a firm date",
    "service": "Solve the oldest ticket first",
    "rivals": "Ask for a review meeting",
}


@dataclass
class Made:
    """What the exports are made of, as the stage would hand it over."""

    context: ExportContext
    rows: pd.DataFrame
    not_scored: pd.DataFrame
    timelines: dict
    rep_names: dict


@pytest.fixture(scope="session")
def made() -> Made:
    return make_up(300)


def make_up(count: int) -> Made:
    """A day of scores of `count` accounts, seeded; the first accounts by rank bear the hostile names."""
    random = np.random.default_rng(3)
    ids = [f"A{n:05d}" for n in range(count)]
    first = ["Harbour", "North", "Oak", "Bright", "Stone", "River", "Crown", "Summit", "Falcon", "Meridian"]
    second = ["Foods", "Metals", "Print", "Logistics", "Textiles", "Dental", "Paper", "Tools", "Hotels", "Farms"]
    names = [f"{random.choice(first)} {random.choice(second)} {random.choice(['Ltd', 'plc', '& Co'])}" for _ in ids]
    people = ["Anna Berg", "Tom O'Hara", "Priya Nair", "Luís Á. Souza", "Kai Müller", "Mia/Max [East]", "mia max east"]
    people += ["=cmd|calc", "<b>Bold</b> Rep", "Somebody with a name that is far longer than a sheet may be", "Jo Li"]
    reps = pd.DataFrame({"rep_id": [f"R{n:02d}" for n in range(12)], "name": [*people, None]})
    risk = np.sort(random.beta(0.7, 5, count))[::-1]
    value = np.round(random.lognormal(9.6, 1.1, count), 2)
    cycle = random.integers(7, 60, count)
    overdue = random.random(count) < 0.15 + 0.6 * risk
    silent = np.where(overdue, cycle * (1 + 2 * random.random(count)), cycle * random.random(count)).astype(int) + 1
    rep_ids = random.choice([*reps["rep_id"], None], count, p=[0.08] * 12 + [0.04])
    scores = pd.DataFrame(
        {
            "account_id": ids,
            "as_of": AS_OF,
            "outlook_days": np.maximum(90, 2 * cycle).astype("int32"),
            "risk": risk,
            "risk_involuntary": 0.01 * (1 - risk),
            "rank": np.arange(1, count + 1),
            "pace": np.where(overdue, "overdue", "early"),
            "last_order_on": [AS_OF - timedelta(days=int(d)) for d in silent],
            "days_since_order": silent,
            "usual_cycle": cycle.astype(float),
            "days_to_contract_end": None,
            "days_to_renewal": None,
            "has_notice": pd.array([None] * count, dtype="boolean"),
            "value": value,
            "value_at_risk": np.round(risk * value, 2),
            "rep_id": rep_ids,
            "model_version": "3",
            "data_version": "0123456789ab",
        }
    )
    scores["priority"] = scores["value_at_risk"].rank(ascending=False, method="first").astype(int)
    codes = list(REASONS)
    found = [random.permutation(codes)[: 1 + random.integers(0, 4)] if r > 0.01 else [] for r in risk]
    for n in range(1, 5):
        chosen = [row[n - 1] if len(row) >= n else None for row in found]
        scores[f"reason_{n}_code"] = chosen
        scores[f"reason_{n}"] = [None if c is None else SAYS[c].format(random.integers(2, 90)) for c in chosen]
        scores[f"action_{n}"] = [None if c is None else ACTIONS[c] for c in chosen]
        scores[f"reason_{n}_shap"] = [None if c is None else random.random() * 1.6 / n for c in chosen]
    scores["action_1"] = scores["action_1"].fillna("Ask them")
    scores["sign"] = np.where(overdue, "41 days since their last order; one is expected every 12 days", None)
    scores["sign_code"] = np.where(overdue, "silence", None)
    several = scores["reason_2"].notna()
    scores["reason_1_lead"] = np.where(
        several, "one_of_several", np.where(scores["reason_1"].isna(), None, "stands_out")
    )
    scores["context"] = np.where(overdue, None, "Context, nothing to act on: more risk for their size")
    scores["holds_1"], scores["holds_2"] = "9 visits in 90 days", np.where(overdue, None, "No complaints in 180 days")
    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "name": [*HOSTILE, *names[len(HOSTILE) :]],
            "segment": random.choice(["Wholesale", "Retail", "Chain", None], count),
            "region": random.choice(["North", "South", "East", "<i>West</i>"], count),
        }
    )
    not_scored = pd.DataFrame(
        {
            "account_id": [f"N{n:03d}" for n in range(40)],
            "as_of": AS_OF,
            "last_order_on": [AS_OF - timedelta(days=200 + n) for n in range(30)] + [None] * 10,
            "days_since_order": [200.0 + n for n in range(30)] + [None] * 10,
            "value": [900.0 - n for n in range(30)] + [0.0] * 10,
            "cause": ["Already gone: no order for longer than its outlook"] * 30 + ["Never ordered"] * 10,
        }
    )
    metrics = {"test": {"recall_at_capacity": 0.61, "lift_top_decile": 5.3, "base_rate": 0.064}}
    context = ExportContext(
        source="simulated",
        as_of=AS_OF,
        currency="EUR",
        value_days=360,
        returns=Returns.dated,
        leaves=Left().in_words(),
        reasons=REASONS,
        skill=skill(metrics, 100, "still on schedule"),
    )
    rep_names = dict(reps.dropna().itertuples(index=False))
    return Made(
        context,
        ranked(scores, accounts, reps),
        not_ranked(not_scored, accounts),
        {a: _past(random, int(s), int(c)) for a, s, c in zip(ids, silent, cycle, strict=True)},
        rep_names,
    )


def _past(random: np.random.Generator, silent: int, cycle: int) -> dict:
    def days(events: int) -> list[int]:
        return sorted((int(d) for d in random.integers(1, 548, events)), reverse=True)

    orders = list(range(silent, 548, cycle))[::-1]
    return {
        "orders": [[d, int(random.lognormal(7, 0.5))] for d in orders],
        "returns": [[d, int(random.lognormal(5, 0.5))] for d in days(2)],
        "contacts": [[d, str(random.choice(["call", "visit", "email"]))] for d in days(24)],
        "mailings": [[d, str(random.choice(["invoice", "newsletter"]))] for d in days(16)],
        "calls": [[d, None if random.random() < 0.4 else int(random.integers(0, 9))] for d in days(6)],
        "errors": [[d, None if random.random() < 0.3 else int(random.integers(1, 40))] for d in days(3)],
        "tickets": [[d, None if random.random() < 0.2 else int(random.integers(1, min(60, d + 1)))] for d in days(4)],
        "signals": [[d, str(random.choice(["referral", "competitor_seen", "complaint", "upsell"]))] for d in days(3)],
        "reps": [[d, f"R{random.integers(0, 12):02d}"] for d in days(2)],
    }
