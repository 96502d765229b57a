"""What would hurt most: every loss once, and the same losses by three methods."""

from typing import Annotated

import polars as pl
from fastapi import Query
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.model import BadUse
from redball.planning.stress import KINDS_LOST
from redball.web.answers import shown_answer, tabled
from redball.web.pages.scenarios.part import latest, pages
from redball.web.visit import Visit, Visited

Key = Annotated[str, Query(max_length=80)]
METHODS = ("three_methods", "agreement", "disagreements")
_WORDS = {
    "three_methods": "Every loss and its rank by each method; 1 hurts most",
    "agreement": "How far the methods agree, by rank correlation",
    "disagreements": "Where they disagree most, and why",
}


@pages.page("/stress", action=Action.SEE)
def stress(visit: Visited, answer: Key = "") -> Response:
    """Ask for a stress test, and see the ranking of the last one."""
    kept = latest(visit, "stress")
    found = _answer(visit, answer or (str(kept[0]["key"]) if kept else ""), "stress")
    ranking = None if found is None else found.tables.get("ranking")
    return visit.page(
        "scenarios/stress.html",
        title="What would hurt most?",
        origin=app.see(visit.view).origin() if found is None else found.origin,
        live=("work",),
        kept=kept,
        kinds=KINDS_LOST,
        found=found,
        shown=None if found is None else shown_answer(visit, found),
        worst=[] if ranking is None else ranking.head(15).to_dicts(),
    )


@pages.page("/exposure", action=Action.SEE)
def exposure(visit: Visited, answer: Key = "") -> Response:
    """The same losses by simulation, linear programme and cascade; where they disagree."""
    kept = latest(visit, "stress")
    found = _answer(visit, answer or (str(kept[0]["key"]) if kept else ""), "stress")
    tables = {} if found is None else found.tables
    return visit.page(
        "scenarios/exposure.html",
        title="Do three methods agree on what is exposed?",
        origin=app.see(visit.view).origin() if found is None else found.origin,
        live=("work",),
        kept=kept,
        programmes=latest(visit, "risk exposure"),
        found=found,
        shown=[
            tabled(visit, tables[name], _WORDS[name], anchor=name, prefix=f"{name}-")
            for name in METHODS
            if name in tables
        ],
        apart=_apart(tables.get("three_methods")),
    )


def _apart(ranks: pl.DataFrame | None) -> dict[str, object] | None:
    """The loss on whose rank simulation and programme differ most."""
    if ranks is None or not {"simulation rank", "programme rank"} <= set(ranks.columns):
        return None
    both = ranks.drop_nulls(["simulation rank", "programme rank"])
    gap = (pl.col("simulation rank") - pl.col("programme rank")).abs()
    return both.sort(gap, descending=True).to_dicts()[0] if both.height else None


def _answer(visit: Visit, key: str, kind: str) -> app.Answer | None:
    if not key:
        return None
    view = visit.view
    record = app.kept_answer(view.store, view.viewer, key)
    if record.kind != kind:
        raise BadUse("This answer is of another kind.", where=key)
    return app.kept_as_answer(view.store, view.viewer, record)
