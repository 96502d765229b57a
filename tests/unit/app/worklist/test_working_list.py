"""The working list: identity, states, who may know what, and that nothing closes silently."""

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from tests.worklist_lists import ANNA, BERT, Lists

from redball import app
from redball.access.actions import PERMITTED, Action
from redball.access.subject import Role
from redball.app.worklist import (
    Author,
    NoSuchFinding,
    Overtaken,
    Wanted,
    named,
    worklist_accept,
    worklist_acknowledge,
    worklist_assign,
    worklist_catch_up,
    worklist_comment,
    worklist_finding,
    worklist_reopen,
)
from redball.app.worklist.identity import TELLS_APART
from redball.desk import Desk
from redball.desk.worklist import add_entry, entries
from redball.ledger import EventKind
from redball.model import BadUse, NotPermitted
from redball.risk import RULE_NAMES as STRUCTURE_RULES
from redball.stock import RULE_NAMES as STOCK_RULES
from redball.store import open_store

BY = Author("Anna")
TOTAL = pl.sum_horizontal("critical", "serious", "caution").alias("total")


def test_every_rule_says_what_tells_its_findings_apart() -> None:
    assert set(TELLS_APART) == {*STRUCTURE_RULES, *STOCK_RULES}


def test_a_finding_keeps_its_key_when_its_figures_change(lists: Lists) -> None:
    before = lists.key("A")
    lists.send("BASE,LAMP,90,A,2026-03-01,UNCLASSIFIED // REL ALL\n", "B", "S")
    assert lists.key("A") == before
    assert str(lists.row(before)["title"]).startswith("90 of 90")
    assert lists.key("A", BERT) == before, "a colleague knows it by the same key"


def test_no_two_findings_have_the_same_key(lists: Lists) -> None:
    found = named(app.findings(lists.view()))
    assert len(found) >= 3
    assert len({one.key for one in found}) == len(found)


def test_what_is_done_is_seen_and_stands_in_the_ledger_before(lists: Lists) -> None:
    key = lists.key("A")
    worklist_assign(lists.view(), lists.desk, key, "Bert", BY)
    sheet = worklist_comment(lists.view(), lists.desk, key, "Asked the\x00 shop\u202e.", BY)
    assert (sheet.standing.state, sheet.standing.assignee) == ("assigned", "Bert")
    assert [e.verb for e in sheet.standing.entries] == ["assign", "comment"]
    assert sheet.standing.entries[1].words == "Asked the shop."
    assert lists.row(key)["comments"] == 1
    with open_store(lists.store) as store:
        leaves = {e.index: e for e in store.entries()}
        events = [e for e in store.events() if e.kind is EventKind.DECISION]
        salt = store.secret(sheet.standing.entries[1].leaf)
    assert [e.verb for e in events] == ["assign finding", "comment finding"]
    assert {e.leaf for e in sheet.standing.entries} <= set(leaves)
    assert all("shop" not in repr(e) and "Anna" not in repr(e) for e in events)
    assert salt is not None
    assert b"Asked the shop." in salt[1]


def test_an_accepted_finding_returns_by_itself_after_its_day(lists: Lists) -> None:
    key, today = lists.key("B"), lists.list().origin.as_of.date()
    sheet = worklist_accept(lists.view(), lists.desk, key, "known", today, BY)
    assert sheet.standing.state == "accepted"
    assert lists.list().counts["accepted"] == 1
    lists.send("A", "B", "S")
    row = lists.row(key)
    assert (row["state"], row["until"]) == ("open", today)
    assert "has passed" in str(row["returned"])


def test_an_accepted_finding_returns_when_it_got_worse(lists: Lists) -> None:
    key, day = lists.key("B"), lists.list().origin.as_of.date() + timedelta(days=300)
    before = lists.row(key)["level"]
    worklist_accept(lists.view(), lists.desk, key, "known", day, BY)
    lists.send("A", "BASE,TUBE,400000,B,2026-04-01,UNCLASSIFIED // REL ALL\n", "S")
    row = lists.row(key)
    assert row["level"] != before
    assert row["state"] == "open"
    assert f"accepted while {before}" in str(row["returned"])


def test_an_accepted_finding_can_be_opened_again(lists: Lists) -> None:
    key, day = lists.key("B"), lists.list().origin.as_of.date()
    with pytest.raises(BadUse, match="Only an accepted"):
        worklist_reopen(lists.view(), lists.desk, key, "", BY)
    worklist_accept(lists.view(), lists.desk, key, "known", day, BY)
    sheet = worklist_reopen(lists.view(), lists.desk, key, "not any more", BY)
    assert sheet.standing.state == "open"


def test_what_is_gone_stays_until_somebody_notes_it(lists: Lists) -> None:
    key = lists.key("A")
    lists.send("B", "S")
    row = lists.row(key)
    assert (row["state"], row["since"]) == ("gone", 2)
    assert "Lamp" in str(row["title"])
    sheet = worklist_finding(lists.view(), lists.desk, key)
    assert sheet.gone is not None
    assert (sheet.gone.last.revision, sheet.gone.since.revision) == (1, 2)
    with pytest.raises(BadUse, match="is gone"):
        worklist_accept(lists.view(), lists.desk, key, "x", date(2026, 3, 1), BY)
    worklist_acknowledge(lists.view(), lists.desk, key, "used up", BY)
    assert lists.list().counts["gone"] == 0
    with pytest.raises(NoSuchFinding):
        worklist_finding(lists.view(), lists.desk, key)
    lists.send("A", "B", "S")
    assert lists.row(key)["state"] == "open"
    lists.send("B", "S")
    assert lists.row(key)["state"] == "gone", "gone once more, so told once more"


def test_a_finding_that_is_there_can_not_be_noted_as_gone(lists: Lists) -> None:
    with pytest.raises(BadUse, match="still found"):
        worklist_acknowledge(lists.view(), lists.desk, lists.key("A"), "", BY)


def test_what_went_while_nobody_looked_is_told_too(lists: Lists) -> None:
    key = lists.key("A")
    lists.send("BASE,LAMP,7,N,2026-03-01,UNCLASSIFIED // REL ALL\n", "A", "B", "S")
    lists.send("B", "S")
    worklist_catch_up(lists.view(), lists.desk)
    gone = {row["subject"]: row["state"] for row in lists.list().frame.to_dicts()}
    assert sum(state == "gone" for state in gone.values()) == 2, "A, and the one nobody saw"
    assert lists.row(key)["state"] == "gone"


def test_the_trend_counts_levels_after_each_import(lists: Lists) -> None:
    lists.send("B")
    lists.send("A", "B", "S")
    before = lists.list().trend
    assert before.missing == 2
    trend = worklist_catch_up(lists.view(), lists.desk)
    assert trend.missing == 0
    assert trend.frame.select(TOTAL).to_series().to_list() == [3, 1, 3]
    assert trend.frame["owner"].to_list() == ["DEU"] * 3


def test_a_recalled_row_leaves_the_trend_for_who_lost_it(lists: Lists) -> None:
    for who in (ANNA, BERT):
        worklist_catch_up(lists.view(who), lists.desk)
    lists.send("BASE,LAMP,20,A,2026-03-01,SECRET\n", "B", "S")
    assert lists.list(BERT).trend.behind, "it is known that it was not looked at again"
    found = {
        who: worklist_catch_up(lists.view(who), lists.desk).frame.select(TOTAL).to_series()
        for who in (ANNA, BERT)
    }
    assert found[BERT].to_list() == [1, 1], "A is Bert's no more, in the past neither"
    assert found[ANNA].to_list() == [3, 3]
    assert not lists.list(BERT).trend.behind


def test_a_country_is_the_same_whatever_is_said_of_it(lists: Lists) -> None:
    result = app.findings(lists.view())

    def key(country: str, title: str, at: int) -> str:
        finding = replace(
            result.findings[at],
            rule="hidden-common-supplier",
            title=title,
            detail={"element": "country", "country": country},
        )
        return named(replace(result, findings=(finding,)))[0].key

    first = key("TWN", "The country TWN stands behind both", 0)
    assert key("TWN", "Hinter allem steht TWN", 1) == first, "another subject, other words"
    assert key("SWE", "The country TWN stands behind both", 0) != first


def test_who_is_not_cleared_reads_nothing_of_it(lists: Lists) -> None:
    """Not the finding, nor what was written, nor a count of it, gone or not."""
    secret = lists.key("S")
    worklist_comment(lists.view(), lists.desk, secret, "the secret lot", BY)
    assert secret not in lists.list(BERT).frame["key"].to_list()
    asks: tuple[Callable[[], object], ...] = (
        lambda: worklist_finding(lists.view(BERT), lists.desk, secret),
        lambda: worklist_comment(lists.view(BERT), lists.desk, secret, "x", Author("Bert")),
    )
    for ask in asks:
        with pytest.raises(NoSuchFinding) as refused:
            ask()
        with pytest.raises(NoSuchFinding) as unknown:
            worklist_finding(lists.view(BERT), lists.desk, "0" * 16)
        assert str(refused.value).replace(secret, "") == str(unknown.value).replace("0" * 16, "")
    lists.send("A", "B")
    assert lists.list().counts["gone"] == 1
    assert lists.list(BERT).counts["gone"] == 0
    trend = worklist_catch_up(lists.view(BERT), lists.desk)
    assert trend.frame.select(TOTAL).to_series().to_list() == [2, 2]


def test_a_comment_carries_the_label_that_the_finding_had_for_its_author(lists: Lists) -> None:
    """The same finding rests on more for one than for another: so do their words."""
    key = lists.key("A")
    worklist_comment(lists.view(BERT), lists.desk, key, "open to all", Author("Bert"))
    lists.send("BASE,LAMP,20,A,2026-03-01,SECRET\n", "B", "S")
    worklist_comment(lists.view(), lists.desk, key, "of the secret row", BY)
    lists.send("A", "B", "S")
    for_bert = worklist_finding(lists.view(BERT), lists.desk, key)
    assert [e.words for e in for_bert.standing.entries] == ["open to all"]
    for_anna = worklist_finding(lists.view(), lists.desk, key)
    assert [e.words for e in for_anna.standing.entries] == ["open to all", "of the secret row"]
    assert for_anna.origin.label.classification == "SECRET", "the page is marked with all on it"
    assert for_bert.origin.label.classification == "UNCLASSIFIED"
    worklist_comment(
        lists.view(BERT), lists.desk, key, "goes on", Author("Bert", for_bert.standing.version)
    )


def test_another_nation_has_a_list_of_its_own(lists: Lists) -> None:
    key = lists.key("A")
    worklist_comment(lists.view(), lists.desk, key, "for us", BY)
    sheet = worklist_finding(lists.view("NLD"), lists.desk, key)
    assert sheet.standing.entries == ()


def test_a_role_that_may_not_note_changes_nothing(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    less = {**PERMITTED, Role.SECURITY: PERMITTED[Role.SECURITY] - {Action.NOTE}}
    monkeypatch.setattr("redball.app.releasing.PERMITTED", less)
    view = lists.view("DEU role=security clearance=SECRET")
    with pytest.raises(NotPermitted):
        worklist_comment(view, lists.desk, lists.key("A"), "x", BY)
    assert entries(lists.desk, "DEU") == ()


def test_the_second_of_two_is_told_and_nothing_is_lost(lists: Lists) -> None:
    key = lists.key("A")
    worklist_comment(lists.view(), lists.desk, key, "first", Author("Anna", ""))
    with pytest.raises(Overtaken):
        worklist_assign(lists.view(BERT), lists.desk, key, "Bert", Author("Bert", ""))
    assert [e.words for e in entries(lists.desk, "DEU", key)] == ["first"]


def test_of_many_at_once_one_is_written(lists: Lists) -> None:
    key, done = lists.key("A"), []

    def write(name: str) -> None:
        try:
            worklist_comment(lists.view(), lists.desk, key, name, Author(name, ""))
            done.append(name)
        except Overtaken:
            pass

    threads = [threading.Thread(target=write, args=(f"n{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.words for e in entries(lists.desk, "DEU", key)] == done
    assert len(done) == 1


@pytest.mark.parametrize(
    "verb", ["UPDATE finding_entry SET words = ''", "DELETE FROM finding_entry"]
)
def test_the_history_is_only_added_to(lists: Lists, verb: str) -> None:
    worklist_comment(lists.view(), lists.desk, lists.key("A"), "stays", BY)
    with pytest.raises(sa.exc.IntegrityError, match="only added to"), lists.desk.writing() as held:
        held.exec_driver_sql(verb)
    assert [e.words for e in entries(lists.desk, "DEU")] == ["stays"]


def test_an_entry_that_does_not_fit_leaves_nothing(lists: Lists) -> None:
    worklist_comment(lists.view(), lists.desk, lists.key("A"), "one", BY)
    (entry,) = entries(lists.desk, "DEU")
    versions = lists.desk.versions()
    assert not add_entry(lists.desk, entry, fits=lambda so_far: not so_far)
    assert entries(lists.desk, "DEU") == (entry,)
    assert lists.desk.versions() == versions


@pytest.mark.parametrize(
    "given",
    [
        {"reason": " ", "until": date(2026, 3, 1)},
        {"reason": "x", "until": date(2020, 1, 1)},
        {"reason": "x", "until": date(2199, 1, 1)},
        {"reason": "x" * 4001, "until": date(2026, 3, 1)},
    ],
    ids=["no-reason", "past", "far-off", "too-long"],
)
def test_what_can_not_be_accepted_so_is_refused(lists: Lists, given: dict[str, Any]) -> None:
    with pytest.raises(BadUse) as refused:
        worklist_accept(lists.view(), lists.desk, lists.key("A"), author=BY, **given)
    assert refused.value.mend
    assert entries(lists.desk, "DEU") == ()


def test_the_past_is_not_changed(lists: Lists) -> None:
    key, moment = lists.key("A"), lists.list().origin.as_of
    with pytest.raises(BadUse, match="past"):
        worklist_comment(app.View(lists.store, ANNA, moment), lists.desk, key, "x", BY)


def test_the_list_is_filtered_and_sorted(lists: Lists) -> None:
    found = lists.list()
    assert found.chosen(Wanted(text="LAMP")).height == 1
    assert found.chosen(Wanted(owners=("NLD",))).is_empty()
    titles = found.chosen(Wanted(sort="title", descending=True))["title"].to_list()
    assert titles == sorted(titles, reverse=True)
    with pytest.raises(BadUse, match="no column"):
        found.chosen(Wanted(sort="nix"))


def test_what_is_written_while_somebody_looks_is_not_hidden_by_it(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, module = lists.key("A"), sys.modules["redball.app.worklist.listing"]
    real: Callable[[app.View, Desk], object] = vars(module)["look_through"]
    worklist_comment(lists.view(), lists.desk, key, "Ask the depot.", BY)

    def overtaken(view: app.View, desk: Desk) -> object:
        known = real(view, desk)
        monkeypatch.setattr(module, "look_through", real)
        worklist_comment(view, desk, key, "They have some.", BY)
        return known

    monkeypatch.setattr(module, "look_through", overtaken)
    lists.list()
    assert lists.row(key)["comments"] == 2
