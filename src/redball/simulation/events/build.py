"""Makes the running state of a network: days become ticks once, here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Ints, Longs, Words
from redball.simulation.events import records
from redball.simulation.events.codes import TICKS_PER_DAY
from redball.simulation.events.keys import exponentials, keys
from redball.simulation.events.records import IN_HAND, NEVER
from redball.simulation.events.state import State
from redball.simulation.network import Network, PolicyKind, Rows, RuleKind, StreamKind
from redball.simulation.runs import LOG

_PURPOSES = (
    "streams", "sizes", "apps", "picks", "shops", "choices", "ways", "arcs", "lines", "nodes",
)  # fmt: skip


@dataclass(frozen=True)
class Rooms:
    """How many records each pool holds; a run that needs more is begun again with more."""

    events: int
    requests: int
    goods: int
    jobs: int
    lots: int
    log: int

    def doubled(self) -> "Rooms":
        """Twice as many of each."""
        return Rooms(*(2 * value for value in vars(self).values()))

    @property
    def size_bytes(self) -> int:
        """Memory of the pools."""
        return (
            32 * self.events
            + records.REQUEST.itemsize * self.requests
            + records.GOODS.itemsize * self.goods
            + records.JOB.itemsize * self.jobs
            + records.STORE_LOT.itemsize * self.lots
            + (LOG.itemsize + 8) * self.log
        )


def rooms_for(network: Network, *, log: bool) -> Rooms:
    """Room that most runs of a network do with."""
    cells = len(network.cells)
    fixed = cells + len(network.streams) + len(network.applications) + 1_024
    return Rooms(
        events=2 * fixed + len(network.lots) + len(network.due),
        requests=fixed,
        goods=fixed + len(network.due),
        jobs=fixed,
        lots=fixed + len(network.lots),
        log=200_000 if log else 1,
    )


def _groups(owner: Ints, owners: int) -> tuple[Ints, Ints]:
    """First and last row of each owner among rows sorted by owner."""
    ends = np.searchsorted(owner, np.arange(owners + 1))
    return ends[:-1].astype(np.int32), ends[1:].astype(np.int32)


class _Links:
    """Lists of row numbers, one after the other in one array."""

    def __init__(self) -> None:
        self.parts: list[Ints] = []
        self.length = 0

    def add(self, owner: Ints, value: Ints, owners: int) -> tuple[Ints, Ints]:
        """Add for each owner the list of its values, in their order; where the lists stand."""
        order = np.argsort(owner, kind="stable")
        order = order[owner[order] >= 0]
        first, last = _groups(owner[order], owners)
        start = self.length
        self.parts.append(value[order].astype(np.int32))
        self.length += len(order)
        return first + np.int32(start), last + np.int32(start)

    def joined(self) -> Ints:
        """Return all lists."""
        return np.concatenate([*self.parts, np.zeros(1, np.int32)]).astype(np.int32)


def build(
    network: Network, *, days: int, seed: int, replication: int, changes: Rows, rules: Rows,
    watch: Ints, rooms: Rooms, most_events: int, log: bool,
) -> State:  # fmt: skip
    """Make the state in which a run begins."""
    drawn = {
        name: keys(seed, replication, number, _entities(network, name))
        for number, name in enumerate(_PURPOSES)
    }
    links = _Links()
    links.add(np.zeros(len(network.routes), np.int32), network.routes, 1)
    cells = _cells(network, rules, links)
    nodes = _nodes(network, links, drawn["nodes"])
    goods = _goods(network, rooms.goods)
    lots = _lots(network, cells, rooms.lots)
    fleets, apps, holes, bad = _fleets(network, drawn)
    clock = np.zeros(1, records.CLOCK)
    clock["end"] = days * TICKS_PER_DAY
    clock["most"] = most_events
    clock["free_goods"] = clock["sent"] = len(network.due)
    clock["free_lot"] = len(network.lots) if rooms.lots else -1
    clock["logging"] = log
    clock["lanes"] = len(network.lanes)
    everywhere = np.flatnonzero(rules["kind"] == RuleKind.REROUTE)
    clock["reroute_rule"] = everywhere[0] if len(everywhere) else -1
    shelf = network.items["shelf_life_days"] * TICKS_PER_DAY
    return State(
        clock=clock,
        heap=np.zeros(4 * rooms.events, np.int64),
        causes=np.zeros(8 * rooms.log if log else 1, np.int64),
        links=links.joined(),
        cells=cells,
        nodes=nodes,
        arcs=_arcs(network, drawn["arcs"]),
        lines=_lines(network, drawn["lines"]),
        inputs=network.inputs.copy(),
        streams=_streams(network, drawn),
        traces=network.traces.copy(),
        profiles=network.profiles.copy(),
        fleets=fleets,
        apps=apps,
        holes=holes,
        bad=bad,
        shops=_shops(network, drawn),
        parts=network.parts.copy(),
        pools=_pools(network),
        supports=network.supports.copy(),
        laws=network.laws.copy(),
        mass=network.items["mass_kg"].astype(np.float64),
        shelf=np.where(np.isfinite(shelf), np.nan_to_num(shelf, posinf=0), NEVER).astype(np.int64),
        requests=_free_list(records.REQUEST, rooms.requests, 0),
        goods=goods,
        jobs=_free_list(records.JOB, rooms.jobs, 0),
        lots=lots,
        changes=changes[np.argsort(changes["day"], kind="stable")],
        rules=rules.copy(),
        scratch=np.zeros(2 * len(nodes), np.int64),
        watch=watch,
        on_hand=np.zeros((len(watch), days), np.int64),
        waiting=np.zeros((len(watch), days), np.int64),
        up=np.ones((len(fleets), days), np.float64),
        log=np.zeros(rooms.log, LOG),
    )


def _entities(network: Network, name: str) -> int:
    tables = {
        "streams": network.streams, "sizes": network.streams, "apps": network.applications,
        "picks": network.applications, "shops": network.shops, "choices": network.shops,
        "ways": network.shops, "arcs": network.arcs, "nodes": network.nodes,
    }  # fmt: skip
    if name == "lines":
        return len(network.lanes) + len(network.recipes)
    return len(tables[name])


def _free_list(dtype: npt.DTypeLike, room: int, used: int) -> Rows:
    """Pool of records, those after the used ones linked as free."""
    rows = np.zeros(room, dtype)
    rows["next"] = np.arange(1, room + 1)
    rows["next"][:used] = -1
    rows["next"][-1] = -1
    return rows


def _ticks(days: npt.NDArray[np.float64]) -> Longs:
    return np.floor(days * TICKS_PER_DAY + 0.5).astype(np.int64)


def _copied(dtype: npt.DTypeLike, rows: Rows, *names: str) -> Rows:
    made = np.zeros(len(rows), dtype)
    for name in names:
        made[name] = rows[name]
    return made


def _cells(network: Network, rules: Rows, links: _Links) -> Rows:
    rows = network.cells
    count = len(rows)
    made = _copied(records.CELL, rows, "node", "item", "on_hand", "reserve", "policy", "rationing",
                   "reorder_point", "order_up_to", "quantity")  # fmt: skip
    base = rows["policy"] == PolicyKind.BASE_STOCK
    made["reorder_point"][base] = rows["order_up_to"][base] - 1
    made["review"] = _ticks(rows["review_days"])
    made["periodic"] = rows["review_days"] > 0
    for name in ("head", "tail", "lots", "shop"):
        made[name] = -1
    made["shop"][network.shops["cell"]] = np.arange(len(network.shops))
    made["first_arc"], made["last_arc"] = _groups(network.arcs["cell"], count)
    np.add.at(made["on_order"], network.due["cell"], network.due["quantity"])
    others, supports = network.substitutes, network.supports
    made["first_other"], made["last_other"] = links.add(others["cell"], others["other"], count)
    made["first_serves"], made["last_serves"] = links.add(others["other"], others["cell"], count)
    made["first_support"], made["last_support"] = _groups(supports["receiver"], count)
    made["first_given"], made["last_given"] = links.add(
        supports["giver"], np.arange(len(supports), dtype=np.int32), count
    )
    made["serves"][others["other"]] = 1
    made["serves"][supports["giver"]] = 1
    _rules(made, rules)
    return made


def _rules(cells: Rows, rules: Rows) -> None:
    """Give every cell the rules for it: its own before those that hold everywhere."""
    names = {
        RuleKind.SECOND_SOURCE: "rule_second", RuleKind.EXPEDITE: "rule_hurry",
        RuleKind.RELEASE_RESERVE: "rule_release", RuleKind.SUPPORT: "rule_support",
    }  # fmt: skip
    for kind, name in names.items():
        cells[name] = -1
        rows = np.flatnonzero(rules["kind"] == kind)
        for row in sorted(rows, key=lambda row: rules["cell"][row] >= 0):
            cell = rules["cell"][row]
            if cell < 0:
                cells[name] = row
            else:
                cells[name][cell] = row


def _nodes(network: Network, links: _Links, drawn: Words) -> Rows:
    count = len(network.nodes)
    made = np.zeros(count, records.NODE)
    made["level"], made["orders"], made["key"] = 1.0, 1, drawn
    lanes = np.arange(len(network.lanes), dtype=np.int32)
    begin, end = network.lanes["from_node"], network.lanes["to_node"]
    pairs = (
        ("cell", network.cells["node"], np.arange(len(network.cells), dtype=np.int32)),
        ("lane", np.concatenate([begin, end]), np.concatenate([lanes, lanes])),
        ("out", begin, lanes),
        (
            "recipe",
            network.cells["node"][network.recipes["cell"]],
            np.arange(len(network.recipes), dtype=np.int32),
        ),
        ("pool", network.pools["node"], np.arange(len(network.pools), dtype=np.int32)),
        ("arc", network.arcs["at_node"], np.arange(len(network.arcs), dtype=np.int32)),
    )
    for name, owner, value in pairs:
        made[f"first_{name}"], made[f"last_{name}"] = links.add(owner, value, count)
    return made


def _arcs(network: Network, drawn: Words) -> Rows:
    made = _copied(records.ARC, network.arcs, "cell", "kind", "supplier", "recipe", "law",
                   "first_lane", "last_lane", "standby", "at_node", "minimum", "batch",
                   "share")  # fmt: skip
    made["price"], made["order_cost"] = network.arcs["price_eur"], network.arcs["order_cost_eur"]
    made["open"], made["head"], made["tail"], made["key"] = 1, -1, -1, drawn
    made["price_factor"] = made["time_factor"] = 1.0
    return made


def _lines(network: Network, drawn: Words) -> Rows:
    lanes, recipes = network.lanes, network.recipes
    made = np.zeros(len(lanes) + len(recipes), records.LINE)
    first, rest = made[: len(lanes)], made[len(lanes) :]
    for name in ("from_node", "to_node", "law", "cut_rule", "eur_per_t"):
        first[name] = lanes[name]
    first["per_day"], first["co2e_per_t"] = lanes["kg_per_day"], lanes["co2e_kg_per_t"]
    first["headway"], first["offset"] = _ticks(lanes["headway_days"]), _ticks(lanes["offset_days"])
    first["cell"] = -1
    for name in ("law", "cell", "per_day", "lot", "first_input", "last_input"):
        rest[name] = recipes[name]
    rest["from_node"] = rest["to_node"] = network.cells["node"][recipes["cell"]]
    made["current"] = made["head"] = made["tail"] = -1
    made["own"] = made["level"] = made["time_factor"] = 1.0
    made["key"] = drawn
    return made


def _streams(network: Network, drawn: dict[str, Words]) -> Rows:
    rows = network.streams
    made = _copied(records.STREAM, rows, "cell", "kind", "size_kind", "lost", "priority",
                   "last_trace", "first_profile", "last_profile", "size")  # fmt: skip
    made["row"] = rows["first_trace"]
    made["per_tick"] = rows["per_day"] / TICKS_PER_DAY
    made["factor"] = 1.0
    made["next"] = rows["first_day"] * TICKS_PER_DAY
    made["interval"] = rows["interval_days"] * TICKS_PER_DAY
    daily = rows["kind"] == StreamKind.POISSON_DAILY
    made["size"][daily] = rows["per_day"][daily]
    made["interval"][daily] = TICKS_PER_DAY
    made["since"] = rows["first_day"] * TICKS_PER_DAY
    made["key"], made["sizes"] = drawn["streams"], drawn["sizes"]
    made["left"], made["drawn"] = exponentials(drawn["streams"]), 1
    return made


def _fleets(
    network: Network, drawn: dict[str, Words]
) -> tuple[Rows, Rows, npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    fleets = _copied(
        records.FLEET, network.fleets, "count", "cannibalise", "only_up_fail", "priority"
    )
    fleets["up"], fleets["tempo"] = network.fleets["count"], 1.0
    rows = network.applications
    fleets["first_app"], fleets["last_app"] = _groups(rows["fleet"], len(fleets))
    ends = np.cumsum(fleets["count"])
    fleets["first_tail"] = ends - fleets["count"]
    apps = _copied(records.APPLICATION, rows, "fleet", "cell", "per_system", "needed")
    counts = network.fleets["count"][rows["fleet"]]
    apps["first_hole"] = np.cumsum(counts) - counts
    apps["per_tick"] = rows["per_day"] * rows["per_system"] * counts / TICKS_PER_DAY
    apps["key"], apps["picks"] = drawn["apps"], drawn["picks"]
    apps["left"], apps["drawn"] = exponentials(drawn["apps"]), 1
    tails = int(ends[-1]) if len(ends) else 0
    return fleets, apps, np.zeros(int(counts.sum()), np.int16), np.zeros(tails, np.int16)


def _shops(network: Network, drawn: dict[str, Words]) -> Rows:
    made = _copied(records.SHOP, network.shops, "cell", "pool", "law", "up", "up_law",
                   "first_part", "last_part", "share")  # fmt: skip
    made["key"], made["choices"], made["ways"] = drawn["shops"], drawn["choices"], drawn["ways"]
    return made


def _pools(network: Network) -> Rows:
    made = _copied(records.POOL, network.pools, "node", "servers")
    made["able"] = network.pools["servers"]
    made["head"] = made["tail"] = -1
    return made


def _goods(network: Network, room: int) -> Rows:
    """Pool of consignments, with what is on order at the start."""
    due = network.due
    made = _free_list(records.GOODS, room, len(due))
    first = made[: len(due)]
    first["cell"], first["quantity"] = due["cell"], due["quantity"]
    first["arc"] = -2
    first["lane"] = first["at_node"] = -1
    first["state"], first["expires"], first["factor"] = IN_HAND, NEVER, 1.0
    first["due"], first["serial"] = _ticks(due["day"]), np.arange(len(due))
    return made


def _lots(network: Network, cells: Rows, room: int) -> Rows:
    made = _free_list(records.STORE_LOT, room, len(network.lots))
    rows = network.lots
    made["quantity"][: len(rows)] = rows["quantity"]
    made["expires"][: len(rows)] = np.minimum(rows["expires_day"] * TICKS_PER_DAY, float(NEVER))
    order = np.lexsort((np.arange(len(rows)), -rows["expires_day"], rows["cell"]))
    for lot in order:  # latest first, so that each goes before those that expire later
        cell = rows["cell"][lot]
        made["next"][lot] = cells["lots"][cell]
        cells["lots"][cell] = lot
        cells["dated"][cell] = 1
    return made
