"""What an address asks for, as options of the verbs; blank fields of forms count as absent."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from redball import app
from redball.model import BadUse

EURO_MOST = 1e13
Word = Annotated[str, Query(max_length=120)]
Words = Annotated[list[str] | None, Query(max_length=20)]


def amount(
    text: str | None, name: str, *, most: float = EURO_MOST, least: float = 0.0
) -> float | None:
    """A number that somebody typed; ``None`` for nothing.

    Raises
    ------
    BadUse
        It is no number, or out of range.
    """
    words = (text or "").replace(",", "").replace("\u202f", "").replace(" ", "")
    if not words:
        return None
    try:
        value = float(words)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise BadUse(
            f"'{(text or '')[:40]}' can't be used.",
            where=name,
            mend=f"Write a number from {least:g} to {most:g}.",
        )
    return value


def sparing_asked(
    system: Words = None,
    nation: Words = None,
    forecast: bool = False,
    shelf_only: bool = False,
) -> app.SparingOptions:
    """Which fleets, and how demand is taken."""
    systems, nations = (tuple(sorted({w for w in given or () if w})) for given in (system, nation))
    if any(len(word) > 120 for word in (*systems, *nations)):
        raise BadUse("A name is longer than any there is.", mend="Choose from the lists.")
    return app.SparingOptions(systems, nations, forecast, due_in=not shelf_only)


SparingAsked = Annotated[app.SparingOptions, Depends(sparing_asked)]


def curve_asked(
    sparing: SparingAsked,
    start: Literal["holdings", "empty"] = "holdings",
    support: bool = True,
    points: Annotated[int, Query(ge=2, le=200)] = 40,
) -> app.CurveOptions:
    """Which budget curve."""
    return app.CurveOptions(sparing, points, None, start, support)


CurveAsked = Annotated[app.CurveOptions, Depends(curve_asked)]


def reserve_asked(
    duration: Word = "exponential:60",
    budget: Word = "",
    storage_t: Word = "",
    storage_m3: Word = "",
    supply_class: Words = None,
    nation: Words = None,
    demand_factor: Word = "1",
    cover: Word = "0.99",
    release_days: Word = "",
    hours: Word = "24,48,72",
) -> app.ReserveOptions:
    """Which reserve."""
    words = duration.strip() or "exponential:60"
    return app.ReserveOptions(
        duration=app.parse_duration(words),
        duration_words=words,
        budget=amount(budget, "budget"),
        storage_t=amount(storage_t, "storage_t"),
        storage_m3=amount(storage_m3, "storage_m3"),
        classes=tuple(one[:120] for one in supply_class or () if one),
        nations=tuple(one[:120] for one in nation or () if one),
        demand_factor=_or(amount(demand_factor, "demand_factor", most=1000.0), 1.0),
        cover=_or(amount(cover, "cover", least=0.01, most=0.999999), 0.99),
        release_days=amount(release_days, "release_days", most=36_600.0),
        hours=app.parse_hours(hours or "24,48,72"),
    )


ReserveAsked = Annotated[app.ReserveOptions, Depends(reserve_asked)]


def replenish_asked(
    kind: Word = "reorder_up_to",
    service_level: Word = "0.95",
    holding_rate: Word = "0.2",
    order_cost: Word = "50",
    review_days: Word = "1",
    own_only: bool = False,
) -> app.ReplenishOptions:
    """Which orders."""
    return app.ReplenishOptions(
        kind=app.parse_kind(kind or "reorder_up_to"),
        service_level=_or(amount(service_level, "service_level", least=0.01, most=0.9999), 0.95),
        holding_rate=_or(amount(holding_rate, "holding_rate", least=0.0001, most=10.0), 0.2),
        order_cost=_or(amount(order_cost, "order_cost"), 50.0),
        review_days=_or(amount(review_days, "review_days", least=1.0, most=366.0), 1.0),
        own_only=own_only,
    )


ReplenishAsked = Annotated[app.ReplenishOptions, Depends(replenish_asked)]


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
