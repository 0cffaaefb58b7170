"""What a challenger lacks is told by the table or column that is gone, with the line to write if it is meant."""

import pytest

from features.catalogue import catalogue
from features.tables import TABLES
from models.lost import Lost, names_of_nothing

DECLARED = catalogue().by_name
OF_PERSONS = next(name for name, feature in DECLARED.items() if ("contacts", "person") in feature.needs)
OF_CALLS = [name for name, feature in DECLARED.items() if feature.tables == {"calls"}]
CHAMPION = ["days_since_order", OF_PERSONS, *OF_CALLS]


def lost(*accepted: str, without: tuple[str, ...] = (), champion: list[str] = CHAMPION) -> Lost:
    """What is lost where these tables and columns are gone."""
    columns = {
        name: {column for column in table.column_names if f"{name}.{column}" not in without}
        for name, table in TABLES.items()
        if name not in without
    }
    challenger = [feature.name for feature in catalogue().given(columns) if feature.name in CHAMPION]
    return Lost.of(champion, challenger, DECLARED, columns, accepted)


def test_where_nothing_is_gone_nothing_is_lost() -> None:
    assert lost().features == ()


def test_a_table_and_a_column_that_are_gone_are_named_and_so_is_the_whole_line_to_write() -> None:
    found = lost(without=("calls", "contacts.person"))
    assert set(found.features) == {OF_PERSONS, *OF_CALLS}
    assert found.causes == ("calls", "contacts.person")
    assert found.setting == "gate.accept_lost: [calls, contacts.person]"
    assert str(found.told) == (
        f"{len(OF_CALLS) + 1} features of the champion are gone with calls, contacts.person; if that is meant, set "
        "gate.accept_lost: [calls, contacts.person]"
    )


def test_the_line_when_it_is_written_is_enough() -> None:
    gone = ("calls", "contacts.person")
    accepted = lost(without=gone).setting.removeprefix("gate.accept_lost: [").removesuffix("]").split(", ")
    assert lost(*accepted, without=gone).features == ()


def test_what_is_accepted_already_stands_in_the_line_and_covers_only_itself() -> None:
    found = lost("calls", without=("calls", "contacts.person"))
    assert found.features == (OF_PERSONS,)
    assert found.setting == "gate.accept_lost: [calls, contacts.person]"
    assert str(found.told).startswith("1 feature of the champion is gone with contacts.person; ")


def test_a_table_a_column_and_a_feature_can_be_accepted() -> None:
    assert lost("contacts", without=("contacts.person",)).features == ()
    assert lost("contacts.person", without=("contacts.person",)).features == ()
    assert lost(OF_PERSONS, without=("contacts.person",)).features == ()
    assert lost("contacts.channel", without=("contacts.person",)).features == (OF_PERSONS,)
    assert lost("contacts.person", without=("contacts",)).features == (OF_PERSONS,)  # more is gone than that


def test_a_feature_that_is_gone_though_the_tables_give_it_is_named_itself() -> None:
    columns = {name: set(table.column_names) for name, table in TABLES.items()}
    found = Lost.of(["days_since_order"], [], DECLARED, columns, ())
    assert str(found.told) == (
        "1 feature of the champion is gone: days_since_order; if that is meant, set "
        "gate.accept_lost: [days_since_order]"
    )


@pytest.mark.parametrize("champion", [["usual_cycle", "days_since_order"], ["days_since_order", "usual_cycle"]])
def test_all_features_that_are_gone_though_the_tables_give_them_are_named(champion: list[str]) -> None:
    columns = {name: set(table.column_names) for name, table in TABLES.items()}
    found = Lost.of(champion, [], DECLARED, columns, ())
    assert str(found.told).startswith("2 features of the champion are gone: days_since_order, usual_cycle; if that")


def test_a_feature_that_is_no_longer_declared_was_given_up_on_purpose() -> None:
    assert lost(champion=["an_old_one"]).features == ()


def test_a_name_that_is_nothing_or_nothing_any_more_is_said_and_stops_nothing() -> None:
    assert names_of_nothing(["calls", "contacts.person", "days_since_order"], DECLARED) == []
    (line,) = names_of_nothing(["calls", "contacts.persn"], DECLARED)
    assert line == (
        "gate.accept_lost: 'contacts.persn' is no table, no table.column and no feature, so it accepts nothing. "
        "Did you mean 'contacts.person'?"
    )
