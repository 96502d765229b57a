"""A software authenticator: makes passkeys and answers with real ES256 signatures.

What it does wrong on purpose is a parameter, so that tests can see each refused.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Authenticator:
    """An authenticator with one passkey.

    Attributes
    ----------
    origin : str
        What the browser says where it is.
    host : str or None
        What it is made for; the one that the server asks for where None.
    verifies : bool
        Whether it asks the person for a PIN or finger.
    count : int
        Signatures so far; raised by :attr:`step` with each answer.
    """

    origin: str
    host: str | None = None
    verifies: bool = True
    count: int = 0
    step: int = 1
    key: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""

    @property
    def id(self) -> str:
        """Its passkey's id."""
        return bytes_to_base64url(self.credential)

    def register(self, options: str, **changed: Any) -> str:
        """Answer a registration; ``challenge`` and ``type`` may be changed."""
        asked = json.loads(options)
        self.user = base64url_to_bytes(asked["user"]["id"])
        client = self._client("webauthn.create", asked, changed)
        numbers = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        data = self._data(self.host or asked["rp"]["id"], ATTESTED)
        data += bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        attestation = cbor2.dumps(
            {"fmt": "none", "attStmt": {}, "authData": data + cbor2.dumps(cose)}
        )
        return self._told({"attestationObject": bytes_to_base64url(attestation)}, client)

    def answer(self, options: str, **changed: Any) -> str:
        """Answer an authentication; ``challenge``, ``type`` and ``key`` may be changed."""
        asked = json.loads(options)
        self.count += self.step
        client = self._client("webauthn.get", asked, changed)
        data = self._data(self.host or asked["rpId"], 0)
        signed = changed.get("key", self.key).sign(
            data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._told(
            {
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signed),
                "userHandle": bytes_to_base64url(changed.get("user", self.user)),
            },
            client,
        )

    def _client(self, kind: str, asked: dict[str, Any], changed: dict[str, Any]) -> bytes:
        told = {
            "type": changed.get("type", kind),
            "challenge": changed.get("challenge", asked["challenge"]),
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(told).encode()

    def _data(self, host: str, flags: int) -> bytes:
        flags |= USER_PRESENT | (USER_VERIFIED if self.verifies else 0)
        return (
            hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    def _told(self, response: dict[str, str], client: bytes) -> str:
        return json.dumps(
            {
                "id": self.id,
                "rawId": self.id,
                "type": "public-key",
                "response": {**response, "clientDataJSON": bytes_to_base64url(client)},
                "clientExtensionResults": {},
            }
        )
