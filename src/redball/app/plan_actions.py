"""What a plan asks people to do: actions, orders, agreements to negotiate, triggers to watch."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from redball.app.plan_wishes import PlanWishes
from redball.app.rehearsal import Rehearsal
from redball.app.twin_names import TwinNames
from redball.model import NOWHERE
from redball.planning.plan import Plan
from redball.planning.treatments import Treatment

ACTS = {
    "hold": "order", "reserve": "order", "reposition": "move", "source": "qualify",
    "capacity": "contract", "repair": "build", "lane": "contract", "support": "negotiate",
    "substitute": "approve",
}  # fmt: skip
"""What somebody does for a treatment, by its kind."""
_ORDERED = ("hold", "reserve")
_AGREED = ("support", "lane", "capacity", "source")


def plan_actions(found: Rehearsal, wishes: PlanWishes, made: Plan) -> dict[str, pl.DataFrame]:
    """Tables ``actions``, ``orders``, ``agreements`` and ``triggers`` of a plan."""
    today = found.twin.as_of.date()
    chosen = [
        made.treatments[row]
        for row in sorted(made.portfolio.chosen, key=lambda row: -made.saves[row][0])
    ]
    return {
        "actions": pl.DataFrame([_action(found, each, today) for each in chosen]),
        "orders": pl.DataFrame(
            [_order(found, each, today) for each in chosen if each.kind in _ORDERED]
        ),
        "agreements": pl.DataFrame([
            {"title": each.title, "with": ACTS[each.kind], "nation": each.nation,
             "at_once_eur": each.cost_eur, "yearly_eur": each.yearly_eur,
             "works_by": _by(today, each), "key": each.key}
            for each in chosen if each.kind in _AGREED
        ]),
        "triggers": _triggers(wishes, made),
    }  # fmt: skip


def stock_step(each: Treatment) -> tuple[int, float] | None:
    """Cell and units by which a treatment raises stock on hand; None where it does not."""
    raised = [(s.row, s.add) for s in each.steps if s.table == "cells" and s.column == "on_hand"]
    more = [pair for pair in raised if pair[1] > 0]
    return more[0] if more else None


def _by(today: date, each: Treatment) -> date:
    return today + timedelta(days=round(min(each.lead_days, 36_500.0)))


def _action(found: Rehearsal, each: Treatment, today: date) -> dict[str, Any]:
    network, step = found.case.network, stock_step(each)
    item = site = None
    held = units = None
    if step is not None:
        cell = network.cells[step[0]]
        item, site = network.item_names[cell["item"]], network.node_names[cell["node"]]
        held, units = float(cell["on_hand"]), step[1]
    return {
        "title": each.title, "act": ACTS[each.kind], "nation": each.nation, "owner": "",
        "begin_on": today, "works_by": _by(today, each), "at_once_eur": each.cost_eur,
        "yearly_eur": each.yearly_eur, "item": item, "place": site or each.site or None,
        "on_hand": held, "more": units, "key": each.key,
    }  # fmt: skip


def _order(found: Rehearsal, each: Treatment, today: date) -> dict[str, Any]:
    names, network = TwinNames(found.case), found.case.network
    step = stock_step(each)
    assert step is not None  # more stock is what these kinds are
    row, units = step
    cell = network.cells[row]
    arcs = network.arcs[network.arcs["cell"] == row]
    suppliers = [int(s) for s in arcs["supplier"] if s != NOWHERE]
    sellers = dict.fromkeys(
        names.node(network.node_names[int(network.cells["node"][s])]) for s in suppliers
    )
    return {
        "item": names.item(network.item_names[cell["item"]]),
        "quantity": units,
        "to": names.node(network.node_names[cell["node"]]),
        "from": ", ".join(sellers) or "market",
        "value_eur": each.cost_eur,
        "nation": each.nation,
        "due_on": _by(today, each),
        "key": each.key,
    }


def _triggers(wishes: PlanWishes, made: Plan) -> pl.DataFrame:
    """Indicators and contingency plans of the register, and likelihoods that would change it."""
    rows: list[dict[str, Any]] = []
    if wishes.register is not None:
        for risk in wishes.register.risks:
            if not risk.live:
                continue
            plans = {plan.trigger: plan for plan in risk.contingency}
            rows += [
                {
                    "title": f"{each.name} of {risk.title}",
                    "when": f"{'at or above' if each.above else 'at or below'} {each.threshold:g}",
                    "then": f"the plan for {plans[each.name].protects}" if each.name in plans
                    else "review the risk",
                    "now": each.value, "source": each.source or "register", "key": risk.key,
                }
                for each in risk.indicators
            ]  # fmt: skip
    if made.sensitivity is not None:
        rows += [
            {
                "title": f"likelihood of {made.hazards[each.hazard].title}",
                "when": f"{made.hazards[each.hazard].per_year * each.factor:.3g} a year",
                "then": "plan again: another choice would be best",
                "now": made.hazards[each.hazard].per_year, "source": "sensitivity of the plan",
                "key": made.hazards[each.hazard].key,
            }
            for each in made.sensitivity.rows
            if each.hazard >= 0 and (each.enters or each.leaves)
        ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"now": pl.Float64}) if rows else pl.DataFrame()
