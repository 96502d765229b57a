"""Read the ledger, hand it to other systems, and look for signs of misuse."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.ledger_pages import spanned
from redball.app.view import opened
from redball.ledger import Event, EventKind, decoded
from redball.ledger.watch import (
    Detection,
    Json,
    Watcher,
    cef_line,
    ocsf_event,
    ocsf_finding,
    watch,
)
from redball.model import BadUse

FORMS = ("ocsf", "cef")
_PIECE = 2_000


@use_case(Action.ADMINISTER)
def ledger_log(store: str, *, kind: str | None = None) -> pl.DataFrame:
    """Entries of the ledger, oldest first, without what they only commit to.

    Columns: ``entry``, ``at``, ``kind``, ``verb``, ``actor``, ``object``, ``label``,
    ``agreements``, ``facts`` (JSON).
    """
    wanted = _kind(kind)
    with opened(store) as source:
        events = source.events()
    rows = [
        (
            number, event.at.isoformat(), str(event.kind), event.verb, event.actor, event.object,
            event.label, " ".join(event.agreements),
            json.dumps(dict(event.facts), sort_keys=True, ensure_ascii=False),
        )
        for number, event in enumerate(events)
        if wanted is None or event.kind is wanted
    ]  # fmt: skip
    names = ("at", "kind", "verb", "actor", "object", "label", "agreements", "facts")
    schema = {"entry": pl.Int64(), **dict.fromkeys(names, pl.String())}
    return pl.DataFrame(rows, schema=schema, orient="row")


@use_case(Action.ADMINISTER)
def ledger_lines(store: str, *, kind: str | None = None, form: str = "ocsf") -> list[str]:
    """Entries as security events for other systems, one line each; OCSF also has the detections.

    Raises
    ------
    BadUse
        The form or the kind is not known.
    """
    return list(ledger_feed(store, kind=kind, form=form))


@use_case(Action.ADMINISTER)
def ledger_feed(
    store: str,
    *,
    kind: str | None = None,
    form: str = "ocsf",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[str]:
    """The same line by line, of a span of time: a few thousand entries are in memory at once.

    The detections are of the whole ledger, so they come at the end of the whole of it only.

    Raises
    ------
    BadUse
        The form or the kind is not known.
    """
    if form not in FORMS:
        raise BadUse(f"'{form}' is not a form.", mend=f"Use one of: {', '.join(FORMS)}.")
    wanted = _kind(kind)
    with opened(store) as source:
        total, low, high = spanned(source, since, until)
        node = source.origin()
    whole = wanted is None and (low, high) == (0, total)
    watcher = Watcher() if whole and form == "ocsf" else None
    return _lines(_pieces(store, low, high), wanted, form, node, watcher)


def _lines(
    pieces: Iterable[Sequence[tuple[int, Event]]],
    wanted: EventKind | None,
    form: str,
    node: str,
    watcher: Watcher | None,
) -> Iterator[str]:
    found: list[Detection] = []
    for piece in pieces:
        for number, event in piece:
            if watcher is not None:
                found += watcher.take(event)
            if wanted is not None and event.kind is not wanted:
                continue
            if form == "cef":
                yield cef_line(event, number, node=node)
            else:
                yield _json(ocsf_event(event, number, node=node))
    for one in found:
        yield _json(ocsf_finding(one, node=node))


def _pieces(store: str, low: int, high: int) -> Iterator[list[tuple[int, Event]]]:
    """Entries from one number up to another, some at a time; the store is not held between."""
    for start in range(low, high, _PIECE):
        with opened(store) as source:
            entries = source.entries(start, min(start + _PIECE, high))
        yield [(entry.index, decoded(entry.envelope).event) for entry in entries]


def _json(line: Json) -> str:
    return json.dumps(line, sort_keys=True, ensure_ascii=False)


def _kind(text: str | None) -> EventKind | None:
    if text is None:
        return None
    if text not in tuple(EventKind):
        raise BadUse(f"'{text}' is not a kind of entry.", mend=f"Kinds: {', '.join(EventKind)}.")
    return EventKind(text)


@use_case(Action.ADMINISTER)
def ledger_watch(store: str) -> pl.DataFrame:
    """Signs of misuse in the ledger, the worst first.

    Columns: ``severity``, ``rule``, ``at``, ``actor``, ``what``, ``entries`` (numbers).
    """
    with opened(store) as source:
        total = source.state()["ledger"]
    found = watch(event for piece in _pieces(store, 0, total) for _, event in piece)
    rows = [
        (
            one.severity.name.lower(), str(one.rule), one.at.isoformat(), one.actor, one.what,
            " ".join(map(str, one.evidence)),
        )
        for one in sorted(found, key=lambda one: (-one.severity, one.at, one.rule))
    ]  # fmt: skip
    names = ("severity", "rule", "at", "actor", "what", "entries")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
