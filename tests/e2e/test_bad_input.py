"""Bad and hostile input with the real command: a clear error, and nothing lost or half done.

One small package is the good case; every test spoils one thing in it and imports it into a store
that holds the good one. What the store holds is compared row by row before and after.
"""

import csv
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from redball.store import open_store

Run = Callable[..., subprocess.CompletedProcess[str]]
Files = Mapping[str, str | bytes | None]

BAD_USE, BAD_DATA, STORE = 2, 3, 4
ESC = "\x1b"

MANIFEST = """
owner = "DEU"
as_of = {as_of}
label = "RESTRICTED // REL NLD"
exercise = true
"""
GOOD: Mapping[str, str] = {
    "manifest.toml": MANIFEST.format(as_of="2026-01-31T06:00:00Z"),
    "site.csv": (
        "key,name,kind,country,latitude,longitude\n"
        "D1,Depot Nord,depot,DEU,53.5,10.0\nD2,Depot Sued,depot,DEU,48.1,11.5\n"
    ),
    "item.csv": (
        "key,name,supply_class,unit_of_issue\n"
        "A,Gearbox,NATO:II,EA\nB,Bearing,NATO:II,EA\nC,Ball,NATO:II,EA\n"
    ),
    "structure.csv": "parent,child,quantity\nA,B,2\nB,C,8\n",
    "holding.csv": "site,item,quantity,expiry\nD1,A,10,2027-03-31\nD2,B,20.5,\nD2,C,7,\n",
}
LATER = {"manifest.toml": MANIFEST.format(as_of="2026-02-01T06:00:00Z")}


def package(folder: Path, changes: Files | None = None) -> Path:
    """Write the good package, a day later, with some files changed (or left out: ``None``)."""
    folder.mkdir(parents=True)
    for name, content in {**GOOD, **LATER, **(changes or {})}.items():
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
    return folder


def zipped(path: Path, more: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**GOOD, **LATER}.items():
            archive.writestr(name, content)
        for name, data in more.items():
            archive.writestr(name, data)
    return path


def workbook(path: Path, spoil: Callable[[xlsxwriter.Workbook], None]) -> Path:
    """Write the good package as one workbook and spoil it."""
    with xlsxwriter.Workbook(path) as book:
        manifest = book.add_worksheet("package")
        cells = (("owner", "DEU"), ("as_of", "2026-02-01T06:00:00Z"), ("exercise", "yes"))
        for row, pair in enumerate(cells):
            manifest.write_row(row, 0, pair)
        for name in ("site", "item", "structure", "holding"):
            sheet = book.add_worksheet(name)
            for row, cells_of in enumerate(csv.reader(GOOD[f"{name}.csv"].splitlines())):
                for column, cell in enumerate(cells_of):
                    number = re.fullmatch(r"[0-9.]+", cell)
                    sheet.write(row, column, float(cell) if number else cell)
        spoil(book)
    return path


def state(store: Path) -> str:
    """Digest of every row of every table; also proves that the file is sound.

    Of the ledger only the number of leaves counts, since salts and times differ from run to run;
    that it fits the rows is verified.
    """
    digest = hashlib.sha256()
    with open_store(store) as source:
        assert source.verify().sound
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE sql > ''")]
        for name in sorted(names):
            kind = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", [name])
            if kind.fetchone() == ("table",):
                rows = sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))
                digest.update(f"{name}{len(rows)}".encode())
                if not name.startswith("ledger"):
                    digest.update("\n".join(rows).encode())
    return digest.hexdigest()


def silent_failure(answer: subprocess.CompletedProcess[str]) -> bool:
    """Whether an answer shows a trace instead of a message."""
    return "Traceback" in answer.stderr or not answer.stderr.strip()


@pytest.fixture(scope="session")
def run(here: Run) -> Run:
    """The whole command in this process; tests about processes start their own."""
    return here


@pytest.fixture(scope="session")
def good(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the good package."""
    folder = tmp_path_factory.mktemp("good")
    answer = run("exchange", "import", package(folder / "p", GOOD), "--store", folder / "s.sqlite")
    assert answer.returncode == 0, answer.stderr
    return folder / "s.sqlite"


@pytest.fixture
def store(good: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(good, tmp_path / "store.sqlite"))


@dataclass(frozen=True)
class Fault:
    """A spoilt package and the one issue that must say so."""

    files: Files
    sheet: str
    line: int | None
    column: str
    rule: str
    value: str
    message: str
    mend: str


SITE, ITEM, HOLDING = (GOOD[f"{name}.csv"] for name in ("site", "item", "holding"))
FAULTS = {
    "missing column": Fault(
        {"item.csv": "key,name\nA,Gearbox\nB,Bearing\nC,Ball\n"},
        "item.csv", None, "supply_class", "missing-column", "", "is missing", "Add the column",
    ),
    "wrong encoding": Fault(
        {"site.csv": SITE.replace("Sued", "Süd").encode("cp1252")},
        "site.csv", None, "", "encoding", "", "line 3", 'encoding = "cp1252"',
    ),
    "mixed decimals": Fault(
        {"holding.csv": HOLDING.replace("D2,C,7", 'D2,C,"7,5"')},
        "holding.csv", 4, "quantity", "not-a-number", "7,5",
        "Other cells of the column use a decimal point", "Write 1.5",
    ),
    "dates in three forms": Fault(
        {"holding.csv": HOLDING.replace("20.5,", "20.5,31.03.2027").replace("7,", "7,3/31/2027")},
        "holding.csv", 3, "expiry", "not-a-date", "31.03.2027", "mixes 3 forms", "%d.%m.%Y",
    ),
    "duplicate keys": Fault(
        {"item.csv": ITEM + "A,Another,NATO:II,EA\n"},
        "item.csv", 5, "key", "duplicate-key", "A", "2", "",
    ),
    "dangling reference": Fault(
        {"holding.csv": HOLDING + "D9,A,1,\n"},
        "holding.csv", 5, "site", "reference-missing", "D9", "'D9' does not exist", "correct",
    ),
    "cycle in structure": Fault(
        {"structure.csv": "parent,child,quantity\nA,B,2\nB,C,8\nC,A,1\n"},
        "structure.csv", 4, "child", "structure-cycle", "A", "C > A > B > C", "Remove one",
    ),
    "negative stock": Fault(
        {"holding.csv": HOLDING.replace("D2,C,7", "D2,C,-7")},
        "holding.csv", 4, "quantity", "out-of-range", "-7", "at least 0", "source system",
    ),
    "unknown code": Fault(
        {"item.csv": ITEM.replace("Gearbox,NATO:II,EA", "Gearbox,NATO:II,Q9Q")},
        "item.csv", 2, "unit_of_issue", "code-refused", "Q9Q", "", "",
    ),
    "unknown word": Fault(
        {"site.csv": SITE.replace("Nord,depot", "Nord,dépôt")},
        "site.csv", 2, "kind", "unknown-word", "dépôt", "", "depot",
    ),
    "a number that is none": Fault(
        {"holding.csv": HOLDING.replace("D2,C,7", "D2,C,1e400")},
        "holding.csv", 4, "quantity", "not-finite", "1e400", "infinity", "Leave the cell empty",
    ),
    "another owner's row": Fault(
        {"item.csv": "owner," + ITEM.replace("\n", "\nDEU,", 3).replace("DEU,C", "NLD,C")},
        "item.csv", 4, "owner", "not-yours", "NLD", "the sender is DEU", "Remove the row",
    ),
    "a row with more cells than the header": Fault(
        {"holding.csv": HOLDING.replace("20.5,", "20,5,")},
        "holding.csv", 3, "", "ragged-row", "", "Line 3 has 5 fields", "Quote cells",
    ),
    "control characters": Fault(
        {"site.csv": SITE.replace("Nord", f"{ESC}[2J[/red]")},
        "site.csv", 2, "name", "control-character", f"Depot {ESC}[2J[/red]", "invisible", "Retype",
    ),
    "direction marks": Fault(
        {"site.csv": SITE.replace("Nord", "a\u061cb")},
        "site.csv", 2, "name", "control-character", "Depot a\u061cb", "invisible", "Retype",
    ),
    "an empty file": Fault(
        {"holding.csv": b""}, "holding.csv", None, "", "header-missing", "", "no header", "",
    ),
    "binary in place of text": Fault(
        {"holding.csv": b"\0" * 64}, "holding.csv", None, "", "nul-byte", "", "line 1", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_is_imported(
    name: str, run: Run, store: Path, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    before = state(store)
    answer = run(
        "exchange", "import", package(tmp_path / "p", fault.files), "--store", store, "--json"
    )
    assert answer.returncode == BAD_DATA, answer.stderr
    assert "Traceback" not in answer.stderr
    document = json.loads(answer.stdout)
    assert not document["imported"]
    wanted = (fault.sheet, fault.line, fault.column, fault.rule, fault.value)
    issues = {
        (i["sheet"], i["line"], i["column"], i["rule"], i["value"]): i
        for i in document["issues"]
        if i["severity"] == "error"
    }
    assert wanted in issues, list(issues)
    assert fault.message in issues[wanted]["message"]
    assert fault.mend in issues[wanted]["mend"]
    assert issues[wanted]["mend"]
    assert state(store) == before


def test_a_column_too_many_is_named_and_the_rest_is_imported(
    run: Run, store: Path, tmp_path: Path
) -> None:
    lines = ITEM.splitlines()
    wider = "\n".join([f"{lines[0]},unit_of_isue", *(f"{line},x" for line in lines[1:])])
    answer = run(
        "exchange", "import", package(tmp_path / "p", {"item.csv": wider}),
        "--store", store, "--json",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    (issue,) = json.loads(answer.stdout)["issues"]
    assert (issue["severity"], issue["rule"]) == ("warning", "unknown-column")
    assert (issue["sheet"], issue["column"]) == ("item.csv", "unit_of_isue")


def test_the_good_rows_can_be_taken_and_the_stored_version_of_a_bad_one_stays(
    run: Run, store: Path, tmp_path: Path
) -> None:
    spoilt = HOLDING.replace("D2,C,7", "D2,C,-7").replace("D1,A,10", "D1,A,11")
    sent = package(tmp_path / "p", {"holding.csv": spoilt})
    answer = run("exchange", "import", sent, "--store", store, "--skip-bad-rows", "--json")
    assert answer.returncode == 0, answer.stderr
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute("SELECT item, quantity FROM holding WHERE until IS NULL")
        assert sorted(rows) == [("A", 11.0), ("B", 20.5), ("C", 7.0)]


# -- packages that are refused as a whole -------------------------------------------------------


def refused(run: Run, store: Path, path: Path, *words: str) -> None:
    """Import: exit 3, the words on standard error, nothing on standard output, nothing changed."""
    before = state(store)
    answer = run("exchange", "import", path, "--store", store, "--json")
    assert answer.returncode == BAD_DATA, answer.stdout + answer.stderr
    assert not silent_failure(answer), answer.stderr
    assert answer.stdout == ""
    for word in words:
        assert word in answer.stderr
    assert state(store) == before


def test_a_zip_bomb_is_refused_before_it_is_inflated(run: Run, store: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {})
    piece = bytes(1 << 20)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("lane.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(1024):
            member.write(piece)
    assert path.stat().st_size < 8 << 20
    refused(run, store, path, "p.zip/lane.csv", "zip bomb", "Parquet")


@pytest.mark.parametrize("name", ["../site.csv", "/etc/site.csv", "C:\\site.csv"])
def test_a_zip_that_reaches_outside_is_refused(
    name: str, run: Run, store: Path, tmp_path: Path
) -> None:
    path = zipped(tmp_path / "p.zip", {name: b"key\n"})
    refused(run, store, path, "p.zip/", "name of a member", "plain names")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.zip", "store.sqlite"]


def test_links_that_lead_out_of_a_folder_are_refused(run: Run, store: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("key\n")
    sent = package(tmp_path / "p")
    (sent / "lane.csv").symlink_to(tmp_path / "secret.csv")
    refused(run, store, sent, "lane.csv", "leads out of the folder")


@pytest.mark.parametrize(
    ("name", "word"), [(b"\xff\xfe.csv", "not UTF-8"), (b"a\n\x1b[2J.csv", "control characters")]
)
def test_names_of_files_that_are_no_text_are_refused(
    name: bytes, word: str, run: Run, store: Path, tmp_path: Path
) -> None:
    sent = package(tmp_path / "p")
    Path(os.fsdecode(os.fsencode(sent) + b"/" + name)).write_text("key\n")
    refused(run, store, sent, word, "plain name")


MANIFESTS = {
    "small letters": ('owner = "deu"\nas_of = 2026-02-01T06:00:00Z', "not an owner code"),
    "a look-alike": ('owner = "D\u0415U"\nas_of = 2026-02-01T06:00:00Z', "not an owner code"),
    "the end of time": ('owner = "DEU"\nas_of = 9999-12-31T23:59:59Z', "out of range"),
    "orders to the terminal": (
        MANIFEST.format(as_of="2026-02-01T06:00:00Z") + 'title = "\\u001b[2J"', "title",
    ),
    "unknown name": (MANIFEST.format(as_of="2026-02-01T06:00:00Z") + "onwer = 1", "'owner'?"),
    "a mapping elsewhere": (
        MANIFEST.format(as_of="2026-02-01T06:00:00Z") + 'mapping = "../m.toml"', "../m.toml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MANIFESTS)
def test_an_odd_manifest_is_refused(name: str, run: Run, store: Path, tmp_path: Path) -> None:
    text, word = MANIFESTS[name]
    (tmp_path / "m.toml").write_text("")
    sent = package(tmp_path / "p", {"manifest.toml": text})
    refused(run, store, sent, "manifest.toml", word)


def test_a_newer_package_is_not_undone_by_an_older_one(
    run: Run, store: Path, tmp_path: Path
) -> None:
    old = MANIFEST.format(as_of="2025-01-31T06:00:00Z")
    sent = package(tmp_path / "p", {"manifest.toml": old})
    refused(run, store, sent, "2025-01-31", "newer one of DEU", "revision 1")


# -- workbooks ----------------------------------------------------------------------------------


def check(run: Run, path: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    answer = run("exchange", "check", path, "--json")
    assert "Traceback" not in answer.stderr
    return answer.returncode, {i["rule"]: i for i in json.loads(answer.stdout)["issues"]}


def test_merged_cells_and_hidden_sheets_are_named(run: Run, tmp_path: Path) -> None:
    def spoil(book: xlsxwriter.Workbook) -> None:
        form = book.add_format()
        book.get_worksheet_by_name("site").merge_range(1, 1, 2, 1, "Both", form)
        book.get_worksheet_by_name("structure").hide()

    code, issues = check(run, workbook(tmp_path / "w.xlsx", spoil))
    assert code == BAD_DATA
    assert issues["hidden-sheet"]["sheet"] == "w.xlsx!structure"
    assert "B2:B3" in issues["merged-cells"]["message"]
    assert (issues["missing-cell"]["line"], issues["missing-cell"]["column"]) == (3, "name")


def test_errors_of_formulas_and_impossible_days_are_named(run: Run, tmp_path: Path) -> None:
    def spoil(book: xlsxwriter.Workbook) -> None:
        sheet = book.get_worksheet_by_name("holding")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_number(2, 3, 3e6, day)
        sheet.write_formula(3, 2, "=3+4", None, 7)

    code, issues = check(run, workbook(tmp_path / "w.xlsx", spoil))
    assert code == BAD_DATA
    assert (issues["error-cell"]["line"], issues["error-cell"]["value"]) == (2, "#DIV/0!")
    assert (issues["not-a-date"]["line"], issues["not-a-date"]["column"]) == (3, "expiry")
    assert set(issues) == {"error-cell", "not-a-date"}


def test_a_name_given_twice_in_the_package_sheet_is_refused(
    run: Run, store: Path, tmp_path: Path
) -> None:
    def spoil(book: xlsxwriter.Workbook) -> None:
        book.get_worksheet_by_name("package").write_row(3, 0, ("owner", "NLD"))

    refused(run, store, workbook(tmp_path / "w.xlsx", spoil), "'owner' is given twice")


# -- what goes out ------------------------------------------------------------------------------

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "=HYPERLINK(1)<script>x()</script>")
RISKY = re.compile(r"^[\s]*[=+\-@|%]")


@pytest.fixture(scope="session")
def hostile(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose texts a spreadsheet, a browser or a terminal would obey."""
    folder = tmp_path_factory.mktemp("hostile")
    odd = [*FORMULAS, "[red]x[/nope]", ":bomb: critical"]
    names = "".join(f'I{i},"{name}",NATO:II,EA\n' for i, name in enumerate(odd))
    sent = package(
        folder / "p",
        {
            "item.csv": f"key,name,supply_class,unit_of_issue,=evil()\n{names}".replace(
                ",EA\n", ",EA,=1\n"
            ),
            "site.csv": SITE.replace("Depot Nord", FORMULAS[4]).replace("Depot Sued", "=1+1"),
            "structure.csv": None,
            "holding.csv": "site,item,lot,quantity,expiry\n"
            + "".join(f"D1,I{i},=L{i},5,2026-03-01\n" for i in range(len(odd))),
        },
    )
    answer = run("exchange", "import", sent, "--store", folder / "s.sqlite")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder


def test_no_workbook_that_goes_out_holds_a_formula(run: Run, hostile: Path, tmp_path: Path) -> None:
    marked, template = tmp_path / "marked.xlsx", tmp_path / "template.xlsx"
    assert run("exchange", "check", hostile / "p", "--workbook", marked).returncode == 0
    assert run("exchange", "template", template).returncode == 0
    texts = set()
    for path in (marked, template):
        with closing(openpyxl.load_workbook(path)) as book:
            cells = [c for s in book.worksheets for row in s.iter_rows() for c in row]
        assert not [c.coordinate for c in cells if c.data_type == "f"]
        texts |= {c.value for c in cells}
    assert {*FORMULAS, "=evil()"} <= texts


def test_no_csv_that_goes_out_holds_a_formula(run: Run, hostile: Path, tmp_path: Path) -> None:
    answer = run(
        "picture", "--store", hostile / "s.sqlite", "--viewer", "DEU", "--out", tmp_path / "csv"
    )
    assert answer.returncode == 0, answer.stderr
    cells = [
        cell
        for path in (tmp_path / "csv").iterdir()
        for row in csv.reader(path.read_text("utf-8").splitlines())
        for cell in row
    ]
    assert {f"'{text}" for text in FORMULAS} & set(cells)
    number = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?")
    assert not [c for c in cells if RISKY.match(c) and not number.fullmatch(c)]


def test_no_script_gets_into_the_report(run: Run, hostile: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    answer = run("report", page, "--store", hostile / "s.sqlite", "--viewer", "DEU")
    assert answer.returncode == 0, answer.stderr
    text = page.read_text("utf-8")
    assert "<script>x()" not in text
    assert "&lt;script&gt;x()" in text


def wide(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command on a terminal so wide that no cell is cut."""
    with start(*arguments, stdout=subprocess.PIPE, environment={"COLUMNS": "500"}) as process:
        text, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess("redball", process.returncode, text, errors)


def test_the_terminal_shows_markup_and_obeys_nothing(hostile: Path) -> None:
    answer = wide(
        "picture", "--store", hostile / "s.sqlite", "--viewer", "DEU", "--table", "expiring"
    )
    assert answer.returncode == 0, answer.stderr
    assert "[red]x[/nope]" in answer.stdout
    assert ":bomb: critical" in answer.stdout


def test_names_that_give_orders_to_a_terminal_are_shown_as_escapes(tmp_path: Path) -> None:
    orders = f"{ESC}]0;x\x07\u202e\x9b2J[bold]"
    sent = package(tmp_path / "p", {"site.csv": SITE.replace("Depot Nord", orders)})
    plain, document = wide("exchange", "check", sent), wide("exchange", "check", sent, "--json")
    for answer in (plain, document):
        assert answer.returncode == BAD_DATA
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", answer.stdout)
    assert r"\x1b]0;x\x07\u202e\x9b2J[bold]" in plain.stdout
    assert orders in [i["value"] for i in json.loads(document.stdout)["issues"]]


def test_a_workbook_never_takes_the_place_of_something_else(
    run: Run, good: Path, tmp_path: Path
) -> None:
    sent = workbook(
        tmp_path / "p.xlsx",
        lambda book: book.get_worksheet_by_name("holding").write_number(1, 2, -1) and None,
    )
    kept = {path: path.read_bytes() for path in (sent, good)}
    for target in kept:
        answer = run("exchange", "check", sent, "--workbook", target)
        assert answer.returncode == BAD_USE, answer.stdout
        assert str(target) in answer.stderr
    answer = run("exchange", "template", sent)
    assert answer.returncode == BAD_USE
    assert "already" in answer.stderr
    assert {path: path.read_bytes() for path in kept} == kept


# -- output that nobody can take ----------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_who_has_seen_enough_gets_no_trace(more: tuple[str, ...], good: Path) -> None:
    with start("store", "info", "--store", good, *more, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 141
    assert errors == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_behind_the_output_is_said(good: Path) -> None:
    with (
        Path("/dev/full").open("w") as full,
        start("store", "info", "--store", good, stdout=full) as process,
    ):
        _, errors = process.communicate(timeout=60)
    assert process.returncode == BAD_USE
    assert "Traceback" not in errors
    assert "No space left" in errors


def test_a_terminal_that_is_not_utf8_shows_escapes(tmp_path: Path) -> None:
    sent = package(tmp_path / "p", {"site.csv": SITE.replace("Nord,depot", "Nord,dépôt")})
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for more in ((), ("--json",)):
        with start(
            "exchange", "check", sent, *more, stdout=subprocess.PIPE, environment=environment
        ) as process:
            text, errors = process.communicate(timeout=60)
        assert process.returncode == BAD_DATA, errors
        assert errors == ""
        assert text.isascii()
    assert "dépôt" in [i["value"] for i in json.loads(text)["issues"]]


# -- stores -------------------------------------------------------------------------------------


def test_a_store_of_a_newer_version_is_left_alone(run: Run, store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = store.read_bytes()
    sent = package(tmp_path / "p")
    for command in (
        ("exchange", "import", sent),
        ("picture", "--viewer", "DEU"),
        ("store", "init"),
    ):
        answer = run(*command, "--store", store)
        assert answer.returncode == STORE, answer.stdout
        assert not silent_failure(answer), answer.stderr
        assert "newer" in answer.stderr
    assert store.read_bytes() == before


@pytest.mark.parametrize("command", ["init", "info"])
def test_a_file_that_is_no_store_is_left_alone(command: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "site.csv"
    path.write_text(SITE)
    answer = run("store", command, "--store", path)
    assert answer.returncode == STORE
    assert not silent_failure(answer), answer.stderr
    assert "not a store" in answer.stderr
    assert path.read_text() == SITE


def start(
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    stdout: Any = subprocess.DEVNULL,
    largest_file: int | None = None,
) -> subprocess.Popen[str]:
    """Start the command and go on."""

    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    kept = {k: v for k, v in os.environ.items() if not k.startswith("REDBALL_")}
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "redball"), *map(str, arguments)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**kept, **(environment or {})},
        preexec_fn=limit,
    )


LOTS = 60_000


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that takes a while to import."""
    sent = package(tmp_path_factory.mktemp("large") / "p", {"holding.csv": None})
    pl.DataFrame({"lot": [f"L{i:06}" for i in range(LOTS)]}).select(
        site=pl.lit("D1"), item=pl.lit("A"), lot="lot", quantity=pl.lit(1.5)
    ).write_parquet(sent / "holding.parquet")
    return sent


@pytest.fixture(scope="session")
def imported(good: Path, large: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """State of a store after the large package came in undisturbed."""
    store = Path(shutil.copy(good, tmp_path_factory.mktemp("after") / "s.sqlite"))
    answer = run("exchange", "import", large, "--store", store)
    assert answer.returncode == 0, answer.stderr
    return state(store)


def moments(process: subprocess.Popen[str], store: Path) -> Iterator[float]:
    """Bytes in the store's log, again and again while the process runs; -1 while there is none."""
    log = store.with_name(f"{store.name}-wal")
    while process.poll() is None:
        try:  # the log may go away between a look and the next
            size = log.stat().st_size
        except FileNotFoundError:
            size = -1
        yield size
        time.sleep(0.001)


# seconds after the store was opened, or bytes in its log: while it reads, while it checks, while
# it builds the transaction, and while it commits
KILLED_AT = [("seconds", 0.0), ("seconds", 0.2), ("seconds", 0.5), ("bytes", 1), ("bytes", 2 << 20)]


@pytest.mark.parametrize(("unit", "much"), KILLED_AT)
def test_an_import_killed_at_any_moment_is_all_or_nothing(
    unit: str, much: float, run: Run, store: Path, large: Path, imported: str
) -> None:
    before = state(store)
    with start("exchange", "import", large, "--store", store) as process:
        opened = 0.0
        for size in moments(process, store):
            opened = opened or (time.monotonic() if size >= 0 else 0.0)
            since = time.monotonic() - opened if opened else -1.0
            if (since if unit == "seconds" else size) >= much:
                process.kill()
                break
        process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGKILL, 0)
    assert state(store) in (before, imported)
    answer = run("exchange", "import", large, "--store", store)
    assert answer.returncode == 0, answer.stderr
    assert state(store) == imported


def test_an_import_interrupted_from_the_keyboard_leaves_nothing(store: Path, large: Path) -> None:
    before = state(store)
    with start("exchange", "import", large, "--store", store) as process:
        for size in moments(process, store):
            if size >= 0:
                process.send_signal(signal.SIGINT)
                break
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "Interrupted" in errors
    assert state(store) == before


def test_a_full_disk_ends_in_an_error_and_the_store_stays(
    run: Run, store: Path, large: Path, imported: str
) -> None:
    before = state(store)
    room = store.stat().st_size + (1 << 20)
    with start("exchange", "import", large, "--store", store, largest_file=room) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == STORE, errors
    assert "Traceback" not in errors
    assert "room" in errors
    assert state(store) == before
    assert run("exchange", "import", large, "--store", store).returncode == 0
    assert state(store) == imported


def test_two_imports_at_once_both_come_in_whole(run: Run, tmp_path: Path) -> None:
    store = tmp_path / "new.sqlite"  # not made yet: both find it absent
    one = package(tmp_path / "one")
    two = package(tmp_path / "two", {"manifest.toml": LATER["manifest.toml"].replace("DEU", "NLD")})
    processes = [start("exchange", "import", p, "--store", store) for p in (one, two, one)]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors
    document = json.loads(run("store", "info", "--store", store, "--json").stdout)
    assert document["info"]["owners"] == ["DEU", "NLD"]
    assert document["info"]["revisions"] == 2
    assert document["info"]["rows"]["holding"] == {"current": 6, "history": 0}
    assert state(store)


# -- who may see what ---------------------------------------------------------------------------


def test_a_check_does_not_tell_whether_another_owners_row_exists(
    run: Run, store: Path, tmp_path: Path
) -> None:
    answers = []
    for key in ("D1", "D9"):  # DEU has D1, released to NLD only
        sent = package(
            tmp_path / key,
            {
                "manifest.toml": LATER["manifest.toml"].replace('"DEU"', '"EST"'),
                "holding.csv": f"site,item,quantity,expiry\nDEU:{key},A,1,\n",
            },
        )
        answer = run("exchange", "check", sent, "--store", store, "--json")
        document = json.loads(answer.stdout)
        (issue,) = document["issues"]
        assert issue["rule"] == "reference-undisclosed"
        answers.append((answer.returncode, document["score"], issue["message"], issue["mend"]))
    assert answers[0] == answers[1]
