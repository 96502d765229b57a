"""Published and independently computed cases of sparing: g01, g03, g04, g05, g06, g08, g19."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redball.stock.backorders import backorders
from redball.stock.sparing import (
    Applications,
    Evaluation,
    SparingProblem,
    Structure,
    availability,
    check_repair_capacity,
    evaluate,
    evaluate_exact,
    linear_availability,
    repair_queue,
    sparing_problem,
)


def case(reference: Path, name: str) -> Any:
    """A reference file, by the start of its name."""
    (path,) = (reference / "inventory").glob(f"{name}_*.json")
    return json.loads(path.read_text())


def by(model: str, problem: SparingProblem, stock: Any) -> Evaluation:
    if model == "exact":
        return evaluate_exact(problem, stock)
    return evaluate(problem, stock, model="metric" if model == "metric" else "vari-metric")


@pytest.mark.parametrize("law", ["poisson", "negbin"])
def test_g01_backorders_and_service_rates(reference: Path, law: str) -> None:
    rows = case(reference, "g01")[law]
    assert len(rows) == {"poisson": 42, "negbin": 20}[law]
    mean = np.array([row["mean"] for row in rows])
    ratio = np.array([row.get("vmr", 1.0) for row in rows])
    found = backorders(mean, mean * ratio, [row["s"] for row in rows])
    given = {
        "ebo": found.ebo,
        "var_bo": found.vbo,
        "fill_rate": found.fill_rate,
        "ready_rate": found.ready_rate,
    }
    names = [name for name in given if name in rows[0]]
    assert names == {"poisson": list(given), "negbin": ["ebo", "var_bo"]}[law]
    for name in names:
        assert given[name] == pytest.approx([row[name] for row in rows], rel=1e-10, abs=0), name


def five_bases(inputs: Any) -> SparingProblem:
    n = inputs["bases"]
    return sparing_problem(
        supplier=[-1] + [0] * n,
        demand=[[0.0] + [inputs["demand_per_year"]] * n],
        repaired=[[1.0] + [inputs["prob_base_repair"]] * n],
        repair_days=[[inputs["depot_repair_time_years"]] + [inputs["base_repair_time_years"]] * n],
        ship_days=[[0.0] + [inputs["order_ship_time_years"]] * n],
    )


@pytest.mark.parametrize("model", ["metric", "vari_metric", "exact"])
def test_g03_best_split_of_every_total(reference: Path, model: str) -> None:
    data = case(reference, "g03")
    problem, bases = five_bases(data["inputs"]), data["inputs"]["bases"]
    for row in data[f"{model}_best_split"]["rows"]:
        splits = {}
        for depot in range(row["total_stock"] + 1):
            each, more = divmod(row["total_stock"] - depot, bases)
            stock = [[depot] + [each + (j < more) for j in range(bases)]]
            splits[depot] = float(by(model, problem, stock).ebo[0, 1:].sum())
        best = min(splits, key=lambda depot: splits[depot])
        assert best == row["depot"]
        assert splits[best] == pytest.approx(row["ebo"], abs=1e-9)


def test_g03_depot(reference: Path) -> None:
    data = case(reference, "g03")
    problem = five_bases(data["inputs"])
    for stock, ebo in data["derived"]["depot_ebo"].items():
        found = evaluate(problem, [[int(stock), 0, 0, 0, 0, 0]])
        assert found.rate[0, 0] == pytest.approx(data["derived"]["depot_demand"], abs=1e-9)
        assert found.mean[0, 0] == pytest.approx(data["derived"]["depot_pipeline"], abs=1e-9)
        assert found.ebo[0, 0] == pytest.approx(ebo, abs=1e-9)


@pytest.mark.parametrize("model", ["metric", "vari_metric", "exact"])
def test_g04_two_outlets(reference: Path, model: str) -> None:
    data = case(reference, "g04")
    inputs = data["inputs"]
    problem = sparing_problem(
        supplier=[-1, 0, 0],
        demand=[[0.0, *inputs["demand"]]],
        repaired=[[1.0, 0.0, 0.0]],
        repair_days=[[inputs["depot_resupply"], 0.0, 0.0]],
        ship_days=[[0.0, *inputs["route_time"]]],
    )
    assert len(data["rows"]) == 28
    for row in data["rows"]:
        found = by(model, problem, [[row["sdepot"], *row["soutlet"]]])
        assert found.ebo[0, 1:].sum() == pytest.approx(row[f"tback_{model}"], rel=1e-10)
        assert found.ebo[0, 0] / 0.2 == pytest.approx(row["ewt0"], rel=1e-10)


def test_g05_two_echelons_and_how_far_the_approximations_are_off(reference: Path) -> None:
    data = case(reference, "g05")
    off = {"metric": 0.0, "vari_metric": 0.0}
    worst = dict(off)
    count = 0
    for row in data["cases"]:
        inputs = row["inputs"]

        def of(name: str, inputs: Any = inputs) -> list[float]:
            return [float(value) for value in inputs[name]]

        problem = sparing_problem(
            supplier=[-1] + [0] * len(inputs["lam"]),
            demand=[[0.0, *of("lam")]],
            repaired=[[1.0, *of("r")]],
            repair_days=[[float(inputs["depot_repair"]), *of("base_repair")]],
            ship_days=[[0.0, *of("ship")]],
        )
        stock = [[inputs["s0"], *inputs["s"]]]
        found = {model: by(model, problem, stock) for model in (*off, "exact")}
        depot = [found["exact"].mean[0, 0], found["exact"].ebo[0, 0], found["exact"].vbo[0, 0]]
        assert depot == pytest.approx([row["depot"][k] for k in ("pipeline", "ebo", "var_bo")])
        for j, base in enumerate(row["bases"], start=1):
            count += 1
            assert found["vari_metric"].mean[0, j] == pytest.approx(base["mean"], abs=1e-9)
            assert found["vari_metric"].variance[0, j] == pytest.approx(base["var"], abs=1e-9)
            for model, evaluation in found.items():
                assert evaluation.ebo[0, j] == pytest.approx(base[model], abs=1e-9)
            for model in off:
                difference = abs(float(found[model].ebo[0, j]) - base["exact"])
                off[model] += difference
                worst[model] = max(worst[model], difference / base["exact"])
    assert count == 27
    # the figures that docs/concepts/sparing.md states
    assert off == pytest.approx({"metric": 0.520, "vari_metric": 0.055}, abs=5e-4)
    assert worst == pytest.approx({"metric": 0.38, "vari_metric": 0.012}, abs=5e-3)


def test_g06_two_indentures(reference: Path) -> None:
    """Items: the LRU and its two SRUs; sites: the depot and two bases."""
    for row in case(reference, "g06")["cases"]:
        inputs, wanted = row["inputs"], row["expected"]
        problem = sparing_problem(
            supplier=[-1, 0, 0],
            demand=[[0.0, *inputs["m0"]], [0.0] * 3, [0.0] * 3],
            repaired=[
                [1.0, *inputs["r0"]],
                *([1.0, *(base[i] for base in inputs["r_sru"])] for i in range(2)),
            ],
            repair_days=[
                [inputs["T0_depot"], *inputs["T0_base"]],
                *(
                    [inputs["T_sru_depot"][i], *(base[i] for base in inputs["T_sru_base"])]
                    for i in range(2)
                ),
            ],
            ship_days=[[0.0, *inputs["O"]]],
            structure=Structure(
                np.array([0, 0], np.int32),
                np.array([1, 2], np.int32),
                np.array([[inputs["q_depot"][i], *(b[i] for b in inputs["q"])] for i in range(2)]),
            ),
            applications=Applications(
                np.array([0], np.int32),
                np.array([0], np.int32),
                np.array([float(inputs["qpa"])]),
                np.array([float(inputs["qpa"])]),
                np.ones(1),
            ),
            systems=[[0, *inputs["aircraft"]]],
        )
        stock = [
            [inputs["s_lru_depot"], *inputs["s_lru_base"]],
            *(
                [inputs["s_sru_depot"][i], *(base[i] for base in inputs["s_sru_base"])]
                for i in range(2)
            ),
        ]
        found, poisson = evaluate(problem, stock), evaluate(problem, stock, model="metric")

        def is_(value: Any, wish: Any) -> None:
            assert value == pytest.approx(wish, abs=1e-9)

        is_(found.rate[0, 0], wanted["m00"])
        for i, sru in enumerate(wanted["sru_depot"], start=1):
            is_(found.rate[i, 0], sru["demand"])
            is_([found.ebo[i, 0], found.vbo[i, 0]], [sru["ebo"], sru["var_bo"]])
        lru = wanted["lru_depot"]
        is_([found.mean[0, 0], found.variance[0, 0]], [lru["mean"], lru["var"]])
        is_([found.ebo[0, 0], found.vbo[0, 0]], [lru["ebo"], lru["var_bo"]])
        for j, base in enumerate(wanted["bases"], start=1):
            for i, sru in enumerate(base["sru"], start=1):
                is_([found.mean[i, j], found.variance[i, j]], [sru["mean"], sru["var"]])
                is_([found.ebo[i, j], found.vbo[i, j]], [sru["ebo"], sru["var_bo"]])
            is_([found.mean[0, j], found.variance[0, j]], [base["lru_mean"], base["lru_var"]])
            is_(found.ebo[0, j], base["lru_ebo"])
            is_(found.availability[0, j], base["availability"])
            is_(
                backorders(found.mean[0, j], None, stock[0][j]).ebo,
                base["lru_ebo_poisson_at_same_mean"],
            )
            assert poisson.ebo[0, j] < found.ebo[0, j]


def test_g08_finite_repair(reference: Path) -> None:
    rows = case(reference, "g08")["cases"]
    for row in rows:
        inputs = row["inputs"]
        found = repair_queue(
            inputs["rate"], 1 / inputs["service"], inputs["servers"], inputs["stock"]
        )
        wanted = [row[k] for k in ("utilisation", "mean_in_repair", "ebo", "fill_rate")]
        assert [
            float(found.utilisation),
            float(found.mean_in_repair),
            float(found.ebo),
            float(found.fill_rate),
        ] == pytest.approx(wanted, abs=1e-9)
        assert float(found.ebo_if_ample) == pytest.approx(row["ebo_if_ample"], abs=1e-9)


def test_g08_by_the_check_of_a_whole_problem(reference: Path) -> None:
    """The same through check_repair_capacity: one site that repairs all."""
    for row in case(reference, "g08")["cases"]:
        inputs = row["inputs"]
        problem = sparing_problem(
            supplier=[-1], demand=[[inputs["rate"]]], repair_days=1 / inputs["service"]
        )
        evaluation = evaluate(problem, inputs["stock"])
        (limit,) = check_repair_capacity(problem, inputs["servers"], evaluation).limits
        assert limit.utilisation == pytest.approx(row["utilisation"], abs=1e-9)
        assert limit.ebo == pytest.approx(row["ebo"], abs=1e-9)
        assert limit.ebo_if_ample == pytest.approx(row["ebo_if_ample"], abs=1e-9)


def test_g19_availability(reference: Path) -> None:
    for row in case(reference, "g19")["cases"]:
        items = row["inputs"]["items"]
        places = np.array([float(item["qpa"]) for item in items])
        index = np.arange(len(items), dtype=np.int32)
        problem = sparing_problem(
            supplier=[-1],
            demand=[[0.1]] * len(items),
            repair_days=1.0,
            systems=[[row["inputs"]["aircraft"]]],
            applications=Applications(
                index, np.zeros_like(index), places, places, np.ones(len(items))
            ),
        )
        ebo = np.array([[item["ebo"]] for item in items])
        rate = np.full_like(ebo, 0.1)
        assert availability(problem, ebo, rate=rate)[0, 0] == pytest.approx(
            row["availability_no_cannibalisation"], abs=1e-10
        )
        assert linear_availability(problem, ebo, rate=rate)[0, 0] == pytest.approx(
            row["linear_approx"], abs=1e-10
        )
