"""The part of the demo that shows sharing: two views, an agreement, its difference, the ledger."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from redball.app.agreement_difference import AgreementDifference, agreement_diff
from redball.app.agreement_files import agreement_draft
from redball.app.agreements import agreement_activate, agreement_sign
from redball.app.keys import LEDGER, key_new
from redball.app.ledgers import LedgerVerdict, ledger_checkpoint, ledger_prove, ledger_verify
from redball.app.view import View, see
from redball.model import Twin

PARTIES = ("DEU", "NOR")
AGREEMENT = "MLS-2026-001"


@dataclass(frozen=True)
class Sharing:
    """What an agreement changed.

    Attributes
    ----------
    agreement : Path
        The signed file.
    views : polars.DataFrame
        ``viewer``, ``owner``, ``table``, ``rows_before``, ``rows_after``: where the agreement
        changed how many of a partner's rows are seen.
    difference : AgreementDifference
        What was told before the second signature.
    proof : Path
        Proof that the agreement came into force, for whoever has the ledger's public key.
    public_key : str
    verdict : LedgerVerdict
    """

    agreement: Path
    views: pl.DataFrame
    difference: AgreementDifference
    proof: Path
    public_key: str
    verdict: LedgerVerdict


def share(store: str, folder: Path) -> Sharing:
    """Let two members of the exercise coalition share ammunition stock, and prove that they did.

    Both nations' keys are made here, for the exercise; real ones never leave their nation.
    """
    public_key = key_new(store, LEDGER)
    for party in PARTIES:
        key_new(store, party)
    before = {party: _partners_rows(store, party) for party in PARTIES}
    path = folder / "agreement.json"
    path.unlink(missing_ok=True)
    agreement_draft(
        "mutual-logistic-support",
        id=AGREEMENT,
        parties=PARTIES,
        changes={"classes": ["NATO:V"], "detail": "rounded"},
        out=path,
    )
    agreement_sign(path, View(store, PARTIES[0]))
    difference = agreement_diff(path, View(store, PARTIES[1]))
    agreement_sign(path, View(store, PARTIES[1]))
    agreement_activate(path, View(store, PARTIES[0]))
    after = {party: _partners_rows(store, party) for party in PARTIES}
    (folder / "checkpoint.txt").write_text(ledger_checkpoint(store), encoding="utf-8")
    proof = folder / "proof.json"
    ledger_prove(store, about=f"{AGREEMENT} version 1", out=proof)
    return Sharing(
        path, _changes(before, after), difference, proof, public_key, ledger_verify(store)
    )


def _partners_rows(store: str, viewer: str) -> pl.DataFrame:
    return rows_of_others(see(View(store, viewer)).twin)


def rows_of_others(twin: Twin) -> pl.DataFrame:
    """Rows of each other owner and table in a twin: ``owner``, ``table``, ``rows``."""
    counts = [
        twin[name]
        .select(pl.col("owner").cast(pl.String))
        .filter(pl.col("owner") != twin.viewer)
        .group_by("owner")
        .agg(rows=pl.len().cast(pl.Int64))
        .select("owner", pl.lit(name).alias("table"), "rows")
        for name in twin.tables
    ]
    return pl.concat(counts).sort("owner", "table")


def _changes(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> pl.DataFrame:
    parts = [
        before[viewer]
        .rename({"rows": "rows_before"})
        .join(after[viewer].rename({"rows": "rows_after"}), on=["owner", "table"], how="full",
              coalesce=True)
        .with_columns(pl.col("rows_before", "rows_after").fill_null(0))
        .filter(pl.col("rows_before") != pl.col("rows_after"))
        .select(pl.lit(viewer).alias("viewer"), pl.all())
        for viewer in before
    ]  # fmt: skip
    return pl.concat(parts).sort("viewer", "owner", "table")
