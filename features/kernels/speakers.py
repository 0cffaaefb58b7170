"""Speakers: who of us spoke with whom, and for how long each of them has not."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.kernels import windows
from features.kernels.compiled import compiled
from features.kernels.windows import one_number

MOST_KINDS = 62  # of speakers, such as functions, that are told apart


@dataclass(frozen=True)
class Speakers:
    """Every pair of a key and someone who ever spoke with it: [pairs] codes of both, sorted; key k's are first[k] to
    first[k + 1]. since: [pairs, snapshots] days since they last spoke; NaN where they had not yet.
    """

    first: np.ndarray
    speakers: np.ndarray
    since: np.ndarray


def speakers_of(
    codes: np.ndarray, speakers: np.ndarray, ages: np.ndarray, enters: np.ndarray, keys: int, as_of_ages: np.ndarray
) -> Speakers:
    """Who spoke with every key; rows whose speaker is unknown (-1) are left out."""
    named = speakers >= 0
    codes, speakers, ages, enters = codes[named], speakers[named], ages[named], enters[named]
    # By hash, and only the few different ones sorted: rows are many.
    pair, pairs = pd.factorize(one_number(codes, speakers))
    order = np.argsort(pairs)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    pairs = pairs[order]
    width = int(speakers.max(initial=0)).bit_length()
    since = windows.days_since_last(place[pair], ages, enters, np.ones(len(pair), dtype=bool), len(pairs), as_of_ages)
    of_key = pairs >> width
    return Speakers(np.searchsorted(of_key, np.arange(keys + 1)), pairs & ((1 << width) - 1), since)


def since_one(found: Speakers, one: np.ndarray) -> np.ndarray:
    """Days since each key was spoken with by the speaker `one` (codes; -1: nobody), both [keys, snapshots]."""
    return np.asarray(_since_one(found.first, found.speakers, found.since, one))


def since_any(found: Speakers, which: np.ndarray) -> np.ndarray:
    """Days since each key was spoken with by a speaker for whom `which` [speakers, snapshots] is 1."""
    return np.asarray(_since_any(found.first, found.speakers, found.since, which))


def kinds(found: Speakers, kind: np.ndarray, within: int) -> np.ndarray:
    """How many kinds of speakers spoke with each key in the last `within` days: [keys, snapshots].

    kind: [speakers, snapshots] codes below MOST_KINDS; -1: unknown, counts for nothing.
    """
    return np.asarray(_kinds(found.first, found.speakers, found.since, kind, within))


@compiled
def _since_one(first: np.ndarray, speakers: np.ndarray, since: np.ndarray, one: np.ndarray) -> np.ndarray:
    found = np.full(one.shape, np.nan)
    for key in range(one.shape[0]):
        for pair in range(first[key], first[key + 1]):
            for snapshot in range(one.shape[1]):
                if speakers[pair] == one[key, snapshot]:
                    found[key, snapshot] = since[pair, snapshot]
    return found


@compiled
def _since_any(first: np.ndarray, speakers: np.ndarray, since: np.ndarray, which: np.ndarray) -> np.ndarray:
    found = np.full((len(first) - 1, since.shape[1]), np.inf)
    for key in range(found.shape[0]):
        for pair in range(first[key], first[key + 1]):
            for snapshot in range(found.shape[1]):
                if which[speakers[pair], snapshot] == 1 and since[pair, snapshot] < found[key, snapshot]:
                    found[key, snapshot] = since[pair, snapshot]
    return np.where(found == np.inf, np.nan, found)


@compiled
def _kinds(first: np.ndarray, speakers: np.ndarray, since: np.ndarray, kind: np.ndarray, within: int) -> np.ndarray:
    found = np.zeros((len(first) - 1, since.shape[1]))
    for key in range(found.shape[0]):
        for snapshot in range(found.shape[1]):
            seen = 0
            for pair in range(first[key], first[key + 1]):
                one = kind[speakers[pair], snapshot]
                if one >= 0 and since[pair, snapshot] <= within and not (seen >> one) & 1:
                    seen |= 1 << one
                    found[key, snapshot] += 1
    return found
