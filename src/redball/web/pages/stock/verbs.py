"""The other answers on stock: why each unit, mutual support, reserves, rotation."""

from datetime import timedelta

import polars as pl
from fastapi.responses import JSONResponse, Response

from redball import app
from redball.access.actions import Action
from redball.app.explorer import Underway
from redball.app.soon import explain_soon, reserve_soon, support_soon
from redball.web.answers import Export, Fact, shown_answer, tabled
from redball.web.pages.stock.asked import CurveAsked, ReserveAsked, SparingAsked, Word, amount
from redball.web.pages.stock.part import explorer_of, not_yet, pages, tabs, waiting
from redball.web.visit import Visit, Visited
from redball.web.words import number

_SOON = timedelta(days=30)
_EXPIRING = ("expiry", "days_left", "item", "lot", "quantity", "unit_of_issue", "site", "nation",
             "value_eur", "state", "label")  # fmt: skip
_WORDS = {
    "ebo_without": "Backorders alone", "ebo_with": "Backorders with support",
    "availability_without": "Available alone", "availability_with": "Available with support",
    "waste_eur_per_year": "Waste, EUR a year", "rotates_free_up_to": "Rotates free up to",
}  # fmt: skip


@pages.page("/stock/explain", action=Action.SEE)
def explain(visit: Visited, curve: CurveAsked, budget: Word = "") -> Response:
    """Show why each unit of the best stock for a budget is bought."""
    money = amount(budget, "budget")
    if money is None:
        return visit.page(
            "stock/explain.html", title="Why each unit is bought", tabs=tabs(visit), shown=None,
            budget="", origin=None,
        )  # fmt: skip
    options = app.OptimiseOptions(curve.sparing, budget=money, start=curve.start)
    found = explain_soon(visit.inputs, options, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return waiting(visit, found, "Why each unit is bought")
    return _page(visit, found, "stock/explain.html", "/api/v1/stock/explain", budget=money)


@pages.api("/stock/explain", action=Action.SEE)
def explain_json(visit: Visited, curve: CurveAsked, budget: Word) -> JSONResponse:
    """Answer why each unit is bought, as ``redball stock explain`` does."""
    options = app.OptimiseOptions(
        curve.sparing, budget=amount(budget, "budget") or 0.0, start=curve.start
    )
    return _json(explain_soon(visit.inputs, options, explorer=explorer_of(visit)))


@pages.page("/stock/support", action=Action.REQUEST)
def support(visit: Visited, sparing: SparingAsked) -> Response:
    """Show what mutual support gives to each nation on the stock that is."""
    found = support_soon(visit.inputs, sparing, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return waiting(visit, found, "Mutual support")
    return _page(visit, found, "stock/support.html", "/api/v1/stock/support")


@pages.api("/stock/support", action=Action.REQUEST)
def support_json(visit: Visited, sparing: SparingAsked) -> JSONResponse:
    """Answer what mutual support gives, as ``redball stock support`` does."""
    return _json(support_soon(visit.inputs, sparing, explorer=explorer_of(visit)))


@pages.page("/stock/reserves", action=Action.SEE)
def reserves(visit: Visited, asked: ReserveAsked) -> Response:
    """Show how much to hold against a disruption, what rotates free and what expires."""
    found = reserve_soon(visit.inputs, asked, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return waiting(visit, found, "Reserves")
    return _page(visit, found, "stock/reserves.html", "/api/v1/stock/reserves", asked=asked)


@pages.api("/stock/reserves", action=Action.SEE)
def reserves_json(visit: Visited, asked: ReserveAsked) -> JSONResponse:
    """Answer how much to hold against a disruption, as ``redball stock reserve`` does."""
    return _json(reserve_soon(visit.inputs, asked, explorer=explorer_of(visit)))


@pages.page("/stock/rotation", action=Action.SEE)
def rotation(visit: Visited) -> Response:
    """Show which lots expire, the first first: what to use, move or replace now."""
    found = app.picture(visit.view)
    lots = found.picture.expiring.sort("expiry", "item", "lot", nulls_last=True)
    soon = lots.filter(pl.col("days_left") <= _SOON.days)
    expired = lots.filter(pl.col("days_left") < 0)
    return visit.page(
        "stock/rotation.html",
        title="Rotation",
        origin=found.origin,
        live=("picture",),
        tabs=tabs(visit),
        horizon=app.PictureOptions().horizon_days,
        total=lots.height,
        first=lots.row(0, named=True) if lots.height else None,
        facts=[
            Fact("Lots", number(lots.height), level="caution" if lots.height else "normal"),
            Fact(
                "Expired already",
                number(expired.height),
                level="serious" if expired.height else "normal",
            ),
            Fact(
                "Within 30 days",
                number(soon.height - expired.height),
                level="serious" if soon.height > expired.height else "normal",
            ),
            Fact(
                "Value",
                f"{number(float(lots['value_eur'].sum() or 0.0))} EUR",
                note=_unpriced(lots),
            ),
        ],
        lots=tabled(
            visit,
            lots,
            "Lots in the order in which they expire",
            anchor="lots",
            columns=_EXPIRING,
            everything=visit.url("/api/v1/stock/rotation"),
            empty="No lot expires in that time.",
        ),
    )


@pages.api("/stock/rotation", action=Action.SEE)
def rotation_json(visit: Visited) -> JSONResponse:
    """Answer the lots that expire: table ``expiring`` of ``redball picture``, the first first."""
    found = app.picture(visit.view)
    lots = found.picture.expiring.sort("expiry", "item", "lot", nulls_last=True)
    rows = lots.with_columns(pl.col("expiry").cast(pl.String))
    return JSONResponse({"origin": found.origin.as_dict(), "expiring": rows.to_dicts()})


def _unpriced(lots: pl.DataFrame) -> str:
    count = lots["value_eur"].null_count()
    return f"{number(count)} without a price" if count else ""


def _page(
    visit: Visit,
    answer: app.Answer,
    template: str,
    api: str,
    *,
    asked: object = None,
    budget: object = None,
) -> Response:
    given = visit.request.query_params.multi_items()
    query = {name: [v for n, v in given if n == name and v] for name, _ in given if "." not in name}
    everything = visit.url(api, **query)
    shown = shown_answer(
        visit,
        answer,
        everything=everything,
        exports=(Export("All of it as JSON", everything),),
        captions={"left_out": "Left out of account, and why", "buys": "Each buy, the best first"},
        words=_WORDS,
    )
    return visit.page(
        template, title=answer.title, origin=answer.origin, live=("picture",), tabs=tabs(visit),
        shown=shown, asked=asked, budget=budget,
    )  # fmt: skip


def _json(found: app.Answer | Underway[object]) -> JSONResponse:
    return not_yet(found) if isinstance(found, Underway) else JSONResponse(found.document)
