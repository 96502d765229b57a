"""Work in pieces on all cores, with progress, and cancelled cleanly."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numba

T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[float], None]


def in_pieces(
    work: Callable[[T], R], pieces: Sequence[T], progress: Progress | None = None
) -> list[R]:
    """Results in order; ``progress`` hears the share done and may raise to cancel.

    ``work`` must be compiled without the interpreter's lock, or threads gain nothing. An
    exception, KeyboardInterrupt too, drops what is not begun yet.
    """
    results: list[R] = []
    with ThreadPoolExecutor(max_workers=int(numba.get_num_threads())) as pool:
        futures = [pool.submit(work, piece) for piece in pieces]
        try:
            for number, future in enumerate(futures):
                results.append(future.result())
                if progress is not None:
                    progress((number + 1) / len(futures))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return results
