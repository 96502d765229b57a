"""A small real OpenID Connect provider on a port of this machine; it can be told to misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

Change = Callable[[dict[str, Any]], None]


def _nothing(claims: dict[str, Any]) -> None:
    """Change nothing."""


@dataclass
class Grant:
    """A code that was given out."""

    challenge: str
    nonce: str
    redirect: str
    max_age: str


@dataclass
class IdentityProvider:
    """State of a provider; what begins with ``change`` makes it lie."""

    client_id: str = "redball"
    client_secret: str = "provider-secret"
    subject: str = "person-1"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    algorithm: str = "ES256"
    issuer: str = ""
    change_claims: Change = _nothing
    change_discovery: Change = _nothing
    signer: ECKey | OctKey | None = None
    asked: list[str] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
        }
        self.change_discovery(found)
        return found

    def authorize(self, address: str) -> str:
        """What the person's browser does there: sign in and be sent back."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert given["response_type"] == "code"
        assert given["client_id"] == self.client_id
        assert given["code_challenge_method"] == "S256"
        assert "openid" in given["scope"].split()
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(
            given["code_challenge"], given["nonce"], given["redirect_uri"], given.get("max_age", "")
        )
        back = {"code": code, "state": given["state"], "iss": self.issuer}
        return f"{given['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        grant = self.grants.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        ).decode().rstrip("=")  # fmt: skip
        if grant is None or grant.challenge != challenge or grant.redirect != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": self.subject,
            "exp": now + 300,
            "iat": now,
            "nonce": grant.nonce,
        }
        if grant.max_age:
            claims["auth_time"] = now
        self.change_claims(claims)
        signer = self.signer or self.key
        header = {"alg": self.algorithm, "kid": signer.kid or ""}
        token = jwt.encode(header, claims, signer, algorithms=[self.algorithm])
        return 200, {"access_token": "unused", "token_type": "Bearer", "id_token": token}


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if self.path == "/.well-known/openid-configuration":
                self._answer(200, provider.discovery())
            elif self.path == "/keys":
                self._answer(200, KeySet([provider.key]).as_dict(private=False))
            elif self.path == "/moved":
                self.send_response(302)
                self.send_header("location", "/keys")
                self.end_headers()
            elif self.path == "/huge":
                self._answer(200, {"keys": ["x" * 2_000_000]})
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(form, self.headers.get("authorization", "")))

        def _answer(self, status: int, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """A provider that answers until this ends."""
    provider = IdentityProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
