"""A surge day by day, and the stock that holds a target through it: ``redball stock surge``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.csv_tables import read_csv_table, refuse_columns
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.readiness import left_out, not_counted
from redball.app.sparing import Spares, SparingOptions, spares
from redball.model import BadData, BadUse
from redball.model.results import Scalar
from redball.reports import Bar, Bars, Line, LineChart
from redball.stock.wartime import (
    Interruption,
    RepairLaw,
    Surge,
    SurgeProfile,
    SurgeStock,
    WartimeResult,
    availability_by_day,
    stock_for_surge,
)

_LAWS: tuple[RepairLaw, ...] = ("exponential", "constant", "erlang")
_COLUMNS = ("kind", "start_day", "end_day", "multiplier", "item", "supply_class", "site", "nation")
_NEEDED = ("kind", "start_day", "end_day")


@dataclass(frozen=True)
class SurgeOptions:
    """Parameters of a surge.

    Attributes
    ----------
    sparing : SparingOptions
    surges : tuple of (float, float, float)
        First day, day after the last, and multiplier of demand, for everything.
    no_repair, no_transport : tuple of (float, float)
        Days on which no repair is finished, or nothing arrives.
    profile : Path or None
        CSV with further ones: ``kind`` (``demand``, ``repair`` or ``transport``), ``start_day``,
        ``end_day``, ``multiplier``, and ``item``, ``supply_class``, ``site`` or ``nation`` where it
        does not hold for all.
    days : int
        How many days to follow.
    target : float or None
        Availability to hold on every day; the stock to add is then sought.
    law : str
        Repair times: ``exponential``, ``constant`` or ``erlang`` (four phases).
    """

    sparing: SparingOptions = field(default_factory=SparingOptions)
    surges: tuple[tuple[float, float, float], ...] = ()
    no_repair: tuple[tuple[float, float], ...] = ()
    no_transport: tuple[tuple[float, float], ...] = ()
    profile: Path | None = None
    days: int = 60
    target: float | None = None
    law: RepairLaw = "exponential"

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            **self.sparing.as_parameters(),
            "surges": _joined(self.surges),
            "no_repair": _joined(self.no_repair),
            "no_transport": _joined(self.no_transport),
            "profile": None if self.profile is None else self.profile.read_text("utf-8"),
            "days": self.days,
            "target": self.target,
            "law": self.law,
        }


def _joined(spans: Sequence[tuple[float, ...]]) -> str | None:
    return " ".join(":".join(f"{n:g}" for n in span) for span in spans) or None


def surges_of(texts: Sequence[str]) -> tuple[tuple[float, float, float], ...]:
    """Read surges such as ``0:30:3``: first day, end, multiplier.

    Raises
    ------
    BadUse
        One has another number of figures, or they are no numbers.
    """
    return tuple((span[0], span[1], span[2]) for span in (_span(text, 3) for text in texts))


def spans_of(texts: Sequence[str]) -> tuple[tuple[float, float], ...]:
    """Read spans of days such as ``5:12``.

    Raises
    ------
    BadUse
        One has another number of figures, or they are no numbers.
    """
    return tuple((span[0], span[1]) for span in (_span(text, 2) for text in texts))


def _span(text: str, figures: int) -> tuple[float, ...]:
    try:
        span = tuple(float(word) for word in text.split(":"))
    except ValueError:
        span = ()
    if len(span) != figures:
        wanted = "0:30:3 (first day, end, multiplier)" if figures == 3 else "5:12 (first day, end)"
        raise BadUse(f"'{text}' is not a span of days.", mend=f"Write for example {wanted}.")
    return span


def parse_law(text: str) -> RepairLaw:
    """Read a law of repair times.

    Raises
    ------
    BadUse
        There is no such law.
    """
    for law in _LAWS:
        if law == text:
            return law
    raise BadUse(f"'{text}' is not a law of repair times.", mend=f"Use one of: {', '.join(_LAWS)}.")


@use_case(Action.SEE)
def stock_surge(
    inputs: Inputs,
    options: SurgeOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Availability by day over a surge, and the stock that holds a target through it.

    Raises
    ------
    BadUse
        Nothing is changed by the options, or a parameter is out of range.
    BadData
        The profile can't be read, or the target can't be held; the item that caps it is named.
    """
    found = spares(inputs, options.sparing, progress, now=now)
    profile = _profile(found, options)
    days = np.arange(0.0, options.days + 1.0)
    case = found.case
    result = availability_by_day(
        case.problem, case.have, profile, days, nations=case.nation,
        progress=shares(progress, "days"),
    )  # fmt: skip
    tables = {"by_nation": result.nations, "by_system": result.systems.drop("system_ix")}
    lines = _lines(result, "now")
    said, figures = _said(result), _figures(result)
    assumptions = result.assumptions
    charts: tuple[Bars, ...] = ()
    if options.target is not None:
        added = stock_for_surge(
            case.problem, case.have, profile, options.target, days,
            progress=shares(progress, "stock"),
        )  # fmt: skip
        after = availability_by_day(
            case.problem, added.stock, profile, days, nations=case.nation, cannibalise=False
        )
        lines += _lines(after, "with more stock")
        tables["buys"] = _buys(found, added)
        said = (*said, _added(added, options.target))
        figures["cost of the stock to add, EUR"] = added.cost
        assumptions = (*assumptions, *added.assumptions)
        charts = _money(tables["buys"])
    tables["left_out"] = left_out(found, found.label)
    chart = LineChart(
        "Availability by day", "day of the surge", "mean availability", lines, percent=True,
        target=options.target, from_zero=False,
    )  # fmt: skip
    return Answer(
        kind="stock surge",
        title="Availability by day over a surge",
        said=(*said, *not_counted(tables["left_out"])),
        figures=figures,
        tables=tables,
        charts=(chart, *charts),
        assumptions=(*dict.fromkeys(assumptions), *case.assumptions),
        origin=found.seen.origin(label=found.label, parameters=options.as_parameters()),
        command=f"redball stock surge {inputs.words}",
    )


def _profile(found: Spares, options: SurgeOptions) -> SurgeProfile:
    surges = [Surge(*span) for span in options.surges]
    stops = [Interruption("repair", *span) for span in options.no_repair]
    stops += [Interruption("transport", *span) for span in options.no_transport]
    if options.profile is not None:
        more, further = _read_profile(options.profile, found)
        surges += more
        stops += further
    if not surges and not stops:
        raise BadUse(
            "Nothing changes.", mend="Give --surge, --no-repair, --no-transport or --profile."
        )
    phases = 4 if options.law == "erlang" else 1
    return SurgeProfile(tuple(surges), tuple(stops), options.law, phases)


def _read_profile(path: Path, found: Spares) -> tuple[list[Surge], list[Interruption]]:
    frame = read_csv_table(path)
    refuse_columns(frame, path, _NEEDED, _COLUMNS, f"Columns: {', '.join(_COLUMNS)}.")
    surges: list[Surge] = []
    stops: list[Interruption] = []
    for line, row in enumerate(frame.iter_rows(named=True), start=2):
        _read_row(row, found, f"{path}, line {line}", surges, stops)
    return surges, stops


def _read_row(
    row: dict[str, str | None],
    found: Spares,
    where: str,
    surges: list[Surge],
    stops: list[Interruption],
) -> None:
    try:
        start, end = float(row["start_day"] or ""), float(row["end_day"] or "")
        multiplier = float(row.get("multiplier") or "1")
    except ValueError as error:
        raise BadData(f"The row can't be read: {error}.", where=where) from error
    items, sites = _items(row, found, where), _sites(row, found, where)
    kind = row["kind"]
    if kind == "demand":
        surges.append(Surge(start, end, multiplier, items, sites))
    elif kind == "repair":
        stops.append(Interruption("repair", start, end, sites))
    elif kind == "transport":
        stops.append(Interruption("transport", start, end, sites))
    else:
        raise BadData(
            f"'{kind}' is not a kind of change.", where=where,
            mend="Use demand, repair or transport.",
        )  # fmt: skip
    if kind != "demand" and items is not None:
        raise BadData(
            "Repair and transport stop for all items of a site.", where=where,
            mend="Leave item and supply_class empty.",
        )  # fmt: skip


def _items(row: dict[str, str | None], found: Spares, where: str) -> tuple[int, ...] | None:
    case, twin = found.case, found.twin
    key, supply_class = row.get("item"), row.get("supply_class")
    if not key and not supply_class:
        return None
    if key:
        place = int(case.item_of[twin.find("item", key)])
        chosen = [place] if place >= 0 else []
    else:
        classes = twin["item"]["supply_class"].gather(case.item_ix).to_list()
        chosen = [i for i, code in enumerate(classes) if code == supply_class]
    if not chosen:
        raise BadData(
            f"No item of the case is '{key or supply_class}'.", where=where,
            mend="Name an item or class that keeps one of the systems up.",
        )  # fmt: skip
    return tuple(chosen)


def _sites(row: dict[str, str | None], found: Spares, where: str) -> tuple[int, ...] | None:
    case, twin = found.case, found.twin
    key, nation = row.get("site"), row.get("nation")
    if not key and not nation:
        return None
    if key:
        wanted = twin.find("site", key)
        chosen = [i for i, ix in enumerate(case.site_ix.tolist()) if ix == wanted]
    else:
        chosen = [i for i, owner in enumerate(case.nation) if owner == nation]
    if not chosen:
        raise BadData(
            f"No site of the case is '{key or nation}'.", where=where,
            mend=f"Sites: {', '.join(case.problem.site_names[:10])}.",
        )  # fmt: skip
    return tuple(chosen)


def _lines(result: WartimeResult, words: str) -> list[Line]:
    return [
        Line(f"{nation} {words}", list(part.select("day", "availability").drop_nulls().iter_rows()))
        for (nation,), part in result.nations.group_by("nation", maintain_order=True)
    ]


def _said(result: WartimeResult) -> tuple[str, ...]:
    sentences = []
    for (nation,), part in result.nations.group_by("nation", maintain_order=True):
        known = part.drop_nulls("availability").sort("day")
        if known.is_empty():
            continue
        worst = known.sort("availability", "day").row(0, named=True)
        first = known.row(0, named=True)
        sentences.append(
            f"{nation}: {100 * first['availability']:.1f} % of the systems available on day 0, at "
            f"least {100 * worst['availability']:.1f} %, on day {worst['day']:g}."
        )
    return tuple(sentences)


def _figures(result: WartimeResult) -> dict[str, Scalar]:
    total = result.nations.group_by("day").agg(pl.col("ebo", "pipeline").sum()).sort("day")
    return {
        "backorders on day 0": float(total["ebo"][0]),
        "most backorders": float(total["ebo"].to_numpy().max()),
        "most units in resupply": float(total["pipeline"].to_numpy().max()),
    }


def _added(added: SurgeStock, target: float) -> str:
    return (
        f"{added.added.sum():,.0f} more units for {added.cost:,.0f} EUR hold {100 * target:g} % on "
        "every day."
    )


def _buys(found: Spares, added: SurgeStock) -> pl.DataFrame:
    names = found.twin["item"]["name"].gather(found.case.item_ix)
    rows = added.buys
    return rows.with_columns(item_name=names.gather(rows["item_ix"].cast(pl.UInt32))).select(
        "item", "item_name", "site", "units", "cost"
    )


def _money(buys: pl.DataFrame) -> tuple[Bars, ...]:
    grouped = buys.group_by("item_name").agg(pl.col("cost").sum()).sort("cost", descending=True)
    bars = [Bar(name, cost) for name, cost in grouped.iter_rows()]
    return (Bars("Where the money goes", "EUR", bars),) if bars else ()
