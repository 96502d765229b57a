"""Proof files: what a third party checks with the public key and the file alone."""

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from redball.ledger import (
    Checkpoint,
    Event,
    EventKind,
    HashTree,
    check_growth,
    check_proof,
    consistency_proof,
    cosign,
    encoded,
    inclusion_proof,
    leaf_hash,
    new_salt,
    sealed,
    write_growth,
    write_proof,
)
from redball.model.errors import BadData, BadUse, NotPermitted, RedballError, UnsafeFile
from redball.signing import SigningKey, new_key, parse_note, sign_note, with_signatures

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEU, NLD, POL = (new_key(name) for name in ("DEU", "NLD", "POL"))
SALT = new_salt()
SECRET = Event(EventKind.RELEASE, "release", "DEU", "x", AT, secret={"quantity": 120})
ENVELOPES = [
    encoded(Event(EventKind.IMPORT, "import", "DEU", f"package {i}", AT)) for i in range(11)
] + [sealed(SECRET, SALT)[0]]
TREE = HashTree(leaf_hash(envelope) for envelope in ENVELOPES)
KNOWN = [key.verifier for key in (DEU, NLD, POL)]


def checkpoint(size: int = 12, by: SigningKey = DEU, witnesses: tuple[SigningKey, ...] = ()) -> str:
    head = Checkpoint("DEU", size, TREE.root(size))
    note = parse_note(sign_note(head.text, [by]))
    return str(with_signatures(note, [cosign(head, key, AT) for key in witnesses]))


def proof(index: int = 5, note: str = "", opening: tuple[bytes, bytes] | None = None) -> str:
    steps = inclusion_proof(index, 12, TREE.node)
    return write_proof(ENVELOPES[index], index, steps, note or checkpoint(), opening)


def changed(text: str, **fields: Any) -> str:
    found = json.loads(text) | fields
    return json.dumps({name: value for name, value in found.items() if value is not None})


@pytest.mark.parametrize("index", range(11))
def test_every_entry_is_proven(index: int) -> None:
    proven = check_proof(proof(index), [DEU.verifier])
    assert proven.event.object == f"package {index}"
    assert (proven.index, proven.checkpoint.size, proven.disclosed) == (index, 12, False)


def test_content_is_disclosed_to_one_who_holds_the_salt() -> None:
    secret = b'{"quantity":120}'
    closed = check_proof(proof(11), KNOWN)
    assert closed.event.secret is None
    told = check_proof(proof(11, opening=(SALT, secret)), KNOWN)
    assert told.disclosed
    assert told.event == SECRET
    text = proof(11, opening=(SALT, secret))
    for wrong in (
        {"secret": '{"quantity":121}'},
        {"salt": "00" * 32},
        {"salt": "zz"},
        {"salt": None},
        {"secret": None},
        {"secret": 5},
    ):
        with pytest.raises(BadData):
            check_proof(changed(text, **wrong), KNOWN)
    with pytest.raises(BadData):
        proof(11, opening=(new_salt(), secret))


def test_k_of_n_witnesses_are_asked_for() -> None:
    text = proof(note=checkpoint(witnesses=(NLD, POL, new_key("FRA"))))
    assert set(check_proof(text, KNOWN, cosigners=2).cosigned) == {"NLD", "POL"}
    with pytest.raises(NotPermitted, match="3 are needed"):
        check_proof(text, KNOWN, cosigners=3)
    with pytest.raises(NotPermitted):
        check_proof(proof(), KNOWN, cosigners=1)


def test_only_a_key_of_the_logs_own_name_signs_for_it() -> None:
    forged = proof(note=checkpoint(by=NLD))
    with pytest.raises(NotPermitted):
        check_proof(forged, KNOWN)
    with pytest.raises(NotPermitted, match="name of this log"):
        check_proof(proof(), [NLD.verifier])
    with pytest.raises(NotPermitted):
        check_proof(proof(), [new_key("DEU").verifier])


@pytest.mark.parametrize(
    "fields",
    [
        {"index": 4},
        {"index": -1},
        {"index": 5.0},
        {"index": True},
        {"index": "5"},
        {"index": 2**70},
        {"envelope": ENVELOPES[4].decode()},
        {"envelope": ENVELOPES[5].decode() + " "},
        {"envelope": "\ud800"},
        {"envelope": 5},
        {"inclusion": []},
        {"inclusion": "x"},
        {"inclusion": ["AAAA"]},
        {"inclusion": [5]},
        {"inclusion": ["AA"]},
        {"inclusion": ["A" * 43 + "="] * 65},
        {"checkpoint": "x"},
        {"checkpoint": 5},
        {"checkpoint": None},
        {"format": "redball proof 2"},
        {"format": "redball growth 1"},
        {"more": 1},
    ],
    ids=range(22),
)
def test_changed_files_prove_nothing(fields: dict[str, Any]) -> None:
    with pytest.raises((BadData, NotPermitted)):
        check_proof(changed(proof(), **fields), KNOWN)


def test_every_byte_of_a_proof_file_matters() -> None:
    text = json.dumps(json.loads(proof()), ensure_ascii=False, separators=(",", ":")).encode()
    whole = check_proof(text, KNOWN)
    for at in range(len(text)):
        changed_text = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
        try:
            found = check_proof(changed_text, KNOWN)
        except RedballError:
            continue
        pytest.fail(f"byte {at} changed, and still {found == whole}")


@pytest.mark.parametrize("text", ["", "[]", "5", "{}", "[" * 100_000, "\ud800", '{"format":NaN}'])
def test_what_is_no_proof_file(text: str) -> None:
    with pytest.raises(BadData):
        check_proof(text, KNOWN)
    with pytest.raises(BadData):
        check_growth(text, KNOWN)


def test_a_key_that_stands_twice_is_refused() -> None:
    # two readers could each believe another one of the two
    text = proof().replace('"index": 5', '"index": 4, "index": 5')
    assert text != proof()
    with pytest.raises(BadData):
        check_proof(text, KNOWN)


def test_too_large_a_file() -> None:
    with pytest.raises(UnsafeFile):
        check_proof(b" " * 8_000_001, KNOWN)


def test_a_wrong_proof_is_never_written() -> None:
    with pytest.raises(BadUse):
        write_proof(ENVELOPES[5], 4, inclusion_proof(5, 12, TREE.node), checkpoint())
    with pytest.raises(BadUse):
        write_growth(checkpoint(5), checkpoint(12), [])


def test_growth() -> None:
    steps = consistency_proof(5, 12, TREE.node)
    text = write_growth(checkpoint(5), checkpoint(12, witnesses=(NLD,)), steps)
    older, newer = check_growth(text, KNOWN, cosigners=1)
    assert (older.checkpoint.size, newer.checkpoint.size) == (5, 12)
    with pytest.raises(NotPermitted):
        check_growth(text, KNOWN, cosigners=2)
    wrongs: list[dict[str, Any]] = [
        {"consistency": []},
        {"older": checkpoint(4)},
        {"newer": checkpoint(11)},
        {"older": checkpoint(12), "newer": checkpoint(5)},
        {"older": checkpoint(5, by=NLD)},
    ]
    for wrong in wrongs:
        with pytest.raises((BadData, NotPermitted)):
            check_growth(changed(text, **wrong), KNOWN)


def test_growth_is_that_of_one_log() -> None:
    other = sign_note(Checkpoint("NLD", 12, TREE.root(12)).text, [NLD])
    steps = consistency_proof(5, 12, TREE.node)
    text = write_growth(checkpoint(5), checkpoint(12), steps)
    with pytest.raises(BadData, match="does not go on"):
        check_growth(changed(text, newer=other), KNOWN)
    with pytest.raises(BadUse):
        write_growth(checkpoint(5), other, steps)


def test_needs_nothing_but_signing_and_ledger() -> None:
    # what a third party has to read and install to check a file
    folder = Path(__file__).parents[3] / "src" / "redball"
    allowed = {"redball.signing", "redball.ledger", "redball.model.errors", "cryptography"}
    for part in ("signing", "ledger"):
        for file in (folder / part).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                for name in names:
                    top = name.split(".")[0]
                    fits = top in sys.stdlib_module_names or any(
                        name == a or name.startswith(a + ".") for a in allowed
                    )
                    assert fits, f"{file.name} imports {name}"


def test_a_third_party_with_a_python_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text(proof(7, note=checkpoint(witnesses=(NLD,))))
    (tmp_path / "keys").write_text(f"{DEU.verifier.text}\n{NLD.verifier.text}\n")
    code = (
        "import sys; from pathlib import Path\n"
        "from redball.ledger import check_proof; from redball.signing import VerifierKey\n"
        "keys = [VerifierKey.parse(x) for x in Path('keys').read_text().split()]\n"
        "proven = check_proof(Path('proof.json').read_bytes(), keys, cosigners=1)\n"
        "print(proven.event.object, *proven.cosigned)\n"
        "bad = [m for m in ('sqlite3', 'sqlalchemy', 'redball.store', 'redball.access')"
        " if m in sys.modules]\n"
        "assert not bad, bad\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "package 7 NLD\n"
