"""Page: the ranked accounts as one file that opens in any browser, with the reasons and the past of each account."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from features.language.signs import TITLES
from features.language.tongue import ENGLISH, number, said_in, spoken, tr
from features.value import ValueBy
from models.definition import PaceBy
from pipelines.exports import wording
from pipelines.exports.figures import NO_REASON, Figures, by_pace, figures, holding_half
from pipelines.exports.guide import explanations
from pipelines.exports.pace import standing
from pipelines.exports.ranked import ExportContext, foremost, most_valuable
from pipelines.exports.timeline import DAYS, KINDS, Timeline, kind_in_words
from pipelines.scored import HOLDS, PLACES

MOST_ACCOUNTS = 4_000  # with their timelines about five megabytes, which still opens at once
MOST_NOT_SCORED = 500
_HERE = Path(__file__).parent
_SCRIPTS = ("words.js", "timeline.js", "page.js")
_TABULATOR = _HERE / "assets" / "tabulator-6.5.3"


def on_page(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the ranked list that the page shows: all, or of a large firm those that stand foremost."""
    return foremost(rows, MOST_ACCOUNTS)


def write_page(
    path: Path,
    context: ExportContext,
    rows: pd.DataFrame,
    not_scored: pd.DataFrame,
    timelines: Mapping[str, Timeline],
    rep_names: Mapping[str, str],
) -> None:
    """The page as one self-contained file: no network, no script but its own, every name from the data as text.

    rows: the whole ranked list; the page shows those of `on_page`. timelines: by account, see timeline.timelines.
    """
    shown = on_page(rows)
    words = context.pace
    total, half, pace = figures(rows), holding_half(rows), by_pace(rows)
    scripts = [_text(path) for path in (_TABULATOR / "tabulator.min.js", *(_HERE / name for name in _SCRIPTS))]
    styles = [_text(path) for path in (_TABULATOR / "tabulator_simple.min.css", _HERE / "page.css")]
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"tr": tr, "number": number}
    page = environment.get_template("page.html.j2").render(
        context=context,
        language=spoken(),
        as_of=wording.day(context.as_of),
        total=total,
        half=half,
        early_share=_share(pace["early"], total, context.has_value),
        shown=len(shown),
        not_scored=len(not_scored),
        causes=_causes(not_scored),
        others=[_other(row) for row in most_valuable(not_scored, MOST_NOT_SCORED).to_dict("records")],
        money=lambda amount: wording.money(amount, context.currency),
        percent=wording.percent,
        explanations=explanations(context),
        has_orders=not_scored["last_order_on"].notna().any(),
        has_worth=not_scored["value"].notna().any(),
        value_is=_value_is(context),
        reps=sorted(shown["rep"].dropna().unique(), key=str.casefold),
        regions=sorted(shown["region"].dropna().unique(), key=str.casefold),
        paces={code: name for code, name in (words.names if words else {}).items() if pace[code].accounts},
        words=words,
        reasons=_main_reasons(shown, context.reasons),
        signs=[(code, tr(title)) for code, title in TITLES.items() if (shown["sign_code"] == code).any()],
        no_rep=tr(wording.NO_REP) if shown["rep"].isna().any() else None,
        policy=_policy(scripts, styles),
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files, not data
        licence=Markup(_text(_TABULATOR / "LICENSE")),  # noqa: S704 - its maker's words, in a comment
        styles=[Markup(style) for style in styles],  # noqa: S704 - our own files, not data
        data=Markup(as_script_json(_data(context, shown, timelines, rep_names))),  # noqa: S704 - escaped there
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def as_script_json(content: Any) -> str:
    r"""JSON that may stand inside a script element: nothing in it can end the element or open a comment.

    >>> as_script_json({"name": "</script><!--"})
    '{"name":"\\u003c/script\\u003e\\u003c!--"}'
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _share(part: Figures, total: Figures, has_value: bool) -> float:
    """The share of some accounts in the value at risk or, where nobody knows a value, in those expected to leave."""
    of_part, whole = (part.value_at_risk, total.value_at_risk) if has_value else (part.leaving, total.leaving)
    return of_part / whole if whole else 0.0


def _data(
    context: ExportContext, rows: pd.DataFrame, timelines: Mapping[str, Timeline], rep_names: Mapping[str, str]
) -> dict[str, Any]:
    last_day = {
        int(days): wording.watched_until(context.as_of, int(days)).isoformat() for days in rows["outlook_days"].unique()
    }
    return {
        "as_of": context.as_of.isoformat(),
        "days": DAYS,
        "value_is": _value_is(context),
        "around_amount": wording.around(context.currency),
        "locale": "en-GB" if spoken() == ENGLISH else spoken(),
        "words": _words(),
        "pace": context.pace.heading if context.pace else None,
        "paces": dict(context.pace.names) if context.pace else {},
        "soonest_first": context.pace_by is PaceBy.contracts,
        "no_rep": tr(wording.NO_REP),
        "titles": dict(context.reasons),
        "no_reason": tr(NO_REASON),
        "rep_names": {rep: rep_names.get(rep, rep) for rep in _reps_seen(rows, timelines)},
        "watched_until": last_day,
        "accounts": [_account(row, context.pace_by) for row in rows.to_dict("records")],
        "timelines": {account: _packed(timelines[account]) for account in rows["account_id"] if account in timelines},
    }


def _words() -> dict[str, str]:
    """What the page's scripts say, by what stands there in English."""
    if spoken() == ENGLISH:
        return {}
    return (
        said_in(*_SCRIPTS)
        | {kind: kind_in_words(kind) for kind in KINDS}
        | {word: tr(word) for word in wording.STRENGTHS}
    )


def _value_is(context: ExportContext) -> str | None:
    """What an account's value is, behind an amount; None where nothing tells it."""
    match context.value_by:
        case ValueBy.orders:
            return tr("net orders in {days} days", days=context.value_days)
        case ValueBy.contracts:
            return tr("of contracts a year")
        case ValueBy.nothing:
            return None


def _account(row: Mapping[Any, Any], pace_by: PaceBy) -> dict[str, Any]:
    """One account for the page; how far a reason pushes is shown as part of a full bar and in a word, never as SHAP."""
    reasons = []
    for n in PLACES:
        sentence, code, push = row[f"reason_{n}"], row[f"reason_{n}_code"], row[f"reason_{n}_shap"]
        if wording.is_missing(sentence):
            continue
        known = not wording.is_missing(push)
        reasons.append(
            {
                "code": _or_none(code),
                "says": sentence,
                "do": _or_none(row[f"action_{n}"]),
                "bar": max(2, min(100, round(100 * push / wording.FULL))) if known else None,
                "strength": wording.strength(push),
                "lead": wording.lead(row["reason_1_lead"]) if n == 1 else "",
            }
        )
    return {
        "id": row["account_id"],
        "rank": int(row["rank"]),
        "name": row["name"],
        "segment": _or_none(row["segment"]),
        "region": _or_none(row["region"]),
        "rep": _or_none(row["rep"]),
        "risk": round(float(row["risk"]), 4),
        "risk_says": wording.percent(float(row["risk"])),
        "pace": row["pace"],
        "stands": standing(row, pace_by),
        "days": _pace_days(row, pace_by),
        "outlook": int(row["outlook_days"]),
        "value": _whole(row["value"]),
        "at_risk": _whole(row["value_at_risk"]),
        "call": int(row["priority"]),
        "sign": _or_none(row["sign"]),
        "sign_code": _or_none(row["sign_code"]),
        "reasons": reasons,
        "do": _or_none(row["action_1"]),
        "context": _or_none(row["context"]),
        "holds": [row[f"holds_{n}"] for n in HOLDS if not wording.is_missing(row[f"holds_{n}"])],
    }


def _pace_days(row: Mapping[Any, Any], pace_by: PaceBy) -> int | None:
    """By what accounts are sorted by pace: the days since the last order, or to the end or renewal of the contract."""
    if pace_by is PaceBy.contracts:
        end = row["days_to_contract_end"]
        return _whole(row["days_to_renewal"] if wording.is_missing(end) else end)
    return _whole(row["days_since_order"])


def _packed(lanes: Timeline) -> dict[str, Any]:
    """The lanes with what is only a day and a kind grouped by kind, which halves the page."""
    packed: dict[str, Any] = dict(lanes)
    for lane in {"contacts", "mailings", "signals", "reps"} & set(lanes):
        kinds: dict[str, list[int]] = {}
        for days, kind in lanes[lane]:
            kinds.setdefault(kind, []).append(days)
        packed[lane] = kinds
    return packed


def _main_reasons(rows: pd.DataFrame, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    codes = rows["reason_1_code"].dropna().unique()
    return sorted(((code, titles.get(code, code)) for code in codes), key=lambda reason: reason[1].casefold())


def _reps_seen(rows: pd.DataFrame, timelines: Mapping[str, Timeline]) -> list[str]:
    shown = set(rows["account_id"])
    return sorted(
        {event[1] for account, lanes in timelines.items() if account in shown for event in lanes.get("reps", [])}
    )


def _causes(not_scored: pd.DataFrame) -> list[tuple[str, int, float | None]]:
    """Why accounts have no score, most accounts first: the cause, how many, and their value (None: not known)."""
    groups = [
        (str(cause), len(rows), float(rows["value"].sum()) if rows["value"].notna().any() else None)
        for cause, rows in not_scored.groupby("cause")
    ]
    return sorted(groups, key=lambda group: -group[1])


def _other(row: Mapping[Any, Any]) -> dict[str, Any]:
    """One account without a score, for the page."""
    last: date | None = _or_none(row["last_order_on"])
    return {
        "name": row["name"],
        "id": row["account_id"],
        "cause": row["cause"],
        "last_order": wording.day(last) if last else "–",
        "days": _whole(row["days_since_order"]),
        "value": None if wording.is_missing(row["value"]) else float(row["value"]),
    }


def _whole(number: Any) -> int | None:
    return None if wording.is_missing(number) else round(float(number))


def _or_none(text: Any) -> Any:
    return None if wording.is_missing(text) else text


def _text(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    # A source map would be a file beside the page that does not exist.
    return "\n".join(line for line in lines if "# sourceMappingURL=" not in line)


def _policy(scripts: list[str], styles: list[str]) -> str:
    """A content security policy under which nothing runs or loads but what the page itself brings."""

    def hashes(parts: list[str]) -> str:
        digests = (hashlib.sha256(part.encode("utf-8")).digest() for part in parts)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)}; "
        "base-uri 'none'; form-action 'none'"
    )
