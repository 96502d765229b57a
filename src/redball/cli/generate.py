"""``redball generate``: large synthetic coalitions."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import JsonOption


def generate(
    out: Annotated[Path, typer.Argument(help="New folder for the packages.")],
    size: Annotated[
        str, typer.Option("--size", help="XS, S, M, L or XL (240 to 1,000,000 items).")
    ] = "S",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same data.")] = 1,
    json: JsonOption = False,
) -> None:
    """Write a synthetic coalition as Parquet packages, for benchmarks and trials."""
    from redball import app
    from redball.cli.output import console, print_json, progress_bar
    from redball.cli.safe import safe

    with progress_bar(quiet=json) as progress:
        made = app.generate(size, out, seed=seed, progress=progress)
    if json:
        print_json(made)
        return
    total = sum(made.rows.values())
    console.print(f"{total:,} rows in {len(made.packages)} packages in {safe(out)}")
    console.print(f"Next: redball exchange import {safe(made.packages[0])} --store trial.sqlite")
