"""How much anybody may ask for: a bucket per person, token and address.

A bucket holds what may come at once and fills steadily; a request takes one, a costly one ten. Only
one moment is kept for a bucket (when it will be full), and the buckets not used longest are
forgotten first, so memory is bounded whoever comes.

Source: ITU-T I.371, generic cell rate algorithm (the token bucket as one timestamp).
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

COSTLY = 10
MOST_BUCKETS = 20_000


@dataclass(frozen=True)
class Rate:
    """How much, and how much at once.

    Attributes
    ----------
    per_minute : float
    at_once : float
    """

    per_minute: float
    at_once: float


class Limiter:
    """Buckets by key; may be shared by threads.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    capacity : int
        Buckets at most.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, capacity: int = MOST_BUCKETS
    ) -> None:
        self._clock = clock
        self.capacity = capacity
        self._lock = threading.Lock()
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, rate: Rate, cost: float = 1.0) -> float:
        """Take from a bucket; seconds to wait where it does not hold enough, 0 where it does."""
        spacing = 60.0 / rate.per_minute
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.get(key, now), now) + cost * spacing
            wait = full_at - now - max(rate.at_once, cost) * spacing
            if wait > 1e-9:
                return wait
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            while len(self._full_at) > self.capacity:
                self._full_at.popitem(last=False)
            return 0.0

    def give_back(self, key: str, rate: Rate, cost: float = 1.0) -> None:
        """Put back what was taken: it was not what the limit is for."""
        with self._lock:
            if key in self._full_at:
                self._full_at[key] -= cost * 60.0 / rate.per_minute

    def __len__(self) -> int:
        return len(self._full_at)
