"""The exposure problem of a twin: its network, and what can be lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from redball.model import BadData, BadUse, Consumption, Groups, ResultLabel, Twin
from redball.model.compiled import Words
from redball.model.marks import Marks
from redball.risk.exposure.case_items import CaseItems, case_items
from redball.risk.exposure.case_losses import KINDS, Element, element_marks, losses_of
from redball.risk.exposure.case_network import WEIGHTS, margins_of, network_of
from redball.risk.exposure.losses import Loss
from redball.risk.exposure.measure import Exposure
from redball.risk.exposure.network import ExposureNetwork
from redball.risk.exposure.solving import Solver
from redball.risk.network import Node, build_network

RECOVERY_DAYS: Mapping[str, float] = MappingProxyType(
    {"party": 90.0, "parent": 90.0, "site": 120.0, "country": 180.0}
)
"""Time to recover where none is given: an assumption of ours, to be replaced by known times."""

_LOCAL = (
    "loss", "kind", "window_days", "added_impact", "own_survive_days", "exposed", "short_days",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ExposureCase:
    """What a twin says about exposure.

    Attributes
    ----------
    network : ExposureNetwork
        Nodes ``item OWNER:KEY`` and ``source OWNER:KEY``.
    losses : tuple of Loss
        Parties, parents, sites and countries with which at least one source stops or stock is
        lost, kind by kind.
    elements : polars.DataFrame
        For each loss: ``loss``, ``kind``, ``table`` and ``row`` (of the twin; -1 for a country),
        ``name``, ``sources`` (that stop), ``items_with_stock_lost``, ``labels``.
    nodes : polars.DataFrame
        For each node: ``name``, ``item_ix`` (lead), ``source_ix`` (-1 for items), ``title``,
        ``labels`` (positions in ``twin.labels``: what the node rests on).
    label : ResultLabel
        Dominant label of everything in it.
    assumptions : tuple of str
        They count rows: who shows only some results shows those of :data:`CASE_RULES`.
    """

    network: ExposureNetwork
    losses: tuple[Loss, ...]
    elements: pl.DataFrame
    nodes: pl.DataFrame
    label: ResultLabel
    assumptions: tuple[str, ...]


CASE_RULES = (
    "Demand is the mean consumption of all sites together; stock of all sites serves all of it.",
    "Stock is what is serviceable, not past its last day and not promised; goods on order or under "
    "way are not counted.",
    "An item with sources is bought from them; one without is assembled from its essential parts.",
    "A source of unknown capacity is not limited by one. An item of which neither source nor "
    "structure is known comes in without limit and is never seen to fail.",
    "Tiers below a source have no known capacity: they stop it when no alternative of an essential "
    "input is left, and else do not limit it.",
    "With a site or country the stock there is lost; its demand stays.",
)
"""What always holds; it tells of no row."""


def exposure_case(
    twin: Twin,
    use: Consumption,
    *,
    items: Groups,
    parties: Groups,
    units: pl.DataFrame | None = None,
    weight: str = "days",
    systems_per_day: Mapping[int, float] | None = None,
    kinds: Iterable[str] = tuple(KINDS),
    recovery_days: Mapping[str, float] | None = None,
    known_days: Mapping[tuple[str, str], float] | None = None,
    least_confidence: float = 0.0,
) -> ExposureCase:
    """Make the exposure problem of a twin.

    Parameters
    ----------
    use : Consumption
        What is demanded, by site and item; its ``as_of`` decides which lots are past their day.
    items, parties : Groups
        Records recognised as the same.
    units : polars.DataFrame, optional
        ``item_ix`` and ``factor_to_group_unit``; without it only records of the same unit of issue
        and content count together. ``labels`` says what the recognition rests on.
    weight : str
        ``days``: a unit lost counts as its share of a day of demand, so the impact is in item-days
        without supply; ``euro``: it counts its price (0 without one).
    systems_per_day : mapping of row of ``system`` to number, optional
        Whole systems demanded a day, beside what is consumed.
    kinds : iterable of str
        Kinds of element to lose: ``party``, ``parent``, ``site``, ``country``.
    recovery_days : mapping of kind to days, optional
        In place of those of :data:`RECOVERY_DAYS`.
    known_days : mapping of (kind, loss name) to days, optional
        Known times of single elements; names as in ``losses``.
    least_confidence : float
        Supply relations with less confidence are left out.

    Raises
    ------
    BadUse
        Groups are of another twin, a word or a time is out of range, or a known time names an
        element that nothing depends on.
    BadData
        Nothing is demanded.
    """
    days, chosen = _days(recovery_days or {}), tuple(dict.fromkeys(kinds))
    _check(twin, items, parties, chosen, weight)
    marks = Marks(twin.labels)
    found = case_items(twin, use, items, units, systems_per_day or {}, marks)
    if not len(found.used):
        raise BadData("Nothing is demanded.", mend="Give consumption, or systems a day.")
    supply = build_network(twin, items, parties, least_confidence=least_confidence)
    margins = margins_of(twin, found, weight, marks)
    network, nodes, mark = network_of(twin, found, margins, marks)
    below, sources = element_marks(twin, supply, marks), found.source["row"].to_numpy()
    mark[len(found.used) :] |= below[supply.first[Node.SOURCE] + sources]
    node_of_source = {int(row): len(found.used) + i for i, row in enumerate(sources)}
    node_of_lead = {int(lead): i for i, lead in enumerate(found.used)}
    known = known_days or {}
    every = losses_of(twin, supply, found, node_of_source, node_of_lead, days, known)
    listed = [(element, loss) for element, loss in every if element.kind in chosen]
    _check_known(known, listed)
    elements = _elements(twin, Solver(network), listed, mark, below, marks)
    rests = np.bitwise_or.reduce(marks.of_lists(elements["labels"]).to_numpy(), initial=0)
    return ExposureCase(
        network,
        tuple(loss for _, loss in listed),
        elements,
        nodes.with_columns(labels=marks.lists(pl.Series(mark))),
        marks.label(int(np.bitwise_or.reduce(mark)) | int(rests)),
        (*use.assumptions, *CASE_RULES, *_said(found, days, weight, margins.missing)),
    )


def _check(twin: Twin, items: Groups, parties: Groups, kinds: tuple[str, ...], weight: str) -> None:
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or weight not in WEIGHTS:
        raise BadUse(
            f"'{unknown[0] if unknown else weight}' is not known.",
            mend=f"Kinds: {', '.join(KINDS)}. Weights: {', '.join(WEIGHTS)}.",
        )
    for groups, table in ((items, "item"), (parties, "party")):
        if groups.table != table or len(groups.group) != twin.tables[table].height:
            raise BadUse(
                f"The groups of '{table}' are of another twin.",
                mend="Recognise the records of this twin.",
            )


def _check_known(
    known: Mapping[tuple[str, str], float], listed: list[tuple[Element, Loss]]
) -> None:
    there = {(element.kind, loss.name) for element, loss in listed}
    missing = sorted(pair for pair in known if pair not in there)
    if missing:
        raise BadUse(
            f"Nothing depends on the {missing[0][0]} '{missing[0][1]}'.",
            mend="Name a party or site as OWNER:KEY, a country by its code.",
        )


def labelled(case: ExposureCase, result: Exposure) -> pl.DataFrame:
    """Rows of a result on the losses of a case, in their order, each with its own labels.

    Only figures of what shares anything with the elements lost. The exposure index, and the figures
    of the whole network, compare with everything and carry the label of the case.

    Raises
    ------
    BadUse
        The result is not of the losses of the case.
    """
    if result.frame["loss"].to_list() != [loss.name for loss in case.losses]:
        raise BadUse("The result is not of the losses of the case.", mend="Measure case.losses.")
    said = case.elements.select("name", "sources", "items_with_stock_lost", "labels")
    return pl.concat([result.frame.select(_LOCAL), said], how="horizontal")


def _days(given: Mapping[str, float]) -> dict[str, float]:
    unknown = sorted(set(given) - set(KINDS))
    if unknown:
        raise BadUse(f"'{unknown[0]}' is not a kind.", mend=f"Kinds: {', '.join(KINDS)}.")
    return {**RECOVERY_DAYS, **given}


def _elements(
    twin: Twin,
    solver: Solver,
    listed: list[tuple[Element, Loss]],
    mark: Words,
    below: Words,
    marks: Marks,
) -> pl.DataFrame:
    """Rows about the losses; each rests on the element and on all blocks that it touches."""
    of_block = np.zeros(len(solver.blocks.all), np.uint64)
    np.bitwise_or.at(of_block, solver.blocks.of_element, mark)
    rows, rests = [], []
    for element, loss in listed:
        table = "" if element.kind == "country" else _TABLE_OF[element.kind]
        rows.append(
            {
                "loss": loss.name,
                "kind": element.kind,
                "table": table,
                "row": element.place if table else -1,
                "name": twin.name_of(table, element.place) if table else loss.name,
                "sources": len(loss.elements),
                "items_with_stock_lost": len(loss.stock_node),
            }
        )
        touched = np.bitwise_or.reduce(of_block[solver.touched(loss)])
        rests.append(int(touched | below[element.node]))
    schema = {
        "loss": pl.String, "kind": pl.String, "table": pl.String, "row": pl.Int64,
        "name": pl.String, "sources": pl.Int64, "items_with_stock_lost": pl.Int64,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    return frame.with_columns(labels=marks.lists(pl.Series(rests, dtype=pl.UInt64)))


_TABLE_OF = {"party": "party", "parent": "party", "site": "site"}


def _said(found: CaseItems, days: Mapping[str, float], weight: str, unpriced: int) -> list[str]:
    known = int(np.isfinite(found.source["per_day"].to_numpy()).sum())
    times = ", ".join(f"{kind} {days[kind]:g}" for kind in KINDS)
    said = [
        f"Times to recover in days, where none is known for an element: {times}.",
        f"The capacity of {known} of {found.source.height} sources is known.",
        f"No source and no structure is known of {len(found.unknown)} of {len(found.used)} items.",
        "A unit lost counts as its share of a day of demand: the impact is in item-days."
        if weight == "days"
        else "A unit lost counts its price in EUR at the last rate not after the day of the twin.",
    ]
    if unpriced:
        said.append(f"{unpriced} items in demand have no price in EUR and count nothing.")
    return said
