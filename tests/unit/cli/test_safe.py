"""Text from outside on its way to a terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from redball.cli.safe import cell, json_text, safe, visible


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb", r"a\rb"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\U000e0041", r"\ue0041"),
        ("\udcff", r"\udcff"),
        ("Köln Łódź 東京", "Köln Łódź 東京"),
        ("two\nlines\tand", "two\nlines\tand"),
    ],
)
def test_controls_are_shown_and_letters_stay(sent: str, shown: str) -> None:
    assert visible(sent) == shown


def test_text_within_markup_is_one_line_and_no_markup() -> None:
    assert safe("a\nError b\tc") == r"a\nError b\tc"
    assert Text.from_markup(safe("[red]x[/nope] [/]"), emoji=False).plain == "[red]x[/nope] [/]"


@given(st.text())
def test_no_text_makes_markup_fail_or_styles_anything(text: str) -> None:
    made = Text.from_markup(f"[bold]{safe(text)}[/bold]", emoji=False)
    assert len(made.spans) <= 1
    assert made.plain == visible(text).replace("\n", r"\n").replace("\t", r"\t")


@given(st.text())
def test_a_cell_shows_its_text_as_it_is(text: str) -> None:
    assert cell(text).plain == visible(text)
    assert not cell(text).spans


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_a_json_document_means_the_same_and_holds_no_control(text: str) -> None:
    shown = json_text(json.dumps({"name": text}, ensure_ascii=False, indent=2))
    # two halves of a letter side by side are one letter for a reader of JSON
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert json.loads(shown) == {"name": whole}
    assert visible(shown) == shown
