"""The usual ways to spend a budget beside a plan, as a table and in words."""

import polars as pl

from redball.planning.plan import Plan
from redball.planning.portfolio import Compared


def baselines_table(made: Plan) -> pl.DataFrame:
    """A row for each usual way: what it saves, and by how much the plan saves more.

    Days are readiness-days a year on the whole twin, with intervals of 95 %; ``plan_better_in`` and
    ``plan_worse_in`` count the portfolios of a way that draws.
    """
    return pl.DataFrame([
        {
            "title": each.title,
            "cost_eur": round(each.cost, 2),
            "saved_a_year": each.saved.difference,
            "plan_saves_more": each.ahead.difference,
            "low": each.ahead.low,
            "high": each.ahead.high,
            "verdict": each.verdict,
            "verdict_with_worst_futures": each.verdict_aim,
            "portfolios": len(each.portfolios),
            "plan_better_in": each.better,
            "plan_worse_in": each.worse,
            "key": each.name,
        }
        for each in made.baselines
    ])  # fmt: skip


def baselines_said(made: Plan) -> str:
    """One sentence: what the plan beats, and what it does not."""
    kinds: dict[str, list[Compared]] = {}
    for each in made.baselines:
        kinds.setdefault(each.verdict, []).append(each)
    words = {
        "plan better": "On the same draws the plan saves significantly more than",
        "no significant difference": "no significantly different amount from",
        "baseline better": "significantly LESS than",
    }
    parts = [
        f"{said} {', '.join(f'{each.name} ({each.ahead.difference:+,.0f})' for each in kinds[key])}"
        for key, said in words.items()
        if key in kinds
    ]
    said = "; ".join(parts)
    lead = "" if "plan better" in kinds else "On the same draws the plan saves "
    return f"{lead}{said} (readiness-days a year)."
