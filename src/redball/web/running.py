"""Run the server on a socket."""

import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from redball.model import BadUse


@dataclass(frozen=True)
class Listening:
    """Where a server listens.

    Attributes
    ----------
    host : str
    port : int
        0 for any free one.
    certificate, key : Path or None
        PEM files for TLS.
    """

    host: str = "127.0.0.1"
    port: int = 8471
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise BadUse("A certificate needs its key.", mend="Give both or neither.")
        for path in (self.certificate, self.key):
            if path is not None and not path.is_file():
                raise BadUse("There is no such file.", where=str(path))

    @property
    def scheme(self) -> str:
        """``https`` with a certificate."""
        return "https" if self.certificate else "http"

    def bound(self) -> socket.socket:
        """A socket that listens.

        Raises
        ------
        BadUse
            Somebody else listens there, or it is not an address of this machine.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((self.host, self.port))
        except OSError as error:
            found.close()
            raise BadUse(
                f"Can't listen here: {error.strerror}.",
                where=f"{self.host}:{self.port}",
                mend="Name another port with --port; 0 takes any free one.",
            ) from error
        found.listen(256)
        return found


class _Server(uvicorn.Server):
    """Says that it is about to end before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._ending()
        await super().shutdown(sockets)


TURN_SECONDS = 0.0005
"""How long a thread that works out an answer keeps the interpreter while a page waits for it: a
tenth of what is usual, so that pages stay quick beside long work."""


class Running:
    """A server that runs until it is told to end.

    Parameters
    ----------
    application : ASGIApp
    listening : Listening
    bound : socket.socket
        As :meth:`Listening.bound` gave it.
    ending : callable
        Called before it waits for requests that are under way: lets go of streams.
    """

    def __init__(
        self,
        application: ASGIApp,
        listening: Listening,
        bound: socket.socket,
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        self._socket = bound
        self._server = _Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=False,  # ours are read by redball.web.security alone
                timeout_keep_alive=30,
                timeout_graceful_shutdown=5,
                ssl_certfile=listening.certificate,
                ssl_keyfile=listening.key,
            ),
            ending,
        )

    def run(self) -> None:
        """Serve here until a signal ends it."""
        sys.setswitchinterval(TURN_SECONDS)
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread; returns when it answers."""
        self._thread = threading.Thread(target=self.run, name="server", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            self._thread.join(0.01)

    def stop(self) -> None:
        """End it and wait."""
        self._server.should_exit = True
        self._thread.join(10)
