"""Write the checklist of ASVS 5.0.0, level 2, from ``docs/asvs.toml``.

``python tools/build_asvs.py`` writes ``docs/reference/asvs.md``; with ``--check`` it only compares.
The ids and levels are read from the published list (ids only: its texts are under another licence
and stay where they are); where that is not at hand, as in a checkout elsewhere, everything but its
completeness is checked. A requirement that is missing, one that does not exist, a test that is
named and not there, or a row that says nothing is an error.
"""

import ast
import json
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "asvs.toml"
PAGE = ROOT / "docs" / "reference" / "asvs.md"
LIST = "security/asvs/asvs-5.0.0_en.flat.json"
LEVEL = 2
STATES = ("met", "not applicable", "open")


class Wrong(Exception):
    """The table can't be made into a page."""


@dataclass(frozen=True)
class Row:
    """One requirement.

    Attributes
    ----------
    id : str
    state : str
        One of :data:`STATES`.
    tests : tuple of str
        ``path::name`` of each test that shows it; of a met requirement at least one.
    why : str
        How it is met, why it does not apply, or what is missing.
    """

    id: str
    state: str
    tests: tuple[str, ...]
    why: str


def rows(table: Path = TABLE) -> list[Row]:
    """Read the table.

    Raises
    ------
    Wrong
        A row says less than it must.
    """
    found = []
    for chapter in tomllib.loads(table.read_text("utf-8")).values():
        for name, given in chapter.items():
            found.append(_row(name, given))
    return sorted(found, key=lambda row: _order(row.id))


def _row(name: str, given: Mapping[str, object]) -> Row:
    states = [state for state in ("met", "na", "open") if state in given]
    if len(states) != 1 or set(given) - {"met", "na", "open", "how"}:
        raise Wrong(f"{name}: give one of met = [tests], na = 'why', open = 'what is missing'")
    value, how = given[states[0]], given.get("how", "")
    if states[0] == "met":
        if not isinstance(value, list) or not value or not isinstance(how, str) or not how:
            raise Wrong(f"{name}: what is met names its tests, and says how")
        return Row(name, "met", tuple(map(str, value)), how)
    if not isinstance(value, str) or not value:
        raise Wrong(f"{name}: say why")
    return Row(name, "open" if states[0] == "open" else "not applicable", (), value)


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.removeprefix("V").split("."))


def published() -> dict[str, int] | None:
    """Ids of all requirements up to :data:`LEVEL` with their level; None where not at hand."""
    folder = Path(os.environ.get("REDBALL_REFERENCE", ROOT.parent / "shared" / "reference"))
    path = folder / LIST
    if not path.is_file():
        return None
    entries = json.loads(path.read_text("utf-8"))["requirements"]
    return {one["req_id"]: int(one["L"]) for one in entries if int(one["L"]) <= LEVEL}


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def problems(found: list[Row], known: Mapping[str, int] | None) -> Iterator[str]:
    """What is wrong with the table."""
    ids = [row.id for row in found]
    if known is not None:
        yield from (f"{one}: missing" for one in known if one not in ids)
        yield from (f"{one}: there is no such requirement" for one in ids if one not in known)
    yield from (f"{one}: twice" for one, count in Counter(ids).items() if count > 1)
    for row in found:
        for test in row.tests:
            path, _, name = test.partition("::")
            file = ROOT / path
            if not file.is_file() or name not in _tests_in(file):
                yield f"{row.id}: there is no test {test}"


def page(found: list[Row]) -> str:
    """The checklist as Markdown."""
    counts = Counter(row.state for row in found)
    lines = [
        "# ASVS 5.0.0, level 2",
        "",
        "<!-- Written by tools/build_asvs.py from docs/asvs.toml; do not edit. -->",
        "",
        "A self-assessment against the OWASP Application Security Verification Standard 5.0.0 "
        "(CC BY-SA 4.0), not a certificate. Ids lead to the standard; its texts are not copied "
        "here. What each state rests on is said in [how this list is kept](../concepts/asvs.md).",
        "",
        "| chapter | met | not applicable | open |",
        "| --- | ---: | ---: | ---: |",
    ]
    for chapter in dict.fromkeys(row.id.partition(".")[0] for row in found):
        of = Counter(row.state for row in found if row.id.partition(".")[0] == chapter)
        lines.append(f"| {chapter} | " + " | ".join(str(of[state]) for state in STATES) + " |")
    lines.append("| all | " + " | ".join(f"{counts[state]}" for state in STATES) + " |")
    for chapter in dict.fromkeys(row.id.partition(".")[0] for row in found):
        lines += [
            "",
            f"## {chapter}",
            "",
            "| id | state | why | tests |",
            "| --- | --- | --- | --- |",
        ]
        for row in found:
            if row.id.partition(".")[0] == chapter:
                tests = "<br>".join(f"`{one.removeprefix('tests/')}`" for one in row.tests)
                lines.append(f"| {row.id} | {row.state} | {row.why} | {tests} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` compare it."""
    try:
        found, known = rows(), published()
    except Wrong as error:
        print(error)
        return 1
    wrong = list(problems(found, known))
    text = page(found)
    if "--check" in arguments:
        if not PAGE.is_file() or PAGE.read_text("utf-8") != text:
            wrong.append(f"{PAGE.relative_to(ROOT)} is not up to date: run tools/build_asvs.py")
    elif not wrong:
        PAGE.write_text(text, "utf-8")
    print("\n".join(wrong) or f"{len(found)} requirements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
