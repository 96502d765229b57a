"""The network that both kernels simulate: tables of records, checked and immutable."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.simulation.network import tables
from redball.simulation.network.checks import check_network
from redball.simulation.network.draft import Draft, as_table

Rows = npt.NDArray[np.void]

TABLES = {
    "items": tables.ITEM,
    "nodes": tables.NODE,
    "laws": tables.LAW,
    "cells": tables.CELL,
    "lots": tables.LOT,
    "due": tables.DUE,
    "arcs": tables.ARC,
    "routes": np.dtype("i4"),
    "recipes": tables.RECIPE,
    "inputs": tables.INPUT,
    "lanes": tables.LANE,
    "streams": tables.STREAM,
    "traces": tables.TRACE,
    "profiles": tables.PROFILE,
    "fleets": tables.FLEET,
    "applications": tables.APPLICATION,
    "shops": tables.SHOP,
    "parts": tables.PART,
    "pools": tables.POOL,
    "substitutes": tables.SUBSTITUTE,
    "supports": tables.SUPPORT,
}
"""Record type of each table of a network."""


@dataclass(frozen=True, eq=False)
class Network:
    """What is simulated: where stock stands, how it is supplied, used, repaired and moved.

    Attributes
    ----------
    items, nodes, laws, cells, lots, due, arcs, routes, recipes, inputs, lanes, streams, traces,
    profiles, fleets, applications, shops, parts, pools, substitutes, supports : structured arrays
        Record types of :mod:`redball.simulation.network.tables`; ``routes`` is int32, rows of
        ``lanes``. Arcs are grouped by cell, applications by fleet, substitutes and supports by
        cell and receiver; the order within a group is the order of preference.
    item_names, node_names, nation_names, unit_names, system_names, lane_names : tuple of str
        Names for readers and of scenario targets; unit and system names are what ``unit`` and
        ``system`` of fleets and streams count.

    Raises
    ------
    BadUse
        A table breaks a rule; says which, in which row, and how to mend it.
    """

    items: Rows
    nodes: Rows
    laws: Rows
    cells: Rows
    lots: Rows
    due: Rows
    arcs: Rows
    routes: npt.NDArray[np.int32]
    recipes: Rows
    inputs: Rows
    lanes: Rows
    streams: Rows
    traces: Rows
    profiles: Rows
    fleets: Rows
    applications: Rows
    shops: Rows
    parts: Rows
    pools: Rows
    substitutes: Rows
    supports: Rows
    item_names: tuple[str, ...]
    node_names: tuple[str, ...]
    nation_names: tuple[str, ...]
    unit_names: tuple[str, ...]
    system_names: tuple[str, ...]
    lane_names: tuple[str, ...]

    def __post_init__(self) -> None:
        tables_made = {
            name: as_table(name, getattr(self, name), dtype) for name, dtype in TABLES.items()
        }
        for name, rows in tables_made.items():
            object.__setattr__(self, name, rows)
        names = [field.name for field in fields(self) if field.name not in TABLES]
        check_network(Draft(tables_made, {name: getattr(self, name) for name in names}))

    def cell(self, node: str, item: str) -> int:
        """Row of the cell of a node and an item by their names.

        Raises
        ------
        BadUse
            There is none.
        """
        if node in self.node_names and item in self.item_names:
            at = (self.cells["node"] == self.node_names.index(node)) & (
                self.cells["item"] == self.item_names.index(item)
            )
            if at.any():
                return int(np.argmax(at))
        raise BadUse(f"The network holds no '{item}' at '{node}'.", mend="Check the names of both.")

    def name_of(self, cell: int) -> str:
        """Name of a cell for a reader: item at node."""
        row = self.cells[cell]
        return f"{self.item_names[row['item']]} at {self.node_names[row['node']]}"
