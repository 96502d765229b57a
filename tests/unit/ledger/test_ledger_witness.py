"""Checkpoints, cosignatures and the witness: every row of the table, and the races."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from redball.ledger import (
    EMPTY_ROOT,
    Answer,
    Checkpoint,
    CosignatureVerifier,
    FileWitness,
    HashTree,
    Seen,
    add_checkpoint,
    checkpoint_request,
    consistency_proof,
    cosign,
    cosigned_message,
    leaf_hash,
    open_checkpoint,
    refuse_if_behind,
    require_cosigned,
    sign_checkpoint,
    witnessed,
)
from redball.model.errors import BadData, BadUse, NotPermitted, StoreBusy, StoreError
from redball.signing import (
    KeyFolder,
    Note,
    SigningKey,
    new_key,
    open_note,
    parse_note,
    sign_note,
    with_signatures,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LOG, NLD, POL = new_key("DEU"), new_key("NLD"), new_key("POL", "ml-dsa-44")
TRUSTED = {"DEU": (LOG.verifier,)}
TREE = HashTree(leaf_hash(f"entry {i}".encode()) for i in range(40))
OTHER = HashTree(leaf_hash(f"{'forged' if i == 3 else 'entry'} {i}".encode()) for i in range(40))


def signed(size: int, tree: HashTree = TREE, key: SigningKey = LOG) -> str:
    return sign_note(Checkpoint("DEU", size, tree.root(size)).text, [key])


def asked(old: int, size: int, tree: HashTree = TREE) -> bytes:
    proof = consistency_proof(old, size, tree.node) if 0 < old <= size else []
    return checkpoint_request(old, proof, signed(size, tree))


@pytest.fixture
def store(tmp_path: Path) -> FileWitness:
    return FileWitness(tmp_path / "witness")


@pytest.fixture
def at_ten(store: FileWitness) -> FileWitness:
    assert ask(store, asked(0, 10)).status == 200
    return store


def ask(store: FileWitness, request: bytes, at: datetime = AT) -> Answer:
    return witnessed(request, store, TRUSTED, [NLD, POL], at)


def size_of(store: FileWitness) -> int:
    seen = store.seen("DEU")
    return -1 if seen is None else seen.checkpoint.size


def cosigned(note: str, answer: Answer) -> str:
    lines = parse_note(f"x\n\n{answer.body}").signatures
    return str(with_signatures(parse_note(note), lines))


def test_good_growth_is_cosigned_with_both_schemes(store: FileWitness) -> None:
    for old, size in ((0, 10), (10, 10), (10, 11), (11, 40)):
        answer = ask(store, asked(old, size))
        assert answer.status == 200
        note = cosigned(signed(size), answer)
        opened = open_checkpoint(note, [LOG.verifier], [NLD.verifier, POL.verifier])
        assert dict(opened.cosigned) == {"NLD": int(AT.timestamp()), "POL": int(AT.timestamp())}
        assert size_of(store) == size
    assert store.evidence() == []


def test_404_unknown_log(store: FileWitness) -> None:
    note = sign_note(Checkpoint("FRA", 0, EMPTY_ROOT).text, [LOG])
    assert ask(store, checkpoint_request(0, [], note)).status == 404
    empty = add_checkpoint(asked(0, 5), store.seen, {"DEU": ()}, [NLD], AT)
    assert empty.status == 404


def test_403_without_a_signature_of_the_log(at_ten: FileWitness) -> None:
    note = signed(12, key=new_key("DEU"))
    proof = consistency_proof(10, 12, TREE.node)
    assert ask(at_ten, checkpoint_request(10, proof, note)).status == 403
    assert size_of(at_ten) == 10


def test_403_trusted_key_with_a_bad_signature(at_ten: FileWitness) -> None:
    good = parse_note(signed(12)).signatures
    moved = str(Note(Checkpoint("DEU", 13, TREE.root(13)).text, good))
    proof = consistency_proof(10, 13, TREE.node)
    assert ask(at_ten, checkpoint_request(10, proof, moved)).status == 403
    assert size_of(at_ten) == 10


def test_400_old_size_above_the_new(at_ten: FileWitness) -> None:
    assert ask(at_ten, checkpoint_request(10, [], signed(9))).status == 400


@pytest.mark.parametrize("old", [0, 5, 11])
def test_409_tells_the_last_size(at_ten: FileWitness, old: int) -> None:
    answer = ask(at_ten, asked(old, 12))
    assert (answer.status, answer.body, answer.content_type) == (409, "10\n", "text/x.tlog.size")
    assert size_of(at_ten) == 10
    assert at_ten.evidence() == []


def test_422_proof_that_does_not_hold(at_ten: FileWitness) -> None:
    for request in (
        checkpoint_request(10, [], signed(12)),
        checkpoint_request(10, [b"x" * 32], signed(12)),
        checkpoint_request(10, consistency_proof(10, 12, TREE.node), signed(12, OTHER)),
        asked(10, 12, OTHER),
    ):
        answer = ask(at_ten, request)
        assert answer.status == 422
        assert answer.evidence is not None
        assert not answer.evidence.proves_fork
    assert size_of(at_ten) == 10
    assert len(at_ten.evidence()) == 4


def test_422_same_size_other_root_convicts_the_log(at_ten: FileWitness) -> None:
    answer = ask(at_ten, checkpoint_request(10, [], signed(10, OTHER)))
    assert answer.status == 422
    (kept,) = at_ten.evidence()
    assert kept.proves_fork
    # a third party needs the log's key and the two notes, nothing else
    offered = kept.offered.partition("\n\n")[2]
    one, two = (open_checkpoint(n, [LOG.verifier]).checkpoint for n in (kept.kept, offered))
    assert (one.origin, one.size) == (two.origin, two.size)
    assert one.root != two.root


def test_fork_is_kept_as_evidence_though_the_answer_is_409(at_ten: FileWitness) -> None:
    answer = ask(at_ten, checkpoint_request(0, [], signed(10, OTHER)))
    assert (answer.status, answer.body) == (409, "10\n")
    assert [e.proves_fork for e in at_ten.evidence()] == [True]
    ask(at_ten, checkpoint_request(0, [], signed(10, OTHER)))
    assert len(at_ten.evidence()) == 1


def test_422_empty_tree_with_another_root(store: FileWitness) -> None:
    note = sign_note(Checkpoint("DEU", 0, b"x" * 32).text, [LOG])
    assert ask(store, checkpoint_request(0, [], note)).status == 422
    assert ask(store, checkpoint_request(0, [], signed(0))).status == 200
    assert ask(store, asked(0, 5)).status == 200


def test_422_proof_from_nothing(store: FileWitness) -> None:
    assert ask(store, checkpoint_request(0, [b"x" * 32], signed(5))).status == 422
    assert ask(store, checkpoint_request(10, [], signed(10))).status == 409
    ask(store, asked(0, 10))
    assert ask(store, checkpoint_request(10, [b"x" * 32], signed(10))).status == 422


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n" + signed(5).encode(),
        b"old -1\n\n" + signed(5).encode(),
        b"old 9223372036854775808\n\n" + signed(5).encode(),
        b"new 0\n\n" + signed(5).encode(),
        b"old 0\nAAAA\n\n" + signed(5).encode(),
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + signed(5).encode(),
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + signed(5).encode(),
        b"old 0\r\n\n" + signed(5).encode(),
        b"old 0\n\n\xff",
        b"old 0\n\n" + sign_note("DEU\n5\n", [LOG]).encode(),
        b"old 0\n\n" + sign_note("DEU\n5\nx\n", [LOG]).encode(),
        b"old 0\n\n" + sign_note(f"DEU\n05\n{'A' * 43}=\n", [LOG]).encode(),
        b"old 0\n\n" + sign_note(f"DEU\n5\n{'A' * 43}=\nmore\n", [LOG]).encode(),
        b"x" * 2_000_000,
    ],
    ids=range(16),
)
def test_400_not_in_the_form(store: FileWitness, request_bytes: bytes) -> None:
    assert ask(store, request_bytes).status == 400
    assert store.seen("DEU") is None


def test_sixty_three_lines_are_read(store: FileWitness) -> None:
    assert ask(store, checkpoint_request(0, [b"x" * 32] * 63, signed(5))).status == 422
    with pytest.raises(BadUse):
        checkpoint_request(0, [b"x" * 32] * 64, signed(5))


def test_a_clock_that_jumps_back_gives_no_earlier_cosignature(at_ten: FileWitness) -> None:
    answer = ask(at_ten, asked(10, 12), AT - timedelta(days=9))
    opened = open_checkpoint(cosigned(signed(12), answer), [LOG.verifier], [NLD.verifier])
    assert opened.cosigned["NLD"] == int(AT.timestamp())


def test_moments_that_are_none(store: FileWitness) -> None:
    for at in (AT.replace(tzinfo=None), datetime(1969, 1, 1, tzinfo=UTC)):
        with pytest.raises(BadData):
            ask(store, asked(0, 5), at)
    with pytest.raises(BadUse):
        add_checkpoint(asked(0, 5), store.seen, TRUSTED, [], AT)


def test_the_decision_alone_stores_nothing(store: FileWitness) -> None:
    answer = add_checkpoint(asked(0, 5), store.seen, TRUSTED, [NLD], AT)
    assert answer.status == 200
    assert store.seen("DEU") is None


class Racing(FileWitness):
    """Another request is served between the decision and the storing."""

    def __init__(self, path: Path, between: Sequence[bytes]) -> None:
        super().__init__(path)
        self.between = list(between)

    def compare_and_store(self, origin: str, old: Seen | None, new: Seen) -> bool:
        if self.between:
            assert ask(FileWitness(self.path), self.between.pop()).status == 200
        return super().compare_and_store(origin, old, new)


def test_a_race_never_rolls_back(tmp_path: Path) -> None:
    store = Racing(tmp_path / "witness", [asked(0, 20)])
    answer = ask(store, asked(0, 10))
    assert (answer.status, answer.body) == (409, "20\n")
    assert size_of(store) == 20


def test_a_race_without_end_gives_up(tmp_path: Path) -> None:
    class Never(FileWitness):
        def compare_and_store(self, origin: str, old: Seen | None, new: Seen) -> bool:
            return False

    with pytest.raises(StoreBusy):
        ask(Never(tmp_path), asked(0, 10))


def test_nothing_is_cosigned_when_the_state_cant_be_stored_or_read(
    at_ten: FileWitness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreError):
            ask(at_ten, asked(10, 12))
    assert size_of(at_ten) == 10
    (state,) = at_ten.path.glob("*.json")
    good = state.read_text()
    for bad in ("", "{}", good.replace("DEU", "FRA"), good.replace('"seconds":1', '"seconds":-')):
        state.write_text(bad)
        with pytest.raises(StoreError):
            ask(at_ten, asked(10, 12))
    state.write_text(good)
    assert ask(at_ten, asked(10, 12)).status == 200


def test_evidence_that_was_changed_is_said(at_ten: FileWitness) -> None:
    ask(at_ten, checkpoint_request(10, [], signed(10, OTHER)))
    (path,) = (at_ten.path / "evidence").iterdir()
    path.write_text('{"origin":1}')
    with pytest.raises(BadData, match="changed"):
        at_ten.evidence()


def test_the_cosigned_bytes_are_those_of_the_specification() -> None:
    checkpoint = Checkpoint("example.com/log", 42, b"r" * 32)
    ed, pq = NLD.verifier.as_cosigner(), POL.verifier.as_cosigner()
    assert cosigned_message(ed, checkpoint, 1679315147) == (
        b"cosignature/v1\ntime 1679315147\n" + checkpoint.text.encode()
    )
    assert cosigned_message(pq, checkpoint, 1679315147) == (
        b"subtree/v1\n\x00\x03POL"
        + struct.pack(">Q", 1679315147)
        + b"\x0fexample.com/log"
        + struct.pack(">QQ", 0, 42)
        + b"r" * 32
    )
    line = cosign(checkpoint, POL, AT)
    assert line.key_id == pq.key_id
    assert struct.unpack(">Q", line.signature[:8]) == (int(AT.timestamp()),)
    assert len(line.signature) == 8 + 2420
    with pytest.raises(BadUse):
        cosigned_message(NLD.verifier, checkpoint, 0)
    with pytest.raises(BadUse):
        CosignatureVerifier(NLD.verifier)


@pytest.mark.parametrize("key", [NLD, POL], ids=["ed25519", "ml-dsa-44"])
def test_a_cosignature_holds_for_time_and_checkpoint_only(key: SigningKey) -> None:
    checkpoint = Checkpoint("DEU", 10, TREE.root(10))
    line = cosign(checkpoint, key, AT)
    verifier = CosignatureVerifier(key.verifier.as_cosigner())
    text = checkpoint.text.encode()
    assert verifier.verifies_note(text, line.signature)
    later = struct.pack(">Q", int(AT.timestamp()) + 1) + line.signature[8:]
    far = b"\xff" * 8 + line.signature[8:]
    for other, signature in (
        (text, later),
        (text, far),
        (text, line.signature[:-1]),
        (text, line.signature[8:]),
        (Checkpoint("DEU", 11, TREE.root(10)).text.encode(), line.signature),
        (Checkpoint("FRA", 10, TREE.root(10)).text.encode(), line.signature),
        (b"free text\n", line.signature),
        (b"\xff", line.signature),
    ):
        assert not verifier.verifies_note(other, signature)


@pytest.mark.parametrize("key", [NLD, POL], ids=["ed25519", "ml-dsa-44"])
def test_times_past_63_bits_are_refused_though_signed(key: SigningKey) -> None:
    checkpoint = Checkpoint("DEU", 10, TREE.root(10))
    cosigner = key.verifier.as_cosigner()
    for seconds, holds in ((2**63 - 1, True), (2**63, False)):
        made = key.sign(cosigned_message(cosigner, checkpoint, seconds))
        line = struct.pack(">Q", seconds) + made
        assert CosignatureVerifier(cosigner).verifies_note(checkpoint.text.encode(), line) is holds


def test_a_note_signature_is_no_cosignature() -> None:
    both = sign_note(Checkpoint("DEU", 10, TREE.root(10)).text, [LOG, NLD])
    opened = open_checkpoint(both, [LOG.verifier], [NLD.verifier])
    assert opened.cosigned == {}


def test_who_may_sign_for_a_log_and_who_counts() -> None:
    note = signed(10)
    with pytest.raises(NotPermitted):
        open_checkpoint(note, [NLD.verifier], [LOG.verifier])
    line = cosign(Checkpoint("DEU", 10, TREE.root(10)), LOG, AT)
    own = str(with_signatures(parse_note(note), [line]))
    assert open_checkpoint(own, [LOG.verifier], [LOG.verifier]).cosigned == {}
    alone = str(Note(parse_note(note).text, (cosign(parse(note), NLD, AT),)))
    with pytest.raises(NotPermitted):
        open_checkpoint(alone, [LOG.verifier], [NLD.verifier])
    twin = type(NLD.verifier)("FRA", NLD.verifier.use, NLD.verifier.public)
    with pytest.raises(BadUse, match="two names"):
        open_checkpoint(note, [LOG.verifier], [NLD.verifier, twin])


def parse(note: str) -> Checkpoint:
    return Checkpoint.parse(parse_note(note).text)


def test_k_of_n() -> None:
    note, checkpoint = parse_note(signed(10)), Checkpoint("DEU", 10, TREE.root(10))
    keys = [new_key(name) for name in ("NLD", "FRA", "ITA")]
    known = [key.verifier for key in keys[:2]]
    for count, lines in ((0, []), (1, keys[:1]), (1, [keys[0], keys[2]]), (2, keys)):
        whole = str(with_signatures(note, [cosign(checkpoint, key, AT) for key in lines]))
        opened = open_checkpoint(whole, [LOG.verifier], known)
        assert len(opened.cosigned) == count
        require_cosigned(opened, count)
        with pytest.raises(NotPermitted, match="are needed"):
            require_cosigned(opened, count + 1)
    forged = cosign(Checkpoint("DEU", 9, TREE.root(9)), keys[0], AT)
    with pytest.raises(NotPermitted, match="does not hold"):
        open_checkpoint(str(with_signatures(note, [forged])), [LOG.verifier], known)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DEU\n5\n",
        f"\n5\n{'A' * 43}=\n",
        f"DEU\n5\n{'A' * 43}=",
        f"DEU\n5\n{'A' * 43}=\nextension\n",
        f"DEU\n+5\n{'A' * 43}=\n",
        f"DEU\n٥\n{'A' * 43}=\n",
        f"DEU\n 5\n{'A' * 43}=\n",
        f"DEU\n9223372036854775808\n{'A' * 43}=\n",
        f"DEU\n{'9' * 5000}\n{'A' * 43}=\n",
        "DEU\n5\nAAAA\n",
        f"{'D' * 256}\n5\n{'A' * 43}=\n",
        f"D\x07\n5\n{'A' * 43}=\n",
        f"\ud800\n5\n{'A' * 43}=\n",
    ],
    ids=range(14),
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(BadData):
        Checkpoint.parse(text)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def head(size: int, tree: HashTree = TREE) -> Checkpoint:
    return Checkpoint("DEU", size, tree.root(size))


def test_a_log_signs_its_growth_and_nothing_else(keys: KeyFolder) -> None:
    pq = new_key("DEU", "ml-dsa-44")
    note = sign_checkpoint(head(10), [LOG, pq], keys, AT)
    for verifier in (LOG.verifier, pq.verifier):
        assert open_checkpoint(note, [verifier]).checkpoint == head(10)
    # Ed25519 is an ordinary note: every other C2SP reader opens it
    assert open_note(note, [LOG.verifier]).text == head(10).text
    sign_checkpoint(head(10), [LOG], keys, AT)
    for refused, proof in (
        (head(12), []),
        (head(9), []),
        (head(10, OTHER), []),
        (head(12, OTHER), consistency_proof(10, 12, OTHER.node)),
    ):
        with pytest.raises(NotPermitted, match="does not go on"):
            sign_checkpoint(refused, [LOG], keys, AT, proof)
    proof = consistency_proof(10, 12, TREE.node)
    with pytest.raises(BadUse, match="name"):
        sign_checkpoint(head(12), [NLD], keys, AT, proof)
    with pytest.raises(BadUse):
        sign_checkpoint(head(12), [], keys, AT, proof)
    with pytest.raises(BadUse, match="empty tree"):
        sign_checkpoint(Checkpoint("DEU", 0, b"x" * 32), [LOG], keys, AT)
    assert keys.last_signed("DEU") is not None
    sign_checkpoint(head(12), [LOG], KeyFolder(keys.path), AT, proof)


def test_a_log_may_begin_empty(keys: KeyFolder) -> None:
    sign_checkpoint(head(0), [LOG], keys, AT)
    with pytest.raises(NotPermitted):
        sign_checkpoint(head(5), [LOG], keys, AT, [b"x" * 32])
    sign_checkpoint(head(5), [LOG], keys, AT)


def test_no_signature_when_the_memory_cant_be_written(
    keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError):
        sign_checkpoint(head(10), [LOG], keys, AT)
    assert keys.last_signed("DEU") is None


def test_a_restored_backup_is_behind_what_others_cosigned() -> None:
    seen = open_checkpoint(signed(12), [LOG.verifier])
    refuse_if_behind("DEU", 12, [seen])
    refuse_if_behind("FRA", 0, [seen])
    with pytest.raises(NotPermitted, match="Others hold"):
        refuse_if_behind("DEU", 11, [seen])
