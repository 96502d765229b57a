"""The main job: raw national data to picture, findings and report, with the real command."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.one_demo import Shown

from redball.synthetic import FAULTS, STORY

Demo = tuple[Path, dict[str, Any]]


def test_every_package_came_in_and_the_faulty_one_survived(demo: Demo) -> None:
    _, document = demo
    packages = {p["owner"]: p for p in document["packages"]}
    assert set(packages) == {"XAG", "DEU", "NLD", "POL", "NOR", "EST", "USA"}
    assert all(p["revision"] for p in packages.values())
    clean = {owner: p["errors"] for owner, p in packages.items() if owner != "POL"}
    assert clean == dict.fromkeys(clean, 0)
    assert packages["POL"]["errors"] >= len(FAULTS) - 2
    assert packages["POL"]["rows"] > packages["POL"]["skipped"] > 0
    assert packages["POL"]["workbook"]


def test_the_picture_has_every_nation_and_carries_its_label(demo: Demo) -> None:
    _, document = demo
    nations = {row["nation"] for row in document["tables"]["by_nation"]}
    assert nations >= {"DEU", "NLD", "POL", "NOR", "EST", "USA"}
    assert document["origin"]["label"].startswith("RESTRICTED")
    assert len(document["origin"]["twin_hash"]) == 64


FOUND_BY = {
    "single-forge": "hidden-common-supplier",
    "fuel-port": "lane-concentration",
    "ammunition-expires": "stock-expires-unused",
    "one-crossing": "unit-cut-off",
    "demand-without-source": "demand-without-source",
    "structure-without-supplier": "structure-without-supplier",
    "below-target": "stock-below-target",
}
SHOWN_IN = {
    "four-names": ("shared_items", ("M-BRG-45", "NL-BRG-45", "IM-BRG-45")),
    "late-consignment": ("in_transit", ("CN-0907",)),
    "missing-report": ("readiness", ("not reported",)),
}


def test_every_element_of_the_story_is_looked_for() -> None:
    assert {element.name for element in STORY} == set(FOUND_BY) | set(SHOWN_IN)


@pytest.mark.parametrize("name", FOUND_BY)
def test_what_the_data_hide_is_found(demo: Demo, name: str) -> None:
    (element,) = [e for e in STORY if e.name == name]
    rows = {f"{table} {key}" for table, key in element.subjects}
    found = [f for f in demo[1]["findings"] if f["rule"] == FOUND_BY[name]]
    named = {row for f in found for row in (f["subject"], *f["evidence"])}
    assert rows & named, f"{FOUND_BY[name]} names none of {rows}"


@pytest.mark.parametrize("name", SHOWN_IN)
def test_what_the_data_hide_is_shown(demo: Demo, name: str) -> None:
    table, words = SHOWN_IN[name]
    text = json.dumps(demo[1]["tables"][table], ensure_ascii=False)
    for word in words:
        assert word in text


def test_the_report_stands_alone(demo: Demo) -> None:
    folder, document = demo
    page = Path(document["report"]).read_text("utf-8")
    assert Path(document["report"]) == folder / "report.html"
    assert "EXERCISE" in page
    assert document["origin"]["label"] in page.replace("&#x2F;", "/")
    assert 'src="http' not in page
    assert 'href="http' not in page


def _without_moment(page: str) -> str:
    text, times = re.subn(r"(Report made</dt><dd>)[^<]*", r"\1", page)
    assert times == 1
    return text


def test_the_demo_works_twice_and_gives_the_same_answer(demo_shown: Shown) -> None:
    """Every page of the second run in the same folder is that of the first, but for its moment."""
    pages = sorted(demo_shown.first_pages.iterdir())
    assert [page.name for page in pages] == sorted(p.name for p in demo_shown.folder.glob("*.html"))
    assert len(pages) >= 3
    for page in pages:
        again = (demo_shown.folder / page.name).read_text("utf-8")
        assert _without_moment(again) == _without_moment(page.read_text("utf-8")), page.name
    findings = demo_shown.document["findings"]
    assert findings
    assert all(f["subject"] for f in findings)


def test_the_demo_leaves_a_folder_of_others_alone(run: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    answer = run("demo", "--dir", tmp_path)
    assert answer.returncode == 2
    assert "did not make" in answer.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
