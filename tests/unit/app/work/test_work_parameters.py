"""Parameters of work are read with bounds, and nothing unknown is passed over."""

from pathlib import Path

import pytest

from redball.app.work import KINDS, Parameters
from redball.model import RedballError
from redball.planning.scenarios import Scenario, write_scenario

BAD_EVENT = """
name = "x"
horizon_days = 9
[[event]]
what = "nothing"
target = { site = "a" }
"""
SCENARIO = '[scenario]\nname = "x"\n'


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("simulate", {"days": 0}),
        ("simulate", {"days": 1e9}),
        ("simulate", {"days": True}),
        ("simulate", {"days": "ten"}),
        ("simulate", {"days": 2.5}),
        ("simulate", {"days": float("nan")}),
        ("simulate", {"unknown": 1}),
        ("simulate", {"scenario": "no-such-scenario"}),
        ("simulate", {"scenario": "/etc/passwd"}),
        ("simulate", {"scenario": "../x.toml"}),
        ("simulate", {"scenario": "port-closed", "scenario_text": SCENARIO}),
        ("simulate", {"scenario_text": "not toml ["}),
        ("simulate", {"scenario_text": "x" * 300_000}),
        ("simulate", {"seed": -1}),
        ("simulate", {"replications": 0}),
        ("compare", {}),
        ("compare", {"scenarios": ["port-closed"] * 99}),
        ("compare", {"scenarios": [1, 2]}),
        ("compare", {"texts": "[]"}),
        ("compare", {"texts": {"a": 1}}),
        ("stress", {"pairs": 61}),
        ("stress", {"from_day": -1}),
        ("stress", {"reactions": "/etc/passwd"}),
        ("exposure", {"recovery": ["what=ever"]}),
        ("exposure", {"weight": "pounds", "pairs": -1}),
        ("optimise", {"budget": -5}),
        ("reserve", {"duration": "forever"}),
        ("reserve", {"cover": 2}),
        ("surge", {"surges": ["0:30"]}),
        ("surge", {"profile": "/etc/passwd"}),
        ("replenish", {"policy": "guess"}),
        ("replenish", {"orders_out": "/tmp"}),
    ],
    ids=lambda value: value if isinstance(value, str) else str(sorted(value))[:40],
)
def test_what_can_not_be_used_is_refused_before_it_is_queued(
    kind: str, given: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(RedballError) as refused:
        KINDS[kind].read(Parameters(given), tmp_path)
    assert refused.value.what


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("simulate", {}),
        ("simulate", {"days": "30", "replications": 2, "seed": 7}),
        ("compare", {"scenarios": ["port-closed", "winter-surge"]}),
        ("stress", {"kinds": ["site"], "pairs": 0, "one_method": "1", "from_day": 6}),
        ("exposure", {"recovery": ["site=30"]}),
        ("optimise", {"budget": 500000}),
        ("reserve", {"duration": "days:30", "budget": "1000"}),
        ("surge", {"surges": ["0:30:3"], "no_repair": "0:10", "target": 0.8}),
        ("replenish", {"policy": "base_stock", "service_level": 0.9}),
    ],
    ids=lambda value: value if isinstance(value, str) else str(sorted(value))[:40],
)
def test_what_can_be_used_is_read(kind: str, given: dict[str, object], tmp_path: Path) -> None:
    assert callable(KINDS[kind].read(Parameters(given), tmp_path))


@pytest.mark.parametrize("text", ["[", "[1]", '"x"', "[" * 100_000, "null"], ids=len)
def test_parameters_that_are_no_object_are_refused(text: str) -> None:
    with pytest.raises(RedballError):
        Parameters.parse(text)


@pytest.mark.parametrize("text", ["[", BAD_EVENT, "name = 3"], ids=["toml", "event", "name"])
def test_a_scenario_that_is_wrong_is_blamed_under_the_name_that_its_author_gave(
    text: str, tmp_path: Path
) -> None:
    with pytest.raises(RedballError) as refused:
        KINDS["compare"].read(Parameters({"texts": {"My port": text}}), tmp_path)
    assert refused.value.where.startswith("'My port'")
    assert list(tmp_path.iterdir()) == []


def test_scenarios_are_files_of_their_own_names_and_none_takes_the_place_of_another(
    tmp_path: Path,
) -> None:
    texts = [write_scenario(Scenario(name, 5)) for name in ("Hafen zu", "hafen/zu", "..")]
    given: dict[str, object] = {"texts": {str(n): text for n, text in enumerate(texts)}}
    for _ in range(2):  # asked again after an interruption
        KINDS["compare"].read(Parameters(dict(given)), tmp_path)
    KINDS["simulate"].read(Parameters({"scenario_text": texts[0]}), tmp_path)
    KINDS["simulate"].read(Parameters({"scenario_text": texts[1]}), tmp_path)
    found = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert set(found) >= {"0.toml", "1.toml", "2.toml", "hafen-zu.toml"}
    assert len(found) == 5
    assert found["hafen-zu.toml"] == texts[0]
