"""The reader takes what the format says, and names place and remedy for what it does not."""

from pathlib import Path

import pytest

from redball.model import BadData, BadUse, UnsafeFile
from redball.planning.scenarios import (
    After,
    Event,
    Expedite,
    Print,
    Recovery,
    Scenario,
    Target,
    Time,
    read_scenario,
    write_scenario,
)

HEAD = 'name = "s"\nhorizon_days = 30\n'
EVENT = '[[event]]\nwhat = "loss"\ntarget = { site = "PORT" }\n'

FULL = """
name = "Everything"
description = "two\\nlines"
horizon_days = 90
seed = 7
precision = 0.02

[[event]]
name = "port"
what = "loss"
target = { site = ["B", "A"], mode = "sea" }
where = { nation = "DEU" }
from_day = { law = "uniform", low_days = 1, high_days = 3 }
for_days = { law = "gamma", mean_days = 30, sd_days = 8 }
lost = 0.75
recovery = { shape = "linear", days = { law = "exponential", mean_days = 9 } }
chance = 0.5
draw = "each"

[[event]]
what = "cyber"
target = { nation = "POL" }
after = { event = "port", since = "end", lag_days = 2 }
for_days = 5
frozen = ["reports"]

[[reaction]]
how = "expedite"
below_share = 0.5
at = { item = "RING" }

[[reaction]]
how = "print"
at = { item = "RING", site = "BASE" }
per_day = 2
lead_days = { law = "erlang", mean_days = 3, phases = 2 }
"""


def test_every_key_is_read() -> None:
    port = Event(
        "port", "loss", (Target("site", "A"), Target("site", "B"), Target("mode", "sea")),
        from_day=Time(law="uniform", low_days=1, high_days=3),
        for_days=Time(30, "gamma", sd_days=8), lost=0.75,
        recovery=Recovery("linear", Time(9, "exponential")), chance=0.5, draw="each",
        where=(Target("nation", "DEU"),),
    )  # fmt: skip
    cyber = Event("event 2", "cyber", (Target("nation", "POL"),), for_days=Time(5),
                  after=After("port", "end", Time(2)), frozen=("reports",))  # fmt: skip
    ring = Target("item", "RING")
    expected = Scenario(
        "Everything", 90, (port, cyber),
        (Expedite(below_share=0.5, at=(ring,)),
         Print(at=(ring, Target("site", "BASE")), per_day=2, lead=Time(3, "erlang", phases=2))),
        seed=7, precision=0.02, description="two\nlines",
    )  # fmt: skip
    assert read_scenario(FULL) == expected
    assert read_scenario(write_scenario(expected)) == expected


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("", "scenario", "'name' is missing"),
        ("name = 3", "scenario", "'name' must be a text"),
        ('name = "s"', "scenario", "'horizon_days' is missing"),
        ('name = "s"\nhorizon_days = "9"', "scenario", "Give a whole number"),
        (HEAD + "horizon = 3", "scenario", "Did you mean 'horizon_days'"),
        (HEAD + "event = 3", "scenario", "'event' must be a list"),
        (HEAD + "event = [3]", "scenario, event 1", "A table is needed"),
        (HEAD + "seed = -1", "scenario", "'seed' is -1"),
        (HEAD + "precision = nan", "scenario", "'precision' is nan"),
        (HEAD + "= 3", "scenario", "not TOML"),
        (HEAD + "x = " + "9" * 1900 + "\n", "scenario", "not a key"),
        (HEAD + "seed = 0x" + "f" * 1900, "scenario", "'seed' is a very large number"),
        (HEAD + "[[event]]\nwhat = 'loss'", "scenario, event 1 'event 1'", "'target' is missing"),
        (HEAD + EVENT + "form_day = 3", "event 1", "Did you mean 'from_day'"),
        (HEAD + EVENT + "from_day = -3", "event 1 'event 1', from_day", "'from_day' is -3"),
        (HEAD + EVENT + "for_days = -3", "for_days", "'for_days' is -3"),
        (HEAD + EVENT + "for_days = inf", "for_days", "'for_days' is inf"),
        (HEAD + EVENT + "for_days = '3'", "for_days", "must be a number"),
        (HEAD + EVENT + "for_days = {law='gamma', sd_days=3}", "for_days", "needs 'mean_days'"),
        (HEAD + EVENT + "for_days = {mean_days=3}", "for_days", "'law' is missing"),
        (HEAD + EVENT + "for_days = {law='fixed', mean_days=3, x=1}", "for_days", "not a key"),
        (HEAD + EVENT + "chance = 2", "event 1", "'chance' is 2"),
        (HEAD + EVENT + "where = 'DEU'", "event 1 'event 1', where", "written by kind"),
        (HEAD + EVENT + "where = {lane = 'X'}", "event 1", "can't name a lane"),
        (HEAD + EVENT + "recovery = {shape = 'line'}", "recovery", "Did you mean 'linear'"),
        (HEAD + EVENT + "for_days=1\nrecovery = {shape='steps', steps=[3]}", "recovery", "a step"),
        (HEAD + EVENT + "after = {event = 'x'}", "scenario", "no event"),
        (HEAD + EVENT + "after = {event = 'x', sinse = 'end'}", "after", "Did you mean 'since'"),
        (HEAD + EVENT.replace("site", "sight"), "target", "Did you mean 'site'"),
        (HEAD + EVENT.replace('"PORT"', "3"), "target", "must be a text"),
        (HEAD + EVENT.replace('"PORT"', "[]"), "event 1", "about nothing"),
        (HEAD + EVENT.replace("loss", "los"), "event 1", "Did you mean 'loss'"),
        (HEAD + EVENT + EVENT.replace("what", "name = 'event 1'\nwhat"), "scenario", "Two events"),
        (HEAD + "[[reaction]]\nhow = 'rerout'", "reaction 1", "Did you mean 'reroute'"),
        (HEAD + "[[reaction]]\nhow = 'reroute'\ndelay = 3", "reaction 1", "'delay_days'"),
        (HEAD + "[[reaction]]\nhow = 'reroute'\ndelay_days = inf", "reaction 1", "is inf"),
        (HEAD + "[[reaction]]\nhow = 'reroute'\ndelay_days = -1", "reaction 1", "is -1"),
        (HEAD + "[[reaction]]\nhow = 'expedite'", "reaction 1", "needs a level"),
        (HEAD + "[[reaction]]\nhow = 'print'", "reaction 1", "names no item"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, where: str, says: str) -> None:
    with pytest.raises(BadData) as caught:
        read_scenario(text)
    assert where in caught.value.where
    assert says in str(caught.value)
    assert caught.value.mend


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "#" * 300_000,
        HEAD + "x = " + "." * 2_100,
        HEAD + ("a." * 900 + "a = 1\n") * 40,
        HEAD + "x = " + "[\n" * 30_000,
        HEAD + "x = " + "[" * 20 + "]" * 20,
        HEAD + "x = [\n" + "1,\n" * 30_000 + "]",
        HEAD + "[[event]]\n" * 201,
    ],
)
def test_what_would_take_long_is_refused_before_it_does(text: str) -> None:
    with pytest.raises(UnsafeFile):
        read_scenario(text)


def test_files_are_read_and_their_faults_told(tmp_path: Path) -> None:
    path = tmp_path / "storm.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + EVENT).replace("\n", "\r\n").encode())
    assert read_scenario(path).events[0].targets == (Target("site", "PORT"),)
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(BadData, match="UTF-8"):
        read_scenario(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(UnsafeFile, match="larger"):
        read_scenario(path)
    with pytest.raises(BadUse, match="can't be read"):
        read_scenario(tmp_path / "none.toml")
    with pytest.raises(BadUse, match="can't be read"):
        read_scenario(tmp_path)


def test_a_scenario_too_large_to_be_read_again_is_not_written() -> None:
    names = tuple(Target("site", f"{n}" + "x" * 190) for n in range(200))
    events = tuple(Event(f"e{n}", "loss", names) for n in range(20))
    with pytest.raises(UnsafeFile, match="larger"):
        write_scenario(Scenario("s", 30, events))
