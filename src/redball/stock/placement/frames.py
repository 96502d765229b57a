"""From two tables, stages and arcs, to a checked chain."""

from graphlib import CycleError, TopologicalSorter
from statistics import NormalDist
from typing import TypeVar

import numpy as np
import polars as pl

from redball.model import BadData, BadUse
from redball.model.compiled import Flags, Floats, Longs
from redball.stock.placement.aggregate import sigmas, unit_costs
from redball.stock.placement.chain import Aggregation, Chain, CostRule

_STAGE_COLUMNS = {
    "stage", "stage_time_days", "added_cost", "holding_cost", "demand_mean", "demand_sd",
    "max_service_time_days", "inbound_time_days", "z", "service_level",
}  # fmt: skip
_ARC_COLUMNS = {"supplier", "customer", "quantity"}
Rule = TypeVar("Rule", Aggregation, CostRule)

_LARGEST = 1e6
"""Days; 2,700 years are a mistake of units."""


def chain_from_frames(
    stages: pl.DataFrame,
    arcs: pl.DataFrame,
    *,
    aggregation: Aggregation | str,
    cost_rule: CostRule | str = CostRule.PATH,
    holding_rate: float = 1.0,
    z: float | None = None,
) -> Chain:
    """Read and check a chain.

    Parameters
    ----------
    stages : polars.DataFrame
        ``stage`` (text, unique), ``stage_time_days``; optional, null or absent where it does not
        apply: ``added_cost`` (per unit, 0 when absent), ``holding_cost`` (per unit and year, for
        all stages; then costs are not added up), ``demand_mean`` and ``demand_sd`` (a day, at
        stages with customers outside), ``max_service_time_days`` (needed with demand),
        ``inbound_time_days`` (quoted by suppliers outside), ``service_level`` (share, at stages
        with demand) or ``z`` (safety factor, any stage).
    arcs : polars.DataFrame
        ``supplier``, ``customer``; optional ``quantity`` (1 when absent).
    aggregation : Aggregation or str
        ``path``, ``set`` or ``quantity``; there is no default, since it changes the answer.
    cost_rule : CostRule or str
        ``path``, ``set`` or ``quantity``.
    holding_rate : float
        Share of a unit's value that holding it costs a year.
    z : float, optional
        Safety factor of every stage without one of its own; when absent, that of the highest
        ``service_level`` in the table.

    Raises
    ------
    BadData
        A missing, negative, infinite or NaN number; a stage named twice or not at all; an arc
        twice, to itself or to an unknown stage; arcs in a circle (which is named); no stage with
        demand; demand without deviation or without a service time; a limit below 0.
    BadUse
        An unknown rule, a negative rate, or no safety factor.
    """
    rule, costs = _rule(Aggregation, aggregation), _rule(CostRule, cost_rule)
    if not 0 <= holding_rate < np.inf:
        raise BadUse(f"The holding rate is {holding_rate}.", mend="Give a share of 0 or more.")
    if z is not None and not 0 <= z < np.inf:
        raise BadUse(f"The safety factor z is {z}.", mend="Give a number of 0 or more.")
    names = _names(stages)
    supplier, customer, quantity = _arcs(arcs, names)
    time = _numbers(stages, "stage_time_days", names, missing=None, largest=_LARGEST)
    mean = _numbers(stages, "demand_mean", names, missing=np.nan)
    sd = _numbers(stages, "demand_sd", names, missing=np.nan)
    limit = _numbers(stages, "max_service_time_days", names, missing=np.inf, largest=_LARGEST)
    inbound = _numbers(stages, "inbound_time_days", names, missing=0.0, largest=_LARGEST)
    _check_demand(names, mean, sd, limit)
    order = _order(names, supplier, customer)
    factor = _safety(stages, names, np.isfinite(sd), z)
    own = np.where(np.isfinite(sd), sd, 0.0)
    if "holding_cost" in stages.columns:
        costs, value = CostRule.GIVEN, np.full(len(names), np.nan)
        holding = _numbers(stages, "holding_cost", names, missing=None)
    else:
        if costs is CostRule.GIVEN:
            raise BadUse("There is no column 'holding_cost'.", mend="Give it, or a cost rule.")
        added = _numbers(stages, "added_cost", names, missing=0.0)
        value = unit_costs(added, supplier, customer, quantity, order, costs)
        holding = holding_rate * value
    sigma = sigmas(own, supplier, customer, quantity, order, rule)
    _check_size(names, holding * factor * sigma)
    return Chain(
        names, time, inbound, limit, mean, sd, sigma, factor, value, holding,
        supplier, customer, quantity, order, rule, costs,
    )  # fmt: skip


def _rule(kind: type[Rule], name: Rule | str) -> Rule:
    try:
        return kind(name)
    except ValueError:
        raise BadUse(
            f"There is no rule '{name}'.", mend=f"Give one of: {', '.join(kind)}."
        ) from None


def _names(stages: pl.DataFrame) -> tuple[str, ...]:
    _check_columns(stages, _STAGE_COLUMNS, ("stage", "stage_time_days"), "stages")
    if stages.is_empty():
        raise BadData("There are no stages.", where="stages", mend="Give at least one.")
    names = stages["stage"].cast(pl.String)
    unnamed = names.is_null() | (names.str.strip_chars() == "")
    if unnamed.any():
        row = int(unnamed.arg_true()[0])
        raise BadData("The stage has no name.", where=f"stages, row {row + 1}", mend="Name it.")
    twice = names.filter(names.is_duplicated())
    if len(twice):
        raise BadData(
            f"Stage '{twice[0]}' comes twice.", where="stages", mend="Keep one row per stage."
        )
    return tuple(names.to_list())


def _check_columns(
    frame: pl.DataFrame, known: set[str], needed: tuple[str, ...], where: str
) -> None:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise BadData(f"There is no column '{missing[0]}'.", where=where, mend="Add it.")
    unknown = sorted(set(frame.columns) - known)
    if unknown:
        raise BadData(
            f"Column '{unknown[0]}' is not known.",
            where=where,
            mend=f"Drop it, or use one of: {', '.join(sorted(known))}.",
        )


def _numbers(
    frame: pl.DataFrame,
    name: str,
    names: tuple[str, ...],
    *,
    missing: float | None,
    largest: float = np.inf,
    where: str = "stages",
) -> Floats:
    """Column of numbers, none negative; null becomes ``missing``, or an error when that is None."""
    if name not in frame.columns:
        if missing is None:
            raise BadData(f"There is no column '{name}'.", where=where, mend="Add it.")
        return np.full(len(names), missing)
    if not (frame[name].dtype.is_numeric() or frame[name].dtype == pl.Null):
        raise BadData(
            f"Column '{name}' holds {frame[name].dtype}, not numbers.", where=where, mend="Cast it."
        )
    column = frame[name].cast(pl.Float64)
    absent = column.is_null().to_numpy()
    if missing is None and absent.any():
        raise BadData(
            f"'{name}' is missing.", where=f"{where}, {names[np.argmax(absent)]}", mend="Give it."
        )
    out = column.fill_null(0.0).to_numpy().copy()
    bad = ~(np.isfinite(out) & (out >= 0) & (out <= largest))
    if bad.any():
        at = int(np.argmax(bad))
        top = "" if largest == np.inf else f", at most {largest:,.0f}"
        raise BadData(
            f"'{name}' is {out[at]:g}.",
            where=f"{where}, {names[at]}",
            mend=f"Give a finite number, 0 or more{top}.",
        )
    if missing is not None:
        out[absent] = missing
    return out


def _arcs(arcs: pl.DataFrame, names: tuple[str, ...]) -> tuple[Longs, Longs, Floats]:
    _check_columns(arcs, _ARC_COLUMNS, ("supplier", "customer"), "arcs")
    place = {name: at for at, name in enumerate(names)}
    ends = []
    for end in ("supplier", "customer"):
        given = arcs[end].cast(pl.String).to_list()
        for row, name in enumerate(given):
            if name not in place:
                raise BadData(
                    f"There is no stage '{name}'.",
                    where=f"arcs, row {row + 1}, {end}",
                    mend="Add the stage or drop the arc.",
                )
        ends.append(np.array([place[name] for name in given], dtype=np.int64))
    supplier, customer = ends
    labels = tuple(f"{names[u]} to {names[w]}" for u, w in zip(supplier, customer, strict=True))
    looped = supplier == customer
    if looped.any():
        name = names[int(supplier[np.argmax(looped)])]
        raise BadData(f"'{name}' supplies itself.", where="arcs", mend="Drop the arc.")
    code = supplier * len(names) + customer
    unique, first = np.unique(code, return_index=True)
    if len(unique) < len(code):
        again = int(np.setdiff1d(np.arange(len(code)), first)[0])
        raise BadData(
            f"The arc {labels[again]} comes twice.",
            where="arcs",
            mend="Keep one, with the sum of their quantities.",
        )
    quantity = _numbers(arcs, "quantity", labels, missing=1.0, where="arcs")
    if (quantity == 0).any():
        raise BadData(
            "'quantity' is 0.",
            where=f"arcs, {labels[int(np.argmax(quantity == 0))]}",
            mend="Drop the arc, or give units above 0.",
        )
    return supplier, customer, quantity


def _check_demand(names: tuple[str, ...], mean: Floats, sd: Floats, limit: Floats) -> None:
    def refuse(bad: Flags, what: str, mend: str) -> None:
        if bad.any():
            raise BadData(what, where=f"stages, {names[int(np.argmax(bad))]}", mend=mend)

    asked = np.isfinite(mean) | np.isfinite(sd)
    if not asked.any():
        raise BadData(
            "No stage has demand.", where="stages", mend="Give 'demand_sd' where customers are."
        )
    refuse(
        asked & np.isnan(sd),
        "There is a mean of demand but no deviation.",
        "Give 'demand_sd', 0 for demand that never varies.",
    )
    refuse(
        asked & np.isinf(limit),
        "There is demand but no service time quoted to it.",
        "Give 'max_service_time_days', 0 for immediate delivery.",
    )


def _order(names: tuple[str, ...], supplier: Longs, customer: Longs) -> Longs:
    """Stages with suppliers first."""
    before: dict[int, list[int]] = {stage: [] for stage in range(len(names))}
    for u, w in zip(supplier.tolist(), customer.tolist(), strict=True):
        before[w].append(u)
    try:
        return np.array(list(TopologicalSorter(before).static_order()), dtype=np.int64)
    except CycleError as error:
        circle = " to ".join(names[stage] for stage in error.args[1])
        raise BadData(
            f"The arcs run in a circle: {circle}.",
            where="arcs",
            mend="Drop one of them; goods that come back need another model.",
        ) from None


def _safety(stages: pl.DataFrame, names: tuple[str, ...], demand: Flags, z: float | None) -> Floats:
    """Safety factor of each stage: its own, else the one given, else of the highest level."""
    own = _numbers(stages, "z", names, missing=np.nan)
    level = _numbers(stages, "service_level", names, missing=np.nan, largest=1.0)
    bad = (level >= 1) | (level < 0.5)
    if bad.any():
        at = int(np.argmax(bad))
        raise BadData(
            f"The service level is {level[at]:g}.",
            where=f"stages, {names[at]}",
            mend="Give a share from 0.5 to below 1; a bound on demand below its mean is none.",
        )
    if z is None and np.isnan(own).any():
        known = level[np.isfinite(level) & demand]
        if not len(known):
            raise BadUse(
                "There is no safety factor.",
                mend="Give z, or 'service_level' at stages with demand, or 'z' at every stage.",
            )
        z = NormalDist().inv_cdf(float(known.max()))
    return np.where(np.isnan(own), z if z is not None else np.nan, own)


def _check_size(names: tuple[str, ...], weight: Floats) -> None:
    bad = ~(weight < 1e100)
    if bad.any():
        raise BadData(
            "Cost times deviation is too large to add up.",
            where=f"stages, {names[int(np.argmax(bad))]}",
            mend="Check quantities along the chain: they multiply.",
        )
