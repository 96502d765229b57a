"""From the store to a twin: the one way in which rows reach the capabilities."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from redball.access import ReleaseScope, parse_subject
from redball.access.actions import Action
from redball.app.clock import moment_of
from redball.app.doing import current, use_case
from redball.app.keeping import RECORDED, Keeper, KeptTwin, Look, keeper, scope_key
from redball.app.releasing import coarsened, ranks_of, released, scope_in
from redball.app.seen import Seen
from redball.model import build_twin
from redball.store import Store, open_store


@dataclass(frozen=True)
class View:
    """Who looks, where, and at which moment.

    Attributes
    ----------
    store : str
        Path of an SQLite file or a PostgreSQL URL.
    viewer : str
        Who looks: an owner code for a nation's node, or a subject such as
        ``DEU role=analyst clearance=RESTRICTED`` (:func:`redball.access.parse_subject`).
    as_of : datetime or None
        A past moment, with zone; ``None`` for now.
    """

    store: str
    viewer: str
    as_of: datetime | None = None

    @property
    def nation(self) -> str:
        """Owner code of the viewer's nation.

        Raises
        ------
        BadUse
            The viewer can't be read.
        """
        return parse_subject(self.viewer).nation


_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^\s/]*@")


def without_password(command: str) -> str:
    """Write a command or address with stars in place of a database's password."""
    return _PASSWORD.sub(r"\1:***@", command)


@use_case(Action.SEE, within=True)
def see(view: View, *, now: datetime | None = None) -> Seen:
    """Build the twin of a view.

    Raises
    ------
    StoreMissing, StoreTooNew
        The store can't be opened.
    BadUse
        The viewer can't be read.
    NotPermitted
        The viewer's role may not do this, or may be shown no further totals today.
    """
    kept = keeper()
    if kept is not None and now is None:
        found = kept.recent(_question(view.store, view.viewer, view.as_of))
        if found is not None:
            return _relied_on(found)
    with open_store(view.store) as store:
        return see_in(store, view.viewer, view.as_of, now=now)


def see_in(
    store: Store, viewer: str, as_of: datetime | None = None, *, now: datetime | None = None
) -> Seen:
    """Build the twin of a viewer from an open store.

    What agreements release is recorded in the ledger before it is shown: what can't be recorded is
    not released.
    """
    subject = parse_subject(viewer)
    kept = keeper() if now is None else None
    look = None if kept is None else kept.look()
    revisions = store.revisions()
    scope = scope_in(store, subject, now=now)
    if kept is not None and look is not None:
        return _kept(kept, look, store, scope, revisions, viewer, as_of)
    return _made(store, scope, revisions, as_of, now)


def _made(
    store: Store,
    scope: ReleaseScope,
    revisions: pl.DataFrame,
    as_of: datetime | None,
    now: datetime | None,
) -> Seen:
    """Read and build a twin, and record what agreements release in it."""
    subject = scope.subject
    moment = moment_of(revisions, as_of, now or datetime.now(UTC))
    feeds = _released(feeds_in(revisions, moment), subject.nation)
    stream = store.stream(as_of=moment, labels=scope.labels, coarse=ranks_of(scope))
    twin = build_twin(
        coarsened(stream.tables, scope),
        scope.labels,
        viewer=subject.nation,
        as_of=moment,
        revision=stream.revision,
        exercise=not feeds.is_empty() and bool(feeds["exercise"].any()),
    )
    released(store, scope, twin, now=now)
    return Seen(twin, feeds, scope, store.address)


def _question(store: str, viewer: str, as_of: datetime | None) -> tuple[object, ...]:
    """What is asked, as twins are kept by it: an action sees other rows than another."""
    doing = current()
    return (str(store), viewer, as_of, None if doing is None else doing.action)


def _kept(
    keeper: Keeper,
    look: Look,
    store: Store,
    scope: ReleaseScope,
    revisions: pl.DataFrame,
    viewer: str,
    as_of: datetime | None,
) -> Seen:
    """The twin of this state as it was kept, or a new one."""
    state = (revisions.height, revisions["revision"].max(), scope_key(scope))

    def make() -> KeptTwin:
        doing = current()
        before = 0 if doing is None else len(doing.relied)
        seen = _made(store, scope, revisions, as_of, None)
        relied = [] if doing is None else doing.relied[before:]
        if doing is not None:
            del doing.relied[before:]
        at = time.monotonic()
        return KeptTwin(seen, at, at, relied)

    found = keeper.twin(_question(store.address, viewer, as_of), state, look, make)
    if found.relied and time.monotonic() - found.recorded > RECORDED.total_seconds():
        released(store, scope, found.seen.twin, now=None, again=True)
        found.recorded = time.monotonic()
    return _relied_on(found)


def _relied_on(found: KeptTwin) -> Seen:
    """Let the use case that runs know what the twin rests on."""
    doing = current()
    if doing is not None:
        doing.relied.extend(found.relied)
        if found.seen.scope is not None:
            doing.asked.append((found.seen.store, found.seen.scope.subject))
    return found.seen


def feeds_in(revisions: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """Revisions known at a moment, newest first: every nation's conformance over time.

    Columns: ``revision``, ``owner``, ``title``, ``as_of``, ``imported_at``, ``exercise``, ``rows``,
    ``errors``, ``warnings``, the four scores (share), ``tables`` (names, with ``changes`` where a
    table was not sent in full), ``package_hash``, ``software``.
    """
    known = revisions.filter(pl.col("imported_at") <= moment).sort("revision", descending=True)
    counts = [json.loads(text) for text in known["counts"]]
    content = [json.loads(text) for text in known["content"]]
    tables = [
        ", ".join(name if how == "full" else f"{name} ({how})" for name, how in carried.items())
        for carried in content
    ]
    added = known.with_columns(
        rows=pl.Series([c.get("rows") for c in counts], dtype=pl.Int64),
        tables=pl.Series(tables, dtype=pl.String),
    )
    return added.select(
        "revision", "owner", "title", "as_of", "imported_at", "exercise", "rows", "errors",
        "warnings", "completeness", "validity", "timeliness", "consistency", "tables",
        "package_hash", "software",
    )  # fmt: skip


def _released(feeds: pl.DataFrame, viewer: str) -> pl.DataFrame:
    """What a viewer may know of feeds: its own in full, of others whose they are and how old.

    Titles, counts and scores carry no label, so they stay with their owner and the node.
    """
    open_to_all = ("revision", "owner", "as_of", "imported_at", "exercise")
    own = pl.col("owner").cast(pl.String) == viewer
    return feeds.with_columns(pl.when(own).then(pl.exclude(open_to_all)))


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """Open a store for one use case."""
    with open_store(url, create=create) as store:
        yield store
