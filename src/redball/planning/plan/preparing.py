"""Candidates and their effects, found once: what every choice on the same data starts from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from redball.model import BadUse
from redball.model.running import InOrder, Runner
from redball.planning.goals.binding import bound, tests_of
from redball.planning.plan.options import PlanOptions
from redball.planning.plan.risks import Risk
from redball.planning.portfolio.choosing import Question
from redball.planning.portfolio.effects import NOTHING, WAITS, Effects
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.portfolio.solving import Planner
from redball.planning.portfolio.worth import Worth, worth_of
from redball.planning.targets import Targets
from redball.planning.treatments import Treatment
from redball.planning.treatments.candidates import Situation, assembled, drafts_of
from redball.simulation.network import Network, What

Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Prepared:
    """What choices are made from.

    Attributes
    ----------
    network : Network
        With closed rows for what treatments open.
    targets : Targets
    classes : mapping of int to str
        Class of supply of each item row.
    risks : tuple of Risk
    hazards : tuple of Hazard
        Those of the risks, then tests that goals ask for.
    treatments : tuple of Treatment
        As they were found.
    worth : Worth
    planner : Planner
        Knows the effects; of the question without goals.
    costly : tuple of int
        Hazards that cost something anywhere.
    runs : int
        Runs of parts before those of the planner.
    titles : pair of sequences of str
        Of items and nodes.
    lock : lock
        Held while something is decided: effects that are run for it are kept here.
    """

    network: Network
    targets: Targets
    classes: Mapping[int, str]
    risks: tuple[Risk, ...]
    hazards: tuple[Hazard, ...]
    treatments: tuple[Treatment, ...]
    worth: Worth
    planner: Planner
    costly: tuple[int, ...]
    runs: int
    titles: tuple[Sequence[str], Sequence[str]]
    lock: Lock = field(default_factory=Lock, repr=False)


def prepare(
    network: Network,
    targets: Targets,
    risks: Sequence[Risk],
    options: PlanOptions | None = None,
    *,
    classes: Mapping[int, str] | None = None,
    titles: tuple[Sequence[str], Sequence[str]] = ((), ()),
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Find candidates and run their effects.

    Parameters
    ----------
    network : Network
    targets : Targets
        What the risks name.
    risks : sequence of Risk
    options : PlanOptions, optional
        Those of runs, prices and candidates; goals for the times to survive that they test.
    classes : mapping of int to str, optional
        Class of supply of each item row.
    titles : pair of sequences of str
        Of items and of nodes, for readers.
    runner : Runner, optional
    progress : callable, optional
        Takes what is being done and the share of it; raising from it cancels.

    Raises
    ------
    BadUse
        Nothing is lost that could be saved, or a goal names a hazard that is not there.
    """
    chosen = (options or PlanOptions()).covering(risks)
    run = runner or InOrder()
    known = classes or {}
    plain_hazards = [risk.on(network, targets) for risk in risks]
    plain_worth = worth_of(network, classes=known)
    # names that are not there are told before anything is run
    bound(
        chosen.goals, network, targets, plain_worth,
        (*plain_hazards, *tests_of(chosen.goals, plain_hazards)), (), classes=known,
        run_days=chosen.how.days, plan_days=chosen.aim.days, costs=np.zeros(0),
    )  # fmt: skip
    plain = Effects(network, plain_worth, plain_hazards, (), chosen.how, runner=run)
    situation = _situation(plain, chosen, titles)
    drafts = drafts_of(situation)
    if not drafts:
        raise BadUse(
            "There is nothing to improve: nobody waits for anything that a treatment could bring, "
            "in any of the hazards.",
            mend="Add hazards to the register, or look further ahead with a longer run.",
        )
    opened, treatments = assembled(situation, targets, drafts)
    found = [risk.on(opened.network, opened.targets) for risk in risks]
    hazards = (*found, *tests_of(chosen.goals, found))
    worth = worth_of(opened.network, classes=known)
    effects = Effects(
        opened.network, worth, hazards, treatments, chosen.how, runner=run, known=plain
    )
    years = draw_years(hazards, days=chosen.aim.days, futures=chosen.futures, seed=chosen.how.seed)
    planner = Planner(effects, Question(treatments, hazards, years, chosen.aim, chosen.how.days))

    def tell(share: float) -> None:
        if progress is not None:
            progress("candidates", share)

    planner.screen(tell)
    lost = planner.total(NOTHING)
    yearly = {
        h: hazards[h].per_year * float(lost[h + 1] - lost[0])
        for part in range(effects.parts)
        for h in effects.struck(part, treated=True)
    }
    costly = tuple(sorted(sorted(yearly, key=lambda h: (-yearly[h], h))[: chosen.rehearsed]))
    return Prepared(
        opened.network, opened.targets, known, tuple(risks), hazards, tuple(treatments), worth,
        planner, costly, plain.runs, titles,
    )  # fmt: skip


def _situation(
    effects: Effects, options: PlanOptions, titles: tuple[Sequence[str], Sequence[str]]
) -> Situation:
    network, worth = effects.network, effects.worth
    waits = {table: effects.waits(table) for table in WAITS}
    cells = waits["cells"]
    days = np.minimum(cells / np.where(worth.need > 0, worth.need, 1.0), options.how.days)
    fitted = np.zeros(len(network.cells), np.bool_)
    fitted[network.applications["cell"]] = True
    rates = np.array([hazard.per_year for hazard in effects.hazards])
    struck = [
        (
            frozenset(h.struck["index"][h.struck["what"] == What.NODE].tolist()),
            frozenset(h.struck["index"][h.struck["what"] == What.LANE].tolist()),
        )
        for h in effects.hazards
    ]
    return Situation(
        network, waits, worth.weight * days + np.where(fitted, cells, 0.0),
        # a hazard counts for what it adds
        np.concatenate([[max(1.0 - float(rates.sum()), 0.0)], rates]),
        struck, [hazard.title for hazard in effects.hazards], options.how.days, options.prices,
        options.most, *titles,
    )  # fmt: skip
