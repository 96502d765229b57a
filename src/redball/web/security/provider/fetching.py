"""Asking the provider: its addresses, its keys, a token for a code.

Nothing else is ever connected to: every address comes from the settings or from the document that
the provider itself serves there, has TLS (but on this machine), and redirects are not followed.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from redball.model import BadData, StoreError
from redball.web.settings import Identity

MOST_BYTES = 1 << 20
SECONDS = 5.0
KEPT_SECONDS = 600.0
"""How long keys and addresses of the provider are believed without asking again."""
AGAIN_SECONDS = 30.0
"""How often keys are asked for again because one is not known: anybody can name an unknown one."""

Plain = Mapping[str, object]


class ProviderAway(StoreError):
    """The identity provider can't be reached, or does not answer as one."""


@dataclass(frozen=True)
class Addresses:
    """Where the provider answers what.

    Attributes
    ----------
    authorize, token, keys : str
    names_itself : bool
        Whether its answers carry its name (RFC 9207).
    """

    authorize: str
    token: str
    keys: str
    names_itself: bool


class Fetching:
    """Asks a provider.

    Parameters
    ----------
    identity : Identity
    transport : httpx2.BaseTransport, optional
        How it is reached; the network where not given.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        identity: Identity,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._lock = threading.Lock()
        self._client = httpx2.Client(
            transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False
        )
        self._addresses: tuple[float, Addresses] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def addresses(self) -> Addresses:
        """Where the provider answers, as it says itself.

        Raises
        ------
        ProviderAway
            It does not answer, or speaks for somebody else.
        """
        with self._lock:
            if self._addresses and self._clock() - self._addresses[0] < KEPT_SECONDS:
                return self._addresses[1]
            issuer = self._identity.issuer
            said = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != issuer:
                raise _away("It speaks for another issuer.", issuer)
            found = Addresses(
                self._safe(said, "authorization_endpoint"),
                self._safe(said, "token_endpoint"),
                self._safe(said, "jwks_uri"),
                said.get("authorization_response_iss_parameter_supported") is True,
            )
            self._addresses = (self._clock(), found)
            return found

    def keys(self, *, again: bool = False) -> KeySet:
        """Keys with which the provider signs.

        Parameters
        ----------
        again : bool
            One was not among them; they are asked for again, but not all the time.
        """
        address = self.addresses().keys
        with self._lock:
            age = AGAIN_SECONDS if again else KEPT_SECONDS
            if self._keys and self._clock() - self._keys[0] < age:
                return self._keys[1]
            said = self._get(address)
            try:
                found = KeySet.import_key_set(KeySetSerialization(keys=said.get("keys", [])))  # type: ignore[typeddict-item]  # checked by the library
            except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise _away("Its keys can't be read.", address) from error
            self._keys = (self._clock(), found)
            return found

    def identity_token(self, code: str, verifier: str, redirect: str) -> str:
        """Exchange a code for the token that says who came.

        Raises
        ------
        BadData
            The provider does not accept the code.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
            "client_id": self._identity.client_id,
        }
        secret = self._identity.client_secret
        auth = httpx2.BasicAuth(self._identity.client_id, secret) if secret else None
        address = self.addresses().token
        if auth is None:
            said = self._said("POST", address, data=form)
        else:
            del form["client_id"]
            said = self._said("POST", address, data=form, auth=auth)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise BadData(
                "The identity provider does not accept this sign-in.", mend="Begin once more."
            )
        return token

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _get(self, address: str) -> Plain:
        return self._said("GET", address)

    def _said(
        self,
        method: str,
        address: str,
        *,
        data: Mapping[str, str] | None = None,
        auth: httpx2.Auth | None = None,
    ) -> Plain:
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        try:
            with self._client.stream(
                method, address, data=data, auth=auth, headers=headers
            ) as response:
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise _away("It sent too much.", address)
                status = response.status_code
        except httpx2.HTTPError as error:
            raise _away("It can't be reached.", address) from error
        if status == 400 and method == "POST":
            return {}  # the code is not accepted: RFC 6749, 5.2
        if status != 200:
            raise _away(f"It answered {status}.", address)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise _away("It did not send JSON.", address) from error
        if not isinstance(found, dict):
            raise _away("It did not send an object.", address)
        return found

    def _safe(self, said: Plain, name: str) -> str:
        found = said.get(name)
        parts = urlsplit(found) if isinstance(found, str) else urlsplit("")
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not isinstance(found, str) or not (
            parts.scheme == "https" or (parts.scheme == "http" and here)
        ):
            raise _away(f"It names no safe address as {name}.", self._identity.issuer)
        return found


def _away(what: str, where: str) -> ProviderAway:
    return ProviderAway(
        f"The identity provider can't be used now. {what}",
        where=where,
        mend="Sign in with a passkey or a password, or try again later.",
    )
