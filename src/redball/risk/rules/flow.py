"""Rule ``lane-concentration``: a gateway or lane that carries most of a class of supply.

Two bases, never added, because a consignment may fulfil an order: *consignments* (what moved or
moves; lost ones left out) and *orders* (what is to be delivered; cancelled ones left out). Mass is
quantity times the item's ``mass_kg``; rows of items without a mass are counted, not guessed.

A gateway is a site of ``Thresholds.gateway_kinds``. What it carries of a class is the larger of
what arrives at it and what leaves it, so that a sea leg in and a road leg out count once. Goods
that come straight from a factory or mine to a place that is no gateway count in the whole. Of
orders, what is delivered at the gateway counts against all orders of the class.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from redball.model import Finding, Level, UnknownCode
from redball.model.codes import supply_classes, to_nato
from redball.risk.context import Context
from redball.risk.making import Row
from redball.risk.rules.routes import lane_name

_ORIGINS = ("factory", "mine")


@dataclass(frozen=True)
class _Flow:
    """Share of one gateway or lane in what comes in of a class."""

    supply_class: str
    basis: str
    place: Row
    mass_t: float
    total_t: float
    evidence: list[Row]

    @property
    def share(self) -> float:
        return self.mass_t / self.total_t


def flow_findings(context: Context) -> Iterator[Finding]:
    """Yield one finding per class and gateway (or lane between other places)."""
    limits = context.thresholds
    consignments, orders = _consignments(context), _orders(context)
    unweighed = {
        (basis, name): count
        for basis, frame in (("consignments", consignments), ("orders", orders))
        for name, count in frame.filter(pl.col("mass_t").is_null())
        .group_by("supply_class")
        .len()
        .iter_rows()
    }
    best: dict[tuple[str, Row], _Flow] = {}
    for flow in (
        *_by_consignment(consignments, limits.flow_rows),
        *_by_order(orders, limits.flow_rows),
    ):
        key = (flow.supply_class, flow.place)
        if flow.share >= limits.flow_share and (key not in best or flow.share > best[key].share):
            best[key] = flow
    gateways = {(name, place[1]) for name, place in best if place[0] == "site"}
    lanes = context.twin.tables["lane"]
    for (name, place), flow in sorted(best.items()):
        ends = (
            []
            if place[0] == "site"
            else [int(lanes[e][place[1]]) for e in ("from_site_ix", "to_site_ix")]
        )
        if not any((name, end) in gateways for end in ends):  # the gateway says it already
            yield _finding(context, flow, unweighed.get((flow.basis, name), 0))


def _finding(context: Context, flow: _Flow, unweighed: int) -> Finding:
    limits, (table, row) = context.thresholds, flow.place
    name = context.desk.name("site", row) if table == "site" else lane_name(context, row)
    return context.desk.finding(
        "lane-concentration",
        Level.SERIOUS if flow.share >= limits.flow_share_serious else Level.CAUTION,
        flow.place,
        f"{name[0].upper()}{name[1:]} carries {flow.share:.0%} of what comes in of"
        f" {_class_name(flow.supply_class)}, by {flow.basis}.",
        measure="share of inbound mass (%)",
        value=round(100 * flow.share, 1),
        threshold=100 * limits.flow_share,
        detail={
            "supply_class": flow.supply_class,
            "basis": flow.basis,
            "mass_t": round(flow.mass_t, 3),
            "inbound_t": round(flow.total_t, 3),
            "rows": len(flow.evidence),
            "rows_without_mass": unweighed,
        },
        evidence=flow.evidence,
    )


def _class_name(code: str) -> str:
    known = supply_classes().get(code)
    return f"class {code} ({known.title})" if known else f"class {code}"


def _nato(code: str | None) -> str:
    """NATO class of a class of either scheme; the code as given where there is none."""
    if not code:
        return ""
    try:
        return to_nato(code).code or code
    except UnknownCode:
        return code


def _weighed(context: Context, table: str) -> pl.DataFrame:
    """Rows of a table with the class and mass of their item; unknown items left out."""
    items = context.twin["item"]
    classes = {code: _nato(code) for code in items["supply_class"].unique().to_list()}
    columns = items.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        pl.col("supply_class").replace_strict(classes, default="", return_dtype=pl.String),
        "mass_kg",
    )
    return (
        context.twin[table]
        .with_columns(row=pl.int_range(pl.len(), dtype=pl.Int32))
        .join(columns, on="item_ix", how="inner", maintain_order="left")
        .filter(pl.col("supply_class") != "")
        .with_columns(mass_t=pl.col("quantity") * pl.col("mass_kg") / 1000.0)
    )


def _kinds(context: Context, index: str) -> pl.Expr:
    kind = context.twin["site"]["kind"]
    return pl.col(index).replace_strict(
        range(len(kind)), kind.cast(pl.String), default="", return_dtype=pl.String
    )


def _consignments(context: Context) -> pl.DataFrame:
    gateways = context.thresholds.gateway_kinds
    frame = _weighed(context, "consignment").filter(pl.col("status") != "lost")
    if context.twin["site"].is_empty():
        return frame.clear().with_columns(gate=pl.lit(None, pl.Int32), lane=pl.lit(None, pl.Int32))
    frame = frame.with_columns(
        arrives=_kinds(context, "to_site_ix").is_in(gateways),
        leaves=_kinds(context, "from_site_ix").is_in(gateways),
        made=_kinds(context, "from_site_ix").is_in(_ORIGINS),
    )
    return frame.filter(pl.col("arrives") | pl.col("leaves") | pl.col("made")).join(
        _lane_of(context),
        on=["from_site_ix", "to_site_ix", "mode"],
        how="left",
        maintain_order="left",
    )


def _lane_of(context: Context) -> pl.DataFrame:
    """First lane for each pair of sites and mode, in each direction it can be used."""
    lane = context.twin["lane"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("lane"),
        "from_site_ix",
        "to_site_ix",
        "mode",
        "both_ways",
    )
    back = lane.filter(pl.col("both_ways")).select(
        "lane", from_site_ix="to_site_ix", to_site_ix="from_site_ix", mode="mode"
    )
    ends = ["from_site_ix", "to_site_ix", "mode"]
    return pl.concat([lane.drop("both_ways"), back]).unique(ends, keep="first", maintain_order=True)


def _orders(context: Context) -> pl.DataFrame:
    frame = _weighed(context, "order").filter(pl.col("status") != "cancelled")
    if context.twin["site"].is_empty():
        return frame.clear().with_columns(arrives=pl.lit(value=False))
    return frame.with_columns(
        arrives=_kinds(context, "site_ix").is_in(context.thresholds.gateway_kinds)
    )


def _by_consignment(frame: pl.DataFrame, least_rows: int) -> Iterator[_Flow]:
    for (name,), part in frame.drop_nulls("mass_t").group_by("supply_class", maintain_order=True):
        if part.height < least_rows:
            continue
        straight = part.filter(~pl.col("arrives") & ~pl.col("leaves"))["mass_t"].sum()
        into = part.filter("arrives").group_by(gate="to_site_ix").agg(into=pl.col("mass_t").sum())
        out = part.filter("leaves").group_by(gate="from_site_ix").agg(out=pl.col("mass_t").sum())
        gates = into.join(out, on="gate", how="full", coalesce=True).select(
            "gate",
            mass=pl.max_horizontal(pl.col("into").fill_null(0.0), pl.col("out").fill_null(0.0)),
        )
        total = float(gates["mass"].sum()) + float(straight)
        if total <= 0:
            continue
        for gate, mass in gates.sort("gate").iter_rows():
            at = part.filter(
                (pl.col("arrives") & (pl.col("to_site_ix") == gate))
                | (pl.col("leaves") & (pl.col("from_site_ix") == gate))
            )
            yield _flow(str(name), "consignments", ("site", gate), mass, total, at)
        lanes = part.drop_nulls("lane").group_by("lane").agg(pl.col("mass_t").sum()).sort("lane")
        for lane, mass in lanes.iter_rows():
            at = part.filter(pl.col("lane") == lane)
            yield _flow(str(name), "consignments", ("lane", lane), mass, total, at)


def _by_order(frame: pl.DataFrame, least_rows: int) -> Iterator[_Flow]:
    for (name,), part in frame.drop_nulls("mass_t").group_by("supply_class", maintain_order=True):
        total = float(part["mass_t"].sum())
        if part.height < least_rows or total <= 0:
            continue
        gates = part.filter("arrives").group_by("site_ix").agg(pl.col("mass_t").sum())
        for gate, mass in gates.sort("site_ix").iter_rows():
            at = part.filter(pl.col("site_ix") == gate)
            yield _flow(str(name), "orders", ("site", gate), mass, total, at)


def _flow(
    name: str, basis: str, place: Row, mass: float, total: float, part: pl.DataFrame
) -> _Flow:
    table = {"consignments": "consignment", "orders": "order"}[basis]
    rows: list[Row] = [
        (table, row) for row in part.sort("mass_t", "row", descending=[True, False])["row"]
    ]
    return _Flow(name, basis, place, mass, total, rows)
