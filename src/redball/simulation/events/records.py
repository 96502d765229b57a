"""Records of the running state: what changes while the calendar is worked off.

Times are ticks (int64); areas are unit-ticks, in float64 where units may be very many. Queues are
lists by index: ``head``, ``tail`` and
``next``, -1 for none. Free records of a pool are a list as well.
"""

import numpy as np

CLOCK = np.dtype(
    [
        ("now", "i8"),
        ("end", "i8"),
        ("seq", "i8"),
        ("heap", "i8"),  # events in the calendar
        ("events", "i8"),  # handled
        ("most", "i8"),  # events allowed
        ("cause", "i8"),
        ("status", "i8"),
        ("free_request", "i4"),
        ("free_goods", "i4"),
        ("free_job", "i4"),
        ("free_lot", "i4"),
        ("sent", "i8"),
        ("logging", "i4"),
        ("logged", "i8"),
        ("day", "i8"),
        ("reroute_rule", "i4"),
        ("lanes", "i4"),  # number of lanes: lines from there on are recipes
        ("bought", "i8"),  # units that came into the network
        ("made", "i8"),
        ("used", "i8"),  # units that left it through demand
        ("consumed", "i8"),  # units that went into others
        ("lost", "i8"),  # on lanes
        ("to_shop", "i8"),  # failed units between two shops
        ("purchase", "f8"),
        ("orders", "f8"),
        ("transport", "f8"),
        ("rules", "f8"),
    ],
    align=True,
)
RUNNING, NO_ROOM, TOO_MANY, TOO_LARGE = 0, 1, 2, 3

CELL = np.dtype(
    [
        ("on_hand", "i8"),
        ("open", "i8"),  # units asked for and not given
        ("on_order", "i8"),
        ("in_repair", "i8"),  # failed units that come back here
        ("reorder_point", "i8"),
        ("demanded", "i8"),
        ("at_once", "i8"),
        ("filled", "i8"),
        ("since", "i8"),
        ("on_hand_area", "f8"),
        ("open_area", "f8"),
        ("policy", "i4"),
        ("pending", "i4"),  # a review stands in the calendar
        ("shut", "i4"),  # counts what keeps it from issuing: blocked, node lost
        ("stale", "i4"),
        ("head", "i4"),
        ("dated", "i4"),  # keeps lots by expiry
        ("periodic", "i4"),
        ("tail", "i4"),
        ("node", "i4"),
        ("item", "i4"),
        ("lots", "i4"),
        ("first_arc", "i4"),
        ("last_arc", "i4"),
        ("shop", "i4"),
        ("first_other", "i4"),  # substitutes, in links
        ("last_other", "i4"),
        ("serves", "i4"),  # is a substitute of some cell, or gives support
        ("first_serves", "i4"),  # cells that may be served from here, in links
        ("last_serves", "i4"),
        ("first_support", "i4"),
        ("last_support", "i4"),
        ("first_given", "i4"),  # rows of supports with this giver, in links
        ("last_given", "i4"),
        ("rationing", "i4"),
        ("second", "i4"),  # standby arcs may be used
        ("helped", "i4"),  # standby support may be used
        ("hurried", "i4"),
        ("blocked", "i4"),
        ("rule_second", "i4"),
        ("rule_hurry", "i4"),
        ("rule_release", "i4"),
        ("rule_support", "i4"),
        ("reacting", "i4"),  # bits of the rules whose delay runs
        ("wants", "i4"),  # could not order, tries again when something opens
        ("order_up_to", "i8"),
        ("quantity", "i8"),
        ("reserve", "i8"),
        ("frozen", "i8"),  # position as it was believed when reports stopped
        ("review", "i8"),
        ("supporting", "i8"),  # units on their way here from allies
        ("lost", "i8"),
        ("orders", "i8"),
        ("ordered", "i8"),
        ("received", "i8"),
        ("expired", "i8"),
        ("condemned", "i8"),
        ("destroyed", "i8"),
        ("supported", "i8"),
    ],
    align=True,
)
NODE = np.dtype(
    [
        ("level", "f8"),
        ("down_since", "i8"),
        ("orders", "i4"),
        ("first_cell", "i4"),
        ("last_cell", "i4"),
        ("first_lane", "i4"),  # lanes that begin or end here, in links
        ("last_lane", "i4"),
        ("first_out", "i4"),  # lanes that begin here, in links
        ("last_out", "i4"),
        ("first_recipe", "i4"),
        ("last_recipe", "i4"),
        ("first_pool", "i4"),
        ("last_pool", "i4"),
        ("first_arc", "i4"),  # BUY arcs whose seller is here, in links
        ("last_arc", "i4"),
        ("key", "u8"),  # of what is given to allies
        ("drawn", "i8"),
    ],
    align=True,
)
ARC = np.dtype(
    [
        ("cell", "i4"),
        ("kind", "i4"),
        ("supplier", "i4"),
        ("recipe", "i4"),
        ("law", "i4"),
        ("first_lane", "i4"),
        ("last_lane", "i4"),
        ("standby", "i4"),
        ("at_node", "i4"),
        ("open", "i4"),
        ("head", "i4"),  # goods held because the seller is down
        ("tail", "i4"),
        ("minimum", "i8"),
        ("batch", "i8"),
        ("share", "f8"),
        ("price", "f8"),
        ("order_cost", "f8"),
        ("price_factor", "f8"),
        ("time_factor", "f8"),
        ("key", "u8"),
        ("drawn", "i8"),
        ("orders", "i8"),
        ("units", "i8"),
        ("eur", "f8"),
    ],
    align=True,
)
LINE = np.dtype(
    [
        ("from_node", "i4"),
        ("to_node", "i4"),
        ("law", "i4"),
        ("cut_rule", "i4"),
        ("cell", "i4"),  # recipes
        ("first_input", "i4"),
        ("last_input", "i4"),
        ("current", "i4"),  # load or job being worked on
        ("head", "i4"),
        ("tail", "i4"),
        ("stamp", "i4"),
        ("own", "f8"),  # share of capacity that was set for it
        ("level", "f8"),  # with the nodes'
        ("per_day", "f8"),  # kg or units
        ("left", "f8"),  # work left on the current one
        ("time_factor", "f8"),
        ("eur_per_t", "f8"),
        ("co2e_per_t", "f8"),
        ("headway", "i8"),
        ("offset", "i8"),
        ("since", "i8"),
        ("key", "u8"),
        ("drawn", "i8"),
        ("busy", "i8"),
        ("counted", "i8"),
        ("waiting_area", "f8"),
        ("starved_area", "f8"),
        ("starved", "i8"),  # units in jobs that lack an input
        ("waiting", "i8"),  # units in jobs not begun; loads before a lane
        ("count", "i8"),
        ("units", "i8"),
        ("lost", "i8"),
        ("rerouted", "i8"),
        ("lot", "i8"),
        ("kg", "f8"),
        ("eur", "f8"),
        ("co2e", "f8"),
    ],
    align=True,
)
"""A lane, or the line of a recipe: both take work one after the other at a rate that can change."""

STREAM = np.dtype(
    [
        ("cell", "i4"),
        ("kind", "i4"),
        ("size_kind", "i4"),
        ("lost", "i4"),
        ("priority", "i4"),
        ("stamp", "i4"),
        ("row", "i4"),  # next row of the trace
        ("last_trace", "i4"),
        ("first_profile", "i4"),
        ("last_profile", "i4"),
        ("per_tick", "f8"),
        ("size", "f8"),
        ("factor", "f8"),
        ("left", "f8"),  # exposure until the next order, at ``since``
        ("since", "f8"),
        ("interval", "f8"),
        ("next", "f8"),
        ("key", "u8"),
        ("drawn", "i8"),
        ("sizes", "u8"),
    ],
    align=True,
)
FLEET = np.dtype(
    [
        ("count", "i4"),
        ("up", "i4"),
        ("down", "i4"),  # systems with a hole too many, where none is taken from another
        ("cannibalise", "i4"),
        ("only_up_fail", "i4"),
        ("priority", "i4"),
        ("first_app", "i4"),
        ("last_app", "i4"),
        ("first_tail", "i4"),
        ("tempo", "f8"),
        ("since", "i8"),
        ("area", "i8"),  # of the day that runs
    ],
    align=True,
)
APPLICATION = np.dtype(
    [
        ("fleet", "i4"),
        ("cell", "i4"),
        ("per_system", "i4"),
        ("needed", "i4"),
        ("stamp", "i4"),
        ("first_hole", "i4"),  # of the fleet's systems, in holes
        ("holes", "i8"),
        ("per_tick", "f8"),
        ("left", "f8"),
        ("since", "f8"),
        ("key", "u8"),
        ("drawn", "i8"),
        ("picks", "u8"),
    ],
    align=True,
)
SHOP = np.dtype(
    [
        ("cell", "i4"),
        ("pool", "i4"),
        ("law", "i4"),
        ("up", "i4"),
        ("up_law", "i4"),
        ("first_part", "i4"),
        ("last_part", "i4"),
        ("share", "f8"),
        ("key", "u8"),
        ("drawn", "i8"),
        ("arrived", "i8"),
        ("choices", "u8"),
        ("ways", "u8"),
    ],
    align=True,
)
POOL = np.dtype(
    [
        ("node", "i4"),
        ("servers", "i4"),
        ("able", "i4"),
        ("busy", "i4"),
        ("head", "i4"),
        ("tail", "i4"),
        ("queued", "i8"),
        ("since", "i8"),
        ("busy_area", "i8"),
        ("queue_area", "i8"),
        ("arrivals", "i8"),
        ("waited", "i8"),
    ],
    align=True,
)
REQUEST = np.dtype(
    [
        ("cell", "i4"),
        ("kind", "i4"),
        ("target", "i4"),
        ("next", "i4"),
        ("priority", "i4"),
        ("tail", "i4"),  # system of the fleet, for holes
        ("open", "i8"),
        ("made", "i8"),
        ("factor", "f8"),  # of times, for orders in haste
    ],
    align=True,
)
FOR_STREAM, FOR_ARC, FOR_JOB, FOR_REPAIR, FOR_HOLE = 0, 1, 2, 3, 4

GOODS = np.dtype(
    [
        ("cell", "i4"),
        ("arc", "i4"),  # -1: support
        ("lane", "i4"),
        ("step", "i4"),  # next position in the route
        ("state", "i4"),
        ("stamp", "i4"),
        ("next", "i4"),
        ("at_node", "i4"),
        ("free", "i4"),  # looks for its own way
        ("quantity", "i8"),
        ("expires", "i8"),
        ("serial", "i8"),  # order of sending
        ("entered", "i8"),
        ("due", "i8"),
        ("kg", "f8"),
        ("factor", "f8"),
    ],
    align=True,
)
NOT_USED, IN_HAND, BEFORE_LANE, ON_LANE, STANDING, WITH_SELLER, HALTED, LOADED = range(8)
"""States of goods: HALTED is on a lane that is cut, STANDING at a node without an open way, LOADED
waits for the lane's timetable."""

JOB = np.dtype(
    [
        ("line", "i4"),  # recipe's line; -1 for a repair
        ("shop", "i4"),
        ("next", "i4"),
        ("state", "i4"),
        ("node", "i4"),
        ("stamp", "i4"),
        ("quantity", "i8"),
        ("missing", "i8"),
        ("due", "i8"),  # tick; while the node is lost the ticks that remain
    ],
    align=True,
)
FREE_JOB, LACKING, QUEUED, AT_WORK, RIPENING, PAUSED = 0, 1, 2, 3, 4, 5
"""States of jobs: RIPENING has left the line or its repair runs."""

STORE_LOT = np.dtype([("next", "i4"), ("quantity", "i8"), ("expires", "i8")], align=True)

NEVER = 2**62
