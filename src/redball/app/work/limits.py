"""What one piece of long work may take at most, held against it whenever it tells its progress.

A piece of work is a thread of the server, and a thread can't be ended from outside: it ends at the
next word of progress. Engines tell it after every run, loss or step; a single solve that takes
minutes is ended after it. Memory is that of the whole server, which runs one piece at a time.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from redball.model import BadUse
from redball.runtime.limits import resident_mb

MINUTES = 60.0
"""Longest time that one piece of work may take."""
_SHARE = 0.8
"""Share of the machine's memory, or of what its container may use, that the server may hold."""
_GROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_LOOKED_SECONDS = 0.25
_FEWER = "Ask for fewer runs or a shorter horizon, or run it from a command line"


@dataclass(frozen=True)
class WorkLimits:
    """Limits of one piece of work.

    Attributes
    ----------
    minutes : float
    memory_mb : float or None
        Resident memory of the server, in 10^6 bytes; four fifths of the machine's where not given.
    """

    minutes: float = MINUTES
    memory_mb: float | None = None

    @property
    def memory(self) -> float:
        """Memory that is held against, in 10^6 bytes."""
        return _SHARE * _machine_mb() if self.memory_mb is None else self.memory_mb


class Gauge:
    """Time since its making, and memory now, held against limits.

    Parameters
    ----------
    limits : WorkLimits
    """

    def __init__(self, limits: WorkLimits) -> None:
        self._minutes = limits.minutes
        self._memory = limits.memory
        self._began = time.monotonic()
        self._looked = 0.0

    def check(self) -> None:
        """End the work where it takes too much.

        Raises
        ------
        BadUse
            Says of what, how much, and what to do.
        """
        now = time.monotonic()
        taken = (now - self._began) / 60
        if taken > self._minutes:
            raise BadUse(
                f"It was ended: it has taken {taken:.3g} minutes, and the limit of this server is "
                f"{self._minutes:g}.",
                mend=f"{_FEWER} with --minutes.",
            )
        if now - self._looked < _LOOKED_SECONDS:
            return
        self._looked = now
        held = resident_mb()
        if held > self._memory:
            raise BadUse(
                f"It was ended: the server holds {held:,.0f} MB, and its limit is "
                f"{self._memory:,.0f} MB.",
                mend=f"{_FEWER} of a machine with more memory.",
            )


def _machine_mb() -> float:
    """Memory of the machine, or of the container if that is less, in 10^6 bytes."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _GROUPS:
        try:
            text = Path(path).read_text("ascii").strip()
        except OSError:
            continue
        if text.isdecimal():  # 'max' is without limit
            found.append(int(text))
    return min(found) / 1e6
