"""A table of regions and sectors, and losses of their capacity: what ARIO reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model.compiled import Floats, Ints
from redball.model.errors import BadData, BadUse

Industry = tuple[str, str]
"""A region and a sector in it."""

FLOW_COLUMNS = ("supplier_region", "supplier_sector", "customer_region", "customer_sector", "value")
DEMAND_COLUMNS = ("region", "sector", "value")


@dataclass(frozen=True)
class SectorTable:
    """A multi-regional input-output table.

    Make one with :func:`sector_table` or :func:`sector_table_of_frames`.

    Attributes
    ----------
    industries : tuple of (region, sector)
        Industries in the order of all arrays.
    sectors : tuple of str
        Sectors in the order in which they first come.
    sector : int32 array, shape (industries,)
        Index into ``sectors``.
    flows : float64 array, shape (industries, industries)
        Value that the industry of the row delivers to that of the column in a year.
    final_demand : float64 array, shape (industries,)
        Value that it delivers to final customers in a year.
    """

    industries: tuple[Industry, ...]
    sectors: tuple[str, ...]
    sector: Ints
    flows: Floats
    final_demand: Floats

    @property
    def output(self) -> Floats:
        """Yearly output of each industry, shape (industries,)."""
        total: Floats = self.flows.sum(axis=1) + self.final_demand
        return total

    def index(self, industry: Industry) -> int:
        """Position of an industry.

        Raises
        ------
        BadData
            The table has no such industry.
        """
        try:
            return self.industries.index(industry)
        except ValueError:
            region, sector = industry
            known = sorted({r for r, _ in self.industries}), sorted(self.sectors)
            raise BadData(
                f"There is no sector '{sector}' in a region '{region}'.",
                mend=f"Regions: {', '.join(known[0][:9])}; sectors: {', '.join(known[1][:9])}.",
            ) from None


def sector_table(
    flows: npt.ArrayLike, final_demand: npt.ArrayLike, industries: Sequence[Industry]
) -> SectorTable:
    """Check a table given as matrices.

    Parameters
    ----------
    flows : float array, shape (m, m)
        Value from the row's industry to the column's in a year.
    final_demand : float array, shape (m,) or (m, customers)
        Value to final customers in a year; columns are added.
    industries : sequence of (region, sector), length m

    Raises
    ------
    BadData
        Shapes do not fit, a value is negative or not finite, an industry comes twice, nothing is
        produced at all, or an industry has inputs but no output.
    """
    labels = tuple((str(region), str(sector)) for region, sector in industries)
    m = len(labels)
    matrix = np.array(flows, np.float64)
    demand = np.array(final_demand, np.float64)
    if matrix.shape != (m, m) or demand.ndim not in (1, 2) or demand.shape[0] != m:
        raise BadData(
            f"Flows {matrix.shape} and final demand {demand.shape} do not fit {m} industries.",
            mend="Give a square matrix and a row of final demand for each industry.",
        )
    if len(set(labels)) != m:
        raise BadData("An industry comes twice.", where="industries", mend="Add its rows up.")
    for name, values in (("flows", matrix), ("final_demand", demand)):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            at = int(np.argwhere(~np.isfinite(values) | (values < 0))[0][0])
            raise BadData(
                f"A value of {' / '.join(labels[at])} is negative or not a number.",
                where=name,
                mend="Give values of zero or more; book changes in stock elsewhere.",
            )
    sectors = tuple(dict.fromkeys(sector for _, sector in labels))
    place = {name: i for i, name in enumerate(sectors)}
    sector = np.array([place[name] for _, name in labels], np.int32)
    with np.errstate(over="ignore"):
        finals = demand if demand.ndim == 1 else demand.sum(axis=1)
        made = float(matrix.sum() + finals.sum())
    if not 0 < made < np.inf:
        raise BadData(
            f"All industries together produce {made:g}.",
            mend="Give values above zero, in a unit of currency in which they can be added.",
        )
    found = SectorTable(labels, sectors, sector, matrix, finals)
    idle = np.flatnonzero((found.output == 0) & (matrix.sum(axis=0) > 0))
    if idle.size:
        raise BadData(
            f"{' / '.join(labels[idle[0]])} has inputs but no output.",
            mend="Give it sales, or leave it out.",
        )
    return found


def sector_table_of_frames(flows: pl.DataFrame, final_demand: pl.DataFrame) -> SectorTable:
    """Check a table given in long form; rows of one pair are added up.

    Parameters
    ----------
    flows : polars.DataFrame
        Columns ``supplier_region``, ``supplier_sector``, ``customer_region``, ``customer_sector``,
        ``value`` (per year). Pairs that do not come have no flow.
    final_demand : polars.DataFrame
        Columns ``region``, ``sector``, ``value`` (per year).

    Returns
    -------
    SectorTable
        Industries sorted by region and sector.

    Raises
    ------
    BadData
        A column is missing, a name is empty, a value is not a number, or as in
        :func:`sector_table`.
    """
    links = _columns("flows", flows, FLOW_COLUMNS)
    demand = _columns("final_demand", final_demand, DEMAND_COLUMNS)
    suppliers = links.select(pl.struct(region="supplier_region", sector="supplier_sector"))
    customers = links.select(pl.struct(region="customer_region", sector="customer_sector"))
    finals = demand.select(pl.struct(region="region", sector="sector"))
    every = pl.concat([suppliers, customers, finals]).unnest("region").unique()
    industries = every.sort("region", "sector").rows()
    place = {industry: i for i, industry in enumerate(industries)}
    matrix = np.zeros((len(place), len(place)))
    sums = np.zeros(len(place))
    for a, b, c, d, value in links.iter_rows():
        matrix[place[a, b], place[c, d]] += value
    for a, b, value in demand.iter_rows():
        sums[place[a, b]] += value
    return sector_table(matrix, sums, industries)


def _columns(name: str, frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise BadData(
            f"It has no column '{missing[0]}'.", where=name, mend=f"Give {', '.join(columns)}."
        )
    try:
        found = frame.select(
            *[pl.col(column).cast(pl.String) for column in columns[:-1]],
            pl.col("value").cast(pl.Float64),
        )
    except pl.exceptions.InvalidOperationError:
        raise BadData("A value is not a number.", where=name, mend="Give numbers.") from None
    empty = found.select(pl.any_horizontal(pl.all().is_null()).arg_true()).to_series()
    if len(empty):
        raise BadData(
            f"Row {empty[0] + 1} has an empty cell.", where=name, mend="Fill or drop the row."
        )
    return found


@dataclass(frozen=True)
class CapacityLoss:
    """Industries lose a share of their capacity for a time.

    Attributes
    ----------
    industries : tuple of (region, sector)
    share : float
        Share of the capacity that is lost, 0 to 1.
    start_day : int
        First day of the loss, counted from 0.
    duration_days : int
        Days of full loss, 1 or more.
    recovery_days : int
        After it the loss falls along a line; on the n-th day after the full loss it is
        ``share * (1 - n / recovery_days)``. 0 for a recovery at once.
    """

    industries: tuple[Industry, ...]
    share: float
    start_day: int
    duration_days: int
    recovery_days: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise BadUse(f"The share lost is {self.share:g}.", mend="Give a share from 0 to 1.")
        if self.start_day < 0 or self.duration_days < 1 or self.recovery_days < 0:
            raise BadUse(
                f"A loss from day {self.start_day} for {self.duration_days} days with"
                f" {self.recovery_days} days of recovery can't be.",
                mend="Start at 0 or later, last at least one day, recover in 0 days or more.",
            )
        if not self.industries:
            raise BadUse("A loss names no industry.", mend="Name at least one.")

    def on_day(self, day: int) -> float:
        """Share of the capacity lost on a day."""
        after = day - self.start_day - self.duration_days + 1
        if day < self.start_day:
            return 0.0
        if after <= 0:
            return self.share
        if after >= self.recovery_days:
            return 0.0
        return self.share * (1.0 - after / self.recovery_days)
