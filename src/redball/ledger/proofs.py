"""Proofs about the tree: that it holds an entry, and that it only ever grew.

Inclusion and consistency after RFC 6962, section 2.1.1 and 2.1.2, verified bottom up as in RFC
9162, section 2.1.3.2 and 2.1.4.2. Proofs about a subtree ``[start, end)`` after the IETF draft on
Merkle tree certificates (draft-ietf-plants-merkle-tree-certs, section 4).

Makers take the hashes of complete subtrees (:data:`~redball.ledger.tree.Nodes`) and raise on
sizes that can't be. Verifiers take whatever a stranger sent and answer yes or no; every doubt is
a no. Consistency from the empty tree is a no: an empty tree proves nothing.
"""

from collections.abc import Sequence

from redball.ledger.tree import EMPTY_ROOT, HASH_BYTES, MOST_SIZE, Nodes, node_hash, range_root
from redball.model.errors import BadUse

Proof = Sequence[bytes] | None


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Prove that leaf ``index`` is in the tree of ``size``.

    Raises
    ------
    BadUse
        When there is no such leaf.
    """
    return subtree_inclusion_proof(index, 0, size, nodes)


def subtree_inclusion_proof(index: int, start: int, end: int, nodes: Nodes) -> list[bytes]:
    """Prove that leaf ``index`` is in the subtree ``[start, end)``.

    Raises
    ------
    BadUse
        When that is no subtree or does not hold the leaf.
    """
    if not is_subtree(start, end) or not start <= index < end:
        raise BadUse(
            f"There is no leaf {index} in the subtree from {start} to {end}.",
            mend="Count from 0, below the size of the tree.",
        )
    proof = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_root(middle, end, nodes))
            end = middle
        else:
            proof.append(range_root(start, middle, nodes))
            start = middle
    return proof[::-1]


def consistency_proof(size1: int, size2: int, nodes: Nodes) -> list[bytes]:
    """Prove that the tree of ``size2`` begins with the tree of ``size1``.

    Raises
    ------
    BadUse
        When the first is empty or larger than the second.
    """
    return subtree_consistency_proof(0, size1, size2, nodes)


def subtree_consistency_proof(start: int, end: int, size: int, nodes: Nodes) -> list[bytes]:
    """Prove that the subtree ``[start, end)`` is part of the tree of ``size``.

    Raises
    ------
    BadUse
        When that is no subtree of that tree.
    """
    if not is_subtree(start, end) or start == end or end > size:
        raise BadUse(
            f"A tree of {size} has no subtree from {start} to {end} to prove anything about.",
            mend="Sizes count from 1, the older first.",
        )
    proof = []
    low, high, known = 0, size, True
    while (start, end) != (low, high):
        middle = low + _split(high - low)
        if end <= middle:
            proof.append(range_root(middle, high, nodes))
            high = middle
        else:
            proof.append(range_root(low, middle, nodes))
            if start < middle:  # the subtree starts with the whole left half: go on in the right
                start, known = middle, False
            low = middle
    if not known:
        proof.append(range_root(low, high, nodes))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Proof, root: bytes) -> bool:
    """Say whether a proof shows that a leaf is at ``index`` of the tree with this root."""
    proof = proof or ()
    if not 0 <= index < size <= MOST_SIZE or not _all_hashes(leaf, root, *proof):
        return False
    fn, sn, hashed = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            hashed = node_hash(step, hashed)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hashed = node_hash(hashed, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and hashed == root


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Proof) -> bool:
    """Say whether a proof shows that the tree of ``size2`` begins with that of ``size1``."""
    return size1 > 0 and verify_subtree_consistency(0, size1, size2, root1, root2, proof)


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, proof: Proof, root: bytes
) -> bool:
    """Say whether a proof shows that a leaf is at ``index`` of the subtree with this root."""
    if not is_subtree(start, end):
        return False
    return verify_inclusion(index - start, end - start, leaf, proof, root)


def verify_subtree_consistency(
    start: int, end: int, size: int, root1: bytes, root2: bytes, proof: Proof
) -> bool:
    """Say whether a proof shows that a subtree is part of the tree of ``size`` with ``root2``.

    The empty subtree is part of every tree: only without a proof and with the empty root.
    """
    proof = proof or ()
    if not is_subtree(start, end) or not end <= size <= MOST_SIZE:
        return False
    if start == end:
        return not proof and root1 == EMPTY_ROOT
    if end - start == size:  # the whole tree; of any length of root, as the reference says
        return not proof and root1 == root2
    if not _all_hashes(root1, root2, *proof):
        return False
    fn, sn, tn = start, end - 1, size - 1
    if sn == tn:
        while fn != sn:
            fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    else:
        while fn != sn and sn & 1:
            fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    if fn == sn:
        first, steps = root1, proof
    elif proof:
        first, steps = proof[0], proof[1:]
    else:
        return False
    return _climbed(fn, sn, tn, first, steps) == (root1, root2)


def _climbed(
    fn: int, sn: int, tn: int, first: bytes, steps: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Hash from where subtree and tree part up to both roots; None when the length is wrong."""
    small = large = first
    for step in steps:
        if tn == 0:
            return None
        if sn & 1 or sn == tn:
            if fn < sn:
                small = node_hash(step, small)
            large = node_hash(step, large)
            while not sn & 1:
                fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
        else:
            large = node_hash(large, step)
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    return (small, large) if tn == 0 else None


def is_subtree(start: int, end: int) -> bool:
    """Say whether ``[start, end)`` starts at a multiple of the smallest power of two >= length."""
    if not 0 <= start <= end <= MOST_SIZE:
        return False
    return start % (1 << (max(end - start, 1) - 1).bit_length()) == 0


def _split(length: int) -> int:
    """Largest power of two below the length."""
    return 1 << ((length - 1).bit_length() - 1)


def _all_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
