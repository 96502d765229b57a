"""Agreements, the ledger, keys and labels with the real command, as two officers would use them.

One small store is made once: two nations, four lots of stock each, nothing released. Tests that
change something work on a copy of it.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

BAD_USE, BAD_DATA, STORE = 2, 3, 4
ADMIT: Mapping[str, str] = {
    "owner": "DEU",
    "as_of": "2026-01-31T06:00:00Z",
    "label": "RESTRICTED",
}
LONGEST = 80


def package(folder: Path, owner: str) -> Path:
    """A nation's package: a depot with four lots of shells that nobody else may see."""
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text(
        f'owner = "{owner}"\nas_of = 2026-01-31T06:00:00Z\nlabel = "RESTRICTED"\n', "utf-8"
    )
    (folder / "site.csv").write_text(f"key,name,kind,country\nD1,Depot,depot,{owner}\n", "utf-8")
    (folder / "item.csv").write_text(
        "key,name,supply_class,unit_of_issue\nA,Shell,NATO:V,EA\n", "utf-8"
    )
    lots = "".join(f"D1,A,{100 + n},L{n}\n" for n in range(4))
    (folder / "holding.csv").write_text(f"site,item,quantity,lot\n{lots}", "utf-8")
    return folder


@dataclass(frozen=True)
class Desk:
    """A folder with a store, from which commands are run."""

    folder: Path
    command: Callable[..., Any]

    def run(self, *words: object, code: int = 0) -> str:
        """Run a command in the folder, look at its exit code, and return what it printed."""
        answer = self.command(*words, cwd=self.folder)
        assert answer.returncode == code, f"{words}\n{answer.stdout}{answer.stderr}"
        assert "Traceback" not in answer.stderr
        return str(answer.stdout if code == 0 else answer.stdout + answer.stderr)

    def ask(self, *words: object, code: int = 0) -> Any:
        """Run a command with ``--json`` and return the document."""
        answer = self.command(*words, "--json", cwd=self.folder)
        assert answer.returncode == code, f"{words}\n{answer.stdout}{answer.stderr}"
        return json.loads(answer.stdout)

    def refused(self, *words: object, code: int, says: str) -> None:
        """The command fails with this code, says so, and says how to go on."""
        answer = self.command(*words, cwd=self.folder)
        assert answer.returncode == code, f"{words}\n{answer.stdout}{answer.stderr}"
        assert says in answer.stderr, answer.stderr
        assert answer.stderr.startswith("Error"), answer.stderr
        assert "Traceback" not in answer.stderr

    def draft(self, name: str = "MLS-1", *more: object) -> str:
        file = f"{name}.json"
        self.run(
            "agreement", "draft", "mutual-logistic-support", "--id", name, "--parties", "DEU,NLD",
            "--kind", "holding", "--detail", "exact", "--out", file, *more,
        )  # fmt: skip
        return file

    def agree(self, name: str = "MLS-1", *more: object) -> None:
        file = self.draft(name, *more)
        for who in ("DEU", "NLD"):
            self.run("agreement", "sign", file, "--viewer", who)
        self.run("agreement", "activate", file, "--viewer", "DEU")

    def seen(self, viewer: str) -> set[str]:
        """Owners of the stock that a viewer's picture counts."""
        found = self.ask("picture", "--viewer", viewer, "--table", "stock")
        return {row["owner"] for row in found["stock"]}


@pytest.fixture(scope="module")
def made(here: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the store as it is before anything was released."""
    folder = tmp_path_factory.mktemp("trust")
    desk = Desk(folder, here)
    for owner in ("DEU", "NLD"):
        desk.run("import", package(folder / owner.lower(), owner))
        desk.run("key", "new", owner, "--out", f"{owner}.pub")
    desk.run("key", "new", "ledger", "--out", "ledger.pub")
    return folder


@pytest.fixture
def desk(made: Path, here: Any, tmp_path: Path) -> Desk:
    """A copy to work on."""
    folder = tmp_path / "desk"
    shutil.copytree(made, folder)
    return Desk(folder, here)
