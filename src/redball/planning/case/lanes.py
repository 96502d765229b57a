"""Lanes, and the shortest ways over them by transit days."""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from redball.model import NOWHERE
from redball.model.schema import table
from redball.planning.case.draft import Draft, Lane
from redball.planning.case.ground import Ground
from redball.simulation.network import NOW, Law

MODES: tuple[str, ...] = tuple(table("lane")["mode"].type.choices)
"""Modes in the order of their number in a network."""

NO_MODE = len(MODES)
"""Of a lane that only joins a party's own node to a site: no loss of a mode reaches it."""

_AIR = MODES.index("air")
_PIPELINE = MODES.index("pipeline")
_KG = 1000.0


@dataclass(frozen=True)
class Way:
    """Lanes in order of travel, and the mean and variance of their transit in all (d, d^2)."""

    lanes: tuple[int, ...]
    days: float
    variance: float
    mark: int


HERE = Way((), 0.0, 0.0, 0)
"""From a place to itself."""


@dataclass
class Ways:
    """Shortest ways between nodes; each origin is searched once.

    Pipelines carry what is bulk liquid only: items of the class of fuels (class III), which don't
    go by air.
    """

    draft: Draft
    _out: dict[int, list[int]] = field(init=False)
    _known: dict[tuple[int, bool], dict[int, tuple[float, int]]] = field(default_factory=dict)
    _entry: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        out: dict[int, list[int]] = {}
        for at, lane in enumerate(self.draft.lanes):
            out.setdefault(lane.origin, []).append(at)
        self._out = out

    def between(self, origin: int, destination: int, *, fuel: bool = False) -> Way | None:
        """Shortest way between two nodes; None where no lanes connect them."""
        if origin == destination:
            return HERE
        if (origin, fuel) not in self._known:
            self._known[origin, fuel] = self._search(origin, fuel=fuel)
        reached = self._known[origin, fuel]
        if destination not in reached:
            return None
        lanes: list[int] = []
        at = destination
        while at != origin:
            lane = reached[at][1]
            lanes.append(lane)
            at = self.draft.lanes[lane].origin
        used = [self.draft.lanes[lane] for lane in lanes[::-1]]
        mark = 0
        for lane_row in used:
            mark |= lane_row.mark
        return Way(
            tuple(lanes[::-1]),
            math.fsum(lane.law.mean for lane in used),
            math.fsum(lane.law.sd**2 for lane in used),
            mark,
        )

    def connect(self, node: int, site: int) -> None:
        """Join a party's own node to the site it stands at, by a lane without time or limit."""
        self._out.setdefault(node, []).append(self._join(node, site, "at"))

    def through(
        self, node: int, site: int, destination: int, *, fuel: bool, mark: int
    ) -> Way | None:  # fmt: skip
        """Way of a party's goods that enter at a site, from there to where they go.

        Other goods of the party don't take it. None where no lanes lead on from the site.
        """
        way = self.between(site, destination, fuel=fuel)
        if way is None:
            return None
        if (node, site) not in self._entry:
            self._entry[node, site] = self._join(node, site, "into")
        joined = self._entry[node, site]
        mark |= way.mark | self.draft.lanes[joined].mark
        return Way((joined, *way.lanes), way.days, way.variance, mark)

    def _join(self, node: int, site: int, how: str) -> int:
        nodes = self.draft.nodes
        self.draft.lanes.append(
            Lane(
                row=NOWHERE, origin=node, destination=site, law=NOW,
                name=f"{nodes[node].name} {how} {nodes[site].name}", mode=NO_MODE,
                kg_per_day=math.inf, eur_per_t=0.0, co2e_kg_per_t=0.0,
                mark=nodes[node].mark | nodes[site].mark,
            )
        )  # fmt: skip
        return len(self.draft.lanes) - 1

    def _search(self, origin: int, *, fuel: bool) -> dict[int, tuple[float, int]]:
        """Days and last lane by node reached (Dijkstra; ties go to the lane planned first)."""
        lanes, done = self.draft.lanes, dict[int, tuple[float, int]]()
        barred = _AIR if fuel else _PIPELINE
        heap = [(0.0, NOWHERE, origin)]
        while heap:
            days, last, node = heapq.heappop(heap)
            if node in done:
                continue
            done[node] = (days, last)
            for at in self._out.get(node, ()):
                lane = lanes[at]
                if lane.destination not in done and lane.mode != barred:
                    heapq.heappush(heap, (days + lane.law.mean, at, lane.destination))
        return done


def plan_lanes(draft: Draft, ground: Ground, node_of: Mapping[int, int]) -> None:
    """Add the rows of the table ``lane`` between visible sites, one for each direction."""
    rows = ground.rows("lane")
    unseen = rows.filter((pl.col("from_site_ix") == NOWHERE) | (pl.col("to_site_ix") == NOWHERE))
    ground.book.leave("lane", unseen["row"], "a site at one of its ends is not visible")
    timeless = rows.filter(pl.col("transit_days").is_null())
    ground.book.leave("lane", timeless["row"], "its transit time is not given")
    nowhere = rows.filter(
        (pl.col("from_site_ix") == pl.col("to_site_ix")) & (pl.col("to_site_ix") != NOWHERE)
    )
    ground.book.leave("lane", nowhere["row"], "it leads to where it begins")
    skipped = {*unseen["row"], *timeless["row"], *nowhere["row"]}
    for row in rows.iter_rows(named=True):
        if row["row"] in skipped:
            continue
        ends = (row["from_site_ix"], row["to_site_ix"])
        price, mark = ground.euro(row["cost_per_t"], row["currency"], row["owner"])
        sd = row["transit_sd_days"]
        capacity = row["capacity_t_per_day"]
        name = f"{row['owner']}:{row['key']}"
        for origin, destination, called in (
            (ends[0], ends[1], name), (ends[1], ends[0], f"{name} back"),
        ):  # fmt: skip
            if called != name and not row["both_ways"]:
                continue
            draft.lanes.append(Lane(
                row=row["row"], origin=node_of[origin], destination=node_of[destination],
                law=Law.spread(row["transit_days"], sd), name=called,
                mode=MODES.index(row["mode"]),
                kg_per_day=math.inf if capacity is None else capacity * _KG,
                eur_per_t=0.0 if math.isnan(price) else price,
                co2e_kg_per_t=row["co2e_kg_per_t"] or 0.0,
                mark=row["mark"] | mark | ground.site_mark[origin]
                | ground.site_mark[destination],
            ))  # fmt: skip
