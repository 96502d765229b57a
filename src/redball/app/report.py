"""The report: picture, findings, feeds and map layers of one viewer at one moment."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer
from redball.app.doing import said_so_far, use_case
from redball.app.exporting import exported
from redball.app.picture import (
    FindingOptions,
    FindingsResult,
    PictureOptions,
    PictureResult,
    Recognised,
    findings_of,
    picture_of,
    recognise,
)
from redball.app.view import View, see, without_password
from redball.model import NOWHERE, Finding, Level, Origin, Twin
from redball.reports import ReportContent, form_of, write_file


@use_case(Action.SEE)
def report(view: View, path: Path, *, now: datetime | None = None) -> tuple[Path, Origin]:
    """Write the report of a viewer at a moment as one HTML file that stands alone."""
    form_of(path)  # before anything is worked out
    content = report_content(view, name=str(path), now=now)
    exported(content.origin, "report", rows=rows_of(content))
    return write_file(content, path), content.origin


@use_case(Action.SEE)
def report_content(
    view: View, *, name: str = "report.html", now: datetime | None = None
) -> ReportContent:
    """The report of a viewer at a moment, ready to be written in any form.

    Parameters
    ----------
    view : View
    name : str
        The file that the command names which makes it again.
    """
    known = recognise(see(view, now=now), PictureOptions())
    picture = picture_of(known, PictureOptions())
    findings = findings_of(known, FindingOptions())
    title = "Recognised logistics picture"
    command = command_for(view, name)
    return content_of(known, picture, findings, title=title, command=command)


def command_for(view: View, name: str) -> str:
    """The command that makes a report again."""
    store = without_password(view.store)
    command = f"redball report {name} --store {store} --viewer {shlex.quote(view.viewer)}"
    return command if view.as_of is None else f"{command} --as-of {view.as_of.isoformat()}"


def rows_of(content: ReportContent) -> int:
    """How many rows of tables a report holds."""
    tables = [*content.tables.values(), *(t for e in content.exhibits for t in e.tables.values())]
    return sum(table.height for table in tables)


def write_report(
    known: Recognised,
    picture: PictureResult,
    findings: FindingsResult,
    path: Path,
    *,
    title: str,
    command: str,
    answers: Sequence[Answer] = (),
) -> Path:
    """Write the report of what was already worked out."""
    form_of(path)  # before anything is recorded
    content = content_of(known, picture, findings, title=title, command=command, answers=answers)
    exported(picture.origin, "report", rows=sum(t.height for t in content.tables.values()))
    return write_file(content, path)


def content_of(
    known: Recognised,
    picture: PictureResult,
    findings: FindingsResult,
    *,
    title: str,
    command: str,
    answers: Sequence[Answer] = (),
) -> ReportContent:
    """The report of what was already worked out, ready to be written."""
    feeds = known.seen.feeds
    return ReportContent(
        title=title,
        exercise=not feeds.is_empty() and bool(feeds["exercise"].all()),
        generated=datetime.now(UTC),
        origin=picture.origin,
        tables=picture.picture.as_tables(),
        findings=findings.findings,
        feeds=feeds,
        sites=site_layer(known, findings.findings),
        lanes=lane_layer(known.twin),
        hazards=hazard_layer(known.twin),
        assumptions=(*picture.picture.assumptions, *said_so_far()),
        exhibits=[answer.as_exhibit() for answer in answers],
        command=command,
    )


def site_layer(known: Recognised, findings: Sequence[Finding]) -> pl.DataFrame:
    """Sites with a position: kind, units there, worst finding, least days of supply."""
    twin = known.twin
    sites = twin["site"].with_row_index("site_ix").with_columns(pl.col("site_ix").cast(pl.Int32))
    units = (
        twin["party"]
        .filter((pl.col("kind") == "unit") & (pl.col("site_ix") != NOWHERE))
        .group_by("site_ix")
        .agg(pl.col("name").sort().str.join(", ").alias("units"))
    )
    least = known.days.group_by("site_ix").agg(pl.col("days").min())
    return (
        sites.join(units, on="site_ix", how="left")
        .join(least, on="site_ix", how="left")
        .join(_worst(twin, findings), on="site_ix", how="left")
        .with_columns(
            pl.col("worst_level").fill_null(Level.NORMAL.value), pl.col("units").fill_null("")
        )
        .filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
        .sort("site_ix")
        .select(
            "name", "kind", "country", pl.col("owner").cast(pl.String),
            "latitude", "longitude", "units", "worst_level", "days",
        )
    )  # fmt: skip


def _worst(twin: Twin, findings: Sequence[Finding]) -> pl.DataFrame:
    """The worst level of the findings about each site, as subject or as the place named."""
    worst: dict[str, Level] = {}
    for finding in findings:
        place = finding.detail.get("site")
        if finding.subject.table == "site":
            place = f"{finding.subject.owner}:{finding.subject.key}"
        if isinstance(place, str) and worst.get(place, Level.OFF).rank < finding.level.rank:
            worst[place] = finding.level
    frame = pl.DataFrame(
        {"site": list(worst), "worst_level": [level.value for level in worst.values()]},
        schema={"site": pl.String, "worst_level": pl.String},
    )
    sites = twin["site"].select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("site"),
        pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"),
    )
    return sites.join(frame, on="site").select("site_ix", "worst_level")


def lane_layer(twin: Twin) -> pl.DataFrame:
    """Lanes between positioned sites, with the mean flow of the recorded consignments.

    Flow is the mass of consignments between the two sites over the days they span; lanes without
    recorded consignments have none.
    """
    places = twin["site"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"), "latitude", "longitude", "name"
    )
    lanes = twin["lane"].select("from_site_ix", "to_site_ix", "mode", "capacity_t_per_day")
    ends = lanes.join(
        places.rename({"latitude": "from_lat", "longitude": "from_lon", "name": "from_name"}),
        left_on="from_site_ix", right_on="site_ix", maintain_order="left",
    ).join(
        places.rename({"latitude": "to_lat", "longitude": "to_lon", "name": "to_name"}),
        left_on="to_site_ix", right_on="site_ix", maintain_order="left",
    )  # fmt: skip
    return (
        ends.join(
            _flows(twin),
            on=["from_site_ix", "to_site_ix", "mode"],
            how="left",
            maintain_order="left",
        )
        .filter(pl.all_horizontal(pl.col("from_lat", "from_lon", "to_lat", "to_lon").is_not_null()))
        .with_columns(name=pl.concat_str("from_name", "to_name", separator=" → "))
        .select(
            "from_lat", "from_lon", "to_lat", "to_lon", "mode", "name",
            "flow_t_per_day", "capacity_t_per_day",
        )
    )  # fmt: skip


def _flows(twin: Twin) -> pl.DataFrame:
    mass = twin["item"].select(pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"), "mass_kg")
    moved = twin["consignment"].join(mass, on="item_ix", how="left")
    day = pl.coalesce("departed_on", "expected_on")
    span = moved.select((day.max() - day.min()).dt.total_days() + 1).to_series()
    days = max(int(span[0]), 1) if len(span) and span[0] is not None else 1
    return moved.group_by("from_site_ix", "to_site_ix", "mode").agg(
        ((pl.col("quantity") * pl.col("mass_kg")).sum() / 1000 / days).alias("flow_t_per_day")
    )


def hazard_layer(twin: Twin) -> pl.DataFrame:
    """Hazards that strike an area, or a site (drawn around it)."""
    places = twin["site"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"),
        pl.col("latitude").alias("site_lat"),
        pl.col("longitude").alias("site_lon"),
    )
    return (
        twin["hazard"]
        .join(places, on="site_ix", how="left", maintain_order="left")
        .with_columns(
            latitude=pl.coalesce("latitude", "site_lat"),
            longitude=pl.coalesce("longitude", "site_lon"),
        )
        .filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
        .select("name", "latitude", "longitude", pl.col("radius_km").fill_null(0.0))
    )
