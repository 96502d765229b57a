"""The real command in a process of its own, and one demo that several tests look at."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def run() -> Run:
    """Run ``redball`` with arguments."""
    command = Path(sys.executable).parent / "redball"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REDBALL_")}

    def call(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(command), *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**environment, "COLUMNS": "160"},
            cwd=cwd,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call


@pytest.fixture(scope="session")
def demo(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The demo's folder and its JSON; made by the first worker that asks, copied by the others."""
    own = tmp_path_factory.mktemp("demo") / "out"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return own, _made(run, own)
    shared = tmp_path_factory.getbasetemp().parent / "one-demo"
    try:
        shared.mkdir()
    except FileExistsError:
        _wait_for(shared / "answer.json")
    else:
        made = _made(run, shared / "out")
        (shared / "writing.json").write_text(json.dumps(made))
        (shared / "writing.json").rename(shared / "answer.json")
    shutil.copytree(shared / "out", own)
    words = (shared / "answer.json").read_text().replace(str(shared / "out"), str(own))
    return own, json.loads(words)


def _made(run: Run, folder: Path) -> dict[str, Any]:
    answer = run("demo", "--dir", folder, "--json")
    assert answer.returncode == 0, answer.stderr
    made: dict[str, Any] = json.loads(answer.stdout)
    return made


def _wait_for(file: Path) -> None:
    """Wait until another worker has made it."""
    for _ in range(6_000):
        if file.exists():
            return
        time.sleep(0.1)
    raise TimeoutError(f"no other worker made {file}")


@pytest.fixture
def own_store(demo: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the demo's store that a test may write to."""
    store = tmp_path / "coalition.sqlite"
    shutil.copyfile(demo[0] / "coalition.sqlite", store)
    return store
