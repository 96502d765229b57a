"""Long work on a server: kinds of it, and the worker that runs them one after the other.

A piece of work runs with what its asker may read, tells progress, can be cancelled while it waits
or runs, and leaves an answer that is kept in the store. It does not depend on the page that asked
for it: a lost connection changes nothing, and a server that ends leaves it marked as interrupted.
"""

from redball.app.work.kinds import KINDS, WorkKind
from redball.app.work.limits import WorkLimits
from redball.app.work.operating import work_cancel, work_list
from redball.app.work.parameters import Parameters
from redball.app.work.parts import Cancelled, NoSuchWork
from redball.app.work.worker import Worker

__all__ = [
    "KINDS",
    "Cancelled",
    "NoSuchWork",
    "Parameters",
    "WorkKind",
    "WorkLimits",
    "Worker",
    "work_cancel",
    "work_list",
]
