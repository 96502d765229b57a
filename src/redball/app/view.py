"""From the store to a twin: the one way in which rows reach the capabilities."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

import redball
from redball.access import ReleaseScope, parse_subject
from redball.access.actions import Action
from redball.app.clock import moment_of
from redball.app.doing import use_case
from redball.app.releasing import coarsened, ranks_of, released, reliance, scope_in
from redball.model import Origin, Twin, build_twin
from redball.model.labels import ResultLabel
from redball.model.results import Reliance, Scalar
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


@dataclass(frozen=True)
class Seen:
    """A twin, the feeds it was made from, and the scope under which it was made."""

    twin: Twin
    feeds: pl.DataFrame = field(repr=False)
    scope: ReleaseScope | None = field(default=None, repr=False)
    store: str = field(default="", repr=False)

    @property
    def viewer_is_known(self) -> bool:
        """Whether the viewer ever sent data; if not, its code may be mistyped."""
        return self.twin.viewer in self.feeds["owner"].cast(pl.String).to_list()

    def origin(
        self, label: ResultLabel | None = None, parameters: Mapping[str, Scalar] | None = None
    ) -> Origin:
        """Where a result made from this twin comes from."""
        label = label or self.twin.label
        return Origin(
            viewer=self.twin.viewer,
            as_of=self.twin.as_of,
            revision=self.twin.revision,
            twin_hash=self.twin.content_hash,
            software=f"redball {redball.__version__}",
            label=label,
            parameters=parameters or {},
            exercise=self.twin.exercise,
            agreements=self._reliances(label),
            subject=self.scope.subject.text if self.scope is not None else "",
            recorded_in=self.store,
        )

    def _reliances(self, label: ResultLabel) -> tuple[Reliance, ...]:
        if self.scope is None:
            return ()
        known = self.scope.agreements
        return tuple(reliance(known[one], self.twin.viewer) for one in sorted(label.agreements))


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
    revisions = store.revisions()
    moment = moment_of(revisions, as_of, now or datetime.now(UTC))
    scope = scope_in(store, subject, now=now)
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
