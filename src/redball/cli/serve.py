"""``redball serve``: the operating picture on a screen."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import StoreOption

_PORT = 8471


def serve(
    store: StoreOption = "redball.sqlite",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 for any free one.")] = (
        _PORT
    ),
    origin: Annotated[
        str,
        typer.Option(
            "--origin",
            help="How browsers reach it, such as https://log.example.mil; this machine if absent.",
        ),
    ] = "",
    root_path: Annotated[
        str, typer.Option("--root-path", help="Path under a proxy, such as /redball.")
    ] = "",
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="Certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its key, PEM.")] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="Address of a proxy whose forwarded headers are believed."),
    ] = None,
    oidc_issuer: Annotated[
        str, typer.Option("--oidc-issuer", help="The nation's identity provider.")
    ] = "",
    oidc_client: Annotated[str, typer.Option("--oidc-client", help="Client id there.")] = "",
    nation: Annotated[
        str,
        typer.Option("--nation", help="Whose node this is: needed at the first start."),
    ] = "",
    exercise: Annotated[
        bool,
        typer.Option(
            "--exercise",
            help="Print links that sign exercise staff straight in; exercise data, this machine.",
        ),
    ] = False,
) -> None:
    """Serve pages and API of a store, until Ctrl-C.

    The first start prints a link with which the first administrator makes an account. The secret
    of an identity provider's client comes from REDBALL_OIDC_SECRET.
    """
    from redball.cli.serving import Listening, serve_store

    serve_store(
        store,
        Listening(host, port, tls_cert, tls_key),
        origin=origin,
        root_path=root_path,
        proxies=tuple(proxy or ()),
        issuer=oidc_issuer,
        client=oidc_client,
        exercise=exercise,
        nation=nation,
    )
