"""The two halves of a sign-in: leaving for the provider, and coming back."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from redball.model import BadData
from redball.web.security.provider.fetching import Fetching
from redball.web.security.surroundings import Surroundings
from redball.web.settings import Identity

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that are believed: never ``none``, never a shared secret."""
LEEWAY_SECONDS = 60
CALLBACK = "/sign-in/provider/back"


@dataclass(frozen=True)
class Begun:
    """What the browser keeps while somebody is at the provider.

    Attributes
    ----------
    state, nonce, verifier : str
    then : str
        Where they wanted to go.
    fresh : bool
        They are to prove who they are once more.
    """

    state: str
    nonce: str
    verifier: str
    then: str
    fresh: bool = False

    @property
    def text(self) -> str:
        """As the value of a cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read :attr:`text`.

        Raises
        ------
        BadData
            It is not there, or nothing that was begun here.
        """
        try:
            found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            begun = cls(**found)
        except (ValueError, TypeError, RecursionError):
            raise _not_begun() from None
        words = (begun.state, begun.nonce, begun.verifier, begun.then)
        if not all(isinstance(one, str) for one in words) or not isinstance(begun.fresh, bool):
            raise _not_begun()
        return begun


@dataclass(frozen=True)
class Proven:
    """Who came back.

    Attributes
    ----------
    issuer, subject : str
        Who it is, for ever the same (OpenID Connect Core, 2).
    at : datetime or None
        When they proved it to the provider; None where it does not say.
    """

    issuer: str
    subject: str
    at: datetime | None


class Provider:
    """A nation's identity provider.

    Parameters
    ----------
    identity : Identity
    back : str
        Address to which it sends people back: :data:`CALLBACK` of this server.
    transport : httpx2.BaseTransport, optional
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self,
        identity: Identity,
        back: str,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._identity = identity
        self._back = back
        self._clock = clock
        self._fetching = Fetching(identity, transport)

    @classmethod
    def start(cls, services: Surroundings) -> Self:
        """The provider of a server.

        Raises
        ------
        BadData
            It has none.
        """
        settings = services.settings
        if settings.identity is None:
            raise BadData("This server has no identity provider.", mend="Sign in another way.")
        return cls(settings.identity, f"{settings.origin}{settings.root_path}{CALLBACK}")

    def stop(self) -> None:
        """Let go of connections."""
        self._fetching.close()

    def begin(self, then: str, *, fresh: bool = False) -> tuple[str, Begun]:
        """Leave for the provider: the address to go to, and what to keep until they are back.

        Parameters
        ----------
        then : str
            Where they want to go afterwards.
        fresh : bool
            They have to prove who they are once more, also when they are signed in there.

        Raises
        ------
        ProviderAway
            It does not answer.
        """
        begun = Begun(_random(), _random(), _random(), then, fresh)
        digest = hashlib.sha256(begun.verifier.encode()).digest()
        words = {
            "response_type": "code",
            "client_id": self._identity.client_id,
            "redirect_uri": self._back,
            "scope": "openid",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if fresh:
            words |= {"prompt": "login", "max_age": "0"}
        address = self._fetching.addresses().authorize
        sign = "&" if "?" in address else "?"
        return f"{address}{sign}{urlencode(words)}", begun

    def finish(self, begun: Begun, *, code: str, state: str, issuer: str) -> Proven:
        """Come back: check everything, and say who it is.

        Parameters
        ----------
        begun : Begun
            As the same browser kept it.
        code, state, issuer : str
            Parameters of the address that they came back to; empty where absent.

        Raises
        ------
        BadData
            It is not the answer to what was begun here.
        ProviderAway
            The provider does not answer.
        """
        if not hmac.compare_digest(state.encode(), begun.state.encode()) or not code:
            raise _not_begun()
        names_itself = self._fetching.addresses().names_itself
        if (names_itself or issuer) and issuer != self._identity.issuer:
            raise _not_begun()
        token = self._fetching.identity_token(code, begun.verifier, self._back)
        return self._read(token, begun)

    def _read(self, token: str, begun: Begun) -> Proven:
        claims = self._claims(token)
        now = int(self._clock())
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._identity.issuer},
            aud={"essential": True, "value": self._identity.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": begun.nonce},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise _not_believed() from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        party = claims.get("azp", None if several else self._identity.client_id)
        subject, at = claims["sub"], claims.get("auth_time")
        if party != self._identity.client_id or not isinstance(subject, str):
            raise _not_believed()
        if not 0 < len(subject) <= 255:
            raise _not_believed()
        known = isinstance(at, int) and not isinstance(at, bool) and 0 <= at <= now + LEEWAY_SECONDS
        if begun.fresh and not known:
            raise _not_believed()
        moment = datetime.fromtimestamp(at, UTC) if known and isinstance(at, int) else None
        return Proven(self._identity.issuer, subject, moment)

    def _claims(self, token: str) -> dict[str, object]:
        try:
            try:
                return self._opened(token, self._fetching.keys())
            except InvalidKeyIdError:  # the provider changed its keys
                return self._opened(token, self._fetching.keys(again=True))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _not_believed() from error

    @staticmethod
    def _opened(token: str, keys: KeySet) -> dict[str, object]:
        return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)


def _random() -> str:
    return secrets.token_urlsafe(32)


def _not_begun() -> BadData:
    return BadData(
        "This is not the answer to a sign-in that this browser began.", mend="Begin once more."
    )


def _not_believed() -> BadData:
    return BadData(
        "What the identity provider says can't be believed.",
        mend="Begin once more; if it happens again, tell the operator.",
    )
