"""Limits of time and memory that say so when they are reached."""

import os
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from redball.model import BadUse

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class Limits:
    """What a piece of work may take at most; None is without limit.

    Attributes
    ----------
    seconds : float or None
        Wall time of one ``map``.
    memory_mb : float or None
        Resident memory of the process, in units of 10^6 bytes; of each worker on a cluster.
    """

    seconds: float | None = None
    memory_mb: float | None = None

    def __post_init__(self) -> None:
        for name in ("seconds", "memory_mb"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise BadUse(
                    f"The limit {name} is {value}.", mend="Give a number above 0, or None."
                )


NO_LIMITS = Limits()


def resident_mb() -> float:
    """Resident memory of this process now, in 10^6 bytes; its peak where only that is known."""
    try:
        pages = int(_STATM.read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Meter:
    """Time and memory since its making, held against limits."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)

    def check(self, done: int, total: int) -> None:
        """Stop the work where a limit is passed.

        Raises
        ------
        BadUse
            Says which limit, what was measured, and how far the work had come.
        """
        self.check_time(done, total)
        if self.limits.memory_mb is not None:
            self._compare("MB", resident_mb(), self.limits.memory_mb, done, total)

    def check_time(self, done: int, total: int) -> None:
        """Like :meth:`check`, of time alone: where the memory is another process's."""
        self._compare("s", time.monotonic() - self.started, self.limits.seconds, done, total)

    def _compare(self, unit: str, value: float, limit: float | None, done: int, total: int) -> None:
        if limit is None or value <= limit:
            return
        what = "time" if unit == "s" else "memory"
        raise BadUse(
            f"The work was stopped: it has taken {value:,.1f} {unit} of {what}, and the limit is "
            f"{limit:,.1f} {unit}.",
            where=f"after task {done} of {total}",
            mend="Raise the limit or ask for less; with a journal, what is done stays done.",
        )
