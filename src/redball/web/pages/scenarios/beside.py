"""Kept futures side by side: chosen from a list, shown in one chart, with what differs."""

from typing import Annotated

import polars as pl
from fastapi import Query
from fastapi.responses import JSONResponse, Response

from redball import app
from redball.access.actions import Action
from redball.app.futures import LETTERS, futures_beside, futures_kept
from redball.model import BadUse
from redball.web.answers import chart_of, shown_answer, tabled
from redball.web.navigation import N_
from redball.web.pages.scenarios.part import Form, pages, text_field
from redball.web.visit import Visit, Visited

Chosen = Annotated[list[str] | None, Query(max_length=len(LETTERS))]
Key = Annotated[str, Query(max_length=80)]
_CAPTIONS = {
    "units": "Units whose readiness differs most",
    "shortages": "Stocks for which somebody waits longer or shorter, in days of use",
    "losses": "Losses that cost more or less, in readiness-days",
    "losses_by_demand": "Losses that cost more or less, as a share of demand",
}
MATTERS = {
    "scenario": N_("What happens"), "run": N_("How it was run"), "moment": N_("Which moment"),
    "data": N_("Which data"),
}  # fmt: skip


Rows = list[dict[str, object]]


class NoSuchFuture(BadUse):
    """An answer is not kept, or not for this viewer: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such answer.", mend="Choose among those that are kept.")


def choices(visit: Visit) -> list[dict[str, object]]:
    """Kept answers that can be chosen."""
    found = futures_kept(visit.view.store, visit.view.viewer)
    return found.select("key", "kind", "about", "made_at", "as_of", "revision").to_dicts()


@pages.page("/scenarios/beside", action=Action.SEE, costly=True)
def beside(visit: Visited, answer: Chosen = None, baseline: Key = "") -> Response:
    """Set kept futures side by side; without any, go where they are chosen."""
    if not answer:
        return visit.redirect("/scenarios")
    found = _beside(visit, answer, baseline)
    rows = found.tables["answers"]
    chart = chart_of(found.charts[0], "curves") if found.charts else None
    return visit.page(
        "scenarios/beside.html",
        title=found.title,
        origin=found.origin,
        said=found.said,
        futures=rows.to_dicts(),
        figures=_matrix(found.tables.get("figures")),
        chart=chart,
        reasons=_reasons(found.tables.get("what_differs")),
        matters=MATTERS,
        shown=[
            tabled(visit, found.tables[name], words, anchor=name, prefix=f"{name}-", per_page=15)
            for name, words in _CAPTIONS.items()
            if name in found.tables
        ],
        whole=shown_answer(visit, found),
        given=answer,
        baseline=baseline,
    )


@pages.act("/scenarios/beside/keep", action=Action.SEE, costly=True)
def keep(visit: Visited, form: Form) -> Response:
    """Keep a comparison as an answer, which can be taken away in every form."""
    keys = [str(value) for value in form.getlist("answer")]
    key = app.keep(_beside(visit, keys, text_field(form, "baseline")), visit.view.store)
    return visit.redirect(f"/answers/{key}")


@pages.api("/scenarios/beside", action=Action.SEE, costly=True)
def beside_json(visit: Visited, answer: Chosen = None, baseline: Key = "") -> JSONResponse:
    """Set kept futures side by side: the same as ``redball work beside --json``."""
    return JSONResponse(_beside(visit, answer or [], baseline).document)


def _beside(visit: Visit, keys: list[str], baseline: str) -> app.Answer:
    for key in keys:
        try:
            app.kept_answer(visit.view.store, visit.view.viewer, key)
        except BadUse:
            raise NoSuchFuture from None
    return futures_beside(visit.view, keys, baseline or None)


def _matrix(figures: pl.DataFrame | None) -> list[dict[str, object]]:
    """One row for each figure, with a cell for each future in the order of the page."""
    if figures is None:
        return []
    rows: dict[str, list[dict[str, object]]] = {}
    for row in figures.iter_rows(named=True):
        rows.setdefault(str(row["figure"]), []).append(row)
    return [
        {"name": name, "share": "share" in name or name == "readiness undisturbed", "cells": cells}
        for name, cells in rows.items()
    ]


def _reasons(found: pl.DataFrame | None) -> list[tuple[str, Rows, Rows]]:
    """What differs, by future: what was asked and when, and the data."""
    if found is None:
        return []
    data = pl.col("matter") == "data"
    parts = found.partition_by("future", maintain_order=True)
    return [
        (str(part["future"][0]), part.filter(~data).to_dicts(), part.filter(data).to_dicts())
        for part in parts
    ]
