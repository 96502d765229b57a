"""Compile kernels that make no arrays, without counting references.

Numba counts references to arrays so that it knows when to free them. A kernel that only reads and
writes arrays it was given frees none, but pays for the count at every look into a bundle: half of
its time here, measured. ``_nrt=False`` leaves the counting out; Numba then refuses to compile what
would make an array, so that nothing can leak.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile like :func:`redball.model.compiled.compiled`, for functions that make no arrays."""
    njit: Any = numba.njit  # its types do not know the option
    try:
        made = njit(cache=True, nogil=True, _nrt=False)(function)
    except RuntimeError:  # no folder for the cache can be written
        made = njit(nogil=True, _nrt=False)(function)
    return cast(Callable[P, R], made)
