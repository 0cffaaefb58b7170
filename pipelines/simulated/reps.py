"""Reps: people who are hired and leave, and the books of accounts that pass from one to the next."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.names import REGIONS
from pipelines.simulated.spans import span_at

ACCOUNTS_PER_SEAT = 32
BEFORE = 900.0  # days before the first month for which old assignments are still on file
_BACK = 5000.0  # seats are filled from so many days before the first month on, so that tenures are in balance
_MONTH = 30.4375
_MOVES = 0.005  # accounts that a month's redrawing of territories moves to another rep


@dataclass(frozen=True)
class Reps:
    """Who worked when and where, and who looked after which account; moments are days since the first month began."""

    hired: np.ndarray
    left: np.ndarray  # may lie after the end
    region: np.ndarray
    seat: np.ndarray
    account: np.ndarray  # assignments, sorted by account and start
    rep: np.ndarray
    starts: np.ndarray
    ends: np.ndarray  # may lie after the end

    def __len__(self) -> int:
        return len(self.hired)

    def of(self, account: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The rep of each account at each moment; -1 where it had none."""
        held = span_at(self.account, self.starts, self.ends, account, at)
        return np.where(held >= 0, self.rep[held], -1)


def make_reps(accounts: Accounts, clock: Clock, seed: int) -> Reps:
    """Reps in seats (a territory that someone fills, then someone else), and the assignments that follow from them."""
    chance = stream(seed, "reps")
    seat_region, accounts_seat = _seats(chance, accounts, clock)
    posts = _posts(chance, len(seat_region), clock)
    tenures = posts[~posts["is_cover"]].reset_index(drop=True)

    pieces = _pieces(chance, accounts, accounts_seat, seat_region, clock)
    held = pieces.merge(posts, on="seat")
    held["starts"] = held[["from", "hired"]].max(axis=1)
    held["ends"] = held[["to", "left"]].min(axis=1)
    covered = held["account"] % 2 == 0  # while a seat is empty, a colleague looks after half of its accounts
    held = held[(held["starts"] < held["ends"]) & (held["ends"] > -BEFORE) & (~held["is_cover"] | covered)]
    held = held.sort_values(["account", "starts", "rep"], kind="stable")
    # A territory that is redrawn during a cover could give an account two reps at once: the earlier one ends.
    follows = held["starts"].shift(-1).where(held["account"].shift(-1) == held["account"], np.inf)
    held["ends"] = np.minimum(held["ends"], follows)
    held = held[held["starts"] < held["ends"]]
    return Reps(
        hired=tenures["hired"].to_numpy(),
        left=tenures["left"].to_numpy(),
        region=seat_region[tenures["seat"].to_numpy()],
        seat=tenures["seat"].to_numpy(),
        account=held["account"].to_numpy(),
        rep=held["rep"].to_numpy(),
        starts=held["starts"].to_numpy(),
        ends=held["ends"].to_numpy(),
    )


def _seats(chance: np.random.Generator, accounts: Accounts, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """The region of every seat, and the first seat of every account."""
    there = 1 / (1 + 0.22 * clock.end / 365)
    per_region = np.bincount(accounts.region, minlength=len(REGIONS)) * there / ACCOUNTS_PER_SEAT
    seats = np.maximum(np.round(per_region), 1).astype(int)
    first = np.concatenate([[0], np.cumsum(seats)[:-1]])
    own = first[accounts.region] + np.floor(chance.random(len(accounts)) * seats[accounts.region]).astype(int)
    return np.repeat(np.arange(len(REGIONS)), seats), own


def _posts(chance: np.random.Generator, seats: int, clock: Clock) -> pd.DataFrame:
    """seat, rep, hired, left, is_cover: who filled each seat when, and which colleague covered it in between."""
    many = 40
    stays = chance.random((seats, many)) < 0.27  # some reps stay for years, most for little more than one
    tenure = np.where(stays, chance.gamma(2.6, 25, (seats, many)), chance.gamma(4.0, 3.5, (seats, many)))
    tenure = np.maximum(tenure, 2) * _MONTH
    empty = np.where(chance.random((seats, many)) < 0.35, 0, np.clip(chance.exponential(45, (seats, many)), 7, 120))
    # People start on Mondays and leave on Fridays, so everything is counted in weeks.
    tenure, empty = 7 * np.ceil(tenure / 7), 7 * np.ceil(empty / 7)
    first = 7 * np.floor((-_BACK - 700 * chance.random((seats, 1))) / 7) - clock.starts_on.weekday()
    hired = np.cumsum(tenure + empty, axis=1) - tenure - empty + first
    left = hired + tenure
    seat = np.repeat(np.arange(seats), many)
    hired, left, until = hired.ravel(), left.ravel(), (left + empty).ravel()
    kept = (hired < clock.end) & (left > -BEFORE)
    seat, hired, left, until = seat[kept], hired[kept], left[kept], until[kept]
    order = np.lexsort((seat, hired))  # reps are numbered as they were hired
    posts = pd.DataFrame(
        {"seat": seat[order], "rep": np.arange(len(order)), "hired": hired[order], "left": left[order]}
    )
    posts["is_cover"] = False

    # The rep of the next seat covers an empty one, if there is one that day and as long as that rep stays.
    gaps = pd.DataFrame({"seat": seat, "hired": left, "until": until}).query("until > hired")
    gaps["beside"] = (gaps["seat"] + 1) % seats
    covers = gaps.merge(posts, left_on="beside", right_on="seat", suffixes=("", "_beside"))
    covers = covers[(covers["hired_beside"] <= covers["hired"]) & (covers["left"] > covers["hired"])]
    covers["left"] = covers[["left", "until"]].min(axis=1)
    covers["is_cover"] = True
    return pd.concat([posts, covers[posts.columns]], ignore_index=True)


def _pieces(
    chance: np.random.Generator, accounts: Accounts, own: np.ndarray, seat_region: np.ndarray, clock: Clock
) -> pd.DataFrame:
    """account, seat, from, to: which seat each account belonged to; territories are redrawn now and then."""
    span = clock.end + BEFORE
    moves = chance.poisson(_MOVES * span / _MONTH, len(accounts))
    account = np.repeat(np.arange(len(accounts)), moves)
    at = np.floor(chance.random(len(account)) * span - BEFORE)
    later = at > accounts.opened[account] + 30
    account, at = account[later], at[later]
    seats = np.bincount(seat_region, minlength=len(REGIONS))
    first = np.concatenate([[0], np.cumsum(seats)[:-1]])
    region = accounts.region[account]
    seat = first[region] + np.floor(chance.random(len(account)) * seats[region]).astype(int)

    pieces = pd.DataFrame(
        {
            "account": np.concatenate([np.arange(len(accounts)), account]),
            "seat": np.concatenate([own, seat]),
            "from": np.concatenate([np.floor(np.maximum(accounts.opened, -_BACK)), at]),
        }
    ).sort_values(["account", "from"], kind="stable")
    follows = pieces["from"].shift(-1).where(pieces["account"].shift(-1) == pieces["account"], np.inf)
    return pieces.assign(to=follows)
