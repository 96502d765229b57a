"""One typed door to Numba for the kernels of all capabilities; cached where that can be."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

P = ParamSpec("P")
R = TypeVar("R")

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile to machine code on the first call and keep it on disk for the next process.

    Where no folder can be written (a read-only install without a home), Numba refuses to cache;
    the function is then compiled for this process only.
    """
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        made = numba.njit(nogil=True)(function)
    return cast(Callable[P, R], made)


def compiled_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile like :func:`compiled`, with ``prange`` loops shared among the cores."""
    try:
        made = numba.njit(cache=True, nogil=True, parallel=True)(function)
    except RuntimeError:
        made = numba.njit(nogil=True, parallel=True)(function)
    return cast(Callable[P, R], made)
