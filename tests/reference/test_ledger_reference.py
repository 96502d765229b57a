"""The ledger against published cases: Merkle vectors, signed notes, a tiled log."""

import base64
import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from redball.ledger import (
    EMPTY_ROOT,
    Checkpoint,
    Frontier,
    HashTree,
    bundle_bytes,
    bundles_of,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of_tiles,
    open_checkpoint,
    read_bundle,
    read_tile,
    root_of,
    tile_bytes,
    tiles_of,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from redball.model.errors import BadData, NotPermitted, RedballError
from redball.signing import VerifierKey, open_note

KINDS = {"inclusion": 51, "consistency": 50, "subtreeinclusion": 104, "subtreeconsistency": 69}


@pytest.fixture(scope="module")
def security(reference: Path) -> Path:
    return reference / "security"


def decode(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def accepted(kind: str, case: dict[str, Any]) -> bool:
    steps = case["proof"]
    proof = None if steps is None else [decode(step) for step in steps]
    if kind == "inclusion":
        leaf, root = decode(case["leafHash"]), decode(case["root"])
        return verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)
    if kind == "subtreeinclusion":
        leaf, root = decode(case["leafHash"]), decode(case["root"])
        where = (case["leafIdx"], case["start"], case["end"])
        return verify_subtree_inclusion(*where, leaf, proof, root)
    root1, root2 = decode(case["root1"]), decode(case["root2"])
    if kind == "consistency":
        return verify_consistency(case["size1"], case["size2"], root1, root2, proof)
    where = (case["start"], case["end"], case["size"])
    return verify_subtree_consistency(*where, root1, root2, proof)


@pytest.mark.parametrize("kind", KINDS)
def test_every_vector_has_the_published_verdict(security: Path, kind: str) -> None:
    files = sorted((security / "merkle" / kind).rglob("*.json"))
    assert len(files) == KINDS[kind]
    verdicts = {}
    for file in files:
        case = json.loads(file.read_text())
        if accepted(kind, case) is case["wantErr"]:
            verdicts[str(file.relative_to(security))] = case["desc"]
    assert verdicts == {}


def test_reference_tree_root_by_root_and_node_by_node(security: Path) -> None:
    case = json.loads((security / "merkle" / "rfc6962_reference_tree.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(text)) for text in case["leaf_inputs_hex"]]
    tree = HashTree(leaves)
    assert EMPTY_ROOT.hex() == case["empty_root"]
    for size, root in enumerate(case["root_hashes_by_size"]):
        assert tree.root(size).hex() == root
        assert root_of(leaves[:size]).hex() == root
    for level, hashes in enumerate(case["node_hashes_by_level"]):
        assert [tree.node(level, i).hex() for i in range(len(hashes))] == hashes
    assert leaf_hash(b"").hex() == case["hasher"]["empty_leaf"]
    assert leaf_hash(b"L123456").hex() == case["hasher"]["leaf_L123456"]
    assert node_hash(b"N123", b"N456").hex() == case["hasher"]["node_N123_N456"]


def test_signed_notes_have_the_published_verdict(security: Path) -> None:
    cases = json.loads((security / "notes" / "signed_notes.json").read_text())
    assert len(cases["cases"]) == 7
    for case in cases["cases"]:
        keys = [VerifierKey.parse(text) for text in case["vkeys"]]
        assert [key.text for key in keys] == case["vkeys"]
        if case["valid"]:
            opened = open_note(case["note"], keys)
            assert opened.names == {key.name for key in keys}, case["id"]
        else:
            with pytest.raises((BadData, NotPermitted)):
                open_note(case["note"], keys)
    for text in cases["bad_vkeys"]:
        with pytest.raises(BadData):
            VerifierKey.parse(text)


@pytest.fixture(scope="module")
def log(security: Path) -> tuple[Path, VerifierKey, list[bytes]]:
    folder = security / "tessera_log"
    about = json.loads((folder / "README.json").read_text())
    return folder, VerifierKey.parse(about["vkey"]), [x.encode() for x in about["leaves"]]


def test_every_published_checkpoint_verifies_and_has_our_root(
    log: tuple[Path, VerifierKey, list[bytes]],
) -> None:
    folder, key, entries = log
    frontier = Frontier()
    for size in range(16):
        note = (folder / f"checkpoint.{size}").read_text()
        opened = open_checkpoint(note, [key])
        assert opened.checkpoint == Checkpoint("example.com/log/testdata", size, frontier.root())
        assert opened.note == note
        if size < len(entries):
            frontier = frontier.append(leaf_hash(entries[size]))


def test_our_writer_gives_the_published_files_byte_for_byte(
    log: tuple[Path, VerifierKey, list[bytes]],
) -> None:
    folder, _, entries = log
    tree = HashTree(leaf_hash(entry) for entry in entries)
    written = {}
    for size in range(1, 16):
        for tile in tiles_of(size):
            written[tile.path] = tile_bytes(tile, tree.node)
        for bundle in bundles_of(size):
            part = entries[bundle.index * 256 : bundle.index * 256 + bundle.width]
            written[bundle.path] = bundle_bytes(part)
    published = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in (folder / "tile").rglob("*")
        if path.is_file()
    }
    assert len(published) == 30
    assert written == published


def test_published_tiles_give_proofs_that_hold(
    log: tuple[Path, VerifierKey, list[bytes]],
) -> None:
    folder, key, entries = log
    heads = [
        open_checkpoint((folder / f"checkpoint.{n}").read_text(), [key]).checkpoint
        for n in range(16)
    ]
    for size in range(1, 16):
        nodes = nodes_of_tiles(lambda path: (folder / path).read_bytes(), size)
        data = (folder / f"tile/entries/000.p/{size}").read_bytes()
        assert read_bundle(data, size) == entries[:size]
        assert read_tile((folder / f"tile/0/000.p/{size}").read_bytes(), size) == [
            leaf_hash(entry) for entry in entries[:size]
        ]
        for index, entry in enumerate(entries[:size]):
            proof = inclusion_proof(index, size, nodes)
            assert verify_inclusion(index, size, leaf_hash(entry), proof, heads[size].root)
        for older in range(1, size + 1):
            proof = consistency_proof(older, size, nodes)
            assert verify_consistency(older, size, heads[older].root, heads[size].root, proof)


def plain_root(entries: tuple[bytes, ...]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it stands there."""

    @cache
    def over(start: int, end: int) -> bytes:
        if end - start == 0:
            return sha256(b"").digest()
        if end - start == 1:
            return sha256(b"\x00" + entries[start]).digest()
        k = 1
        while 2 * k < end - start:
            k *= 2
        return sha256(b"\x01" + over(start, start + k) + over(start + k, end)).digest()

    return over(0, len(entries))


def plain_path(index: int, entries: tuple[bytes, ...]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, as it stands there."""
    n = len(entries)
    if n == 1:
        return []
    k = 1
    while 2 * k < n:
        k *= 2
    if index < k:
        return [*plain_path(index, entries[:k]), plain_root(entries[k:])]
    return [*plain_path(index - k, entries[k:]), plain_root(entries[:k])]


def plain_subproof(size: int, entries: tuple[bytes, ...], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, as it stands there."""
    n = len(entries)
    if size == n:
        return [] if whole else [plain_root(entries)]
    k = 1
    while 2 * k < n:
        k *= 2
    if size <= k:
        return [*plain_subproof(size, entries[:k], whole=whole), plain_root(entries[k:])]
    return [*plain_subproof(size - k, entries[k:], whole=False), plain_root(entries[:k])]


def test_roots_and_proofs_equal_the_formulas_of_the_rfc() -> None:
    entries = tuple(bytes([i]) for i in range(40))
    tree = HashTree(leaf_hash(entry) for entry in entries)
    for size in range(1, 41):
        assert tree.root(size) == plain_root(entries[:size])
        for index in range(size):
            assert inclusion_proof(index, size, tree.node) == plain_path(index, entries[:size])
        for older in range(1, size + 1):
            assert consistency_proof(older, size, tree.node) == plain_subproof(
                older, entries[:size], whole=True
            )


def test_no_vector_verdict_comes_from_an_error(security: Path) -> None:
    # verifiers answer no to whatever a stranger sends; they never raise
    odd = [None, [], [b""], [b"x" * 31], [b"x" * 32] * 70]
    sizes = [-1, 0, 1, 2, 3, 2**62, 2**63, 2**70]
    try:
        for proof in odd:
            for a in sizes:
                for b in sizes:
                    assert not verify_inclusion(a, b, b"", proof, b"")
                    assert not verify_subtree_inclusion(a, 0, b, b"", proof, b"")
                    assert not verify_consistency(a, b, b"1", b"2", proof)
    except RedballError as error:  # pragma: no cover - the failure itself
        pytest.fail(str(error))
