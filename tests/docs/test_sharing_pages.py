"""The pages on trust are true: their commands run from top to bottom and print what is quoted.

The tutorial starts from the files that it writes; each guide from where the tutorial has two
nations and their keys, with nothing shared.
"""

import os
import shlex
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from tests.docs.test_guides import DOCS, WIDTH, fenced, steps, write_files
from typer.testing import CliRunner

from redball import app
from redball.cli.output import console
from redball.cli.program import program

TUTORIAL = "tutorials/sharing.md"
GUIDES = (
    "guides/share-under-an-agreement.md",
    "guides/prove-what-happened.md",
    "guides/watch-for-misuse.md",
    "guides/label-a-document.md",
)
MEMBERS = '<spif:tagCategory name="DEU" lacv="10"/><spif:tagCategory name="NLD" lacv="11"/>'


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("REDBALL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(console, "width", WIDTH)


@pytest.fixture(scope="module")
def two_nations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder as the tutorial's second section leaves it."""
    folder = tmp_path_factory.mktemp("sharing")
    text = (DOCS / TUTORIAL).read_text("utf-8")
    write_files(text, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        begin, _, _ = text.partition("## 3.")
        assert ran(begin, patch) == 6
    return folder


def ran(text: str, patch: pytest.MonkeyPatch) -> int:
    """Run a page's commands, compare what is quoted under each, and count them."""
    count = 0
    for command, quoted in steps(text):
        words = shlex.split(command.partition(" || ")[0])
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            patch.setenv(name, value)
            continue
        assert words[0] == "redball", command
        answer = CliRunner().invoke(program, words[1:], prog_name="redball")
        # 'redball ... || echo ...' is how a page shows what is refused
        assert (answer.exit_code != 0) == (" || " in command), f"{command}\n{answer.output}"
        printed = {" ".join(line.split()) for line in answer.stdout.splitlines()}
        missing = [line for line in quoted if " ".join(line.split()) not in printed]
        assert not missing, f"{command}\nnot printed: {missing}\n{answer.stdout[:4000]}"
        count += 1
    return count


def test_the_sharing_tutorial_runs_from_top_to_bottom(
    two_nations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(two_nations, folder)
    monkeypatch.chdir(folder)
    text = (DOCS / TUTORIAL).read_text("utf-8")
    monkeypatch.setenv("REDBALL_STORE", "coalition.sqlite")
    _, mark, rest = text.partition("## 3.")
    assert ran(mark + rest, monkeypatch) >= 11
    assert len(fenced(text, "console")) >= 10


def test_the_tutorial_says_the_figures_that_its_agreement_gives(
    two_nations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(two_nations, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("REDBALL_STORE", "coalition.sqlite")
    text = (DOCS / TUTORIAL).read_text("utf-8")
    ran(text.partition("## 3.")[2].partition("## 6.")[0], monkeypatch)
    result = app.picture(app.View("coalition.sqlite", "NLD"))
    by_nation = result.picture.as_tables()["by_nation"]
    assert dict(by_nation.select("nation", "quantity").iter_rows()) == {"DEU": 5400, "NLD": 517}
    assert "with 5,400 shells. It holds 5,450:" in text
    assert 1234 + 1871 + 2345 == 5450


@pytest.mark.parametrize("page", GUIDES)
def test_commands_of_the_trust_guides_print_what_they_quote(
    page: str, two_nations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(two_nations, folder)
    policy = (files("redball.access.labels") / "policies" / "redball.spif.xml").read_text("utf-8")
    head, everybody, rest = policy.partition('<spif:tagCategory name="ALL" lacv="1"')
    assert everybody
    (folder / "policy.xml").write_text(f"{head}{MEMBERS}{everybody}{rest}", "utf-8")
    monkeypatch.chdir(folder)
    assert ran((DOCS / page).read_text("utf-8"), monkeypatch) >= 4
