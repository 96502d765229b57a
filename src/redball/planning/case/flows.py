"""What is used of each article at each site, and what of it has to come from above."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import NOWHERE, BadUse, DemandForecast
from redball.planning.case.ground import Ground

_FACTOR = "planning factor"
Place = tuple[int, int]
"""Row of a site and leading record of an article."""


@dataclass(frozen=True)
class Own:
    """Demand of an article at a site that is not a failure of a fleet; units a day."""

    per_day: float
    variance_to_mean: float
    mark: int


@dataclass(frozen=True)
class Flows:
    """Planned flows in units of the article a day.

    Attributes
    ----------
    own : mapping of Place to Own
        Demand that becomes a stream.
    use : mapping of Place to float
        All that is asked for there: streams, removals, repairs of parents, sites below.
    order : mapping of Place to float
        What of it is not repaired there, so has to be replaced.
    """

    own: dict[Place, Own]
    use: dict[Place, float]
    order: dict[Place, float]

    @property
    def articles(self) -> set[int]:
        """Articles that anybody asks for."""
        return {lead for _, lead in self.use}


def flows_of(ground: Ground) -> Flows:
    """Flows of every article through the resupply tree.

    Raises
    ------
    BadUse
        The demand names rows that the twin does not have.
    """
    use, order = _of_fleets(ground)
    own = _own(ground, {place for place, rate in use.items() if rate > 0})
    amount: dict[Place, float] = defaultdict(float)
    for place in sorted(own):
        amount[place] += own[place].per_day
    deepest_first = sorted(amount, key=lambda place: (-ground.depth[place[0]], place))
    total: dict[Place, float] = defaultdict(float)
    for place in deepest_first:  # every level adds to the one above
        site, rate = place[0], amount[place]
        while site != NOWHERE:
            total[site, place[1]] += rate
            site = int(ground.above[site])
    for place in sorted(total):
        use[place] = use.get(place, 0.0) + total[place]
        order[place] = order.get(place, 0.0) + total[place]
    return Flows(own, use, order)


def _of_fleets(ground: Ground) -> tuple[dict[Place, float], dict[Place, float]]:
    """Arrivals of failed units at each site, with those of repairs of parents."""
    if ground.spares is None:
        return {}, {}
    problem, spares = ground.spares.problem, ground.spares
    arrive = problem.demand.copy()
    isolation = problem.structure.isolation
    share = isolation[:, None] if isolation.ndim == 1 else isolation
    share = np.broadcast_to(share, (len(problem.structure.parent), problem.sites))
    deepest_first = sorted(range(problem.sites), key=lambda s: -ground.depth[spares.site_ix[s]])
    children: dict[int, list[int]] = defaultdict(list)
    for edge, parent in enumerate(problem.structure.parent.tolist()):
        children[parent].append(edge)
    for item in _parents_first(problem.items, children, problem.structure.child.tolist()):
        for site in deepest_first:
            above = problem.supplier[site]
            if above != NOWHERE:
                arrive[item, above] += arrive[item, site] * (1 - problem.repaired[item, site])
        for edge in children[item]:
            part = problem.structure.child[edge]
            arrive[part] += arrive[item] * problem.repaired[item] * share[edge]
    order = arrive * (1 - problem.repaired)
    places = [
        (i, s, (int(spares.site_ix[s]), int(spares.item_ix[i])))
        for i, s in np.argwhere(arrive > 0).tolist()
    ]
    return (
        {place: float(arrive[i, s]) for i, s, place in places},
        {place: float(order[i, s]) for i, s, place in places},
    )


def _parents_first(items: int, children: dict[int, list[int]], child: list[int]) -> list[int]:
    """Items after all their parents; the structure has no circles (the sparing case checks)."""
    waits = [0] * items
    for edges in children.values():
        for edge in edges:
            waits[child[edge]] += 1
    ready = [item for item in range(items) if not waits[item]]
    for item in ready:
        for edge in children.get(item, ()):
            waits[child[edge]] -= 1
            if not waits[child[edge]]:
                ready.append(child[edge])
    return ready


def _own(ground: Ground, fleets: set[Place]) -> dict[Place, Own]:
    rows = _given(ground)
    found: dict[Place, tuple[float, float, int]] = {}
    recorded: dict[Place, tuple[float, float, int]] = {}
    for site, item, rate, ratio, basis, mark in rows.iter_rows():
        lead, size = ground.lead[item], ground.factor[item]
        if lead in ground.axis and site in ground.position:
            continue  # removals of the fleets there, or their replenishment
        into = found if basis == _FACTOR else recorded
        before = into.get((site, lead), (0.0, 0.0, 0))
        into[site, lead] = (
            before[0] + rate * size, before[1] + ratio * rate * size * size,
            before[2] | mark | ground.item_mark[item],
        )  # fmt: skip
    for place in _of_sites_below(ground, recorded, {*found, *recorded, *fleets}):
        ground.book.leave("item", [place[1]], "its recorded demand at a site that resupplies "
                          "others is not counted: it may be their replenishment")  # fmt: skip
        # only what is recorded here and at the sites below says so
        ground.book.mark |= recorded[place][2]
        del recorded[place]
    for place, more in recorded.items():
        before = found.get(place, (0.0, 0.0, 0))
        found[place] = (before[0] + more[0], before[1] + more[1], before[2] | more[2])
    return {
        place: Own(rate, max(spread / rate, 1.0), mark)
        for place, (rate, spread, mark) in sorted(found.items())
    }


def _of_sites_below(
    ground: Ground, recorded: dict[Place, tuple[float, float, int]], used: set[Place]
) -> list[Place]:
    """Recorded demand at sites above others that use the same article."""
    above = set()
    for site, lead in used:
        at = int(ground.above[site])
        while at != NOWHERE:
            above.add((at, lead))
            at = int(ground.above[at])
    return sorted(place for place in recorded if place in above)


def _given(ground: Ground) -> pl.DataFrame:
    """Rows of demand with a rate above 0: site, item, rate, variance to mean, basis, mark."""
    schema = {"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64,
              "ratio": pl.Float64, "basis": pl.String, "mark": pl.UInt64}  # fmt: skip
    if ground.use is None:
        return pl.DataFrame(schema=schema)
    frame = ground.use.frame
    marks = ground.book.marks
    if "labels" in frame.columns:
        mark = marks.of_lists(frame["labels"])
    else:
        every = marks.together(pl.int_range(len(ground.twin.labels), eager=True))
        mark = pl.repeat(every, frame.height, dtype=pl.UInt64, eager=True)
    ratio = pl.lit(1.0)
    if isinstance(ground.use, DemandForecast):
        given = pl.col("variance") / pl.col("mean")
        ratio = pl.when(given.is_finite() & (given > 1)).then(given).otherwise(1.0)
    rows = frame.with_columns(ratio=ratio, mark=mark).select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )
    for name, table in (("site_ix", "site"), ("item_ix", "item")):
        height = ground.twin.tables[table].height
        if rows.height and not rows[name].is_between(0, height - 1).all():
            raise BadUse(
                f"The demand names a {name} that the twin does not have.",
                mend="Pass the consumption or forecast of the same twin.",
            )
    fine = (pl.col("per_day").is_finite() & (pl.col("per_day") >= 0)).fill_null(value=False)
    ground.book.leave("item", rows.filter(~fine)["item_ix"],
                      "its rate of demand at a site is negative or not a number")  # fmt: skip
    return rows.filter(fine, pl.col("per_day") > 0).sort("site_ix", "item_ix", "basis")
