"""One plan under one budget, rehearsed: ``redball plan``."""

from datetime import datetime

from redball.access.actions import Action
from redball.app.answers import Answer, Progress
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.plan_answer import plan_answer
from redball.app.plan_risks import classes_of, hidden_risks, register_risks, risks_of
from redball.app.plan_wishes import PlanWishes, budget_of, days_of, offers_of
from redball.app.rehearsal import Rehearsal, rehearsal
from redball.app.twin_names import TwinNames
from redball.planning.plan import Risk, make_plan

_PARTS = 1000


@use_case(Action.REQUEST)
def plan(
    inputs: Inputs,
    wishes: PlanWishes,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Choose what to do for a budget, and rehearse it on the whole twin.

    Raises
    ------
    BadUse
        A parameter is out of range, a treatment that is pinned or forbidden is not there, or there
        is nothing to improve.
    BadData
        The viewer sees no demand, or a hazard whose likelihood is no number of 0 or more.
    """
    return plan_of(rehearsal(inputs, wishes.twin, progress, now=now), inputs, wishes, progress)


def plan_of(
    found: Rehearsal, inputs: Inputs, wishes: PlanWishes, progress: Progress | None = None
) -> Answer:
    """Plan on a network that was built already."""
    risks, passed = _risks(found, wishes)
    names = TwinNames(found.case)
    network = found.case.network

    def tell(what: str, share: float) -> None:
        if progress is not None:
            progress(what, round(share * _PARTS), _PARTS)

    with wishes.run.runner() as runner:
        made = make_plan(
            network,
            found.case.targets,
            risks,
            wishes.budget_eur,
            wishes.options,
            classes=classes_of(found),
            titles=(
                [names.item(name) for name in network.item_names],
                [names.node(name) for name in network.node_names],
            ),
            runner=runner,
            progress=tell,
        )
    return plan_answer(found, inputs, wishes, made, passed)


def _risks(found: Rehearsal, wishes: PlanWishes) -> tuple[list[Risk], list[str]]:
    """Risks of the register; hazards of the data and hidden suppliers that it does not name."""
    risks: list[Risk] = []
    passed: list[str] = []
    if wishes.register is not None:
        risks, passed = register_risks(found, wishes.register)
    named = {part for risk in risks for part in risk.parts}
    others, unused = risks_of(found)
    risks += [risk for risk in others if not named.issuperset(risk.parts)]
    passed += unused
    risks += hidden_risks(found, risks, wishes.assumed_per_year, wishes.assumed_days)
    return risks, passed


__all__ = ["PlanWishes", "budget_of", "days_of", "offers_of", "plan", "plan_of"]
