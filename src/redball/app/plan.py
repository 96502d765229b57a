"""One plan under one budget, rehearsed: ``redball plan``."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from redball.access.actions import Action
from redball.app.answers import Answer, Progress
from redball.app.doing import use_case
from redball.app.inputs import Inputs, look
from redball.app.keeping import kept
from redball.app.plan_answer import plan_answer
from redball.app.plan_risks import classes_of, hidden_risks, register_risks, risks_of
from redball.app.plan_wishes import PlanWishes, budget_of, days_of, offers_of, register_hash
from redball.app.register import desk_of, register
from redball.app.rehearsal import Rehearsal, rehearsal
from redball.app.twin_names import TwinNames
from redball.app.view import View
from redball.model import BadUse
from redball.planning.plan import Plan, Prepared, Risk, decide, prepare

_PARTS = 1000


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan, and what further plans on the same data start from.

    Attributes
    ----------
    answer : Answer
        What ``redball plan --json`` prints.
    plan : Plan
    prepared : Prepared
    """

    answer: Answer
    plan: Plan
    prepared: Prepared
    _found: Rehearsal
    _inputs: Inputs
    _wishes: PlanWishes

    def again(self, *, progress: Progress | None = None, **changes: Any) -> "Planned":
        """Decide again; what was run is not run again.

        Parameters
        ----------
        progress : callable, optional
        **changes
            Fields of :class:`PlanWishes`, ``budget`` in words or euro among them; those that
            change risks, candidates or runs find candidates anew.

        Raises
        ------
        BadUse
            There is no such field, or see :func:`plan`.
        """
        wishes = changed(self._wishes, changes)
        same = _key(wishes) == _key(self._wishes)
        prepared = self.prepared if same else None
        return _planned(self._found, self._inputs, wishes, progress, prepared)


def changed(wishes: PlanWishes, changes: Mapping[str, Any]) -> PlanWishes:
    """Wishes with some fields changed; ``budget`` in words or euro, keys as any lists.

    Raises
    ------
    BadUse
        There is no such field, or a value is out of range.
    """
    given = dict(changes)
    if "budget" in given:
        money = given.pop("budget")
        given["budget_eur"] = budget_of(money) if isinstance(money, str) else float(money)
    for name in ("pin", "forbid", "edits"):
        if name in given:
            given[name] = tuple(given[name])
    known = [each.name for each in fields(PlanWishes)]
    for name in given:
        if name not in known:
            raise BadUse(f"A plan has no '{name}'.", mend=f"It has: budget, {', '.join(known)}.")
    return replace(wishes, **given)


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
    return plan_session(inputs, wishes, progress, now=now).answer


@use_case(Action.REQUEST)
def plan_session(
    inputs: Inputs,
    wishes: PlanWishes,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Planned:
    """Plan, and keep what was run for further plans; see :func:`plan`."""
    seen = look(inputs, now=now)
    name = ("plan rehearsal", str(wishes.twin))
    found = kept(seen, name, lambda: rehearsal(inputs, wishes.twin, progress, now=now))
    return _planned(found, inputs, wishes, progress)


def plan_of(
    found: Rehearsal, inputs: Inputs, wishes: PlanWishes, progress: Progress | None = None
) -> Answer:
    """Plan on a network that was built already."""
    return _planned(found, inputs, wishes, progress).answer


def _planned(
    found: Rehearsal, inputs: Inputs, wishes: PlanWishes, progress: Progress | None,
    prepared: Prepared | None = None,
) -> Planned:  # fmt: skip
    risks, passed = _risks(found, wishes)
    names = TwinNames(found.case)
    network = found.case.network

    def tell(what: str, share: float) -> None:
        if progress is not None:
            progress(what, round(share * _PARTS), _PARTS)

    with wishes.run.runner() as runner:

        def make() -> Prepared:
            return prepare(
                network, found.case.targets, risks, wishes.options, classes=classes_of(found),
                titles=(
                    [names.item(name) for name in network.item_names],
                    [names.node(name) for name in network.node_names],
                ),
                runner=runner, progress=tell,
            )  # fmt: skip

        # a server that keeps twins keeps what was run on them too
        known = prepared or kept(found.seen, ("plan prepared", *_key(wishes)), make)
        made = decide(known, wishes.budget_eur, wishes.options, runner=runner, progress=tell)
    answer = plan_answer(found, inputs, wishes, made, passed)
    return Planned(answer, made, known, found, inputs, wishes)


def _key(wishes: PlanWishes) -> tuple[Hashable, ...]:
    """Everything that candidates and their effects depend on."""
    register = wishes.register
    return (
        wishes.days, wishes.most, wishes.run.root, wishes.assumed_per_year, wishes.assumed_days,
        None if register is None else register_hash(register), wishes.goals.survive,
        str(wishes.twin),
    )  # fmt: skip


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


def plan_here(
    source: str | Path, viewer: str = "", *, budget: str | float, progress: Progress | None = None,
    **wishes: Any,
) -> Planned:  # fmt: skip
    """One plan under one budget, from a notebook: ``redball.plan``.

    Parameters
    ----------
    source : str or Path
        A store (SQLite file or PostgreSQL URL), or a folder of tables or a package.
    viewer : str
        Who looks, such as ``XAG``; may be left out for tables.
    budget : str or float
        Euro over the whole plan, such as ``"50M"`` or ``2e6``.
    progress : callable, optional
    **wishes
        Further fields of :class:`PlanWishes`; risks come from the nation's register where a store
        is given and no ``register`` is.

    Returns
    -------
    Planned
        ``.answer`` with sentences and tables, ``.plan`` with everything, ``.again(...)``.

    Raises
    ------
    BadUse, BadData, StoreMissing, NotPermitted
        See :func:`plan`.
    """
    path = Path(source) if "://" not in str(source) else None
    tables = path if path is not None and path.is_dir() else None
    view = View("" if tables is not None else str(source), viewer)
    if tables is None and "register" not in wishes and viewer:
        with desk_of(str(source)) as desk:
            known = register(view, desk)
        if known.register.risks:
            wishes |= {"register": known.register, "register_label": known.origin.label}
    wanted = changed(PlanWishes(0.0), {"budget": budget, **wishes})
    return plan_session(Inputs(view, tables), wanted, progress)


__all__ = [
    "PlanWishes", "Planned", "budget_of", "changed", "days_of", "offers_of", "plan", "plan_here",
    "plan_of", "plan_session",
]  # fmt: skip
