"""The ledger's tables: append in the transaction of the change, and read."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from redball.ledger import Event, EventKind, Frontier, decoded, leaf_hash, new_salt, sealed
from redball.model import BadData, BadUse, StoreError
from redball.store.backend import Backend
from redball.store.revisions import iso
from redball.store.tables import ledger_table, secret_table, tree_table

ORIGIN_PREFIX = "redball.store/"
RESERVED = "store "
"""Names of secret facts that begin like this are the store's own commitments."""

_AT_A_TIME = 10_000


@dataclass(frozen=True)
class Entry:
    """A leaf of the ledger as it is kept.

    Attributes
    ----------
    index : int
        From 0.
    envelope : bytes
        What the leaf hash is made of.
    leaf : bytes
        Leaf hash as the store keeps it; verifying compares it with the envelope.
    """

    index: int
    envelope: bytes
    leaf: bytes


@dataclass(frozen=True)
class Tree:
    """The state of a ledger's tree.

    Attributes
    ----------
    origin : str
        Name of the ledger, made at random when the store was made.
    frontier : Frontier
    last_at : datetime
        Moment of the last leaf.
    """

    origin: str
    frontier: Frontier
    last_at: datetime


def genesis(
    connection: sa.Connection, at: datetime, software: str, commitments: Mapping[str, str]
) -> None:
    """Begin the ledger of a store, with a random name that no other store has."""
    origin = ORIGIN_PREFIX + secrets.token_hex(16)
    event = Event(
        EventKind.GENESIS,
        "make store",
        "store",
        origin,
        at,
        facts={"software": software},
    )
    if commitments:
        event = with_commitments(event, commitments)
    row = {
        "id": 1,
        "origin": origin,
        "size": 0,
        "frontier": "",
        "last_at": iso(at),
        "checkpoints": 0,
    }
    connection.execute(tree_table().insert(), row)
    append(connection, [event])


def tree(connection: sa.Connection, where: str) -> Tree:
    """Read the state of the tree.

    Raises
    ------
    StoreError
        It is missing or can't be read: somebody has changed it.
    """
    rows = connection.execute(sa.select(tree_table())).mappings().all()
    try:
        (row,) = rows
        hashes = tuple(bytes.fromhex(word) for word in row["frontier"].split())
        frontier = Frontier(row["size"], hashes)
        return Tree(row["origin"], frontier, datetime.fromisoformat(row["last_at"]))
    except (ValueError, TypeError, BadData, BadUse) as error:
        raise StoreError(
            f"The state of the ledger can't be read: {error}",
            where=where,
            mend="It was damaged or changed by another program: restore a backup.",
        ) from error


@dataclass(frozen=True)
class Ready:
    """An event that was found fit for a leaf, already written and sealed."""

    event: Event
    salt: bytes
    envelope: bytes
    secret: bytes | None


def append(
    connection: sa.Connection, events: Sequence[Event | Ready], where: str = ""
) -> tuple[int, ...]:
    """Append leaves in the caller's transaction and return their indices.

    Time never runs backwards in a ledger: behind a clock that was set back, a leaf is recorded at
    the moment of the one before it, and sealed anew where it was sealed before.
    """
    state = tree(connection, where)
    first, last_at = state.frontier.size, state.last_at
    rows: list[dict[str, object]] = []
    hidden: list[dict[str, object]] = []
    leaves: list[bytes] = []
    for index, one in enumerate(events, first):
        event = one.event if isinstance(one, Ready) else one
        last_at = max(last_at, event.at)
        if isinstance(one, Ready) and last_at == event.at:
            salt, envelope, secret = one.salt, one.envelope, one.secret
        else:
            salt = new_salt()
            envelope, secret = sealed(replace(event, at=last_at), salt)
        leaves.append(leaf_hash(envelope))
        rows.append({"ix": index, "envelope": envelope.decode(), "leaf": leaves[-1].hex()})
        if secret is not None:
            hidden.append({"ix": index, "salt": salt.hex(), "secret": secret.decode()})
    if rows:
        connection.execute(ledger_table().insert(), rows)
    if hidden:
        connection.execute(secret_table().insert(), hidden)
    grown = state.frontier.extend(leaves)
    values = {
        "size": grown.size,
        "frontier": " ".join(one.hex() for one in grown.hashes),
        "last_at": iso(last_at),
    }
    connection.execute(tree_table().update().values(values))
    return tuple(range(first, first + len(rows)))


def entries(connection: sa.Connection, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
    """Leaves in their order, drawn a few thousand at a time."""
    target = ledger_table()
    at = start
    while stop is None or at < stop:
        upto = at + _AT_A_TIME if stop is None else min(at + _AT_A_TIME, stop)
        query = sa.select(target).where(target.c.ix >= at, target.c.ix < upto).order_by("ix")
        rows = connection.execute(query).all()
        for index, envelope, leaf in rows:
            yield Entry(index, _bytes(envelope), _hash(leaf))
        at = upto
        if stop is None and not rows:
            return


def _bytes(text: object) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode(errors="surrogateescape")


def _hash(text: object) -> bytes:
    """Return a leaf hash; what is none gives no bytes, which no leaf hashes to."""
    try:
        return bytes.fromhex(str(text))
    except ValueError:
        return b""


def leaf_hashes(connection: sa.Connection) -> list[bytes]:
    """Hashes of all leaves, made from the envelopes rather than believed."""
    return [leaf_hash(entry.envelope) for entry in entries(connection)]


def secret_of(connection: sa.Connection, index: int) -> tuple[bytes, bytes] | None:
    """Salt and content that a leaf commits to, if they are there."""
    target = secret_table()
    row = connection.execute(
        sa.select(target.c.salt, target.c.secret).where(target.c.ix == index)
    ).first()
    return None if row is None else (_hash(row.salt), _bytes(row.secret))


def events_since(connection: sa.Connection, since: datetime | None) -> tuple[Event, ...]:
    """Events at or after a moment, in their order, without their secrets."""
    target = ledger_table()
    last = connection.execute(sa.select(sa.func.max(target.c.ix))).scalar()
    if since is None or last is None:
        return tuple(decoded(entry.envelope).event for entry in entries(connection))
    low, high = 0, int(last) + 1  # time only grows along the ledger: halve until it is found
    while low < high:
        middle = (low + high) // 2
        found = next(entries(connection, middle, middle + 1), None)
        if found is None or decoded(found.envelope).event.at < since:
            low = middle + 1
        else:
            high = middle
    return tuple(decoded(entry.envelope).event for entry in entries(connection, low))


def record(backend: Backend, events: Sequence[Event]) -> tuple[int, ...]:
    """Append events that change nothing else; see :meth:`redball.store.Store.record`."""
    prepared = [made_ready(event) for event in events]
    if not prepared:
        return ()
    with backend.writing() as connection:
        return append(connection, prepared, backend.url)


def made_ready(event: Event) -> Ready:
    """Seal an event; refuse what only the store itself may write.

    Raises
    ------
    BadUse
        A kind of its own, a reserved name, a time without zone, or not an event that fits a leaf.
    """
    if event.kind in (EventKind.GENESIS, EventKind.IMPORT):
        raise BadUse(
            f"A leaf of the kind '{event.kind}' is written with what it is about.",
            mend="Import the package; the store writes the leaf.",
        )
    if event.at.utcoffset() is None:
        raise BadUse("The moment of an event has no time zone.", mend="Give it one, such as UTC.")
    own = [name for name in event.secret or {} if name.startswith(RESERVED)]
    if own:
        raise BadUse(f"The name '{own[0]}' is kept for the store.", mend="Choose another name.")
    salt = new_salt()
    envelope, secret = sealed(event, salt)  # refuses what is too large or has no written form
    return Ready(event, salt, envelope, secret)


def with_commitments(event: Event, commitments: Mapping[str, str]) -> Event:
    """Return an event whose secret also holds the store's commitments."""
    own = {RESERVED + name: value for name, value in commitments.items()}
    return replace(event, secret={**(event.secret or {}), **own})


def commitments_in(secret: bytes) -> dict[str, str]:
    """The store's commitments in the secret of a leaf, by name."""
    found = json.loads(secret)
    if not isinstance(found, dict):
        return {}
    return {
        name.removeprefix(RESERVED): str(value)
        for name, value in found.items()
        if name.startswith(RESERVED)
    }
