"""Keep two copies of SQLite in one process from harming each other.

Python brings one copy of SQLite, the Arrow driver another. POSIX gives up *all* locks that a
process has on a file as soon as it closes *any* handle to it, so a copy that closes the file
drops the locks of the other, and another process may then write into an open transaction.
(SQLite documentation, "How To Corrupt An SQLite Database File", section 2.2.1; the test of this
module shows it.) So only one copy at a time has a file open: whoever would have to wait for the
Arrow driver's turn waits; whoever finds the other copy at work uses that one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Lock
from weakref import WeakValueDictionary


class Gate:
    """Either standard connections or Arrow connections to one file, any number, never both."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._standard = 0
        self._arrow = 0

    @contextmanager
    def standard(self) -> Iterator[None]:
        """Hold the file for Python's copy; waits until the Arrow driver has closed it."""
        with self._changed:
            self._standard += 1  # counted while waiting: no new Arrow read pushes in before
            self._changed.wait_for(lambda: self._arrow == 0)
        try:
            yield
        finally:
            with self._changed:
                self._standard -= 1

    @contextmanager
    def arrow(self) -> Iterator[bool]:
        """Hold the file for the Arrow driver; ``False`` at once if Python's copy has it."""
        with self._changed:
            free = self._standard == 0
            self._arrow += free
        try:
            yield free
        finally:
            if free:
                with self._changed:
                    self._arrow -= 1
                    self._changed.notify_all()


# The locks belong to the process, so their guard does too.
_gates: "WeakValueDictionary[str, Gate]" = WeakValueDictionary()
_guard = Lock()


def gate_of(path: Path) -> Gate:
    """Return the gate of a file; every store of this process on that file shares it."""
    real = os.path.realpath(path)
    with _guard:
        gate = _gates.get(real)
        if gate is None:
            gate = _gates[real] = Gate()
        return gate
