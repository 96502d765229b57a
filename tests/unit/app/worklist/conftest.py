"""A store with a working list for each test, copied from one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.worklist_lists import Lists

from redball import app
from redball.app.keeping import Keeper, keeping
from redball.desk import open_desk


@pytest.fixture(scope="session")
def first_import(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store after its first import, to be copied."""
    folder = tmp_path_factory.mktemp("worklist")
    store = str(folder / "s.sqlite")
    app.init_store(store)
    desk = open_desk(store)
    Lists(folder, desk).send("A", "B", "S")
    desk.close()
    return folder


@pytest.fixture
def lists(first_import: Path, tmp_path: Path) -> Iterator[Lists]:
    for path in first_import.glob("s.sqlite*"):
        shutil.copyfile(path, tmp_path / path.name)
    desk = open_desk(str(tmp_path / "s.sqlite"))
    with keeping(Keeper()):
        yield Lists(tmp_path, desk, imports=1)
    desk.close()
