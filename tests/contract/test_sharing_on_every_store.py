"""An agreement from draft to revocation on every store, with the keys in a folder of their own."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from redball import app
from redball.signing import KeyFolder
from redball.store import PackageRecord, TableRows, open_store


def test_an_agreement_opens_and_its_end_closes(
    address: str,
    record: Callable[..., PackageRecord],
    holdings: Callable[..., TableRows],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDBALL_KEYS", str(tmp_path / "keys"))
    with open_store(address, create=True) as store:
        rows = holdings({"H1": 3.0, "H2": 5.0})
        closed = TableRows(rows.frame.with_columns(label=pl.lit("RESTRICTED")))
        store.import_package(record(1), {"holding": closed})
    keys = KeyFolder(tmp_path / "keys")
    for owner in ("DEU", "NLD"):
        keys.make(owner)
    path = tmp_path / "agreement.json"
    app.agreement_draft(
        "mutual-logistic-support", id="MLS-1", parties=["DEU", "NLD"], out=path,
        changes={"kinds": ["holding"], "detail": "exact", "actions": ["see"]},
    )  # fmt: skip
    reader, giver = app.View(address, "NLD"), app.View(address, "DEU")
    assert app.see(reader).twin["holding"].is_empty()
    app.agreement_sign(path, giver)
    told = app.agreement_diff(path, reader)
    assert told.rows.filter(action="see")["newly_visible"].sum() == 2
    app.agreement_sign(path, reader)
    app.agreement_activate(path, giver)
    assert sorted(app.see(reader).twin["holding"]["quantity"]) == [3.0, 5.0]
    app.agreement_revoke("MLS-1", reader, reason="over")
    assert app.see(reader).twin["holding"].is_empty()
    with open_store(address) as store:
        verbs = [event.verb for event in store.events()]
        assert store.verify().sound
    assert verbs[-5:] == ["sign", "sign", "activate", "show rows", "revoke"]
