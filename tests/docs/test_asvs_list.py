"""The checklist of ASVS is complete and current, and its tool sees what is wrong with it."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = runpy.run_path(str(ROOT / "tools/build_asvs.py"))
Row, Wrong, problems, rows = (TOOL[name] for name in ("Row", "Wrong", "problems", "rows"))


def test_the_page_is_current_and_complete(reference: Path) -> None:
    command = [sys.executable, str(ROOT / "tools/build_asvs.py"), "--check"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.strip() == "253 requirements"


def test_what_is_wrong_is_seen() -> None:
    known = {"V1.1.1": 1, "V1.1.2": 2}
    here = "tests/docs/test_asvs_list.py::test_what_is_wrong_is_seen"
    fine = Row("V1.1.1", "met", (here,), "so")
    assert list(problems([fine], {"V1.1.1": 1})) == []
    assert list(problems([fine], known)) == ["V1.1.2: missing"]
    odd = Row("V9.9.9", "open", (), "x")
    assert list(problems([fine, odd], {"V1.1.1": 1})) == ["V9.9.9: there is no such requirement"]
    gone = Row("V1.1.1", "met", ("tests/docs/test_asvs_list.py::test_gone",), "so")
    assert list(problems([gone], {"V1.1.1": 1})) == [f"V1.1.1: there is no test {gone.tests[0]}"]


@pytest.mark.parametrize(
    "line",
    ['{ met = [], how = "so" }', '{ met = ["x"] }', '{ na = "" }', '{ open = 1 }', "{}",
     '{ na = "x", open = "y" }'],
)  # fmt: skip
def test_a_line_that_says_nothing_is_refused(tmp_path: Path, line: str) -> None:
    table = tmp_path / "asvs.toml"
    table.write_text(f'[V1]\n"V1.1.1" = {line}\n', "utf-8")
    with pytest.raises(Wrong, match=r"V1\.1\.1"):
        rows(table)
