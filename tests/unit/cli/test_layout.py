"""Tables on a narrow console: numbers and codes whole or not at all, text folded."""

from redball.cli.layout import FRAME, LEAST_TEXT, Column, fitting


def number(name: str, longest: int) -> Column:
    return Column(name, longest, len(name), firm=True)


def text(name: str, longest: int) -> Column:
    return Column(name, longest, len(name), firm=False)


def test_with_room_every_column_gets_what_it_needs() -> None:
    columns = [text("item", 30), number("mass", 9)]
    assert fitting(columns, 80) == [(columns[0], 30), (columns[1], 9)]


def test_a_number_is_never_cut() -> None:
    columns = [text("item", 60), number("value", 12), number("mass", 10)]
    widths = dict(fitting(columns, 40))
    assert widths[columns[1]] == 12
    assert columns[2] not in widths
    assert sum(w + FRAME for w in widths.values()) < 40


def test_text_is_folded_before_a_column_is_left_out() -> None:
    columns = [text("item", 60), number("value", 12)]
    widths = dict(fitting(columns, LEAST_TEXT + 12 + 2 * FRAME + 1))
    assert widths == {columns[0]: LEAST_TEXT, columns[1]: 12}


def test_a_later_column_that_fits_is_shown_though_one_before_it_did_not() -> None:
    columns = [text("a", 10), number("long", 50), number("n", 3)]
    assert [c.name for c, _ in fitting(columns, 30)] == ["a", "n"]


def test_the_first_column_is_always_shown() -> None:
    assert [c.name for c, _ in fitting([number("key", 70)], 20)] == ["key"]
