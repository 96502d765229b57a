"""simulate, stress and scenario as a user calls them: answers, files, limits, kills, bad input."""

import csv
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
FEW = ("--kind", "nation", "--pairs", 0, "--constraints", 0, "--one-method", "--days", 120)
SCENARIO = """\
name = "port lost"
horizon_days = 60
seed = 7
replications = 3
[[event]]
name = "port"
what = "loss"
target = {{ {target} }}
from_day = 10
for_days = {days}
"""


@pytest.fixture(scope="module")
def run(here: Any) -> Any:
    """Answers are looked at here, not processes."""
    return here


@pytest.fixture(scope="module")
def seen(demo: tuple[Path, dict[str, Any]]) -> tuple[object, ...]:
    """What every call is about: the coalition of the demo."""
    return "--store", demo[0] / "coalition.sqlite", "--viewer", "XAG"


def _answer(run: Run, *words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def _scenario(folder: Path, target: str = 'site = "XAG:PORT-GDANSK"', days: str = "5") -> Path:
    path = folder / "own.toml"
    path.write_text(SCENARIO.format(target=target, days=days), encoding="utf-8")
    return path


def test_a_run_is_told_in_names_and_figures_with_units(
    run: Run, seen: tuple[object, ...], tmp_path: Path
) -> None:
    log, page = tmp_path / "log.csv", tmp_path / "page.html"
    found = _answer(
        run, "simulate", *seen, "--days", 40, "--replications", 3, "--log", log, "--report", page,
        "--out", tmp_path / "out", "--stocks", 2,
    )  # fmt: skip

    share = found["figures"]["readiness, share of systems up"]
    assert 0 < share <= 1
    assert f"{share:.1%} of" in found["said"][0]
    row = found["tables"]["shortages"][0]
    assert row["item_name"] != row["item"]
    assert f"{row['item_name']} at {row['node_name']}" in " ".join(found["said"])
    assert {r["day"] for r in found["tables"]["readiness_by_day"]} == set(range(40))
    by_day = found["tables"]["stock_by_day"]
    assert len({(r["item"], r["node"]) for r in by_day}) == 2
    with log.open(encoding="utf-8") as lines:
        events = list(csv.DictReader(lines))
    assert {"demanded", "failed", "ordered", "received"} <= {e["kind"] for e in events}
    days = [float(e["day"]) for e in events]
    assert days == sorted(days)
    assert 0 <= days[0] <= days[-1] < 40
    assert "<svg" in page.read_text(encoding="utf-8")
    assert (tmp_path / "out" / "readiness.csv").exists()


def test_what_a_network_lacks_is_said_and_it_runs(run: Run, seen: tuple[object, ...]) -> None:
    found = _answer(run, "simulate", *seen, "--days", 20, "--replications", 2)
    said = " ".join(found["said"])
    assert "The horizon of 20 days ends before" in said
    assert "Nothing supplies what is asked for here" in said
    assert "NOR:N-HEATER" not in said  # by its name for readers


def test_a_scenario_brings_its_own_seed_days_and_runs(
    run: Run, seen: tuple[object, ...], tmp_path: Path
) -> None:
    path = _scenario(tmp_path, 'site = "Port of Gdańsk"')
    found = _answer(run, "simulate", *seen, "--scenario", path)
    given = found["origin"]["parameters"]
    assert (given["seed"], given["replications"], given["days"]) == (7, 3, 60)
    assert found["tables"]["what_happens"][0]["from_day"] == 10
    other = _answer(
        run, "simulate", *seen, "--scenario", path, "--seed", 8, "--days", 30, "--replications", 2
    )["origin"]["parameters"]
    assert (other["seed"], other["replications"], other["days"]) == (8, 2, 30)


def test_losses_are_ranked_with_intervals_and_kept(
    run: Run, seen: tuple[object, ...], tmp_path: Path
) -> None:
    page = tmp_path / "stress.html"
    found = _answer(
        run, "stress", *seen, "--only", "site=XAG:PORT-GDANSK", "--only", "country=DEU",
        "--together", "both ports: site=XAG:PORT-GDANSK, site=Port of Rostock", "--days", 150,
        "--replications", 3, "--constraints", 1, "--report", page, "--save",
    )  # fmt: skip
    ranking = found["tables"]["ranking"]
    assert {(r["kind"], r["title"]) for r in ranking} >= {("country", "DEU")}
    lost = [r["lost_readiness_days"] for r in ranking]
    assert lost == sorted(lost, reverse=True)
    assert all(r["low"] <= r["lost_readiness_days"] <= r["high"] for r in ranking)
    text = page.read_text(encoding="utf-8")
    assert "Resilience curve of the worst loss" in text
    assert "Lost readiness-days" in text
    kept = _answer(run, "store", "results", *seen, "--kind", "stress")
    assert found["kept_as"] in json.dumps(kept)


def test_the_same_whoever_does_the_work(run: Run, seen: tuple[object, ...]) -> None:
    """One worker, two, or a cluster."""
    ways = (("--workers", 1), ("--workers", 2))
    first, *others = [
        _answer(run, "stress", *seen, *FEW, "--replications", 2, *way) for way in ways
    ]
    assert all(other == first for other in others)


def test_the_same_on_a_cluster(process: Run, seen: tuple[object, ...]) -> None:
    pytest.importorskip("ray")
    words = ("simulate", *seen, "--days", 30, "--replications", 4)
    assert _answer(process, *words, "--ray", "local", "--workers", 2) == _answer(process, *words)


def test_killed_work_goes_on_and_ends_the_same(
    process: Run, seen: tuple[object, ...], tmp_path: Path
) -> None:
    words = ("stress", *seen, *FEW, "--replications", 4, "--workers", 1, "--json")
    journal = tmp_path / "journal"
    command = [str(Path(sys.executable).parent / "redball"), *map(str, words)]
    whole = process(*words)
    assert whole.returncode == 0, whole.stderr
    luck = random.Random(4)
    for _ in range(2):
        with subprocess.Popen(
            [*command, "--journal", str(journal)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as work:
            began = time.monotonic()
            while not journal.exists() and work.poll() is None and time.monotonic() < began + 60:
                time.sleep(0.02)
            time.sleep(luck.uniform(0.0, 0.6))
            work.send_signal(signal.SIGKILL)
    resumed = process(*words, "--journal", journal)
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == whole.stdout


def test_an_interrupted_run_writes_nothing(seen: tuple[object, ...], tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "redball"
    out, journal = tmp_path / "out", tmp_path / "journal"
    words = ("stress", *seen, "--replications", 500, "--out", out, "--journal", journal)
    with subprocess.Popen(
        [str(command), *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as work:  # fmt: skip
        began = time.monotonic()
        while not journal.exists() and work.poll() is None and time.monotonic() < began + 60:
            time.sleep(0.02)
        time.sleep(0.5)
        work.send_signal(signal.SIGINT)
        shown, told = work.communicate(timeout=60)
    assert work.returncode == 130, told
    assert "Interrupted" in told
    assert "Traceback" not in told
    assert shown == ""
    assert not out.exists()


def test_futures_stand_side_by_side(run: Run, seen: tuple[object, ...], tmp_path: Path) -> None:
    found = _answer(
        run, "scenario", "compare", "winter-surge", _scenario(tmp_path), *seen, "--days", 90,
        "--replications", 3,
    )  # fmt: skip
    futures = {row["future"] for row in found["tables"]["figures"]}
    assert futures == {"undisturbed", "winter-surge", "port lost"}
    assert "The horizon of 270 days" not in " ".join(found["said"])
    common = [said for said in found["said"] if "Nothing supplies" in said]
    assert len(common) == 1  # what all futures lack is said once
    row = found["tables"]["reasons"][0]
    assert row["where_name"] != row["where"]


def test_ready_scenarios_are_listed_and_shown(run: Run, tmp_path: Path) -> None:
    names = [row["name"] for row in _answer(run, "scenario", "list")["scenarios"]]
    assert {"port-closed", "winter-surge", "two-at-once"} <= set(names)
    for name in names:
        shown = run("scenario", "show", name)
        assert shown.returncode == 0
        path = tmp_path / f"{name}.toml"
        path.write_text(shown.stdout, encoding="utf-8")
        assert run("scenario", "show", path).stdout == shown.stdout


BAD = {
    "no such site": ('site = "XAG:PORT-GDANSKK"', "5", 3, "Did you mean 'XAG:PORT-GDANSK'"),
    "negative duration": ('site = "XAG:PORT-GDANSK"', "-5", 3, "'for_days' is -5"),
    "not a number": ('site = "XAG:PORT-GDANSK"', "nan", 3, "'for_days' is nan"),
    "no mean": (
        'site = "XAG:PORT-GDANSK"', '{ law = "lognormal", sd_days = 3 }', 3, "needs 'mean_days'",
    ),
    "no such kind": ('moon = "XAG:PORT-GDANSK"', "5", 3, "moon"),
    "nothing hit": ("site = []", "5", 3, "target"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "-"))
def test_bad_scenarios(run: Run, seen: tuple[object, ...], tmp_path: Path, case: str) -> None:
    target, days, code, message = BAD[case]
    done = run("simulate", *seen, "--scenario", _scenario(tmp_path, target, days))
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


REFUSED: dict[str, tuple[tuple[object, ...], int, str]] = {
    "scenario": (("simulate", "--scenario", "port-close"), 2, "port-closed"),
    "no file": (("simulate", "--scenario", "absent.toml"), 2, "can't be read"),
    "no days": (("simulate", "--days", 0), 2, "greater than or equal to 1"),
    "log nowhere": (("simulate", "--log", "/absent/log.csv"), 2, "log can't be written"),
    "journal nowhere": (
        ("simulate", "--journal", "/absent/j", "--replications", 2), 2, "does not exist",
    ),
    "time": (("stress", *FEW, "--minutes", 0.001), 2, "minutes of time"),
    "memory": (("simulate", "--memory-mb", 20), 2, "MB of memory"),
    "kind": (("stress", "--kind", "moon"), 2, "Kinds: site"),
    "empty set": (("stress", "--together", "both: "), 2, "is no set"),
    "empty name": (("stress", "--only", "site="), 2, "KIND=NAME"),
    "unknown site": (("stress", "--only", "site=XAG:PORT-GDANSKK"), 2, "XAG:PORT-GDANSK"),
    "too late": (("stress", "--from-day", 300, "--days", 270), 2, "before the horizon ends"),
    "twice": (("scenario", "compare", "port-closed", "port-closed"), 2, "named twice"),
    "nothing": (("scenario", "compare", "undisturbed"), 2, "nothing to compare"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.replace(" ", "-"))
def test_refused(run: Run, seen: tuple[object, ...], case: str) -> None:
    words, code, message = REFUSED[case]
    done = run(*words, *seen)
    assert done.returncode == code, done.stderr
    # the frame of a usage error may break a sentence
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_store(run: Run, tmp_path: Path) -> None:
    done = run("simulate", "--store", tmp_path / "absent.sqlite", "--viewer", "XAG")
    assert done.returncode == 4


def test_policies_that_would_never_end_are_bad_data(run: Run, tmp_path: Path) -> None:
    """Sites that resupply each other, and an order that fills up below where it begins."""
    tables = {
        "nation": "key,name,kind,country,currency\nOWN,Own,nation,DEU,EUR\n",
        "site": "key,name,kind,country\nBASE,Base,base,DEU\nDEPOT,Depot,depot,DEU\n",
        "item": "key,name,supply_class,unit_of_issue\nLAMP,Lamp,NATO:II,EA\n",
        "resupply": "site,from_site,ship_days\nBASE,DEPOT,0\nDEPOT,BASE,0\n",
        "policy": "site,item,kind,reorder_point,order_up_to\nBASE,LAMP,reorder_up_to,9,4\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    done = run("simulate", "--tables", tmp_path)
    assert done.returncode == 3, done.stderr
    assert "resupplied by itself" in done.stderr
    assert "reorder point is not below" in done.stderr


def test_a_viewer_without_systems_is_answered(run: Run, seen: tuple[object, ...]) -> None:
    found = _answer(run, "simulate", *seen[:-1], "EST", "--days", 20)
    assert found["figures"]["systems"] == 0
    assert 0 <= found["figures"]["share of demand filled at once"] <= 1
