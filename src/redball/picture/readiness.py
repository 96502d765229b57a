"""Readiness of fleets, as far as it is reported."""

from dataclasses import dataclass

import polars as pl

from redball.model import BadUse, Level, Twin
from redball.picture.rows import UNDISCLOSED, Facts


@dataclass(frozen=True)
class ReadinessLimits:
    """How far below its target the availability of a fleet is caution, serious or critical.

    Attributes
    ----------
    serious_gap, critical_gap : float, share
        Target minus availability from which the level is reached; a smaller gap is caution.
    """

    serious_gap: float = 0.1
    critical_gap: float = 0.25

    def __post_init__(self) -> None:
        if not 0 <= self.serious_gap <= self.critical_gap <= 1:
            raise BadUse(
                "The limits of readiness are out of order.",
                mend="Give 0 <= serious_gap <= critical_gap <= 1.",
            )


def readiness(
    twin: Twin, worst: pl.DataFrame, facts: Facts, limits: ReadinessLimits
) -> pl.DataFrame:
    """Fleets against their target, with the worst class of supply where the unit is.

    Parameters
    ----------
    worst : polars.DataFrame
        ``nation``, ``site_key``, ``worst_class``, ``worst_class_days`` and ``supply_mark`` (of the
        days of all classes there).

    Returns
    -------
    polars.DataFrame
        ``nation``, ``unit``, ``site``, ``system``, ``count``, ``available``, ``availability`` and
        ``target`` (shares), ``gap`` (target minus availability), ``level``, ``basis`` (``reported``
        or ``not reported``), ``worst_class`` and ``worst_class_days`` (the class with the lowest
        median days of supply at the unit's site), ``label``. The level is ``off`` where nothing is
        reported and ``standby`` where there is no target.
    """
    marks = facts.marks
    fleet, party, system = twin["fleet"], twin["party"], twin["system"]
    units = party.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("unit_ix"),
        "site_ix",
        unit=pl.col("name").fill_null(pl.col("key")),
        unit_mark=marks.of(party["label"]),
    )
    systems = system.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("system_ix"),
        system=pl.col("name").fill_null(pl.col("key")),
        system_target="availability_target",
        system_mark=marks.of(system["label"]),
    )
    share = pl.col("available") / pl.when(pl.col("count") > 0).then("count")
    rows = (
        fleet.with_columns(
            own_mark=marks.of(fleet["label"]), nation=pl.col("owner").cast(pl.String)
        )
        .join(units, on="unit_ix", how="left", maintain_order="left")
        .join(systems, on="system_ix", how="left", maintain_order="left")
        .join(facts.sites, on="site_ix", how="left", maintain_order="left")
        .join(worst, on=["nation", "site_key"], how="left", maintain_order="left")
        .with_columns(
            pl.col("unit", "system", "site").fill_null(UNDISCLOSED),
            availability=share,
            target=pl.coalesce("availability_target", "system_target"),
        )
        .with_columns(gap=pl.col("target") - pl.col("availability"))
    )
    label = marks.texts(
        rows["own_mark"]
        | rows["unit_mark"].fill_null(0)
        | rows["system_mark"].fill_null(0)
        | rows["site_mark"].fill_null(0)
        | rows["supply_mark"].fill_null(0)
    )
    return rows.select(
        "nation", "unit", "site", "system", "count", "available", "availability", "target", "gap",
        level=_level(limits),
        basis=pl.when(pl.col("available").is_null())
        .then(pl.lit("not reported"))
        .otherwise(pl.lit("reported")),
        worst_class="worst_class", worst_class_days="worst_class_days", label=label,
    ).sort("nation", "unit", "system")  # fmt: skip


def _level(limits: ReadinessLimits) -> pl.Expr:
    gap = pl.col("gap").round(9)  # 0.9 - 0.8 is not quite 0.1
    return (
        pl.when(pl.col("availability").is_null()).then(pl.lit(str(Level.OFF)))
        .when(pl.col("target").is_null()).then(pl.lit(str(Level.STANDBY)))
        .when(gap <= 0).then(pl.lit(str(Level.NORMAL)))
        .when(gap >= limits.critical_gap).then(pl.lit(str(Level.CRITICAL)))
        .when(gap >= limits.serious_gap).then(pl.lit(str(Level.SERIOUS)))
        .otherwise(pl.lit(str(Level.CAUTION)))
    )  # fmt: skip
