"""The trend is worked out beside the pages, since a twin for each past import takes its time."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Self

from redball.app import View
from redball.app.worklist import worklist_catch_up
from redball.desk import Desk
from redball.desk.worklist import TOPIC
from redball.model import RedballError

if TYPE_CHECKING:
    from redball.web.serving import Services

LOG = logging.getLogger("redball.web.findings")


class CatchingUp:
    """Works out trends, one at a time; pages that wait are told when one is done."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = Lock()
        self._asked: set[View] = set()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="findings trend")

    @classmethod
    def start(cls, services: "Services") -> Self:
        """Make it for a server."""
        return cls(services.desk)

    def ask(self, view: View) -> None:
        """Work out what a view's trend lacks, unless that is under way."""
        with self._lock:
            if view in self._asked:
                return
            self._asked.add(view)
        self._pool.submit(self._work, view)

    def stop(self) -> None:
        """End after the trend that is being worked out; the others are asked for again."""
        self._pool.shutdown(cancel_futures=True)

    def _work(self, view: View) -> None:
        try:
            worklist_catch_up(view, self._desk)
            with self._desk.writing(TOPIC):
                pass
        except RedballError as error:  # the page goes without; the next visit asks again
            LOG.warning("a trend of findings was not worked out: %s", error.what)
        finally:
            with self._lock:
                self._asked.discard(view)
