"""Every detector finds what it is for, once, names the leaves, and is silent just below."""

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import pytest
from tests.unit.ledger.watch.watch_logs import ACTORS, START, event, in_time, quiet, refusal

from redball.ledger.envelope import Event, EventKind, Fact
from redball.ledger.watch import Detection, Rule, Settings, Severity, Watcher, watch
from redball.ledger.watch.remembered import Remembered
from redball.model import BadUse

FEW = Settings(enumerated=4, refused=6, refused_nation=9, learned_events=0)


def rules(events: list[Event], settings: Settings | None = None) -> list[Rule]:
    return [found.rule for found in watch(events, settings)]


def only(events: list[Event], rule: Rule, settings: Settings | None = None) -> Detection:
    """The one detection of a rule."""
    (found,) = [found for found in watch(events, settings) if found.rule is rule]
    return found


# -- probing ---------------------------------------------------------------------------------------


def test_many_different_objects_in_vain_are_told_once_with_their_leaves() -> None:
    events = [event(EventKind.DECISION)] + [refusal(i, f"NLD:{i}") for i in range(8)]
    found = only(events, Rule.ENUMERATION, FEW)
    assert found.evidence == (1, 2, 3, 4)
    assert found.at == START + timedelta(minutes=3)
    assert found.actor == "DEU"
    assert found.severity is Severity.HIGH
    assert "4 different objects" in found.what


def test_the_same_object_again_and_again_is_no_enumeration() -> None:
    found = rules([refusal(i / 10, "NLD:1") for i in range(8)], FEW)
    assert Rule.ENUMERATION not in found
    assert found.count(Rule.REFUSALS) == 1


def test_refusals_spread_over_time_are_silent_and_a_second_burst_is_told_again() -> None:
    assert rules([event(EventKind.DECISION), *(refusal(4 * i, f"N:{i}") for i in range(50))],
                 FEW) == []  # fmt: skip
    burst = [refusal(i, f"N:{i}") for i in range(4)]
    later = [refusal(100 + i, f"N:{i}") for i in range(4)]
    known = event(EventKind.DECISION)
    assert rules([known, *burst, *later], FEW) == [Rule.ENUMERATION] * 2


def test_the_window_is_as_long_as_it_says() -> None:
    known = event(EventKind.DECISION)
    within = [known, *(refusal(m, f"N:{m}") for m in (0, 1, 2, 10))]
    beyond = [known, *(refusal(m, f"N:{m}") for m in (0, 1, 2, 10.01))]
    assert rules(within, FEW) == [Rule.ENUMERATION]
    assert rules(beyond, FEW) == []


def test_a_nation_that_spreads_its_probes_over_actors_is_seen() -> None:
    actors = [f"POL role=analyst clearance=only:{'A' * i}" for i in range(9)]
    events = [refusal(i / 10, "N:1", actor) for i, actor in enumerate(actors)]
    found = only(events, Rule.REFUSALS, replace(FEW, learned_events=1000))
    assert "of one nation" in found.what
    assert len(found.evidence) == 9


def test_an_object_is_what_was_asked_or_else_the_events_object() -> None:
    events = [event(EventKind.REFUSAL, i / 10, of=f"row {i}", asked=None) for i in range(4)]
    assert Rule.ENUMERATION in rules(events, FEW)


def test_a_role_that_was_never_allowed_anything_is_told_once() -> None:
    usual = event(EventKind.RELEASE, 0, "NLD role=planner", rows=3)
    first = refusal(1, "x", "NLD role=director")
    again = refusal(2, "x", "NLD role=director")
    known = refusal(3, "x", "NLD role=planner")
    found = only([usual, first, again, known], Rule.NEW_ROLE, FEW)
    assert found.evidence == (1,)
    assert rules([usual, first], replace(FEW, learned_events=2)) == []


# -- amounts ---------------------------------------------------------------------------------------


def read(minute: float, rows: Fact = 20_000, actor: str = "DEU") -> Event:
    return replace(event(EventKind.RELEASE, minute, actor), facts={"rows": rows})


def test_bulk_is_measured_against_the_readers_own_days() -> None:
    days = [read(1440 * day + 600) for day in range(6)]
    quiet_day = [*days, read(1440 * 6 + 600, 80_000)]
    assert rules(quiet_day) == []
    found = only([*days, read(1440 * 6 + 700, 100_001)], Rule.BULK_READ)
    assert found.evidence[-1] == 6
    assert "100,001 rows" in found.what
    assert "20,000 on an ordinary day" in found.what
    # the same amount by somebody who reads so much every day
    heavy = [read(1440 * day + 600, 90_000) for day in range(6)]
    assert rules([*heavy, read(1440 * 6 + 700, 100_001)]) == []


def test_many_small_reads_over_midnight_add_up() -> None:
    days = [read(1440 * day + 600) for day in range(6)]
    small = [read(1440 * 7 - 60 + i, 1_000) for i in range(120)]
    found = only([*days, *small], Rule.BULK_READ)
    assert found.at == START + timedelta(minutes=1440 * 7 - 60 + 100)
    assert len(found.evidence) == Settings().most_evidence


def test_few_rows_are_never_bulk_and_a_newcomer_has_a_limit() -> None:
    tiny = [read(1440 * day, 10) for day in range(9)]
    assert rules([*tiny, read(1440 * 9, 9_000)]) == []
    assert rules([read(0, 1_000_000)]) == []
    assert rules([read(0, 1_000_001)]) == [Rule.BULK_READ]


def test_a_mean_raised_slowly_lifts_nobody_over_the_last_limit() -> None:
    settings = Settings(bulk_rows_ever=400_000)
    slowly = [read(1440 * day, int(20_000 * 1.2**day)) for day in range(25)]
    found = watch(slowly, settings)
    assert found[0].rule is Rule.BULK_READ
    assert found[0].evidence[-1] == next(i for i, e in enumerate(slowly)
                                         if int(str(e.facts["rows"])) > 400_000)  # fmt: skip
    assert watch(slowly) == ()


def test_a_bulk_day_does_not_teach_that_bulk_is_ordinary() -> None:
    days = [read(1440 * day) for day in range(6)]
    bulk = [read(1440 * (6 + 2 * day), 10_000_000) for day in range(3)]
    assert rules([*days, *bulk]).count(Rule.BULK_READ) == 3


@pytest.mark.parametrize("rows", [None, True, -1, "12", ["1"]], ids=str)
def test_a_release_that_hides_its_rows_counts_as_many(rows: Fact) -> None:
    settings = Settings(bulk_rows=1_000, bulk_rows_new=2_500)
    assert rules([read(m, rows) for m in range(2)], settings) == []
    assert rules([read(m, rows) for m in range(3)], settings) == [Rule.BULK_READ]


def test_exports_have_a_mean_of_their_own() -> None:
    events = [event(EventKind.EXPORT, 1440.0 * day, rows=500) for day in range(6)]
    events.append(event(EventKind.EXPORT, 1440 * 6, rows=10_001))
    assert rules(events) == [Rule.BULK_EXPORT]


def activated(minute: float, wider: Fact = True) -> Event:
    of = "MLS-2026-001 version 2"
    made = event(EventKind.AGREEMENT, minute, "NLD", verb="activate", of=of)
    return replace(made, facts={"wider": wider})


def exported(minute: float, actor: str = "DEU") -> Event:
    return event(EventKind.EXPORT, minute, actor, agreements=("MLS-2026-001",), rows=5)


def test_widened_then_exported_names_both_leaves() -> None:
    found = only([activated(0), exported(60), exported(70)], Rule.WIDENED_EXPORT)
    assert found.evidence == (0, 1)
    assert "MLS-2026-001" in found.what
    assert rules([activated(0), exported(1440)]) == [Rule.WIDENED_EXPORT]
    assert rules([activated(0), exported(1441)]) == []
    assert rules([activated(0, wider=False), exported(60)]) == []
    assert rules([activated(0, wider=None), exported(60)]) == [Rule.WIDENED_EXPORT]
    other = replace(exported(60), agreements=("MLS-2026-002",))
    assert rules([activated(0), other]) == []
    again = [activated(0), exported(1), activated(2), exported(3), exported(4, "POL")]
    assert rules(again) == [Rule.WIDENED_EXPORT] * 3


# -- canaries, alarms, history ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "severity"),
    [
        (event(EventKind.ALARM, verb="touch canary"), Severity.HIGH),
        (event(EventKind.REFUSAL, reason="caveat CANARY is not held"), Severity.HIGH),
        (event(EventKind.REFUSAL, caveats=["CANARY"]), Severity.HIGH),
        (event(EventKind.REFUSAL, canary=True), Severity.HIGH),
        (event(EventKind.RELEASE, label="SECRET CANARY // REL ALL", rows=1), Severity.CRITICAL),
        (event(EventKind.EXPORT, label="SECRET CANARY", rows=1), Severity.CRITICAL),
    ],
    ids=["verb", "reason", "list", "fact", "released", "exported"],
)
def test_a_touched_canary_is_told(one: Event, severity: Severity) -> None:
    assert only([one], Rule.CANARY).severity is severity


def test_an_owners_import_of_bait_is_silent_and_other_alarms_are_passed_on() -> None:
    assert rules([event(EventKind.IMPORT, label="SECRET CANARY")]) == []
    found = only([event(EventKind.ALARM, verb="decide", reason="policy p3 failed")], Rule.ALARM)
    assert "decide: policy p3 failed" in found.what


def test_steps_of_the_clock() -> None:
    back = [event(EventKind.DECISION, 5), event(EventKind.DECISION, 4)]
    found = only(back, Rule.CLOCK)
    assert found.evidence == (0, 1)
    assert "60 seconds" in found.what
    assert rules(back, Settings(clock_back_seconds=60)) == []
    month = 1440.0 * 30
    assert rules([event(EventKind.DECISION), event(EventKind.DECISION, month)]) == []
    assert rules([event(EventKind.DECISION), event(EventKind.DECISION, month + 1)]) == [Rule.CLOCK]
    naive = replace(back[0], at=datetime(2026, 3, 2))
    assert rules([naive]) == [Rule.CLOCK]
    assert rules([event(EventKind.DECISION), naive]) == [Rule.CLOCK]


def test_a_clock_set_back_does_not_hide_a_burst() -> None:
    events = [refusal(-20 * i, f"N:{i}") for i in range(4)]
    assert Rule.ENUMERATION in rules(events, FEW)


def test_a_clock_set_back_does_not_stretch_a_window() -> None:
    later = [refusal(minute, f"N:{minute}") for minute in (600, 0, 30, 60, 90)]
    assert Rule.ENUMERATION not in rules([event(EventKind.DECISION), *later], FEW)


def test_a_checkpoint_that_shrinks_or_splits() -> None:
    def shown(size: int, root: str, origin: str = "redball/nld") -> Event:
        return event(EventKind.DECISION, origin=origin, size=size, root=root)

    assert rules([shown(5, "a"), shown(5, "a"), shown(9, "b"), shown(3, "x", "other")]) == []
    small = only([shown(5, "a"), shown(9, "b"), shown(5, "a")], Rule.ROLLBACK)
    assert small.evidence == (1, 2)
    assert "5 leaves; it had 9" in small.what
    split = only([shown(9, "b"), shown(9, "c")], Rule.SPLIT)
    assert split.severity is Severity.CRITICAL
    assert rules([shown(9, "b"), shown(-(10**5000), "c")]) == [Rule.ROLLBACK]


def test_one_object_with_two_contents() -> None:
    def signed(content: str, verb: str = "sign", of: str = "A-1 version 1") -> Event:
        return event(EventKind.AGREEMENT, verb=verb, of=of, content=content, wider=False)

    assert rules([signed("h1"), signed("h1", "activate"), signed("h2", of="A-1 version 2")]) == []
    assert rules([signed("h0", "draft"), signed("h1")]) == []
    found = only([signed("h1"), signed("h2", "activate")], Rule.EQUIVOCATION)
    assert found.evidence == (0, 1)
    assert found.severity is Severity.CRITICAL
    package = [
        replace(event(EventKind.IMPORT, of=f"sha256:{i}"), facts={"content": str(i), "of": "DEU 7"})
        for i in range(2)
    ]
    assert rules(package) == [Rule.EQUIVOCATION]


# -- whole logs ------------------------------------------------------------------------------------

PLANTED = {
    Rule.ENUMERATION: [refusal(1440 * 9 + i / 5, f"POL:{i}", ACTORS[3]) for i in range(12)],
    Rule.REFUSALS: [refusal(1440 * 9 + i / 9, "POL:7", "NLD") for i in range(35)],
    Rule.NEW_ROLE: [refusal(1440 * 9, "POL:7", "NLD role=director")],
    Rule.BULK_READ: [read(1440 * 9 + i, 400_000, "DEU") for i in range(6)],
    Rule.BULK_EXPORT: [event(EventKind.EXPORT, 1440 * 9, "DEU", rows=60_000)],
    Rule.WIDENED_EXPORT: [activated(1440 * 9), exported(1440 * 9 + 90, "NLD")],
    Rule.CANARY: [event(EventKind.ALARM, 1440 * 9, "NLD", verb="touch canary")],
    Rule.ALARM: [event(EventKind.ALARM, 1440 * 9, "NLD", reason="a policy failed")],
    Rule.ROLLBACK: [event(EventKind.DECISION, 1440 * 9, origin="o", size=8, root="r"),
                    event(EventKind.DECISION, 1440 * 9 + 1, origin="o", size=7, root="s")],
    Rule.SPLIT: [event(EventKind.DECISION, 1440 * 9, origin="o", size=8, root="r"),
                 event(EventKind.DECISION, 1440 * 9 + 1, origin="o", size=8, root="s")],
    Rule.EQUIVOCATION: [event(EventKind.IMPORT, 1440 * 9 + i, of="p", content=str(i))
                        for i in range(2)],
}  # fmt: skip


@pytest.mark.parametrize("rule", PLANTED, ids=str)
def test_planted_behaviour_is_found_in_every_log_and_nothing_else(rule: Rule) -> None:
    for seed in range(10):
        log = in_time([*quiet(seed), *PLANTED[rule]])
        everything = watch(log)
        found = [one for one in everything if one.rule is rule]
        assert len(found) == 1, seed
        planted = {id(one) for one in PLANTED[rule]}
        leaves = [id(log[leaf]) in planted for leaf in found[0].evidence]
        assert leaves[-1]
        assert all(leaves) or rule is Rule.BULK_READ or rule is Rule.BULK_EXPORT
        # nothing but what was planted speaks; a burst can also be one of refusals
        assert {one.rule for one in everything} <= {rule, Rule.REFUSALS, Rule.ENUMERATION}


def test_a_clock_set_back_is_found_in_every_log() -> None:
    for seed in range(10):
        log = list(quiet(seed))
        place = 40 + seed
        log[place] = replace(log[place], at=log[place].at - timedelta(hours=30))
        found = only(log, Rule.CLOCK)
        assert found.evidence == (place - 1, place)


def test_one_event_at_a_time_says_the_same() -> None:
    log = in_time([*quiet(3), *PLANTED[Rule.ENUMERATION]])
    watcher = Watcher(first=100)
    one_by_one = tuple(found for one in log for found in watcher.take(one))
    assert one_by_one == watch(log, first=100)
    assert min(one_by_one[0].evidence) >= 100


def test_memory_does_not_grow_with_actors() -> None:
    settings = Settings(most_remembered=10, learned_events=0, refused_nation=10**6)
    watcher = Watcher(settings)
    for number in range(1_000):
        watcher.take(refusal(number, str(number), f"N{number}"))
    kept = [
        len(part._kept)
        for detector in watcher._detectors
        for part in vars(detector).values()
        if isinstance(part, Remembered)
    ]
    assert max(kept) == 10


@pytest.mark.parametrize("name", [one.name for one in fields(Settings)])
@pytest.mark.parametrize("value", [-1, float("nan"), 10**13], ids=["negative", "nan", "huge"])
def test_settings_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(BadUse, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]  # wrong on purpose


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    east = START.astimezone(timezone(timedelta(hours=5))) + timedelta(minutes=1)
    log = [event(EventKind.DECISION), replace(event(EventKind.DECISION), at=east)]
    assert rules(log) == []
