"""Why a plan is what it is: plans beside it, goals, what is left and where, other likelihoods."""

import polars as pl

from redball.app.plan_wishes import PlanWishes
from redball.app.rehearsal import Rehearsal
from redball.app.twin_names import TwinNames
from redball.planning.plan import Plan


def told(made: Plan, wishes: PlanWishes) -> list[str]:
    """Sentences on whole futures, on what money can't reach, and on likelihoods."""
    said = []
    years = wishes.days / 365.0
    if made.futures is not None:
        found = made.futures
        said.append(
            f"In {found.replications} drawn futures of {wishes.days:g} days run whole, with "
            f"hazards that overlap as drawn, it saves {found.difference:,.0f} readiness-days a "
            f"year, between {found.low:,.0f} and {found.high:,.0f}."
        )
    floor = made.left.floor / years
    worst = made.left.measures[0] if made.left.measures else None
    said.append(
        f"Whatever is spent on these candidates, {floor:,.0f} readiness-days a year stay lost"
        + (f"; most now is lost by {worst[1]} ({worst[3]:,.0f} a year)." if worst else ".")
    )
    if made.sensitivity is not None:
        moved = [doubt for doubt in made.sensitivity.rows if doubt.enters or doubt.leaves]
        if not made.sensitivity.rows:
            said.append("No hazard costs enough for its likelihood to change the choice.")
        elif not moved:
            said.append("Likelihoods three times as high or as low change nothing of the choice.")
        else:
            share = max(doubt.share for doubt in moved)
            said.append(
                f"Under {len(moved)} of {len(made.sensitivity.rows)} other likelihoods another "
                f"plan would be best; not having known costs at most {share:.1%} of what it saves."
            )
    return said


def neighbours_table(made: Plan) -> pl.DataFrame:
    """Plans beside the chosen one, rehearsed on the same draws."""
    return pl.DataFrame([
        {
            "title": each.words, "cost_eur": round(each.cost, 2),
            "saved_a_year": each.saved.difference, "plan_saves_more": each.ahead.difference,
            "low": each.ahead.low, "high": each.ahead.high,
            "verdict": "no significant difference" if not each.ahead.significant
            else "plan better" if each.ahead.difference > 0 else "plan worse",
        }
        for each in made.neighbours
    ])  # fmt: skip


def goals_table(made: Plan) -> pl.DataFrame:
    """Each goal and bound: what the plan has, what is let, and how far it is from it."""
    return pl.DataFrame([
        {
            "title": each.name, "with_the_plan": each.has, "bound": each.bound,
            "kind": "at least" if each.at_least else "at most", "unit": each.unit,
        }
        for each in made.goals
    ])  # fmt: skip


def left_table(made: Plan) -> pl.DataFrame:
    """What is lost a year by fleet, and by nation and class: without, with, and for any money."""
    return pl.DataFrame([
        {
            "kind": kind, "title": name, "lost_a_year_without": without,
            "lost_a_year_with": with_it, "lost_a_year_for_any_money": most,
        }
        for kind, name, without, with_it, most, _ in made.left.measures
        if without > 0.5
    ])  # fmt: skip


def places_table(found: Rehearsal, made: Plan) -> pl.DataFrame:
    """Where somebody waits most without the plan, and what stands against it there."""
    names, network = TwinNames(found.case), found.case.network
    rows = []
    for each in made.left.places:
        cell = network.cells[each.cell]
        item, node = network.item_names[cell["item"]], network.node_names[cell["node"]]
        rows.append({
            "title": f"{names.item(item)} at {names.node(node)}", "lost_a_year_without": each.lost,
            "candidates": each.candidates, "chosen": each.chosen, "why": each.why,
            "item": item, "place": node,
        })  # fmt: skip
    return pl.DataFrame(rows)


def doubts_table(made: Plan) -> pl.DataFrame:
    """Other likelihoods: what would enter the best plan, what would leave, what the plan loses."""
    if made.sensitivity is None:
        return pl.DataFrame()
    titles = [treatment.title for treatment in made.treatments]
    return pl.DataFrame([
        {
            "title": "all hazards" if each.hazard < 0 else made.hazards[each.hazard].title,
            "likelihood_times": round(each.factor, 3), "regret": each.regret,
            "regret_share": each.share,
            "enters": "; ".join(titles[row] for row in sorted(each.enters)),
            "leaves": "; ".join(titles[row] for row in sorted(each.leaves)),
        }
        for each in made.sensitivity.rows
    ])  # fmt: skip
