"""Properties of the ledger: any tree, any change, any fork."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.ledger import (
    Checkpoint,
    Event,
    EventKind,
    Evidence,
    Frontier,
    HashTree,
    Seen,
    bundle_bytes,
    checkpoint_request,
    consistency_proof,
    decoded,
    encoded,
    inclusion_proof,
    leaf_hash,
    nodes_of_tiles,
    opened,
    opens,
    read_bundle,
    sealed,
    subtree_consistency_proof,
    subtree_inclusion_proof,
    tile_bytes,
    tiles_of,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
    witnessed,
)
from redball.signing import new_key, open_note, sign_note

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALAR = TEXT | st.integers(-(2**63) + 1, 2**63 - 1) | st.booleans() | st.none()
FACTS = st.dictionaries(TEXT, SCALAR | st.lists(TEXT, max_size=3), max_size=4)
ZONES = st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)
EVENTS = st.builds(
    Event,
    kind=st.sampled_from(EventKind),
    verb=TEXT,
    actor=TEXT,
    object=TEXT,
    at=MOMENTS,
    label=TEXT,
    agreements=st.lists(TEXT, max_size=3).map(tuple),
    policy=TEXT,
    facts=FACTS,
)


def plain_root(leaves: list[bytes]) -> bytes:
    """Pair neighbours, carry an odd one up unhashed: an independent form of the same tree."""
    if not leaves:
        return sha256(b"").digest()
    while len(leaves) > 1:
        odd = leaves[-1:] if len(leaves) % 2 else []
        pairs = zip(leaves[::2], leaves[1::2], strict=False)
        leaves = [sha256(b"\x01" + a + b).digest() for a, b in pairs] + odd
    return leaves[0]


@given(st.lists(st.integers(0, 40), max_size=8))
def test_the_frontier_does_not_care_how_it_was_fed(steps: list[int]) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(sum(steps))]
    frontier, tree, at = Frontier(), HashTree(), 0
    for step in steps:
        frontier = frontier.extend(leaves[at : at + step])
        tree.extend(leaves[at : at + step])
        at += step
    assert frontier.root() == tree.root() == plain_root(leaves)
    assert frontier == tree.frontier()


@given(st.integers(1, 2000), st.data())
@settings(max_examples=60)
def test_proofs_hold_and_any_change_breaks_them(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    tree = HashTree(leaves)
    index = data.draw(st.integers(0, size - 1))
    older = data.draw(st.integers(1, size))
    root, first = tree.root(), tree.root(older)
    inclusion = inclusion_proof(index, size, tree.node)
    growth = consistency_proof(older, size, tree.node)
    assert verify_inclusion(index, size, leaves[index], inclusion, root)
    assert verify_consistency(older, size, first, root, growth)
    for other in {0, index - 1, index + 1, size - 1, size} - {index}:
        assert not verify_inclusion(other, size, leaves[index], inclusion, root)
    for wrong in variants(inclusion, data):
        assert not verify_inclusion(index, size, leaves[index], wrong, root)
    for wrong in variants(growth, data):
        assert not verify_consistency(older, size, first, root, wrong)
    assert not verify_consistency(older, size, root, first, growth) or older == size


def variants(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    found = [[*proof, b"x" * 32], [b"x" * 32, *proof]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        byte = data.draw(st.integers(0, 31))
        step = bytearray(proof[at])
        step[byte] ^= 1 << data.draw(st.integers(0, 7))
        found += [[*proof[:at], bytes(step), *proof[at + 1 :]], proof[:-1], proof[1:]]
        found.append([*proof[:at], proof[at][:-1], *proof[at + 1 :]])
    return found


@given(st.integers(1, 600), st.data())
@settings(max_examples=60)
def test_subtrees(size: int, data: st.DataObject) -> None:
    tree = HashTree(leaf_hash(b"%d" % i) for i in range(size))
    length = data.draw(st.integers(1, size))
    unit = 1 << (length - 1).bit_length()
    start = unit * data.draw(st.integers(0, (size - length) // unit))
    end = start + length
    part = plain_root([tree.node(0, i) for i in range(start, end)])
    growth = subtree_consistency_proof(start, end, size, tree.node)
    assert verify_subtree_consistency(start, end, size, part, tree.root(), growth)
    assert not verify_subtree_consistency(start, end, size, part, b"x" * 32, growth)
    index = data.draw(st.integers(start, end - 1))
    steps = subtree_inclusion_proof(index, start, end, tree.node)
    assert verify_subtree_inclusion(index, start, end, tree.node(0, index), steps, part)
    for wrong in variants(growth, data):
        assert not verify_subtree_consistency(start, end, size, part, tree.root(), wrong)


@given(st.integers(1, 1500), st.data())
@settings(max_examples=25)
def test_tiles_hold_the_whole_tree(size: int, data: st.DataObject) -> None:
    tree = HashTree(leaf_hash(b"%d" % i) for i in range(size))
    files = {tile.path: tile_bytes(tile, tree.node) for tile in tiles_of(size)}
    nodes = nodes_of_tiles(files.__getitem__, size)
    level = data.draw(st.integers(0, size.bit_length() - 1))
    index = data.draw(st.integers(0, (size >> level) - 1))
    assert nodes(level, index) == tree.node(level, index)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_bundles_come_back(entries: list[bytes]) -> None:
    assert read_bundle(bundle_bytes(entries), len(entries)) == entries


@given(EVENTS)
def test_events_come_back(event: Event) -> None:
    data = encoded(event)
    assert decoded(data).event == event
    assert encoded(decoded(data).event) == data


@given(EVENTS, EVENTS)
def test_different_events_have_different_bytes(one: Event, two: Event) -> None:
    assert (encoded(one) == encoded(two)) == (one == two)


@given(EVENTS, FACTS, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_secrets_come_back_to_their_holders(
    event: Event, secret: dict[str, str], salt: bytes, other: bytes
) -> None:
    whole = Event(**(vars(event) | {"secret": secret}))
    envelope, hidden = sealed(whole, salt)
    assert hidden is not None
    assert opened(envelope, salt, hidden) == whole
    assert opens(envelope, other, hidden) is (salt == other)
    assert not opens(envelope, salt, hidden + b" ")


KEYS = [new_key("DEU"), new_key("NLD")]


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n")))
def test_notes_come_back(body: str) -> None:
    text = f"{body}\n"
    if not text.startswith("cosignature/v1\n"):
        opened_note = open_note(sign_note(text, KEYS), [KEYS[1].verifier])
        assert opened_note.text == text
        assert opened_note.names == {"NLD"}


@dataclass
class Memory:
    """A witness's state in memory; the one on disk has its own tests."""

    states: dict[str, Seen] = field(default_factory=dict)
    kept: list[Evidence] = field(default_factory=list)

    def seen(self, origin: str) -> Seen | None:
        return self.states.get(origin)

    def compare_and_store(self, origin: str, old: Seen | None, new: Seen) -> bool:
        if self.states.get(origin) != old:
            return False
        self.states[origin] = new
        return True

    def keep(self, evidence: Evidence) -> None:
        self.kept.append(evidence)


AT = datetime(2026, 3, 1, tzinfo=UTC)
TRUSTED = {"DEU": (KEYS[0].verifier,)}
Offer = tuple[int, list[bytes], int]
"""Old size, proof, new size."""

Lie = Callable[[random.Random, HashTree, HashTree, int, int], Offer]


def grown(dice: random.Random, true: HashTree, fork: HashTree, seen: int, size: int) -> Offer:
    """The fork's own proof, honest about the fork."""
    return seen, consistency_proof(seen, size, fork.node), size


def borrowed(dice: random.Random, true: HashTree, fork: HashTree, seen: int, size: int) -> Offer:
    """The proof of the true history, under the root of the fork."""
    return seen, consistency_proof(seen, size, true.node), size


def same_size(dice: random.Random, true: HashTree, fork: HashTree, seen: int, size: int) -> Offer:
    return seen, [], seen


def restarted(dice: random.Random, true: HashTree, fork: HashTree, seen: int, size: int) -> Offer:
    """As if the witness had never seen the log."""
    return 0, [], size


def rolled_back(dice: random.Random, true: HashTree, fork: HashTree, seen: int, size: int) -> Offer:
    older = dice.randint(1, seen)
    return older, consistency_proof(older, seen, fork.node), seen


LIES: list[Lie] = [grown, borrowed, same_size, restarted, rolled_back]


def ask(store: Memory, tree: HashTree, old: int, proof: list[bytes], size: int) -> int:
    note = sign_note(Checkpoint("DEU", size, tree.root(size)).text, [KEYS[0]])
    request = checkpoint_request(old, proof, note)
    return witnessed(request, store, TRUSTED, [KEYS[1]], AT).status


@pytest.mark.parametrize("block", range(10))
def test_a_forking_log_is_caught_by_one_honest_witness(block: int) -> None:
    """A thousand seeds in ten blocks: a fork before what was seen, five ways to hide it."""
    for seed in range(100 * block, 100 * block + 100):
        dice = random.Random(seed)
        seen, more = dice.randint(1, 60), dice.randint(1, 30)
        size, at = seen + more, dice.randrange(seen)
        entries = [f"{seed} {i}".encode() for i in range(size)]
        true = HashTree(map(leaf_hash, entries))
        entries[at] = b"forged"
        fork = HashTree(map(leaf_hash, entries))
        store = Memory()
        start = dice.randint(1, seen)
        assert ask(store, true, 0, [], start) == 200
        assert ask(store, true, start, proof_of(true, start, seen), seen) == 200
        for lie in LIES:
            old, proof, claimed = lie(dice, true, fork, seen, size)
            assert ask(store, fork, old, proof, claimed) in (409, 422), (seed, lie.__name__)
            assert store.states["DEU"].checkpoint.root == true.root(seen), (seed, lie.__name__)
        assert any(e.proves_fork for e in store.kept), seed
        assert ask(store, true, seen, proof_of(true, seen, size), size) == 200, seed


def proof_of(tree: HashTree, old: int, size: int) -> list[bytes]:
    return consistency_proof(old, size, tree.node)
