"""What all parts of a case stand on: articles, parties, the resupply tree, fleets' removals."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.identity import recognise_parties
from redball.model import NOWHERE, BadData, Consumption, DemandForecast, Groups, Twin
from redball.model.money import last_rates
from redball.planning.case.options import CaseOptions
from redball.risk.ownership import Organisations, organisations
from redball.stock.case import SparingCase, sparing_case
from redball.stock.case.articles import Articles, articles_of
from redball.stock.case.book import Book
from redball.stock.case.sites import resupply_sites

Ints = npt.NDArray[np.int32]


@dataclass
class Ground:
    """The twin, as a case reads it.

    Attributes
    ----------
    book : Book
        Keeps the marks used and the rows left out.
    articles : Articles
        What each row of the table ``item`` is.
    parties : Organisations
        Records of one party together: group, owner in the end, main site, country.
    party_mark : int
        Marks of what the recognition of parties rests on.
    above : int32 array, shape (site rows,)
        Site that resupplies each site; -1 where it buys from outside.
    tree : bool array, shape (site rows,)
        Whether the resupply table places the site.
    spares : SparingCase or None
        Removals, repair and resupply of what fleets carry; None where there are no fleets.
    silent : str
        Why there are no fleets.
    """

    twin: Twin
    use: Consumption | DemandForecast | None
    options: CaseOptions
    day: date
    book: Book
    articles: Articles
    parties: Organisations
    party_mark: int
    above: Ints
    tree: npt.NDArray[np.bool_]
    spares: SparingCase | None
    silent: str

    @cached_property
    def site_mark(self) -> list[int]:
        """Marks of each site."""
        return self._marks("site")

    @cached_property
    def item_mark(self) -> list[int]:
        """Marks of each item record with what its recognition rests on."""
        return [int(m) for m in self.articles.mark]

    @cached_property
    def lead(self) -> list[int]:
        """Leading record of each item record."""
        return [int(row) for row in self.articles.lead]

    @cached_property
    def factor(self) -> list[float]:
        """Units of the article in one unit of issue of each record."""
        return [float(f) for f in self.articles.factor]

    @cached_property
    def axis(self) -> dict[int, int]:
        """Position on the sparing axis by leading record."""
        if self.spares is None:
            return {}
        return {int(row): i for i, row in enumerate(self.spares.item_ix)}

    @cached_property
    def position(self) -> dict[int, int]:
        """Position on the sparing axis of sites by row."""
        if self.spares is None:
            return {}
        return {int(row): s for s, row in enumerate(self.spares.site_ix)}

    @cached_property
    def depth(self) -> list[int]:
        """Steps from each site up to where it is bought."""
        found = [0] * len(self.above)
        for site in range(len(self.above)):
            step, at = 0, int(self.above[site])
            while at != NOWHERE:
                step, at = step + 1, int(self.above[at])
            found[site] = step
        return found

    def rows(self, table: str) -> pl.DataFrame:
        """Rows of a table with their number ``row``, ``owner`` as text and ``mark``."""
        frame = self.twin[table]
        return frame.with_row_index("row").with_columns(
            pl.col("owner").cast(pl.String), mark=self.book.marks.of(frame["label"])
        )

    def name(self, table: str, row: int) -> str:
        """``OWNER:KEY`` of a row."""
        return self.names(table)[row]

    def names(self, table: str) -> list[str]:
        """``OWNER:KEY`` of every row."""
        if table not in self._names:
            named = self.twin.tables[table].select(
                pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
            )
            self._names[table] = named.to_series().to_list()
        return self._names[table]

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def per_euro(self) -> dict[str, tuple[float, int]]:
        """Units of each currency for one euro, and the mark of the rate."""
        rates = last_rates(self.twin)
        marks = self.book.marks.of(rates["rate_label"])
        return {
            code: (float(rate), int(mark))
            for code, rate, mark in zip(rates["currency"], rates["per_eur"], marks, strict=True)
        }

    @cached_property
    def own_currency(self) -> dict[str, tuple[str, int]]:
        """Currency of each nation and the mark of the row that says so; its own row first."""
        nation = self.rows("nation").drop_nulls("currency")
        ordered = nation.sort(pl.col("owner") != pl.col("key"), "owner")
        first = ordered.unique("key", keep="first", maintain_order=True)
        return {
            key: (code, int(mark))
            for key, code, mark in first.select("key", "currency", "mark").iter_rows()
        }

    def euro(self, amount: float | None, currency: str | None, owner: str) -> tuple[float, int]:
        """An amount in euro (NaN where none is known) and the marks it rests on."""
        mark = 0
        if currency is None:
            currency, mark = self.own_currency.get(owner, (None, 0))
        if amount is None or currency is None or currency not in self.per_euro:
            return float("nan"), 0
        rate, of_rate = self.per_euro[currency]
        return amount / rate, mark | of_rate

    def days_until(self, when: date) -> float:
        """Days from the first day of the simulation to the beginning of a date."""
        return float((when - self.day).days)

    def _marks(self, table: str) -> list[int]:
        return [int(m) for m in self.book.marks.of(self.twin.tables[table]["label"])]


def ground(
    twin: Twin,
    use: Consumption | DemandForecast | None,
    *,
    items: Groups | None,
    units: pl.DataFrame | None,
    parties: Groups | None,
    day: date,
    options: CaseOptions,
) -> Ground:
    """Read what every part of a case needs.

    Raises
    ------
    BadUse
        Groups or demand are not of this twin.
    BadData
        Sites resupply each other in a circle.
    """
    book = Book(twin)
    above, tree = _tree(twin, book)
    spares: SparingCase | None = None
    silent = ""
    try:
        spares = sparing_case(twin, use, items=items, units=units, day=day)
    except BadData as error:  # a twin without fleets or structure still has stock and supply
        silent = str(error)
    known = recognise_parties(twin) if parties is None else parties
    together = not (np.asarray(known.group) == np.arange(len(known.group))).all()
    return Ground(
        twin=twin,
        use=use,
        options=options,
        day=day,
        book=book,
        articles=articles_of(twin, book, items, units),
        parties=organisations(twin, known),
        # whether two records are one party may be known from any of their rows
        party_mark=book.marks.together(twin["party"]["label"]) if together else 0,
        above=above,
        tree=tree,
        spares=spares,
        silent=silent,
    )


def _tree(twin: Twin, book: Book) -> tuple[Ints, npt.NDArray[np.bool_]]:
    height = twin["site"].height
    above, tree = np.full(height, NOWHERE, np.int32), np.zeros(height, bool)
    if (twin.index("resupply", "site") != NOWHERE).any():
        sites = resupply_sites(twin, book, None)
        tree[sites.rows] = True
        has = sites.supplier != NOWHERE
        above[sites.rows[has]] = sites.rows[sites.supplier[has]]
    return above, tree
