"""A memory of bounded size."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by key; the key longest unused is forgotten when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Value of a key that is used now."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def of(self, key: K, make: Callable[[], V]) -> V:
        """Value of a key, made where there is none."""
        value = self.get(key)
        if value is None:
            value = make()
            self.put(key, value)
        return value


def short(text: str) -> str:
    """A key of bounded size for a text of any."""
    return text if len(text) <= 80 else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
