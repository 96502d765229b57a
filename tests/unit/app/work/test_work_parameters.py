"""Parameters of work are read with bounds, and nothing unknown is passed over."""

from pathlib import Path

import pytest

from redball.app.work import KINDS, Parameters
from redball.model import RedballError

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
    ],
    ids=lambda value: value if isinstance(value, str) else str(sorted(value))[:40],
)
def test_what_can_be_used_is_read(kind: str, given: dict[str, object], tmp_path: Path) -> None:
    assert callable(KINDS[kind].read(Parameters(given), tmp_path))


@pytest.mark.parametrize("text", ["[", "[1]", '"x"', "[" * 100_000, "null"], ids=len)
def test_parameters_that_are_no_object_are_refused(text: str) -> None:
    with pytest.raises(RedballError):
        Parameters.parse(text)
