"""The ledger a page at a time, from its end: what a request reads is bounded, however long it is.

Time only grows along a ledger, so a span of time is found by halving. Kind and person are looked
for entry by entry, through at most :data:`LOOKED`; the page says how far that reached, and older
entries are looked through by asking again from there.
"""

import json
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.view import opened
from redball.ledger import Event, EventKind, decoded
from redball.model import BadUse, StoreError
from redball.store import Store

ROWS = 50
MOST_ROWS = 1_000
LOOKED = 4_000
"""Entries that one request looks through at most."""
_PIECE = 500
_NAMES = ("at", "kind", "verb", "actor", "object", "label", "agreements", "facts")
_SCHEMA = {"entry": pl.Int64(), **dict.fromkeys(_NAMES, pl.String())}


@dataclass(frozen=True)
class LedgerPage:
    """Entries of a ledger, the newest first.

    Attributes
    ----------
    entries : polars.DataFrame
        Columns as of :func:`redball.app.ledger_log`.
    total : int
        Entries of the whole ledger.
    newest, oldest : int
        Numbers of the entries that were looked through, both included; ``newest`` is less than
        ``oldest`` where there was none.
    older : int or None
        Where the next page begins: entries below this number; None where nothing older can match.
    """

    entries: pl.DataFrame
    total: int
    newest: int
    oldest: int
    older: int | None

    @property
    def looked(self) -> int:
        """How many entries were looked through."""
        return self.newest - self.oldest + 1


@use_case(Action.ADMINISTER)
def ledger_page(
    store: str,
    *,
    kind: str | None = None,
    actor: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    rows: int = ROWS,
) -> LedgerPage:
    """Read entries from the end, or from below a number, without what they only commit to.

    Parameters
    ----------
    kind : str, optional
    actor : str
        Words in who did it; anybody when empty.
    since, until : datetime, optional
        Span of time, both ends included.
    before : int, optional
        Only entries with a lower number.
    rows : int
        Of the page, at most :data:`MOST_ROWS`.

    Raises
    ------
    BadUse
        The kind is not known, or there can't be so many rows.
    StoreError
        An entry is missing.
    """
    if kind is not None and kind not in tuple(EventKind):
        raise BadUse(f"'{kind}' is not a kind of entry.", mend=f"Kinds: {', '.join(EventKind)}.")
    if not 1 <= rows <= MOST_ROWS:
        raise BadUse(f"A page has 1 to {MOST_ROWS:,} rows.", where="rows")
    with opened(store) as source:
        total, low, high = spanned(source, since, until)
        top = max(min(high, total if before is None else before), 0)
        found: list[tuple[int, Event]] = []
        at, floor = top, max(low, top - LOOKED)
        while at > floor and len(found) < rows:
            start = max(at - _PIECE, floor)
            events = [(e.index, decoded(e.envelope).event) for e in source.entries(start, at)]
            for number, event in reversed(events):
                at = number
                if (kind is None or event.kind == kind) and actor in event.actor:
                    found.append((number, event))
                    if len(found) == rows:
                        break
            else:
                at = start
    return LedgerPage(
        entries=pl.DataFrame([_row(*one) for one in found], schema=_SCHEMA, orient="row"),
        total=total,
        newest=top - 1,
        oldest=at,
        older=at if at > low else None,
    )


@use_case(Action.ADMINISTER)
def ledger_size(store: str) -> int:
    """How many entries the ledger has."""
    with opened(store) as source:
        return source.state()["ledger"]


def spanned(source: Store, since: datetime | None, until: datetime | None) -> tuple[int, int, int]:
    """Entries of the whole ledger, and the first and the end of those in a span of time.

    Raises
    ------
    StoreError
        An entry is missing.
    """
    total = source.state()["ledger"]
    low = 0 if since is None else _first(source, total, since, after=False)
    high = total if until is None else _first(source, total, until, after=True)
    return total, low, high


def _first(source: Store, total: int, moment: datetime, *, after: bool) -> int:
    """Number of the first entry at or after a moment, or only after it."""
    low, high = 0, total
    while low < high:
        middle = (low + high) // 2
        found = source.entries(middle, middle + 1)
        if not found:
            raise StoreError(
                f"Entry {middle} of the ledger is missing.",
                where=source.url,
                mend="Verify the ledger: redball ledger verify",
            )
        at = decoded(found[0].envelope).event.at
        if at < moment or (after and at == moment):
            low = middle + 1
        else:
            high = middle
    return low


def _row(number: int, event: Event) -> tuple[object, ...]:
    return (
        number, event.at.isoformat(), str(event.kind), event.verb, event.actor, event.object,
        event.label, " ".join(event.agreements),
        json.dumps(dict(event.facts), sort_keys=True, ensure_ascii=False),
    )  # fmt: skip


__all__ = ["LOOKED", "MOST_ROWS", "LedgerPage", "ledger_page", "ledger_size", "spanned"]
