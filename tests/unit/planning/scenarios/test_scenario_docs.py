"""The reference page tells every kind, key and limit, and the guide's code runs."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pytest

from redball.planning.scenarios import EVENTS, LAWS, REACTIONS, Event, Scenario, read_scenario
from redball.planning.scenarios.times import Time

PAGE = "docs/reference/scenario-format.md"


@pytest.fixture(scope="module")
def page(project_root: Path) -> str:
    """Text of the reference page."""
    return (project_root / PAGE).read_text("utf-8")


def _rows(page: str, head: str) -> dict[str, list[str]]:
    """Rows of the first table under a heading, by their first word in code marks."""
    table = page.split(head, 1)[1].split("| --- |", 1)[1].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[1:]]
    return {row[0].split("`")[1]: row for row in rows}


def test_kinds_of_events_and_their_targets_are_told(page: str) -> None:
    rows = _rows(page, "### Kinds of events")
    assert list(rows) == list(EVENTS)
    for what, kind in EVENTS.items():
        told = rows["loss"][3] if rows[what][3] == "as `loss`" else rows[what][3]
        assert set(told.split(", ")) == set(kind.targets)
        assert kind.by in rows[what][1] or what == "stock_lost"


def test_keys_are_told(page: str) -> None:
    head = {field.name for field in fields(Scenario)} - {"events", "reactions"}
    assert set(_rows(page, "## The head")) == head
    told = {name.replace("target", "targets") for name in _rows(page, "## `[[event]]`")}
    assert told == {field.name for field in fields(Event)}


def test_laws_and_what_they_need_are_told(page: str) -> None:
    told = page.split("### Times", 1)[1].split("### Recovery", 1)[0]
    for law, needed in LAWS.items():
        (line,) = [row for row in told.splitlines() if f"`{law}`" in row and row[0] == "|"]
        assert all(f"`{name}`" in line for name in needed)


def test_reactions_and_their_keys_are_told(page: str) -> None:
    rows = _rows(page, "## `[[reaction]]`")
    assert list(rows) == list(REACTIONS)
    for how, kind in REACTIONS.items():
        for field in fields(cast("Any", kind)):
            key = f"{field.name}_days" if field.type is Time else field.name
            common = key in ("delay_days", "cost_eur", "at")
            assert common or f"`{key}`" in rows[how][2]


def test_the_guide_runs(project_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (project_root / "docs/guides/write-a-scenario.md").read_text("utf-8")
    tomls = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
    first = read_scenario(tomls[0])
    assert first.horizon_days == 180
    base = tomls[0].replace("for_days = 30\n", "")
    assert read_scenario(base + tomls[1]).events[0].chance == 0.7
    assert [r.how for r in read_scenario(tomls[0] + tomls[4]).reactions] == ["reroute", "expedite"]
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    exec(compile(code, "guide", "exec"), {"__name__": "guide"})
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("event 1 30.0 ")
    assert said[-1] == "()"
