"""What a scenario may name, and which rows of a network each name reaches.

Why: a scenario says 'the port', 'this owner' or 'sea'; an engine changes rows. The step between
them is made once, where the network is built, so that a loss means the same in every scenario,
stress test and comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from redball.model import BadUse

Ints = npt.NDArray[np.int32]

KINDS = (
    "site", "party", "parent", "country", "lane", "mode", "item", "class", "nation", "input",
    "unit", "system", "fleet",
)  # fmt: skip
"""What can be named. ``parent`` is an ultimate parent with all it owns, ``class`` a class of
supply, ``nation`` a member of the coalition, ``input`` what one tier delivers to the next, ``unit``
a military unit, ``fleet`` the systems of one kind of a unit (``OWNER:UNIT|SYSTEM``)."""


def _none() -> Ints:
    return np.zeros(0, np.int32)


@dataclass(frozen=True, eq=False)
class Reach:
    """Rows of a network that a name stands for, int32 arrays, ascending, each row once.

    Attributes
    ----------
    nodes : int32 array
        Places that are wholly its own: a loss stops all that is shipped, made and repaired there.
    arcs : int32 array
        Ways of supply that begin with it (its sales), or for an item all ways to supply it.
    lanes : int32 array
        Lanes that are it, of its mode, or with an end at one of its nodes.
    recipes : int32 array
        What it makes.
    cells : int32 array
        Stock that stands at its nodes; for an item its stock everywhere; for a party what it
        sells.
    streams, fleets : int32 array
        Demand and systems at its nodes, of its item or its unit.
    """

    nodes: Ints = field(default_factory=_none)
    arcs: Ints = field(default_factory=_none)
    lanes: Ints = field(default_factory=_none)
    recipes: Ints = field(default_factory=_none)
    cells: Ints = field(default_factory=_none)
    streams: Ints = field(default_factory=_none)
    fleets: Ints = field(default_factory=_none)

    def __post_init__(self) -> None:
        for part in fields(self):
            rows = np.array(getattr(self, part.name), np.int32)
            rows = np.unique(rows) if len(rows) > 1 else rows
            rows.flags.writeable = False
            object.__setattr__(self, part.name, rows)

    @property
    def empty(self) -> bool:
        """Whether the name reaches nothing that is simulated."""
        return not any(len(getattr(self, part.name)) for part in fields(self))

    def __or__(self, other: "Reach") -> "Reach":
        """Rows of either."""
        return Reach(
            **{
                part.name: np.concatenate([getattr(self, part.name), getattr(other, part.name)])
                for part in fields(self)
            }
        )


NO_REACH = Reach()
"""A name that is in the twin and not in the network."""


@dataclass(frozen=True, eq=False)
class Targets:
    """Everything in a network that a scenario may name.

    Attributes
    ----------
    reach : mapping of str to mapping of str to Reach
        By kind (:data:`KINDS`) and full name: ``OWNER:KEY`` for rows of the twin, the code for
        countries, modes, classes and nations, the text for inputs. Names that are in the twin and
        reach nothing are there too, with an empty reach.
    also : mapping of str to mapping of str to tuple of str
        By kind and further name (a key without its owner, the name for readers, in lower case)
        the full names that it may mean.
    words : mapping of str to mapping of str to str
        By kind and full name the name for readers, where it has one.
    """

    reach: Mapping[str, Mapping[str, Reach]]
    also: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("reach", "also", "words"):
            frozen = {kind: MappingProxyType(dict(v)) for kind, v in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(frozen))

    def names(self, kind: str) -> tuple[str, ...]:
        """Full names of a kind, sorted.

        Raises
        ------
        BadUse
            There is no such kind.
        """
        return tuple(sorted(self._of(kind)))

    def resolve(self, kind: str, name: str) -> str | None:
        """Full name that a name means; None where nothing has it.

        The full name goes first, then the key or the name for readers, whatever its case. Records
        recognised as one thing share one reach: the first of them is meant.

        Raises
        ------
        BadUse
            There is no such kind, or several things have the name.
        """
        if name in self._of(kind):
            return name
        found = self.also.get(kind, {}).get(name.strip().lower(), ())
        reached = {id(self.reach[kind][full]) for full in found}
        one = len(reached) == 1 and self.reach[kind][found[0]] is not NO_REACH
        if len(found) > 1 and not one:
            raise BadUse(
                f"Several of kind '{kind}' are called '{name}': {', '.join(found[:6])}.",
                mend="Name one of them with its owner, OWNER:KEY.",
            )
        return found[0] if found else None

    def find(self, kind: str, name: str) -> Reach | None:
        """Rows that a name reaches; None where nothing has it.

        Raises
        ------
        BadUse
            There is no such kind, or several things have the name.
        """
        full = self.resolve(kind, name)
        return None if full is None else self.reach[kind][full]

    def label(self, kind: str, name: str) -> str:
        """Name for readers of a full name, else the full name itself."""
        return self.words.get(kind, {}).get(name, name)

    def _of(self, kind: str) -> Mapping[str, Reach]:
        if kind not in KINDS:
            raise BadUse(f"A scenario can't name a '{kind}'.", mend=f"Kinds: {', '.join(KINDS)}.")
        return self.reach.get(kind, {})
