"""The real command, and one demo that several tests look at."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.one_demo import Run, Shown, in_place, in_process, shown


@pytest.fixture(scope="session")
def process() -> Run:
    """Run ``redball`` in a process of its own."""
    return in_process


@pytest.fixture(scope="session")
def here() -> Run:
    """Run ``redball`` in the process of the test: for what is not about the process."""
    return in_place


@pytest.fixture(scope="session")
def run(process: Run) -> Run:
    """Run ``redball``; modules about answers rather than processes make it :func:`here`."""
    return process


@pytest.fixture(scope="session")
def demo_shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The demo, made twice."""
    return shown(tmp_path_factory)


@pytest.fixture(scope="session")
def demo(demo_shown: Shown) -> tuple[Path, dict[str, Any]]:
    """The demo's folder and its JSON."""
    return demo_shown.folder, demo_shown.document


@pytest.fixture
def own_store(demo: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the demo's store that a test may write to."""
    store = tmp_path / "coalition.sqlite"
    shutil.copyfile(demo[0] / "coalition.sqlite", store)
    return store
