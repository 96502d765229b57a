"""Whoever may read an answer of the digital twin could have made it from what they may read.

Two nations with a tank each, suppliers of two tiers with one maker behind both, an owner of
suppliers, lanes with capacity, agreements and targets; random labels on every row and some rows
left out. Short runs with two replications: what is compared is what the answer tells, not whether
it is precise.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.labelled_worlds import (
    DAY,
    LABELS,
    READERS,
    Ask,
    Asker,
    Rows,
    changes,
    coalitions,
    difference,
    few,
    label_of,
    may_read,
    readable,
    steps,
    world,
)

from redball import app
from redball.model import combine, dominant
from redball.planning.stress import Times

RUN = app.RunOptions(seed=7, replications=2, workers=1)
SCENARIO = """
name = "Tier two and a depot"
horizon_days = 24
seed = 7

[[event]]
name = "foundry lost"
what = "loss"
target = { party = ["DEU:T"], country = "TWN" }
from_day = 2
for_days = 9
recovery = { shape = "steps", steps = [[3, 0.5], [6, 0]] }

[[event]]
name = "owner and lane"
what = "loss"
target = { parent = ["DEU:P"], lane = ["NLD:1"] }
from_day = 5
for_days = 4

[[event]]
name = "more is asked for"
what = "demand"
target = { class = "NATO:II" }
factor = 2.0
from_day = 1
for_days = 8
where = { nation = "NLD" }

[[reaction]]
how = "release_reserve"
delay_days = 1

[[reaction]]
how = "second_source"
delay_days = 2

[[reaction]]
how = "expedite"
below_share = 0.5
time_factor = 0.5
price_factor = 2.0
delay_days = 1
"""
_OTHER = """
name = "Ports shut"
horizon_days = 20
seed = 7

[[event]]
name = "site lost"
what = "loss"
target = { site = ["DEU:PORT", "NLD:DEPOT"], mode = "sea" }
from_day = 3
for_days = 6

[[event]]
name = "tempo"
what = "tempo"
target = { fleet = ["NLD:1"], unit = "DEU:U" }
factor = 1.5
from_day = 1
for_days = 8
"""


def supplied_world() -> Rows:
    """The coalition with places, tiers, owners and lanes."""
    rows = world()
    for owner, country in (("DEU", "DEU"), ("NLD", "NLD")):
        mine = {"owner": owner}
        rows["site"] += [{**mine, "key": "PORT"}, {**mine, "key": "MILL"}]
        rows["party"] += [
            {**mine, "key": "T", "kind": "manufacturer", "name": "Foundry of the east",
             "country": "TWN", "ncage": "TW001"},
            {**mine, "key": "T2", "kind": "manufacturer", "name": f"Mill of {owner}",
             "country": country, "site": "MILL"},
            {**mine, "key": "P", "kind": "other", "name": f"Holding {owner}", "country": country},
        ]  # fmt: skip
        rows.setdefault("supply", []).extend([
            {**mine, "key": "1", "supplier": "T", "customer": "S", "input": "casting",
             "essential": True, "share": 0.7, "confidence": 1.0},
            {**mine, "key": "2", "supplier": "T2", "customer": "S", "input": "casting",
             "essential": True, "share": 0.3, "confidence": 0.8},
            {**mine, "key": "3", "supplier": "T", "customer": "S2", "input": "die",
             "item": "LAMP", "essential": True, "confidence": 1.0},
            {**mine, "key": "4", "supplier": "S2", "customer": "T", "input": "tool",
             "essential": True, "confidence": 1.0},
        ])  # fmt: skip
        rows["lane"] += [
            {**mine, "key": "3", "from_site": "PORT", "to_site": "DEPOT", "mode": "sea",
             "both_ways": False, "transit_days": 3.0, "capacity_t_per_day": 0.01,
             "cost_per_t": 80.0, "co2e_kg_per_t": 12.0},
            {**mine, "key": "4", "from_site": "MILL", "to_site": "PORT", "mode": "road",
             "both_ways": True, "transit_days": 1.5, "transit_sd_days": 0.5},
        ]  # fmt: skip
        rows.setdefault("target", []).extend([
            {**mine, "key": "1", "site": "DEPOT", "item": "LAMP", "days_of_supply": 20.0},
            {**mine, "key": "2", "unit": "U", "supply_class": "NATO:II", "days_of_supply": 5.0},
        ])  # fmt: skip
    _add_odd_rows(rows)
    for row in rows["site"]:
        kinds = {"PORT": "port", "DEPOT": "depot", "MILL": "factory"}
        row |= {
            "country": row["owner"],
            "kind": kinds.get(row["key"], "base"),
            "name": f"{row['key'].title()} of {row['owner']}",
        }
    for row in rows["party"]:
        if row["key"] in ("S", "S2"):
            row |= {"ultimate_parent": "P", "country": row["owner"]}
        if row["key"] == "S2":
            row["site"] = "PORT"
    for row in rows["source"]:
        row["capacity_per_month"] = 2.0 if row["key"] == "1" else None
    rows["same_item"] = [
        {"owner": "DEU", "key": "1", "item_a": "DEU:LAMP", "item_b": "NLD:LAMP",
         "verdict": "same", "decided_by": "board", "decided_on": DAY},
    ]  # fmt: skip
    return rows


def _add_odd_rows(rows: Rows) -> None:
    """Rows that are left out, or decide on what becomes of others, each in its way."""
    days = [DAY - timedelta(days=30 * n) for n in range(1, 5)]
    more: Rows = {
        "party": [{"key": "U2", "kind": "unit", "name": "Other unit", "site": "BASE"}],
        "item": [
            {"key": key, "name": name, "unit_of_issue": "EA", "supply_class": "NATO:I",
             "currency": "EUR", "price": 5.0, "reparable": False}
            for key, name in (("BAND", "Bandage"), ("ODD", "Odd"))
        ],
        "demand": [
            {"key": f"{site}{n}", "site": site, "item": "BAND", "period_start": day,
             "period_days": 30, "quantity": 20.0 + n}
            for site in ("BASE", "DEPOT") for n, day in enumerate(days)
        ],
        "holding": [
            {"key": "10", "site": "DEPOT", "item": "BAND", "quantity": 9.0},
            {"key": "11", "site": "BASE", "item": "BAND", "quantity": 3.0,
             "condition": "unserviceable"},
        ],
        "policy": [{"key": "10", "site": "DEPOT", "item": "BAND", "kind": "reorder_up_to",
                    "reorder_point": 9.0, "order_up_to": 5.0}],
        "source": [
            {"key": "10", "party": "S2", "item": "BAND", "lead_time_days": 6.0},
            {"key": "11", "party": "S", "item": "ODD", "lead_time_days": 6.0},
            {"key": "12", "party": "S", "item": "ODD", "lead_time_days": 7.0},
        ],
        "supply": [{"key": "10", "supplier": "T", "customer": "P", "input": "gas",
                    "essential": True, "confidence": 1.0},
                   {"key": "11", "supplier": "T", "customer": "P", "input": "Gas",
                    "essential": True, "confidence": 1.0}],
        "consignment": [{"key": "10", "from_site": "DEPOT", "to_site": "BASE", "item": "BAND",
                         "quantity": 4.0, "mode": "road", "status": "in_transit", "order": "10"}],
        "order": [{"key": "10", "supplier": "S2", "item": "BAND", "site": "BASE",
                   "quantity": 4.0, "ordered_on": days[0], "due_on": days[0],
                   "status": "received"}],
        "fleet": [{"key": "10", "unit": "U2", "system": "DEU:TANK", "count": 0,
                   "hours_per_day": 1.0}],
        "target": [{"key": "10", "unit": "U2", "item": "BAND", "days_of_supply": 30.0}],
    }  # fmt: skip
    for name, records in more.items():
        rows[name] += [{"owner": owner, **row} for owner in ("DEU", "NLD") for row in records]


ODD = (
    ("party", "U2"), ("item", "ROOT"), ("item", "BAND"), ("demand", "BASE0"), ("policy", "10"),
    ("source", "11"), ("supply", "10"), ("order", "10"), ("target", "10"), ("site", "MILL"),
)  # fmt: skip


def _asked(folder: Path) -> dict[str, Ask]:
    first, second = folder / "first.toml", folder / "second.toml"
    first.write_text(SCENARIO, "utf-8")
    second.write_text(_OTHER, "utf-8")
    plain = app.SimulateOptions(days=24, run=RUN)
    under = app.SimulateOptions(scenario=str(first), run=RUN)
    times = Times(3, 8, 24)
    stress = app.StressOptions(times, pairs_among=2, constraints=1, run=RUN)
    alone = app.StressOptions(
        times, kinds=("site", "party", "item", "mode"), pairs_among=0, methods=False, constraints=0,
        reactions=str(first), run=RUN,
    )  # fmt: skip
    compare = app.CompareOptions((str(first), str(second)), run=RUN)
    return {
        "simulate": lambda inputs: app.simulate_twin(inputs, plain),
        "simulate scenario": lambda inputs: app.simulate_twin(inputs, under),
        "stress": lambda inputs: app.stress_test(inputs, stress),
        "stress with reactions": lambda inputs: app.stress_test(inputs, alone),
        "compare": lambda inputs: app.scenario_compare(inputs, compare),
        "exposure": lambda inputs: app.risk_exposure(inputs, app.ExposureOptions()),
        "cascade": lambda inputs: app.risk_cascade(inputs),
        "cascade of owners": lambda inputs: app.risk_cascade(inputs, by="parent"),
    }


VERBS = (
    "simulate", "simulate scenario", "stress", "stress with reactions", "compare", "exposure",
    "cascade", "cascade of owners",
)  # fmt: skip


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    asked = _asked(tmp_path_factory.mktemp("scenarios"))
    assert tuple(asked) == VERBS
    with pytest.MonkeyPatch.context() as patch:
        yield Asker(patch, asked, ["rehearsal", "exposures"])


@pytest.mark.parametrize("verb", VERBS)
def test_the_world_gives_every_answer(verb: str, asker: Asker) -> None:
    rows = {
        name: [{"owner": "DEU", **row, "label": label_of(row, 0)} for row in records]
        for name, records in supplied_world().items()
    }
    (text, label), *more = asker.parts(rows, verb)
    assert not text.startswith("error")
    assert label.readable_by("POL")
    assert not more


@pytest.mark.parametrize(("name", "key"), ODD)
def test_what_one_row_decides_on_is_labelled_as_high(name: str, key: str, asker: Asker) -> None:
    rows = {
        name: [{"owner": "DEU", **row, "label": label_of(row, 0)} for row in records]
        for name, records in supplied_world().items()
    }
    (row,) = [r for r in rows[name] if (r["owner"], r["key"]) == ("NLD", key)]
    less = {**rows, name: [r for r in rows[name] if r is not row]}
    theirs = asker.parts(less, "simulate")
    row["label"] = label_of(row, 3)
    floor = dominant([LABELS[row["label"]]])
    changed = changes(asker.parts(rows, "simulate"), theirs)
    assert changed
    for text, labels, _ in changed:
        assert all(combine(label, floor) == label for label in labels), difference(text, theirs)


@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_of_an_answer_of_the_twin_could_have_made_it(verb: str, asker: Asker) -> None:
    @few(2)
    @given(coalitions(supplied_world))
    def check(rows: Rows) -> None:
        ours = asker.parts(rows, verb)
        for member in READERS:
            less = readable(rows, member)
            if less == rows or not any(may_read(label, member) for _, label in ours):
                continue
            theirs = asker.parts(less, verb)
            for text, labels, missing in changes(ours, theirs):
                shut = sum(not may_read(label, member) for label in labels)
                hidden = [(n, r) for n, rs in rows.items() for r in rs if r not in less[n]]
                assert shut >= missing, (
                    f"{verb}: {member} may read what rests on {hidden}: {difference(text, theirs)}"
                )

    check()


@pytest.mark.parametrize("verb", VERBS)
def test_what_changes_in_the_twin_without_a_row_is_labelled_as_high(
    verb: str, asker: Asker
) -> None:
    @few(3)
    @given(coalitions(supplied_world), st.data())
    def check(rows: Rows, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([n for n, records in rows.items() if records]))
        taken = data.draw(st.sampled_from(rows[name]))
        closed = {**taken, "label": label_of(taken, data.draw(steps(taken)))}
        held = {**rows, name: [closed if r is taken else r for r in rows[name]]}
        less = {**rows, name: [r for r in rows[name] if r is not taken]}
        ours, theirs = asker.parts(held, verb), asker.parts(less, verb)
        floor = dominant([LABELS[closed["label"]]])
        for text, labels, missing in changes(ours, theirs):
            marked = sum(combine(label, floor) == label for label in labels)
            assert marked >= missing, (
                f"{verb} without {name} {closed} ({LABELS[closed['label']].text}): "
                f"{difference(text, theirs)}"
            )

    check()


def test_every_line_of_the_event_log_carries_the_marking_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {
        name: [{"owner": "DEU", **row, "label": label_of(row, 0)} for row in records]
        for name, records in supplied_world().items()
    }
    rows["fleet"][0]["label"] = 3
    path = tmp_path / "events.csv"
    options = app.SimulateOptions(days=24, run=RUN, log=path)
    asked: dict[str, Ask] = {"log": lambda inputs: app.simulate_twin(inputs, options)}
    ((_, label),) = Asker(monkeypatch, asked, ["rehearsal"]).parts(rows, "log")
    lines = pl.read_csv(path)
    assert lines.height > 0
    assert lines["marking"].unique().to_list() == [label.text]
    assert not label.readable_by("NLD")
