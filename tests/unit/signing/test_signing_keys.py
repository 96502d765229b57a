"""Keys: written forms, uses kept apart, privacy."""

import base64
import hashlib
import pickle

import pytest

from redball.model.errors import BadData, BadUse, NotPermitted
from redball.signing import KeyUse, SigningKey, VerifierKey, new_key
from redball.signing.keys import ALGORITHMS, Algorithm, is_key_name, strict_base64


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signature_holds_for_its_bytes_only(algorithm: Algorithm) -> None:
    key = new_key("DEU", algorithm)
    signature = key.sign(b"ammunition")
    assert key.verifier.verify(b"ammunition", signature)
    assert not key.verifier.verify(b"Ammunition", signature)
    assert not key.verifier.verify(b"ammunition", signature[:-1])
    assert not key.verifier.verify(b"ammunition", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not new_key("DEU", algorithm).verifier.verify(b"ammunition", signature)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_use_has_a_written_form_and_an_id_of_its_own(algorithm: Algorithm) -> None:
    key = new_key("DEU/ledger", algorithm).verifier
    cosigner = key.as_cosigner()
    assert VerifierKey.parse(key.text) == key
    assert VerifierKey.parse(cosigner.text + "\n") == cosigner
    assert cosigner.as_note_key() == key
    assert cosigner.key_id != key.key_id
    prefix = base64.b64decode(cosigner.text.split("+", 2)[2])[:1]
    assert prefix == (b"\x04" if algorithm == "ed25519" else b"\x06")


def test_key_id_is_that_of_c2sp() -> None:
    key = new_key("DEU").verifier
    data = b"DEU\n\x01" + key.public
    assert key.key_id == hashlib.sha256(data).digest()[:4]
    pq = new_key("NLD", "ml-dsa-44").verifier.as_cosigner()
    assert pq.key_id == hashlib.sha256(b"NLD\n\x06" + pq.public).digest()[:4]
    assert len(pq.public) == 1312


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\n", "a\x00", "\ud800", "x" * 129]
)
def test_names_that_cant_be_ones(name: str) -> None:
    assert not is_key_name(name)
    with pytest.raises(BadData):
        VerifierKey(name, KeyUse.NOTE_ED25519, b"\x00" * 32)


def test_changed_verifier_keys_are_refused() -> None:
    text = new_key("DEU").verifier.text
    name, key_id, body = text.split("+", 2)
    short = base64.b64encode(base64.b64decode(body)[:-1]).decode()
    unknown = base64.b64encode(b"\x02" + base64.b64decode(body)[1:]).decode()
    for bad in (
        f"NLD+{key_id}+{body}",
        f"{name}+00000000+{body}",
        f"{name}+{key_id.upper()}+{body}" if key_id.upper() != key_id else f"{name}+x+{body}",
        f"{name}+{key_id}+{short}",
        f"{name}+{key_id}+{unknown}",
        f"{name}+{key_id}",
        "",
        "x" * 10_000,
        text + "\n\n",
    ):
        with pytest.raises(BadData):
            VerifierKey.parse(bad)


def test_base64_has_one_form() -> None:
    assert strict_base64("AAE=") == b"\x00\x01"
    for odd in ("AAE", "AAF=", "AA E=", "AAE=\n", "AAE==", "-_8=", "ÄÄÄÄ"):
        assert strict_base64(odd) is None


def test_private_key_does_not_show_itself() -> None:
    key = new_key("DEU")
    secret = key.to_pem().decode().splitlines()[1]
    assert secret not in repr(key)
    assert repr(key) == "SigningKey('DEU', 'ed25519')"
    with pytest.raises(NotPermitted):
        pickle.dumps(key)
    assert pickle.loads(pickle.dumps(key.verifier)) == key.verifier


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pem_round_trip_with_password(algorithm: Algorithm) -> None:
    key = new_key("DEU", algorithm)
    assert SigningKey.from_pem("DEU", key.to_pem()).verifier == key.verifier
    guarded = key.to_pem("open sesame")
    assert SigningKey.from_pem("DEU", guarded, "open sesame").verifier == key.verifier
    for password in (None, "wrong"):
        with pytest.raises(NotPermitted):
            SigningKey.from_pem("DEU", guarded, password)
    with pytest.raises(NotPermitted):
        SigningKey.from_pem("DEU", key.to_pem(), "superfluous")


def test_keys_of_other_schemes_are_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey

    pem = Ed448PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(NotPermitted, match="scheme"):
        SigningKey.from_pem("DEU", pem)
    with pytest.raises(BadUse):
        new_key("DEU", "rsa")  # type: ignore[arg-type]  # what a caller without types may give


def test_a_cosigner_key_opens_no_plain_note() -> None:
    key = new_key("DEU").verifier.as_cosigner()
    with pytest.raises(BadUse):
        key.verifies_note(b"x\n", b"y")


def test_bytes_that_are_no_point_verify_nothing() -> None:
    assert not VerifierKey("DEU", KeyUse.NOTE_ED25519, b"\xff" * 32).verify(b"x", b"\x00" * 64)
