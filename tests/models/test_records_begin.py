"""As_ofs from before leavers were on record are told from quiet ones."""

import numpy as np
import pandas as pd

from models.records_begin import before_leavers_are_on_record, in_words

FIRST = pd.Timestamp("2024-01-01")


def rows(gone: list[int], of: int = 200, horizon: int = 60, step: int = 30) -> pd.DataFrame:
    """So many of 200 accounts left on each of the as_ofs."""
    days = [FIRST + pd.Timedelta(days=step * place) for place in range(len(gone))]
    left = [float(account < number) for number in gone for account in range(of)]
    return pd.DataFrame(
        {"as_of": np.repeat(np.array(days), of), "left": pd.array(left, dtype="Float64"), "outlook_days": horizon}
    )


def test_a_contract_list_that_was_begun_with_who_was_there_teaches_from_that_day_on() -> None:
    made = rows([0] * 6 + [6, 12, 11, 13, 12, 11])

    unseen = before_leavers_are_on_record(made)

    # The seventh as_of sees no more than the last month of its two.
    assert made.loc[~unseen, "as_of"].min() == FIRST + pd.Timedelta(days=210)
    assert in_words(made, unseen) == (
        "1,400 rows of as_ofs before 2024-07-29 are neither learned from nor tested on: 6 of them left, but 5.9% of the "
        "later ones, so it seems that who left by then is not on record"
    )


def test_a_few_that_were_written_down_later_change_nothing() -> None:
    assert before_leavers_are_on_record(rows([0, 1, 0, 0, 1, 0, 6, 12, 11, 13, 12, 11])).sum() == 1400


def test_few_leavers_half_as_many_as_later_and_as_ofs_not_known_yet_are_kept() -> None:
    for gone in ([0] * 6 + [1, 2, 2, 1, 2, 1], [6] * 6 + [12] * 6, [12, 11, 13, 0, 0, 0]):
        assert not before_leavers_are_on_record(rows(gone)).any()
    made = rows([0] * 6)
    assert not before_leavers_are_on_record(made).any()
    assert not before_leavers_are_on_record(made.assign(left=pd.NA)).any()
    assert in_words(made, before_leavers_are_on_record(made)) == ""


def test_a_firm_that_loses_accounts_at_the_turn_of_the_year_alone_had_leavers_on_record_all_along() -> None:
    turn = [24, 22, 25]
    assert not before_leavers_are_on_record(rows([0] * 9 + turn + [0] * 9 + turn)).any()
    assert not before_leavers_are_on_record(rows([0] * 10 + turn + [0] * 9 + turn)).any()
    assert before_leavers_are_on_record(rows([0] * 11 + turn + [0] * 9 + turn)).any()  # a turn without a leaver
    assert before_leavers_are_on_record(rows([0] * 12 + turn + [6] * 9 + turn)).any()


def test_ten_leavers_that_should_have_been_there_are_enough_to_tell_each_counted_once() -> None:
    # Of 200 a tenth leaves within two months, of which each is seen by two as_ofs a month apart.
    assert before_leavers_are_on_record(rows([0] + [20] * 6)).any()
    assert not before_leavers_are_on_record(rows([0] + [19] * 6)).any()


def test_more_than_hardly_any_of_them_speak_for_a_quiet_time() -> None:
    assert before_leavers_are_on_record(rows([2] * 6 + [24] * 6)).any()  # a twelfth of those that should have left
    assert not before_leavers_are_on_record(rows([3] * 6 + [24] * 6)).any()  # an eighth


def test_by_orders_who_is_not_on_record_is_not_at_risk() -> None:
    assert not before_leavers_are_on_record(rows([0] * 6 + [12] * 6).assign(order_days=3)).any()
