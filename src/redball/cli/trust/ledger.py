"""``redball ledger``: a record that can't be bent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, ShownOption, StoreOption

if TYPE_CHECKING:  # loaded by the command that runs
    import polars as pl

group = typer.Typer(
    help="The tamper-evident record: verify it, prove an entry, read it, watch it.",
    no_args_is_help=True,
)

FAILED = 1


@group.command("verify")
def verify(
    store: StoreOption = DEFAULT_STORE,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="A checkpoint kept elsewhere: the store must contain it."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check every row of the store against the ledger; name the first entry that is not right.

    Exit code 1 when something was changed, removed, reordered or restored.
    """
    from redball import app
    from redball.cli.output import console, print_json, progress_bar
    from redball.cli.safe import safe

    with progress_bar(quiet=json) as progress:
        found = app.ledger_verify(store, against=against, progress=progress)
    if json:
        print_json(found.as_dict())
    else:
        mark = "[green]●[/green]" if found.ok else "[bold red]■[/bold red]"
        for sentence in found.said:
            console.print(f"{mark} {safe(sentence)}")
    if not found.ok:
        raise typer.Exit(FAILED)


@group.command("checkpoint")
def checkpoint(
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[Path | None, typer.Option("--out", help="File to write it to.")] = None,
    json: JsonOption = False,
) -> None:
    """Sign the ledger as it stands; keep the checkpoint elsewhere, or give it to a witness."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    text = app.ledger_checkpoint(store, out=out)
    if json:
        print_json({"checkpoint": text, "file": out})
    else:
        for line in text.splitlines():
            console.print(safe(line), soft_wrap=True)


@group.command("prove")
def prove(
    out: Annotated[Path, typer.Option("--out", help="Proof file to write.")],
    entry: Annotated[
        int | None, typer.Option("--entry", min=0, help="Number of the entry.")
    ] = None,
    about: Annotated[
        str | None,
        typer.Option("--about", help="Or what it is about: package hash, agreement, result key."),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Also open the content that the entry commits to.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", help="Prove it at this one, such as a cosigned one."),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Write a proof that an entry stands in the ledger, for somebody who has no store."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    found = app.ledger_prove(
        store, entry=entry, about=about, out=out, reveal=reveal, checkpoint=checkpoint
    )
    if json:
        print_json({"entry": found, "proof": out})
    else:
        console.print(f"Entry {found} is proved in {safe(str(out))}", soft_wrap=True)
        console.print(
            f"Check it anywhere: redball ledger check {safe(str(out))} --trust PUBLIC_KEY"
        )


@group.command("check")
def check(
    proof: Annotated[Path, typer.Argument(help="Proof file.")],
    trust: Annotated[
        list[str],
        typer.Option("--trust", help="Public key that signed it, or its file; repeatable."),
    ],
    cosigners: Annotated[
        int, typer.Option("--cosigners", min=0, help="How many of the keys must have cosigned.")
    ] = 0,
    json: JsonOption = False,
) -> None:
    """Check a proof file with nothing but the public key: no store, no network."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe
    from redball.cli.trust.key_file import public_key

    found = app.ledger_check(proof, [public_key(one) for one in trust], cosigners=cosigners)
    if json:
        print_json(found)
        return
    for name, value in found.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        text = "–" if shown is None or shown == "" else str(shown)
        console.print(f"  {safe(name.replace('_', ' '))}: {safe(text)}", soft_wrap=True)


@group.command("log")
def log(
    store: StoreOption = DEFAULT_STORE,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only these, such as release or refusal.")
    ] = None,
    rows: ShownOption = 40,
    ocsf: Annotated[
        bool, typer.Option("--ocsf", help="One OCSF security event per line, for a SIEM.")
    ] = False,
    cef: Annotated[bool, typer.Option("--cef", help="One CEF line each, for older ones.")] = False,
    json: JsonOption = False,
) -> None:
    """Read the ledger, the newest entries last."""
    from json import loads

    import polars as pl

    from redball import app
    from redball.cli.output import console, print_json, show_frame

    if ocsf or cef:
        for line in app.ledger_lines(store, kind=kind, form="cef" if cef else "ocsf"):
            console.print(line, markup=False, soft_wrap=True)
        return
    found = app.ledger_log(store, kind=kind)
    if json:
        entries = [
            {**row, "agreements": row["agreements"].split(), "facts": loads(row["facts"])}
            for row in found.iter_rows(named=True)
        ]
        print_json({"entries": entries})
    else:
        first = ["entry", "at", "verb", "actor", "object"]
        rest = [name for name in found.columns if name not in first]
        short = pl.col("object").str.replace("^([0-9a-f]{16})[0-9a-f]{48}$", "$1")
        shown = found.tail(rows).select(*first, *rest).with_columns(_moments(), short)
        show_frame(shown, "Ledger", rows=rows)
        if found.height > rows:
            console.print(f"  The newest {rows} of {found.height:,}. All of them: --json.")


@group.command("watch")
def watch(
    store: StoreOption = DEFAULT_STORE,
    fail_on: Annotated[
        bool, typer.Option("--fail", help="Exit code 1 when anything was found.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Look for signs of misuse in the ledger: enumeration, bulk reads, canaries, clock jumps."""
    from redball import app
    from redball.cli.output import console, print_json, show_frame

    found = app.ledger_watch(store)
    if json:
        print_json({"detections": found})
    else:
        first = ["severity", "rule", "actor", "what", "at", "entries"]
        show_frame(found.select(first).with_columns(_moments()), "Signs of misuse", rows=100)
        if not found.is_empty():
            console.print("  The entries they rest on: redball ledger log --json")
    if fail_on and not found.is_empty():
        raise typer.Exit(FAILED)


@group.command("witness")
def witness(
    request: Annotated[
        Path, typer.Argument(help="Request of a log: old size, proof lines, blank, checkpoint.")
    ],
    state: Annotated[
        Path, typer.Option("--state", help="Folder in which the witness remembers every log.")
    ],
    trust: Annotated[
        list[str], typer.Option("--trust", help="Public key of the log, or its file.")
    ],
    key: Annotated[str, typer.Option("--key", help="Name of the witness's key.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the checkpoint with the cosignature.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Cosign another node's checkpoint, if it is consistent with all that was seen before."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe
    from redball.cli.trust.key_file import public_key

    keys = [public_key(one) for one in trust]
    status, body = app.ledger_witness(
        request, state=state, trust=keys, key=key, store=store, out=out
    )
    if json:
        print_json({"status": status, "body": body})
    else:
        done = status == app.WITNESS_OK
        said = "Cosigned" if done else "Not cosigned"
        console.print(f"{said} ({status}).")
        for line in body.splitlines():
            console.print(safe(line), soft_wrap=True)
        if done and out is not None:
            console.print(f"The cosigned checkpoint: {safe(str(out))}", soft_wrap=True)
    if status != app.WITNESS_OK:
        raise typer.Exit(FAILED)


@group.command("offer")
def offer(
    out: Annotated[Path, typer.Option("--out", help="Request file for the witness.")],
    old: Annotated[int, typer.Option("--old", min=0, help="Size that the witness last saw.")] = 0,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Write the request that a witness answers: checkpoint, and proof since it last looked."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    size = app.ledger_offer(store, old=old, out=out)
    if json:
        print_json({"size": size, "request": out})
    else:
        console.print(f"{size} entries are offered in {safe(str(out))}", soft_wrap=True)
        console.print(f"The witness answers with: redball ledger witness. Next time: --old {size}")


def _moments() -> "pl.Expr":
    """The column of moments as moments, so that a table shows them short and whole."""
    import polars as pl

    return pl.col("at").str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S")
