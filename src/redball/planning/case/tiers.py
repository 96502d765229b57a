"""Tiers behind the suppliers: what each needs of others to make what it sells."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Item
from redball.planning.case.sales import Sales, split
from redball.planning.case.stocks import spread_over
from redball.simulation.network import PolicyKind

_MANY_PER_DAY = 1.0
"""Above this use an input is ordered once a week, else one for one."""

_WEEK_DAYS = 7.0
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Link:
    """A row of the table ``supply``; ``supplier`` leads its group, ``item`` -1 for all it makes."""

    row: int
    supplier: int
    text: str
    item: int
    share: float
    mark: int


@dataclass
class Need:
    """An input at a customer: its cell, the recipes that may serve it best first, its use."""

    cell: int
    recipes: list[int]
    parts: list[float]
    lead_days: float
    use: float = 0.0
    most: float = 0.0
    lot: int = 1


@dataclass
class Tiers:
    """Adds inputs, what they are made by, and the stock of them, tier after tier.

    Attributes
    ----------
    inputs : dict of tuple to int
        Item of an input by its text, the customer that needs it, the article it is for (-1 for
        all that it makes), and the node where it is needed: who supplies one plant of a customer
        may stand at another.
    """

    sales: Sales
    inputs: dict[tuple[str, int, int, int], int] = field(default_factory=dict)
    _plants: dict[tuple[str, int, int], int] = field(default_factory=dict)
    _links: dict[int, list[Link]] = field(default_factory=dict)
    _parts: dict[int, list[tuple[int, float, int]]] = field(default_factory=dict)
    _need_of: dict[int, Need] = field(default_factory=dict)
    _needs: dict[int, list[tuple[Need, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._links = _links(self.sales)
        if self.sales.ground.options.assembly:
            self._parts = _parts(self.sales)

    def plan(self) -> None:
        """Follow every recipe to the last tier known, then size stocks by the flows."""
        draft = self.sales.draft
        for order in self.sales.orders:
            arc, made = draft.arcs[order.arc], draft.recipes[order.recipe]
            made.lot = max(made.lot, arc.minimum, draft.cells[arc.cell].lot)
        for recipe in self._follow():
            made = draft.recipes[recipe]
            for need, quantity in self._needs[recipe]:
                need.use += made.load * quantity
                need.most += made.most * quantity
                need.lot = max(need.lot, math.ceil(made.lot * quantity))
                for part, below in zip(need.parts, need.recipes, strict=True):
                    supplier = draft.recipes[below]
                    supplier.load += made.load * quantity * part
                    supplier.most += made.most * quantity
                    supplier.lot = max(supplier.lot, need.lot)
        for need in self._need_of.values():
            self._set_stock(need)

    def _follow(self) -> list[int]:
        """Recipes, each before what it needs; depth first, no recursion, needs added on the way."""
        done: list[int] = []
        seen: set[int] = set()
        for root in range(len(self.sales.draft.recipes)):
            if root in seen:
                continue
            path = {root: self._expand(root, {root})}
            seen.add(root)
            while path:
                recipe, rest = next(reversed(path.items()))
                below = next(rest, None)
                if below is None:
                    done.append(recipe)
                    del path[recipe]
                elif below not in seen:
                    seen.add(below)
                    path[below] = self._expand(below, {*path, below})
        return done[::-1]

    def _expand(self, recipe: int, path: set[int]) -> Iterator[int]:
        """Add the needs of a recipe, and give the recipes that serve them.

        A need that something on the way here would serve is left out: nothing is an input of
        itself, however far behind.
        """
        made = self.sales.draft.recipes[recipe]
        lead = self.sales.draft.items[self.sales.draft.cells[made.cell].item].lead
        grouped: dict[tuple[str, int], list[Link]] = defaultdict(list)
        for link in self._links.get(made.party, ()):
            if link.item in (NOWHERE, lead):
                grouped[link.text, link.item].append(link)
        found: list[tuple[Need, float]] = []
        for (text, item), links in grouped.items():
            need = self._input(made.party, text, item, links, recipe)
            if path.isdisjoint(need.recipes):
                found.append((need, 1.0))
            else:
                self.sales.ground.book.leave(
                    "supply", (link.row for link in links), "it closes a circle: not needed there"
                )
        found += [(self._part(recipe, part, party_row), quantity)
                  for part, quantity, party_row in self._parts.get(lead, ())
                  if self._sold_by_others(part, made.party)]  # fmt: skip
        self._needs[recipe] = found
        made.inputs = [(need.cell, quantity) for need, quantity in found]
        return iter([below for need, _ in found for below in need.recipes])

    def _input(self, party: int, text: str, item: int, links: list[Link], recipe: int) -> Need:
        sales = self.sales
        node = sales.draft.cells[sales.draft.recipes[recipe].cell].node
        key = (text, party, item, node)
        if key not in self.inputs:
            self.inputs[key] = len(sales.draft.items)
            first = self._plants.setdefault(key[:3], node) == node
            customer = sales.ground.name("party", party)
            what = "" if item == NOWHERE else f" ({sales.ground.name('item', item)})"
            what += "" if first else f", {sales.draft.nodes[node].name}"
            mark = 0
            for link in links:
                mark |= link.mark
            sales.draft.items.append(Item(f"{text} for {customer}{what}", text=text, mark=mark))
        cell = sales.draft.cell(node, self.inputs[key])
        if cell not in self._need_of:
            days = sales.ground.options.input_lead_days
            served: list[int] = []
            parts = split([link.share for link in links], [math.inf] * len(links))
            for part, link in zip(parts, links, strict=True):
                site = int(sales.ground.parties.site[link.supplier])
                below = sales.recipe(link.supplier, self.inputs[key], site, math.inf, link.mark)
                sales.connect(cell, below, rate=0.0, part=part, mark=link.mark, days=days)
                served.append(below)
            self._need_of[cell] = Need(cell, served, parts, days)
        return self._need_of[cell]

    def _sold_by_others(self, part: int, party: int) -> bool:
        """Whether a part is bought by its maker: some nation buys it of others."""
        sold = {o.party for (_, lead), offers in self.sales.offers.items() if lead == part
                for o in offers}  # fmt: skip
        return bool(sold) and party not in sold

    def _part(self, recipe: int, part: int, mark: int) -> Need:
        """Input stock of a part of an assembly, bought as nations buy it."""
        sales = self.sales
        item = sales.places.of_article(part)
        made = sales.draft.cells[sales.draft.recipes[recipe].cell]
        cell = sales.draft.cell(made.node, item, mark)
        if cell not in self._need_of:
            offers = [o for (_, lead), held in sorted(sales.offers.items()) if lead == part
                      for o in held]  # fmt: skip
            served: list[int] = []
            for offer in offers:
                below = sales.recipe(offer.party, item, offer.site, offer.per_day, offer.mark)
                sales.stated_by[below].append(offer.row)
                if below in served:
                    continue
                if sales.draft.recipes[below].cell == cell:
                    served.insert(0, below)  # made where it is needed: it takes no way
                    continue
                # what nations agreed on shares does not bind the maker: the first serves
                sales.connect(cell, below, rate=0.0, part=0.0 if served else 1.0, mark=offer.mark,
                              days=offer.lead_days, sd_days=offer.lead_sd_days,
                              minimum=offer.minimum)  # fmt: skip
                served.append(below)
            parts = [1.0] + [0.0] * (len(served) - 1)
            self._need_of[cell] = Need(cell, served, parts, offers[0].lead_days)
        return self._need_of[cell]

    def _set_stock(self, need: Need) -> None:
        """Stock for the days chosen, at least for one order; on the way what supply takes."""
        cell = self.sales.draft.cells[need.cell]
        cell.use = need.use
        size = max(need.use, need.most)
        days = self.sales.ground.options.input_days
        stock = max(math.ceil(size * days - _ROUNDING), need.lot)
        coming = math.ceil(size * need.lead_days - _ROUNDING)
        cell.on_hand = stock
        cell.due = spread_over(coming, need.lead_days)
        cell.order_up_to = stock + coming
        if size > _MANY_PER_DAY:
            cell.policy = PolicyKind.REORDER_UP_TO
            cell.reorder_point = cell.order_up_to
            cell.order_up_to += math.ceil(size * _WEEK_DAYS)
        else:
            cell.policy = PolicyKind.BASE_STOCK


def _links(sales: Sales) -> dict[int, list[Link]]:
    """Known needs by customer; alternatives by share, then as the table stands."""
    ground = sales.ground
    rows = ground.rows("supply")
    leave = ground.book.leave
    unseen = (
        (pl.col("supplier_ix") == NOWHERE)
        | (pl.col("customer_ix") == NOWHERE)
        | ground.twin.unseen("supply", "item")
    )
    leave("supply", rows.filter(unseen)["row"], "one of its parties or its item is not visible")
    leave("supply", rows.filter(~unseen, ~pl.col("essential"))["row"],
          "its customer can deliver without it")  # fmt: skip
    kept = rows.filter(~unseen, pl.col("essential")).sort(
        pl.col("share").fill_null(-1.0), pl.col("owner") != ground.twin.viewer, "row",
        descending=[True, False, False],
    )  # fmt: skip
    label = ground.book.marks.of(ground.twin["party"]["label"]).to_list()
    found: dict[int, list[Link]] = defaultdict(list)
    known: dict[tuple[int, int, str, int], int] = {}
    for row in kept.iter_rows(named=True):
        supplier = int(ground.parties.group[row["supplier_ix"]])
        customer = int(ground.parties.group[row["customer_ix"]])
        item = NOWHERE if row["item_ix"] == NOWHERE else ground.lead[row["item_ix"]]
        text = " ".join(row["input"].split()).lower()
        if supplier == customer or (supplier, customer, text, item) in known:
            why = "supplier and customer are one" if supplier == customer else "said before"
            leave("supply", [row["row"]], why)
            # the row said before counts, also where nobody asks for what its customer makes
            ground.book.mark |= known.get((supplier, customer, text, item), 0) | ground.party_mark
            continue
        mark = row["mark"] | label[row["supplier_ix"]] | label[row["customer_ix"]]
        known[supplier, customer, text, item] = mark
        found[customer].append(Link(row["row"], supplier, text, item, row["share"] or 0.0,
                                    mark | ground.party_mark))  # fmt: skip
    return dict(found)


def _parts(sales: Sales) -> dict[int, list[tuple[int, float, int]]]:
    """Essential children by article, with the quantity of each and marks; of the first owner."""
    ground = sales.ground
    rows = ground.rows("structure").filter(
        pl.col("parent_ix") != NOWHERE, pl.col("child_ix") != NOWHERE, pl.col("essential"),
        pl.col("alternative").is_null(),
    )  # fmt: skip
    found: dict[int, dict[int, tuple[str, float, int]]] = defaultdict(dict)
    for row in rows.iter_rows(named=True):
        parent, child = ground.lead[row["parent_ix"]], ground.lead[row["child_ix"]]
        if parent != child and child not in found[parent]:
            size = ground.factor[row["child_ix"]] / ground.factor[row["parent_ix"]]
            found[parent][child] = (row["owner"], row["quantity"] * size, row["mark"])
    return {
        parent: [(child, quantity, mark) for child, (_, quantity, mark) in sorted(parts.items())]
        for parent, parts in found.items()
    }
