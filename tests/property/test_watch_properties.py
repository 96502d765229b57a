"""Detectors against plain definitions; quiet logs; logs of any content."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson
from tests.unit.ledger.watch.watch_logs import START, event, quiet, refusal

from redball.ledger.envelope import Event, EventKind, Fact
from redball.ledger.watch import Rule, Settings, cef_line, ocsf_event, ocsf_finding, watch

SEEDS = 100


def test_quiet_logs_give_nothing() -> None:
    """Days within 1.8 of one another are safe below a factor of 3.6; chance refusals are rare."""
    assert sum(len(quiet(seed, days=6)) for seed in range(SEEDS)) > 25_000
    for seed in range(SEEDS):
        assert watch(quiet(seed, days=6)) == (), seed


def test_no_reader_whose_days_are_alike_is_ever_bulk() -> None:
    """The bound of the concept page: a factor of twice the spread of the days gives no alarm."""
    chosen = Settings(bulk_rows=1, bulk_factor=2 * 3.0, bulk_days=1, bulk_rows_new=10**9)
    for seed in range(60):
        random = np.random.default_rng(seed)
        log = []
        for day in range(20):
            total = int(1_000 * random.uniform(1, 3))
            parts = random.multinomial(total, np.ones(6) / 6)
            for minute, rows in zip(np.sort(random.uniform(0, 1440, 6)), parts, strict=True):
                log.append(event(EventKind.RELEASE, 1440 * day + float(minute), rows=int(rows)))
        assert watch(log, chosen) == (), seed


def test_false_alarms_of_chance_refusals_stay_below_the_bound() -> None:
    """Poisson refusals at rate r: at most N P(Poisson(r w) >= n - 1) alarms of N refusals."""
    per_minute, window, enough = 0.2, 10, 6
    chosen = Settings(window_minutes=window, enumerated=enough, refused=10**6,
                      refused_nation=10**6, learned_events=10**9)  # fmt: skip
    bound = observed = 0.0
    for seed in range(20):
        random = np.random.default_rng(seed)
        times = np.cumsum(random.exponential(1 / per_minute, 1_000))
        log = [refusal(float(at), f"NLD:{i}") for i, at in enumerate(times)]
        observed += len(watch(log, chosen))
        bound += len(log) * float(poisson.sf(enough - 2, per_minute * window))
    assert 100 < observed <= bound
    # with the settings that ship and two refusals an hour
    usual = Settings()
    rate = 2.0 / 60 * usual.window_minutes
    assert poisson.sf(usual.enumerated - 2, rate) < 2e-10


minutes = st.floats(0, 60).map(lambda x: round(x, 1))


@given(st.lists(st.tuples(minutes, st.integers(0, 7), st.sampled_from(["DEU", "NLD"]))),
       st.integers(1, 5), st.integers(1, 20))  # fmt: skip
@settings(max_examples=200)
def test_enumeration_is_what_it_is_defined_as(
    asked: list[tuple[float, int, str]], enough: int, window: int
) -> None:
    asked = sorted(asked)
    chosen = Settings(window_minutes=window, enumerated=enough, learned_events=10**9,
                      refused=10**6, refused_nation=10**6)  # fmt: skip
    found = watch([refusal(at, f"N:{what}", who) for at, what, who in asked], chosen)

    def things(before: int, at: float, who: str) -> set[int]:
        """Different objects within the window before an event."""
        edge = (START + timedelta(minutes=at)).timestamp() - 60 * window
        return {
            what
            for t, what, w in asked[:before]
            if w == who and (START + timedelta(minutes=t)).timestamp() >= edge
        }

    expected = [
        i for i, (at, _, who) in enumerate(asked)
        if len(things(i + 1, at, who)) >= enough > len(things(i, at, who))
    ]  # fmt: skip
    assert [one.evidence[-1] for one in found if one.rule is Rule.ENUMERATION] == expected


@given(st.lists(st.tuples(minutes, st.booleans(), st.sampled_from("AB"),
                          st.sampled_from(["DEU", "NLD"]))))  # fmt: skip
@settings(max_examples=150)
def test_widened_then_exported_is_what_it_is_defined_as(
    steps: list[tuple[float, bool, str, str]],
) -> None:
    steps = sorted(steps)
    log = [
        event(EventKind.AGREEMENT, 3 * at, who, verb="activate", of=f"{one} version 1", wider=True)
        if widens
        else event(EventKind.EXPORT, 3 * at, who, agreements=(one,), rows=1)
        for at, widens, one, who in steps
    ]
    found = watch(log, Settings(widened_hours=1, learned_events=10**9))
    expected, told = [], set()
    for i, (at, widens, one, who) in enumerate(steps):
        last = max((j for j in range(i) if steps[j][1] and steps[j][2] == one), default=None)
        if widens or last is None or 3 * (at - steps[last][0]) > 60 + 1e-6:
            continue
        if (last, who) not in told:
            told.add((last, who))
            expected.append((last, i))
    assert [one.evidence for one in found if one.rule is Rule.WIDENED_EXPORT] == expected


texts = st.text(max_size=12) | st.sampled_from(["DEU", "CANARY", "A-1 version 1", "role=x"])
facts: st.SearchStrategy[Fact] = (
    texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=3)
)
names = texts | st.sampled_from(
    ["rows", "asked", "reason", "wider", "content", "of", "origin", "size", "root", "caveats"]
)
times = st.datetimes() | st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])
)
events = st.builds(
    Event,
    kind=st.sampled_from(EventKind),
    verb=texts | st.sampled_from(["activate", "draft", "sign"]),
    actor=texts,
    object=texts,
    at=times,
    label=texts,
    agreements=st.lists(texts, max_size=2).map(tuple),
    policy=texts,
    facts=st.dictionaries(names, facts, max_size=5),
    secret=st.none() | st.dictionaries(texts, facts, max_size=2),
)


@given(st.lists(events, max_size=12))
@settings(max_examples=300)
def test_any_log_is_looked_at_and_a_longer_one_only_adds(log: list[Event]) -> None:
    small = Settings(
        enumerated=2, refused=2, refused_nation=3, learned_events=1, bulk_rows=1, bulk_days=1,
        bulk_rows_new=5, most_remembered=2, most_evidence=2,
    )  # fmt: skip
    whole = watch(log, small)
    assert watch(log[:-1], small) == whole[: len(watch(log[:-1], small))]
    for one in whole:
        assert 1 <= len(one.evidence) <= 2
        assert all(0 <= leaf < len(log) for leaf in one.evidence)
        assert one.what.isprintable()
        assert ocsf_finding(one, node="n")["class_uid"] == 2004
    for index, each in enumerate(log):
        assert ocsf_event(each, index, node="n")["metadata"]
        assert len(cef_line(each, index, node="n").splitlines()) == 1


def test_thousands_of_random_logs() -> None:
    """Shuffled, cut, doubled and distorted logs: detectors answer, with leaves that are there."""
    random = np.random.default_rng(11)
    base = [one for seed in range(4) for one in quiet(seed, days=2)]
    odd: list[Fact] = [None, -1, 10**400, "", ["x"], True, 0]
    told = 0
    for _ in range(2_000):
        picked = [base[i] for i in random.integers(0, len(base), 25)]
        at = int(random.integers(25))
        strange = {name: odd[int(random.integers(len(odd)))] for name in ("rows", "size", "asked")}
        picked[at] = replace(picked[at], facts={"origin": "o", **strange},
                             kind=list(EventKind)[int(random.integers(8))])  # fmt: skip
        found = watch(picked, Settings(refused=3, bulk_rows_new=1_000))
        told += len(found)
        assert all(0 <= leaf < 25 for one in found for leaf in one.evidence)
    assert told > 2_000


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar(year: int) -> None:
    log = [replace(event(EventKind.RELEASE, rows=1), at=datetime(year, 1, 1)) for _ in range(2)]
    assert {one.rule for one in watch(log)} == {Rule.CLOCK}
