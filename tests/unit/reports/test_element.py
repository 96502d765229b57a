import pytest

from redball.reports.element import Markup, el, join, number


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = el("b", "<script>alert(1)</script>")
    assert inner == "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>"
    assert el("td", inner) == f"<td>{inner}</td>"


def test_an_attribute_can_not_be_broken_out_of() -> None:
    assert el("p", title='" onload="x') == '<p title="&quot; onload=&quot;x"></p>'


def test_attribute_names_come_in_their_html_form() -> None:
    assert el("path", class_="a", stroke_width=1.5, viewBox="0 0 1 1") == (
        '<path class="a" stroke-width="1.5" viewBox="0 0 1 1"></path>'
    )


def test_none_and_false_leave_an_attribute_out_and_zero_does_not() -> None:
    assert el("td", a=None, b=False, c=True, d=0) == '<td c d="0"></td>'


def test_an_attribute_name_that_is_not_one_is_refused() -> None:
    with pytest.raises(ValueError, match="attribute name"):
        el("p", **{"a b": 1})


def test_void_elements_have_no_end() -> None:
    assert el("meta", charset="utf-8") == '<meta charset="utf-8">'


@pytest.mark.parametrize("bad", ["\u202e", "\x00", "\x1b", "\u2066", "\ud800"])
def test_characters_that_would_disguise_text_are_shown_as_replaced(bad: str) -> None:
    assert el("p", f"a{bad}b") == "<p>a\ufffdb</p>"


def test_letters_of_all_languages_stay() -> None:
    assert el("p", "Łożysko ø ß 電") == "<p>Łożysko ø ß 電</p>"


def test_joining_escapes_text_only() -> None:
    assert join(["<", Markup("<br>"), None, 3]) == "&lt;<br>3"


@pytest.mark.parametrize(
    ("value", "shown"), [(1.0, "1"), (-0.01, "0"), (12.345, "12.3"), (100, "100")]
)
def test_coordinates_have_no_needless_digits(value: float, shown: str) -> None:
    assert number(value) == shown
