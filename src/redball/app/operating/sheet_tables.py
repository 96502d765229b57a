"""Tables of a site's sheet: each says one thing that stands, moves or waits there."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from redball.app.operating.ahead import course_of, ranked, runs_out, word
from redball.app.operating.places import fleet_rows, unit_rows
from redball.app.operating.standing import naming_of
from redball.app.operating.ways import lane_rows
from redball.app.picture import FindingOptions, Recognised, findings_of
from redball.model import NOWHERE, Twin

_FAR_DAYS = 3_650
"""A stock that lasts longer has no day on which it runs out: the calendar says nothing then."""


def stock_table(known: Recognised, site: int) -> pl.DataFrame:
    """What the site holds and uses: what has a target first, the shortest first.

    Columns: ``item`` (``OWNER:KEY``), ``item_name``, ``supply_class``, ``free`` (what is on hand
    and not promised), ``unit_of_issue``, ``per_day``, ``days``, ``target_days``, ``level``,
    ``runs_out_on`` (with what is expected to arrive; null beyond ten years), ``basis``.
    """
    course = course_of(known)
    out = course.pairs.select("site_ix", "item_ix", out=pl.Series(runs_out(course))).filter(
        pl.col("site_ix") == site
    )
    days = known.days.filter(pl.col("site_ix") == site).join(
        out, on=["site_ix", "item_ix"], how="left", maintain_order="left"
    )
    item = known.twin["item"]
    today = known.consumption.as_of
    ranks = ranked(pl.col("days"), pl.col("target_days"), course.limits)
    rows = days.select(
        item=_keys(item).gather(days["item_ix"]),
        item_name=item["name"].gather(days["item_ix"]),
        supply_class=item["supply_class"].cast(pl.String).gather(days["item_ix"]),
        free="free",
        unit_of_issue=item["unit_of_issue"].cast(pl.String).gather(days["item_ix"]),
        per_day="per_day",
        days="days",
        target_days="target_days",
        rank=ranks,
        out="out",
        basis=pl.col("basis").cast(pl.String),
        # what has a target first: of the rest nobody said how long it should last
        aimless=(pl.col("target_days") > 0).fill_null(value=False).not_(),
    ).sort("aimless", "days", "item", nulls_last=True)
    ends = [_day(today, value) for value in rows["out"].to_list()]
    return rows.with_columns(
        level=pl.Series([word(rank) for rank in rows["rank"].to_list()], dtype=pl.String),
        runs_out_on=pl.Series(ends, dtype=pl.Date),
    ).select(
        "item_name", "supply_class", "level", "days", "target_days", "runs_out_on", "free",
        "unit_of_issue", "per_day", "basis", "item",
    )  # fmt: skip


def _day(today: date, out: float | None) -> date | None:
    if out is None or not np.isfinite(out) or out > _FAR_DAYS:
        return None
    return today + timedelta(days=int(out))


def lane_table(known: Recognised, site: int, *, to: bool) -> pl.DataFrame:
    """Lanes into the site, or out of it; those for both ways are in both."""
    here, there = ("to_site", "from_site") if to else ("from_site", "to_site")
    rows = lane_rows(known)
    straight = rows.filter(pl.col(f"{here}_ix") == site).with_columns(back=False)
    back = rows.filter(pl.col("both_ways"), pl.col(f"{there}_ix") == site).with_columns(back=True)
    # the flow of a lane is that of its own direction
    flow = [pl.when("back").then(None).otherwise(name).alias(name)
            for name in ("flow_t_per_day", "loading")]  # fmt: skip
    both = (
        pl.concat(
            [
                straight.with_columns(end=f"{there}_ix", name=there),
                back.with_columns(end=f"{here}_ix", name=here),
            ]
        )
        .with_columns(flow)
        .sort("flow_t_per_day", "name", descending=[True, False], nulls_last=True)
    )
    return both.select(
        pl.col("name").alias("from" if to else "to"),
        "mode", "transit_days", "flow_t_per_day", "capacity_t_per_day", "loading",
        site=_keys(known.twin["site"]).gather(both["end"]),
    )  # fmt: skip


def arriving_table(twin: Twin, site: int, today: date) -> pl.DataFrame:
    """Consignments on their way here or planned, the first expected first."""
    rows = twin["consignment"].filter(
        pl.col("to_site_ix") == site, pl.col("status").is_in(["planned", "in_transit"])
    ).sort("expected_on", "key", nulls_last=True)  # fmt: skip
    late = (pl.lit(today) - pl.col("expected_on")).dt.total_days().clip(lower_bound=0)
    return rows.select(
        item_name=_gather(twin["item"]["name"], rows["item_ix"]),
        quantity="quantity",
        unit_of_issue=_gather(twin["item"]["unit_of_issue"].cast(pl.String), rows["item_ix"]),
        coming_from=_gather(twin["site"]["name"], rows["from_site_ix"]),
        mode=pl.col("mode").cast(pl.String),
        status=pl.col("status").cast(pl.String),
        expected_on="expected_on",
        late_days=late,
        consignment=_own_keys(),
    )


def ordered_table(twin: Twin, site: int) -> pl.DataFrame:
    """Orders for this site that are not received, the first due first."""
    rows = twin["order"].filter(
        pl.col("site_ix") == site, pl.col("status").is_in(["open", "shipped"])
    ).sort("due_on", "key", nulls_last=True)  # fmt: skip
    return rows.select(
        item_name=_gather(twin["item"]["name"], rows["item_ix"]),
        quantity="quantity",
        supplier=_gather(twin["party"]["name"], rows["supplier_ix"]),
        status=pl.col("status").cast(pl.String),
        ordered_on="ordered_on",
        due_on="due_on",
        order=_own_keys(),
    )


def feeds_table(twin: Twin, site: int, *, to: bool) -> pl.DataFrame:
    """Resupply rules: which sites feed this one, or which it feeds; each with its articles."""
    here, there = ("site_ix", "from_site_ix") if to else ("from_site_ix", "site_ix")
    rows = twin["resupply"].filter(pl.col(here) == site)
    rows = rows.with_columns(
        name=_gather(twin["site"]["name"], rows[there]),
        end=_gather(_keys(twin["site"]), rows[there]),
    )
    return (
        rows.group_by("name", "end")
        .agg(
            # a rule without an article is for all of them
            articles=pl.when((pl.col("item_ix") == NOWHERE).any())
            .then(pl.lit("all"))
            .otherwise(pl.col("item_ix").n_unique().cast(pl.String)),
            ship_days=pl.col("ship_days").median(),
        )
        .sort("name", "end", nulls_last=True)
        .select(
            pl.col("name").fill_null("sources outside").alias("from" if to else "to"),
            "articles", "ship_days", pl.col("end").alias("site"),
        )
    )  # fmt: skip


def supplying_table(twin: Twin, site: int) -> pl.DataFrame:
    """Parties that make or ship from here, with how many articles."""
    rows = twin["source"].filter(pl.col("site_ix") == site, pl.col("party_ix") != NOWHERE)
    rows = rows.with_columns(
        party=_gather(twin["party"]["name"], rows["party_ix"]),
        key=_gather(_keys(twin["party"]), rows["party_ix"]),
    )
    return (
        rows.group_by("party", "key")
        .agg(
            articles=pl.col("item_ix").n_unique(), lead_time_days=pl.col("lead_time_days").median()
        )
        .sort("articles", "party", descending=[True, False])
    )


def unit_table(known: Recognised, site: int) -> pl.DataFrame:
    """Units at the site and their fleets."""
    fleets = fleet_rows(known).filter(pl.col("site_ix") == site)
    units = unit_rows(known).filter(pl.col("site_ix") == site)
    return units.join(
        fleets.select("unit_ix", "system", "available", "count", "availability", "target",
                      fleet_level="level"),
        on="unit_ix", how="left", maintain_order="left",
    ).select(
        "unit", "nation", "personnel", "system",
        level=pl.col("fleet_level").cast(pl.String).fill_null("off"),
        available="available", count="count", availability="availability", target="target",
    )  # fmt: skip


def finding_table(known: Recognised, site: str) -> pl.DataFrame:
    """Findings that name the site, the worst first."""
    found = [
        (n.finding.level.value, n.finding.title, n.finding.rule, n.key)
        for n in naming_of(findings_of(known, FindingOptions())).of_site(site)
    ]
    return pl.DataFrame(
        found,
        schema={"level": pl.String, "finding": pl.String, "rule": pl.String, "key": pl.String},
        orient="row",
    )


def _keys(frame: pl.DataFrame) -> pl.Series:
    return frame.select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    ).to_series()


def _own_keys() -> pl.Expr:
    return pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")


def _gather(values: pl.Series, rows: pl.Series) -> pl.Series:
    return values.gather(rows.cast(pl.Int64).replace(NOWHERE, None).cast(pl.UInt32))
