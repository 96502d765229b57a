"""Adding up what allies count in different units."""

from collections import Counter
from collections.abc import Sequence

import polars as pl

from redball.identity.measures import PACK, content_or_own, one_unit_in
from redball.identity.resting import resting_labels
from redball.model import BadData, BadUse, Groups, Twin
from redball.model.codes import needs_item_quantity

Pack = tuple[str, float | None, str | None]
"""Unit of issue, quantity per unit, content unit."""

Told = tuple[str | None, float | None, str]
"""Group unit, factor to it, note."""


def unit_factors(twin: Twin, groups: Groups) -> pl.DataFrame:
    """What one unit of issue of each item record is in the unit of its group.

    A group that issues in one unit with one content keeps it. Otherwise the group's unit is a
    fixed one that a member uses or packs: the one most members can be converted to, then the one
    most members use, then the first by code. A nation that counts in BX of 12 and another in EA
    then add up in EA.

    Returns
    -------
    polars.DataFrame
        One row per item row, in order: ``item_ix`` (int32), ``unit`` (its unit of issue),
        ``factor_to_group_unit`` (null where it can't be converted: never guessed), ``note`` (why
        not, or how; empty when nothing is to be said), ``group_unit``, ``labels`` (positions in
        ``twin.labels`` of the rows that group and factor rest on: linked records and verdicts).

    Raises
    ------
    BadUse
        The groups are not of the items of this twin.
    """
    item = twin["item"]
    if groups.table != "item" or len(groups.group) != item.height:
        raise BadUse(
            "The groups are not of the items of this twin.",
            mend="Pass what recognise_items gave for the same twin.",
        )
    rows = item.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        *PACK,
        pl.Series("group", groups.group, dtype=pl.Int32),
    )
    alone = pl.len().over("group") == 1
    told = pl.concat(
        [
            rows.filter(alone).select(
                "item_ix",
                factor_to_group_unit=pl.lit(1.0),
                note=pl.lit(""),
                group_unit="unit_of_issue",
            ),
            _of_groups(rows.filter(~alone)),
        ]
    ).sort("item_ix")
    return rows.select("item_ix", unit="unit_of_issue").with_columns(
        told.drop("item_ix"), labels=resting_labels(twin, groups.group)
    )


def _of_groups(rows: pl.DataFrame) -> pl.DataFrame:
    """Factors of the members of groups; groups of the same packs are worked out once."""
    packs = rows.group_by("group", maintain_order=True).agg(*PACK, pl.col("item_ix"))
    known: dict[tuple[Pack, ...], tuple[Told, ...]] = {}
    found: list[tuple[int, Told]] = []
    for _, units, amounts, contents, members in packs.iter_rows():
        held = tuple(zip(units, amounts, contents, strict=True))
        if held not in known:
            known[held] = _told(held)
        found += zip(members, known[held], strict=True)
    return pl.DataFrame(
        [(member, factor, note, unit) for member, (unit, factor, note) in found],
        schema={
            "item_ix": pl.Int32,
            "factor_to_group_unit": pl.Float64,
            "note": pl.String,
            "group_unit": pl.String,
        },
        orient="row",
    )


def _told(held: Sequence[Pack]) -> tuple[Told, ...]:
    if len(set(held)) == 1 and not _unknown_pack(held[0]):
        return tuple((held[0][0], 1.0, "") for _ in held)
    fixed = [content_or_own(unit, content) or _article(unit) for unit, _, content in held]
    uses = Counter(code for code in fixed if code)
    if not uses:
        return tuple((None, None, _why_not(pack, None)) for pack in held)
    target = min(uses, key=lambda code: (-_convertible(held, code), -uses[code], code))
    return tuple(_one(pack, target) for pack in held)


def _convertible(held: Sequence[Pack], target: str) -> int:
    return sum(_one(pack, target)[1] is not None for pack in held)


def _one(pack: Pack, target: str) -> Told:
    try:
        factor = one_unit_in(target, *pack)
    except BadData:
        return target, None, _why_not(pack, target)
    note = "" if pack[0] == target else f"1 {pack[0]} is {factor:g} {target}"
    return target, factor, note


def _why_not(pack: Pack, target: str | None) -> str:
    if _unknown_pack(pack):
        return f"what one {pack[0]} holds is not given"
    return f"{pack[0]} can't be converted to {target or 'a unit of the group'}"


def _unknown_pack(pack: Pack) -> bool:
    unit, amount, content = pack
    try:
        return needs_item_quantity(unit) and (amount is None or content is None)
    except BadData:
        return True


def _article(unit: str) -> str | None:
    """The unit itself if it is a single thing, such as a kit; None for a pack of unknown size."""
    return None if _unknown_pack((unit, None, None)) else unit
