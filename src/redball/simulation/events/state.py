"""The running state: one address that every handler gets, and the arrays behind it.

A bundle of forty arrays handed from function to function as such costs more than what the functions
do: its parts are copied one by one at each call. In compiled code a :class:`State` is therefore the
address of a table of addresses and lengths, and ``s.cells`` an array without an owner made from it
in a few instructions. The Python object keeps the arrays alive.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints, Longs
from redball.simulation.events import records
from redball.simulation.events.native import teach
from redball.simulation.network import Rows, tables
from redball.simulation.runs import LOG

Shorts = npt.NDArray[np.int16]

_I8, _I4, _I2, _F8 = (np.dtype(name) for name in ("i8", "i4", "i2", "f8"))
_ELEMENTS: dict[str, tuple[np.dtype[Any], int]] = {
    "clock": (records.CLOCK, 1), "heap": (_I8, 1),
    "causes": (_I8, 1), "links": (_I4, 1), "cells": (records.CELL, 1), "nodes": (records.NODE, 1),
    "arcs": (records.ARC, 1), "lines": (records.LINE, 1), "inputs": (tables.INPUT, 1),
    "streams": (records.STREAM, 1), "traces": (tables.TRACE, 1), "profiles": (tables.PROFILE, 1),
    "fleets": (records.FLEET, 1), "apps": (records.APPLICATION, 1), "holes": (_I2, 1),
    "bad": (_I2, 1), "shops": (records.SHOP, 1), "parts": (tables.PART, 1),
    "pools": (records.POOL, 1), "supports": (tables.SUPPORT, 1), "laws": (tables.LAW, 1),
    "mass": (_F8, 1), "shelf": (_I8, 1), "requests": (records.REQUEST, 1),
    "goods": (records.GOODS, 1), "jobs": (records.JOB, 1), "lots": (records.STORE_LOT, 1),
    "changes": (tables.CHANGE, 1), "rules": (tables.RULE, 1), "scratch": (_I8, 1),
    "watch": (_I4, 1), "on_hand": (_I8, 2), "waiting": (_I8, 2), "up": (_F8, 2), "log": (LOG, 1),
}  # fmt: skip
_NUMBER = {name: number for number, name in enumerate(_ELEMENTS)}


@dataclass(frozen=True, eq=False)
class State:
    """All that changes in a run, and the tables that are only read; see :mod:`records`."""

    clock: Rows
    heap: Longs
    causes: Longs
    links: Ints
    cells: Rows
    nodes: Rows
    arcs: Rows
    lines: Rows
    inputs: Rows
    streams: Rows
    traces: Rows
    profiles: Rows
    fleets: Rows
    apps: Rows
    holes: Shorts
    bad: Shorts
    shops: Rows
    parts: Rows
    pools: Rows
    supports: Rows
    laws: Rows
    mass: Floats
    shelf: Longs
    requests: Rows
    goods: Rows
    jobs: Rows
    lots: Rows
    changes: Rows
    rules: Rows
    scratch: Longs
    watch: Ints
    on_hand: Longs
    waiting: Longs
    up: Floats
    log: Rows
    table: Longs = field(init=False)
    """Address, rows and columns of each array, one after the other."""

    def __post_init__(self) -> None:
        table = np.zeros((len(_ELEMENTS), 3), np.int64)
        for at in fields(self):
            if at.name not in _ELEMENTS:
                continue
            element, axes = _ELEMENTS[at.name]
            array = np.ascontiguousarray(getattr(self, at.name), element)
            if array.ndim != axes:
                raise TypeError(f"'{at.name}' has {array.ndim} axes, not {axes}")
            object.__setattr__(self, at.name, array)
            table[_NUMBER[at.name]] = (array.ctypes.data, *array.shape, 0)[:3]
        object.__setattr__(self, "table", table.ravel())

    @property
    def address(self) -> int:
        """Where the table of addresses stands."""
        return int(self.table.ctypes.data)


teach(State, _ELEMENTS)
