"""Serve a store until it is told to end, and say how to get in."""

import os
from collections.abc import Iterator
from urllib.parse import quote

from redball import app
from redball.app.exercise_staff import STAFF
from redball.app.people import Register, exercise_link, first_administrator
from redball.cli.output import console
from redball.cli.safe import safe
from redball.model import BadUse
from redball.web.application import build
from redball.web.running import Listening, Running
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Identity, Settings

__all__ = ["Listening", "serve_example", "serve_store"]

SECRET = "REDBALL_OIDC_SECRET"  # noqa: S105 - the name of a variable
_LOCAL = ("127.0.0.1", "::1", "localhost")


def serve_store(
    store: str,
    listening: Listening,
    *,
    origin: str = "",
    root_path: str = "",
    proxies: tuple[str, ...] = (),
    issuer: str = "",
    client: str = "",
    exercise: bool = False,
    nation: str = "",
) -> None:
    """Serve a store; see :func:`redball.cli.serve.serve`.

    Raises
    ------
    StoreMissing
        There is no store.
    BadUse
        It would not be safe, or the address is taken.
    """
    if not origin and listening.host not in _LOCAL and listening.certificate is None:
        raise BadUse(
            "Without TLS only this machine is served.",
            where=listening.host,
            mend="Give --tls-cert and --tls-key, or --origin https://... of a proxy in front.",
        )
    app.store_info(store)  # says what is wrong with it before anything is started
    bound = listening.bound()
    port = bound.getsockname()[1]
    host = "localhost" if listening.host in _LOCAL else listening.host
    settings = Settings(
        store=store,
        origin=origin or f"{listening.scheme}://{host}:{port}",
        root_path=root_path,
        exercise=exercise,
        proxies=proxies,
        identity=Identity(issuer, client, os.environ.get(SECRET, "")) if issuer else None,
    )
    services = Services.open(settings)
    application = secured(build(services), services)
    for line in _ways_in(services, nation):
        console.print(line, soft_wrap=True, highlight=False)
    Running(application, listening, bound, services.live.part).run()


def serve_example(store: str, port: int) -> None:
    """Serve the example, on another port where the usual one is taken."""
    try:
        Listening(port=port).bound().close()
    except BadUse:
        port = 0
    serve_store(store, Listening(port=port), exercise=True)


def _ways_in(services: Services, nation: str) -> Iterator[str]:
    """How to get in, in lines for the terminal."""
    settings = services.settings
    start = f"{settings.origin}{settings.root_path}/"
    yield f"Serving [bold]{safe(app.without_password(settings.store))}[/bold] at {start}"
    register = Register(
        settings.store, services.desk, origin=settings.origin, exercise=settings.exercise
    )
    try:
        if settings.exercise:
            yield "[bold]EXERCISE[/bold]. Each of these links signs one person in, once:"
            for name, subject in STAFF.items():
                secret = exercise_link(register, name, subject)
                yield f"  {name:22} {start}link/{quote(secret)}"
        else:
            yield from _first(register, start, nation)
    finally:
        register.close()
    yield "Ctrl-C ends it."


def _first(register: Register, start: str, nation: str) -> Iterator[str]:
    """The link for the first administrator, while nobody can sign in."""
    if not nation:
        with register.desk.reading() as connection:
            from redball.desk.people import has_accounts

            if has_accounts(connection):
                return
        raise BadUse(
            "Nobody has an account yet, and whose node this is is not known.",
            mend="Name its nation at the first start: redball serve --nation DEU",
        )
    secret = first_administrator(register, nation)
    if secret is not None:
        yield "Nobody can sign in yet. The first administrator sets up an account here, once:"
        yield f"  {start}link/{quote(secret)}"
