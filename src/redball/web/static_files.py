"""Scripts, styles and fonts: served from the package, under one hashed address for ever.

Everything below ``static/`` is served at ``/static/HASH/...``, HASH over names and contents of all
of it: scripts can import each other by relative names, and browsers keep them until they change.
Files are read once and held packed; text is sent with gzip where the browser takes it.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from redball.model import MissingExtra

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_PACKED = {".css", ".js", ".mjs", ".json", ".svg", ".txt"}


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    kind: str
    plain: bytes
    packed: bytes | None


@dataclass(frozen=True)
class Statics:
    """All files and the hash of all of them."""

    files: Mapping[str, File]
    hash: str


@cache
def statics(folder: Path = STATIC) -> Statics:
    """Read all files, once.

    Raises
    ------
    MissingExtra
        The scripts that come from npm were not built.
    """
    if not (folder / "vendor" / "htmx.min.js").exists():
        raise MissingExtra("assets", "The web face; in a checkout run: make assets")
    files: dict[str, File] = {}
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".gz"):
        name = path.relative_to(folder).as_posix()
        data = path.read_bytes()
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        files[name] = _file(path, data)
    return Statics(files, digest.hexdigest()[:16])


def _file(path: Path, data: bytes) -> File:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    packed = None
    if path.suffix in _PACKED:
        beside = path.with_name(path.name + ".gz")
        packed = beside.read_bytes() if beside.exists() else gzip.compress(data, 9, mtime=0)
    return File(kind or "application/octet-stream", data, packed)


def address(name: str) -> str:
    """Path of a file below the root path.

    Raises
    ------
    KeyError
        There is none: a template names a file that does not exist.
    """
    found = statics()
    if name not in found.files:
        raise KeyError(f"no static file {name}")
    return f"/static/{found.hash}/{name}"


class StaticFiles:
    """The ASGI application behind ``/static``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or that there is none."""
        response = self._response(scope)
        await response(scope, receive, send)

    def _response(self, scope: Scope) -> Response:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET.", 405)
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", ""))).lstrip("/")
        hashed, _, name = path.removeprefix("static/").partition("/")
        found = statics()
        file = found.files.get(name) if hashed == found.hash else None
        if file is None:
            return PlainTextResponse("There is no such file.", 404)
        headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
        asked = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        body = file.plain
        if file.packed is not None and "gzip" in asked:
            headers["content-encoding"] = "gzip"
            body = file.packed
        return Response(body, headers=headers, media_type=file.kind)
