"""Long work on plans: one plan under one budget, and what the risks of the register cost."""

from pathlib import Path

from redball.app.answers import Answer, Progress
from redball.app.inputs import Inputs
from redball.app.plan import PlanWishes, budget_of, days_of, plan
from redball.app.plan_wishes import offers_in
from redball.app.register import ExposureWishes, desk_of, register, register_exposure
from redball.app.rehearsal import RunOptions
from redball.app.work.limits import MINUTES
from redball.app.work.parameters import Parameters, Runs
from redball.model import ResultLabel
from redball.planning.goals import Goals, read_goals
from redball.risk.register import Register

_MOST = 2_000


def read_plan(given: Parameters, folder: Path) -> Runs:
    """Parameters of ``redball plan``; goals as their TOML text. The nation's register counts."""
    del folder
    with given.all_of_them():
        budget = budget_of(given.text("budget") or "")
        days = days_of(given.text("horizon") or "3y")
        goals, offers = given.text("goals"), given.text("offers")
        most, replications = given.whole("most", 1, _MOST), given.whole("replications", 2, 1_000)
        futures = given.whole("futures", 0, 1_000)
        tail = given.number("tail_weight", 0, 1)
        wishes = PlanWishes(
            budget, days,
            tail_weight=0.5 if tail is None else tail,
            most=60 if most is None else most,
            replications=20 if replications is None else replications,
            pin=given.texts("pin"), forbid=given.texts("forbid"),
            goals=read_goals(goals) if goals else Goals(),
            edits=offers_in(offers.splitlines(), "offers") if offers else (),
            baselines=given.yes("baselines"),
            whole_futures=20 if futures is None else futures,
            run=RunOptions(seed=given.whole("seed", 0, 2**53), minutes=MINUTES),
        )  # fmt: skip

    def run(inputs: Inputs, progress: Progress | None) -> Answer:
        from dataclasses import replace

        known, label = _register(inputs)
        return plan(inputs, replace(wishes, register=known, register_label=label), progress)

    return run


def read_register_exposure(given: Parameters, folder: Path) -> Runs:
    """Parameters of ``redball risk register analyse``."""
    del folder
    with given.all_of_them():
        replications = given.whole("replications", 2, 1_000)
        wishes = ExposureWishes(
            20 if replications is None else replications,
            RunOptions(seed=given.whole("seed", 0, 2**53), minutes=MINUTES),
        )

    def run(inputs: Inputs, progress: Progress | None) -> Answer:
        known, label = _register(inputs)
        return register_exposure(inputs, known or Register(), wishes, progress, label=label)

    return run


def _register(inputs: Inputs) -> tuple[Register | None, ResultLabel | None]:
    """The register of whoever asks; none for a past moment."""
    if inputs.tables is not None or inputs.view.as_of is not None:
        return None, None
    with desk_of(inputs.view.store) as desk:
        found = register(inputs.view, desk)
    return (found.register, found.origin.label) if found.register.risks else (None, None)
