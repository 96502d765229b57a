"""Rules about who supplies an item: single source, one owner, and nobody at all."""

from collections.abc import Iterator, Mapping

import numpy as np

from redball.model import Finding, Level
from redball.model.results import Scalar
from redball.risk.concentration import DIMENSIONS, source_concentration
from redball.risk.context import Context, positive_rows
from redball.risk.making import Row, rows_by_group

_SINGLE = 1e-6
"""Points of rounding allowed at the limit."""


def source_findings(context: Context) -> Iterator[Finding]:
    """Yield ``single-source`` and ``common-owner``.

    An item counts when a system contains it, or there is demand or a requirement for it: a single
    source of what nobody needs is no risk.
    """
    limits, parts = context.thresholds, context.parts
    wanted = parts.systems > 0
    for table in ("demand", "requirement"):
        index = positive_rows(context.twin, table)
        wanted[context.item_group[index[index >= 0]]] = True
    sources = rows_by_group(context.twin.index("source", "item"), context.items)
    frame = source_concentration(context.twin, context.items, context.parties)
    for row in frame.iter_rows(named=True):
        if not wanted[row["item_ix"]]:
            continue
        evidence: list[Row] = [("source", r) for r in sources[row["item_ix"]]]
        single = (d for d in DIMENSIONS if row[f"hhi_{d}"] >= limits.hhi_single - _SINGLE)
        by = next(single, "")
        if by:
            yield _single_source(context, row, by, evidence)
        elif _hidden_by_owner(context, row):
            yield _common_owner(context, row, evidence)


def _detail(context: Context, row: Mapping[str, Scalar]) -> dict[str, Scalar]:
    parts, item = context.parts, _int(row["item_ix"])
    high, moderate = context.thresholds.hhi_high, context.thresholds.hhi_moderate
    detail: dict[str, Scalar] = {
        "sources": row["sources"],
        "unused_sources": row["unused"],
        "undisclosed_sources": row["undisclosed"],
        "shares": row["basis"],
        "systems": int(parts.systems[item]),
        "essential_for_systems": int(parts.essential[item]),
    }
    for by in DIMENSIONS:
        index = _float(row[f"hhi_{by}"])
        band = "high" if index > high else "moderate" if index > moderate else "low"
        detail |= {
            f"hhi_by_{by}": round(index, 1),
            f"effective_by_{by}": round(_float(row[f"effective_{by}"]), 3),
            f"count_by_{by}": row[f"count_{by}"],
            f"concentration_by_{by}": band,
        }
    return detail


def _single_source(
    context: Context, row: Mapping[str, Scalar], by: str, evidence: list[Row]
) -> Finding:
    item = _int(row["item_ix"])
    essential = bool(context.parts.essential[item] > 0)
    serious = essential and by != "country"
    shown = [*evidence, *_named_rows(by, row)]
    if context.parts.system[item] >= 0:
        shown.append(("system", int(context.parts.system[item])))
    return context.desk.finding(
        "single-source",
        Level.SERIOUS if serious else Level.CAUTION,
        ("item", item),
        _single_title(context, row, by),
        measure=f"HHI by {'ultimate parent' if by == 'parent' else by}",
        value=round(_float(row[f"hhi_{by}"]), 1),
        threshold=context.thresholds.hhi_single,
        detail={"by": by, **_detail(context, row)},
        evidence=shown,
    )


def _single_title(context: Context, row: Mapping[str, Scalar], by: str) -> str:
    item, count = _int(row["item_ix"]), _int(row["count_supplier"])
    name = context.desk.name("item", item)
    top = _top_name(context, by, row)
    only = _int(row[f"count_{by}"]) == 1
    share = "All" if only else "Nearly all"
    suppliers = f"{count} suppliers of {name}"
    sentences = {
        "supplier": f"{name} has a single source: {top}."
        if only
        else f"{name} has {count} suppliers, but nearly all of it comes from {top}.",
        "parent": f"{share} {suppliers} have one owner: {top}."
        if only
        else f"{name} has {count} suppliers, but nearly all of it comes from the owner {top}.",
        "site": f"{share} {suppliers} deliver from one site: {top}."
        if only
        else f"{name} has {count} suppliers, but nearly all of it comes from the site {top}.",
        "country": f"{share} {suppliers} are in one country: {top}."
        if only
        else f"{name} has {count} suppliers, but nearly all of it comes from {top}.",
    }
    system = int(context.parts.system[item])
    if system < 0:
        return sentences[by]
    word = "an essential part" if context.parts.essential[item] > 0 else "a part"
    return f"{sentences[by]} It is {word} of {context.desk.name('system', system)}."


def _top_name(context: Context, by: str, row: Mapping[str, Scalar]) -> str:
    if by == "country":
        return str(row["top_country"] or "undisclosed")
    top = _int(row[f"top_{by}"])
    return context.desk.name("site" if by == "site" else "party", top)


def _named_rows(by: str, row: Mapping[str, Scalar]) -> list[Row]:
    if by == "country":
        return []
    return [("site" if by == "site" else "party", _int(row[f"top_{by}"]))]


def _hidden_by_owner(context: Context, row: Mapping[str, Scalar]) -> bool:
    limits = context.thresholds
    by_parent, by_supplier = _float(row["hhi_parent"]), _float(row["hhi_supplier"])
    return by_parent > limits.hhi_high and by_parent - by_supplier >= limits.hhi_increase


def _common_owner(context: Context, row: Mapping[str, Scalar], evidence: list[Row]) -> Finding:
    item = _int(row["item_ix"])
    name = context.desk.name("item", item)
    rise = _float(row["hhi_parent"]) - _float(row["hhi_supplier"])
    return context.desk.finding(
        "common-owner",
        Level.CAUTION,
        ("item", item),
        f"{name} has {row['count_supplier']} suppliers but only {row['count_parent']} owners;"
        f" the largest is {_top_name(context, 'parent', row)}.",
        measure="HHI added by counting owners",
        value=round(rise, 1),
        threshold=context.thresholds.hhi_increase,
        detail=_detail(context, row),
        evidence=[*evidence, *_named_rows("parent", row)],
    )


def unsupplied_findings(context: Context) -> Iterator[Finding]:
    """Yield ``demand-without-source`` and ``structure-without-supplier``."""
    parts = context.parts
    nobody = ~parts.sourced & ~parts.made
    by_table = {
        table: rows_by_group(positive_rows(context.twin, table), context.items)
        for table in ("demand", "requirement")
    }
    for item in sorted({*by_table["demand"], *by_table["requirement"]}):
        if nobody[item]:
            demand, needed = (by_table[t].get(item, []) for t in ("demand", "requirement"))
            yield _demand_without_source(context, item, demand, needed)
    children = rows_by_group(context.twin.index("structure", "child"), context.items)
    for item in np.flatnonzero(nobody & (parts.systems > 0)).tolist():
        yield _structure_without_supplier(context, item, children.get(item, []))


def _demand_without_source(
    context: Context, item: int, demand: list[int], needed: list[int]
) -> Finding:
    parts = context.parts
    urgent = bool(needed) or parts.essential[item] > 0
    what = " and ".join(
        word for word, rows in (("demand", demand), ("a requirement", needed)) if rows
    )
    return context.desk.finding(
        "demand-without-source",
        Level.SERIOUS if urgent else Level.CAUTION,
        ("item", item),
        f"There is {what} for {context.desk.name('item', item)}, but no source of it is known.",
        measure="rows of demand and requirement",
        value=len(demand) + len(needed),
        threshold=1.0,
        detail={
            "demand_rows": len(demand),
            "requirement_rows": len(needed),
            "essential_for_systems": int(parts.essential[item]),
        },
        evidence=[
            *(("requirement", row) for row in needed),
            *(("demand", row) for row in demand),
        ],
    )


def _structure_without_supplier(context: Context, item: int, above: list[int]) -> Finding:
    parts, desk = context.parts, context.desk
    system = int(parts.system[item])
    essential = parts.essential[item] > 0
    word = "an essential part" if essential else "a part"
    parents = context.twin.index("structure", "parent")
    inside = [
        row
        for row in above
        if parents[row] >= 0 and parts.systems[context.item_group[parents[row]]] > 0
    ]
    return desk.finding(
        "structure-without-supplier",
        Level.SERIOUS if essential else Level.CAUTION,
        ("item", item),
        f"{desk.name('item', item)}, {word} of {desk.name('system', system)},"
        " has neither a source nor a structure of its own.",
        measure="systems that contain it",
        value=int(parts.systems[item]),
        threshold=1.0,
        detail={"essential_for_systems": int(parts.essential[item])},
        evidence=[*(("structure", row) for row in inside), ("system", system)],
    )


def _int(value: Scalar) -> int:
    return -1 if value is None else int(value)


def _float(value: Scalar) -> float:
    return float("nan") if value is None else float(value)
