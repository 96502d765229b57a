"""The concept page tells what the data hold."""

from pathlib import Path

from redball.synthetic import FAULTS, STORY, size_of

PAGE = (Path(__file__).parents[3] / "docs" / "concepts" / "exercise-coalition.md").read_text(
    "utf-8"
)


def test_the_page_names_every_element_of_the_story_and_its_subjects() -> None:
    for element in STORY:
        assert f"| {element.name} |" in PAGE
        for _, key in element.subjects:
            assert f"`{key}`" in PAGE, key


def test_the_page_names_every_fault_beside_its_table() -> None:
    rows = {
        line.split("`")[1]: line
        for line in PAGE.partition("## The faults")[2].splitlines()
        if line.startswith("| `")
    }
    assert set(rows) == {fault.table for fault in FAULTS}
    for fault in FAULTS:
        assert fault.what in rows[fault.table], fault


def test_the_page_gives_the_counts_of_every_size() -> None:
    sizes = [size_of(name) for name in ("S", "M", "L", "XL")]
    for title, name in (("items", "items"), ("sites", "sites"), ("holdings", "holdings"),
                        ("parties", "parties"), ("supply relations", "supply"),
                        ("lanes", "lanes"),
                        ("demand lines, twelve periods each", "demand_lines")):  # fmt: skip
        cells = " | ".join(f"{getattr(size, name):,}" for size in sizes)
        assert f"| {title} | {cells} |" in PAGE
