"""Builds the sparing problem of a twin, and says what it left out and assumed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import (
    NOWHERE,
    BadData,
    BadUse,
    Consumption,
    DemandForecast,
    Groups,
    ResultLabel,
    Twin,
)
from redball.stock.case.articles import Articles, articles_of
from redball.stock.case.book import Book
from redball.stock.case.fleets import Fleets, fleets_at
from redball.stock.case.holdings import stock_of
from redball.stock.case.loads import Loads, loads_of
from redball.stock.case.rates import rates_of
from redball.stock.case.sites import Sites, resupply_sites
from redball.stock.case.terms import Terms, terms_of
from redball.stock.case.units import Units, units_of
from redball.stock.case.words import assumptions
from redball.stock.sparing.checks import check_problem
from redball.stock.sparing.problem import Applications, SparingProblem, Structure

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class SparingCase:
    """A sparing problem, the stock that is there, and what its axes stand for in the twin.

    Attributes
    ----------
    problem : SparingProblem
        I items, S sites, Y kinds of system; amounts in units of the article, money in euro.
    have : float64 array, shape (I, S)
        Whole units of stock now; see ``assumptions`` for what counts.
    item_ix : int32 array, shape (I,)
        Row of the table ``item`` that stands for the article, ascending.
    item_of : int32 array, shape (item rows,)
        Position on the item axis of every record; -1 for those not in the case.
    unit_factor : float64 array, shape (item rows,)
        Units of the article in one unit of issue of the record.
    site_ix, system_ix : int32 array, shape (S,) and (Y,)
        Rows of the tables ``site`` and ``system``, ascending.
    nation : tuple of str
        Owner of each site.
    label : ResultLabel
        Dominant label of all rows used.
    labels : polars.DataFrame
        Of each cell with demand or stock: ``item``, ``site`` (int32, positions on the axes) and
        ``labels`` (positions in ``twin.labels`` of what its figures rest on). A result that
        weighs items against each other rests on all of them and carries ``label``.
    left_out : polars.DataFrame
        ``table``, ``key`` (``OWNER:KEY``), ``why``, ``own`` and ``labels`` (positions in
        ``twin.labels``: of the row, and with the rows it names): rows that could not be used, or
        not in full. They are not in ``label``: whoever shows them marks them by their own.
    assumptions : tuple of str
    """

    problem: SparingProblem
    have: Floats
    item_ix: Ints
    item_of: Ints
    unit_factor: Floats
    site_ix: Ints
    system_ix: Ints
    nation: tuple[str, ...]
    label: ResultLabel
    labels: pl.DataFrame
    left_out: pl.DataFrame
    assumptions: tuple[str, ...]


def sparing_case(
    twin: Twin,
    use: Consumption | DemandForecast | None = None,
    *,
    items: Groups | None = None,
    units: pl.DataFrame | None = None,
    systems: Collection[int] | None = None,
    nations: Collection[str] | None = None,
    day: date | None = None,
    due_in: bool = True,
) -> SparingCase:
    """Build the sparing problem of what a viewer sees.

    Parameters
    ----------
    twin : Twin
        Tables resupply, structure, system and fleet are needed; repair, factor, demand, source,
        policy, holding, order and consignment are read where they hold rows.
    use : Consumption or DemandForecast, optional
        Recorded demand, for items without a rate per operating hour. A forecast brings its
        variance; a consumption counts as Poisson.
    items : Groups, optional
        Recognised items; records of one article become one item, so that allies can support each
        other. Without them every record stands alone.
    units : polars.DataFrame, optional
        ``item_ix``, ``factor_to_group_unit`` and ``labels`` as from ``unit_factors``; without it
        only records with the same unit of issue and content become one item.
    systems : collection of int, optional
        Rows of the table ``system``; all where not given.
    nations : collection of str, optional
        Owner codes: only their fleets, at their sites and the sites above them.
    day : date, optional
        For the last day of use of lots; the day of the twin where not given.
    due_in : bool
        Whether stock counts what waits for repair, is on order and is under way.

    Raises
    ------
    BadUse
        Groups, demand or choices do not fit the twin.
    BadData
        A table lacks what every case needs, or its rows contradict each other (circles): the
        error names the table to fill.
    """
    _check_choices(twin, systems, nations)
    book = Book(twin)
    sites = resupply_sites(twin, book, nations)
    articles = articles_of(twin, book, items, units)
    fleets = fleets_at(twin, book, sites, systems=systems, nations=nations)
    rates = rates_of(twin, book, use, fleets, articles, sites)
    built = units_of(twin, book, articles, fleets, rates)
    loads = loads_of(book, built, fleets, rates, sites)
    terms = terms_of(twin, book, articles, built.items, sites)
    built, loads, terms = _with_times(twin, book, sites, built, loads, terms)
    problem = _problem(twin, articles, sites, fleets, built, loads, terms)
    check_problem(problem)
    have, mark = stock_of(
        twin, book, articles, built.items, sites, day=day or twin.as_of.date(),
        repairable=terms.repaired.max(axis=1) > 0, due_in=due_in,
    )  # fmt: skip
    cells = terms.mark | loads.mark | mark
    book.used(pl.Series(cells.ravel()))
    book.used(pl.Series(articles.mark[built.items]))
    book.used(pl.Series(built.mark))
    axis = np.full(len(articles.lead), NOWHERE, np.int32)
    axis[built.items] = np.arange(len(built.items), dtype=np.int32)
    every = cells | articles.mark[built.items][:, None] | built.mark[:, None] | sites.mark[None, :]
    return SparingCase(
        problem=problem,
        have=have,
        item_ix=built.items,
        item_of=axis[articles.lead],
        unit_factor=articles.factor,
        site_ix=sites.rows,
        system_ix=fleets.systems,
        nation=sites.nation,
        label=book.marks.label(book.mark),
        labels=_cell_labels(book, every, (loads.demand > 0) | (have > 0)),
        left_out=book.left_out,
        assumptions=assumptions(
            twin,
            use,
            sites,
            np.flatnonzero(axis[articles.lead] != NOWHERE).astype(np.int32),
            due_in=due_in,
        ),
    )


def _check_choices(
    twin: Twin, systems: Collection[int] | None, nations: Collection[str] | None
) -> None:
    height = twin["system"].height
    wrong = [y for y in systems or () if not 0 <= y < height]
    if wrong:
        raise BadUse(
            f"There is no system in row {wrong[0]}.",
            mend="Pass rows of the twin's table system; twin.find gives the row of a key.",
        )
    if systems is not None and not systems:
        raise BadUse("No system is chosen.", mend="Leave 'systems' out for all of them.")
    if nations is not None and (not nations or isinstance(nations, str)):
        raise BadUse(
            "The nations are not a collection of owner codes.",
            mend="Pass for example ('DEU', 'NLD'), or leave them out for all.",
        )


def _with_times(
    twin: Twin, book: Book, sites: Sites, built: Units, loads: Loads, terms: Terms
) -> tuple[Units, Loads, Terms]:
    """Leave out items that have to be ordered somewhere and nobody says how long that takes."""
    missing = np.isnan(terms.ship_days) & (terms.repaired < 1)
    reached = loads.reached(built, sites, terms.repaired)
    lost = np.logical_or.reduce(missing & reached, axis=1)
    if lost.any():
        label = twin.tables["site"]["label"]
        for item in np.flatnonzero(lost):
            rows = sites.rows[(missing & reached)[item]]
            at = sorted(str(twin.ref("site", row)) for row in rows)
            book.leave(
                "item", [built.items[item]],
                f"no order and ship time and no source with a lead time at {', '.join(at)}",
                named=label.gather(rows),
            )  # fmt: skip
        kept = ~lost
        if not kept.any():
            raise BadData(
                "For no item is it known how long an order takes at the top.",
                where="table resupply",
                mend="Give ship_days of the sites that buy from outside, or sources with lead "
                "times.",
            )
        built, loads = built.without(lost), loads.without(lost, built)
        terms = Terms(*(getattr(terms, name)[kept] for name in terms.__dataclass_fields__))
    # cells that no failure ever reaches; a number is needed and none is used
    idle = np.isnan(terms.ship_days)
    days = np.where(idle, 0.0, terms.ship_days)
    return built, loads, Terms(days, terms.repaired, terms.repair_days, terms.batch, terms.mark)


def _problem(
    twin: Twin,
    articles: Articles,
    sites: Sites,
    fleets: Fleets,
    built: Units,
    loads: Loads,
    terms: Terms,
) -> SparingProblem:
    items = built.items
    systems = np.zeros((len(fleets.systems), len(sites)))
    kind = np.searchsorted(fleets.systems, fleets.rows["system_ix"].to_numpy())
    np.add.at(systems, (kind, fleets.rows["site"].to_numpy()), fleets.rows["count"].to_numpy())
    return SparingProblem(
        supplier=sites.supplier,
        demand=loads.demand,
        repaired=terms.repaired,
        repair_days=terms.repair_days,
        ship_days=terms.ship_days,
        variance_to_mean=loads.ratio,
        batch=terms.batch,
        unit_cost=articles.price_eur[items],
        mass_kg=np.nan_to_num(articles.mass_kg[items]),
        volume_m3=np.nan_to_num(articles.volume_m3[items]),
        structure=Structure(built.parent, built.child, built.isolation),
        applications=Applications(
            built.used_item, built.used_system, built.per_system, built.needed, loads.share
        ),
        systems=systems,
        least=np.zeros((1, 1)),
        most=np.full((1, 1), np.inf),
        item_names=_names(twin, "item", items),
        site_names=_names(twin, "site", sites.rows),
        system_names=_names(twin, "system", fleets.systems),
    )


def _names(twin: Twin, table: str, rows: Ints) -> tuple[str, ...]:
    named = twin.tables[table][rows].select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    )
    return tuple(named.to_series().to_list())


def _cell_labels(
    book: Book, marks: npt.NDArray[np.uint64], live: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    item, site = (axis.astype(np.int32) for axis in np.nonzero(live))
    return pl.DataFrame({"item": item, "site": site}).with_columns(
        labels=book.marks.lists(pl.Series(marks[live]))
    )
