"""Agreements from draft to revocation, and what they do to views, answers and exports."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from redball import app
from redball.app.releasing import agreements_in_force
from redball.ledger import EventKind
from redball.model import BadData, BadUse, NotPermitted, NotVisible, dominant, table
from redball.model.frames import value_schema
from redball.signing import KeyFolder
from redball.store import PackageRecord, TableRows, open_store

DAY = datetime(2026, 1, 5, tzinfo=UTC)
OPEN = "UNCLASSIFIED // REL ALL"
SHUT = "RESTRICTED"
ITEM = {
    "key": "SHELL", "unit_of_issue": "EA", "supply_class": "NATO:V", "name": "Shell",
    "currency": "EUR", "reparable": False, "label": OPEN,
}  # fmt: skip


@dataclass(frozen=True)
class Coalition:
    """A store with two nations, DEU and NLD, and their keys."""

    store: str
    folder: Path

    def view(self, who: str) -> app.View:
        return app.View(self.store, who)

    def draft(self, name: str = "MLS-1", **changes: object) -> Path:
        path = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.json"
        given: dict[str, Any] = {"kinds": ["holding"], "detail": "exact", **changes}
        given.setdefault("actions", ["see", "request"])
        days = given.pop("days", 30)
        begin = given.pop("valid_from", None)
        app.agreement_draft(
            "mutual-logistic-support", id=name, parties=["DEU", "NLD"], out=path, days=days,
            valid_from=begin, changes=given,
        )  # fmt: skip
        return path

    def agree(self, path: Path) -> None:
        for who in ("DEU", "NLD"):
            app.agreement_sign(path, self.view(who))
        app.agreement_activate(path, self.view("DEU"))

    def seen(self, who: str, owner: str) -> int:
        holdings = app.see(self.view(who)).twin["holding"]
        return holdings.filter(pl.col("owner").cast(pl.String) == owner).height

    def events(self, kind: EventKind) -> list[Any]:
        with open_store(self.store) as store:
            return [event for event in store.events() if event.kind is kind]


def _rows(name: str, records: list[dict[str, Any]]) -> TableRows:
    schema = {**value_schema(table(name)), "label": pl.String(), "sheet": pl.String()}
    frame = pl.DataFrame(
        [{column: r.get(column) for column in schema} for r in records], schema=dict(schema)
    )
    return TableRows(frame.with_columns(sheet=pl.lit(name), line=pl.lit(1, pl.Int32)))


@pytest.fixture
def coalition(tmp_path: Path) -> Coalition:
    store = str(tmp_path / "coalition.sqlite")
    with open_store(store, create=True) as target:
        for number, owner in enumerate(("DEU", "NLD")):
            sites = [{"key": k, "name": k, "kind": "depot", "country": owner, "label": OPEN}
                     for k in ("NORTH", "SOUTH", "WEST", "EAST")]  # fmt: skip
            holdings = [
                {"key": f"H{n}", "site": site["key"], "item": "SHELL", "quantity": 123.0 + n,
                 "condition": "serviceable", "reserved": 0.0, "label": SHUT}
                for n, site in enumerate(sites)
            ]  # fmt: skip
            bait = {**holdings[0], "key": "BAIT", "label": f"{SHUT} CANARY // REL ALL"}
            record = PackageRecord(
                owner=owner, package_hash=f"{number}" * 64, title="test", as_of=DAY,
                imported_at=DAY + timedelta(seconds=number), software="test", exercise=False,
                scores={}, counts={}, content={},
            )  # fmt: skip
            tables: dict[str, list[dict[str, Any]]] = {
                "item": [ITEM], "site": sites, "holding": [*holdings, bait],
            }  # fmt: skip
            target.import_package(record, {n: _rows(n, r) for n, r in tables.items()})
    keys = KeyFolder(Path(f"{store}.keys"))
    for owner in ("DEU", "NLD"):
        keys.make(owner)
    folder = tmp_path / "agreements"
    folder.mkdir()
    return Coalition(store, folder)


def test_an_agreement_opens_what_it_says_and_results_say_that_they_rest_on_it(
    coalition: Coalition,
) -> None:
    assert coalition.seen("NLD", "DEU") == 0
    coalition.agree(coalition.draft())
    assert coalition.seen("NLD", "DEU") == 4
    seen = app.see(coalition.view("NLD"))
    label = seen.twin.label_of("holding")
    assert label.agreements == {"MLS-1"}
    assert label.readers == frozenset({"NLD"})  # its own closed rows are for nobody else
    assert [one.agreement for one in seen.origin().agreements] == ["MLS-1"]
    released = coalition.events(EventKind.RELEASE)
    assert released[-1].facts["rows"] == 4
    assert released[-1].agreements == ("MLS-1",)


def test_a_third_nation_and_a_role_without_clearance_see_nothing_of_it(
    coalition: Coalition,
) -> None:
    coalition.agree(coalition.draft())
    assert coalition.seen("POL", "DEU") == 0
    assert coalition.seen("NLD role=analyst clearance=RESTRICTED", "DEU") == 4
    assert coalition.seen("NLD role=analyst", "DEU") == 0
    assert coalition.seen("NLD purpose=procurement", "DEU") == 0
    with pytest.raises(NotPermitted):
        coalition.seen("NLD role=administrator", "DEU")


def test_before_signing_each_side_is_told_of_its_own_rows_only(coalition: Coalition) -> None:
    path = coalition.draft()
    before = app.agreement_diff(path, coalition.view("DEU"))
    assert set(before.rows["owner"]) == {"DEU"}
    assert before.rows.filter(action="see")["newly_visible"].sum() == 4
    app.agreement_sign(path, coalition.view("NLD"))
    both = app.agreement_diff(path, coalition.view("DEU"))
    assert set(both.rows["owner"]) == {"DEU", "NLD"}
    with pytest.raises(NotPermitted, match="not a party"):
        app.agreement_diff(path, coalition.view("POL"))


def test_one_signature_is_not_enough(coalition: Coalition) -> None:
    path = coalition.draft()
    app.agreement_sign(path, coalition.view("DEU"))
    with pytest.raises(NotPermitted, match="NLD: It has not signed"):
        app.agreement_activate(path, coalition.view("DEU"))
    assert coalition.seen("NLD", "DEU") == 0
    assert app.agreement_list(coalition.store).is_empty()


def test_revocation_expiry_and_a_lost_key_close_it_at_once(coalition: Coalition) -> None:
    coalition.agree(coalition.draft())
    found = app.agreement_revoke("MLS-1", coalition.view("NLD"), reason="end of exercise")
    assert found.state == "revoked"
    assert coalition.seen("NLD", "DEU") == 0
    coalition.agree(coalition.draft("MLS-2"))
    assert coalition.seen("NLD", "DEU") == 4
    later = datetime.now(UTC) + timedelta(days=31)
    expired = app.see(coalition.view("NLD"), now=later).twin["holding"]
    assert set(expired["owner"].cast(pl.String)) == {"NLD"}
    KeyFolder(Path(f"{coalition.store}.keys")).distrust("DEU")
    assert coalition.seen("NLD", "DEU") == 0
    states = app.agreement_list(coalition.store).rows_by_key("agreement", named=True, unique=True)
    assert states["MLS-2"]["state"] == "untrusted"


def test_a_clock_that_went_back_closes_every_agreement(coalition: Coalition) -> None:
    coalition.agree(coalition.draft(valid_from=DAY, days=3000))
    back = datetime.now(UTC) - timedelta(hours=1)
    assert set(app.see(coalition.view("NLD"), now=back).twin["holding"]["owner"]) == {"NLD"}
    assert coalition.seen("NLD", "DEU") == 4


def test_an_answer_is_withheld_when_its_agreement_ends_while_it_is_worked_out(
    coalition: Coalition,
) -> None:
    coalition.agree(coalition.draft(actions=["see", "request"]))

    def end(step: str, done: int, total: int) -> None:
        kept = app.agreement_list(coalition.store)
        if kept["state"].to_list() == ["in force"]:
            app.agreement_revoke("MLS-1", coalition.view("DEU"), reason="in the middle")

    answer = app.replenish(app.Inputs(coalition.view("NLD")), progress=end)
    assert "withheld" in answer.said[0]
    assert "MLS-1" in answer.said[0]
    assert not answer.tables
    assert not answer.figures
    assert not answer.assumptions
    with pytest.raises(app.AgreementEnded):
        _ended_picture(coalition)


def _ended_picture(coalition: Coalition) -> None:
    """Revoke an agreement between reading and showing: a picture has no place to say so."""
    from redball.access.actions import Action
    from redball.app.doing import use_case

    @use_case(Action.SEE)
    def slow() -> app.PictureResult:
        result = app.picture(coalition.view("NLD"))
        app.agreement_revoke("MLS-9", coalition.view("DEU"), reason="in the middle")
        return result

    coalition.agree(coalition.draft("MLS-9"))
    slow()


def test_what_rests_on_an_agreement_leaves_only_if_it_lets_it(
    coalition: Coalition, tmp_path: Path
) -> None:
    coalition.agree(coalition.draft())
    result = app.picture(coalition.view("NLD"))
    said = [s for s in result.picture.assumptions if "MLS-1" in s]
    assert any("exactly" in sentence for sentence in said)
    tables = app.picture_tables(result)
    with pytest.raises(NotPermitted, match="does not let results leave"):
        app.write_tables(tables, tmp_path / "out", result.origin)
    assert not (tmp_path / "out").exists()
    coalition.agree(coalition.draft(version=2, actions=["see", "export"]))
    result = app.picture(coalition.view("NLD"))
    assert app.write_tables(app.picture_tables(result), tmp_path / "out", result.origin)
    assert coalition.events(EventKind.EXPORT)[-1].agreements == ("MLS-1",)


def test_a_stock_request_needs_that_action_and_a_picture_the_other(coalition: Coalition) -> None:
    coalition.agree(coalition.draft(actions=["request"]))
    assert coalition.seen("NLD", "DEU") == 0
    with pytest.raises(BadData, match="resupply"):
        app.stock_support(app.Inputs(coalition.view("NLD")))
    released = coalition.events(EventKind.RELEASE)
    assert [event.facts["action"] for event in released] == ["request"]


def test_rounded_rows_are_rounded_and_totals_are_bounded_by_a_budget(
    coalition: Coalition,
) -> None:
    coalition.agree(coalition.draft(detail="rounded"))
    foreign = pl.col("owner").cast(pl.String) == "DEU"
    rounded = app.see(coalition.view("NLD")).twin["holding"].filter(foreign)
    assert set(rounded["quantity"]) == {120.0, 130.0}
    coalition.agree(coalition.draft(version=2, detail="totals", actions=["see"], totals_per_day=1))
    totals = app.see(coalition.view("NLD")).twin["holding"].filter(foreign)
    assert totals["quantity"].to_list() == [123.0 + 124.0 + 125.0 + 126.0]
    assert set(totals["site_ix"]) == {-1}
    app.see(coalition.view("NLD"))  # the same state again costs nothing
    with open_store(coalition.store) as store:
        record = PackageRecord(
            owner="DEU", package_hash="a" * 64, title="more", as_of=DAY + timedelta(days=1),
            imported_at=datetime.now(UTC), software="test", exercise=False, scores={}, counts={},
            content={},
        )  # fmt: skip
        more = {"key": "H9", "site": "EAST", "item": "SHELL", "quantity": 7.0,
                "condition": "serviceable", "reserved": 0.0, "label": SHUT}  # fmt: skip
        rows = _rows("holding", [more])
        store.import_package(record, {"holding": TableRows(rows.frame, "changes")})
    with pytest.raises(NotPermitted, match="1 different states"):
        app.see(coalition.view("NLD"))
    assert coalition.events(EventKind.REFUSAL)


def test_looking_for_hidden_rows_is_recorded_and_bait_raises_an_alarm(
    coalition: Coalition,
) -> None:
    from redball.access.actions import Action
    from redball.app.doing import use_case

    @use_case(Action.SEE)
    def look_up(key: str) -> int:
        return app.see(coalition.view("NLD")).twin.find("holding", key)

    told = []
    for key in ("DEU:H1", "DEU:NOTHING", "DEU:BAIT"):
        with pytest.raises(NotVisible) as caught:
            look_up(key)
        told.append(str(caught.value).replace(key, "KEY"))
    assert len(set(told)) == 1
    refused = coalition.events(EventKind.REFUSAL)
    assert [event.facts["asked"] for event in refused] == ["holding DEU:H1", "holding DEU:NOTHING"]
    assert [event.object for event in coalition.events(EventKind.ALARM)] == ["holding DEU:BAIT"]
    found = app.ledger_watch(coalition.store)
    assert "canary" in found["rule"].to_list()


def test_an_agreement_can_not_be_signed_for_others_or_without_a_key(coalition: Coalition) -> None:
    path = coalition.draft()
    with pytest.raises(NotPermitted):
        app.agreement_sign(path, coalition.view("POL"))
    with pytest.raises(NotPermitted):
        app.agreement_sign(path, coalition.view("DEU role=analyst clearance=SECRET"))
    Path(f"{coalition.store}.keys/NLD.key").unlink()
    with pytest.raises(NotPermitted):
        app.agreement_sign(path, coalition.view("NLD"))
    with pytest.raises(BadUse, match="No agreement"):
        app.agreement_revoke("MLS-1", coalition.view("DEU"), reason="none")


def test_kept_answers_follow_the_clearance_and_the_agreement(coalition: Coalition) -> None:
    coalition.agree(coalition.draft())
    origin = app.see(coalition.view("NLD")).origin()
    answer = app.Answer("stock days", "Test", ("A sentence.",), {"figure": 1.0}, {}, origin)
    key = app.keep(answer, coalition.store)
    assert app.kept_answer(coalition.store, "NLD", key).label == origin.label
    assert app.kept_answers(coalition.store, "NLD").height == 1
    assert app.kept_answers(coalition.store, "NLD role=analyst").is_empty()
    with pytest.raises(BadUse, match="No answer"):
        app.kept_answer(coalition.store, "NLD role=analyst", key)
    app.agreement_revoke("MLS-1", coalition.view("DEU"), reason="over")
    with pytest.raises(NotPermitted, match="not in force"):
        app.kept_answer(coalition.store, "NLD", key)


def _sent(coalition: Coalition, number: int, *holdings: dict[str, Any]) -> None:
    """Import further holdings of DEU."""
    record = PackageRecord(
        owner="DEU", package_hash=f"{number:x}" * 64, title="more",
        as_of=DAY + timedelta(days=number), imported_at=DAY + timedelta(days=number),
        software="test", exercise=False, scores={}, counts={}, content={},
    )  # fmt: skip
    whole = [
        {"site": "NORTH", "item": "SHELL", "condition": "serviceable", "reserved": 0.0,
         "label": SHUT, **one}
        for one in holdings
    ]  # fmt: skip
    with open_store(coalition.store) as store:
        rows = _rows("holding", whole)
        store.import_package(record, {"holding": TableRows(rows.frame, "changes")})


def _theirs(seen: app.Seen) -> list[float]:
    foreign = pl.col("owner").cast(pl.String) == "DEU"
    return sorted(seen.twin["holding"].filter(foreign)["quantity"].to_list())


def test_sites_that_others_agree_on_do_not_split_totals(coalition: Coalition) -> None:
    coalition.agree(coalition.draft(detail="totals", actions=["see"], totals_per_day=9))
    before = _theirs(app.see(coalition.view("NLD")))
    KeyFolder(Path(f"{coalition.store}.keys")).make("POL")
    path = coalition.folder / "pol.json"
    app.agreement_draft(
        "mutual-logistic-support", id="POL-1", parties=["DEU", "POL"], out=path, days=30,
        changes={"kinds": ["holding"], "actions": ["see"], "detail": "exact",
                 "givers": ["DEU"], "sites": ["DEU:NORTH"]},
    )  # fmt: skip
    for who in ("DEU", "POL"):
        app.agreement_sign(path, coalition.view(who))
    app.agreement_activate(path, coalition.view("DEU"))
    assert coalition.seen("POL", "DEU") == 1
    assert _theirs(app.see(coalition.view("NLD"))) == before == [498.0]


def test_the_past_is_shown_no_more_exactly_than_today(coalition: Coalition) -> None:
    _sent(coalition, 3, {"key": "X", "quantity": 1234.0, "label": OPEN})
    _sent(coalition, 5, {"key": "X", "quantity": 1234.0})
    coalition.agree(coalition.draft(detail="rounded"))
    assert 1200.0 in _theirs(app.see(coalition.view("NLD")))
    past = app.View(coalition.store, "NLD", DAY + timedelta(days=4))
    assert 1234.0 not in _theirs(app.see(past))
    own = app.View(coalition.store, "DEU", DAY + timedelta(days=4))
    assert 1234.0 in _theirs(app.see(own))


def test_a_narrower_version_holds_for_answers_made_before(
    coalition: Coalition, tmp_path: Path
) -> None:
    coalition.agree(coalition.draft(actions=["see", "export"]))
    origin = app.see(coalition.view("NLD")).origin()
    answer = app.Answer(
        "stock days", "Test", ("A sentence.",), {}, {"rows": pl.DataFrame({"a": [1]})}, origin
    )
    key = app.keep(answer, coalition.store)
    kept = app.kept_as_answer(coalition.store, "NLD", app.kept_answer(coalition.store, "NLD", key))
    assert app.write_answer_tables(kept, tmp_path / "first")
    coalition.agree(coalition.draft(version=2, actions=["see"]))
    for one in (answer, kept):
        with pytest.raises(NotPermitted, match="not in force"):
            app.write_answer_tables(one, tmp_path / "second")
    with pytest.raises(NotPermitted):
        app.kept_answer(coalition.store, "NLD", key)
    assert not (tmp_path / "second").exists()


def test_a_kept_answer_without_its_store_and_a_mixed_report_leave_under_the_same_rules(
    coalition: Coalition, tmp_path: Path
) -> None:
    coalition.agree(coalition.draft())
    origin = app.see(coalition.view("NLD")).origin()
    closed = app.Answer("stock days", "Closed", ("A sentence.",), {}, {}, origin)
    opened = replace(closed, origin=replace(origin, label=dominant(()), agreements=()))
    with pytest.raises(NotPermitted, match="does not let results leave"):
        app.write_answer_report([opened, closed], tmp_path / "mixed.html")
    record = app.kept_answer(coalition.store, "NLD", app.keep(closed, coalition.store))
    with pytest.raises(NotPermitted, match="no ledger"):
        app.write_answer_tables(app.answer_of(record), tmp_path / "out")
    assert not (tmp_path / "mixed.html").exists()


def test_before_everybody_signed_nobody_learns_which_sites_there_are(
    coalition: Coalition,
) -> None:
    told = []
    for site in ("DEU:NORTH", "DEU:NOWHERE"):
        path = coalition.draft(f"SITE-{site[-3:]}", givers=["DEU"], sites=[site])
        app.agreement_sign(path, coalition.view("NLD"))
        shown = app.agreement_show(path, coalition.store)
        told.append([(p.where, p.what) for p in shown.problems])
    assert told[0] == told[1] == [("DEU", "It has not signed.")]


def test_naming_a_hidden_row_does_not_tell_what_it_is_about(coalition: Coalition) -> None:
    hidden = {**ITEM, "key": "GUN", "supply_class": "NATO:IV", "label": SHUT}
    record = PackageRecord(
        owner="NLD", package_hash="c" * 64, title="gun", as_of=DAY + timedelta(days=1),
        imported_at=DAY + timedelta(days=1), software="test", exercise=False, scores={},
        counts={}, content={},
    )  # fmt: skip
    with open_store(coalition.store) as store:
        rows = _rows("item", [hidden])
        store.import_package(record, {"item": TableRows(rows.frame, "changes")})
    _sent(
        coalition, 4, {"key": "P1", "quantity": 1.0, "item": "NLD:GUN"},
        {"key": "P2", "quantity": 1.0, "item": "NLD:NOTHING"},
        {"key": "P3", "quantity": 1.0, "item": "NLD:SHELL"},
    )  # fmt: skip
    path = coalition.draft(classes=["NATO:IV"], givers=["DEU"])
    assert app.agreement_diff(path, coalition.view("DEU")).rows.is_empty()
    with open_store(coalition.store) as store:
        about = {m.classes for m in store.markings().values() if m.kind == "holding"}
    assert about == {("*",), ("NATO:V",)}


def test_what_the_gate_can_not_decide_is_denied_and_raises_an_alarm(
    coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalition.agree(coalition.draft())
    with open_store(coalition.store) as store:
        (live,) = agreements_in_force(store, datetime.now(UTC))
    both = (live, replace(live, version=2))
    monkeypatch.setattr("redball.app.releasing.agreements_in_force", lambda *_: both)
    assert coalition.seen("NLD", "DEU") == 0
    assert coalition.events(EventKind.ALARM)[-1].facts["action"] == "see"
