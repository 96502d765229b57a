"""The best stock for a budget or a target, and why: ``redball stock optimise``, ``explain``."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.naming import in_front
from redball.app.readiness import Start, left_out, not_counted, starting
from redball.app.sparing import Spares, SparingOptions, spares
from redball.model import BadUse, ResultLabel, StockPlan, combine
from redball.model.compiled import Floats
from redball.model.results import Scalar
from redball.reports import Bar, Bars
from redball.stock.curve import (
    Assortment,
    Reallocation,
    Storage,
    Target,
    best_stock,
    best_stock_in_storage,
    cheapest_stock,
    explain,
    reallocate,
)
from redball.stock.sparing import SparingProblem, check_repair_capacity, evaluate

_KG = 1000.0


@dataclass(frozen=True)
class OptimiseOptions:
    """What is wanted.

    Attributes
    ----------
    sparing : SparingOptions
    budget : float or None
        EUR. Give this or targets.
    targets : tuple of str
        ``0.9`` for all systems together, ``system=DEU:IFV:0.9``, ``nation=NLD:0.9``,
        ``site=DEU:BASE-1:0.9`` or ``unit=DEU:PZG-1:0.9`` (its site).
    start : str
        ``holdings`` or ``empty``.
    move : bool
        Move what is held to where it does most before buying; within each nation unless
        ``move_between_nations``.
    move_cost : float
        EUR for moving one unit.
    move_between_nations : bool
    storage : bool
        Keep to the mass and volume that sites can store.
    """

    sparing: SparingOptions = field(default_factory=SparingOptions)
    budget: float | None = None
    targets: tuple[str, ...] = ()
    start: Start = "holdings"
    move: bool = False
    move_cost: float = 0.0
    move_between_nations: bool = False
    storage: bool = False

    def __post_init__(self) -> None:
        if (self.budget is None) == (not self.targets):
            raise BadUse("A budget or targets are needed.", mend="Give one of both.")
        if self.move and (self.targets or self.start == "empty" or self.storage):
            raise BadUse(
                "Moving needs a budget and what is held.",
                mend="Leave out targets, storage and the empty start, or do not move.",
            )
        if self.storage and self.targets:
            raise BadUse("Storage limits need a budget.", mend="Give a budget, not targets.")

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            **self.sparing.as_parameters(),
            "budget": self.budget,
            "targets": " ".join(self.targets) or None,
            "start": self.start,
            "move": self.move,
            "move_cost": self.move_cost,
            "move_between_nations": self.move_between_nations,
            "storage": self.storage,
        }


@dataclass(frozen=True)
class _Found:
    """A stock that was chosen, in one form for all ways of choosing."""

    stock: Floats
    moves: Floats
    cost: float
    readiness: float
    value: float
    bound: float
    proven: bool
    notes: tuple[str, ...]
    assumptions: tuple[str, ...]


@use_case(Action.SEE)
def stock_optimise(
    inputs: Inputs,
    options: OptimiseOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Find the best stock for a budget, or the cheapest one that reaches targets.

    Raises
    ------
    BadUse
        A parameter is out of range, or a target names what is not seen.
    BadData
        A target can't be met: the item that caps it is named, and what it would cost.
    """
    found = spares(inputs, options.sparing, progress, now=now)
    problem, chosen = _chosen(found, options, progress)
    plan = plan_of(found, problem, chosen)
    unused = left_out(found, found.label)
    return Answer(
        kind="stock optimise",
        title="The best stock for the budget" if options.targets == () else "The cheapest stock",
        said=(*_said(plan, chosen), *not_counted(unused)),
        figures=_figures(plan, chosen),
        tables={
            "plan": _named(found, plan),
            "by_system": _by_system(found, problem, chosen.stock),
            "repair_limits": _repair(found, problem, chosen.stock),
            "left_out": unused,
        },
        charts=_charts(found, plan),
        assumptions=(*plan.assumptions, *found.case.assumptions),
        origin=found.seen.origin(label=_label(found, options), parameters=options.as_parameters()),
        command=f"redball stock optimise {inputs.words}",
    )


@use_case(Action.SEE)
def stock_explain(
    inputs: Inputs,
    options: OptimiseOptions,
    progress: Progress | None = None,
    *,
    limit: int = 200,
    now: datetime | None = None,
) -> Answer:
    """Explain every buy: what it costs, readiness before and after, and what is next best.

    Raises
    ------
    BadUse, BadData
        As :func:`stock_optimise`.
    """
    found = spares(inputs, options.sparing, progress, now=now)
    problem, chosen = _chosen(found, options, progress)
    start = np.minimum(np.broadcast_to(problem.least, chosen.stock.shape), chosen.stock)
    rows = explain(
        problem, chosen.stock, before=start, limit=limit, progress=shares(progress, "explanation")
    )
    plan = plan_of(found, problem, chosen)
    names = found.twin["item"]["name"].gather(found.case.item_ix)
    item_keys = pl.Series(problem.item_names)
    told = rows.with_columns(
        article=names.gather(rows["item"].cast(pl.UInt32)),
        next_article=item_keys.gather(rows["next_item"].cast(pl.UInt32)),
        gain_points=100 * (rows["readiness_after"] - rows["readiness_before"]),
        next_at=pl.Series(problem.site_names).gather(rows["next_site"].cast(pl.UInt32)),
    ).drop("item", "site", "next_item", "next_site")
    first = (
        "rank", "article", "site_name", "units", "cost", "gain_points",
        "next_article", "next_at",
    )  # fmt: skip
    unused = left_out(found, found.label)
    return Answer(
        kind="stock explain",
        title="Why each unit is bought",
        said=(*_said(plan, chosen), *_best_buys(told), *not_counted(unused)),
        figures=_figures(plan, chosen),
        tables={"buys": in_front(told, first), "left_out": unused},
        charts=_charts(found, plan),
        assumptions=(
            "Each row leaves out what was bought of one item at one site; the rest stays.",
            *plan.assumptions,
            *found.case.assumptions,
        ),
        origin=found.seen.origin(label=_label(found, options), parameters=options.as_parameters()),
        command=f"redball stock explain {inputs.words}",
    )


def plan_of(found: Spares, problem: SparingProblem, chosen: _Found) -> StockPlan:
    """The chosen stock as a plan: what is held, moved and bought, item by item and site by site."""
    case = found.case
    have = np.broadcast_to(problem.least, chosen.stock.shape)
    buy = np.maximum(chosen.stock - have - chosen.moves, 0.0)
    rows, columns = np.nonzero((chosen.stock > 0) | (have > 0) | (chosen.moves != 0))
    price = np.asarray(problem.unit_cost, np.float64)
    frame = pl.DataFrame(
        {
            "site_ix": pl.Series(case.site_ix[columns], dtype=pl.Int32),
            "item_ix": pl.Series(case.item_ix[rows], dtype=pl.Int32),
            "stock": chosen.stock[rows, columns],
            "have": np.ascontiguousarray(have[rows, columns]),
            "move": chosen.moves[rows, columns],
            "buy": buy[rows, columns],
            "cost": buy[rows, columns] * price[rows],
        }
    )
    before = evaluate(problem, have)
    return StockPlan(
        frame=frame.sort("site_ix", "item_ix"),
        currency="EUR",
        cost=chosen.cost,
        readiness_before=mean_readiness(problem, before.availability),
        readiness_after=chosen.readiness,
        value=chosen.value,
        bound=chosen.bound,
        label=found.label,
        assumptions=chosen.assumptions,
    )


def mean_readiness(problem: SparingProblem, availability: Floats) -> float:
    """Mean availability over all systems, share."""
    systems = np.asarray(problem.systems, np.float64)
    up = np.where(systems > 0, np.nan_to_num(availability), 0.0)
    return float((up * systems).sum() / systems.sum())


def _chosen(
    found: Spares, options: OptimiseOptions, progress: Progress | None
) -> tuple[SparingProblem, _Found]:
    tell = shares(progress, "optimum")
    if options.move:
        problem = starting(found, "holdings")
        assert options.budget is not None
        free = replace(problem, least=np.zeros((1, 1)))
        nations = sorted(set(found.case.nation))
        groups = [
            0 if options.move_between_nations else nations.index(n) for n in found.case.nation
        ]
        moved = reallocate(
            free, found.case.have, budget=options.budget, move_cost=options.move_cost,
            groups=groups, progress=tell,
        )  # fmt: skip
        return problem, _moved(problem, moved, options)
    problem = starting(found, options.start)
    if options.targets:
        targets = [_target(found, text) for text in options.targets]
        result = cheapest_stock(problem, targets, progress=tell)
    elif options.storage:
        assert options.budget is not None
        result = best_stock_in_storage(
            problem, _storage(found), budget=options.budget, progress=tell
        )
    else:
        assert options.budget is not None
        result = best_stock(problem, budget=options.budget, progress=tell)
    return problem, _bought(problem, result, by_target=bool(options.targets))


def _moved(problem: SparingProblem, moved: Reallocation, options: OptimiseOptions) -> _Found:
    moves = np.zeros(moved.stock.shape)
    for item, start, end, units in moved.moves.select(
        "item", "from_site", "to_site", "units"
    ).iter_rows():
        moves[item, start] -= units
        moves[item, end] += units
    del problem
    where = "between all sites" if options.move_between_nations else "between sites of one nation"
    return _Found(
        moved.stock, moves, moved.cost, moved.readiness_after, moved.value_after, float("nan"),
        False, (),
        (f"Units are moved {where} first, at {options.move_cost:g} EUR each.", *moved.assumptions),
    )  # fmt: skip


def _bought(problem: SparingProblem, result: Assortment, *, by_target: bool) -> _Found:
    del problem
    # for a target the bound is in money and goes into the notes
    bound = float("nan") if by_target else result.bound
    notes = result.notes
    if by_target and not result.proven:
        notes = (
            *notes,
            "Weighed over the best assortments found, the targets cost at least "
            f"{result.bound:,.0f} EUR; for families of items that is no proof.",
        )
    return _Found(
        result.stock, np.zeros(result.stock.shape), result.cost, result.readiness, result.value,
        bound,
        result.proven, notes, result.assumptions,
    )  # fmt: skip


def _target(found: Spares, text: str) -> Target:
    """Read a target such as ``0.9`` or ``nation=NLD:0.9``."""
    scope, given, rest = text.partition("=")
    name, _, figure = rest.rpartition(":") if given else ("", "", text)
    try:
        share = float(figure)
    except ValueError:
        share = float("nan")
    if not 0 < share < 1 or (given and not name):
        raise BadUse(
            f"'{text}' is not a target.",
            mend="Write a share above 0 and below 1: 0.9, nation=NLD:0.9, system=DEU:IFV:0.9, "
            "site=KEY:0.9 or unit=KEY:0.9.",
        )
    if not given:
        return Target(share, name=text)
    if scope == "system":
        return Target(share, system=_system(found, name), name=text)
    return Target(share, sites=_sites(found, scope, name), name=text)


def _system(found: Spares, key: str) -> int:
    row = found.twin.find("system", key)
    place = np.flatnonzero(found.case.system_ix == row)
    if not len(place):
        raise BadUse(f"No fleet of the case holds the system '{key}'.")
    return int(place[0])


def _sites(found: Spares, scope: str, name: str) -> tuple[int, ...]:
    case, twin = found.case, found.twin
    if scope == "nation":
        sites = [i for i, nation in enumerate(case.nation) if nation == name]
    elif scope in ("site", "unit"):
        row = twin.find("site" if scope == "site" else "party", name)
        site = row if scope == "site" else int(twin["party"]["site_ix"][row])
        sites = np.flatnonzero(case.site_ix == site).tolist()
    else:
        raise BadUse(f"'{scope}' can't have a target.", mend="Use nation, system, site or unit.")
    systems = np.asarray(case.problem.systems).sum(axis=0)
    sites = [s for s in sites if systems[s] > 0]
    if not sites:
        raise BadUse(f"No system of the case stands at {scope} '{name}'.")
    return tuple(sites)


def _label(found: Spares, options: OptimiseOptions) -> ResultLabel:
    """Label of an answer: that of the case, and of the units that targets name."""
    label = found.label
    for text in options.targets:
        scope, _, rest = text.partition("=")
        if scope == "unit":
            row = found.twin.find("party", rest.rpartition(":")[0])
            label = combine(label, found.twin.label_of("party", [row]))
    return label


def _storage(found: Spares) -> Storage:
    """Mass and volume that each site can store; without a figure there is no limit."""
    site = found.twin["site"]
    rows = found.case.site_ix
    mass, volume = (
        site[name].cast(pl.Float64).fill_null(float("inf")).to_numpy()[rows]
        for name in ("capacity_t", "capacity_m3")
    )
    return Storage(mass_kg=mass * _KG, volume_m3=volume)


def _said(plan: StockPlan, chosen: _Found) -> tuple[str, ...]:
    moved = float(plan.frame.filter(pl.col("move") > 0)["move"].sum())
    units = float(plan.frame["buy"].sum())
    moves = f"{moved:,.0f} units moved and " if moved else ""
    said = [
        f"{moves}{units:,.0f} units bought for {plan.cost:,.0f} EUR raise the mean availability "
        f"from {100 * plan.readiness_before:.2f} % to {100 * plan.readiness_after:.2f} %.",
    ]
    if chosen.proven:
        said.append("This is proven to be the best under the model.")
    elif np.isfinite(chosen.bound):
        said.append(
            f"Optimised is the geometric mean of availabilities: {100 * chosen.value:.3f} %, where "
            f"the hull of the best assortments found ends at {100 * chosen.bound:.3f} %."
        )
    return (*said, *chosen.notes)


def _figures(plan: StockPlan, chosen: _Found) -> dict[str, Scalar]:
    return {
        "cost, EUR": plan.cost,
        "units bought": float(plan.frame["buy"].sum()),
        "availability before": plan.readiness_before,
        "availability after": plan.readiness_after,
        "geometric mean of availabilities": chosen.value,
        "bound on the geometric mean": chosen.bound if np.isfinite(chosen.bound) else None,
        "proven": chosen.proven,
    }


def _named(found: Spares, plan: StockPlan) -> pl.DataFrame:
    twin = found.twin
    keys = {
        name: twin[name].select(pl.concat_str("owner", "key", separator=":")).to_series()
        for name in ("site", "item")
    }
    frame = plan.frame.filter((pl.col("buy") > 0) | (pl.col("move") != 0))
    frame = frame.sort("cost", "move", "site_ix", "item_ix", descending=[True, True, False, False])
    return frame.select(
        item_name=twin["item"]["name"].gather(frame["item_ix"].cast(pl.UInt32)),
        site=keys["site"].gather(frame["site_ix"].cast(pl.UInt32)),
        have="have", move="move", buy="buy", stock="stock", cost="cost",
        item=keys["item"].gather(frame["item_ix"].cast(pl.UInt32)),
    )  # fmt: skip


def _by_system(found: Spares, problem: SparingProblem, stock: Floats) -> pl.DataFrame:
    before = evaluate(problem, np.broadcast_to(problem.least, stock.shape)).availability
    after = evaluate(problem, stock).availability
    systems = np.asarray(problem.systems, np.float64)
    rows = [
        {
            "system": problem.system_names[y],
            "site": problem.site_names[s],
            "nation": found.case.nation[s],
            "systems": systems[y, s],
            "availability_before": before[y, s],
            "availability_after": after[y, s],
        }
        for y, s in zip(*np.nonzero(systems), strict=True)
    ]
    return pl.DataFrame(rows)


def _repair(found: Spares, problem: SparingProblem, stock: Floats) -> pl.DataFrame:
    """Where ample repair is a wrong assumption, with the corrected figure."""
    servers = _servers(found)
    if not np.isfinite(servers).any():
        return pl.DataFrame()
    check = check_repair_capacity(problem, servers, evaluate(problem, stock))
    rows = [
        {
            "item": problem.item_names[one.item],
            "site": problem.site_names[one.site],
            "utilisation": one.utilisation,
            "repair_places": one.servers,
            "backorders_if_ample": one.ebo_if_ample,
            # a queue without end has no figure
            "backorders": one.ebo if np.isfinite(one.ebo) else None,
            "statement": one.statement,
        }
        for one in check.limits
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _servers(found: Spares) -> Floats:
    case, twin = found.case, found.twin
    places = np.full(case.have.shape, np.inf)
    rows = twin["repair"].filter(pl.col("item_ix") >= 0, pl.col("site_ix") >= 0)
    site_axis = {int(ix): s for s, ix in enumerate(case.site_ix)}
    read = set[tuple[int, int]]()
    # as in the case, of several rows for one article and site the first holds
    for site, item, servers in rows.sort("item_ix", maintain_order=True).select(
        "site_ix", "item_ix", "servers"
    ).iter_rows():  # fmt: skip
        place = int(case.item_of[item]), site_axis.get(site, -1)
        if min(place) >= 0 and place not in read:
            read.add(place)
            places[place] = np.inf if servers is None else servers
    return places


def _charts(found: Spares, plan: StockPlan) -> tuple[Bars, ...]:
    names = found.twin["item"]["name"]
    bought = plan.frame.filter(pl.col("cost") > 0).group_by("item_ix").agg(pl.col("cost").sum())
    bought = bought.sort("cost", "item_ix", descending=[True, False])
    bars = [Bar(str(names[item]), cost) for item, cost in bought.iter_rows()]
    return (Bars("Where the money goes", "EUR", bars),) if bars else ()


def _best_buys(rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple(
        f"{row['units']:g} {row['article']} at {row['site_name']} for {row['cost']:,.0f} EUR: "
        f"{100 * row['readiness_before']:.3f} % without, {100 * row['readiness_after']:.3f} % with."
        for row in rows.head(3).iter_rows(named=True)
        if row["readiness_before"] is not None
    )
