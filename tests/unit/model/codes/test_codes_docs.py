"""The concept page says what the tables hold."""

from pathlib import Path

from redball.model.codes import UnitKind, code_lists, units


def test_the_page_names_every_list_and_every_doubtful_unit(project_root: Path) -> None:
    page = (project_root / "docs" / "concepts" / "codes.md").read_text(encoding="utf-8")
    named = [*code_lists()]
    named += [row.code for row in units().values() if row.other_meaning or row.verified == "no"]
    named += [row.code for row in units().values() if row.kind is UnitKind.AMBIGUOUS]
    assert [word for word in named if f"`{word}`" not in page] == []
