"""What an engine looks at: a store, or a folder of tables without one."""

import shlex
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from redball.access.actions import Action
from redball.app.clock import parse_moment
from redball.app.doing import use_case
from redball.app.packages import import_
from redball.app.seen import Seen
from redball.app.view import View, see, without_password
from redball.exchange import read_package
from redball.model import BadData, BadUse

MANIFEST = "manifest.toml"
SUFFIXES = (".csv", ".txt", ".parquet", ".xlsx", ".toml")
_SHOWN = 5


@dataclass(frozen=True)
class Inputs:
    """Where an engine's data come from.

    Attributes
    ----------
    view : View
        Store, viewer and moment; the store is not opened when ``tables`` is given.
    tables : Path or None
        A national data package, or a plain folder of tables in the package format without a
        manifest: then the viewer is their owner.
    """

    view: View
    tables: Path | None = None

    @property
    def words(self) -> str:
        """The options of a command that look at the same."""
        moment = f" --as-of {self.view.as_of.isoformat()}" if self.view.as_of else ""
        if self.tables is not None:
            viewer = f" --viewer {shlex.quote(self.view.viewer)}" if self.view.viewer else ""
            return f"--tables {self.tables}{viewer}{moment}"
        store = without_password(self.view.store)
        return f"--store {store} --viewer {shlex.quote(self.view.viewer)}{moment}"


@use_case(Action.SEE, within=True)
def look(inputs: Inputs, *, now: datetime | None = None) -> Seen:
    """Build the twin that an engine looks at.

    Tables given as files go through the same check as a package on its way into a store; they are
    held in a temporary one, which is gone afterwards. They count as known from the moment looked
    at, since nobody knows when a file became known.

    Raises
    ------
    BadUse
        Neither a viewer nor tables are given.
    BadData
        The tables have errors; the first are named.
    StoreMissing, StoreTooNew
        The store can't be opened.
    """
    if inputs.tables is None:
        if not inputs.view.viewer:
            raise BadUse(
                "Nobody is named as the viewer.",
                mend="Add --viewer with an owner code such as DEU, or --tables FOLDER.",
            )
        return see(inputs.view, now=now)
    with tempfile.TemporaryDirectory(prefix="redball-tables-") as folder:
        scratch = Path(folder)
        package = _with_manifest(inputs, scratch / "package", now or datetime.now(UTC))
        store = str(scratch / "tables.sqlite")
        outcome = import_(package, store=store, now=inputs.view.as_of or now)
        if outcome.result is None:
            errors = outcome.check.issues.filter(severity="error")
            first = "; ".join(
                f"{row['table']} {row['sheet']}:{row['line']} {row['column'] or ''}: "
                f"{row['message']}"
                for row in errors.head(_SHOWN).iter_rows(named=True)
            )
            raise BadData(
                f"The tables have {errors.height} errors. {first}",
                where=str(inputs.tables),
                mend="See them all with 'redball exchange check' on a package of these tables.",
            )
        viewer = inputs.view.viewer or outcome.check.owner
        seen = see(View(store, viewer, inputs.view.as_of), now=now)
        return replace(seen, store="")  # that store is gone in a moment


def _with_manifest(inputs: Inputs, scratch: Path, now: datetime) -> Path:
    """The package itself, or a copy of a plain folder with a manifest."""
    source = inputs.tables
    assert source is not None
    if not source.exists():
        raise BadUse("There is no such folder or file.", where=str(source))
    if not source.is_dir() or (source / MANIFEST).exists():
        read_package(source)  # a bad manifest is told before anything is made
        return source
    owner = inputs.view.nation if inputs.view.viewer else "OWN"
    moment = (inputs.view.as_of or now).astimezone(UTC)
    scratch.mkdir()
    for path in sorted(source.iterdir()):
        if path.is_file() and path.suffix.lower() in SUFFIXES:
            shutil.copyfile(path, scratch / path.name)
    (scratch / MANIFEST).write_text(
        f'owner = "{owner}"\nas_of = {moment.strftime("%Y-%m-%dT%H:%M:%SZ")}\n'
        f'title = "tables given as files"\n'
    )
    return scratch


def inputs_of(store: str, viewer: str, as_of: str | None, tables: Path | None) -> Inputs:
    """Inputs from the words of a command line.

    Raises
    ------
    BadUse
        The moment can't be read.
    """
    return Inputs(View(store, viewer, parse_moment(as_of) if as_of else None), tables)
