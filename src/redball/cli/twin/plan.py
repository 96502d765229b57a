"""``redball plan``: what to do for a budget, rehearsed."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    AnyViewerOption,
    AsOfOption,
    JsonOption,
    OutOption,
    PageOption,
    SaveOption,
    ShownOption,
    StoreOption,
    TablesOption,
    ViewerOption,
    day_of,
)
from redball.cli.twin.options import (
    CannibaliseOption,
    InputDaysOption,
    MemoryOption,
    MinutesOption,
    SeedOption,
    WorkersOption,
)

if TYPE_CHECKING:
    from redball.model import ResultLabel
    from redball.planning.goals import Goals
    from redball.risk.register import Register

group = typer.Typer(help="What to do for a budget, rehearsed; and how far it is.")

PlanArgument = Annotated[str, typer.Argument(help="Key of a plan that was kept with --save.")]


@group.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    budget: Annotated[
        str, typer.Option("--budget", help="Euro over the whole plan, such as 50M or 300k.")
    ] = "",
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    horizon: Annotated[
        str, typer.Option("--horizon", help="Length of the plan, such as 3y or 540d.")
    ] = "3y",
    tail_weight: Annotated[
        float,
        typer.Option(
            "--tail-weight",
            min=0,
            max=1,
            help="Weight of the worst futures; the rest goes to the expectation.",
        ),
    ] = 0.5,
    tail: Annotated[
        float, typer.Option("--tail", min=0.001, max=1, help="Share of futures that are the worst.")
    ] = 0.1,
    pin: Annotated[
        list[str] | None,
        typer.Option("--pin", help="Key of a treatment that must be in it; may be repeated."),
    ] = None,
    forbid: Annotated[
        list[str] | None,
        typer.Option("--forbid", help="Key of a treatment that must not; may be repeated."),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, max=10_000, help="Candidates of each kind.")
    ] = 60,
    gap: Annotated[
        float, typer.Option("--gap", min=1e-6, max=0.5, help="Gap that is to be proven.")
    ] = 0.01,
    replications: Annotated[
        int,
        typer.Option("--replications", min=2, max=10_000, help="Runs of the whole twin."),
    ] = 20,
    assumed_rate: Annotated[
        float,
        typer.Option(
            "--assumed-rate",
            min=0,
            max=365,
            help="Losses a year of a supplier hidden behind several others that no hazard names; "
            "0 for none.",
        ),
    ] = 0.02,
    assumed_days: Annotated[
        float, typer.Option("--assumed-days", min=0.1, max=36_500, help="How long it is lost.")
    ] = 90.0,
    register: Annotated[
        str,
        typer.Option(
            "--register",
            help="Risks: 'kept' for the nation's own register, 'none', or a TOML file. Hazards of "
            "the data that it does not name are there as well.",
        ),
    ] = "kept",
    baselines: Annotated[
        bool,
        typer.Option("--baselines", help="Rehearse the usual ways to spend the budget too."),
    ] = False,
    targets: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            help="TOML: readiness, days of supply, time to survive, budgets of years, room, and "
            "what nations pay (docs/reference/goals-format.md).",
        ),
    ] = None,
    appetite: Annotated[
        Path | None,
        typer.Option("--appetite", help="TOML with [appetite]: what risks may still cost."),
    ] = None,
    offers: Annotated[
        Path | None,
        typer.Option(
            "--offers",
            help="CSV: key, cost_eur, yearly_eur, lead_days, basis of treatments, in place of "
            "what is assumed.",
        ),
    ] = None,
    futures: Annotated[
        int,
        typer.Option(
            "--futures", min=0, max=10_000, help="Drawn futures run whole, hazards overlapping."
        ),
    ] = 20,
    seed: SeedOption = None,
    input_days: InputDaysOption = 30.0,
    cannibalise: CannibaliseOption = False,
    workers: WorkersOption = None,
    minutes: MinutesOption = None,
    memory_mb: MemoryOption = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Choose what to do for a budget: stock, sources, capacity, ways and help, rehearsed."""
    if context.invoked_subcommand is not None:
        return
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    wishes = app.PlanWishes(
        app.budget_of(budget),
        app.days_of(horizon),
        tail_weight,
        tail,
        most,
        gap,
        replications,
        assumed_rate,
        assumed_days,
        tuple(pin or ()),
        tuple(forbid or ()),
        *_register(register, store, viewer, as_of, tables),
        _goals(targets, appetite),
        app.offers_of(offers) if offers is not None else (),
        futures,
        app.RunOptions(seed, workers=workers, minutes=minutes, memory_mb=memory_mb),
        app.twin_options(input_days=input_days, cannibalise=cannibalise),
        baselines,
    )
    with progress_bar(quiet=json) as progress:
        answer = app.plan(app.inputs_of(store, viewer, as_of, tables), wishes, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))


def _register(
    words: str, store: str, viewer: str, as_of: datetime | str | None, tables: Path | None
) -> "tuple[Register | None, ResultLabel | None]":
    """The register that a plan is made for, and its label."""
    from redball import app
    from redball.app.register import desk_of, read_register, register

    if words == "none" or (words == "kept" and (tables is not None or as_of is not None)):
        return None, None
    if words != "kept":
        return read_register(Path(words)), None
    if not viewer:
        return None, None
    with desk_of(store) as desk:
        found = register(app.View(store, viewer), desk)
    return (found.register, found.origin.label) if found.register.risks else (None, None)


def _goals(targets: Path | None, appetite: Path | None) -> "Goals":
    """What the plan must reach and keep."""
    from dataclasses import replace

    from redball.planning.goals import Goals, read_goals
    from redball.risk.register import read_register

    goals = read_goals(targets) if targets is not None else Goals()
    if appetite is None:
        return goals
    stated = read_register(appetite).appetite
    if not stated.stated:
        from redball.model import BadData

        raise BadData(
            "The file states no appetite.", where=appetite.name,
            mend="Write [appetite] with each, at_once, together or worst.",
        )  # fmt: skip
    return replace(goals, appetite=stated)


@group.command("status")
def status(
    key: PlanArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    out: OutOption = None,
    page: PageOption = None,
    rows: ShownOption = 20,
    json: JsonOption = False,
) -> None:
    """Show how far a kept plan is: who does what by when, and what stock says."""
    from redball import app
    from redball.app.plan_following import plan_status
    from redball.app.worklist import desk_of
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    with desk_of(store) as desk, progress_bar(quiet=json) as progress:
        answer = plan_status(app.View(store, viewer), desk, key, progress)
    deliver(answer, Delivery(json, out, page, save=False, store=store, rows=rows))


@group.command("act")
def act(
    key: PlanArgument,
    action: Annotated[str, typer.Argument(help="Key of the action, as 'status' shows it.")],
    viewer: ViewerOption,
    by: Annotated[str, typer.Option("--by", help="Name of who writes this.")],
    store: StoreOption = DEFAULT_STORE,
    state: Annotated[
        str | None, typer.Option("--state", help="open, begun, done or dropped.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who looks after it.")] = None,
    due: Annotated[str | None, typer.Option("--due", help="Day by which it is done.")] = None,
    words: Annotated[str, typer.Option("--words", help="What there is to say.")] = "",
    knowing: Annotated[
        str | None,
        typer.Option("--knowing", help="Version that was read; refused when somebody wrote since."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write down who does an action of a plan, by when, and how far it is."""
    from redball import app
    from redball.app.plan_following import ActionChange, plan_act
    from redball.app.worklist import desk_of
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    change = ActionChange(state, owner, day_of(due, "due"))
    with desk_of(store) as desk:
        view = app.View(store, viewer)
        done = plan_act(view, desk, key, action, change, words, by, knowing)
    if json:
        print_json(done)
        return
    console.print(f"{safe(action)}: {safe(str(done['state']))}", soft_wrap=True)


@group.command("diff")
def diff(
    first: PlanArgument,
    second: PlanArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    out: OutOption = None,
    page: PageOption = None,
    rows: ShownOption = 20,
    json: JsonOption = False,
) -> None:
    """Show two kept plans side by side: what enters, what leaves, what changed."""
    from redball import app
    from redball.app.plan_following import plan_difference
    from redball.cli.answer_screen import Delivery, deliver

    answer = plan_difference(app.View(store, viewer), first, second)
    deliver(answer, Delivery(json, out, page, save=False, store=store, rows=rows))
