"""Contributions: a nation's own package is checked, compared, and taken in as it was seen.

The command line checks and imports whatever an operator has. A face takes files from people, so it
asks for more: the package is of the person's own nation, and what is imported is the very file
whose difference was looked at, against the very state it was compared with.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.packages import ImportOutcome, check, import_
from redball.app.releasing import authorised
from redball.app.view import View, feeds_in, opened
from redball.exchange import Check, Score
from redball.model import BadUse, NotPermitted, StoreMissing
from redball.store import ImportResult

Progress = Callable[[str, int, int], None]


class Overtaken(BadUse):
    """What was looked at is not what would be imported any more."""

    status = 409


@dataclass(frozen=True)
class Contribution:
    """A package as it was checked and compared.

    Attributes
    ----------
    title : str
    file_hash : str
        SHA-256 of the file.
    check : Check
    difference : ImportResult or None
        What importing it would change, without the rows that have errors; None where the check
        refuses it as a whole.
    revision : int
        Newest revision of the store that it was compared with.
    workbook : Path or None
        The error workbook, where there are issues.
    """

    title: str
    file_hash: str
    check: Check
    difference: ImportResult | None
    revision: int
    workbook: Path | None


@use_case(Action.CONTRIBUTE)
def contribution_check(
    path: Path, view: View, *, workbook: Path | None = None, progress: Progress | None = None
) -> Contribution:
    """Check a package of the viewer's own nation and compare it with what the store holds.

    Raises
    ------
    BadData, UnsafeFile
        The package can't be read at all, or is older than what the nation already sent.
    NotPermitted
        It is another nation's package, or the role may not contribute.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.CONTRIBUTE)
    revision = _newest(view.store)
    found = check(path, store=view.store, workbook=workbook, progress=progress)
    _own(found.check.owner, subject.nation)
    difference = None
    if not found.check.refused:
        outcome = import_(
            path, store=view.store, dry_run=True, skip_bad_rows=True, progress=progress
        )
        difference = outcome.result
    return Contribution(
        title=found.package.manifest.title,
        file_hash=hash_of(path),
        check=found.check,
        difference=difference,
        revision=revision,
        workbook=found.workbook,
    )


@use_case(Action.CONTRIBUTE)
def contribution_import(
    path: Path,
    view: View,
    *,
    owner: str,
    file_hash: str,
    revision: int,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Take in a package exactly as it was looked at.

    Parameters
    ----------
    owner, file_hash, revision
        As :func:`contribution_check` gave them.

    Raises
    ------
    Overtaken
        The file is another one, or something was imported since: look at the difference again.
    NotPermitted
        It is another nation's package, or the role may not contribute.
    StoreBusy, StoreFull
        Nothing was written.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.CONTRIBUTE)
    _own(owner, subject.nation)
    if hash_of(path) != file_hash:
        raise Overtaken("This is not the file that was checked.", mend="Upload it again.")
    _unchanged(view.store, revision)
    return import_(
        path,
        store=view.store,
        skip_bad_rows=skip_bad_rows,
        progress=_watching(view.store, revision, progress),
    )


@use_case(Action.CONTRIBUTE)
def contribution_feeds(view: View) -> pl.DataFrame:
    """Packages taken in, newest first: the own nation's in full, of others only whose and when.

    Columns as :func:`redball.app.feeds`, and ``overall`` as the check defines it; titles, counts
    and scores carry no label, so those of others are left out.
    """
    subject = parse_subject(view.viewer)
    authorised(subject, Action.CONTRIBUTE)
    with opened(view.store) as store:
        found = feeds_in(store.revisions(), view.as_of or datetime.max.replace(tzinfo=UTC))
    open_to_all = ("revision", "owner", "as_of", "imported_at", "exercise")
    own = pl.col("owner").cast(pl.String) == subject.nation
    scores = found.select("completeness", "validity", "timeliness", "consistency")
    overall = [None if None in one else Score(*one).overall for one in scores.iter_rows()]
    return found.with_columns(overall=pl.Series(overall, dtype=pl.Float64)).with_columns(
        pl.when(own).then(pl.exclude(open_to_all))
    )


def hash_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own(owner: str, nation: str) -> None:
    if owner != nation:
        raise NotPermitted(
            f"The package is of {owner}, and your account is of {nation}.",
            where="manifest",
            mend=f"Somebody of {owner} has to bring it in.",
        )


def _unchanged(url: str, revision: int) -> None:
    if _newest(url) != revision:
        raise Overtaken(
            "Another package was imported since this one was compared.",
            mend="Look at the difference again; the upload is still here.",
        )


def _watching(url: str, revision: int, progress: Progress | None) -> Progress:
    """Progress that also refuses an import when another one came first.

    An import tells its progress from within its transaction, before the first row is written and
    while it alone may write. What a second connection then reads as the newest revision is what
    the transaction began with, and an error rolls it back.
    """

    def told(step: str, done: int, total: int) -> None:
        if done == 0:
            _unchanged(url, revision)
        if progress is not None:
            progress(step, done, total)

    return told


def _newest(url: str) -> int:
    try:
        with opened(url) as store:
            newest = store.revisions()["revision"].max()
    except StoreMissing:
        return 0
    return newest if isinstance(newest, int) else 0
