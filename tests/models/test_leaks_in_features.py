"""A feature that knows who left is told from one that is good, and the bound is that of accounts, not of rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models import leaks_in_features as module
from models.leaks_in_features import leaks_in_features, ranking, sample_of

DAY = pd.Timedelta(days=1)


def snapshots(accounts: int = 400, as_ofs: int = 8, seed: int = 0) -> pd.DataFrame:
    """Accounts that order every 5 days and are looked at every 30; the first 100 leave before their last snapshot."""
    account, number = np.divmod(np.arange(accounts * as_ofs), as_ofs)
    rows = pd.DataFrame(
        {
            "account_id": [f"A{code}" for code in account],
            "as_of": pd.Timestamp("2024-01-01") + number * 30 * DAY,
            "left": ((account < 100) & (number == as_ofs - 1)).astype(float),
            "pace": "early",
            "days_since_order": 5.0,
            "noise": np.random.default_rng(seed).normal(size=len(account)),
        }
    )
    return rows.assign(knows=rows["left"] + 0.01 * rows["noise"])


def found(rows: pd.DataFrame, *names: str, like_silence: tuple[str, ...] = (), most: float = 0.95) -> list[tuple]:
    findings = leaks_in_features(rows, dict.fromkeys(names, "its column"), list(like_silence), most=most)
    return [(finding.code, finding.column) for finding in findings]


def test_a_feature_that_knows_is_named_and_noise_is_not() -> None:
    assert found(snapshots(), "noise", "knows") == [("c", "knows")]
    rows = snapshots()
    assert found(rows.assign(knows=-rows["knows"]), "knows") == [("c", "knows")]  # downwards as well


def test_being_missing_for_leavers_alone_is_knowing() -> None:
    rows = snapshots()
    assert found(rows.assign(value=rows["noise"].where(rows["left"] == 0)), "value") == [("c", "value")]


def test_skill_of_the_last_days_alone_is_suspected_and_lasting_skill_is_not() -> None:
    rows = snapshots()
    lasting = rows["account_id"].isin(rows.loc[rows["left"] == 1, "account_id"]) + 0.35 * rows["noise"]
    late = rows["left"] + 0.35 * rows["noise"]
    assert found(rows.assign(late=late), "late", most=0.999) == [("d", "late")]
    rows = rows[rows["as_of"] >= rows["as_of"].max() - 60 * DAY].reset_index(drop=True)
    assert found(rows.assign(lasting=lasting), "lasting", most=0.999) == []


def test_what_is_silence_under_another_name_is_not_suspected() -> None:
    rows = snapshots()
    rows["silence"] = rows["knows"] ** 3
    assert found(rows, "knows") == [("c", "knows")]
    assert found(rows, "knows", like_silence=("silence",)) == []


def test_overdue_accounts_and_a_handful_of_leavers_prove_nothing() -> None:
    rows = snapshots()
    assert found(rows.assign(pace="overdue"), "knows") == []
    few = rows["account_id"].isin([f"A{code}" for code in range(19, 400)])
    assert found(rows[few], "knows") == [("c", "knows")]
    assert found(rows[rows["account_id"].isin([f"A{code}" for code in range(81, 400)])], "knows") == []


def test_the_roc_auc_is_that_of_scikit_learn_with_ties() -> None:
    chance = np.random.default_rng(1)
    score, left = chance.integers(0, 5, 300).astype(float), (chance.random(300) < 0.3).astype(float)
    assert ranking(score, left, np.arange(300)).roc_auc == pytest.approx(roc_auc_score(left, score))


def test_rows_of_one_account_are_no_more_evidence_than_one() -> None:
    chance = np.random.default_rng(2)
    left = (chance.random(300) < 0.3).astype(float)
    score = left + chance.normal(size=300)
    once = ranking(score, left, np.arange(300))
    thrice = ranking(np.repeat(score, 3), np.repeat(left, 3), np.repeat(np.arange(300), 3))
    assert thrice.low == pytest.approx(once.low)
    assert ranking(np.repeat(score, 3), np.repeat(left, 3), np.arange(900)).low > once.low
    assert ranking(score, left, np.arange(300), looks=100).low < once.low < once.roc_auc


def test_the_lower_bound_is_that_of_a_bootstrap_of_accounts() -> None:
    chance = np.random.default_rng(3)
    account = np.repeat(np.arange(200), 2)
    left = (chance.random(200) < 0.3)[account].astype(float)
    score = left + chance.normal(size=200)[account] + 0.3 * chance.normal(size=400)
    drawn = []
    for _ in range(600):
        rows = np.concatenate([2 * (draw := chance.integers(0, 200, 200)), 2 * draw + 1])
        drawn.append(roc_auc_score(left[rows], score[rows]))
    assert ranking(score, left, account).low == pytest.approx(np.quantile(drawn, 0.05), abs=0.015)


def test_large_data_is_looked_at_in_whole_accounts_the_same_ones_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = snapshots()
    monkeypatch.setattr(module, "ROWS", 1600)
    some = sample_of(rows)
    assert len(some) == 1600
    assert (some.groupby("account_id").size() == 8).all()
    pd.testing.assert_frame_equal(some, sample_of(rows))
