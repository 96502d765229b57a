"""Console screens: the banner of every screen, and the picture."""

from collections.abc import Mapping

import polars as pl

from redball.app import PictureResult, Seen
from redball.cli.output import console, errors, show_frame
from redball.cli.safe import safe
from redball.model import Origin

_DAYS = ("days_median", "days_worst", "target_days", "below_target_share")
_STOCK = ("lines", "mass_t", "value_eur", *_DAYS)
FIRST_TABLES: Mapping[str, tuple[str, ...]] = {
    "by_nation": ("nation", *_STOCK),
    "by_class": ("supply_class", "class_title", *_STOCK),
    "by_unit": (
        "nation",
        "unit",
        "lines",
        "days_median",
        "days_worst",
        "worst_item",
        "target_days",
    ),
    "readiness": ("unit", "system", "count", "available", "availability", "target", "level"),
    "in_transit": ("consignment", "item", "quantity", "to_site", "expected_on", "late_days"),
    "expiring": ("site", "item", "lot", "quantity", "expiry", "days_left"),
    "shared_items": ("article", "nation", "names", "unit_of_issue", "basis", "on_hand", "total"),
}
"""What the console shows of each table; ``--table`` shows all of its columns."""


def show_banner(origin: Origin) -> None:
    """Label, moment and viewer: what every screen starts with."""
    console.print(f"[bold reverse] {safe(origin.marking)} [/]")
    console.print(
        f"As of {origin.as_of:%Y-%m-%d %H:%MZ} for {safe(origin.subject or origin.viewer)} · "
        f"twin {origin.twin_hash[:12]} · {origin.software}",
        style="dim",
    )


def show_picture(
    result: PictureResult, tables: Mapping[str, pl.DataFrame], *, rows: int, whole: bool
) -> None:
    """Show the picture: the first tables, or one whole."""
    show_banner(result.origin)
    names = list(tables) if whole else [n for n in FIRST_TABLES if n in tables]
    for name in names:
        frame = tables[name]
        if not whole:
            frame = frame.select(c for c in FIRST_TABLES[name] if c in frame.columns)
        show_frame(
            frame,
            name.replace("_", " ").capitalize(),
            rows=10_000 if whole else rows,
            hint=f"Use --table {name}.",
        )
    others = [name for name in tables if name not in names]
    if others:
        console.print(f"More tables with --table: {', '.join(others)}", style="dim")
    for sentence in result.picture.assumptions:
        console.print(f"· {safe(sentence)}", style="dim")


def warn_of_unknown_viewer(seen: Seen) -> None:
    """Say on standard error that the viewer never sent anything: its code may be mistyped."""
    if not seen.viewer_is_known:
        errors.print(
            f"[bold yellow]Note[/bold yellow] {safe(seen.twin.viewer)} never sent data to this "
            "store; only what is released to all members is shown."
        )
