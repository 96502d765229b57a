"""Packages in: check, import, template."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import redball
from redball.access import Subject, decide
from redball.access.actions import Action
from redball.app.clock import NO_REVISIONS, import_moment
from redball.app.doing import use_case
from redball.app.view import opened
from redball.exchange import (
    Check,
    Known,
    Package,
    check_package,
    read_package,
    write_error_workbook,
)
from redball.model import StoreMissing, tables
from redball.store import ImportResult, PackageRecord, Store, TableRows

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CheckOutcome:
    """A checked package and where its error workbook is."""

    package: Package
    check: Check
    workbook: Path | None = None


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did; ``result`` is ``None`` when errors kept it from happening."""

    check: Check
    result: ImportResult | None


@use_case(Action.CONTRIBUTE)
def check(
    path: Path,
    *,
    store: str | None = None,
    workbook: Path | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> CheckOutcome:
    """Check a package against the language and, if a store is there, against what it holds.

    Parameters
    ----------
    path : Path
        Folder, zip or workbook.
    store : str, optional
        Store whose rows references may point to; a store that does not exist yet is an empty one.
    workbook : Path, optional
        Where to write the error workbook; it is written only when there are issues.

    Raises
    ------
    BadData, UnsafeFile
        The package can't be read at all.
    """
    package = read_package(path)
    checked, _ = _checked(package, store, now or datetime.now(UTC), progress)
    written = None
    if workbook is not None and not checked.issues.is_empty():
        written = write_error_workbook(package, checked, workbook)
    return CheckOutcome(package, checked, written)


@use_case(Action.CONTRIBUTE)
def import_(
    path: Path,
    *,
    store: str,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Check a package and take it into the store in one transaction.

    Nothing is written while the check finds errors, unless ``skip_bad_rows``: then the rows with
    errors are left out, and rows that the store already has under their keys stay as they are.

    Raises
    ------
    BadData
        The package can't be read, or is older than what the owner already sent.
    StoreBusy, StoreFull
        Nothing was written.
    """
    package = read_package(path)
    now = now or datetime.now(UTC)
    checked, moment = _checked(package, store, now, progress)
    if checked.refused or (not checked.ok and not skip_bad_rows):
        return ImportOutcome(checked, None)
    rows = {
        name: TableRows(table.frame, table.content, table.skipped_keys)
        for name, table in checked.tables.items()
    }
    with _target(store, dry_run) as target:
        result = target.import_package(
            _record(package, checked, moment), rows, dry_run=dry_run, progress=progress
        )
    return ImportOutcome(checked, result)


@contextmanager
def _target(url: str, dry_run: bool) -> Iterator[Store]:
    """The store to import into; a dry run against a store not made yet is one against nothing."""
    with ExitStack() as stack:
        try:
            target = stack.enter_context(opened(url, create=not dry_run))
        except StoreMissing:
            if not dry_run:
                raise
            scratch = stack.enter_context(tempfile.TemporaryDirectory())
            target = stack.enter_context(opened(str(Path(scratch) / "empty.sqlite"), create=True))
        yield target


def known_to(store: Store, owner: str) -> Known:
    """What the store holds that a sender may see: targets of references and its own structure."""
    targets = {target for spec in tables().values() for target in spec.refs.values()}
    # by labels alone: what agreements show is shown on request, and written down then
    scope = decide(store.markings(), Subject(owner), Action.SEE, now=datetime.now(UTC))
    frames = store.read(as_of=None, labels=scope.labels, names=targets | {"structure"}).frames
    keys = {name: frame.select("owner", "key") for name, frame in frames.items() if name in targets}
    own = frames["structure"].filter(pl.col("owner").cast(pl.String) == owner)
    return Known(
        keys=keys,
        structure=own.select("parent", "child"),
    )


def _checked(
    package: Package, store: str | None, now: datetime, progress: Progress | None
) -> tuple[Check, datetime]:
    """Check against what the store holds; also tell the moment at which it would be imported."""
    manifest = package.manifest
    known, revisions = Known.empty(), NO_REVISIONS
    if store is not None:
        try:
            with opened(store) as source:
                known, revisions = known_to(source, manifest.owner), source.revisions()
        except StoreMissing:
            pass  # nothing imported yet: the package is checked on its own
    moment = import_moment(
        revisions, package_as_of=manifest.as_of, exercise=manifest.exercise, now=now
    )
    return check_package(package, known=known, now=moment, progress=progress), moment


def _record(package: Package, checked: Check, moment: datetime) -> PackageRecord:
    score = checked.score
    scores: Mapping[str, float] = {
        "completeness": score.completeness,
        "validity": score.validity,
        "timeliness": score.timeliness,
        "consistency": score.consistency,
    }
    return PackageRecord(
        owner=package.manifest.owner,
        package_hash=package.hash,
        title=package.manifest.title,
        as_of=package.manifest.as_of,
        imported_at=moment,
        software=f"redball {redball.__version__}",
        exercise=package.manifest.exercise,
        scores=scores,
        counts=checked.counts,
        content={name: table.content for name, table in checked.tables.items()},
    )
