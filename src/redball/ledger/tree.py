"""The hash tree of RFC 6962, section 2.1, over SHA-256.

``leaf = H(0x00, entry)``, ``node = H(0x01, left, right)``, the empty tree is ``H("")``; a tree of
n > 1 leaves splits at the largest power of two below n. The two prefixes keep an entry from being
passed off as a node.

What must be kept to go on appending is the *frontier*: the roots of the complete subtrees that
make up the tree, one for each set bit of its size. What must be kept to make proofs are the
hashes of complete subtrees by level and index (:class:`HashTree`, or tiles).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from redball.model.errors import BadData, BadUse

HASH_BYTES = 32
MOST_SIZE = 2**63 - 1
"""Largest size of a tree in the written forms of C2SP."""

EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""``(level, index)`` to the hash of the complete subtree over ``[index, index + 1) * 2**level``."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry to its leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children to their node."""
    return sha256(b"\x01" + left + right).digest()


def paired(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours to their nodes: half as many, an even number given."""
    walk = iter(hashes)
    # H = node_hash, written out: the call would take a third of the time
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(walk, walk, strict=True)]


def folded(parts: Sequence[bytes]) -> bytes:
    """Hash the complete subtrees of a tree, left to right, to its root."""
    if not parts:
        return EMPTY_ROOT
    root = parts[-1]
    for left in reversed(parts[:-1]):
        root = node_hash(left, root)
    return root


@dataclass(frozen=True)
class Frontier:
    """Size and right edge of a tree: all that appending needs.

    Attributes
    ----------
    size : int
    hashes : tuple of bytes
        Roots of the complete subtrees, left (largest) to right.

    Raises
    ------
    BadData
        When there are not as many hashes as the size has set bits, or one is not 32 bytes.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        fits = 0 <= self.size <= MOST_SIZE and len(self.hashes) == self.size.bit_count()
        if not fits or any(len(h) != HASH_BYTES for h in self.hashes):
            raise BadData(
                f"A right edge of {len(self.hashes)} hashes does not fit a tree of {self.size}.",
                mend="Build the tree again from its leaves.",
            )

    def extend(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """Append leaves, given by their hashes; the old frontier stands as it was.

        Raises
        ------
        BadUse
            When one is not 32 bytes: an entry in place of its hash.
        """
        new = list(leaf_hashes)
        if any(len(h) != HASH_BYTES for h in new):
            raise BadUse("A leaf hash has 32 bytes.", mend="Give leaf_hash(entry).")
        size = self.size + len(new)
        left = list(self.hashes)  # largest first: the last one is of the lowest level
        right: list[bytes] = []  # lowest level first
        level = 0
        while new or left:
            if self.size >> level & 1:
                new.insert(0, left.pop())
            if len(new) & 1:
                right.append(new.pop())
            new = paired(new)
            level += 1
        return Frontier(size, tuple(reversed(right)))

    def append(self, entry_leaf_hash: bytes) -> "Frontier":
        """Append one leaf, given by its hash."""
        return self.extend((entry_leaf_hash,))

    def root(self) -> bytes:
        """Root hash of the tree."""
        return folded(self.hashes)


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root of the tree over these leaves."""
    return Frontier().extend(leaf_hashes).root()


class HashTree:
    """A tree in memory with every complete subtree's hash, for making proofs.

    Parameters
    ----------
    leaf_hashes : iterable of bytes
    """

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        self.extend(leaf_hashes)

    def __len__(self) -> int:
        return len(self._levels[0])

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append leaves, given by their hashes.

        Raises
        ------
        BadUse
            When one is not 32 bytes; none is appended then.
        """
        new = list(leaf_hashes)
        if any(len(h) != HASH_BYTES for h in new):
            raise BadUse("A leaf hash has 32 bytes.", mend="Give leaf_hash(entry).")
        self._levels[0].extend(new)
        level = 0
        while len(self._levels[level]) > 1:
            if level + 1 == len(self._levels):
                self._levels.append([])
            below, here = self._levels[level], self._levels[level + 1]
            here.extend(paired(below[2 * len(here) : len(below) & ~1]))
            level += 1

    def node(self, level: int, index: int) -> bytes:
        """Hash of a complete subtree.

        Raises
        ------
        BadUse
            When the tree has no such complete subtree.
        """
        if 0 <= level < len(self._levels) and 0 <= index < len(self._levels[level]):
            return self._levels[level][index]
        raise BadUse(
            f"A tree of {len(self)} leaves has no complete subtree {index} at level {level}.",
            mend="Ask within its size.",
        )

    def frontier(self, size: int | None = None) -> Frontier:
        """Right edge at a size; the whole tree where none is given."""
        size = len(self) if size is None else size
        return Frontier(size, tuple(complete_parts(0, size, self.node)))

    def root(self, size: int | None = None) -> bytes:
        """Root hash at a size; the whole tree where none is given."""
        return self.frontier(size).root()


def complete_parts(start: int, end: int, nodes: Nodes) -> list[bytes]:
    """Hashes of the complete subtrees that make up ``[start, end)``, left to right.

    ``start`` is a multiple of the smallest power of two that holds the range, so that the parts
    are those of the RFC's own splitting.
    """
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(nodes(level, start >> level))
        start += 1 << level
    return parts


def range_root(start: int, end: int, nodes: Nodes) -> bytes:
    """Root of the tree over the leaves ``[start, end)``, aligned as in :func:`complete_parts`."""
    return folded(complete_parts(start, end, nodes))
