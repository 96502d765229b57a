"""Agreements: one written form, no change without new signatures, and closed stays closed."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.access.actions import GRANTED
from redball.access.agreements import (
    Agreement,
    Detail,
    Grant,
    Kept,
    SignedAgreement,
    State,
    agreement_text,
    content_hash,
    draft,
    in_force,
    parse_agreement,
    parse_signed,
    rendered,
    signed,
    standing,
)
from redball.access.subject import HELD, Purpose
from redball.model import tables
from redball.model.codes import supply_classes
from redball.model.labels import CLASSIFICATIONS
from redball.signing import SigningKey, VerifierKey, new_key

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=100)
DAY = timedelta(days=1)
LETTERS = st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' "\\[]{}')
SENTENCES = st.text(LETTERS, min_size=1, max_size=60).map(lambda text: text.strip() or "x")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC))


def some(words: Any, least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.sets(st.sampled_from(sorted(words)), min_size=least, max_size=6).map(
        lambda found: tuple(sorted(found))
    )


@st.composite
def grants(draw: st.DrawFn, parties: tuple[str, ...]) -> Grant:
    giver = draw(st.sampled_from(parties))
    places = draw(st.sampled_from(("none", "areas", "sites")))
    sites = [f"{giver}:{name}" for name in ("A", "B-1", "Ä", "x|y")]
    return Grant(
        giver=giver,
        to=draw(some(set(parties) - {giver}, 1)),
        kinds=draw(some(tables(), 1)),
        classes=draw(some(supply_classes())),
        areas=draw(some(("DEU", "FRA", "NLD"))) if places == "areas" else (),
        sites=draw(some(sites)) if places == "sites" else (),
        ceiling=draw(st.sampled_from(CLASSIFICATIONS)),
        caveats=draw(some(HELD)),
        actions=tuple(a for a in GRANTED if a in draw(st.sets(st.sampled_from(GRANTED))))
        or (GRANTED[0],),
        detail=draw(st.sampled_from(Detail)),
    )


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    parties = draw(some(("ACME", "DEU", "FRA", "NLD", "POL"), 2))
    begins = draw(MOMENTS.filter(lambda one: one.year < 2189)).replace(microsecond=0)
    return Agreement(
        id=draw(st.from_regex(r"\A[A-Z][A-Z0-9-]{1,38}[A-Z0-9]\Z")),
        version=draw(st.integers(1, 1_000_000)),
        title=draw(SENTENCES),
        parties=parties,
        purpose=draw(st.sampled_from(Purpose)),
        grants=tuple(draw(st.lists(grants(parties), min_size=1, max_size=4, unique=True))),
        valid_from=begins,
        valid_until=begins + timedelta(seconds=draw(st.integers(1, 3_653 * 86_400))),
        template=draw(st.sampled_from(("", "exercise-only"))),
        exercise_only=draw(st.booleans()),
        obligations=tuple(draw(st.lists(SENTENCES, max_size=3))),
        totals_per_day=draw(st.integers(1, 1_000)),
    )


@cache
def keys() -> Mapping[str, SigningKey]:
    return {name: new_key(name) for name in ("ACME", "DEU", "FRA", "NLD", "POL")}


@cache
def trusted() -> Mapping[str, tuple[VerifierKey, ...]]:
    return {name: (key.verifier,) for name, key in keys().items()}


def by_all(agreement: Agreement) -> SignedAgreement:
    document = SignedAgreement(agreement)
    for party in agreement.parties:
        document = signed(document, keys()[party])
    return document


STOCKPILES = draft(
    "stockpile-sharing",
    id="SPS-2026-001",
    parties=("DEU", "NLD"),
    valid_from=START,
    days=365,
    areas=("DEU",),
    caveats=("MEDICAL",),
)


@cache
def original() -> SignedAgreement:
    return by_all(STOCKPILES)


def open_now(text: str) -> tuple[Agreement, ...]:
    return in_force([Kept(text, START)], trusted(), now=NOW, latest=NOW)


@given(agreements(), st.integers(-14, 14))
@settings(max_examples=40)
def test_one_agreement_one_text_and_back(agreement: Agreement, hours: int) -> None:
    text = agreement_text(agreement)
    assert parse_agreement(text) == agreement
    assert agreement_text(parse_agreement(text)) == text
    loose = json.dumps(json.loads(text), indent=None, separators=(" ,", " : "))
    assert content_hash(parse_agreement(loose)) == content_hash(agreement)
    assert agreement.id in rendered(agreement)
    assert all(line.isprintable() for line in rendered(agreement).splitlines())


@given(agreements(), agreements())
@settings(max_examples=30)
def test_different_agreements_have_different_hashes(one: Agreement, other: Agreement) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)


@given(agreements())
@settings(max_examples=15)
def test_signed_by_all_is_in_force_within_its_time(agreement: Agreement) -> None:
    document = by_all(agreement)
    assert parse_signed(document.text) == document
    kept = [Kept(document.text, agreement.valid_from)]
    for now, expected in (
        (agreement.valid_from, (agreement,)),
        (agreement.valid_until - DAY / 86_400, (agreement,)),
        (agreement.valid_until, ()),
    ):
        assert in_force(kept, trusted(), now=now, latest=None) == expected
    last = replace(document, signatures=document.signatures[:-1])
    missing = [Kept(last.text, agreement.valid_from)]
    assert in_force(missing, trusted(), now=agreement.valid_from, latest=None) == ()


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of everything in the document: values, lists and objects."""
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [p for name in value for p in leaves(value[name], (*path, name))]
    if isinstance(value, list):
        return found + [
            p for place in range(len(value)) for p in leaves(value[place], (*path, place))
        ]
    return found


PATHS = leaves(json.loads(agreement_text(STOCKPILES)))

OTHER_WORDS: Mapping[str, tuple[object, ...]] = {
    "version": (2, 7),
    "parties": (["DEU", "NLD", "POL"], ["DEU", "POL"]),
    "purpose": tuple(Purpose),
    "valid_from": ("2025-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    "valid_until": ("2027-06-01T00:00:00Z", "2035-01-01T00:00:00Z"),
    "ceiling": CLASSIFICATIONS,
    "detail": tuple(Detail),
    "actions": (*([a] for a in GRANTED), list(GRANTED)),
    "caveats": (*([c] for c in HELD), [], list(HELD)),
    "areas": (["DEU", "NLD"], []),
    "sites": (["DEU:A"], ["NLD:A"]),
    "classes": (["NATO:III"], ["US:V"]),
    "kinds": (sorted(tables()),),
    "to": (["DEU"], ["NLD"], ["DEU", "NLD"]),
    "giver": ("DEU", "NLD"),
    "totals_per_day": (1000,),
    "exercise_only": (True, False),
    "obligations": ([],),
    "grants": ([],),
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_no_field_can_be_changed_below_the_signatures(path: tuple[str | int, ...]) -> None:
    values = json.loads(original().text)
    assert open_now(json.dumps(values)) == (original().agreement,)
    name = next(str(part) for part in reversed(path) if isinstance(part, str))
    others: tuple[object, ...] = (
        None,
        True,
        0,
        1,
        10**6,
        "",
        "X",
        "POL",
        "NATO:I",
        [],
        {},
        ["DEU"],
    )
    for other in (*others, *OTHER_WORDS.get(name, ())):
        _set(values["agreement"], path, other)
        # as text, because to Python true is 1
        changed = json.dumps(values) != json.dumps(json.loads(original().text))
        assert open_now(json.dumps(values)) == (() if changed else (original().agreement,))
        values = json.loads(original().text)
    part = values["agreement"]
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    assert open_now(json.dumps(values)) == ()


def _set(values: Any, path: tuple[str | int, ...], value: object) -> None:
    for part in path[:-1]:
        values = values[part]
    values[path[-1]] = value


def test_no_character_of_a_signature_can_be_changed() -> None:
    chance = random.Random(5)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= "
    for number, line in enumerate(json.loads(original().text)["signatures"]):
        for place, letter in enumerate(line):
            for other in {*chance.sample(letters, 3), "A", ""} - {letter}:
                values = json.loads(original().text)
                values["signatures"][number] = line[:place] + other + line[place + 1 :]
                assert open_now(json.dumps(values)) == (), (line, place, other)


def test_no_byte_of_the_file_can_be_changed_to_something_that_opens_more() -> None:
    chance = random.Random(7)
    data = original().text.encode()
    same = 0
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(7)
        found = open_now(changed.decode("utf-8", errors="replace"))
        assert found in ((), (original().agreement,))
        same += bool(found)
    # blanks between the fields are no content; whatever else is changed closes
    assert same <= sum(byte in b" \n" for byte in data)


def test_order_of_signatures_does_not_matter_but_each_counts_once() -> None:
    first, second = original().signatures
    agreement = original().agreement
    assert open_now(SignedAgreement(agreement, (second, first)).text) == (agreement,)
    for wrong in ((first,), (second,), (first, first), (first, second, second)):
        assert open_now(SignedAgreement(agreement, wrong).text) == ()


@cache
def version(number: int, begins: int, ends: int, by: str) -> str:
    agreement = replace(
        original().agreement,
        version=number,
        valid_from=START + begins * DAY,
        valid_until=START + ends * DAY,
    )
    document = SignedAgreement(agreement)
    for party in by.split():
        document = signed(document, keys()[party])
    return document.text


@st.composite
def histories(draw: st.DrawFn) -> list[Kept]:
    day = st.integers(0, 9)
    kept = []
    for _ in range(draw(st.integers(1, 5))):
        begins = draw(st.integers(0, 8))
        text = version(
            draw(st.integers(1, 3)),
            begins,
            begins + draw(st.integers(1, 9)),
            draw(st.sampled_from(("DEU NLD", "DEU NLD", "DEU NLD", "DEU", ""))),
        )
        active, ended = draw(st.none() | day), draw(st.none() | st.none() | day)
        kept.append(
            Kept(
                draw(st.sampled_from((text, text, text, text, "{"))),
                None if active is None else START + active * DAY,
                None if ended is None else START + ended * DAY,
                id="SPS-2026-001",
            )
        )
    return kept


def expected_open(kept: list[Kept], place: int, now: datetime) -> bool:
    """Whether a document opens something, written out plainly from the promises."""
    one = kept[place]
    if one.activated_at is None or one.ended_at is not None or one.activated_at > now:
        return False
    if any(other.document == "{" and other.activated_at is not None for other in kept):
        return False
    document = parse_signed(one.document)
    mine = document.agreement
    if len(document.signatures) != 2 or not mine.valid_from <= now < mine.valid_until:
        return False
    for where, other in enumerate(kept):
        if where == place or other.activated_at is None:
            continue
        theirs = parse_signed(other.document).agreement
        first = (other.activated_at, where) < (one.activated_at, place)
        if theirs.version == mine.version and first:
            return False
        started = first or theirs.valid_from <= now or other.ended_at is not None
        if theirs.version > mine.version and started:
            return False
    return True


def opened(kept: list[Kept], day: float) -> list[bool]:
    now = START + day * DAY
    found = standing(kept, trusted(), now=now, latest=None)
    return [one.state is State.IN_FORCE for one in found]


@given(histories(), st.integers(0, 18))
@settings(max_examples=200)
def test_what_is_in_force_is_what_was_promised(kept: list[Kept], day: int) -> None:
    found = opened(kept, day)
    now = START + day * DAY
    assert found == [expected_open(kept, place, now) for place in range(len(kept))]
    assert sum(found) <= 1


@given(histories(), histories(), st.integers(0, 18))
@settings(max_examples=60)
def test_keeping_more_documents_never_opens_an_older_one(
    kept: list[Kept], more: list[Kept], day: int
) -> None:
    alone, together = opened(kept, day), opened([*kept, *more], day)
    assert all(before or not after for before, after in zip(alone, together, strict=False))


@given(histories(), st.integers(0, 18), st.integers(1, 9))
@settings(max_examples=60)
def test_ended_or_replaced_is_never_in_force_again(kept: list[Kept], day: int, more: int) -> None:
    early = standing(kept, trusted(), now=START + day * DAY, latest=None)
    late = standing(kept, trusted(), now=START + (day + more) * DAY, latest=None)
    gone = (State.REVOKED, State.SUPERSEDED, State.EXPIRED)
    for before, after in zip(early, late, strict=True):
        assert before.state not in gone or after.state is not State.IN_FORCE


@given(histories(), st.integers(0, 18), st.sampled_from(("DEU", "NLD")))
@settings(max_examples=50)
def test_without_a_key_nothing_is_in_force(kept: list[Kept], day: int, gone: str) -> None:
    left = {name: key for name, key in trusted().items() if name != gone}
    assert in_force(kept, left, now=START + day * DAY, latest=None) == ()


@given(histories(), st.integers(0, 18), st.integers(1, 10**12))
@settings(max_examples=50)
def test_clock_before_the_last_event_puts_nothing_in_force(
    kept: list[Kept], day: int, microseconds: int
) -> None:
    now = START + day * DAY
    latest = now + timedelta(microseconds=microseconds)
    assert in_force(kept, trusted(), now=now, latest=latest) == ()
