"""Which reserves to buy with a budget and a store, by the priority of what they keep going.

Minimise ``sum_i w_i E[(d_i L_i - Q_i)+]`` over whole purchases, within budget, mass and volume.
Every term is convex, so the Lagrangian bound is tight up to a few units, and a search over the few
items near the margin proves the plan or improves it (:mod:`redball.stock.reserves.search`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import BadData, BadUse
from redball.stock.reserves.durations import Duration
from redball.stock.reserves.prices import Limits, shadow_prices
from redball.stock.reserves.search import best_purchase
from redball.stock.reserves.shortage import Shortage
from redball.stock.reserves.size import not_negative
from redball.stock.reserves.table import unique_keys, with_columns

_RESOURCES = {"price": "budget", "mass_kg": "storage_kg", "volume_m3": "storage_m3"}
_LARGE = 2.0**52


@dataclass(frozen=True)
class ReservePlan:
    """Sizes of reserves that leave the least weighted shortage.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per item as given, with ``have``, ``units`` (to hold), ``buy``, ``cost``,
        ``total_kg``, ``total_m3`` (null where unknown), ``days_of_cover`` (null without demand),
        ``exceedance`` (share of disruptions that outlast it), ``shortage_before``, ``shortage``
        (units per disruption), ``weighted_shortage`` and ``reason``.
    cost, mass_kg, volume_m3 : float
        Of what is bought; of all that is held where it is known.
    shortage_before, shortage : float
        Weighted expected shortage per disruption, over all items with demand.
    bound : float
        No plan within the limits leaves less.
    proven : bool
        Whether the plan is the best one.
    shadow_prices : dict of str to float
        Weighted shortage avoided by one more unit of each limit, at the margin.
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    cost: float
    mass_kg: float
    volume_m3: float
    shortage_before: float
    shortage: float
    bound: float
    proven: bool
    shadow_prices: dict[str, float]
    assumptions: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Weighted shortage by which the plan may miss the best one at most."""
        return max(self.shortage - self.bound, 0.0)  # rounding may put it a hair below 0


def reserve_plan(
    items: pl.DataFrame,
    duration: Duration | Sequence[Duration],
    *,
    budget: float | None = None,
    storage_m3: float | None = None,
    storage_kg: float | None = None,
    cover_level: float = 0.9999,
    most_nodes: int = 5_000_000,
    progress: Callable[[float], None] | None = None,
) -> ReservePlan:
    """Choose sizes and composition of several reserves under budget and storage.

    Parameters
    ----------
    items : polars.DataFrame
        ``item`` (any key, each once), ``demand_per_day`` (units per day while the disruption
        lasts); optional ``weight`` (priority, 1 when missing), ``have`` (units held already; 0
        without the column), ``price`` (one currency), ``mass_kg``, ``volume_m3``, ``law`` (number
        of its law in ``duration``, 0). Other columns are kept. An item of which a figure that
        decides is unknown (null) is not bought, and the reason says so.
    duration : Duration or sequence of Duration
        One law, or several that items name by number.
    budget : float, optional
        For what is bought, in the currency of ``price``. No limit when not given.
    storage_m3, storage_kg : float, optional
        For all that is held, what is held already included.
    cover_level : float, above 0 and below 1
        No item is held beyond what covers this share of disruptions.
    most_nodes : int
        Length of the search for a proof; when it ends there, the gap to the bound is stated.

    Raises
    ------
    BadUse
        A limit or level is wrong, or a column is missing.
    BadData
        A figure is negative or not finite, an item comes twice, or what is held already needs more
        than the storage.
    """
    laws = list(duration) if isinstance(duration, Sequence) else [duration]
    given = {"budget": budget, "storage_kg": storage_kg, "storage_m3": storage_m3}
    _refuse(laws, given, cover_level, most_nodes)
    rows = _read(items)
    reason = _reasons(rows, laws, given)
    planned = reason.is_null()
    tell = progress or (lambda _: None)
    tell(0.0)
    shortage = _shortage(rows.filter(planned), laws, cover_level)
    limits = _limits(rows, planned, given)
    priced = shadow_prices(shortage, limits, lambda share: tell(0.9 * share))
    tell(0.9)
    found = best_purchase(shortage, limits, priced, most_nodes)
    tell(1.0)
    buy = np.zeros(rows.height)
    buy[planned.to_numpy()] = found.buy
    frame = _frame(rows, buy, reason, laws)
    rest = float(frame.filter(~planned)["weighted_shortage"].sum())
    named = [name for name, limit in given.items() if limit is not None]
    value = found.value + rest
    return ReservePlan(
        frame=frame,
        cost=float(frame["cost"].sum()),
        mass_kg=float(frame["total_kg"].sum()),
        volume_m3=float(frame["total_m3"].sum()),
        shortage_before=float((frame["shortage_before"] * frame["weight"]).sum()),
        shortage=value,
        bound=value if found.proven else min(priced.bound + rest, value),
        proven=found.proven,
        shadow_prices=dict(zip(named, priced.prices.tolist(), strict=True)),
        assumptions=_said(laws, given, cover_level, frame),
    )


def _read(items: pl.DataFrame) -> pl.DataFrame:
    if "demand_per_day" not in items.columns:
        raise BadUse(
            "The column 'demand_per_day' is missing.", where="items",
            mend="Give item and demand_per_day; optional: weight, have, price, mass_kg, volume_m3.",
        )  # fmt: skip
    if "have" not in items.columns:
        items = items.with_columns(have=pl.lit(0.0))
    unique_keys(items, ["item"], "items")
    missing = ("demand_per_day", "have", "price", "mass_kg", "volume_m3")
    optional = {"weight": 1.0, "law": 0.0, **dict.fromkeys(missing)}
    return with_columns(items, (), optional, "items")


def _refuse(
    laws: list[Duration], given: dict[str, float | None], level: float, most_nodes: int
) -> None:
    if not laws:
        raise BadUse("No law of duration is given.", where="reserve", mend="Give at least one.")
    for name, limit in given.items():
        if limit is not None:
            not_negative(name, limit)
    if not 0 < level < 1 or most_nodes < 1:
        raise BadUse(
            f"cover_level is {level} and most_nodes {most_nodes}.", where="reserve",
            mend="Give a level above 0 and below 1, and at least one node.",
        )  # fmt: skip


def _reasons(rows: pl.DataFrame, laws: list[Duration], given: dict[str, float | None]) -> pl.Series:
    """Why an item is not planned; null where it is."""
    law = rows["law"]
    wrong = (law != law.floor()) | (law >= len(laws))
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise BadData(
            f"There is no law number {law[row]:g}.", where=f"items, row {row}",
            mend=f"Laws are numbered from 0 to {len(laws) - 1}.",
        )  # fmt: skip
    reason = (
        pl.when(pl.col("demand_per_day").is_null())
        .then(pl.lit("demand unknown: nothing is bought"))
        .when(pl.col("have").is_null())
        .then(pl.lit("stock held unknown: nothing is bought"))
        .when(pl.col("demand_per_day") == 0)
        .then(pl.lit("no demand: nothing is bought"))
        .when(pl.col("weight") == 0)
        .then(pl.lit("weight 0: nothing is bought"))
    )
    for column, name in _RESOURCES.items():
        if given[name] is not None:
            reason = reason.when(pl.col(column).is_null()).then(
                pl.lit(f"{column} unknown while {name} is limited: nothing is bought")
            )
    return rows.select(reason.otherwise(None).alias("reason")).to_series()


def _shortage(rows: pl.DataFrame, laws: list[Duration], level: float) -> Shortage:
    demand, have = rows["demand_per_day"].to_numpy(), rows["have"].to_numpy()
    law = rows["law"].cast(pl.Int64).to_numpy()
    longest = np.array([float(one.beyond(1.0 - level)) for one in laws])
    most = np.ceil(np.maximum(demand * longest[law] - have, 0.0) - 1e-9)
    if most.size and not most.max() < _LARGE:
        row = int(most.argmax())
        raise BadData(
            f"{rows['item'][row]} would need {most[row]:.3g} units.", where="items",
            mend="Check demand_per_day and the law, or lower cover_level.",
        )  # fmt: skip
    return Shortage(laws, law, demand, rows["weight"].to_numpy(), have, most)


def _limits(rows: pl.DataFrame, planned: pl.Series, given: dict[str, float | None]) -> Limits:
    use, left = [], []
    part = rows.filter(planned)
    for column, name in _RESOURCES.items():
        limit = given[name]
        if limit is None:
            continue
        held = 0.0 if name == "budget" else float((rows[column] * rows["have"]).sum())
        if held > limit * (1 + 1e-12):
            raise BadData(
                f"What is held already needs {held:g} of {limit:g} {name}.", where="items",
                mend="Raise the limit, or take out what is to leave the store.",
            )  # fmt: skip
        use.append(part[column].to_numpy())
        left.append(max(limit - held, 0.0))
    return Limits(np.array(use).reshape(len(left), part.height), np.array(left))


def _frame(
    rows: pl.DataFrame, buy: np.ndarray[tuple[int], np.dtype[np.float64]], reason: pl.Series,
    laws: list[Duration],
) -> pl.DataFrame:  # fmt: skip
    known = rows["demand_per_day"].is_not_null() & rows["have"].is_not_null()
    some = known & (rows["demand_per_day"] > 0).fill_null(value=False)
    used = rows.filter(some)
    each = Shortage(
        laws, used["law"].cast(pl.Int64).to_numpy(), used["demand_per_day"].to_numpy(),
        used["weight"].to_numpy(), used["have"].to_numpy(), np.zeros(used.height),
    )  # fmt: skip
    bought = buy[some.to_numpy()]
    figures = {
        "exceedance": each.exceedance(bought),
        "shortage_before": each.units(np.zeros(used.height)),
        "shortage": each.units(bought),
    }
    spread = {}
    for name, values in figures.items():
        whole = np.zeros(rows.height)
        whole[some.to_numpy()] = values
        spread[name] = pl.select(pl.when(known).then(pl.Series(name, whole))).to_series()
    units = pl.col("have") + pl.col("buy")
    return (
        rows.with_columns(buy=pl.Series(buy), **spread)
        .with_columns(
            units=units,
            cost=pl.when(pl.col("buy") == 0).then(0.0).otherwise(pl.col("buy") * pl.col("price")),
            total_kg=units * pl.col("mass_kg"),
            total_m3=units * pl.col("volume_m3"),
            days_of_cover=pl.when(pl.col("demand_per_day") > 0).then(
                units / pl.col("demand_per_day")
            ),
            weighted_shortage=pl.col("shortage") * pl.col("weight"),
            reason=reason,
        )
        .with_columns(pl.col("law").cast(pl.Int32), pl.col("reason").fill_null("planned"))
    )


def _said(
    laws: list[Duration], given: dict[str, float | None], level: float, frame: pl.DataFrame
) -> tuple[str, ...]:
    said = [
        *(f"Law {number}: a disruption lasts {law.text}." for number, law in enumerate(laws)),
        "Demand is constant while a disruption lasts, nothing comes in, and the reserve is full at "
        "its start.",
        "Shortages of all items are added up by weight; one item does not stand in for another.",
        f"No item is held beyond what covers a share {level:g} of disruptions.",
    ]
    if all(limit is None for limit in given.values()):
        said.append("Neither budget nor storage is limited.")
    for text in frame["reason"].unique().sort():
        if text != "planned":
            names = frame.filter(pl.col("reason") == text)["item"].cast(pl.String).to_list()
            shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
            said.append(f"{len(names)} items, {text}: {shown}.")
    unknown = [c for c in ("price", "mass_kg", "volume_m3") if frame[c].null_count()]
    if unknown:
        said.append(
            f"Totals leave out items of which the {', '.join(unknown)} is unknown: "
            "a plan's total cost, mass or volume may be higher."
        )
    if math.isclose(level, 1.0, abs_tol=1e-9):
        said.append("The cover level is so near 1 that only the limits hold reserves back.")
    return tuple(said)
