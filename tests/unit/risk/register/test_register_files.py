"""A register as a file: read, written and read back to the same; what is wrong is said where."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.model import RedballError
from redball.risk.register import (
    CONFIDENCES,
    STATES,
    Appetite,
    Cause,
    Contingency,
    Duration,
    Indicator,
    Register,
    RiskEntry,
    categories,
    read_register,
    write_register,
)

TEXT = """
[appetite]
each = 200
worst = 5000.5

[[cause]]
name = "flood of the valley"
beta = 0.4

[[risk]]
key = "forge"
title = "The forge burns"
category = "manufacturing"
strikes = { party = ["DEU:FORGE"], site = ["DEU:WORKS", "DEU:YARD"] }
per_year = 0.05
source = "insurer, 2024"
confidence = "medium"
days = { law = "lognormal", mean = 90, sd = 60 }
cause = "flood of the valley"
owner = "A. Smith"
review = 2027-01-31

[[risk.indicator]]
name = "river level"
threshold = 7.5
value = 8
on = "2026-11-01"

[[risk.contingency]]
protects = "tanks"
trigger = "river level"
steps = ["Call the second forge", "Move the dies"]
scenario = "forge-lost"

[[risk]]
key = "port"
title = "The port is closed"
category = "transport"
strikes = { site = "POL:PORT" }
per_year = 0.1
days = 14
cause = "flood of the valley"
"""


def test_a_register_is_read_with_everything_in_it() -> None:
    register = read_register(TEXT)
    forge = register.risk("forge")
    assert forge is not None
    assert forge.strikes == (("party", "DEU:FORGE"), ("site", "DEU:WORKS"), ("site", "DEU:YARD"))
    assert forge.duration == Duration(90.0, "lognormal", 60.0)
    assert forge.review == date(2027, 1, 31)
    assert forge.indicators[0].triggered
    assert forge.contingency[0].steps == ("Call the second forge", "Move the dies")
    assert register.appetite == Appetite(each=200.0, worst=5000.5)
    assert register.causes == (Cause("flood of the valley", 0.4),)
    port = register.risk("port")
    assert port is not None
    assert (port.believed, port.source) == ("low", "")


def test_confidence_without_a_source_is_low() -> None:
    text = TEXT.replace('source = "insurer, 2024"\n', "")
    forge = read_register(text).risk("forge")
    assert forge is not None
    assert (forge.confidence, forge.believed) == ("medium", "low")


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("per_year = 0.05", "per_year = -1", "risk 1 'forge'", "per_year"),
        ("per_year = 0.05", "per_year = nan", "risk 1 'forge'", "per_year"),
        ("per_year = 0.05\n", "", "risk 1 'forge'", "per_year"),
        ("per_year = 0.1", "per_year = 400", "risk 2 'port'", "per_year"),
        ("beta = 0.4", "beta = 1.4", "cause 1", "beta"),
        ('category = "transport"', 'category = "transpont"', "risk 2 'port'", "transport"),
        ("days = 14", "days = 0", "risk 2 'port'", "mean"),
        ("sd = 60", "sd = 0", "risk 1 'forge', days", "lognormal"),
        ('site = "POL:PORT"', 'harbour = "POL:PORT"', "risk 2 'port'", "strikes"),
        ('confidence = "medium"', 'confidence = "sure"', "risk 1 'forge'", "confidence"),
        ("review = 2027-01-31", 'review = "soon"', "risk 1 'forge'", "review"),
        ("owner =", "ownr =", "risk 1 'forge'", "ownr"),
        ("each = 200", 'each = "much"', "appetite", "each"),
        ('key = "port"', 'key = "forge"', "register", "forge"),
        ('name = "flood of the valley"', 'name = "flood"', "risk forge", "flood of the valley"),
        (
            'steps = ["Call the second forge", "Move the dies"]',
            "steps = []",
            "contingency",
            "steps",
        ),
        ("threshold = 7.5\n", "", "indicator 1", "threshold"),
        ("[[risk]]", "[[risk", "register", "TOML"),
    ],
)
def test_what_is_wrong_is_said_where(old: str, new: str, where: str, what: str) -> None:
    with pytest.raises(RedballError) as caught:
        read_register(TEXT.replace(old, new, 1))
    said = f"{caught.value.where} {caught.value.what} {caught.value.mend}"
    assert where in said
    assert what in said


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
rates = st.floats(0, 365, allow_subnormal=False)
days = st.one_of(
    st.builds(Duration, st.floats(0.1, 3_000)),
    st.builds(Duration, st.floats(0.1, 3_000), st.just("exponential")),
    st.builds(Duration, st.floats(0.1, 3_000), st.just("lognormal"), st.floats(0.1, 3_000)),
)
entries = st.builds(
    RiskEntry,
    key=words, title=words, category=st.sampled_from([each.key for each in categories()]),
    strikes=st.lists(
        st.tuples(st.sampled_from(["party", "site"]), words), min_size=1, max_size=4, unique=True
    ).map(lambda pairs: tuple(sorted(pairs))),
    per_year=rates, duration=days, source=words, confidence=st.sampled_from(CONFIDENCES),
    state=st.sampled_from(STATES), owner=words,
    review=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    treatments=st.lists(words, max_size=3).map(tuple),
    indicators=st.lists(
        st.builds(Indicator, words, st.floats(-1e6, 1e6), st.booleans()),
        max_size=2, unique_by=lambda each: each.name,
    ).map(tuple),
    contingency=st.lists(
        st.builds(Contingency, words, words, st.lists(words, min_size=1, max_size=3).map(tuple)),
        max_size=2,
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, max_size=4, unique_by=lambda risk: risk.key))
def test_what_is_written_is_read_back_to_the_same(risks: list[RiskEntry]) -> None:
    register = Register(tuple(risks), (), Appetite(each=3.0))
    assert read_register(write_register(register)) == register


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_register_is_refused_or_read_never_a_crash(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT)))
    length = data.draw(st.integers(0, 20))
    filler = data.draw(st.text(max_size=6))
    refused: RedballError | None = None
    try:
        read_register(TEXT[:at] + filler + TEXT[at + length :])
    except RedballError as error:
        refused = error
    assert refused is None or (refused.what and refused.where)


def test_points_keep_the_mean_and_most_of_the_spread() -> None:
    for law in (Duration(30.0, "exponential"), Duration(30.0, "lognormal", 20.0)):
        for count in (1, 3, 7, 400):
            points = law.points(count)
            mean = sum(length * share for length, share in points)
            assert math.isclose(mean, 30.0, rel_tol=1e-9)
            assert math.isclose(sum(share for _, share in points), 1.0)
        fine = law.points(4000)
        spread = math.sqrt(sum(share * (length - 30.0) ** 2 for length, share in fine))
        assert math.isclose(spread, law.sd or 30.0, rel_tol=0.01)
    assert Duration(14.0).points() == ((14.0, 1.0),)
