"""Rules that each field of a table keeps by itself: indices, kinds, quantities, times, money."""

from enum import IntEnum

import numpy as np

from redball.model import NOWHERE, BadUse
from redball.simulation.network.draft import Draft, Mask, Table, refuse
from redball.simulation.network.tables import (
    ArcKind,
    CutRule,
    LawKind,
    PolicyKind,
    Rationing,
    SizeKind,
    StreamKind,
)

MOST_UNITS = 2**53
"""Quantities stay below: up to here a float64 sum of units is exact."""
LONGEST_DAYS = 1_000_000.0
"""No time is longer (2,700 years): ticks of any running sum of times stay within int64."""
SHORTEST_DAYS = 1 / 86_400
"""Periods are not shorter than a second: shorter ones would round to no time and never pass."""
MOST_PHASES = 1_000
"""An Erlang time draws once for each phase."""

POINTERS: tuple[tuple[str, str, str, bool], ...] = (
    ("nodes", "nation", "nation_names", False),
    ("cells", "node", "nodes", False),
    ("cells", "item", "items", False),
    ("lots", "cell", "cells", False),
    ("due", "cell", "cells", False),
    ("arcs", "cell", "cells", False),
    ("arcs", "supplier", "cells", True),
    ("arcs", "recipe", "recipes", True),
    ("arcs", "law", "laws", False),
    ("arcs", "at_node", "nodes", True),
    ("recipes", "cell", "cells", False),
    ("recipes", "law", "laws", False),
    ("inputs", "cell", "cells", False),
    ("lanes", "from_node", "nodes", False),
    ("lanes", "to_node", "nodes", False),
    ("lanes", "law", "laws", False),
    ("streams", "cell", "cells", False),
    ("streams", "unit", "unit_names", True),
    ("fleets", "node", "nodes", False),
    ("fleets", "unit", "unit_names", True),
    ("fleets", "system", "system_names", False),
    ("applications", "fleet", "fleets", False),
    ("applications", "cell", "cells", False),
    ("shops", "cell", "cells", False),
    ("shops", "pool", "pools", True),
    ("shops", "law", "laws", False),
    ("shops", "up", "shops", True),
    ("shops", "up_law", "laws", False),
    ("parts", "cell", "cells", False),
    ("pools", "node", "nodes", False),
    ("substitutes", "cell", "cells", False),
    ("substitutes", "other", "cells", False),
    ("supports", "receiver", "cells", False),
    ("supports", "giver", "cells", False),
    ("supports", "law", "laws", False),
)
"""Table, field, what it counts, and whether -1 stands for none."""

RANGES = (
    ("arcs", "lane", "routes"),
    ("recipes", "input", "inputs"),
    ("streams", "trace", "traces"),
    ("streams", "profile", "profiles"),
    ("shops", "part", "parts"),
)

KINDS: tuple[tuple[str, str, type[IntEnum]], ...] = (
    ("laws", "kind", LawKind),
    ("cells", "policy", PolicyKind),
    ("cells", "rationing", Rationing),
    ("arcs", "kind", ArcKind),
    ("lanes", "cut_rule", CutRule),
    ("streams", "kind", StreamKind),
    ("streams", "size_kind", SizeKind),
)

FLAGS = (
    ("arcs", "standby"),
    ("streams", "lost"),
    ("fleets", "cannibalise"),
    ("fleets", "only_up_fail"),
    ("supports", "standby"),
)

UNITS = (
    ("cells", "on_hand", 0),
    ("cells", "reserve", 0),
    ("cells", "reorder_point", 1 - MOST_UNITS),  # orders only when so many wait: a known optimum
    ("cells", "order_up_to", 0),
    ("cells", "quantity", 0),
    ("lots", "quantity", 0),
    ("due", "quantity", 0),
    ("arcs", "minimum", 0),
    ("arcs", "batch", 1),
    ("traces", "quantity", 0),
    ("lanes", "mode", 0),
    ("fleets", "count", 0),
    ("applications", "per_system", 1),
    ("applications", "needed", 0),
    ("pools", "servers", 0),
    ("supports", "keep", 0),
)
"""Table, field and the least it may be."""

DAYS = (
    ("laws", "mean"),
    ("laws", "sd"),
    ("laws", "low"),
    ("laws", "high"),
    ("lots", "expires_day"),
    ("due", "day"),
    ("streams", "interval_days"),
    ("streams", "first_day"),
    ("traces", "day"),
    ("profiles", "day"),
    ("cells", "review_days"),
    ("lanes", "headway_days"),
    ("lanes", "offset_days"),
    ("supports", "from_day"),
)
"""Times: finite, none negative."""

PERIODS = (("cells", "review_days"), ("lanes", "headway_days"))
"""0 for none, else a period that passes."""

AMOUNTS = (
    ("items", "mass_kg"),
    ("items", "volume_m3"),
    ("items", "price_eur"),
    ("arcs", "price_eur"),
    ("arcs", "order_cost_eur"),
    ("lanes", "eur_per_t"),
    ("lanes", "co2e_kg_per_t"),
    ("streams", "per_day"),
    ("streams", "size"),
    ("profiles", "factor"),
    ("applications", "per_day"),
)
"""Finite, none negative, below :data:`MOST_UNITS`."""

SHARES = (("shops", "share"), ("parts", "probability"))

LIMITS = (
    ("recipes", "per_day", "Leave the recipe out, or close it by a change of its capacity."),
    ("lanes", "kg_per_day", "Leave the lane out, or close it by a change of its capacity."),
    ("items", "shelf_life_days", "Give the days it keeps, or inf."),
)
"""Above 0; inf is without limit."""

ASCENDING = (
    ("arcs", "cell"),
    ("applications", "fleet"),
    ("substitutes", "cell"),
    ("supports", "receiver"),
)
"""Groups stand together, in ascending order."""


def check_names(draft: Draft) -> None:
    """One name for each item, node and lane; none twice.

    Raises
    ------
    BadUse
    """
    for names, given in draft.names.items():
        if not all(isinstance(name, str) for name in given):
            raise BadUse("A name is no text.", where=names, mend="Give texts.")
        if len(set(given)) < len(given):
            twice = next(name for row, name in enumerate(given) if name in given[:row])
            raise BadUse(
                f"The name '{twice}' stands here twice.", where=names, mend="Give each its own."
            )
    for names, table in (("item_names", "items"), ("node_names", "nodes"), ("lane_names", "lanes")):
        if draft.size(table) != draft.size(names):
            raise BadUse(
                f"There are {draft.size(table)} rows of '{table}' and {draft.size(names)} names.",
                where=table,
                mend="Give one name for each row.",
            )


def check_fields(draft: Draft) -> None:
    """Every index leads somewhere, every number is in its range."""
    for table, field, target, may_be_none in POINTERS:
        _pointer(draft, table, field, target, may_be_none)
    lanes = draft["routes"]
    bad = (lanes < 0) | (lanes >= draft.size("lanes"))
    refuse(draft, "routes", bad, "The lane does not exist.", "Give rows of 'lanes'.")
    for table, field, target in RANGES:
        first, last = draft[table][f"first_{field}"], draft[table][f"last_{field}"]
        bad = (first < 0) | (last < first) | (last > draft.size(target))
        what = f"'first_{field}' to 'last_{field}' is no range of rows of '{target}'."
        refuse(draft, table, bad, what, f"Give 0 <= first <= last <= {draft.size(target)}.")
    for table, field, kind in KINDS:
        bad = ~np.isin(draft[table][field], [member.value for member in kind])
        what = f"'{field}' is none of {kind.__name__}."
        refuse(draft, table, bad, what, f"Give one of 0 to {len(kind) - 1}.")
    for table, field in FLAGS:
        bad = ~np.isin(draft[table][field], (0, 1))
        refuse(draft, table, bad, f"'{field}' is neither 0 nor 1.", "Give 0 or 1.")
    for table, field in ASCENDING:
        bad = np.diff(draft[table][field].astype(np.int64), prepend=0) < 0
        what = f"The rows of one {field} do not stand together in ascending order."
        refuse(draft, table, bad, what, f"Sort the table by '{field}'.")
    _numbers(draft)


def _pointer(draft: Draft, table: str, field: str, target: str, may_be_none: bool) -> None:
    index = draft[table][field]
    bad = (index < (NOWHERE if may_be_none else 0)) | (index >= draft.size(target))
    what = f"'{field}' leads to no row of '{target}', which has {draft.size(target)}."
    refuse(draft, table, bad, what, "Give a row" + (" or -1 for none." if may_be_none else "."))


def _numbers(draft: Draft) -> None:
    for table, field, least in UNITS:
        value = draft[table][field]
        bad = (value < least) | (value >= MOST_UNITS)
        what = f"'{field}' is out of its range."
        refuse(draft, table, bad, what, f"Give {max(least, -MOST_UNITS)} up to below 2**53.")
    for table, field in DAYS:
        what = f"'{field}' is no time in days."
        if field == "mean":
            what = "A distribution without a mean: 'mean' is no time in days."
        mend = f"Give a finite number from 0 to {LONGEST_DAYS:,.0f}."
        refuse(draft, table, ~_within(draft[table][field], LONGEST_DAYS), what, mend)
    for table, field in PERIODS:
        value = draft[table][field]
        bad = (value > 0) & (value < SHORTEST_DAYS)
        what = f"'{field}' is shorter than a second."
        refuse(draft, table, bad, what, "Give 0 for none, or a longer period.")
    for table, field in AMOUNTS:
        bad = ~_within(draft[table][field], np.nextafter(float(MOST_UNITS), 0))
        what = f"'{field}' is negative, no number, or too large."
        refuse(draft, table, bad, what, "Give a number from 0 to below 2**53.")
    for table, field in SHARES:
        bad = ~_within(draft[table][field], 1.0)
        refuse(draft, table, bad, f"'{field}' is no share.", "Give a number from 0 to 1.")
    for table, field, mend in LIMITS:
        what = f"'{field}' is not above 0."
        refuse(draft, table, ~(draft[table][field] > 0), what, mend)
    until = draft["supports"]["until_day"]
    bad = ~(until >= draft["supports"]["from_day"])  # inf: for good
    refuse(draft, "supports", bad, "'until_day' is before 'from_day'.", "Give a later day or inf.")


def _within(value: Table, most: float) -> Mask:
    return np.asarray((value >= 0) & (value <= most), np.bool_)  # False for NaN


__all__ = [
    "LONGEST_DAYS",
    "MOST_PHASES",
    "MOST_UNITS",
    "SHORTEST_DAYS",
    "check_fields",
    "check_names",
]
