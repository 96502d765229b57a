"""What a table shows."""

import io

import polars as pl
import pytest
from rich.console import Console

from redball.cli import output


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    file = io.StringIO()
    console = Console(file=file, width=200, emoji=False, highlight=False, force_terminal=True)
    monkeypatch.setattr(output, "console", console)
    return file


def test_a_level_is_marked_and_an_item_of_that_name_is_not(printed: io.StringIO) -> None:
    frame = pl.DataFrame({"worst_level": ["critical"], "name": ["serious"]})
    output.show_frame(frame, "Levels")
    assert "■ critical" in printed.getvalue()
    assert "◆ serious" not in printed.getvalue()


def test_markup_emoji_and_orders_in_cells_are_shown(printed: io.StringIO) -> None:
    frame = pl.DataFrame({"[/x]": ["[red]a[/nope]"], "b": [":bomb:"], "c": [["\x1b[2J", "[/]"]]})
    output.show_frame(frame, "[/title]", notes="[/notes]")
    text = printed.getvalue()
    for shown in ("[/x]", "[red]a[/nope]", ":bomb:", r"\x1b[2J, [/]", "[/title]", "[/notes]"):
        assert shown in text
    assert "\x1b[2J" not in text
