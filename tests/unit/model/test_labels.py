"""Labels: reading, writing, and what follows from combining rows."""

import pytest

from redball.model import Label, LabelError, ResultLabel, combine, dominant, parse_label


@pytest.mark.parametrize(
    ("text", "classification", "release"),
    [
        ("UNCLASSIFIED", "UNCLASSIFIED", set()),
        ("unclassified // rel all", "UNCLASSIFIED", {"ALL"}),
        ("RESTRICTED // REL NLD, POL", "RESTRICTED", {"NLD", "POL"}),
        ("RESTRICTED//REL DEU NLD", "RESTRICTED", {"NLD"}),
    ],
)
def test_a_label_is_read_in_its_compact_form(
    text: str, classification: str, release: set[str]
) -> None:
    label = parse_label(text, "DEU")
    assert (label.classification, label.release) == (classification, frozenset(release))
    assert parse_label(label.text, "DEU") == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OPEN",
        "UNCLASSIFIED // ALL",
        "SECRET // REL",
        "SECRET // REL n!d",
        "UNCLASSIFIED // // REL ALL",
    ],
)
def test_a_label_that_cannot_be_read_is_refused_never_guessed(text: str) -> None:
    with pytest.raises(LabelError):
        parse_label(text, "DEU")


def test_an_absent_release_is_a_release_to_nobody() -> None:
    label = parse_label("UNCLASSIFIED", "DEU")
    assert label.readable_by("DEU")
    assert not label.readable_by("NLD")
    assert not label.readable_by("")


def test_release_to_all_does_not_open_a_row_to_no_one_in_particular() -> None:
    assert not parse_label("UNCLASSIFIED // REL ALL", "DEU").readable_by("")


def test_disjoint_releases_leave_nobody_but_those_who_read_every_part() -> None:
    part = dominant(
        [parse_label("RESTRICTED // REL NLD", "DEU"), parse_label("SECRET // REL DEU", "POL")]
    )
    assert part == ResultLabel("SECRET", frozenset({"DEU"}))
    nobody = combine(part, ResultLabel("UNCLASSIFIED", frozenset({"EST"})))
    assert nobody.text == "SECRET // ORIGINATORS ONLY"
    assert not any(nobody.readable_by(viewer) for viewer in ("DEU", "POL", "EST", "NLD", ""))
    assert combine(nobody, ResultLabel("UNCLASSIFIED", None)).readers == frozenset()


def test_what_rests_on_nothing_is_open_and_lowest() -> None:
    assert dominant([]).text == "UNCLASSIFIED // REL ALL"


def test_a_label_with_a_bad_part_cannot_be_made() -> None:
    with pytest.raises(LabelError):
        Label("DEU", "TOP")
    with pytest.raises(LabelError):
        Label("DEU", "SECRET", frozenset({"nld"}))
