"""What a server is told when it starts."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from redball.model import BadUse


@dataclass(frozen=True)
class Identity:
    """A nation's own identity provider (OpenID Connect), of which the server is a client.

    Attributes
    ----------
    issuer : str
        Address of the provider, ``https://...``.
    client_id : str
    client_secret : str
        Empty for a public client; the code exchange uses PKCE in both cases.
    name : str
        What the button says.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = "the nation's identity provider"


@dataclass(frozen=True)
class Limits:
    """How much anybody may ask for.

    Attributes
    ----------
    per_minute : int
        Requests of one person or token; the tenth of it for what costs much.
    sign_ins_per_minute : int
        Tries to sign in, by account and by address.
    upload_bytes : int
    form_bytes : int
        Any other body.
    bulk_rows : int
        Exports of more rows need a second person.
    live_per_person : int
        Live connections.
    """

    per_minute: int = 1_200
    sign_ins_per_minute: int = 10
    upload_bytes: int = 256 * 2**20
    form_bytes: int = 1 * 2**20
    bulk_rows: int = 100_000
    live_per_person: int = 20


@dataclass(frozen=True)
class Settings:
    """A server's settings.

    Attributes
    ----------
    store : str
        Address of the store that it serves.
    origin : str
        How browsers reach it: ``https://host[:port]``; passkeys and the check of requests from
        other sites rest on it. ``http://localhost`` may do without TLS.
    root_path : str
        Path under a proxy, such as ``/redball``; empty at the root.
    idle, absolute : timedelta
        How long a session lasts unused, and in all.
    step_up : timedelta
        How long a fresh proof of identity holds for what needs one.
    exercise : bool
        Links that sign straight in are allowed: for an exercise store on this machine alone.
    proxies : tuple of str
        Addresses whose forwarded headers are believed.
    identity : Identity or None
    limits : Limits
    languages : tuple of str
        Which are offered; the first where a browser asks for none of them.
    """

    store: str
    origin: str = "http://localhost:8471"
    root_path: str = ""
    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    step_up: timedelta = timedelta(minutes=5)
    exercise: bool = False
    proxies: tuple[str, ...] = ()
    identity: Identity | None = None
    limits: Limits = field(default_factory=Limits)
    languages: tuple[str, ...] = ("en",)

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise BadUse(
                f"'{self.origin}' is not an origin.", mend="Write https://host or https://host:port"
            )
        if parts.scheme == "http" and not local:
            raise BadUse(
                "Sessions and passkeys need TLS on every address but this machine's own.",
                where=self.origin,
                mend="Give --tls-cert and --tls-key, or the https origin of the proxy in front.",
            )
        if self.root_path and (not self.root_path.startswith("/") or self.root_path.endswith("/")):
            raise BadUse(
                f"'{self.root_path}' is not a root path.", mend="Write it like this: /redball"
            )
        if self.exercise and not local:
            raise BadUse(
                "Links that sign straight in are for this machine alone.",
                where=self.origin,
                mend="Serve an exercise to others with accounts: redball people add",
            )

    @property
    def host(self) -> str:
        """Host name: what a passkey is bound to."""
        return str(urlsplit(self.origin).hostname)
