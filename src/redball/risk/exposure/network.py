"""The network that exposure is measured on: nodes, what they need, and shared sites."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Longs

Number = TypeVar("Number", np.float64, np.int64)


@dataclass(frozen=True, eq=False)
class ExposureNetwork:
    """Nodes that make something, what one unit takes, stock, capacity and demand.

    A node stands for one thing in one place: its output is one kind of good. A node *needs* parts;
    each need is met from one or several *sources* (alternatives), and all needs of a node must be
    met. Nodes at one site share its capacity. All rates are per day.

    Attributes
    ----------
    names : tuple of str, length nodes
    stock : float64 array, shape (nodes,)
        Units at hand at the beginning, pipeline that is already downstream included.
    capacity_per_day : float64 array, shape (nodes,)
        Units the node can make a day; infinite without limit.
    demand_per_day : float64 array, shape (nodes,)
        Units asked of the node a day; 0 for a node that only supplies others.
    margin : float64 array, shape (nodes,)
        What one unit not delivered costs (money, or any weight); 0 or more.
    need_node : int64 array, shape (needs,)
        Node each need belongs to, rising.
    link_need, link_source : int64 arrays, shape (links,)
        Each link is one source (node) of one need; needs rising. A need without links is never
        met: its node makes nothing.
    link_quantity : float64 array, shape (links,)
        Units of the source that one unit of the node takes.
    site : int64 array, shape (nodes,)
        Site whose capacity the node shares; -1 for none.
    site_names : tuple of str
    site_capacity_per_day : float64 array, shape (sites,)
        Units of all nodes at the site together; infinite without limit.
    causes : tuple of str
        Causes of a loss that recovery times are known for.
    recovery_days : float64 array, shape (nodes + sites, causes)
        Time to recover of each node, and after them of each site, by cause; NaN where unknown.

    Raises
    ------
    BadData
        Shapes disagree, an index is out of range, or a number is NaN, negative or infinite where it
        may not be; names the node. No node at all, or a name that comes twice.
    """

    names: tuple[str, ...]
    stock: Floats
    capacity_per_day: Floats
    demand_per_day: Floats
    margin: Floats
    need_node: Longs
    link_need: Longs
    link_source: Longs
    link_quantity: Floats
    site: Longs
    site_names: tuple[str, ...] = ()
    site_capacity_per_day: Floats = field(default_factory=lambda: np.zeros(0))
    causes: tuple[str, ...] = ()
    recovery_days: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        for name in ("stock", "capacity_per_day", "demand_per_day", "margin", "link_quantity",
                     "site_capacity_per_day", "recovery_days"):  # fmt: skip
            object.__setattr__(self, name, _frozen(getattr(self, name), np.float64))
        for name in ("need_node", "link_need", "link_source", "site"):
            object.__setattr__(self, name, _frozen(getattr(self, name), np.int64))
        if not self.recovery_days.size:
            empty = np.zeros((self.nodes + self.sites, len(self.causes)))
            object.__setattr__(self, "recovery_days", _frozen(empty, np.float64))
        self._check_shapes()
        self._check_numbers()

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.names)

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.site_names)

    @property
    def elements(self) -> int:
        """Number of things that can be lost: nodes, then sites."""
        return self.nodes + self.sites

    def element_name(self, element: int) -> str:
        """Name of a node, or of a site (element ``nodes + site``)."""
        last = element - self.nodes
        return self.names[element] if last < 0 else self.site_names[last]

    def element(self, name: str) -> int:
        """Number of a node or site by its name.

        Raises
        ------
        BadUse
            There is none.
        """
        for offset, names in ((0, self.names), (self.nodes, self.site_names)):
            if name in names:
                return offset + names.index(name)
        raise BadUse(
            f"There is no node or site '{name}'.",
            mend=f"Known are for example: {', '.join((*self.names, *self.site_names)[:5])}.",
        )

    def _check_shapes(self) -> None:
        nodes, sites, links = self.nodes, self.sites, len(self.link_need)
        if not nodes:
            raise BadData("The network has no nodes.", mend="Give at least one.")
        for name, shape in {
            "stock": (nodes,), "capacity_per_day": (nodes,), "demand_per_day": (nodes,),
            "margin": (nodes,), "site": (nodes,), "site_capacity_per_day": (sites,),
            "link_source": (links,), "link_quantity": (links,),
            "recovery_days": (nodes + sites, len(self.causes)),
        }.items():  # fmt: skip
            if getattr(self, name).shape != shape:
                raise BadData(f"'{name}' has shape {getattr(self, name).shape}, not {shape}.")
        for names, what in ((self.names, "node"), (self.site_names, "site")):
            if len(set(names)) < len(names):
                twice = next(name for i, name in enumerate(names) if name in names[:i])
                raise BadData(f"The {what} '{twice}' comes twice.", mend="Give each its own name.")
        for name, least, size in (
            ("need_node", 0, nodes), ("link_need", 0, len(self.need_node)),
            ("link_source", 0, nodes), ("site", -1, sites),
        ):  # fmt: skip
            values = getattr(self, name)
            if values.ndim != 1 or (len(values) and not least <= values.min() <= values.max()):
                raise BadData(f"'{name}' names something below {least}.")
            if len(values) and values.max() >= size:
                raise BadData(f"'{name}' names number {values.max()}, but there are {size}.")
        for name in ("need_node", "link_need"):
            if (np.diff(getattr(self, name)) < 0).any():
                raise BadData(f"'{name}' does not rise.", mend="Sort needs and links.")

    def _check_numbers(self) -> None:
        for name, of in (
            ("stock", self.names), ("demand_per_day", self.names), ("margin", self.names),
            ("capacity_per_day", self.names), ("site_capacity_per_day", self.site_names),
        ):  # fmt: skip
            values = getattr(self, name)
            finite = np.isfinite(values) | (("capacity" in name) & (values == np.inf))
            bad = ~finite | (values < 0)
            if bad.any():
                at = int(np.argmax(bad))
                raise BadData(
                    f"'{name}' is {values[at]}.", where=of[at], mend="Give a number of 0 or more."
                )
        bad = ~np.isfinite(self.link_quantity) | (self.link_quantity <= 0)
        if bad.any():
            at = int(np.argmax(bad))
            raise BadData(
                f"One unit takes {self.link_quantity[at]} of {self.names[self.link_source[at]]}.",
                where=self.names[self.need_node[self.link_need[at]]],
                mend="Give a number above 0; leave out what is not needed.",
            )
        bad = (self.recovery_days < 0) | np.isinf(self.recovery_days)
        if bad.any():
            row, column = (int(x) for x in np.argwhere(bad)[0])
            raise BadData(
                f"The time to recover from '{self.causes[column]}' is "
                f"{self.recovery_days[row, column]} days.",
                where=self.element_name(row),
                mend="Give a finite number of 0 or more.",
            )


@dataclass(frozen=True)
class Need:
    """A part of which one unit of a node takes ``quantity``, from any of some sources."""

    part: str
    sources: Sequence[str]
    quantity: float = 1.0


def _frozen(values: npt.ArrayLike, dtype: type[Number]) -> npt.NDArray[Number]:
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
