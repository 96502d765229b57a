"""A label as an assertion beside an export, and the refusal of assertions that prove nothing.

An assertion has the shape of OpenTDF's: an id, what it applies to, the label as structured JSON,
and a binding. The binding is a compact JWS over the statement *and* the payload's hash: one that
covers the statement alone could be moved to another payload. Keys are the caller's: it signs and
verifies bytes, and says which algorithm it takes.

Source: OpenTDF specification (manifest, assertions, policy); RFC 7515 for the compact form.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime

from redball.access.labels.label_json import Json, label_of, label_value
from redball.access.labels.label_xml import LABEL
from redball.access.labels.rows import from_result
from redball.access.labels.safe_json import at, mapping, opened, parse_json, text
from redball.access.labels.values import ConfidentialityLabel, Problem
from redball.model.errors import BadData, LabelError
from redball.model.labels import ResultLabel

Sign = Callable[[bytes], bytes]
Verify = Callable[[str, bytes, bytes], bool]
"""Algorithm, signed bytes and signature; whether a key that is trusted for it made it."""

FORMAT = "json-structured"
_KEYS = ("id", "type", "scope", "appliesToState", "statement", "binding")
_STATEMENT = ("format", "schema", "value")
_SHA256 = re.compile(r"\A[0-9a-f]{64}\Z")
_DIGEST = "payloadSha256"


def assertion(label: ResultLabel, made_at: datetime, *, review_at: datetime | None = None) -> Json:
    """A result's label as an assertion about the payload beside it, without a binding.

    Raises
    ------
    LabelError
        The moment has no zone.
    """
    value = label_value(from_result(label, made_at=made_at, review_at=review_at))
    return {
        "id": "redball-label-1",
        "type": "handling",
        "scope": "payload",
        "appliesToState": "unencrypted",
        "statement": {"format": FORMAT, "schema": LABEL, "value": value},
    }


def read_assertion(value: object) -> ConfidentialityLabel:
    """Label of an assertion; its binding is another question (:func:`check_assertion`).

    Raises
    ------
    LabelError
        It is not an assertion of a label, or its label can't be read.
    """
    outer = mapping(value, "the assertion", _KEYS)
    for key in _KEYS[:4]:
        text(outer, key)
    statement = mapping(at(outer, "statement"), "statement", _STATEMENT)
    if (text(statement, "format"), text(statement, "schema")) != (FORMAT, LABEL):
        raise LabelError(
            "The assertion does not hold a label of ADatP-4774 as structured JSON.",
            where="statement",
            mend=f"Its format is {FORMAT} and its schema {LABEL}.",
        )
    return label_of(at(statement, "value"))


def bound(value: Json, payload: bytes, algorithm: str, sign: Sign) -> Json:
    """An assertion bound to a payload.

    Raises
    ------
    LabelError
        It is not an assertion of a label.
    """
    read_assertion(value)
    header = _encoded(_canonical({"alg": algorithm}))
    body = _encoded(
        _canonical({**opened(value["statement"], "statement"), _DIGEST: _hash(payload)})
    )
    signature = _encoded(sign(f"{header}.{body}".encode()))
    return {**value, "binding": {"method": "jws", "signature": f"{header}.{body}.{signature}"}}


def check_assertion(value: object, payload_sha256: str, verify: Verify) -> tuple[Problem, ...]:
    """Why an assertion must not be trusted; nothing where it can be.

    Parameters
    ----------
    value : object
        The assertion, as parsed JSON.
    payload_sha256 : str
        Hash of the payload it is said to be about, in hexadecimal digits.
    verify : callable
        Whether a trusted key made a signature.
    """
    try:
        read_assertion(value)
        return tuple(_binding_problems(opened(value, "the assertion"), payload_sha256, verify))
    except BadData as error:
        return (Problem("assertion", error.what, error.where),)


def _binding_problems(
    outer: dict[str, object], payload_sha256: str, verify: Verify
) -> Iterator[Problem]:
    where = "binding"
    if where not in outer:
        yield Problem("binding", "The label is not bound to the payload.", where)
        return
    binding = mapping(outer[where], where, ("method", "signature"))
    parts = text(binding, "signature").split(".")
    if text(binding, "method") != "jws" or len(parts) != 3:
        yield Problem("binding", "The binding is not a compact JWS.", where)
        return
    header = mapping(parse_json(_decoded(parts[0]), "binding"), where, ("alg", "kid", "typ"))
    body = opened(parse_json(_decoded(parts[1]), "binding"), where)
    digest = body.pop(_DIGEST, None)
    if body != outer["statement"]:
        yield Problem("binding-statement", "The signed statement is another one.", where)
    if digest is None or digest != payload_sha256 or not _SHA256.match(payload_sha256):
        yield Problem("binding-payload", "The signature does not cover this payload.", where)
    signed = f"{parts[0]}.{parts[1]}".encode()
    if not verify(text(header, "alg"), signed, _decoded(parts[2])):
        yield Problem("binding-signature", "No trusted key made the signature.", where)


def check_manifest(data: bytes, payload_sha256: str, verify: Verify) -> tuple[Problem, ...]:
    """Why a manifest of a trusted data format must not be trusted; nothing where it can be.

    Every assertion in it must be a label that is bound; without any the payload is not labelled.
    What can't be read is a problem too: nothing is raised, so that nothing is taken for granted.
    """
    try:
        manifest = opened(parse_json(data, "manifest"), "the manifest")
        problems = [*_policy_problems(manifest)]
        given = manifest.get("assertions")
        assertions = given if isinstance(given, list) else []
    except BadData as error:
        return (Problem("manifest", error.what, error.where),)
    if not assertions:
        problems.append(Problem("assertion", "The payload has no label.", "assertions"))
    for one in assertions:
        problems += check_assertion(one, payload_sha256, verify)
    return tuple(problems)


def _policy_problems(manifest: dict[str, object]) -> Iterator[Problem]:
    """The access policy names data attributes by the specification's key, not by another."""
    opened(at(manifest, "payload"), "payload")
    information = opened(at(manifest, "encryptionInformation"), "encryptionInformation")
    where = "policy"
    policy = opened(parse_json(_decoded(text(information, where)), where), where)
    body = opened(at(policy, "body"), "policy.body")
    for key in ("dataAttributes", "dissem"):
        if not isinstance(body.get(key), list):
            yield Problem("policy", f"The policy has no list '{key}'.", "policy.body")
    for key in sorted(set(body) - {"dataAttributes", "dissem"}):
        yield Problem("policy", f"'{key[:40]}' is not known in a policy.", "policy.body")


def _canonical(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _hash(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(word: str) -> bytes:
    """Bytes of base64, in either alphabet, with or without its padding.

    Raises
    ------
    LabelError
        It is not base64.
    """
    try:
        plain = word.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise LabelError("A part is not base64.", where="base64", mend="Write it anew.") from None
