"""Headers of every response: a page loads what this server sends and nothing else.

Pages carry no inline script or style, so the policy needs no nonce. What is no page (JSON, files,
streams) is locked up: opened by itself it can load nothing and run nothing. ``Referrer-Policy`` is
``same-origin``, not ``no-referrer``: under that one browsers send ``Origin: null`` with the forms
of this server, and where a person came from could not be known.

Sources: Content Security Policy Level 3; RFC 6797; Fetch (CORP); HTML (COOP, COEP).
"""

from starlette.datastructures import MutableHeaders

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
LOCKED_POLICY = (
    "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'; sandbox"
)

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
        "display-capture=(), browsing-topics=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def secure(headers: MutableHeaders, *, static: bool, https: bool, request_id: str) -> None:
    """Put the headers on a response.

    Parameters
    ----------
    headers : MutableHeaders
        Of the response; nothing that forbids is taken away.
    static : bool
        Scripts, styles, fonts: the same for everybody, so they may be kept. Workers among them
        have the policy of their own response, hence that of a page.
    https : bool
        Whether the browser reached it by TLS.
    request_id : str
    """
    for name, value in _ALWAYS.items():
        headers[name] = value
    page = static or headers.get("content-type", "").startswith("text/html")
    headers["content-security-policy"] = PAGE_POLICY if page else LOCKED_POLICY
    if not static:
        headers["cache-control"] = "no-store"
        headers["vary"] = "cookie, hx-request"
    if https:
        headers["strict-transport-security"] = _TWO_YEARS
    headers["x-request-id"] = request_id
