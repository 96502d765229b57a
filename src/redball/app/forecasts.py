"""Demand over the lead time as a distribution: ``redball forecast demand``."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.csv_tables import read_csv_table, refuse_columns
from redball.app.doing import use_case
from redball.app.inputs import Inputs, look
from redball.app.naming import label_of_lists, named
from redball.forecasting import Surge
from redball.forecasting import forecast_demand as forecast
from redball.model import BadData, BadUse, DemandForecast, Twin
from redball.model.results import Scalar
from redball.reports import Bar, Bars

LEVELS = (0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class ForecastOptions:
    """Parameters of a forecast.

    Attributes
    ----------
    lead_days : float or None
        Lead time of every item; ``None`` takes it from the tables resupply and source.
    review_days : float
        Added to the lead time.
    period_days : int
        Length of the periods that the history is cut into.
    levels : tuple of float
        Service levels of the quantiles.
    surge : Path or None
        CSV with ``first`` and ``last`` (days), ``multiplier`` and, where it does not hold for
        all, ``item`` or ``supply_class``.
    """

    lead_days: float | None = None
    review_days: float = 30.0
    period_days: int = 30
    levels: tuple[float, ...] = LEVELS
    surge: Path | None = None

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "lead_days": self.lead_days,
            "review_days": self.review_days,
            "period_days": self.period_days,
            "levels": ",".join(f"{level:g}" for level in self.levels),
            # the text, not the name: what went in is part of the hash of a kept answer
            "surge": None if self.surge is None else self.surge.read_text("utf-8"),
        }


def parse_levels(text: str) -> tuple[float, ...]:
    """Read service levels such as ``0.8,0.95``.

    Raises
    ------
    BadUse
        Not numbers above 0 and below 1.
    """
    try:
        levels = tuple(sorted({float(word) for word in text.split(",")}))
    except ValueError:
        levels = ()
    if not levels or not all(0 < level < 1 for level in levels):
        raise BadUse(
            f"'{text}' is not a list of service levels.", mend="Write for example 0.8,0.95,0.99."
        )
    return levels


_DEFAULT = ForecastOptions()


@use_case(Action.SEE)
def forecast_demand(
    inputs: Inputs,
    options: ForecastOptions = _DEFAULT,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Forecast demand over lead time and review for every item at every site that is seen.

    Raises
    ------
    BadUse
        A parameter is out of range.
    BadData
        The surge file or the recorded demand can't be used.
    """
    seen = look(inputs, now=now)
    twin = seen.twin
    surges = () if options.surge is None else read_surges(options.surge, twin)
    found = forecast(
        twin,
        lead_days=options.lead_days,
        review_days=options.review_days,
        levels=options.levels,
        period_days=options.period_days,
        surge=surges,
        progress=shares(progress, "forecast"),
    )
    return Answer(
        kind="forecast demand",
        title="Demand over lead time and review",
        said=_said(found),
        figures=_figures(found),
        tables={"methods": _methods(found), "demand": _rows(twin, found)},
        charts=_charts(found),
        assumptions=found.assumptions,
        origin=seen.origin(
            label=label_of_lists(twin, [found.frame["labels"]]),
            parameters=options.as_parameters(),
        ),
        command=f"redball forecast demand {inputs.words}",
    )


def read_surges(path: Path, twin: Twin) -> tuple[Surge, ...]:
    """Read a surge profile.

    Raises
    ------
    BadUse
        There is no such file.
    BadData
        A column is missing, or a row can't be read; it is named.
    """
    frame = read_csv_table(path)
    needed = ("first", "last", "multiplier")
    refuse_columns(
        frame, path, needed, (*needed, "item", "supply_class"),
        "Give first, last, multiplier, and item or supply_class where it is not for all.",
    )  # fmt: skip
    return tuple(
        _surge(row, twin, f"{path}, line {line}")
        for line, row in enumerate(frame.iter_rows(named=True), start=2)
    )


def _surge(row: dict[str, str | None], twin: Twin, where: str) -> Surge:
    try:
        first, last = (date.fromisoformat(row[name] or "") for name in ("first", "last"))
        multiplier = float(row["multiplier"] or "")
    except ValueError as error:
        raise BadData(
            f"The row can't be read: {error}.",
            where=where,
            mend="Write days as 2026-03-01 and the multiplier as a number.",
        ) from error
    item = row.get("item") or None
    return Surge(
        multiplier=multiplier,
        first=first,
        last=last,
        supply_class=row.get("supply_class") or None,
        item_ix=None if item is None else twin.find("item", item),
    )


def _rows(twin: Twin, found: DemandForecast) -> pl.DataFrame:
    """One row per item and site, with a column for each quantile."""
    quantiles = [
        pl.col("quantiles")
        .cast(pl.List(pl.Float64))
        .list.get(i, null_on_oob=True)
        .alias(f"q{level:g}")
        for i, level in enumerate(found.levels)
    ]
    rows = found.frame.with_columns(quantiles).sort("mean", descending=True, nulls_last=True)
    names = [f"q{level:g}" for level in found.levels]
    first = ["site_ix", "item_ix", "horizon_days", "mean", *names, "law", "method", "basis"]
    return named(twin, rows.select(*first, pl.exclude(*first, "quantiles")))


def _methods(found: DemandForecast) -> pl.DataFrame:
    """How many series each method and law was chosen for, and how they did."""
    return (
        found.frame.group_by("basis", "method", "law")
        .agg(
            series=pl.len(),
            bias=pl.col("bias").median(),
            coverage=pl.col("coverage").mean(),
            pinball=pl.col("pinball").mean(),
        )
        .sort("series", "basis", "method", "law", descending=[True, False, False, False])
    )


def _said(found: DemandForecast) -> tuple[str, ...]:
    by_basis = dict(found.frame.group_by("basis").len().sort("basis").iter_rows())
    parts = ", ".join(f"{count:,} from {basis}" for basis, count in by_basis.items())
    top = found.levels[-1]
    unknown = found.frame["mean"].null_count()
    missing = f" {unknown:,} have neither history nor a class to borrow from." if unknown else ""
    return (
        f"{found.frame.height:,} items at sites are forecast: {parts or 'none'}.{missing}",
        f"Quantiles are given at {', '.join(f'{level:g}' for level in found.levels)}; over the "
        f"rolling origins the one at {top:g} held in "
        f"{_share(found.frame['coverage'])} of the cases.",
    )


def _share(column: pl.Series) -> str:
    mean = column.mean()
    return f"{100 * mean:.1f} %" if isinstance(mean, float) else "an unknown share"


def _figures(found: DemandForecast) -> dict[str, Scalar]:
    frame = found.frame
    covered, pinball = frame["coverage"].mean(), frame["pinball"].mean()
    return {
        "items at sites": frame.height,
        "without demand": frame.filter(pl.col("mean") <= 0).height,
        f"coverage at {found.levels[-1]:g}": covered if isinstance(covered, float) else None,
        "mean scaled pinball loss": pinball if isinstance(pinball, float) else None,
        "period, d": found.period_days,
    }


def _charts(found: DemandForecast) -> tuple[Bars, ...]:
    counts = found.frame.group_by("method").len().sort("len", descending=True)
    bars = [Bar(str(method), float(count)) for method, count in counts.iter_rows()]
    return (Bars("Method chosen", "series", bars),) if bars else ()
