"""Leaks: a home's tables and snapshots looked through for what nobody can have known, before anything is learned."""

import logging
from collections.abc import Iterator
from pathlib import Path

import ibis
import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.language.declare import Feature
from features.language.measure import Columns, leaves
from features.language.of_terms import OfContracts
from features.mistake import Mistake, closest
from features.tables import TABLES
from models.ends_filled_in import ends_filled_in
from models.last_days import LOOK_BACK, Leave, of_contracts, of_starts
from models.leaks import Finding, Leaks, lines, setting_for
from models.leaks_in_features import leaks_in_features, sample_of
from models.leaks_in_tables import fates_of, leaks_in
from models.notice import in_time
from models.overwritten import overwritten
from models.target import targets
from pipelines.dataset import columns_in, features_of, read_rows
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Leak

log = logging.getLogger(__name__)

ACCOUNTS = 20_000  # at most so many are looked at in the tables, drawn at random; the same ones every time
SEED = 1
# What ranks well because it is silence, or the end of a contract: the definition of leaving itself, not a leak.
_ORDER_BOOK = {("orders", column) for column in ("account_id", "ordered_at", "amount")}
_CONTRACT_END = {("contracts", column) for column in ("account_id", "starts_on", "ends_on")}
_NOTICE = "contracts.cancelled_at"
_ACCOUNT_IDS = {f"{name}.account_id" for name in TABLES}


def stop_at_leaks(settings: Leak, home: Home, rows: pd.DataFrame) -> None:
    """Writes model/leaks.json, and says what is suspected. Raises Mistake, naming the columns, where a leak stops."""
    leaks = find_leaks(settings, home, rows)
    with written_whole(home.leaks) as path:
        path.write_text(leaks.as_json(), encoding="utf-8")
    for line in lines(leaks.suspected, settings.accept):
        log.warning("leak suspected: %s", line)
    if leaks.stops:
        first, *others = leaks.stops
        also = f". The same goes for {', '.join(finding.name for finding in others)}" if others else ""
        known = "all of them were" if others else "it was"
        raise Mistake(
            f"leak: {first.says}{also}; if {known} known by then, set {setting_for(leaks.stops, settings.accept)}."
        )


def find_leaks(settings: Leak, home: Home, rows: pd.DataFrame) -> Leaks:
    """All that is found and not accepted. rows: see `read_outcomes`. Raises Mistake where leak.accept names nothing."""
    _check_accepted(settings.accept)
    accepted = set(settings.accept)
    found = [finding for finding in _in_tables(home, rows) if finding.name not in accepted]
    return Leaks.of([*found, *_in_features(settings, accepted, home, rows)])


def gone_accounts(home: Home, rows: pd.DataFrame) -> pd.DataFrame:
    """Those who have gone for good, by account_id: last_day, on which they were surely there, and lost_on where it was
    written down late.
    """
    fates = _fates(home, rows, None, _leave(home, rows))
    return fates.loc[fates["is_gone"], ["last_day", "lost_on"]]


def _in_tables(home: Home, rows: pd.DataFrame) -> Iterator[Finding]:
    leave = _leave(home, rows)
    accounts = np.array(sorted(rows["account_id"].unique()), dtype=object)
    drawn: list[str] | None = None
    if len(accounts) > ACCOUNTS:
        drawn = list(np.random.default_rng(SEED).choice(accounts, ACCOUNTS, replace=False))
        rows = rows[rows["account_id"].isin(drawn)]
    fates = _fates(home, rows, drawn, leave)
    newest = pd.Timestamp(Manifest.read(home).as_of)
    first_seen = rows.groupby("account_id")["as_of"].min()
    needs = {need for feature in _features(home) for need in feature.needs}
    for name, table in TABLES.items():
        if table.column_names[0] == "account_id" and (read := _read(home, name, drawn)) is not None:
            found = list(leaks_in(table, read, fates, leave))
            yield from found
            named = {finding.column for finding in found}
            if "recorded_at" not in named:  # else leavers seem to have no rows, for that reason
                columns = {column for of, column in needs if of == name} - named
                yield from overwritten(table, read, fates, first_seen, newest, leave, columns)
            if name == "contracts":
                yield from ends_filled_in(read, newest)


def _leave(home: Home, rows: pd.DataFrame) -> Leave:
    """What shows when an account left: its last order wherever there are orders, else what leaving is judged by."""
    if (home.tables / "orders.parquet").exists():
        return Leave.order
    return Leave.loss if rows["left_known_on"].notna().any() else Leave.contract


def _fates(home: Home, rows: pd.DataFrame, drawn: list[str] | None, leave: Leave) -> pd.DataFrame:
    newest = pd.Timestamp(Manifest.read(home).as_of)
    contracts = None if leave is Leave.order else _read(home, "contracts", drawn)
    match leave:
        case Leave.order:
            last = _last_orders(home.tables, newest)
        case Leave.contract if contracts is not None:
            last = of_contracts(contracts, newest)
        case _:
            last = of_starts(contracts)
    outcomes = rows[["account_id", "as_of", "left", "pace"]]
    return fates_of(outcomes, last, _read(home, "losses", drawn), newest, leave)


def _in_features(settings: Leak, accepted: set[str], home: Home, rows: pd.DataFrame) -> Iterator[Finding]:
    features = _features(home)
    own = {feature.name: set(feature.needs) - _ORDER_BOOK for feature in features}
    like_silence = [name for name, needs in own.items() if needs <= _CONTRACT_END]
    columns = Manifest.read(home).columns
    read = {name: {f"{table}.{column}" for table, column in needs} for name, needs in own.items()}
    for feature in features:
        read[feature.name] |= _notice(feature, columns)
    if _notice_in_time(home, rows):  # the end of a contract, told by the customer
        like_silence += [
            name
            for name, needs in own.items()
            if _NOTICE in read[name] and {table for table, _ in needs} == {"contracts"}
        ]
    reads = {
        name: ", ".join(sorted(found - _ACCOUNT_IDS))
        for name, found in read.items()
        if name not in {*accepted, *like_silence} and not accepted & found
    }
    looked_at = rows["account_id"].isin(sample_of(rows[["account_id"]])["account_id"]).to_numpy(bool)
    counted = read_rows(home, looked_at)
    counted = counted.assign(left=targets(counted)[0])
    yield from leaks_in_features(counted, reads, like_silence, most=settings.auc)


def _features(home: Home) -> list[Feature]:
    return [catalogue().by_name[name] for name in features_of(columns_in(home))]


def _notice_in_time(home: Home, rows: pd.DataFrame) -> bool:
    """Whether leavers gave notice, and not only in their last days."""
    contracts = _read(home, "contracts", None)
    if contracts is None or "cancelled_at" not in contracts:
        return False
    return in_time(contracts, gone_accounts(home, rows)["last_day"])


def _notice(feature: Feature, columns: Columns) -> set[str]:
    """The column of notice, where a feature goes by it without needing it: it says how long a contract is in force."""
    of_contracts = any(isinstance(part, OfContracts) for part in leaves(feature.measure, columns))
    return {_NOTICE} if of_contracts and "cancelled_at" in columns["contracts"] else set()


def _read(home: Home, name: str, accounts: list[str] | None) -> pd.DataFrame | None:
    """The rows of some accounts, or of all, with days and times alike as times; None where the table is missing."""
    path = home.tables / f"{name}.parquet"
    if not path.exists():
        return None
    rows = pd.read_parquet(path, filters=None if accounts is None else [("account_id", "in", accounts)])
    times = {column.name for column in TABLES[name].columns if column.kind in ("date", "time")} & set(rows.columns)
    if name == "losses" and "recorded_at" not in rows:
        rows["recorded_at"] = pd.NaT
    return rows.assign(**{column: pd.to_datetime(rows[column]) for column in times})


def _last_orders(tables: Path, newest: pd.Timestamp) -> pd.DataFrame:
    """account_id, the day of the last order that counts, and of the last one as it stood a while before."""
    orders = ibis.read_parquet(tables / "orders.parquet")
    orders = orders.filter(orders.amount > 0)
    days = orders.ordered_at.cast("date")
    then = (newest - pd.Timedelta(days=LOOK_BACK)).date()
    found = orders.group_by("account_id").agg(last_day=days.max(), last_day_before=days.max(where=days < then))
    last: pd.DataFrame = found.to_pyarrow().to_pandas()
    return last.assign(**{name: pd.to_datetime(last[name]) for name in ("last_day", "last_day_before")})


def _check_accepted(names: tuple[str, ...]) -> None:
    columns = [f"{table.name}.{column}" for table in TABLES.values() for column in table.column_names]
    known = [*columns, *catalogue().by_name]
    for name in names:
        if name not in known:
            raise Mistake(f"leak.accept: '{name}' is no table.column and no feature.{closest(name, known)}")
