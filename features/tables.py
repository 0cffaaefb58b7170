"""Tables: the data contract, declared once, for ingest, checks, features and documentation alike."""

from dataclasses import dataclass
from typing import Literal

GRACE_DAYS = 30  # between two contracts are no end of the first, unless somebody sets another number

Kind = Literal["id", "text", "choice", "money", "number", "date", "time"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    kind: 'id' and 'text' are strings, 'choice' one of `allowed`, 'money' an amount in the source's currency with two
    decimals, 'number' a whole one from 1 on, 'date' a day, 'time' a moment in the firm's local time (a day counts as
    its midnight).
    planned: a time in the future that is known as soon as its row is (a due date); other second times are unknown until
    they have happened.
    after: the column that this one cannot precede.
    known_with: the second time at which this value becomes known; by default it is known with the row.
    same_as: the column of whose kind the ids are, where it has another name.
    """

    name: str
    kind: Kind
    says: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    planned: bool = False
    after: str | None = None
    known_with: str | None = None
    same_as: str | None = None

    @property
    def domain(self) -> str:
        """What the values name: columns of one domain can be compared."""
        return self.same_as or self.name


@dataclass(frozen=True)
class Table:
    """A table of the contract: its columns, its key, and the time at which a row happened (None: not an event)."""

    name: str
    says: str
    columns: tuple[Column, ...]
    happened: str | None = None
    key: tuple[str, ...] = ()

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column '{name}'; it has {', '.join(self.column_names)}")


def _id(name: str, says: str, required: bool = False) -> Column:
    return Column(name, "id", says, required)


def _text(name: str, says: str) -> Column:
    return Column(name, "text", says)


def _choice(name: str, says: str, *allowed: str, required: bool = False) -> Column:
    return Column(name, "choice", says, required, allowed=allowed)


def _money(name: str, says: str, required: bool = False) -> Column:
    return Column(name, "money", says, required)


def _time(
    name: str, says: str, required: bool = False, *, planned: bool = False, after: str | None = None, day: bool = False
) -> Column:
    return Column(name, "date" if day else "time", says, required, planned=planned, after=after)


_ACCOUNT = _id("account_id", "The customer firm.", required=True)
RECORDED_AT = _time("recorded_at", "When the firm learned of the row; by default the moment it happened.")

accounts = Table(
    "accounts",
    "The customer firms.",
    (
        _ACCOUNT,
        _text("name", "What people call the account."),
        _text("segment", "The kind or size of customer, as the firm sorts its customers."),
        _text("industry", "The trade the account is in."),
        _text("region", "Where the account is, as the firm divides its territory."),
        _time("opened_on", "The day the account was opened.", day=True),
        Column("sold_by_rep_id", "id", "The rep who won the account.", same_as="rep_id"),
        _time("valid_from", "From when on this row is so; several rows an account are its history."),
        RECORDED_AT,
    ),
    key=("account_id",),
)

orders = Table(
    "orders",
    "What accounts ordered.",
    (
        _ACCOUNT,
        _id("order_id", "The order's number."),
        _time("ordered_at", "When the account ordered.", required=True),
        _money("amount", "The order's worth.", required=True),
        _time("promised_at", "When delivery was promised.", planned=True),
        _time("delivered_at", "When it was delivered in full.", after="ordered_at"),
        _time("returned_at", "When goods of it came back.", after="ordered_at"),
        Column("returned_amount", "money", "The worth of what came back.", known_with="returned_at"),
        _text("product_line", "The line of products that the order is of."),
        RECORDED_AT,
    ),
    happened="ordered_at",
)

contacts = Table(
    "contacts",
    "Every time the firm and an account were in touch.",
    (
        _ACCOUNT,
        _time("contacted_at", "When they were in touch.", required=True),
        _choice(
            "channel",
            "How they were in touch.",
            "visit",
            "meeting",
            "call",
            "email",
            "letter",
            "event",
            "invoice",
            "newsletter",
            required=True,
        ),
        _choice("direction", "Who began it: outbound is the firm, inbound the account.", "outbound", "inbound"),
        _id("rep_id", "The rep who was in touch."),
        _id("person", "Who of the account's people was in touch: a name, or better a number."),
        RECORDED_AT,
    ),
    happened="contacted_at",
)

calls = Table(
    "calls",
    "Calls from accounts that reached nobody, and other requests of theirs, and when someone got back to them.",
    (
        _ACCOUNT,
        _time("called_at", "When the account called or asked.", required=True),
        _time("returned_at", "When someone rang back, or sent what they asked for.", after="called_at"),
        _choice(
            "channel",
            "What it was: a call, an email to be answered, a quote or a document asked for.",
            "call",
            "email",
            "quote",
            "document",
        ),
        _id("rep_id", "The rep who was called."),
        RECORDED_AT,
    ),
    happened="called_at",
)

invoices = Table(
    "invoices",
    "What accounts were billed.",
    (
        _ACCOUNT,
        _id("invoice_id", "The invoice's number."),
        _time("issued_at", "When the invoice was sent.", required=True),
        _money("amount", "What was billed.", required=True),
        _time("due_on", "The day by which it is to be paid.", planned=True, day=True),
        _time("paid_at", "When it was paid in full.", after="issued_at"),
        _time("error_found_at", "When an error in it was found.", after="issued_at"),
        _time("corrected_at", "When the error was put right.", after="error_found_at"),
        Column("error_amount", "money", "By how much the invoice was wrong.", known_with="error_found_at"),
        RECORDED_AT,
    ),
    happened="issued_at",
)

tickets = Table(
    "tickets",
    "What accounts reported as not working.",
    (
        _ACCOUNT,
        _time("opened_at", "When it was reported.", required=True),
        _time("resolved_at", "When it was solved.", after="opened_at"),
        _time("reopened_at", "When it turned out not to be solved.", after="opened_at"),
        _choice("severity", "How bad it is.", "low", "normal", "high", "critical"),
        _text("category", "What it is about."),
        RECORDED_AT,
    ),
    happened="opened_at",
)

contracts = Table(
    "contracts",
    "Contracts with accounts.",
    (
        _ACCOUNT,
        _id("contract_id", "The contract's number."),
        _time(
            "starts_on",
            "Its first day. Planned: it may lie ahead, if `recorded_at` says when it was signed.",
            required=True,
            planned=True,
            day=True,
        ),
        _time(
            "ends_on",
            "The day on which it ends unless renewed; none: open-ended.",
            planned=True,
            after="starts_on",
            day=True,
        ),
        _choice("renews", "Whether it goes on for another term unless somebody gives notice.", "yes", "no"),
        Column(
            "renewal_months",
            "number",
            "By how many months it goes on each time it renews itself; none: by the length of its first term, or by "
            "what all have in common.",
        ),
        _time("cancelled_at", "When notice was given; before its first day, it never comes into force."),
        _time("renewed_at", "When it was renewed."),
        _money("annual_value", "What it is worth a year."),
        _text("product_line", "The line of products that it is for: of one line, what began last counts."),
        _time(
            RECORDED_AT.name,
            "When it was signed, or entered; by default its first day. It counts from then on, though it begins later.",
        ),
    ),
    happened="starts_on",
)

reps = Table(
    "reps",
    "The firm's sales reps, and others of its people who speak with accounts.",
    (
        _id("rep_id", "The rep.", required=True),
        _text("name", "The rep's name."),
        _time("hired_on", "The rep's first day.", day=True),
        _time("left_on", "The rep's last day.", after="hired_on", day=True),
        _text("manager", "Who leads the rep."),
        _text("team", "The team that the rep is in."),
        _choice(
            "role",
            "What the rep does for accounts; people of other functions who speak with them have a row as well.",
            "sales",
            "account management",
            "service",
            "management",
        ),
        _time("valid_from", "From when on this row is so; several rows a rep are its history."),
        RECORDED_AT,
    ),
    key=("rep_id",),
)

rep_assignments = Table(
    "rep_assignments",
    "Which rep looked after which account, and when.",
    (
        _ACCOUNT,
        _id("rep_id", "The rep.", required=True),
        _time("starts_at", "From when on.", required=True),
        _time("ends_at", "Until when.", after="starts_at"),
        RECORDED_AT,
    ),
    happened="starts_at",
)

prospecting = Table(
    "prospecting",
    "What reps did to win new customers.",
    (
        _id("rep_id", "The rep.", required=True),
        _time("occurred_at", "When the rep spent time on a prospect.", required=True),
        RECORDED_AT,
    ),
    happened="occurred_at",
)

signals = Table(
    "signals",
    "Other signs from an account.",
    (
        _ACCOUNT,
        _time("occurred_at", "When it happened.", required=True),
        _choice(
            "kind",
            "What happened.",
            "referral",
            "reference",
            "competitor_seen",
            "complaint",
            "review_meeting",
            "upsell",
            "contact_left",
            "reorganised",
            "acquired",
            "moving",
            "closing",
            required=True,
        ),
        _text("about", "Whom or what it is about: who of theirs left, which competitor was seen."),
        RECORDED_AT,
    ),
    happened="occurred_at",
)

losses = Table(
    "losses",
    "Accounts that are known to have left.",
    (
        _ACCOUNT,
        _time("lost_on", "The day they left.", required=True, day=True),
        _text("cause", "Why, as far as anyone knows."),
        _choice(
            "kind", "Whether they chose to leave, or closed, moved away or were bought.", "voluntary", "involuntary"
        ),
        RECORDED_AT,
    ),
    happened="lost_on",
)

outcomes = Table(
    "outcomes",
    "What people did about a score.",
    (
        _ACCOUNT,
        _time("as_of", "The day of the score that was acted on.", required=True, day=True),
        Column("kind", "text", "What was done: called, visited, held out, and so on.", required=True),
        _text("result", "What came of it."),
        _time("happened_at", "When it was done.", required=True),
        _text("note", "What else is worth knowing."),
        RECORDED_AT,
    ),
    happened="happened_at",
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        accounts,
        orders,
        contacts,
        calls,
        invoices,
        tickets,
        contracts,
        reps,
        rep_assignments,
        prospecting,
        signals,
        losses,
        outcomes,
    )
}
