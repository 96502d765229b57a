"""What was made of something so far, each thing once."""

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")


class _Once:
    """A value that is made once; a failure is not kept."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: object = None
        self.made = False


class Derived:
    """What was made of a twin so far; it goes when the twin goes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[Hashable, _Once] = {}

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """Make a value, or give the one that was made."""
        with self._lock:
            once = self._values.setdefault(name, _Once())
        with once.lock:
            if not once.made:
                once.value = make()
                once.made = True
            return cast("T", once.value)
