"""The documentation is true: commands run, pages are up to date, links lead somewhere."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.one_demo import Shown, in_place, shown

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)


def commands(page: Path) -> list[str]:
    lines = "".join(blocks(page, "console")).splitlines()
    return [line[2:] for line in lines if line.startswith("$ ")]


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REDBALL_")}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**environment, "PATH": path, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )


def run_all(lines: list[str], folder: Path) -> str:
    """Run commands one after the other, as a shell would; all that they print.

    A plain command runs in this process, which spares what a process takes to begin. Lines that
    need a shell have one, with what was exported before.
    """
    exported: list[str] = []
    told = ""
    for line in lines:
        words = shlex.split(line, comments=True)
        settings = dict(one.split("=", 1) for one in exported)
        if words[0] == "export":
            exported.append(words[1])
        elif words[0] == "redball" and not re.search(r"[|&;<>$*]", line):
            answer = in_place(*words[1:], cwd=folder, settings=settings)
            assert answer.returncode == 0, f"{line}\n{answer.stderr}"
            told += answer.stdout
        else:
            script = "\n".join([*(f"export {shlex.quote(one)}" for one in exported), line])
            answer = shell(script, folder)
            assert answer.returncode == 0, f"{line}\n{answer.stderr}"
            told += answer.stdout
    return told


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The demo that the pages begin with, as the tests of the command have made it."""
    return shown(tmp_path_factory)


def after_the_demo(lines: list[str], demo: Shown, folder: Path) -> str:
    """Run a page's commands; its first, the demo, is the one that was made before."""
    assert lines[0] == "redball demo --dir tour"
    shutil.copytree(demo.folder, folder / "tour")
    return demo.told + run_all(lines[1:], folder)


def test_the_tutorial_runs_from_top_to_bottom(demo: Shown, tmp_path: Path) -> None:
    lines = commands(ROOT / "docs/tutorials/first-picture.md")
    assert len(lines) >= 10
    told = after_the_demo(lines, demo, tmp_path)
    assert (tmp_path / "tour/report.html").exists()
    for promised in ("needs action", "errors found", "not imported"):
        assert promised in told


def test_the_readme_does_what_it_shows(demo: Shown, tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    assert "Hammerwerk Solling" in after_the_demo(commands(readme), demo, tmp_path)
    (script,) = blocks(readme, "python")
    ran = shell(f"python - <<'END'\n{script}\nEND", tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_the_guide_connects_a_national_system(tmp_path: Path) -> None:
    guide = ROOT / "docs/guides/connect-a-national-system.md"
    manifest, mapping = blocks(guide, "toml")[:2]
    export = tmp_path / "export"
    export.mkdir()
    (export / "manifest.toml").write_text(manifest, "utf-8")
    (export / "mapping.toml").write_text(mapping, "utf-8")
    (export / "Lagerorte.csv").write_text(
        "Lagerort;Bezeichnung;Art;Breite;Länge\nL1;Depot Süd;L;48,1;11,6\n", "cp1252"
    )
    (export / "Artikel.csv").write_text(
        "Artikelnr;VersNr;Benennung;ME;Gewicht;Instandsetzbar\n"
        "A1;3110-12-345-6789;Rillenkugellager;ST;0,13;nein\n",
        "cp1252",
    )
    (export / "Bestand.csv").write_text(
        "Lagerort;Artikelnr;Charge;Menge;Zustand;Verfall;Bemerkung\nL1;A1;C7;1.200,5;A;31.03.2027;x\n",
        "cp1252",
    )
    run_all(commands(guide), tmp_path)
    question = "redball picture --store coalition.sqlite --viewer DEU --table stock --json"
    assert "Depot Süd" in run_all([question], tmp_path)


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools/build_docs.py"), "--check"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_named_in_pages_exist(page: Path) -> None:
    from typer.main import get_command

    from redball.cli.program import program

    known = get_command(program)
    for line in re.findall(r"redball ((?:[a-z]+ ?){1,2})", "\n".join(commands(page))):
        words = line.split()
        command = known.commands.get(words[0])  # type: ignore[attr-defined]
        assert command is not None, f"{page.name}: redball {line}"
        alone = len(words) == 1 and getattr(command, "invoke_without_command", False)
        if hasattr(command, "commands") and not alone:
            assert words[1] in command.commands, f"{page.name}: redball {line}"
