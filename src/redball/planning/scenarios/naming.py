"""What an event or a reaction names: a kind and a name, and the rows that it means in a twin."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import numpy as np

from redball.model import BadData, BadUse
from redball.model.written.values import name_text, nearest, one_of, shown
from redball.planning.targets import KINDS, NO_REACH, Ints, Reach, Targets
from redball.simulation.network import Network

ALSO_KINDS = {"supplier": "party", "owner": "parent", "supply_class": "class"}
"""Further words for kinds of names."""

WHERE_KINDS = ("site", "country", "item", "class", "nation", "unit", "system")
"""Kinds that can narrow what is reached down to some demand, stock, supply and systems."""

MOST_NAMES = 200
_MOST_NEAR = 20_000


@dataclass(frozen=True)
class Target:
    """A name of a kind: ``Target("site", "XAG:PORT-GDANSK")``.

    Attributes
    ----------
    kind : str
        One of :data:`redball.planning.targets.KINDS`; ``supplier`` is read as ``party``.
    name : str
        ``OWNER:KEY``, a code, or a name for readers where it is unique.
    """

    kind: str
    name: str

    def __post_init__(self) -> None:
        kind = ALSO_KINDS.get(self.kind, self.kind) if isinstance(self.kind, str) else self.kind
        object.__setattr__(self, "kind", one_of(kind, "kind of target", KINDS))
        name_text(self.name, f"name of a {self.kind}")

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'"


def in_order(targets: Iterable[Target], name: str, kinds: tuple[str, ...]) -> tuple[Target, ...]:
    """Check named things and put them in one order: by kind, then by name, each once.

    Raises
    ------
    BadUse
        A kind does not fit here, something stands twice, or there are too many.
    """
    found = tuple(targets)
    if any(not isinstance(target, Target) for target in found):
        raise BadUse(f"'{name}' holds something else than targets.", mend="Give Target values.")
    for target in found:
        if target.kind not in kinds:
            raise BadUse(
                f"'{name}' can't name a {target.kind} here.", mend=f"Kinds: {', '.join(kinds)}."
            )
    if len(found) > MOST_NAMES:
        raise BadUse(f"'{name}' holds {len(found)} names.", mend=f"Give at most {MOST_NAMES}.")
    if len(set(found)) < len(found):
        twice = next(target for target in found if found.count(target) > 1)
        raise BadUse(f"'{name}' holds {twice} twice.", mend="Name it once.")
    return tuple(sorted(found, key=lambda target: (KINDS.index(target.kind), target.name)))


@dataclass(frozen=True, eq=False)
class Finder:
    """Finds what names mean in the network of one twin.

    Attributes
    ----------
    targets : Targets
        What may be named.
    network : Network
        The network whose rows are meant.
    """

    targets: Targets
    network: Network

    def full_name(self, target: Target, where: str) -> str:
        """Full name that a target means.

        Raises
        ------
        BadData
            The twin does not hold it, with the nearest names; or the name is not unique.
        """
        try:
            full = self.targets.resolve(target.kind, target.name)
        except BadUse as error:
            raise BadData(error.what, where=where, mend=error.mend) from None
        if full is None:
            raise BadData(f"The twin holds no {target}.", where=where, mend=self._near(target))
        return full

    def reach(self, target: Target, where: str) -> Reach:
        """Rows that a target reaches.

        Raises
        ------
        BadData
            As for :meth:`full_name`.
        """
        full = self.full_name(target, where)
        return self.targets.reach[target.kind][full]

    def any_of(self, targets: Iterable[Target], where: str) -> Reach:
        """Rows that any of some targets reaches."""
        return reduce(or_, (self.reach(target, where) for target in targets), NO_REACH)

    def narrowed(self, reach: Reach, within: tuple[Target, ...], where: str) -> Reach:
        """Part of some rows that lies within: any name of a kind, and all of the kinds.

        Ways of supply lie within by the stock they lead to, recipes by the stock they fill.
        Items, classes and systems have no places and no lanes: within them none are left.
        """
        for kind in dict.fromkeys(target.kind for target in within):
            limit = self.any_of((t for t in within if t.kind == kind), where)
            arcs, recipes = self.network.arcs, self.network.recipes
            reach = replace(
                reach,
                nodes=_both(reach.nodes, limit.nodes),
                lanes=_both(reach.lanes, limit.lanes),
                cells=_both(reach.cells, limit.cells),
                streams=_both(reach.streams, limit.streams),
                fleets=_both(reach.fleets, limit.fleets),
                arcs=reach.arcs[np.isin(arcs["cell"][reach.arcs], limit.cells)],
                recipes=reach.recipes[np.isin(recipes["cell"][reach.recipes], limit.cells)],
            )
        return reach

    def cells_within(self, within: tuple[Target, ...], where: str) -> Ints:
        """Cells that lie within; all of them where nothing is said."""
        every = np.arange(len(self.network.cells), dtype=np.int32)
        return self.narrowed(Reach(cells=every), within, where).cells

    def _near(self, target: Target) -> str:
        """Nearest names of the kind, the kind under which the name is known, or some names."""
        elsewhere = [kind for kind in KINDS if self._known(kind, target.name)]
        if elsewhere:
            return f"It is the name of a {elsewhere[0]}: write {elsewhere[0]} = {target.name!r}."
        names = self.targets.names(target.kind)
        words = self.targets.words.get(target.kind, {})
        known = {name: name for name in names[:_MOST_NEAR]}
        known |= {word: name for name, word in words.items()}
        known |= {name.rpartition(":")[2]: name for name in names[:_MOST_NEAR]}
        full = dict.fromkeys(known[word] for word in nearest(target.name, list(known)))
        if full:
            return f"Did you mean {' or '.join(self._spelled(target.kind, n) for n in full)}?"
        if not names:
            return f"It holds no {target.kind} at all."
        return f"It holds {len(names)}, such as {', '.join(names[:5])}."

    def _known(self, kind: str, name: str) -> bool:
        try:
            return self.targets.resolve(kind, name) is not None
        except BadUse:  # several have the name: it is known
            return True

    def _spelled(self, kind: str, name: str) -> str:
        word = self.targets.label(kind, name)
        return f"'{name}'" if word == name else f"'{name}' ({shown(word)})"


def _both(left: Ints, right: Ints) -> Ints:
    return left[np.isin(left, right)]
