"""Goals on a network: measures of readiness, rows of a programme, and hazards that only test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.model.written.values import did_you_mean
from redball.planning.goals.wanted import DaysGoal, Goals, ReadinessGoal, SurviveGoal
from redball.planning.portfolio.choosing import Goal, Limit, Shown
from redball.planning.portfolio.hazards import Hazard
from redball.planning.portfolio.worth import Worth
from redball.planning.targets import Targets
from redball.planning.treatments import Treatment
from redball.simulation.network import Network

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Bound:
    """Goals of a question.

    Attributes
    ----------
    goals : tuple of Goal
    limits : tuple of Limit
    assumptions : tuple of str
    """

    goals: tuple[Goal, ...]
    limits: tuple[Limit, ...]
    assumptions: tuple[str, ...]


def tests_of(wanted: Goals, hazards: Sequence[Hazard]) -> tuple[Hazard, ...]:
    """Hazards that time to survive is asked for, as long as asked; they never happen by themselves.

    Raises
    ------
    BadUse
        A goal names a hazard that is not there.
    """
    found: dict[str, Hazard] = {}
    for goal in wanted.survive:
        hazard = hazards[_hazard(goal.hazard, hazards)]
        key = _test_key(goal)
        found[key] = replace(
            hazard, key=key, title=f"{hazard.title}, for {goal.days:g} days", per_year=0.0,
            days=goal.days, source="goal: time to survive",
        )  # fmt: skip
    return tuple(found.values())


def bound(
    wanted: Goals, network: Network, targets: Targets, worth: Worth, hazards: Sequence[Hazard],
    treatments: Sequence[Treatment], *, classes: Mapping[int, str], run_days: float,
    plan_days: float, costs: Floats,
) -> Bound:  # fmt: skip
    """Bind goals to a network.

    Parameters
    ----------
    wanted : Goals
    network : Network
    targets : Targets
    worth : Worth
    hazards : sequence of Hazard
        With those of :func:`tests_of`.
    treatments : sequence of Treatment
    classes : mapping of int to str
        Class of supply of each item row.
    run_days, plan_days : float
    costs : float64 array, shape (T,)
        Euro over the plan.

    Raises
    ------
    BadUse
        A goal names what is not there, or nothing that it could be measured by.
    """
    place = _Place(network, targets, worth, classes)
    goals = [_readiness(goal, place, hazards, run_days) for goal in wanted.readiness]
    goals += [_survive(goal, place, hazards) for goal in wanted.survive]
    goals += _appetite(wanted, hazards, count=len(network.fleets) + len(worth.groups))
    limits = [_days(goal, place, treatments) for goal in wanted.days_of_supply]
    limits += _rooms(wanted, place, treatments)
    limits += [
        Limit(
            f"budget of year {each.year}",
            {
                row: spent
                for row, treatment in enumerate(treatments)
                if (spent := treatment.cost_in(each.year, plan_days))
            },
            each.most_eur,
        )
        for each in wanted.years
    ]
    limits += _costs(wanted, place, treatments, costs)
    said = []
    if wanted.days_of_supply:
        said.append(
            "Days of supply of a class: value of what is on hand over value of the daily need, of "
            "articles with a price."
        )
    if wanted.rooms:
        unknown = sum(1 for t in treatments if t.kind in ("hold", "reserve") and not t.volume_m3)
        said.append(f"{unknown} candidates of stock have no known volume and take no room.")
    if wanted.appetite.worst is not None:
        said.append("The appetite for the worst years is judged after the choice, not chosen for.")
    if wanted.years:
        said.append("Everything begins when it is decided, in the first year.")
    return Bound(tuple(goals), tuple(limits), tuple(said))


@dataclass(frozen=True, eq=False)
class _Place:
    network: Network
    targets: Targets
    worth: Worth
    classes: Mapping[int, str]

    def named(self, kind: str, name: str) -> str:
        """Full name of what a goal names."""
        found = self.targets.resolve(kind, name)
        if found is None:
            known = list(self.targets.reach.get(kind, {}))
            raise BadUse(
                f"There is no {kind} '{name}' that is simulated.", where="goals",
                mend=did_you_mean(name, known),
            )  # fmt: skip
        return found

    def fleets(self, goal: ReadinessGoal | SurviveGoal) -> list[int]:
        """Fleets whose system, unit and nation a goal names."""
        chosen = np.ones(len(self.network.fleets), np.bool_)
        for kind in ("system", "unit"):
            name = getattr(goal, kind)
            if name:
                reach = self.targets.reach[kind][self.named(kind, name)]
                chosen &= np.isin(np.arange(len(chosen)), reach.fleets)
        if goal.nation:
            chosen &= self.worth.fleet_nation == self.nation(goal.nation)
        return [int(row) for row in np.flatnonzero(chosen)]

    def nation(self, name: str) -> int:
        """Row of a nation."""
        names = self.network.nation_names
        if name not in names:
            raise BadUse(
                f"There is no nation '{name}' that is simulated.", where="goals",
                mend=did_you_mean(name, names),
            )  # fmt: skip
        return names.index(name)

    def groups(self, goal: SurviveGoal) -> list[int]:
        """Groups of supply of the nation and class that a goal names; none for systems or units."""
        if goal.system or goal.unit:
            return []
        wanted = self.supply_class(goal.supply_class) if goal.supply_class else ""
        nation = self.nation(goal.nation) if goal.nation else None
        return [
            number
            for number, (of, kind) in enumerate(self.worth.groups)
            if (nation is None or of == nation) and (not wanted or kind == wanted)
        ]

    def supply_class(self, name: str) -> str:
        """Class of supply by its name, with or without the code list."""
        known = sorted(set(self.classes.values()))
        found = [one for one in known if name in (one, one.partition(":")[2])]
        if len(found) != 1:
            raise BadUse(
                f"There is no class '{name}' that is simulated."
                if not found else f"'{name}' may be {' or '.join(found)}.",
                where="goals", mend=did_you_mean(name, known),
            )  # fmt: skip
        return found[0]


def _hazard(key: str, hazards: Sequence[Hazard]) -> int:
    for number, hazard in enumerate(hazards):
        if key in (hazard.key, hazard.title):
            return number
    raise BadUse(
        f"There is no hazard '{key}' in this plan.", where="goals",
        mend=did_you_mean(key, [hazard.key for hazard in hazards]),
    )  # fmt: skip


def _test_key(goal: SurviveGoal) -> str:
    return f"test of {goal.hazard} for {goal.days:g} days"


def _readiness(
    goal: ReadinessGoal, place: _Place, hazards: Sequence[Hazard], run_days: float
) -> Goal:
    fleets = place.fleets(goal)
    if not fleets:
        raise BadUse(f"No systems are simulated for: {goal.words}.", where="goals")
    run = 1 + _hazard(goal.hazard, hazards) if goal.hazard else 0
    systems = float(place.worth.systems[fleets].sum())
    whole = systems * run_days
    return Goal(
        goal.words, {run: 1.0}, tuple(fleets), (1.0 - goal.at_least) * whole,
        Shown(1.0, -1.0 / whole, "share up"),
    )  # fmt: skip


def _survive(goal: SurviveGoal, place: _Place, hazards: Sequence[Hazard]) -> Goal:
    fleets = [] if goal.supply_class else place.fleets(goal)
    count = len(place.network.fleets)
    measures = (*fleets, *(count + number for number in place.groups(goal)))
    if not measures:
        raise BadUse(f"Nothing is measured by: {goal.words}.", where="goals")
    keys = [hazard.key for hazard in hazards]
    return Goal(goal.words, {1 + keys.index(_test_key(goal)): 1.0, 0: -1.0}, measures, goal.slack)


def _appetite(wanted: Goals, hazards: Sequence[Hazard], count: int) -> list[Goal]:
    """What each hazard and all together may cost beyond the undisturbed run."""
    appetite, every = wanted.appetite, tuple(range(count))
    live = [(run, hazard) for run, hazard in enumerate(hazards, 1) if hazard.per_year > 0]
    found = []
    for run, hazard in live:
        rate = hazard.per_year
        if appetite.each is not None:
            words = f"no more than {appetite.each:,.0f} a year to {hazard.title}"
            found.append(Goal(words, {run: rate, 0: -rate}, every, appetite.each))
        if appetite.at_once is not None:
            words = f"no more than {appetite.at_once:,.0f} at once to {hazard.title}"
            found.append(Goal(words, {run: 1.0, 0: -1.0}, every, appetite.at_once))
    if appetite.together is not None and live:
        weights = {run: hazard.per_year for run, hazard in live}
        weights[0] = -sum(weights.values())
        words = f"no more than {appetite.together:,.0f} a year to all hazards"
        found.append(Goal(words, weights, every, appetite.together))
    return found


def _days(goal: DaysGoal, place: _Place, treatments: Sequence[Treatment]) -> Limit:
    network, wanted = place.network, place.supply_class(goal.supply_class)
    item = network.cells["item"]
    price = network.items["price_eur"][item]
    here = np.array([place.classes.get(int(row)) == wanted for row in item]) & (price > 0)
    if goal.nation:
        nation = place.nation(goal.nation)
        here &= network.nodes["nation"][network.cells["node"]] == nation
    if goal.site:
        nodes = place.targets.reach["site"][place.named("site", goal.site)].nodes
        here &= np.isin(network.cells["node"], nodes)
    # what is needed is needed by the nation, wherever its stock stands
    daily = float((price * place.worth.need)[here].sum())
    if daily <= 0:
        raise BadUse(
            f"Nothing with a price is asked for daily by: {goal.words}.", where="goals",
            mend="Name another class, or state prices.",
        )  # fmt: skip
    on_hand = float((price * network.cells["on_hand"])[here].sum())
    amounts = {
        row: -added
        for row, each in enumerate(treatments)
        if (added := _value(each, here, price) / daily)
    }
    held = on_hand / daily
    return Limit(goal.words, amounts, held - goal.at_least, Shown(held, -1.0, "days"))


def _value(treatment: Treatment, here: Bools, price: Floats) -> float:
    """Euro of stock that a treatment adds in some cells."""
    return float(
        sum(
            step.add * price[step.row]
            for step in treatment.steps
            if step.table == "cells" and step.column in ("on_hand", "reserve") and here[step.row]
        )
    )


def _rooms(wanted: Goals, place: _Place, treatments: Sequence[Treatment]) -> list[Limit]:
    found = []
    for room in wanted.rooms:
        nodes = place.targets.reach["site"][place.named("site", room.site)].nodes
        names = {place.network.node_names[int(node)] for node in nodes}
        amounts = {
            row: each.volume_m3
            for row, each in enumerate(treatments)
            if each.site in names and each.volume_m3
        }
        found.append(Limit(f"room at {room.site}", amounts, room.most_m3, Shown(unit="m3")))
    return found


def _costs(
    wanted: Goals, place: _Place, treatments: Sequence[Treatment], costs: Floats
) -> list[Limit]:
    found = []
    payers = sorted({each.nation for each in treatments})
    for one in wanted.costs:
        nations = [place.network.nation_names[place.nation(one.nation)]] if one.nation else payers
        for nation in nations:
            own = {r: float(costs[r]) for r, t in enumerate(treatments) if t.nation == nation}
            if one.most_eur is not None:
                found.append(Limit(f"what {nation} pays", own, one.most_eur))
            if one.most_share is not None:
                share = one.most_share
                every = {
                    row: (float(cost) if row in own else 0.0) - share * float(cost)
                    for row, cost in enumerate(costs)
                }
                found.append(Limit(
                    f"what {nation} pays beyond {share:.0%} of the plan", every, 0.0
                ))  # fmt: skip
    return found
