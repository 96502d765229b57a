"""A proof of one entry that reads some hundred leaves, however long the ledger is.

Whoever serves keeps the roots of complete blocks of :data:`BLOCK` leaves in memory: 32 bytes for
each block, read once and then only what was added. Hashes within a block are made when they are
asked for. A proof is made under the newest checkpoint that this ledger's key signed and that holds
the entry; only an entry that is newer than all of them has the ledger signed anew, which reads
the whole of it, as signing must.

What is kept is not believed: each proof is held against the root in the signed checkpoint.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.ledgers import ledger_key
from redball.app.trust import key_folder
from redball.app.view import opened
from redball.ledger import (
    Checkpoint,
    HashTree,
    inclusion_proof,
    leaf_hash,
    open_checkpoint,
    verify_inclusion,
    write_proof,
)
from redball.model import BadUse, RedballError, StoreError
from redball.signing import VerifierKey, parse_note
from redball.store import Store

HEIGHT = 8
BLOCK = 1 << HEIGHT
"""Leaves of a block, of which only the root is kept."""
_READ = 64
"""Blocks that are read at once."""
_KEPT = 4
_LOCK = threading.Lock()


class Blocks:
    """Roots of the complete blocks of one ledger; the caller holds a lock."""

    def __init__(self) -> None:
        self._roots = HashTree()

    def nodes(self, source: Store, size: int) -> Callable[[int, int], bytes]:
        """Hashes of the complete subtrees of a tree of this size."""
        self._grow(source, size // BLOCK)
        inside: dict[int, HashTree] = {}

        def node(level: int, index: int) -> bytes:
            if level >= HEIGHT:
                return self._roots.node(level - HEIGHT, index)
            place = index << level >> HEIGHT
            if place not in inside:
                start = place * BLOCK
                inside[place] = _hashed(source, start, min(start + BLOCK, size))
            return inside[place].node(level, index - (place << HEIGHT >> level))

        return node

    def _grow(self, source: Store, blocks: int) -> None:
        while len(self._roots) < blocks:
            first = len(self._roots)
            last = min(first + _READ, blocks)
            leaves = [leaf_hash(e.envelope) for e in source.entries(first * BLOCK, last * BLOCK)]
            if len(leaves) != (last - first) * BLOCK:
                raise _missing(source)
            parts = (leaves[at : at + BLOCK] for at in range(0, len(leaves), BLOCK))
            self._roots.extend([HashTree(part).node(HEIGHT, 0) for part in parts])


_BLOCKS: "OrderedDict[tuple[str, str], Blocks]" = OrderedDict()


@use_case(Action.ADMINISTER)
def ledger_proof(store: str, entry: int) -> str:
    """A proof file that an entry stands in the ledger, with the signed checkpoint in it.

    Raises
    ------
    BadUse
        There is no such entry.
    NotPermitted
        The ledger must be signed for it, and there is no key.
    StoreError
        The ledger does not fit what was signed.
    """
    with opened(store) as source:
        total = source.state()["ledger"]
        if not 0 <= entry < total:
            raise BadUse(f"There is no entry {entry}.", mend=f"The ledger has 0 to {total - 1}.")
        found = source.entries(entry, entry + 1)
        if not found:
            raise _missing(source)
        note, head = _checkpoint(store, source, entry)
        leaf = leaf_hash(found[0].envelope)
        with _LOCK:
            name = (store, head.origin)
            for blocks in (_BLOCKS.pop(name, None), Blocks()):  # anew, should the kept ones not fit
                if blocks is None:
                    continue
                proof = inclusion_proof(entry, head.size, blocks.nodes(source, head.size))
                if verify_inclusion(entry, head.size, leaf, proof, head.root):
                    _BLOCKS[name] = blocks
                    while len(_BLOCKS) > _KEPT:
                        _BLOCKS.popitem(last=False)
                    return write_proof(found[0].envelope, entry, proof, note)
    raise StoreError(
        f"Entry {entry} does not fit the signed checkpoint of {head.size} entries.",
        where=store,
        mend="The ledger was changed. Verify it: redball ledger verify",
    )


def _checkpoint(store: str, source: Store, entry: int) -> tuple[str, Checkpoint]:
    """The newest signed checkpoint that holds an entry; a new one where there is none."""
    folder = key_folder(store)
    keys: tuple[VerifierKey, ...] = tuple(folder.trusted().get(source.origin(), ()))
    for size, note in reversed(source.checkpoints()):
        if size <= entry:
            break
        try:
            return note, open_checkpoint(note, keys).checkpoint
        except RedballError:  # of a key that is trusted no more, or changed: it counts for nothing
            continue
    note = source.checkpoint(ledger_key(store, source), folder)
    return note, Checkpoint.parse(parse_note(note).text)


def _hashed(source: Store, start: int, stop: int) -> HashTree:
    leaves = [leaf_hash(one.envelope) for one in source.entries(start, stop)]
    if len(leaves) != stop - start:
        raise _missing(source)
    return HashTree(leaves)


def _missing(source: Store) -> StoreError:
    return StoreError(
        "Entries of the ledger are missing.",
        where=source.url,
        mend="Verify the ledger: redball ledger verify",
    )


__all__ = ["BLOCK", "ledger_proof"]
