"""A scenario made ready to run on one network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from redball.model import BadUse
from redball.planning.scenarios.compiling.adding import add_sources
from redball.planning.scenarios.compiling.drawing import Outage, draw_outages
from redball.planning.scenarios.compiling.overlapping import (
    Group,
    changes_of,
    check_size,
    group_rows,
)
from redball.planning.scenarios.compiling.telling import ASSUMPTIONS, warnings_for
from redball.planning.scenarios.compiling.touching import Part, parts_of
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.naming import Finder
from redball.planning.scenarios.scenario import MOST_SEED, Scenario
from redball.planning.targets import Targets
from redball.simulation.network import Network, Rows
from redball.simulation.runs import NO_RULES


class Case(Protocol):
    """What a scenario needs of a twin: its network and what may be named in it."""

    @property
    def network(self) -> Network:
        """What is simulated."""
        ...

    @property
    def targets(self) -> Targets:
        """What a name reaches in it."""
        ...


@dataclass(frozen=True, eq=False)
class CompiledScenario:
    """A scenario on one network: what a run takes.

    Attributes
    ----------
    scenario : Scenario
        What was compiled.
    network : Network
        The network of the case, with the ways of supply that reactions add.
    rules : structured array
        How people react, ``RULE`` records. Of two of one kind at one stock the later one holds,
        and one that names a place goes before one for everywhere.
    assumptions : tuple of str
        What was assumed.
    warnings : tuple of str
        What has no effect, falls outside of the horizon, or is never supplied.
    """

    scenario: Scenario
    network: Network
    rules: Rows
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    _parts: tuple[Part, ...] = field(repr=False)
    _groups: tuple[Group, ...] = field(repr=False)
    _order: tuple[int, ...] = field(repr=False)

    @property
    def horizon_days(self) -> int:
        """Days that are simulated."""
        return self.scenario.horizon_days

    def changes(self, seed: int, replication: int) -> Rows:
        """Changes of one replication, ``CHANGE`` records by day, kind and row.

        Parameters
        ----------
        seed : int
            0 to 2**63 - 1; usually ``scenario.seed``.
        replication : int
            0 or more.

        Raises
        ------
        BadUse
            The seed or the replication is out of range.
        """
        events = self.scenario.events
        outages = self._outages(seed, replication)
        return changes_of(self._groups, events, self._parts, outages, self.horizon_days)

    def outages(self, seed: int, replication: int) -> tuple[Outage, ...]:
        """What happens in one replication and when, in order of events and targets.

        Raises
        ------
        BadUse
            As for :meth:`changes`.
        """
        return tuple(o for o in self._outages(seed, replication) if o is not None)

    def _outages(self, seed: int, replication: int) -> Sequence[Outage | None]:
        for name, value in (("seed", seed), ("replication", replication)):
            if not 0 <= value <= MOST_SEED:
                raise BadUse(f"The {name} is {value}.", mend="Give 0 to 2**63 - 1.")
        return draw_outages(
            self.scenario.events, self._parts, self._order, int(seed), int(replication)
        )


def compile_scenario(scenario: Scenario, case: Case) -> CompiledScenario:
    """Find what a scenario names in the network of a twin, and make it ready to run.

    Parameters
    ----------
    scenario : Scenario
    case : Case
        A simulated case, or anything else with a network and targets.

    Raises
    ------
    BadData
        It names what the twin does not hold; the nearest names are told.
    BadUse
        Its changes of one replication would not fit into memory.
    """
    finder = Finder(case.targets, case.network)
    parts: list[Part] = []
    for position, event in enumerate(scenario.events):
        where = f"{scenario.name}, event '{event.name}'"
        parts += parts_of(event, position, finder, where)
    reacted = [
        reaction.react(finder, f"{scenario.name}, reaction {count} '{reaction.how}'")
        for count, reaction in enumerate(scenario.reactions, 1)
    ]
    sources = [source for each in reacted for source in each.sources]
    network, arc_rows = add_sources(case.network, sources)
    groups = group_rows(parts, arc_rows)
    check_size(groups, scenario.events, parts)
    told = [sentence for each in reacted for sentence in each.assumptions]
    idle = [sentence for each in reacted for sentence in each.warnings]
    return CompiledScenario(
        scenario=scenario,
        network=network,
        rules=np.concatenate([NO_RULES, *(each.rules for each in reacted)]),
        assumptions=(*ASSUMPTIONS, *dict.fromkeys(told)),
        warnings=(*idle, *warnings_for(scenario, parts, finder, network)),
        _parts=tuple(parts),
        _groups=groups,
        _order=_causes_first(scenario.events),
    )


def _causes_first(events: Sequence[Event]) -> tuple[int, ...]:
    """Positions of events, each after the one that it follows; else in the order given."""
    position = {event.name: number for number, event in enumerate(events)}

    def depth(event: Event) -> int:
        count = 0
        while event.after is not None:
            event = events[position[event.after.event]]
            count += 1
        return count

    return tuple(sorted(range(len(events)), key=lambda number: depth(events[number])))
