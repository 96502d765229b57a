"""Where a request comes from and which host it is for; forwarded headers only from known proxies.

Sources: RFC 9110 (Host, 421), RFC 9112 (one Host, no length beside a transfer coding).
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from redball.web.security.refusals import Misdirected
from redball.web.settings import Settings

UNKNOWN = "unknown"
_USUAL = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Peer:
    """Where a request comes from.

    Attributes
    ----------
    address : str
        The last address that no trusted proxy stands at; ``unknown`` on a local socket.
    secure : bool
        Whether the browser's side of the connection has TLS.
    host : str
        As the browser asked for it.
    """

    address: str
    secure: bool
    host: str

    @property
    def network(self) -> str:
        """What counts as one place: an IPv4 address, or the /64 of an IPv6 address."""
        try:
            found = ip_address(self.address)
        except ValueError:
            return self.address
        if not isinstance(found, IPv6Address):
            return str(found)
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return f"{':'.join(found.exploded.split(':')[:4])}::/64"


def peer_of(client: str | None, scheme: str, headers: Headers, settings: Settings) -> Peer:
    """Say where a request comes from.

    Parameters
    ----------
    client : str or None
        Address at the other end of the socket.
    scheme : str
        Of the socket.
    headers : Headers
    settings : Settings

    Raises
    ------
    Misdirected
        It names several hosts, or none.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1:
        raise Misdirected("The request does not name one host.", mend="Name the host once.")
    address, host, given = client or UNKNOWN, hosts[0], scheme
    if address in settings.proxies:
        address = _before(headers, address, settings.proxies)
        host = _last(headers, "x-forwarded-host") or host
        given = _last(headers, "x-forwarded-proto") or given
    return Peer(address, given.lower() == "https", host.lower())


def _before(headers: Headers, address: str, proxies: tuple[str, ...]) -> str:
    """The nearest address in front of the trusted proxies: what stands before it anybody wrote."""
    steps = ",".join(headers.getlist("x-forwarded-for")).split(",")
    for step in reversed([one.strip() for one in steps if one.strip()]):
        try:
            address = str(ip_address(step.strip("[]")))
        except ValueError:
            return address
        if address not in proxies:
            return address
    return address


def _last(headers: Headers, name: str) -> str:
    """The value that the nearest proxy gave."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def right_host(peer: Peer, settings: Settings) -> None:
    """Refuse a request for another host: names can be made to point here (DNS rebinding).

    Raises
    ------
    Misdirected
        Names the address that this server is reached at.
    """
    if _place(f"//{peer.host}", settings) != _place(settings.origin, settings):
        raise Misdirected(
            "This server is not reached under this name.",
            mend=f"Open it at {settings.origin}{settings.root_path}",
        )


def _place(address: str, settings: Settings) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "", 0
    scheme = parts.scheme or urlsplit(settings.origin).scheme
    return parts.hostname or "", port or _USUAL[scheme]


def one_framing(headers: Headers) -> None:
    """Refuse a body whose end can be read in two ways, as in request smuggling.

    Raises
    ------
    Misdirected
        Proxy and server could disagree where the next request begins.
    """
    lengths = headers.getlist("content-length")
    if len(lengths) > 1 or (lengths and "transfer-encoding" in headers):
        raise Misdirected(
            "Where the request ends can be read in two ways.", mend="Send one Content-Length."
        )
