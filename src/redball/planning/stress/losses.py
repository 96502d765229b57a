"""What may be lost, and what its loss changes in the network."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from redball.model import BadUse
from redball.planning.scenarios.compiling.touching import parts_of
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.naming import Finder, Target
from redball.planning.targets import Ints, Targets
from redball.simulation.network import Network, Rows, What
from redball.simulation.network.tables import CHANGE

Touched = tuple[tuple[What, Ints], ...]
"""Rows that a loss changes, by what of them changes."""

KINDS_LOST = ("party", "parent", "site", "lane", "country")
"""Kinds that are tried one at a time where nothing else is asked for."""

SET = "set"
"""Kind of a loss that is made of several others."""


@dataclass(frozen=True)
class Loss:
    """Something that is lost as a whole for a time.

    Attributes
    ----------
    kind, name : str
        As a scenario names it; for a set the kind is ``set`` and the name is given by the caller.
    title : str
        Name for readers.
    parts : tuple of (kind, name)
        What is lost together, by kind and full name.
    hidden : bool
        Whether it is known to stand unseen behind several suppliers.
    """

    kind: str
    name: str
    title: str
    parts: tuple[tuple[str, str], ...]
    hidden: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name, unique in a stress test."""
        return self.kind, self.name


def losses_of(
    targets: Targets,
    *,
    kinds: Sequence[str] = KINDS_LOST,
    sets: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    hidden: Iterable[tuple[str, str]] = (),
) -> tuple[Loss, ...]:
    """Everything of some kinds, one loss each, and the sets given.

    Parameters
    ----------
    targets : Targets
        What the network knows by name.
    kinds : sequence of str
    sets : mapping of str to pairs (kind, name), optional
        Things lost together, under a name.
    hidden : pairs (kind, name)
        Elements that a structural finding calls a hidden common supplier; they are marked so, and
        added where their kind is not among ``kinds``.

    Raises
    ------
    BadUse
        A kind, or something of a set, is not known.
    """
    concealed = {(kind, _full(targets, kind, name)) for kind, name in hidden}
    wanted = [(kind, name) for kind in kinds for name in targets.names(kind)]
    wanted += sorted(concealed - set(wanted))
    made = [
        Loss(kind, name, targets.label(kind, name), ((kind, name),), (kind, name) in concealed)
        for kind, name in wanted
    ]
    for name, parts in (sets or {}).items():
        full = [(kind, _full(targets, kind, part)) for kind, part in parts]
        made.append(joined(name, [Loss(*part, part[1], (part,)) for part in full]))
    return tuple(made)


def joined(name: str, losses: Sequence[Loss]) -> Loss:
    """Several losses at once, under one name.

    Raises
    ------
    BadUse
        There is none.
    """
    if not losses:
        raise BadUse(f"The set '{name}' is empty.", mend="Name what is lost together.")
    parts = tuple(dict.fromkeys(part for loss in losses for part in loss.parts))
    return Loss(SET, name, name, parts, any(loss.hidden for loss in losses))


def touched_by(loss: Loss, targets: Targets, network: Network) -> Touched:
    """Rows that a loss changes: the same as those of an event ``loss`` of a scenario.

    Raises
    ------
    BadUse, BadData
        Something of it is not known, or can't be lost.
    """
    named = tuple(Target(kind, name) for kind, name in loss.parts)
    event = Event(loss.title, "loss", named)
    (part,) = parts_of(event, 0, Finder(targets, network), f"the loss of {loss.title}")
    return part.touched


def changes_of(touched: Touched, from_day: float, until_day: float) -> Rows:
    """Changes by which everything touched is lost on a day and whole again on another.

    Raises
    ------
    BadUse
        The days are not finite, negative, or in the wrong order.
    """
    if not (math.isfinite(from_day) and math.isfinite(until_day) and 0 <= from_day < until_day):
        raise BadUse(
            f"A loss from day {from_day} until day {until_day} is no time.",
            mend="Let it begin on day 0 or later, and last longer than nothing.",
        )
    rows = [
        (day, what, index, value)
        for day, value in ((from_day, 0.0), (until_day, 1.0))
        for what, found in touched
        for index in found.tolist()
    ]
    return np.array(rows, CHANGE) if rows else np.zeros(0, CHANGE)


def within(inner: Touched, outer: Touched, network: Network) -> bool:
    """Whether all that one loss changes is lost with the other already.

    With a place goes what it makes, the lanes that end there and what it ships and sells.
    """
    lost = {what: set(rows.tolist()) for what, rows in outer}
    nodes = np.array(sorted(lost.get(What.NODE, ())), np.int32)
    lanes, recipes, arcs = network.lanes, network.recipes, network.arcs
    at = network.cells["node"]
    sellers = np.where(arcs["supplier"] >= 0, at[np.maximum(arcs["supplier"], 0)], arcs["at_node"])
    gone = {
        What.LANE: np.isin(lanes["from_node"], nodes) | np.isin(lanes["to_node"], nodes),
        What.RECIPE: np.isin(at[recipes["cell"]], nodes),
        What.ARC: np.isin(sellers, nodes),
    }
    for what, flags in gone.items():
        lost.setdefault(what, set()).update(np.flatnonzero(flags).tolist())
    return all(set(rows.tolist()) <= lost.get(what, set()) for what, rows in inner)


def _full(targets: Targets, kind: str, name: str) -> str:
    full = targets.resolve(kind, name)
    if full is None:
        near = ", ".join(targets.names(kind)[:5])
        raise BadUse(f"There is no {kind} '{name}'.", mend=f"There are, for example: {near}.")
    return full
