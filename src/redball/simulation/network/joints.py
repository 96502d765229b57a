"""Rules between fields and rows: laws, stock, policies, arcs and their routes, demand, repair."""

import numpy as np

from redball.model import NOWHERE, BadUse
from redball.simulation.network.draft import Draft, Mask, Table, refuse
from redball.simulation.network.ranges import MOST_PHASES, MOST_UNITS, SHORTEST_DAYS
from redball.simulation.network.tables import ArcKind, LawKind, PolicyKind, SizeKind, StreamKind

NEAR = 1e-9
"""Relative slack of sums and means that were computed in floating point."""
MOST_SPREAD = 1_000.0
"""Standard deviation in means: beyond, the draws of a gamma law leave the range of floats."""
MOST_SYSTEMS = 1_000_000
"""In a fleet; every one is followed by itself."""
MOST_INSTALLED = 32_767
"""Of an item in one system."""


def check_laws(draft: Draft) -> None:
    """Parameters fit the kind of a law, and none is given that it would not read."""
    laws = draft["laws"]
    kind, mean, sd, low, high = (laws[f] for f in ("kind", "mean", "sd", "low", "high"))
    spread = np.isin(kind, (LawKind.GAMMA, LawKind.LOGNORMAL))
    bounded = np.isin(kind, (LawKind.UNIFORM, LawKind.TRIANGULAR))
    slack = NEAR * np.maximum(high, 1.0)
    mode = 3 * mean - low - high
    rules: tuple[tuple[Mask, str, str], ...] = (
        ((sd > 0) & (mean == 0), "A standard deviation without a mean.", "Give the mean."),
        (spread & ((sd <= 0) | (mean <= 0)), "A spread law without mean or 'sd'.",
         "Give both above 0, or a constant law."),
        (spread & ((mean < SHORTEST_DAYS) | (sd > MOST_SPREAD * mean)),
         "A spread law with a mean below a second, or a huge 'sd'.",
         f"Give a constant law, or an 'sd' of at most {MOST_SPREAD:,.0f} means."),
        (~spread & (sd != 0), "'sd' is given to a law that does not read it.",
         "Give 0, or a gamma or lognormal law."),
        (bounded & (low > high), "'low' is above 'high'.", "Exchange them."),
        (~bounded & ((low != 0) | (high != 0)), "Bounds are given to a law that reads none.",
         "Give 0 for both, or a uniform or triangular law."),
        ((kind == LawKind.UNIFORM) & (np.abs(mean - (low + high) / 2) > slack),
         "The mean is not in the middle of the bounds.", "Give (low + high) / 2."),
        ((kind == LawKind.TRIANGULAR) & (low == high), "A triangle without a base.",
         "Give 'high' above 'low', or a constant law."),
        ((kind == LawKind.TRIANGULAR) & ((mode < low - slack) | (mode > high + slack)),
         "No triangle over these bounds has this mean.",
         "The mode, 3 mean - low - high, must be between the bounds."),
        ((kind == LawKind.ERLANG) & ((laws["phases"] < 1) | (laws["phases"] > MOST_PHASES)),
         "'phases' is out of its range.", f"Give 1 to {MOST_PHASES}; above, take a gamma law."),
    )  # fmt: skip
    for bad, what, mend in rules:
        refuse(draft, "laws", bad, what, mend)


def check_stock(draft: Draft) -> None:
    """Cells are unique, their policies complete, their lots part of their stock."""
    cells = draft["cells"]
    pair = cells["node"].astype(np.int64) * max(draft.size("items"), 1) + cells["item"]
    refuse(draft, "cells", _repeated(pair), "The cell stands here twice.", "Add its stock up.")
    total = float(cells["on_hand"].sum(dtype=float) + cells["reserve"].sum(dtype=float))
    if total + float(draft["due"]["quantity"].sum(dtype=float)) >= MOST_UNITS:
        raise BadUse(
            "All stock together is not below 2**53 units.",
            where="cells",
            mend="Count in larger units of issue.",
        )
    policy = cells["policy"]
    refuse(
        draft, "cells",
        (policy == PolicyKind.REORDER_UP_TO) & (cells["reorder_point"] > cells["order_up_to"]),
        "'reorder_point' is above 'order_up_to'.", "Give s <= S.",
    )  # fmt: skip
    refuse(
        draft, "cells", (policy == PolicyKind.FIXED_QUANTITY) & (cells["quantity"] < 1),
        "A fixed order quantity of 0.", "Give 'quantity' of at least 1.",
    )  # fmt: skip
    in_lots = np.zeros(len(cells), np.int64)
    np.add.at(in_lots, draft["lots"]["cell"], np.minimum(draft["lots"]["quantity"], MOST_UNITS))
    refuse(draft, "cells", (in_lots > cells["on_hand"]) | (in_lots < 0),
           "Its lots hold more than is on hand.", "Lots are a part of 'on_hand'.")  # fmt: skip


def check_supply(draft: Draft) -> None:
    """Each arc has what its kind needs, and its lanes lead from where it begins to the cell."""
    arcs, cells, recipes = draft["arcs"], draft["cells"], draft["recipes"]
    kind, supplier, recipe = arcs["kind"], arcs["supplier"], arcs["recipe"]
    move, make = kind == ArcKind.MOVE, kind == ArcKind.MAKE
    item = _of(cells["item"], supplier)
    node = _of(cells["node"], supplier)
    own_item, own_node = cells["item"][arcs["cell"]], cells["node"][arcs["cell"]]
    rules: tuple[tuple[Mask, str, str], ...] = (
        (move & (supplier == NOWHERE), "A MOVE arc without a supplier.", "Give its cell."),
        (~move & (supplier != NOWHERE), "Only a MOVE arc has a supplier.", "Give -1."),
        (make & (recipe == NOWHERE), "A MAKE arc without a recipe.", "Give its row."),
        (~make & (recipe != NOWHERE), "Only a MAKE arc has a recipe.", "Give -1."),
        (move & (item != own_item), "The supplier's cell holds another item.",
         "Move the same item, or make one from the other."),
        (move & (node == own_node), "The supplier is the cell itself.", "Give another node."),
        (make & (_of(recipes["cell"], recipe) != arcs["cell"]), "The recipe is another cell's.",
         "Give a recipe of the cell itself."),
        (make & (arcs["last_lane"] > arcs["first_lane"]), "A MAKE arc has no lanes.",
         "Make at the cell's node; move from there by another arc."),
    )  # fmt: skip
    for bad, what, mend in rules:
        refuse(draft, "arcs", bad, what, mend)
    lanes = draft["lanes"]
    refuse(draft, "lanes", lanes["from_node"] == lanes["to_node"],
           "The lane leads to where it begins.", "Give two nodes.")  # fmt: skip
    start = np.where(move, node, arcs["at_node"])
    _check_routes(draft, start, own_node)
    _check_recipes(draft)


def _check_routes(draft: Draft, start: Table, end: Table) -> None:
    arcs, lanes, routes = draft["arcs"], draft["lanes"], draft["routes"]
    first, last = arcs["first_lane"], arcs["last_lane"]
    some = np.flatnonzero(last > first)
    origin, target = lanes["from_node"][routes], lanes["to_node"][routes]
    wrong = np.zeros(len(arcs), bool)
    # a buyer's route may begin anywhere when the seller's node is not said
    wrong[some] = (origin[first[some]] != start[some]) & (start[some] != NOWHERE)
    refuse(draft, "arcs", wrong, "The route does not begin at the supplier's node.",
           "Begin with a lane from there.")  # fmt: skip
    wrong[some] = target[last[some] - 1] != end[some]
    refuse(draft, "arcs", wrong, "The route does not end at the cell's node.",
           "End with a lane to there.")  # fmt: skip
    breaks = np.zeros(len(routes) + 1, np.int64)  # before each lane, how many breaks up to it
    breaks[2:] = np.cumsum(target[:-1] != origin[1:])[: max(len(routes) - 1, 0)]
    wrong[some] = breaks[last[some]] > breaks[first[some] + 1]
    refuse(draft, "arcs", wrong, "A lane of the route does not begin where the one before ends.",
           "Give the lanes in order of travel.")  # fmt: skip


def _check_recipes(draft: Draft) -> None:
    inputs, cells, recipes = draft["inputs"], draft["cells"], draft["recipes"]
    quantity = inputs["quantity"]
    refuse(draft, "inputs", ~((quantity > 0) & (quantity < MOST_UNITS)),
           "'quantity' is not above 0 and below 2**53.",
           "Give what one unit takes, or leave it out.")  # fmt: skip
    owner, of = _members(recipes["first_input"], recipes["last_input"])
    bad = np.zeros(len(inputs), bool)
    made, used = recipes["cell"][owner], inputs["cell"][of]
    bad[of] = cells["node"][made] != cells["node"][used]
    refuse(draft, "inputs", bad, "The input stands at another node than the product.",
           "Give a cell at the node, and move the input there.")  # fmt: skip
    bad[of] = made == used
    refuse(draft, "inputs", bad, "The product is its own input.", "Give what it is made from.")


def check_demand(draft: Draft) -> None:
    """Sizes and intervals of streams, order of traces and profiles, k out of n of fleets."""
    streams = draft["streams"]
    fixed, size = streams["size_kind"] == SizeKind.FIXED, streams["size"]
    refuse(draft, "streams", (size < 1) | (fixed & (size != np.floor(size))),
           "'size' is no number of units.",
           "Give at least 1, and a whole number where it is fixed.")  # fmt: skip
    periodic = streams["kind"] == StreamKind.PERIODIC
    refuse(draft, "streams", periodic & (streams["interval_days"] < SHORTEST_DAYS),
           "'interval_days' is shorter than a second.",
           "Give the days between orders.")  # fmt: skip
    for field, table, least in (("trace", "traces", 0.0), ("profile", "profiles", NEAR)):
        owner, of = _members(streams[f"first_{field}"], streams[f"last_{field}"])
        day = draft[table]["day"]
        bad = np.zeros(len(day), bool)
        same = np.flatnonzero((owner[1:] == owner[:-1]) & (of[1:] == of[:-1] + 1)) + 1
        bad[of[same]] = day[of[same]] < day[of[same] - 1] + least
        refuse(draft, table, bad, "The day is not after the one before.",
               "Give the rows of a stream in order of days.")  # fmt: skip
    applications = draft["applications"]
    refuse(draft, "fleets", draft["fleets"]["count"] > MOST_SYSTEMS,
           f"More than {MOST_SYSTEMS:,} systems.", "Split the fleet.")  # fmt: skip
    refuse(draft, "applications", applications["per_system"] > MOST_INSTALLED,
           f"More than {MOST_INSTALLED:,} of an item in one system.",
           "Count in a larger unit of issue.")  # fmt: skip
    refuse(draft, "applications", applications["needed"] > applications["per_system"],
           "More are needed than are installed.", "Give needed <= per_system.")  # fmt: skip


def check_repair(draft: Draft) -> None:
    """One shop for a cell; pool and parts at its node, the next shop of the same item."""
    shops, cells, pools = draft["shops"], draft["cells"], draft["pools"]
    cell, up = shops["cell"], shops["up"]
    refuse(draft, "shops", _repeated(cell), "The cell has a shop already.", "Give one shop.")
    other = _of(pools["node"], shops["pool"])
    refuse(draft, "shops", (shops["pool"] != NOWHERE) & (other != cells["node"][cell]),
           "The pool is at another node.", "Give a pool at the cell's node.")  # fmt: skip
    above = _of(cell, up)
    refuse(draft, "shops", (up != NOWHERE) & (_of(cells["item"], above) != cells["item"][cell]),
           "The next shop repairs another item.", "Give a shop of the same item.")  # fmt: skip
    owner, of = _members(shops["first_part"], shops["last_part"])
    bad = np.zeros(len(draft["parts"]), bool)
    parent, child = cell[owner], draft["parts"]["cell"][of]
    bad[of] = cells["node"][parent] != cells["node"][child]
    refuse(draft, "parts", bad, "The part stands at another node than the shop.",
           "Give a cell at the shop's node.")  # fmt: skip
    total = np.zeros(len(shops))
    np.add.at(total, owner, draft["parts"]["probability"][of])
    refuse(draft, "shops", total > 1 + NEAR, "The probabilities of its parts add up to over 1.",
           "At most one part causes a failure: their sum is at most 1.")  # fmt: skip


def check_help(draft: Draft) -> None:
    """Substitutes stand at the node, allies give the same item; none twice."""
    cells = draft["cells"]
    for table, of, by, same, other, mend in (
        ("substitutes", "cell", "other", "node", "item", "Give another item at the same node."),
        ("supports", "receiver", "giver", "item", "node", "Give the same item at another node."),
    ):
        own, helper = draft[table][of], draft[table][by]
        bad = (cells[same][own] != cells[same][helper]) | (
            cells[other][own] == cells[other][helper]
        )
        refuse(draft, table, bad, f"'{by}' can't help '{of}'.", mend)
        pair = own.astype(np.int64) * max(len(cells), 1) + helper
        refuse(draft, table, _repeated(pair), "The pair stands here twice.", "Give it once.")


def _of(column: Table, index: Table) -> Table:
    """Values at an index, -1 where it leads nowhere."""
    return np.append(column, np.array([NOWHERE], column.dtype))[index]


def _repeated(key: Table) -> Mask:
    """Rows whose key stood in an earlier one."""
    again = np.ones(len(key), np.bool_)
    again[np.unique(key, return_index=True)[1]] = False
    return again


def _members(first: Table, last: Table) -> tuple[Table, Table]:
    """Owner and row of every member of ranges."""
    size = (last - first).astype(np.int64)
    owner = np.repeat(np.arange(len(size)), size)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    return owner, first.astype(np.int64)[owner] + offset


__all__ = [
    "check_demand",
    "check_help",
    "check_laws",
    "check_repair",
    "check_stock",
    "check_supply",
]
