"""Compare the store with its ledger, and the ledger with what was signed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from redball.ledger import Envelope, Frontier, decoded, leaf_hash, root_of
from redball.ledger.checkpoint import Checkpoint
from redball.ledger.signed import open_checkpoint
from redball.model import RedballError, StoreError
from redball.signing import SignerMemory, VerifierKey, parse_note
from redball.store.backend import Backend, Query
from redball.store.checkpoints import contradiction
from redball.store.comparing import compare_records, compare_rows, promises
from redball.store.failing import undamaged
from redball.store.finding import LedgerReport, Problem
from redball.store.log import Entry, Tree, entries, tree
from redball.store.revisions import iso
from redball.store.tables import checkpoint_table, tree_table

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Log:
    """The leaves, read."""

    entries: tuple[Entry, ...]
    leaves: list[bytes]
    envelopes: dict[int, Envelope]


def verify(
    backend: Backend,
    verifiers: Iterable[VerifierKey],
    *,
    memory: SignerMemory | None,
    progress: Progress | None,
    since: int | None,
) -> LedgerReport:
    """Verify a store; see :meth:`redball.store.Store.verify`."""
    known = tuple(verifiers)
    problems: list[Problem] = []
    with undamaged(backend.url), backend.auditing() as connection:
        log = _log(connection, problems)
        state = _tree(backend, connection, log, problems)
        signed = _checkpoints(connection, log, state, known, problems)
        if state is not None and memory is not None:
            _remembered(log, state, memory, problems)
        held = promises(connection, log.entries, log.envelopes, problems)
        marks = compare_records(connection, held, problems)

        def read(query: Query) -> pl.DataFrame:
            return backend.rows(connection, query)

        rows = compare_rows(read, marks, held, since or 0, progress, problems)
    return LedgerReport(
        origin="" if state is None else state.origin,
        size=len(log.entries),
        root=root_of(log.leaves).hex(),
        rows=rows,
        signed_size=signed,
        problems=tuple(sorted(problems)),
    )


def _log(connection: sa.Connection, problems: list[Problem]) -> _Log:
    found = tuple(entries(connection))
    leaves, envelopes = [], {}
    last = ""
    for place, entry in enumerate(found):
        leaves.append(leaf_hash(entry.envelope))
        if entry.index != place:
            problems.append(Problem(place, "ledger", "", "the leaf is missing"))
        if leaves[-1] != entry.leaf:
            problems.append(
                Problem(entry.index, "ledger", "", "the envelope is not what was hashed")
            )
        try:
            envelope = decoded(entry.envelope)
        except RedballError as error:
            problems.append(Problem(entry.index, "ledger", "", f"not an envelope: {error.what}"))
            continue
        envelopes[entry.index] = envelope
        at = iso(envelope.event.at)
        if at < last:
            problems.append(Problem(entry.index, "ledger", "", "it is older than the leaf before"))
        last = at
        if (place == 0) != (envelope.event.kind == "genesis"):
            problems.append(Problem(entry.index, "ledger", "", "the ledger does not begin here"))
    if not found:
        problems.append(Problem(0, "ledger", "", "there is no leaf at all"))
    return _Log(found, leaves, envelopes)


def _tree(
    backend: Backend, connection: sa.Connection, log: _Log, problems: list[Problem]
) -> Tree | None:
    size = len(log.leaves)
    try:
        state = tree(connection, backend.url)
    except StoreError as error:
        problems.append(Problem(None, "ledger_tree", "", error.what))
        return None
    if state.frontier != Frontier().extend(log.leaves):
        # a leaf that does not fit is named already; an end that was cut off has no other trace
        problems.append(
            Problem(
                min(size, state.frontier.size),
                "ledger_tree",
                "",
                f"the state of the tree is that of {state.frontier.size} other leaves",
            )
        )
    first, last = log.envelopes.get(0), log.envelopes.get(size - 1)
    if first is not None and first.event.object != state.origin:
        problems.append(Problem(0, "ledger_tree", "", "the origin is not that of the first leaf"))
    if last is not None and last.event.at != state.last_at:
        problems.append(
            Problem(size - 1, "ledger_tree", "", "the moment is not that of the last leaf")
        )
    ids = connection.execute(sa.select(tree_table().c.id)).scalars().all()
    if ids != [1]:
        problems.append(Problem(None, "ledger_tree", "", "there is not one state of the tree"))
    return state


def _checkpoints(
    connection: sa.Connection,
    log: _Log,
    state: Tree | None,
    verifiers: tuple[VerifierKey, ...],
    problems: list[Problem],
) -> int:
    """Check every kept checkpoint; return the largest size that a known key signed."""
    target = checkpoint_table()
    rows = connection.execute(sa.select(target).order_by("size", "signer")).all()
    count = connection.execute(sa.select(tree_table().c.checkpoints)).scalar()
    if count != len(rows):
        problems.append(
            Problem(None, "checkpoint", "", f"there are {len(rows)} in place of {count}")
        )
    largest = 0
    for size, signer, note in rows:
        why = _unfit(size, signer, note, log, state, verifiers)
        if why:
            problems.append(Problem(max(size - 1, 0), "checkpoint", f"{size} {signer}", why))
        elif verifiers:
            largest = max(largest, size)
    return largest


def _unfit(
    size: int,
    signer: str,
    note: str,
    log: _Log,
    state: Tree | None,
    verifiers: tuple[VerifierKey, ...],
) -> str:
    """Why a kept checkpoint does not fit; without any key only its text is compared."""
    try:
        taken = parse_note(note)
        checkpoint = Checkpoint.parse(taken.text)
        if verifiers:
            open_checkpoint(note, [key for key in verifiers if key.name == signer])
    except RedballError as error:
        return error.what
    if checkpoint.size != size or signer not in {one.name for one in taken.signatures}:
        return "the note is not that of this size and signer"
    if state is not None and checkpoint.origin != state.origin:
        return "the note is of another ledger"
    if size > len(log.leaves):
        return f"{size} leaves were signed, but there are only {len(log.leaves)}"
    if root_of(log.leaves[:size]) != checkpoint.root:
        return f"the first {size} leaves are not those that were signed"
    return ""


def _remembered(log: _Log, state: Tree, memory: SignerMemory, problems: list[Problem]) -> None:
    try:
        last = memory.last_signed(state.origin)
    except StoreError as error:
        problems.append(Problem(None, "checkpoint", "", error.what))
        return
    why = contradiction(state.origin, log.leaves, last)
    if why and last is not None:
        first = min(last.size, len(log.leaves)) - (last.size <= len(log.leaves))
        problems.append(Problem(max(first, 0), "checkpoint", "", why))
