"""Sign the tree, never against what was signed before, and keep the notes."""

from datetime import UTC, datetime

import sqlalchemy as sa

from redball.ledger import root_of
from redball.ledger.checkpoint import Checkpoint
from redball.ledger.cosign import cosign
from redball.model import StoreError
from redball.signing import Note, SignedHead, SignerMemory, SigningKey, sign_note
from redball.store.backend import Backend
from redball.store.log import leaf_hashes, tree
from redball.store.tables import checkpoint_table, tree_table

MEND = (
    "Signing has stopped. Find the newer history (a later copy of the store, or what witnesses"
    " cosigned) and go on from there; a store that has to stay as it is needs a new ledger."
)


def checkpoint(backend: Backend, key: SigningKey, memory: SignerMemory) -> str:
    """Sign the tree; see :meth:`redball.store.Store.checkpoint`."""
    with backend.writing() as connection:
        state = tree(connection, backend.url)
        leaves = leaf_hashes(connection)
        root = root_of(leaves)
        if len(leaves) != state.frontier.size or root != state.frontier.root():
            raise StoreError(
                "The ledger does not fit the state of its tree: it was changed.",
                where=backend.url,
                mend=f"{MEND} See: redball ledger verify",
            )
        last = memory.last_signed(state.origin)
        why = contradiction(state.origin, leaves, last)
        if why:
            raise StoreError(why, where=backend.url, mend=MEND)
        # remembered before the signature exists: after a crash at any moment, the store still
        # holds the leaves that were about to be signed
        memory.note_signed(state.origin, len(leaves), root)
        note = _signed(Checkpoint(state.origin, len(leaves), root), key)
        return _kept(connection, key.name, len(leaves), note)


def _signed(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Sign as C2SP says for the key: a note, or with ML-DSA-44 the form of a cosignature."""
    if key.algorithm == "ml-dsa-44":
        return str(Note(checkpoint.text, (cosign(checkpoint, key, datetime.now(UTC)),)))
    return sign_note(checkpoint.text, [key])


def contradiction(origin: str, leaves: list[bytes], last: SignedHead | None) -> str:
    """Why a tree can't be what follows the one that was signed last; empty if it can."""
    if last is None:
        return ""
    if last.size > len(leaves):
        return (
            f"A checkpoint over {last.size} leaves was signed for {origin}, but the ledger has"
            f" only {len(leaves)}: an old backup was restored, or its end was cut off."
        )
    if root_of(leaves[: last.size]) != last.root:
        return f"The first {last.size} leaves of {origin} are not those that were signed."
    return ""


def _kept(connection: sa.Connection, signer: str, size: int, note: str) -> str:
    """Keep the note, or return the one that this signer gave for this size before."""
    target = checkpoint_table()
    this = (target.c.size == size, target.c.signer == signer)
    known = connection.execute(sa.select(target.c.note).where(*this)).scalar()
    if known is not None:
        return str(known)
    connection.execute(target.insert(), {"size": size, "signer": signer, "note": note})
    column = tree_table().c.checkpoints
    connection.execute(tree_table().update().values(checkpoints=column + 1))
    return note


def kept_checkpoints(connection: sa.Connection) -> tuple[tuple[int, str], ...]:
    """Size and note of every checkpoint, oldest first."""
    target = checkpoint_table()
    rows = connection.execute(sa.select(target.c.size, target.c.note).order_by("size", "signer"))
    return tuple((size, note) for size, note in rows)
