"""Tiles: the tree and its entries as small files that never change (C2SP tlog-tiles).

A tile holds up to 256 hashes of one level, eight levels of the tree apart; a bundle holds up to
256 entries, each after its length in two bytes, big endian. Full ones stay for ever; a partial
one ends in ``.p/<width>``. Paths as served: index 1234067 is ``x001/x234/067``. Whoever has a
checkpoint and the tiles makes every proof without asking the log anything.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from redball.ledger.tree import HASH_BYTES, MOST_SIZE, Nodes, paired
from redball.model.errors import BadData, BadUse, UnsafeFile

WIDTH = 256
LEVELS = 8
"""Levels of the tree from one tile to the next: 2**8 = 256."""

MOST_ENTRY_BYTES = 2**16 - 1
_KEPT_TILES = 4_096


@dataclass(frozen=True)
class Tile:
    """Address of a tile, or of a bundle of entries where ``level`` is None.

    Attributes
    ----------
    level : int or None
    index : int
    width : int
        Hashes or entries in it, 1 to 256.

    Raises
    ------
    BadUse
        When there is no such tile.
    """

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        in_level = self.level is None or 0 <= self.level <= 63
        if not in_level or not 0 <= self.index <= MOST_SIZE or not 1 <= self.width <= WIDTH:
            raise BadUse(f"There is no such tile: {self}.", mend="Ask within the tree's size.")

    @property
    def path(self) -> str:
        """Where it is served and kept, below the log's own place."""
        parts = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            parts.append(f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Addresses of the tiles of a tree that a tree of ``since`` leaves did not have.

    Raises
    ------
    BadUse
        When the sizes can't be.
    """
    if not 0 <= since <= size <= MOST_SIZE:
        raise BadUse("A log grows from one size to another.", mend="Give the older one as since.")
    level, now, before = 0, size, since
    while now:
        yield from _row(level, now, before)
        level, now, before = level + 1, now // WIDTH, before // WIDTH


def bundles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Addresses of the bundles of entries that a log of ``since`` entries did not have."""
    for tile in tiles_of(size, since):
        if tile.level != 0:
            return
        yield Tile(None, tile.index, tile.width)


def tile_bytes(tile: Tile, nodes: Nodes) -> bytes:
    """Write a tile: its hashes one after another.

    Raises
    ------
    BadUse
        When it is a bundle, or the tree is not large enough.
    """
    if tile.level is None:
        raise BadUse("A bundle holds entries.", where=tile.path, mend="Use bundle_bytes(entries).")
    start = tile.index * WIDTH
    return b"".join(nodes(LEVELS * tile.level, start + i) for i in range(tile.width))


def read_tile(data: bytes, width: int = WIDTH) -> list[bytes]:
    """Read a tile of that width.

    Raises
    ------
    BadData
        When it has another length.
    """
    if not 1 <= width <= WIDTH or len(data) != width * HASH_BYTES:
        raise BadData(
            f"A tile of {width} hashes has {width * HASH_BYTES} bytes, not {len(data)}.",
            mend="Fetch it again.",
        )
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def bundle_bytes(entries: Sequence[bytes]) -> bytes:
    """Write a bundle of entries.

    Raises
    ------
    BadUse
        When there are none or more than 256, or one has more than 65,535 bytes.
    """
    if not 1 <= len(entries) <= WIDTH or any(len(e) > MOST_ENTRY_BYTES for e in entries):
        raise BadUse(
            "A bundle holds 1 to 256 entries of at most 65,535 bytes.",
            mend="Log the envelope, not the payload.",
        )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def read_bundle(data: bytes, width: int = WIDTH) -> list[bytes]:
    """Read a bundle of that many entries.

    Raises
    ------
    UnsafeFile
        When it is longer than 256 of the longest entries.
    BadData
        When it holds another number of entries, or is cut short.
    """
    if len(data) > WIDTH * (MOST_ENTRY_BYTES + 2):
        raise UnsafeFile(f"A bundle has {len(data):,} bytes.", mend="Fetch it again.")
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < WIDTH:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(entries) != width:
        raise BadData(f"A bundle does not hold {width} whole entries.", mend="Fetch it again.")
    return entries


def nodes_of_tiles(read: Callable[[str], bytes], size: int) -> Nodes:
    """Give the hashes of complete subtrees out of tiles.

    What comes out is as trustworthy as the tiles: make a proof of it and verify that against a
    signed checkpoint.

    Parameters
    ----------
    read : callable
        Path of a tile to its bytes.
    size : int
        Size of the checkpoint; tells which tiles are partial.
    """

    @lru_cache(maxsize=_KEPT_TILES)
    def hashes(level: int, index: int) -> list[bytes]:
        count = size >> (LEVELS * level)
        tile = Tile(level, index, min(WIDTH, count - index * WIDTH))
        return read_tile(read(tile.path), tile.width)

    def node(level: int, index: int) -> bytes:
        if level < 0 or index < 0 or (index + 1) << level > size:
            raise BadUse(
                f"A tree of {size} leaves has no complete subtree {index} at level {level}.",
                mend="Ask within its size.",
            )
        tile_level, height = divmod(level, LEVELS)
        tile_index, start = divmod(index << height, WIDTH)
        part = hashes(tile_level, tile_index)[start : start + (1 << height)]
        for _ in range(height):
            part = paired(part)
        return part[0]

    return node


def _row(level: int, now: int, before: int) -> Iterator[Tile]:
    """Tiles of one level: those that were not full before and have grown since."""
    for index in range(before // WIDTH, -(-now // WIDTH)):
        width = min(WIDTH, now - index * WIDTH)
        if index * WIDTH + width > before:
            yield Tile(level, index, width)
