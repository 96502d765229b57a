"""Rules that changes and reactions must keep before they are let loose on a network."""

import numpy as np

from redball.simulation.network.draft import Draft, Mask, Table, as_table, refuse
from redball.simulation.network.network import TABLES, Network, Rows
from redball.simulation.network.ranges import LONGEST_DAYS, MOST_UNITS
from redball.simulation.network.tables import CHANGE, RULE, RuleKind, What

TABLE_OF = {
    What.NODE: "nodes",
    What.NODE_STOCK: "nodes",
    What.NODE_ORDERS: "nodes",
    What.LANE: "lanes",
    What.LANE_TIME: "lanes",
    What.ARC: "arcs",
    What.ARC_TIME: "arcs",
    What.RECIPE: "recipes",
    What.STREAM: "streams",
    What.FLEET: "fleets",
    What.CELL: "cells",
    What.PRICE: "arcs",
    What.CELL_REPORT: "cells",
    What.RECIPE_TIME: "recipes",
}
"""Table whose rows a change names."""

MOST_VALUE = {
    What.NODE: 1.0,
    What.NODE_STOCK: 1.0,
    What.NODE_ORDERS: 1.0,
    What.ARC: 1.0,
    What.CELL: 1.0,
    What.CELL_REPORT: 1.0,
}
"""Shares and switches; all others are multipliers up to :data:`MOST_FACTOR`."""

MOST_FACTOR = 1_000.0
"""Largest multiplier of a time, a capacity, a rate or a price."""


def check_changes(network: Network, changes: Rows) -> None:
    """Refuse changes of what does not exist, at no day, or to what can't be.

    Raises
    ------
    BadUse
        With the row of the change.
    """
    rows = as_table("changes", changes, CHANGE)
    draft = _draft(network, "changes", rows)
    what, index, value = rows["what"], rows["index"], rows["value"]
    mend = f"Give one of 0 to {len(What) - 1}."
    refuse(draft, "changes", ~np.isin(what, list(What)), "'what' is none of What.", mend)
    size = np.array([len(getattr(network, TABLE_OF[one])) for one in What])
    refuse(draft, "changes", (index < 0) | (index >= size[what]),
           "'index' leads to no row of what is changed.",
           "Make changes from the rows of this network.")  # fmt: skip
    refuse(draft, "changes", ~_within(rows["day"], LONGEST_DAYS), "'day' is no day of a run.",
           f"Give a number from 0 to {LONGEST_DAYS:,.0f}.")  # fmt: skip
    most = np.array([MOST_VALUE.get(one, MOST_FACTOR) for one in What])
    refuse(draft, "changes", ~_within(value, most[what]), "'value' is out of its range.",
           f"Give 0 to 1 for shares and switches, else 0 to {MOST_FACTOR:,.0f}.")  # fmt: skip


def check_rules(network: Network, rules: Rows) -> None:
    """Refuse rules of no kind, for cells that do not exist, or with numbers that say nothing.

    Raises
    ------
    BadUse
        With the row of the rule.
    """
    rows = as_table("rules", rules, RULE)
    draft = _draft(network, "rules", rows)
    mend = f"Give one of 0 to {len(RuleKind) - 1}."
    refuse(draft, "rules", ~np.isin(rows["kind"], list(RuleKind)), "'kind' is no RuleKind.", mend)
    refuse(draft, "rules", (rows["cell"] < -1) | (rows["cell"] >= len(network.cells)),
           "'cell' leads to no cell.", "Give a row, or -1 for everywhere.")  # fmt: skip
    for field, most in (
        ("delay_days", LONGEST_DAYS), ("threshold", float(MOST_UNITS)),
        ("cost_eur", float(MOST_UNITS)), ("factor", MOST_FACTOR), ("price_factor", MOST_FACTOR),
    ):  # fmt: skip
        refuse(draft, "rules", ~_within(rows[field], most), f"'{field}' is out of its range.",
               f"Give a number from 0 to {most:,.0f}.")  # fmt: skip


def _draft(network: Network, name: str, rows: Table) -> Draft:
    tables = {table: getattr(network, table) for table in TABLES}
    names = {"item_names": network.item_names, "node_names": network.node_names}
    return Draft({**tables, name: rows}, names)


def _within(value: Table, most: Table | float) -> Mask:
    return np.asarray((value >= 0) & (value <= most), np.bool_)  # False for NaN


__all__ = ["MOST_FACTOR", "check_changes", "check_rules"]
