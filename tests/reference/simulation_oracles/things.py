"""What the simulator keeps."""

from collections.abc import Callable
from dataclasses import dataclass, field

NEVER = 2**62
ALLY, DUE = -1, -2
"""In place of the row of an arc: given by an ally; on order from the start."""
DAY = 86_400


@dataclass(eq=False)
class Request:
    """Units somebody waits for; ``give`` is called with units and their expiry."""

    units: int
    give: Callable[[int, int], None]
    priority: int = 0
    arc: int = -1
    """Row of the arc of an order; -1 for other kinds."""


@dataclass(eq=False)
class Cell:
    """Stock of an item at a node."""

    number: int
    node: int
    item: int
    on_hand: int
    reserve: int
    policy: int
    rationing: int
    reorder: int
    up_to: int
    quantity: int
    review: int
    on_order: int = 0
    in_repair: int = 0
    supporting: int = 0
    blocked: bool = False
    stale: bool = False
    believed: int = 0
    pending: bool = False
    wants: bool = False
    second: bool = False
    helped: bool = False
    hurried: bool = False
    lots: list[list[int]] = field(default_factory=list)
    """Expiry and units, those that expire first at the front; the rest does not expire."""
    queue: list[Request] = field(default_factory=list)
    rules: dict[int, int] = field(default_factory=dict)
    reacting: set[int] = field(default_factory=set)
    expired: int = 0
    condemned: int = 0
    destroyed: int = 0
    lost: int = 0

    @property
    def open(self) -> int:
        return sum(request.units for request in self.queue)


@dataclass(eq=False)
class Node:
    """A place and the share of it that works."""

    level: float = 1.0
    orders: bool = True


@dataclass(eq=False)
class Goods:
    """A consignment."""

    cell: int
    arc: int
    units: int
    expires: int
    factor: float
    kg: float
    route: list[int]
    at_node: int
    state: str = "in hand"
    lane: int = -1
    due: int = 0
    left_at: int = 0
    stamp: int = 0
    free: bool = False
    """Looks for its own way."""


@dataclass(eq=False)
class Job:
    """A repair, or a lot in production."""

    node: int
    units: int
    law: int
    done: Callable[[], None]
    shop: int = -1
    recipe: int = -1
    missing: int = 0
    state: str = "lacking"
    due: int = 0
    stamp: int = 0


@dataclass(eq=False)
class Line:
    """A lane, or the line of a recipe: takes work up one after the other."""

    number: int
    ends: tuple[int, int]
    per_day: float
    law: int
    cut_rule: int = 0
    headway: int = 0
    offset: int = 0
    own: float = 1.0
    level: float = 1.0
    time_factor: float = 1.0
    queue: list[Goods | Job] = field(default_factory=list)
    current: Goods | Job | None = None
    left: float = 0.0
    since: int = 0
    stamp: int = 0
    is_lane: bool = True


@dataclass(eq=False)
class Pool:
    """Repair places."""

    servers: int
    able: int
    busy: int = 0
    queue: list[Job] = field(default_factory=list)


@dataclass(eq=False)
class Fleet:
    """Systems of one kind; holes by application and system."""

    count: int
    cannibalise: bool
    only_up: bool
    priority: int
    apps: list[int]
    tempo: float = 1.0
    holes: dict[int, list[int]] = field(default_factory=dict)


@dataclass(eq=False)
class Failing:
    """When the next unit of an application fails: exposure that is left, at a tick."""

    per_tick: float
    left: float
    since: float = 0.0
    drawn: int = 1
    stamp: int = 0


@dataclass(eq=False)
class Stream:
    """When the next order of a stream comes."""

    factor: float = 1.0
    at: float = 0.0
    left: float = 0.0
    drawn: int = 1
    row: int = 0
    stamp: int = 0
