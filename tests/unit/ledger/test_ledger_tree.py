"""Tree, proofs and tiles: what is refused, and agreement between the ways to hold a tree."""

import pytest

from redball.ledger import (
    EMPTY_ROOT,
    Frontier,
    HashTree,
    Tile,
    bundle_bytes,
    bundles_of,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    nodes_of_tiles,
    read_bundle,
    read_tile,
    root_of,
    subtree_consistency_proof,
    subtree_inclusion_proof,
    tile_bytes,
    tiles_of,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
)
from redball.model.errors import BadData, BadUse, UnsafeFile

LEAVES = [leaf_hash(f"entry {i}".encode()) for i in range(700)]
TREE = HashTree(LEAVES)


def test_empty_tree() -> None:
    assert Frontier().root() == HashTree().root() == root_of([]) == EMPTY_ROOT
    assert list(tiles_of(0)) == []


def test_a_frontier_is_a_value() -> None:
    old = Frontier().extend(LEAVES[:5])
    new = old.append(LEAVES[5])
    assert old.root() == TREE.root(5)
    assert new.root() == TREE.root(6)
    assert new == TREE.frontier(6)


def test_frontiers_that_do_not_fit() -> None:
    for size, hashes in ((1, ()), (0, (b"x" * 32,)), (3, (b"x" * 32,)), (1, (b"x",)), (-1, ())):
        with pytest.raises(BadData):
            Frontier(size, hashes)


def test_an_entry_in_place_of_its_hash_is_refused() -> None:
    with pytest.raises(BadUse):
        Frontier().append(b"entry")
    tree = HashTree(LEAVES[:3])
    with pytest.raises(BadUse):
        tree.extend([LEAVES[3], b"entry"])
    assert len(tree) == 3


def test_sizes_that_cant_be() -> None:
    for call in (
        lambda: TREE.node(0, 700),
        lambda: TREE.node(-1, 0),
        lambda: TREE.node(0, -1),
        lambda: TREE.root(701),
        lambda: inclusion_proof(5, 5, TREE.node),
        lambda: inclusion_proof(-1, 5, TREE.node),
        lambda: inclusion_proof(5, 701, TREE.node),
        lambda: consistency_proof(0, 5, TREE.node),
        lambda: consistency_proof(6, 5, TREE.node),
        lambda: subtree_inclusion_proof(3, 1, 4, TREE.node),
        lambda: subtree_consistency_proof(2, 6, 8, TREE.node),
    ):
        with pytest.raises(BadUse):
            call()


def test_an_empty_tree_proves_nothing() -> None:
    assert not verify_consistency(0, 5, EMPTY_ROOT, TREE.root(5), [])
    assert not verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_inclusion(0, 0, EMPTY_ROOT, [], EMPTY_ROOT)
    assert verify_subtree_consistency(4, 4, 5, EMPTY_ROOT, TREE.root(5), None)
    assert not verify_subtree_consistency(4, 4, 5, TREE.root(5), TREE.root(5), None)


def test_a_proof_longer_than_the_tree_is_deep_is_refused() -> None:
    # it would hash to this root, which is of two leaves, not of one
    left, right = LEAVES[:2]
    assert verify_inclusion(1, 2, right, [left], TREE.root(2))
    assert not verify_inclusion(0, 1, right, [left], TREE.root(2))


def test_a_node_is_no_entry() -> None:
    # without the two prefixes the left and right child would be an entry with the same hash
    two = TREE.node(0, 0) + TREE.node(0, 1)
    assert leaf_hash(two) != TREE.root(2)


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "tile/0/000"),
        (999, "tile/0/999"),
        (1000, "tile/0/x001/000"),
        (1234067, "tile/0/x001/x234/067"),
    ],
)
def test_paths(index: int, path: str) -> None:
    assert Tile(0, index).path == path
    assert Tile(None, index, 7).path == path.replace("/0/", "/entries/", 1) + ".p/7"


def test_tiles_of_a_tree_of_seventy_thousand() -> None:
    # the example of C2SP tlog-tiles
    rows: dict[int | None, list[int]] = {}
    for tile in tiles_of(70_000):
        rows.setdefault(tile.level, []).append(tile.width)
    assert rows == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}
    assert [t.path for t in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]


@pytest.mark.parametrize("step", [1, 7, 256, 300])
def test_new_tiles_and_old_ones_make_up_all(step: int) -> None:
    held: set[str] = set()
    for size in range(step, 700, step):
        new = {tile.path for tile in tiles_of(size, size - step)}
        assert not new & held
        held |= new
        assert {tile.path for tile in tiles_of(size)} <= held
    assert list(tiles_of(512, 512)) == []


def test_proofs_out_of_tiles() -> None:
    files = {tile.path: tile_bytes(tile, TREE.node) for tile in tiles_of(700)}
    nodes = nodes_of_tiles(files.__getitem__, 700)
    for index in (0, 255, 256, 511, 512, 699):
        proof = inclusion_proof(index, 700, nodes)
        assert proof == inclusion_proof(index, 700, TREE.node)
        assert verify_inclusion(index, 700, LEAVES[index], proof, TREE.root())
    assert consistency_proof(300, 700, nodes) == consistency_proof(300, 700, TREE.node)
    with pytest.raises(BadUse):
        nodes(0, 700)
    with pytest.raises(BadUse):
        nodes(9, 1)


def test_tiles_that_do_not_fit() -> None:
    for data, width in ((b"", 1), (b"x" * 31, 1), (b"x" * 64, 1), (b"", 0), (b"x" * 8224, 257)):
        with pytest.raises(BadData):
            read_tile(data, width)
    for level, index, width in ((64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (-1, 0, 1)):
        with pytest.raises(BadUse):
            Tile(level, index, width)
    with pytest.raises(BadUse):
        tile_bytes(Tile(None, 0), TREE.node)
    with pytest.raises(BadUse):
        list(tiles_of(5, 6))


def test_bundles() -> None:
    entries = [b"", b"x", b"y" * 65_535]
    data = bundle_bytes(entries)
    assert read_bundle(data, 3) == entries
    assert [b.path for b in bundles_of(300)] == ["tile/entries/000", "tile/entries/001.p/44"]
    for bad in (data[:-1], data + b"\x00", data + b"\x00\x00", b"", b"\x00"):
        with pytest.raises(BadData):
            read_bundle(bad, 3)
    for wrong in (2, 4):
        with pytest.raises(BadData):
            read_bundle(data, wrong)
    with pytest.raises(UnsafeFile):
        read_bundle(b"\x00" * (256 * 65_537 + 1))
    for many in ([], [b"x"] * 257, [b"x" * 65_536]):
        with pytest.raises(BadUse):
            bundle_bytes(many)
