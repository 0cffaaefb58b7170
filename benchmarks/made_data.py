"""Made data: every table of the contract in realistic proportion, at any size, sorted as ingest writes it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

NEWEST = date(2026, 1, 1)
DAYS = 1440  # of history before NEWEST: the oldest of 24 snapshots can still look two years back
ACCOUNTS_PER_REP = 100
LATE_SHARE = 0.05  # of the rows were recorded later than they happened

SHARES = {  # of all events
    "contacts": 0.40,
    "invoices": 0.20,
    "orders": 0.20,
    "calls": 0.07,
    "tickets": 0.05,
    "signals": 0.04,
    "prospecting": 0.02,
    "contracts": 0.01,
    "rep_assignments": 0.01,
}


@dataclass(frozen=True)
class Size:
    """How much to make. is_recorded: whether the firm says when it learned of its rows."""

    events: int
    accounts: int
    is_recorded: bool = True

    @property
    def reps(self) -> int:
        return max(self.accounts // ACCOUNTS_PER_REP, 2)

    @property
    def name(self) -> str:
        return f"{self.events}_events_{self.accounts}_accounts" + ("" if self.is_recorded else "_never_late")


def made(folder: Path, size: Size) -> Path:
    """The folder with the tables of this size; made if it is not there yet. Equal sizes give equal rows."""
    tables = folder / size.name
    if (tables / "complete").exists():
        return tables
    tables.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")
    for name, select in _selects(size).items():
        connection.execute(f"COPY ({select}) TO '{tables / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    (tables / "complete").touch()
    return tables


def _selects(size: Size) -> dict[str, str]:
    return {
        "accounts": f"""
            SELECT {_account("i")} AS account_id,
                   {_one_of("segment", ["small", "middle", "large", "public"])} AS segment,
                   {_one_of("region", ["north", "east", "south", "west", "abroad"])} AS region,
                   (DATE '{NEWEST}' - ({_chance("opened")} * 3000)::INTEGER - 1)::DATE AS opened_on,
                   {_rep("seller", size)} AS sold_by_rep_id,
                   opened_on::TIMESTAMP AS valid_from
            FROM range({size.accounts}) AS made(i) ORDER BY account_id""",
        "reps": f"""
            SELECT 'R' || lpad(i::VARCHAR, 6, '0') AS rep_id,
                   (DATE '{NEWEST}' - ({_chance("hired")} * 2000)::INTEGER - 400)::DATE AS hired_on,
                   CASE WHEN {_chance("leaves")} < 0.3
                        THEN (DATE '{NEWEST}' - ({_chance("left")} * 400)::INTEGER)::DATE END AS left_on,
                   'team ' || (i % {max(size.reps // 10, 1)})::VARCHAR AS team,
                   {_one_of("role", ["sales"] * 6 + ["account management", "service", "management"])} AS role,
                   hired_on::TIMESTAMP AS valid_from
            FROM range({size.reps}) AS made(i) ORDER BY rep_id""",
        "losses": f"""
            SELECT {_account("i * 10")} AS account_id,
                   (DATE '{NEWEST}' - ({_chance("lost")} * {DAYS})::INTEGER)::DATE AS lost_on,
                   {_one_of("loss", ["voluntary", "voluntary", "involuntary"])} AS kind
            FROM range({size.accounts // 10}) AS made(i) ORDER BY account_id""",
        "orders": _events(
            size,
            "orders",
            "ordered_at",
            f"""{_money("amount")} AS amount,
                moment + INTERVAL 1 DAY * (2 + {_chance("promised")} * 12)::INTEGER AS promised_at,
                {_later("delivered", 12, 0.97)} AS delivered_at,
                {_later("returned", 20, 0.05)} AS returned_at,
                CASE WHEN returned_at IS NOT NULL THEN round({_money("amount")} * 0.3, 2) END AS returned_amount,
                'line ' || ({_chance("line")} * 12)::INTEGER AS product_line""",
        ),
        "contacts": _events(
            size,
            "contacts",
            "contacted_at",
            f"""{
                _one_of(
                    "channel",
                    ["invoice"] * 6
                    + ["call"] * 5
                    + ["email"] * 5
                    + ["newsletter"] * 2
                    + ["visit", "visit", "meeting", "letter", "event"],
                )
            } AS channel,
                CASE WHEN {_chance("direction")} < 0.7 THEN 'outbound' ELSE 'inbound' END AS direction,
                {_rep("contact", size)} AS rep_id,
                {_person("met")} AS person""",
        ),
        "calls": _events(
            size,
            "calls",
            "called_at",
            f"""{_later("rang_back", 3, 0.85)} AS returned_at, {_rep("called", size)} AS rep_id,
                {_one_of("request", ["call"] * 6 + ["email", "email", "quote", "document"])} AS channel""",
        ),
        "invoices": _events(
            size,
            "invoices",
            "issued_at",
            f"""{_money("billed")} AS amount,
                (moment + INTERVAL 30 DAY)::DATE AS due_on,
                {_later("paid", 28, 0.95)} AS paid_at,
                CASE WHEN {_chance("wrong")} < 0.06 THEN {_later("found", 20, 1)} END AS error_found_at,
                CASE WHEN {_chance("wrong")} < 0.05
                     THEN {_later("found", 20, 1)} + INTERVAL 9 DAY END AS corrected_at,
                CASE WHEN {_chance("wrong")} < 0.06 THEN round({_money("billed")} * 0.1, 2) END AS error_amount""",
        ),
        "tickets": _events(
            size,
            "tickets",
            "opened_at",
            f"""{_later("resolved", 8, 0.95)} AS resolved_at,
                CASE WHEN {_chance("reopened")} < 0.08 THEN {_later("resolved", 8, 1)} + INTERVAL 4 DAY END
                    AS reopened_at,
                {_one_of("severity", ["low", "normal", "normal", "high", "critical"])} AS severity""",
        ),
        "signals": _events(
            size,
            "signals",
            "occurred_at",
            f"""{
                _one_of(
                    "kind",
                    ["referral", "reference", "competitor_seen", "complaint", "review_meeting", "upsell"] * 2
                    + ["contact_left", "reorganised", "acquired", "moving", "closing"],
                )
            } AS kind,
                {_person("spoken_of")} AS about""",
        ),
        "contracts": _events(
            size,
            "contracts",
            "starts_on",
            f"""(moment + INTERVAL 1 DAY * (360 + {_chance("length")} * 720)::INTEGER)::DATE AS ends_on,
                CASE WHEN {_chance("cancelled")} < 0.2 THEN {_later("cancelled_on", 200, 1)} END AS cancelled_at,
                CASE WHEN {_chance("renewed")} < 0.3 THEN {_later("renewed_on", 300, 1)} END AS renewed_at,
                CASE WHEN {_chance("renews")} < 0.5 THEN 'yes' ELSE 'no' END AS renews,
                {_money("worth")} AS annual_value,
                'plan ' || ({_chance("plan")} * 4)::INTEGER AS product_line""",
            day=True,
        ),
        "rep_assignments": _events(
            size,
            "rep_assignments",
            "starts_at",
            f"""{_rep("assigned", size)} AS rep_id, {_later("ends", 500, 0.5)} AS ends_at""",
        ),
        "prospecting": _prospecting(size),
    }


def _events(size: Size, table: str, happened: str, columns: str, *, day: bool = False) -> str:
    """An event table by account and time. Some accounts have ten times the rows of others."""
    count = round(size.events * SHARES[table])
    recorded = f", {_recorded(table)} AS recorded_at" if size.is_recorded else ""
    return f"""
        WITH made AS (
            SELECT i * {len(SHARES)} + {list(SHARES).index(table)} AS i,
                   least((power({_chance(table, "i")}, 1.6) * {size.accounts})::BIGINT, {size.accounts - 1}) AS account,
                   {_moment(table)} AS moment
            FROM range({count}) AS counted(i))
        SELECT {_account("account")} AS account_id, {"moment::DATE" if day else "moment"} AS {happened},
               {columns}{recorded}
        FROM made ORDER BY account_id, {happened}"""


def _prospecting(size: Size) -> str:
    recorded = f", {_recorded('prospecting')} AS recorded_at" if size.is_recorded else ""
    return f"""
        WITH made AS (
            SELECT i, {_moment("prospecting")} AS moment
            FROM range({round(size.events * SHARES["prospecting"])}) AS counted(i))
        SELECT {_rep("prospecting", size)} AS rep_id, moment AS occurred_at{recorded}
        FROM made ORDER BY rep_id, occurred_at"""


def _moment(table: str) -> str:
    return f"TIMESTAMP '{NEWEST}' - INTERVAL 1 SECOND * (1 + {_chance(table + ' at')} * {DAYS * 86400})::BIGINT"


def _chance(what: str, number: str = "i") -> str:
    """A number from 0 to 1 that depends on the row's number and `what` alone, so threads do not matter."""
    return f"(hash({number}, '{what}') % 1000003 / 1000003.0::DOUBLE)"


def _account(number: str) -> str:
    return f"'A' || lpad(({number})::VARCHAR, 8, '0')"


def _rep(what: str, size: Size) -> str:
    return f"'R' || lpad((hash(i, '{what}') % {size.reps})::VARCHAR, 6, '0')"


def _person(what: str) -> str:
    """One of an account's five people."""
    return f"'person ' || (hash(i, '{what}') % 5)::VARCHAR"


def _one_of(what: str, values: list[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"([{listed}])[1 + (hash(i, '{what}') % {len(values)})::INTEGER]"


def _money(what: str) -> str:
    """Mostly small amounts, now and then a large one; two decimals."""
    return f"round(exp(3 + 4 * {_chance(what)}), 2)"


def _later(what: str, days: int, share: float) -> str:
    """A second time, exponentially so many days on average after the row; null for the share that it never came for."""
    seconds = f"(-ln(1 - {_chance(what)}) * {days * 86400})::BIGINT"
    return f"CASE WHEN {_chance(what + ' comes')} < {share} THEN moment + INTERVAL 1 SECOND * {seconds} END"


def _recorded(table: str) -> str:
    late = f"({_chance(table + ' late by')} * {60 * 86400})::BIGINT"
    return (
        f"CASE WHEN {_chance(table + ' late')} < {LATE_SHARE} THEN moment + INTERVAL 1 SECOND * {late} ELSE moment END"
    )
