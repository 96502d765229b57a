"""The real command in a process of its own, and one demo that several tests look at."""

import json
import os
import subprocess
import sys
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
    """The demo's folder and its JSON."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    answer = run("demo", "--dir", folder, "--json")
    assert answer.returncode == 0, answer.stderr
    return folder, json.loads(answer.stdout)
