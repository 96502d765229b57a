"""The main job in one call: raw national data in, a rehearsed plan out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from redball.access.actions import Action
from redball.app.answers import Answer, keep, write_answer_report
from redball.app.demo_sharing import Sharing, share
from redball.app.doing import use_case
from redball.app.example import write_example
from redball.app.inputs import Inputs
from redball.app.packages import ImportOutcome, check, import_
from redball.app.picture import (
    FindingOptions,
    FindingsResult,
    PictureOptions,
    PictureResult,
    findings_of,
    picture_of,
    recognise,
)
from redball.app.plan import PlanWishes, plan_of
from redball.app.readiness import CurveOptions, stock_curve
from redball.app.register import desk_of, register, register_propose, register_write
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.app.replenishment import replenish
from redball.app.report import write_report
from redball.app.scenarios import CompareOptions, compare_of
from redball.app.stress import StressOptions, stress_of
from redball.app.view import View, see
from redball.model import BadUse

Progress = Callable[[str, int, int], None]

MARK = ".redball-demo"
DEMO_BUYER = "DEU"
"""Whose orders the demo lists: each nation orders for its own sites."""
DEMO_POINTS = 20
DEMO_SCENARIOS = ("port-closed", "common-supplier-lost", "winter-surge")
DEMO_BUDGET = 2e6
DEMO_CANDIDATES = 40
DEMO_STAFF = "Exercise staff"
DEMO_RUNS = 10
"""Replications of each future; the intervals stand beside the figures."""


@dataclass(frozen=True)
class ImportedPackage:
    """One nation's package on its way in."""

    path: Path
    owner: str
    title: str
    form: str
    rows: int
    errors: int
    warnings: int
    skipped: int
    score: float
    revision: int | None
    workbook: Path | None


@dataclass(frozen=True)
class DemoResult:
    """What the demo made."""

    folder: Path
    store: Path
    report: Path
    order_report: Path
    packages: tuple[ImportedPackage, ...]
    picture: PictureResult
    findings: FindingsResult
    curve: Answer
    orders: Answer
    stress_report: Path
    stress: Answer
    comparison: Answer
    sharing: Sharing
    plan: Answer | None
    plan_report: Path | None
    plan_key: str | None


@use_case(Action.REQUEST)
def demo(
    folder: Path,
    *,
    viewer: str = "XAG",
    budget: float = DEMO_BUDGET,
    progress: Progress | None = None,
) -> DemoResult:
    """Make the exercise coalition, import every package, and plan for a budget.

    Running it again makes everything anew. A folder that holds something else is left alone.

    Parameters
    ----------
    folder : Path
    viewer : str
    budget : float
        Euro over three years; 0: no plan is made.
    progress : callable, optional

    Raises
    ------
    BadUse
        ``folder`` holds something that the demo did not make.
    """
    _prepare(folder)
    store = folder / "coalition.sqlite"
    paths = write_example(folder / "packages")
    imported = []
    for number, path in enumerate(paths, start=1):
        if progress is not None:
            progress("packages", number, len(paths))
        imported.append(_take_in(path, store, folder / "errors"))
    known = recognise(see(View(str(store), viewer)), PictureOptions())
    picture = picture_of(known, PictureOptions())
    findings = findings_of(known, FindingOptions())
    inputs = Inputs(View(str(store), viewer))
    curve = stock_curve(inputs, CurveOptions(points=DEMO_POINTS), progress)
    buyer = Inputs(View(str(store), DEMO_BUYER))
    orders = replenish(buyer, progress=progress)
    report = write_report(
        known,
        picture,
        findings,
        folder / "report.html",
        title="Recognised logistics picture of the exercise coalition",
        command=f"redball demo --dir {folder}",
        answers=[curve],
    )
    order_report = write_answer_report([orders], folder / "orders.html")
    found = rehearsal(inputs, TwinOptions(), progress)
    stress, comparison = _rehearse(found, inputs, progress)
    stress_report = write_answer_report([stress, comparison], folder / "stress.html")
    planned = _planned(found, inputs, budget, progress) if budget > 0 else None
    plan_report = plan_key = None
    if planned is not None:
        plan_report = write_answer_report([planned], folder / "plan.html")
        plan_key = keep(planned, str(store))
    return DemoResult(
        folder, store, report, order_report, tuple(imported), picture, findings, curve, orders,
        stress_report, stress, comparison, share(str(store), folder), planned, plan_report,
        plan_key,
    )  # fmt: skip


def _planned(found: Rehearsal, inputs: Inputs, budget: float, progress: Progress | None) -> Answer:
    """Write what the data propose into the register, and plan against it."""
    view = inputs.view
    with desk_of(view.store) as desk:
        register_write(view, desk, register_propose(view), DEMO_STAFF)
        known = register(view, desk)
    wishes = PlanWishes(
        budget, most=DEMO_CANDIDATES, replications=DEMO_RUNS, whole_futures=DEMO_RUNS,
        register=known.register, register_label=known.origin.label,
    )  # fmt: skip
    return plan_of(found, inputs, wishes, progress)


def _rehearse(found: Rehearsal, inputs: Inputs, progress: Progress | None) -> tuple[Answer, Answer]:
    """What would hurt most, and three scenarios side by side."""
    run = RunOptions(replications=DEMO_RUNS)
    stress = stress_of(
        found, inputs, StressOptions(pairs_among=3, constraints=0, run=run), progress
    )
    comparison = compare_of(found, inputs, CompareOptions(DEMO_SCENARIOS, run=run), progress)
    return stress, comparison


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise BadUse(
            "The folder holds something that the demo did not make.",
            where=str(folder),
            mend="Name another one with --dir.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by redball demo; made anew at each run.\n")
    for name in ("coalition.sqlite", "coalition.sqlite-wal", "coalition.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    for name in ("coalition.sqlite.desk", "coalition.desk.sqlite"):
        (folder / name).unlink(missing_ok=True)
    keys = folder / "coalition.sqlite.keys"
    if keys.is_dir():  # of the exercise: the next one has keys of its own
        rmtree(keys)


def _take_in(path: Path, store: Path, errors: Path) -> ImportedPackage:
    errors.mkdir(exist_ok=True)
    checked = check(path, store=str(store), workbook=errors / f"{path.stem}-errors.xlsx")
    outcome = import_(path, store=str(store), skip_bad_rows=True)
    return _line(path, outcome, checked.workbook)


def _line(path: Path, outcome: ImportOutcome, workbook: Path | None) -> ImportedPackage:
    counts = outcome.check.counts
    return ImportedPackage(
        path=path,
        owner=outcome.check.owner,
        title=path.name,
        form=_form(path),
        rows=counts["rows"],
        errors=counts["errors"],
        warnings=counts["warnings"],
        skipped=sum(t.rows_skipped for t in outcome.check.tables.values()),
        score=outcome.check.score.overall,
        revision=outcome.result.revision if outcome.result else None,
        workbook=workbook,
    )


def _form(path: Path) -> str:
    if path.is_file():
        return path.suffix.lstrip(".")
    suffixes = {p.suffix.lstrip(".") for p in path.iterdir() if p.name.count(".")}
    return ", ".join(sorted(suffixes - {"toml"}))
