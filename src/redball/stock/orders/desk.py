"""The desk that turns shortages into lines: receivers before their givers, urgent ones first."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from redball.model import NOWHERE, Twin
from redball.stock.orders.articles import Article, articles
from redball.stock.orders.choice import Offer, Refusal, Terms, choose, down, number, up
from redball.stock.orders.keys import Keys
from redball.stock.orders.need import Need
from redball.stock.orders.resupply import Giver, Place, Resupply
from redball.stock.orders.sources import Source, Transport
from redball.stock.orders.words import chosen, given, state

Row = dict[str, Any]
"""A row of a frame by column; Polars gives these values untyped."""

_TOLD = 500
"""Places between two reports of progress."""
_DUST = 1e-9


@dataclass(frozen=True)
class Settings:
    """What the caller set."""

    today: date
    holding_rate: float
    tie_share: float
    giver_keeps: float = 1.0
    progress: Callable[[float], None] | None = None


@dataclass
class _Place:
    """Stock of a place in this run.

    ``floor``: what it keeps when it gives; None when its policy can't be used.
    """

    stock: Row
    floor: float | None = 0.0
    given: float = 0.0
    mark: int = 0


@dataclass
class Desk:
    """Works through the policies, and keeps account of what it has promised.

    Attributes
    ----------
    lines, open : list of dict
        Rows of ``OrderProposals.lines`` and ``not_ordered``, with ``mark``; lines have ``urgency``.
    enough : int
        Policies whose position is above the reorder point.
    """

    twin: Twin
    resupply: Resupply
    sources: Mapping[int, list[Source]]
    lanes: Transport
    settings: Settings
    lines: list[Row] = field(default_factory=list)
    open: list[Row] = field(default_factory=list)
    enough: int = 0
    _places: dict[Place, _Place] = field(default_factory=dict)
    _articles: Mapping[int, Article] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys = Keys(self.twin, self.settings.today)

    def work(self, policies: pl.DataFrame, stock: pl.DataFrame) -> None:
        """Go through the policies of :func:`wanted` with the positions."""
        for row in stock.iter_rows(named=True):
            place = (row["site_ix"], row["item_ix"])
            self._places[place] = _Place(row, mark=row["mark"])
        usable = self._sorted_out(policies)
        self._articles = articles(self.twin, (row["item_ix"] for row in usable))
        waves: dict[int, list[Row]] = {}
        for row in usable:
            depth = self.resupply.depth(row["site_ix"], row["item_ix"])
            if depth is None:
                why = "The table resupply leads from this site back to it; mend it."
                self._leave(row, None, "resupply circle", why, row["mark"])
            else:
                waves.setdefault(depth, []).append(row)
        done = 0
        for depth in sorted(waves, reverse=True):
            # what a giver has promised counts when its own wave comes
            for row in sorted(waves[depth], key=self._urgency):
                self._judge(row)
                done += 1
                if self.settings.progress is not None and done % _TOLD == 0:
                    self.settings.progress(done / len(usable))
        self.lines.sort(key=lambda line: (line["urgency"], line["site_ix"], line["item_ix"]))
        if self.settings.progress is not None:
            self.settings.progress(1.0)

    def _sorted_out(self, policies: pl.DataFrame) -> list[Row]:
        """Policies that can be used; the others are listed, and their places give nothing."""
        usable = []
        for row in policies.iter_rows(named=True):
            place = self._places.get((row["site_ix"], row["item_ix"]))
            if row["code"] is not None:
                self._leave(row, None, row["code"], row["why"], row["mark"])
                floor = None
            else:
                usable.append(row)
                point = 0.0 if row["kind"] == "base_stock" else max(row["reorder_point"], 0.0)
                floor = point * self.settings.giver_keeps
            if place is not None:
                place.floor, place.mark = floor, place.mark | row["mark"]
        return usable

    def _urgency(self, row: Row) -> tuple[float, int, int]:
        """Share of the reorder point that is there, the lowest first."""
        place = self._places[row["site_ix"], row["item_ix"]]
        position = place.stock["position"]
        if position is None:
            return math.inf, row["site_ix"], row["item_ix"]
        point = max(row["reorder_point"] + (row["kind"] == "base_stock"), 1.0)
        return (position - place.given) / point, row["site_ix"], row["item_ix"]

    def _judge(self, row: Row) -> None:
        site, item = row["site_ix"], row["item_ix"]
        place = self._places[site, item]
        mark = row["mark"] | place.mark
        if place.stock["position"] is None:
            why = "Whether there is stock at this site is not shown to you."
            self._leave(row, None, "stock unknown", why, mark)
            return
        need = Need(
            site, item, row["kind"], row["reorder_point"],
            _number(row["order_up_to"]), _number(row["quantity"]), row["per_day"],
            place.stock, place.given, self._articles[item], mark,
        )  # fmt: skip
        quantity = up(need.quantity, whole=need.article.whole)
        if quantity <= _DUST:
            self.enough += 1
            return
        urgency = self._urgency(row)[0]
        giver = self.resupply.giver(site, item)
        if giver is None:
            self._buy(row, need, quantity, urgency)
        else:
            self._transfer(row, need, quantity, urgency, giver)

    def _transfer(
        self, row: Row, need: Need, quantity: float, urgency: float, giver: Giver
    ) -> None:
        """Take from the resupplying site what it has above its reorder point."""
        place = self._places[giver.site, need.item]
        mark = need.mark | giver.mark | place.mark
        name = self.twin.name_of("site", giver.site)
        free = place.stock["free"]
        if free is None or place.floor is None:
            why = "stock is not shown to you" if free is None else "policy can't be used"
            self._leave(row, quantity, "supplier stock", f"{state(need)} {name} resupplies this "
                        f"site, but its {why}.", mark)  # fmt: skip
            return
        left = max(free - place.stock["leaving"] - place.given, 0.0)
        spare = max(left - place.floor, 0.0)
        taken = min(quantity, down(spare, whole=need.article.whole))
        said = f"{state(need)} {given(name, left, place.floor, giver.ship_days)}"
        if taken > _DUST:
            place.given += taken
            place.mark |= mark
            self._add(need, "transfer", taken, urgency, said, mark, giver.ship_days,
                      from_site_ix=giver.site)  # fmt: skip
        if quantity - taken > _DUST:
            self._leave(row, quantity - taken, "supplier stock", said, mark)

    def _buy(self, row: Row, need: Need, quantity: float, urgency: float) -> None:
        """Order from the best source, and what it can't deliver from the next ones."""
        article, settings = need.article, self.settings
        terms = Terms(
            need.site, article.whole, need.per_day, article.mass_kg, article.shelf_life_days,
            settings.holding_rate, settings.tie_share,
        )  # fmt: skip
        candidates = list(self.sources.get(need.item, ()))
        mark = reduce(
            or_, (s.mark | self.lanes.mark(s, need.site) for s in candidates), need.mark
        )  # fmt: skip
        left, refusals = quantity, list[Refusal]()
        while left > _DUST and candidates:
            best, offers, refusals = choose(left, candidates, terms, self.lanes)
            if best is None:
                break
            self._order(need, best, f"{state(need)} {chosen(best, offers, refusals)}",
                        urgency, mark)  # fmt: skip
            candidates.remove(best.source)
            left -= best.quantity
        if left > _DUST:
            code, why = _refused(refusals, self.sources.get(need.item, ()), left)
            self._leave(row, left, code, f"{state(need)} {why}", mark)

    def _order(self, need: Need, best: Offer, why: str, urgency: float, mark: int) -> None:
        source, amount = best.source, best.quantity * best.unit_price
        if math.isfinite(source.left):
            # what is left for the next need rests on this one
            source.left -= best.quantity
            source.mark |= mark
        self._add(
            need, "purchase", best.quantity, urgency, why, mark, source.lead_days,
            party_ix=source.party, source_ix=source.row, unit_price=best.unit_price,
            currency=source.currency, amount=round(amount, 2),
            amount_eur=round(amount / (source.per_eur or math.nan), 2),
        )  # fmt: skip

    def _add(
        self, need: Need, action: str, quantity: float, urgency: float, why: str, mark: int,
        days: float, **more: object,
    ) -> None:  # fmt: skip
        article = need.article
        line: Row = {"party_ix": NOWHERE, "source_ix": NOWHERE, "from_site_ix": NOWHERE, **more}
        supplier = line["party_ix"] if action == "purchase" else line["from_site_ix"]
        content = None if article.content is None else quantity * article.content
        packs = (
            f" {number(quantity)} {article.unit} hold {number(content)} {article.content_unit}."
            if content is not None and article.content_unit
            else ""
        )
        self.lines.append(
            {
                **line,
                "key": self._keys.key(action, need.site, need.item, supplier),
                "action": action,
                "site_ix": need.site,
                "item_ix": need.item,
                "quantity": quantity,
                "unit_of_issue": article.unit,
                "content_quantity": content,
                "content_unit": article.content_unit,
                "due_on": self.settings.today + timedelta(days=math.ceil(days)),
                "position": need.position,
                "reorder_point": need.point,
                "order_up_to": None if math.isnan(need.level) else need.level,
                "why": why + packs,
                "mark": mark,
                "urgency": urgency,
            }
        )

    def _leave(self, row: Row, quantity: float | None, code: str, why: str, mark: int) -> None:
        self.open.append(
            {
                "site_ix": row["site_ix"],
                "item_ix": row["item_ix"],
                "quantity": quantity,
                "code": code,
                "why": why,
                "mark": mark,
            }
        )


def _refused(
    refusals: list[Refusal], known: "list[Source] | tuple[Source, ...]", left: float
) -> tuple[str, str]:
    """Code and sentence for what no source delivers."""
    if not known:
        return "no source", "You have no source for this item."
    if not refusals:
        return "capacity", f"{number(left)} stay open: no source is left that could deliver them."
    why = "; ".join(refusal.why for refusal in refusals)
    return refusals[0].code, f"{number(left)} stay open: {why}."


def _number(value: float | None) -> float:
    return math.nan if value is None else value
