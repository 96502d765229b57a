"""The guides are true: commands run and print what the pages quote, code blocks run."""

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redball.cli.output import console
from redball.cli.program import program
from redball.stock.backorders import expected_backorders
from redball.stock.mutual import exact_support

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
GUIDES = (
    "tutorials/readiness.md",
    "tutorials/rehearsal.md",
    "tutorials/plan.md",
    "guides/plan-spares.md",
    "guides/survive-a-surge.md",
    "guides/size-a-reserve.md",
    "guides/order-today.md",
    "guides/forecast-demand.md",
    "guides/place-safety-stock.md",
    "guides/stress-test.md",
    "guides/compare-futures.md",
    "guides/run-long-work.md",
)
WITH_CODE = (
    "guides/from-a-notebook.md",
    "guides/simulate-in-a-notebook.md",
    "guides/compare-futures.md",
    "guides/run-long-work.md",
    "concepts/sparing.md",
    "concepts/reserves.md",
    "concepts/guaranteed-service.md",
    "concepts/demand.md",
    "concepts/event-kernel.md",
    "concepts/day-step.md",
    "concepts/replications.md",
    "concepts/stress-test.md",
    "concepts/validation.md",
    "concepts/watching.md",
)
WIDTH = 160


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def steps(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a page with the lines of output quoted under it."""
    command, quoted = "", list[str]()
    for line in "".join(fenced(text, "console")).splitlines():
        if line.startswith("$ "):
            if command:
                yield command, quoted
            command, quoted = line[2:], []
        elif line.strip() not in ("", "..."):
            quoted.append(line)
    yield command, quoted


def write_files(text: str, folder: Path) -> None:
    """Files that a page says to write: named before the block, as the last code on that line."""
    pattern = r"`([\w./-]+\.(?:csv|toml))`[^`\n]*:[^`]*\n\n?```(?:csv|toml)\n(.*?)^```"
    for name, content in re.findall(pattern, text, re.M | re.S):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")


@pytest.fixture
def desk(tmp_path: Path, tour: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the first tutorial leaves it, with a wide window and no settings."""
    (tmp_path / "tour").mkdir()
    shutil.copyfile(tour, tmp_path / "tour" / "coalition.sqlite")
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("REDBALL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(console, "width", WIDTH)
    return tmp_path


@pytest.mark.parametrize("page", GUIDES)
def test_commands_print_what_the_page_quotes(
    page: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DOCS / page).read_text("utf-8")
    write_files(text, desk)
    ran = 0
    for command, quoted in steps(text):
        words = shlex.split(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            monkeypatch.setenv(name, value)
            continue
        assert words[0] == "redball", command
        answer = CliRunner().invoke(program, words[1:], prog_name="redball")
        assert answer.exit_code == 0, f"{command}\n{answer.output}"
        printed = {" ".join(line.split()) for line in answer.stdout.splitlines()}
        missing = [line for line in quoted if " ".join(line.split()) not in printed]
        assert not missing, f"{command}\nquoted, not printed: {missing}\n{answer.stdout[:4000]}"
        ran += 1
    assert ran >= 2


def test_files_that_guides_have_written_are_there(desk: Path) -> None:
    for page in GUIDES:
        write_files((DOCS / page).read_text("utf-8"), desk)
    written = {str(p.relative_to(desk)) for p in desk.rglob("*") if p.suffix in (".csv", ".toml")}
    assert written == {
        "war.csv", "surge.csv", "stages.csv", "arcs.csv", "orders/manifest.toml",
        "mine/site.csv", "mine/item.csv", "mine/demand.csv",
        "depot.toml", "helped.toml", "calm.toml", "winter-calm.toml",
        "appetite.toml", "goals.toml",
    }  # fmt: skip


@pytest.mark.parametrize("page", WITH_CODE)
def test_code_blocks_run_one_after_the_other(
    page: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = fenced((DOCS / page).read_text("utf-8"), "python")
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
        assert capsys.readouterr().out.strip() or "print(" not in block


def test_support_ends_below_the_pooled_backorders_as_quoted() -> None:
    """The figures in concepts/mutual-support.md."""
    text = (DOCS / "concepts/mutual-support.md").read_text("utf-8")
    support = exact_support([0.3, 0.1], [30.0, 2.0], [3.0, 4.0], [[1], []]).ebo.sum()
    pooled, _ = expected_backorders(9.2, 9.2, 7.0)
    assert f"{pooled:.2f} pooled, {support:.3f} with" in text
