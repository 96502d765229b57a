"""One store of the example that the guides look at, and the pages' blocks."""

from pathlib import Path

import pytest

from redball import app


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that ``redball demo --dir tour`` makes, without its reports."""
    folder = tmp_path_factory.mktemp("guides")
    store = folder / "coalition.sqlite"
    for package in app.write_example(folder / "packages"):
        app.import_(package, store=str(store), skip_bad_rows=True)
    return store
