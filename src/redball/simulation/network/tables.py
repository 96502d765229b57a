"""Rows of a simulated network: one record type for each kind of thing, read by both kernels.

A field named ``..._days`` is in days, ``..._kg`` in kilograms, ``..._eur`` in euro; quantities are
whole units of issue (int64). A field that names another row holds its index, -1 for none. ``law``
fields are rows of the law table. Ranges ``first, last`` are half open, into the table named.
"""

from enum import IntEnum

import numpy as np


class LawKind(IntEnum):
    """Distribution of a time; ``mean`` is always the mean in days."""

    CONSTANT = 0
    EXPONENTIAL = 1
    UNIFORM = 2
    """Between ``low`` and ``high``."""
    TRIANGULAR = 3
    """Between ``low`` and ``high``; the mode follows from the mean."""
    GAMMA = 4
    """With standard deviation ``sd``."""
    LOGNORMAL = 5
    """With standard deviation ``sd``."""
    ERLANG = 6
    """Sum of ``phases`` exponential times of equal mean."""


class PolicyKind(IntEnum):
    """When a cell orders, by inventory position (on hand + on order - backorders)."""

    NONE = 0
    """Never orders by itself."""
    REORDER_UP_TO = 1
    """(s, S): at or below ``reorder_point`` order up to ``order_up_to``."""
    FIXED_QUANTITY = 2
    """(R, Q): at or below ``reorder_point`` order multiples of ``quantity`` until above it."""
    BASE_STOCK = 3
    """(S-1, S): always up to ``order_up_to``."""


class Rationing(IntEnum):
    """How a cell shares what it has among those who wait."""

    FIRST_COME = 0
    PRIORITY = 1
    """Lower number first; first come within a priority."""
    PROPORTIONAL = 2
    """What arrives is split in proportion to what is open, remainders to the earliest."""


class ArcKind(IntEnum):
    """Where a cell's supply comes from."""

    BUY = 0
    """From outside, without limit: after ``law`` (procurement lead time)."""
    MOVE = 1
    """From the cell ``supplier``: after ``law`` (handling), along the route."""
    MAKE = 2
    """By the recipe of the cell itself."""


class CutRule(IntEnum):
    """What becomes of goods on a lane that is cut; nothing is forgotten."""

    HOLD = 0
    """They stand still and go on when the lane opens."""
    REROUTE = 1
    """They go back to where the lane began and look for another way; else they wait there."""
    LOSE = 2
    """They are lost, and counted."""
    PASS = 3
    """Who is on the lane already comes through."""
    DIVERT = 4
    """As ``REROUTE``; what comes before the lane while it is cut looks for another way too, and
    looks again whenever a lane opens."""


TURNING = (CutRule.REROUTE, CutRule.DIVERT)
"""Rules by which goods may take lanes that are on no way of their own."""


class StreamKind(IntEnum):
    """How demand arises."""

    POISSON = 0
    """Exponential gaps at ``per_day`` orders a day, each of ``size`` units."""
    PERIODIC = 1
    """``size`` units every ``interval_days``, the first on ``first_day``."""
    TRACE = 2
    """Rows ``first_trace`` to ``last_trace`` of the trace table."""
    POISSON_DAILY = 3
    """Once a day at its beginning: a Poisson number of units with mean ``per_day`` (bulk goods)."""


class SizeKind(IntEnum):
    """Units of one order of a Poisson stream."""

    FIXED = 0
    GEOMETRIC = 1
    """Mean ``size``, on 1, 2, 3, ..."""


class What(IntEnum):
    """What a change sets; ``value`` replaces the former one."""

    NODE = 0
    """Share of a node that works: 0 ships, makes and repairs nothing; capacities in proportion. A
    lane works at the lower share of its two ends."""
    NODE_STOCK = 1
    """At once: this share of the stock on hand at the node is lost."""
    NODE_ORDERS = 2
    """0: the node places no orders and sees none until it is 1 again (cyber outage)."""
    LANE = 3
    """Share of a lane's capacity; 0 is a cut."""
    LANE_TIME = 4
    """Multiplier of transit times of what enters from now on."""
    ARC = 5
    """1 open, 0 closed: no new orders (export ban, refusal); what is under way comes."""
    ARC_TIME = 6
    """Multiplier of the arc's law."""
    RECIPE = 7
    """Share of a recipe's capacity."""
    STREAM = 8
    """Multiplier of a stream's rate (of its sizes where it is periodic, a trace, or daily)."""
    FLEET = 9
    """Multiplier of a fleet's operating tempo."""
    CELL = 10
    """1 free, 0 blocked: the stock may not be issued (quality, quarantine)."""
    PRICE = 11
    """Multiplier of an arc's price."""
    CELL_REPORT = 12
    """0: reviews of the cell see the position as it was at this moment (stale data)."""
    RECIPE_TIME = 13
    """Multiplier of the recipe's law, for jobs that leave the line from now on."""


class RuleKind(IntEnum):
    """What people do of themselves when something is observed."""

    SECOND_SOURCE = 0
    """When the arc in use is closed or its supplier is down: after ``delay_days`` also standby arcs
    of the cell may be used, for ``cost_eur`` once."""
    EXPEDITE = 1
    """When on-hand stock covers less than ``threshold`` units: orders come in ``factor`` of the
    time, at ``price_factor`` times the price, ``delay_days`` after it is seen."""
    RELEASE_RESERVE = 2
    """When somebody waits and nothing is on hand: after ``delay_days`` the reserve is free."""
    SUPPORT = 3
    """When somebody waits: after ``delay_days`` standby support links of the cell may be used."""
    REROUTE = 4
    """Goods that wait before a cut lane look for another way after ``delay_days``."""


ITEM = np.dtype(
    [
        ("mass_kg", "f8"),
        ("volume_m3", "f8"),
        ("price_eur", "f8"),
        ("shelf_life_days", "f8"),  # inf: does not expire
    ],
    align=True,
)

NODE = np.dtype([("nation", "i4")], align=True)

LAW = np.dtype(
    [
        ("kind", "i8"),
        ("mean", "f8"),
        ("sd", "f8"),
        ("low", "f8"),
        ("high", "f8"),
        ("phases", "i8"),
    ],
    align=True,
)

CELL = np.dtype(
    [
        ("node", "i4"),
        ("item", "i4"),
        ("on_hand", "i8"),
        ("reserve", "i8"),  # beside on_hand; not issued before a rule releases it
        ("policy", "i4"),
        ("rationing", "i4"),
        ("reorder_point", "i8"),
        ("order_up_to", "i8"),
        ("quantity", "i8"),
        ("review_days", "f8"),  # 0: continuous
    ],
    align=True,
)
"""A node and an item: the place where stock stands. Pairs are unique."""

LOT = np.dtype([("cell", "i4"), ("quantity", "i8"), ("expires_day", "f8")], align=True)
"""Part of the cell's ``on_hand`` that expires; the rest of it does not."""

DUE = np.dtype([("cell", "i4"), ("quantity", "i8"), ("day", "f8")], align=True)
"""On order at the start; arrives without anybody's doing."""

ARC = np.dtype(
    [
        ("cell", "i4"),  # who is supplied
        ("kind", "i4"),
        ("supplier", "i4"),  # cell, for MOVE
        ("recipe", "i4"),  # for MAKE
        ("law", "i4"),
        ("first_lane", "i4"),  # range in the route table: lanes in order of travel
        ("last_lane", "i4"),
        ("standby", "i4"),  # 1: only after a SECOND_SOURCE rule has fired
        ("minimum", "i8"),
        ("batch", "i8"),  # quantities are multiples of it
        ("share", "f8"),  # above 0: orders are split among such arcs by it; 0: by preference
        ("price_eur", "f8"),  # per unit
        ("order_cost_eur", "f8"),  # per order
        ("at_node", "i4"),  # BUY: node of the seller, whose loss closes it; -1 for none
    ],
    align=True,
)
"""One way to supply a cell; the arcs of a cell stand together, best first."""

RECIPE = np.dtype(
    [
        ("cell", "i4"),
        ("law", "i4"),  # time from the line to the store
        ("per_day", "f8"),  # capacity, units a day; inf without limit
        ("lot", "i8"),  # units that leave the line together; 0: those of the whole order
        ("first_input", "i4"),
        ("last_input", "i4"),
    ],
    align=True,
)

INPUT = np.dtype([("cell", "i4"), ("quantity", "f8")], align=True)
"""What one unit of the recipe's cell takes (whole units per job, rounded up); same node."""

LANE = np.dtype(
    [
        ("from_node", "i4"),
        ("to_node", "i4"),
        ("mode", "i4"),
        ("law", "i4"),
        ("cut_rule", "i4"),
        ("kg_per_day", "f8"),  # inf without limit
        ("headway_days", "f8"),  # 0: leaves at any time; else at offset + k * headway
        ("offset_days", "f8"),
        ("eur_per_t", "f8"),
        ("co2e_kg_per_t", "f8"),
    ],
    align=True,
)

STREAM = np.dtype(
    [
        ("cell", "i4"),
        ("kind", "i4"),
        ("size_kind", "i4"),
        ("lost", "i4"),  # 1: what can't be filled at once is lost, else it waits
        ("priority", "i4"),
        ("unit", "i4"),
        ("per_day", "f8"),
        ("size", "f8"),
        ("interval_days", "f8"),
        ("first_day", "f8"),
        ("first_trace", "i4"),
        ("last_trace", "i4"),
        ("first_profile", "i4"),  # steps of a multiplier over time; none: 1
        ("last_profile", "i4"),
    ],
    align=True,
)

TRACE = np.dtype([("day", "f8"), ("quantity", "i8")], align=True)
PROFILE = np.dtype([("day", "f8"), ("factor", "f8")], align=True)

FLEET = np.dtype(
    [
        ("node", "i4"),
        ("unit", "i4"),
        ("system", "i4"),
        ("count", "i4"),
        ("cannibalise", "i4"),
        ("only_up_fail", "i4"),  # 1: systems that are down do not fail
        ("priority", "i4"),
    ],
    align=True,
)

APPLICATION = np.dtype(
    [
        ("fleet", "i4"),
        ("cell", "i4"),
        ("per_system", "i4"),
        ("needed", "i4"),
        ("per_day", "f8"),  # removals per installed unit and day at normal tempo
    ],
    align=True,
)
"""An item in the systems of a fleet; the applications of a fleet stand together."""

SHOP = np.dtype(
    [
        ("cell", "i4"),
        ("pool", "i4"),  # whose servers it needs; -1: ample
        ("law", "i4"),
        ("up", "i4"),  # shop to which what is not repaired here goes; -1: condemned
        ("up_law", "i4"),  # time to get there
        ("first_part", "i4"),
        ("last_part", "i4"),
        ("share", "f8"),  # of the failed units that are repaired here
    ],
    align=True,
)
"""Where failed units of a cell go; at most one for each cell. Cells with none condemn them."""

PART = np.dtype([("cell", "i4"), ("probability", "f8")], align=True)
"""A child whose failure caused the parent's: at most one of a shop's parts for each repair."""

POOL = np.dtype([("node", "i4"), ("servers", "i4")], align=True)

SUBSTITUTE = np.dtype([("cell", "i4"), ("other", "i4")], align=True)
"""Another cell at the same node that may serve a request, best first."""

SUPPORT = np.dtype(
    [
        ("receiver", "i4"),
        ("giver", "i4"),
        ("law", "i4"),
        ("standby", "i4"),  # 1: only after a SUPPORT rule has fired
        ("keep", "i8"),  # units the giver never goes below
        ("from_day", "f8"),
        ("until_day", "f8"),
    ],
    align=True,
)
"""A giver serves requests that wait at the receiver, when nobody waits at the giver."""

CHANGE = np.dtype([("day", "f8"), ("what", "i4"), ("index", "i4"), ("value", "f8")], align=True)

RULE = np.dtype(
    [
        ("kind", "i4"),
        ("cell", "i4"),  # -1: everywhere
        ("threshold", "f8"),
        ("delay_days", "f8"),
        ("cost_eur", "f8"),
        ("factor", "f8"),
        ("price_factor", "f8"),
    ],
    align=True,
)
