"""Ways to run the command in tests, and the demo, made once for everybody who looks at it."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
WIDTH = 160


@dataclass(frozen=True)
class Shown:
    """A demo that was made twice in one folder.

    Attributes
    ----------
    folder : Path
        Of whoever asked: it may be written to.
    told : str
        What the first run printed for a person, with its plan.
    document : dict
        What the second run printed as JSON.
    first_pages : Path
        Pages as the first run left them.
    """

    folder: Path
    told: str
    document: dict[str, Any]
    first_pages: Path


def in_process(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``redball`` in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REDBALL_")}
    return subprocess.run(
        [str(Path(sys.executable).parent / "redball"), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**environment, "COLUMNS": str(WIDTH)},
        cwd=cwd,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def in_place(
    *arguments: object, cwd: Path | None = None, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the whole command, from its words to its exit code, in the process of the test.

    It enters where the script does, and spares the two seconds or three that a process takes to
    load what it needs: most of what a short command costs. ``settings`` are variables that were
    exported before.
    """
    from redball.cli import main, output

    words = ["redball", *map(str, arguments)]
    told, said = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, Path(os.devnull).open() as nothing:
        for name in [name for name in os.environ if name.startswith("REDBALL_")]:
            patch.delenv(name)
        patch.setenv("COLUMNS", str(WIDTH))
        for name, value in (settings or {}).items():
            patch.setenv(name, value)
        for console in (output.console, output.errors):
            patch.setattr(console, "width", WIDTH)
        patch.setattr(sys, "argv", words)
        patch.setattr(sys, "stdin", nothing)
        patch.setattr(sys, "stdout", io.TextIOWrapper(told, "utf-8", write_through=True))
        patch.setattr(sys, "stderr", io.TextIOWrapper(said, "utf-8", write_through=True))
        if cwd is not None:
            patch.chdir(cwd)
        code = _exit_code(main)
        return subprocess.CompletedProcess(
            words, code, told.getvalue().decode(), said.getvalue().decode()
        )


def _exit_code(main: Callable[[], None]) -> int:
    """Exit code as a shell sees it."""
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(end.code)
            return 1
        return end.code or 0
    return 0


def shown(factory: pytest.TempPathFactory) -> Shown:
    """A copy of the demo; the first of all workers that asks makes it, the others wait."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "one-demo"
    try:
        shared.mkdir()
    except FileExistsError:
        _wait_for(shared / "answer.json")
    else:
        try:
            _make(shared)
        except BaseException as error:
            (shared / "failed.txt").write_text(str(error))
            raise
    own = factory.mktemp("demo") / "out"
    shutil.copytree(shared / "out", own)
    words = (shared / "answer.json").read_text().replace(str(shared / "out"), str(own))
    answer = json.loads(words)
    return Shown(own, answer["told"], answer["document"], shared / "first")


def _make(shared: Path) -> None:
    """Run the demo for a person, then again in the same folder for a program."""
    first = in_process("demo", "--dir", shared / "out")
    assert first.returncode == 0, first.stderr
    (shared / "first").mkdir()
    for page in (shared / "out").glob("*.html"):
        shutil.copyfile(page, shared / "first" / page.name)
    # once more with everything that a program is told, but for the plan, which takes longest
    second = in_process("demo", "--dir", shared / "out", "--json", "--budget", "0")
    assert second.returncode == 0, second.stderr
    answer = {"told": first.stdout, "document": json.loads(second.stdout)}
    (shared / "writing.json").write_text(json.dumps(answer))
    (shared / "writing.json").rename(shared / "answer.json")


def _wait_for(file: Path) -> None:
    """Wait until another worker has made it."""
    for _ in range(6_000):
        if file.exists():
            return
        failed = file.with_name("failed.txt")
        assert not failed.exists(), failed.read_text()
        time.sleep(0.1)
    raise TimeoutError(f"no other worker made {file}")
