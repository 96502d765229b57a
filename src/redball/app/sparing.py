"""What every verb on spares starts from: the sparing problem of a twin, with its agreements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from redball.app.answers import Progress, shares
from redball.app.inputs import Inputs, look
from redball.app.naming import label_of_lists, with_left_out
from redball.app.seen import Seen
from redball.forecasting import consumption, forecast_demand
from redball.identity import recognise_items, unit_factors
from redball.model import Consumption, DemandForecast, ResultLabel, Twin
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.stock.case import SparingCase, agreements, sparing_case
from redball.stock.mutual import Agreement


@dataclass(frozen=True)
class SparingOptions:
    """Which systems, whose, and how demand is taken.

    Attributes
    ----------
    systems : tuple of str
        Keys of systems, ``KEY`` or ``OWNER:KEY``; all when empty.
    nations : tuple of str
        Only the fleets of these, at their sites; all when empty.
    forecast : bool
        Take mean and variance of demand from the forecast, where there is no rate per operating
        hour; without it the plain mean, as Poisson.
    window_days : int
        History for the plain mean.
    due_in : bool
        Count what waits for repair, is on order and under way as stock.
    minimum_score : float
        Least score of a name match; the recognition of articles is that of the picture.
    """

    systems: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    forecast: bool = False
    window_days: int = 365
    due_in: bool = True
    minimum_score: float = 0.75

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "systems": " ".join(self.systems) or None,
            "nations": " ".join(self.nations) or None,
            "forecast": self.forecast,
            "window_days": self.window_days,
            "due_in": self.due_in,
            "minimum_score": self.minimum_score,
        }


@dataclass(frozen=True)
class Spares:
    """The sparing problem of a twin and the agreements that hold.

    Attributes
    ----------
    seen : Seen
    case : SparingCase
    agreements : tuple of Agreement
        Mutual support that holds on the day of the twin, between nations with sites in the case.
    label : ResultLabel
        Dominant label of the case, and of what is said of rows left out.
    support_label : ResultLabel
        The same with the agreements.
    """

    seen: Seen = field(repr=False)
    case: SparingCase = field(repr=False)
    agreements: tuple[Agreement, ...]
    label: ResultLabel
    support_label: ResultLabel

    @property
    def twin(self) -> Twin:
        """The twin."""
        return self.seen.twin


def spares(
    inputs: Inputs,
    options: SparingOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Spares:
    """Build the sparing problem of what the viewer sees.

    Raises
    ------
    BadUse
        A system or nation is not seen.
    BadData
        A table lacks what every case needs; it is named.
    """
    return spares_of(look(inputs, now=now), options, progress)


def spares_of(seen: Seen, options: SparingOptions, progress: Progress | None = None) -> Spares:
    """Build the sparing problem of a twin; see :func:`spares`."""
    twin = seen.twin
    items = recognise_items(twin, minimum_score=options.minimum_score)
    units = unit_factors(twin, items)
    case = sparing_case(
        twin,
        _use(twin, options, progress),
        items=items,
        units=units,
        systems=[twin.find("system", key) for key in options.systems] or None,
        nations=options.nations or None,
    )
    held = agreements(case, twin, twin.as_of.date())
    label = with_left_out(twin, case.left_out, case.label)
    supported = combine(label, label_of_lists(twin, [held["labels"]]))
    return Spares(
        seen=seen,
        case=case,
        agreements=_agreements(held, case),
        label=label,
        support_label=with_left_out(twin, case.left_out, supported),
    )


def _use(
    twin: Twin, options: SparingOptions, progress: Progress | None
) -> Consumption | DemandForecast:
    if options.forecast:
        return forecast_demand(twin, progress=shares(progress, "forecast"))
    return consumption(twin, window_days=options.window_days)


def _agreements(held: pl.DataFrame, case: SparingCase) -> tuple[Agreement, ...]:
    """One agreement per giver, receiver, time and stock kept, with the items it covers."""
    present = set(case.nation)
    rows = held.filter(pl.col("giver").is_in(present), pl.col("receiver").is_in(present))
    grouped = rows.group_by(
        "giver", "receiver", "move_days", "keep", maintain_order=True
    ).agg("item")  # fmt: skip
    found = []
    for giver, receiver, move_days, keep, items in grouped.iter_rows():
        every = any(item < 0 for item in items)
        chosen = None if every else tuple(items)
        found.append(Agreement(giver, receiver, move_days, keep, chosen))
    return tuple(found)


def nations_of(case: SparingCase) -> Sequence[str]:
    """Nations with sites in a case, in order."""
    return sorted(set(case.nation))
