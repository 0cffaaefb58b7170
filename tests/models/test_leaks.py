"""What was found keeps its order, its words and its name from one stage to the next."""

from models.leaks import Finding, Leaks, lines

STOPS = Finding("b", "contracts", "cancelled_at", "it is 2024-01-01 for all")
SUSPECTED = Finding("c", None, "cancellations_720d", "it ranks too well")


def test_columns_stop_and_features_are_suspected() -> None:
    leaks = Leaks.of([SUSPECTED, STOPS])
    assert leaks.findings == (STOPS, SUSPECTED)
    assert (leaks.stops, leaks.suspected) == ((STOPS,), (SUSPECTED,))


def test_a_line_names_the_column_and_what_to_do() -> None:
    assert STOPS.line == (
        "contracts.cancelled_at: it is 2024-01-01 for all. Give recorded_at, or leave it out; if it was known by then, "
        "set leak.accept: [contracts.cancelled_at]."
    )
    assert SUSPECTED.line.endswith("set leak.accept: [cancellations_720d].")


def test_of_several_the_last_line_is_the_one_to_copy() -> None:
    other = Finding("d", None, "visits_30d", "it ranks by the last days")
    first, last = lines([SUSPECTED, other], accepted=["calls.returned_at"])
    assert first == "cancellations_720d: it ranks too well. See where its values come from."
    assert last == (
        "visits_30d: it ranks by the last days. See where its values come from; if all of them were known by then, set "
        "leak.accept: [calls.returned_at, cancellations_720d, visits_30d]."
    )
    assert lines([SUSPECTED]) == [SUSPECTED.line]
    assert lines([]) == []


def test_what_is_written_is_read_back() -> None:
    leaks = Leaks.of([SUSPECTED, STOPS])
    assert Leaks.from_json(leaks.as_json()) == leaks
    assert Leaks.from_json(Leaks().as_json()) == Leaks()
