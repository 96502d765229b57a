"""``/readiness``: the budget curve, and what a budget buys on it."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from redball import app
from redball.access.actions import Action
from redball.app.exploration import Exploration, Stop
from redball.app.explorer import Underway
from redball.app.exploring import (
    ExploreOptions,
    answer_at,
    command_of,
    exploration,
    explore_choices,
    stop_of,
)
from redball.web.answers import Export, Fact, ShownChart, Tabled, chart_of, shown_answer, tabled
from redball.web.pages.stock.asked import CurveAsked, Word, amount
from redball.web.pages.stock.part import explorer_of, not_yet, pages, tabs, waiting
from redball.web.visit import Visit, Visited
from redball.web.words import number, share

_GOAL = 0.9
"""Where exploring begins: the first point that reaches it, else the end of the curve."""
_BOUGHT = ("item_name", "site", "units", "cost", "nation", "item")
_FLEETS = (
    "units", "system", "systems", "availability_before", "availability", "target", "level", "site",
)  # fmt: skip
_WORDS = {
    "units": "Unit",
    "availability_before": "Now",
    "availability": "At this budget",
    "level": "Status",
}
_MONEY = {"cost": "Cost, EUR"}


@pages.page("/readiness", action=Action.SEE)
def readiness(visit: Visited, curve: CurveAsked, budget: Word = "", target: Word = "") -> Response:
    """Show what money buys: the curve, and one place on it."""
    found = exploration(visit.inputs, curve, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return waiting(visit, found, "Readiness and stock")
    options = wanted_place(found, curve, budget, target)
    place = _place(visit, found, options)
    if visit.wants_fragment:
        return visit.fragment("stock/at.html", place=place)
    whole = replace(found.whole, command=f"redball stock curve {visit.inputs.words}")
    return visit.page(
        "stock/readiness.html",
        title="Readiness and stock",
        origin=replace(found.whole.origin, label=found.label),
        live=("picture",),
        tabs=tabs(visit),
        curve=_chart(whole),
        points=_points(found),
        whole=shown_answer(
            visit,
            whole,
            anchor="whole",
            leave_out=[name for name in whole.tables if name != "left_out"],
            captions={"left_out": "Left out of account, and why"},
        ),
        exports=_exports(visit),
        asked=curve,
        fields=_fields(visit, curve, options),
        place=place,
    )


@pages.api("/readiness/curve", action=Action.SEE)
def readiness_curve(visit: Visited, curve: CurveAsked) -> JSONResponse:
    """Answer the readiness that every budget buys, as ``redball stock curve`` does.

    202 with how far it is while it is worked out.
    """
    found = exploration(visit.inputs, curve, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return not_yet(found)
    return JSONResponse(found.whole.document)


@pages.api("/readiness/at", action=Action.SEE)
def readiness_at(
    visit: Visited,
    curve: CurveAsked,
    budget: Annotated[float | None, Query(ge=0, le=1e13)] = None,
    target: Annotated[float | None, Query(gt=0, lt=1)] = None,
) -> JSONResponse:
    """Answer what a budget buys, as ``redball stock explore`` does; without one, the curve's end.

    202 with how far it is while the curve is worked out.
    """
    options = ExploreOptions(curve, budget, target)
    found = exploration(visit.inputs, curve, explorer=explorer_of(visit))
    if isinstance(found, Underway):
        return not_yet(found)
    return JSONResponse(answer_at(found, options).document)


def wanted_place(
    found: Exploration, curve: app.CurveOptions, budget: str, target: str
) -> ExploreOptions:
    """The place on a curve that an address asks for; where exploring begins when it names none."""
    money = amount(budget, "budget")
    goal = amount(target, "target", least=0.0001, most=0.9999)
    if money is not None:
        goal = None  # the field beside it keeps what was reached for last
    elif goal is None:
        first = found.reaching(_GOAL) or found.stops[-1]
        money = (first if first.number else found.stops[-1]).cost
    return ExploreOptions(curve, money, goal)


@dataclass(frozen=True)
class Place:
    """One place on the curve as it is shown.

    Attributes
    ----------
    answer : app.Answer
    stop : Stop
    budget : float
        EUR that were asked for; what the point costs where a target was.
    facts : list of Fact
    next : list of dict
        Rows of the next best buy.
    fleets, bought : Tabled
    nations : list of dict
    why : str
        Address of the page that explains each unit.
    """

    answer: app.Answer
    stop: Stop
    budget: float
    facts: list[Fact]
    next: list[dict[str, Any]]
    fleets: Tabled
    bought: Tabled
    nations: list[dict[str, Any]]
    why: str


def _place(visit: Visit, found: Exploration, options: ExploreOptions) -> Place:
    stop = stop_of(found, options)
    answer = answer_at(found, options, command=command_of(visit.inputs, options))
    sparing = options.curve.sparing
    return Place(
        why=visit.url(
            "/stock/explain", budget=stop.cost if options.budget is None else options.budget,
            nation=sparing.nations, system=sparing.systems, start=options.curve.start,
            forecast="1" if sparing.forecast else None,
            shelf_only=None if sparing.due_in else "1",
        ),
        answer=answer,
        stop=stop,
        budget=stop.cost if options.budget is None else options.budget,
        facts=_facts(found, stop, answer, options),
        next=answer.tables["next_buy"].to_dicts(),
        fleets=tabled(
            visit, answer.tables["by_system"], "Units at this budget", anchor="fleets",
            prefix="fleets.", columns=_FLEETS, words=_WORDS,
            empty="No unit holds a system of the case.",
        ),
        bought=tabled(
            visit, answer.tables["bought"], "What is bought, and where it goes", anchor="bought",
            prefix="bought.", columns=_BOUGHT, words=_MONEY, empty="Nothing is bought.",
        ),
        nations=answer.tables["by_nation"].to_dicts(),
    )  # fmt: skip


def _facts(
    found: Exploration, stop: Stop, answer: app.Answer, options: ExploreOptions
) -> list[Fact]:
    start = found.stops[0].readiness
    gain = 100 * (stop.readiness - start)
    left = 0.0 if options.budget is None else max(options.budget - stop.cost, 0.0)
    facts = [
        Fact(
            "Spent",
            f"{number(stop.cost)} EUR",
            note=f"{number(left)} EUR stay" if left >= 1 else "",
        ),
        Fact("Systems available", share(stop.readiness, 1), note=f"{gain:+.1f} points"),
    ]
    if stop.with_support is not None:
        helped = 100 * (stop.with_support - stop.readiness)
        facts.append(
            Fact("With mutual support", share(stop.with_support, 1), note=f"{helped:+.1f} points")
        )
    else:
        near = _nearest_with_support(found, stop)
        if near is not None and near.with_support is not None:
            place = f"at {number(near.cost)} EUR, the nearest place where it is worked out"
            facts.append(Fact("With mutual support", share(near.with_support, 1), note=place))
    below = answer.figures["fleets below their target"]
    facts += [
        Fact("Units bought", number(stop.units), note=f"{number(stop.rows)} items at sites"),
        Fact("Fleets below target", str(below), level="caution" if below else "normal"),
    ]
    return facts


def _nearest_with_support(found: Exploration, stop: Stop) -> Stop | None:
    """The point next to one at which mutual support was evaluated."""
    known = [one for one in found.stops if one.with_support is not None]
    return min(known, key=lambda one: abs(one.number - stop.number), default=None)


def _chart(whole: app.Answer) -> ShownChart | None:
    return next(
        (c for c in (chart_of(one, f"curve-{n}") for n, one in enumerate(whole.charts)) if c), None
    )


def _points(found: Exploration) -> list[list[float | None]]:
    """Cost, readiness, and readiness with support of every point, for the slider."""
    return [[stop.cost, stop.readiness, stop.with_support] for stop in found.stops]


@dataclass(frozen=True)
class Fields:
    """What the fields show, and what forms beside each other carry along."""

    nations: list[tuple[str, str]]
    systems: tuple[tuple[str, str], ...]
    nation: str
    system: str
    target: float | None
    carried: list[tuple[str, str]]


def _fields(visit: Visit, curve: app.CurveOptions, options: ExploreOptions) -> Fields:
    choices = explore_choices(visit.inputs)
    given = visit.request.query_params.multi_items()
    return Fields(
        nations=[(one, one) for one in choices.nations],
        systems=choices.systems,
        nation=next(iter(curve.sparing.nations), ""),
        system=next(iter(curve.sparing.systems), ""),
        target=options.target,
        carried=[(n, v) for n, v in given if n not in ("budget", "target") and "." not in n],
    )


def _exports(visit: Visit) -> list[Export]:
    given = visit.request.query_params.multi_items()
    query = {name: [v for n, v in given if n == name] for name, _ in given if "." not in name}
    found = [Export("This place as JSON", visit.url("/api/v1/readiness/at", **_for_api(query)))]
    found.append(Export("The curve as JSON", visit.url("/api/v1/readiness/curve", **_curve(query))))
    return found


def _curve(query: dict[str, list[str]]) -> dict[str, object]:
    return {k: v for k, v in query.items() if k not in ("budget", "target", "as_of")}


def _for_api(query: dict[str, list[str]]) -> dict[str, object]:
    return {k: v for k, v in query.items() if k != "as_of" and any(v)}
