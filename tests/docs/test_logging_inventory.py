"""The inventory of records names every kind of event and every logger that the source has."""

import re
from pathlib import Path

from redball.ledger import EventKind

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/reference/logging.md").read_text("utf-8")


def first_cells(heading: str) -> list[str]:
    """Names in the first column of a section's table."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w.-]+)` \|", section, re.MULTILINE)


def test_every_kind_of_event_is_told() -> None:
    assert first_cells("The ledger") == [str(kind) for kind in EventKind]


def test_every_kind_of_event_is_written_somewhere() -> None:
    source = "\n".join(
        path.read_text("utf-8")
        for folder in ("app", "store", "web")
        for path in sorted((ROOT / "src/redball" / folder).rglob("*.py"))
    )
    unwritten = [kind for kind in EventKind if f"EventKind.{kind.name}" not in source]
    assert unwritten == []


def test_every_logger_is_told() -> None:
    found = {
        name
        for path in sorted((ROOT / "src/redball").rglob("*.py"))
        for name in re.findall(r'getLogger\("([\w.]+)"\)', path.read_text("utf-8"))
    }
    assert found == set(first_cells("The server's log"))
