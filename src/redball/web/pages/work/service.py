"""The worker of a server."""

from typing import TYPE_CHECKING, Self

from redball.app.work import Worker
from redball.web.visit import Visit

if TYPE_CHECKING:
    from redball.web.serving import Services


class Workshop:
    """Holds the one worker of a server.

    Parameters
    ----------
    worker : Worker
    """

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    @classmethod
    def start(cls, services: "Services") -> Self:
        """Make it, and take up what was queued when the server ended."""
        return cls(Worker(services.settings.store, services.desk, services.live, services.keeper))

    def stop(self) -> None:
        """End it; what runs is marked as interrupted."""
        self.worker.stop()


def worker_of(visit: Visit) -> Worker:
    """Where work is asked for."""
    return visit.services.of(Workshop).worker
