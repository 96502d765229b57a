"""Passkeys: what is asked of an authenticator, and whether its answer holds.

The person is verified by the authenticator (PIN, finger, face), the answer is for this server's
origin and name and for the challenge that was given, and its counter goes up. The counter is judged
after the signature, so that only the holder of the key can raise the alarm.

Source: W3C Web Authentication Level 2, 7.1 and 7.2.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from redball.model import BadData, NotPermitted

CHALLENGE_BYTES = 32
MOST_BYTES = 20_000
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_VERIFIED = UserVerificationRequirement.REQUIRED


class CounterWentBack(NotPermitted):
    """A key answered with a counter that it had passed: somebody has a copy of it."""


@dataclass(frozen=True)
class Site:
    """The server as an authenticator knows it.

    Attributes
    ----------
    host : str
        What passkeys are bound to (rpId).
    origin : str
        ``https://host[:port]``.
    name : str
    """

    host: str
    origin: str
    name: str = "Redball"


@dataclass(frozen=True)
class PublicPart:
    """What is kept of a passkey.

    Attributes
    ----------
    id : str
        Credential id, base 64 for addresses.
    public_key : bytes
        COSE.
    count : int
        Signatures so far, as the authenticator counts; 0 where it does not.
    """

    id: str
    public_key: bytes
    count: int


@dataclass(frozen=True)
class Answer:
    """An authenticator's answer, read but not believed.

    Attributes
    ----------
    credential : str
        Which passkey it says it is.
    challenge : bytes
        Which challenge it says it answers.
    user : str
        Whose account the authenticator says that the passkey is; empty where it does not.
    text : str
        All of it.
    """

    credential: str
    challenge: bytes
    user: str
    text: str


def new_challenge() -> bytes:
    """Give a challenge, to be answered once."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def registration_options(
    site: Site, account: str, name: str, display: str, known: Iterable[str], challenge: bytes
) -> str:
    """Give what the browser asks an authenticator for a new passkey, as JSON.

    Parameters
    ----------
    site : Site
    account : str
        Key of the account; the authenticator keeps it.
    name, display : str
    known : iterable of str
        Passkeys that the account has: the same authenticator makes no second one.
    challenge : bytes
    """
    asked = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account.encode(),
        user_name=name,
        user_display_name=display,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=_described(known),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return options_to_json(asked)


def authentication_options(site: Site, challenge: bytes, allowed: Iterable[str] = ()) -> str:
    """Give what the browser asks an authenticator to prove, as JSON.

    Parameters
    ----------
    allowed : iterable of str
        Only these passkeys; any that the authenticator holds for this server where empty.
    """
    asked = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=_described(allowed) or None,
        user_verification=_VERIFIED,
    )
    return options_to_json(asked)


def parse_answer(text: str) -> Answer:
    """Read which passkey and challenge an answer is about, so that they can be looked up.

    Raises
    ------
    BadData
        It is no answer of an authenticator.
    """
    if len(text) > MOST_BYTES:
        raise _no_answer()
    try:
        found = json.loads(text)
        client = json.loads(base64url_to_bytes(found["response"]["clientDataJSON"]))
        credential = bytes_to_base64url(base64url_to_bytes(found["id"]))
        user = base64url_to_bytes(found["response"].get("userHandle") or "").decode()
        return Answer(credential, base64url_to_bytes(client["challenge"]), user, text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_answer() from error


def registered(site: Site, answer: Answer, challenge: bytes) -> PublicPart:
    """Check a new passkey.

    Raises
    ------
    NotPermitted
        Something about it is not as it was asked for.
    """
    try:
        found = verify_registration_response(
            credential=answer.text,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except _BROKEN as error:
        raise _refused(error) from error
    return PublicPart(
        bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count
    )


def authenticated(site: Site, answer: Answer, challenge: bytes, kept: PublicPart) -> int:
    """Check that a passkey answered; gives its new counter, to be kept.

    Raises
    ------
    CounterWentBack
        The signature holds and the counter does not go up: an alarm.
    NotPermitted
        Something about it is not as it was asked for.
    """
    try:
        found = verify_authentication_response(
            credential=answer.text,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=0,  # judged below, once the signature holds
            require_user_verification=True,
        )
    except _BROKEN as error:
        raise _refused(error) from error
    if answer.credential != kept.id:
        raise NotPermitted("The passkey is another one.", mend="Try again.")
    if (kept.count or found.new_sign_count) and found.new_sign_count <= kept.count:
        raise CounterWentBack(
            "The passkey has counted backwards: there may be a copy of it.",
            mend="It is blocked. Sign in another way and add a new one.",
        )
    return found.new_sign_count


_BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What the library raises for a hostile answer; not all of it is its own error."""


def _described(ids: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _no_answer() -> BadData:
    return BadData("This is no answer of an authenticator.", mend="Try again.")


def _refused(error: Exception) -> NotPermitted:
    return NotPermitted(
        "The passkey's answer does not hold.",
        where=type(error).__name__,
        mend="Try again; if it keeps failing, sign in another way and add the passkey anew.",
    )
