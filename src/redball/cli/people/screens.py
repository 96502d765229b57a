"""What the commands of people print."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from redball.app.people import Outcome


def shown(
    what: str,
    rows: "Sequence[DataclassInstance]",
    *,
    json: bool,
    none: str,
    hide: Sequence[str] = (),
) -> None:
    """Print rows: all of each as JSON, or what a person needs as a table."""
    import polars as pl

    from redball.cli.output import console, plain, print_json, show_frame

    if json:
        print_json({what: list(rows)})
        return
    if not rows:
        console.print(none)
        return
    names = [one.name for one in fields(rows[0]) if one.name not in hide]
    columns = {name: [_cell(getattr(row, name)) for row in rows] for name in names}
    show_frame(pl.DataFrame({n: [plain(v) for v in c] for n, c in columns.items()}), what, rows=500)


def tell(outcome: "Outcome", done: str, *, json: bool) -> None:
    """Print what came of a change."""
    from redball.cli.output import console, print_json

    if json:
        print_json({"outcome": outcome})
    elif outcome.done:
        console.print(done)
    else:
        console.print(
            f"This needs a second person. Somebody else gives it with:\n"
            f"  redball people approve {outcome.approval}",
            soft_wrap=True,
        )


def _cell(value: object) -> object:
    from datetime import datetime

    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%MZ")
    return ", ".join(value) if isinstance(value, tuple) else value
