"""Sentences that say why something is ordered, and from whom."""

from collections.abc import Sequence

from redball.stock.orders.choice import Offer, Refusal, number
from redball.stock.orders.need import Need


def state(need: Need) -> str:
    """Where the position stands, and what the policy asks for."""
    unit, parts = need.article.unit, [f"{number(need.free)} free"]
    for name, words in (
        ("in_repair", "in or waiting for repair"),
        ("on_order", "on order"),
        ("in_transit", "on the way"),
    ):
        if need.stock[name] > 0:
            late = need.stock["overdue"] if name == "on_order" else 0
            overdue = f" ({number(late)} of it overdue)" if late > 0 else ""
            parts.append(f"{number(need.stock[name])} {words}{overdue}")
    for name, words in (("leaving", "planned to leave"), ("owed", "owed to requirements")):
        if need.stock[name] > 0:
            parts.append(f"less {number(need.stock[name])} {words}")
    if need.kind == "base_stock":
        policy = f"below the level of {number(need.level)} to be kept"
    else:
        policy = f"at or below the reorder point of {number(need.point)}: " + (
            f"order in lots of {number(need.lot)}"
            if need.kind == "fixed_quantity"
            else f"order up to {number(need.level)}"
        )
    return f"The position of {number(need.position)} {unit} ({', '.join(parts)}) is {policy}."


def chosen(best: Offer, offers: Sequence[Offer], refusals: Sequence[Refusal]) -> str:
    """Why this source."""
    said = [*best.notes]
    others = [offer for offer in offers if offer is not best]
    landed = f"{best.source.name} lands at {best.landed_eur:,.2f} EUR per unit"
    if not others:
        said.append(f"{landed}; no other source can be used.")
    elif best is offers[0]:
        said.append(
            f"{landed}, the least; next is {others[0].source.name} at "
            f"{others[0].landed_eur:,.2f} EUR."
        )
    else:
        said.append(
            f"{landed}, about the same as {others[0].source.name} at "
            f"{others[0].landed_eur:,.2f} EUR, and delivers sooner: in "
            f"{number(best.source.lead_days)} days in place of "
            f"{number(others[0].source.lead_days)}."
        )
    if refusals:
        said.append(f"Not used: {'; '.join(refusal.why for refusal in refusals)}.")
    return " ".join(said)


def given(giver: str, free: float, floor: float, days: float) -> str:
    """What the resupplying site can give."""
    keeps = f", keeps {number(floor)} for its own reorder point," if floor > 0 else ""
    return (
        f"{giver} has {number(free)} free{keeps} and resupplies this site in {number(days)} days."
    )
