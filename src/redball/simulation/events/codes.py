"""Kinds of events, and the total order of those at one tick.

Events are handled in the order of (tick, class, sequence). The sequence counts schedulings from 0,
so that ties within a class keep the order in which they came to be known, and those known from the
start the order of the tables.

=====  ===========  ====================================================================
class  name         what
=====  ===========  ====================================================================
0      CHANGE       disruption and recovery, in the order of the list of changes
1      ARRIVE       goods reach the end of a lane or a store; repairs and production end;
                    lots expire
2      DEMAND       streams, failures, failed units reaching a shop
3      REACT        people do what a rule says
4      REVIEW       reviews, and the orders that follow from them
5      COUNT        statistics of a day
=====  ===========  ====================================================================

Everything that one event brings about at once (stock is issued, waiting requests are served, a
consignment leaves) belongs to that event; what takes time, even no time at all, is an event of its
own, so that goods never pass two stores in one step.
"""

from enum import IntEnum

TICKS_PER_DAY = 86_400
"""One tick is a second."""


class Order(IntEnum):
    """Classes of simultaneous events; see the module."""

    CHANGE = 0
    ARRIVE = 1
    DEMAND = 2
    REACT = 3
    REVIEW = 4
    COUNT = 5


class Kind(IntEnum):
    """Lines of the log; ``entity``, ``other`` and ``quantity`` are named."""

    CHANGED = 0
    """what, index, value in millionths."""
    MOVED = 1
    """Goods come to the end of a lane or of their lead time: destination cell, lane, units."""
    RECEIVED = 2
    """Cell, arc or -1, units."""
    DEMANDED = 3
    """Cell, stream, units."""
    FAILED = 4
    """Cell, application, 1."""
    AT_SHOP = 5
    """Failed unit reaches a shop: cell, shop, 1."""
    REPAIRED = 6
    """Cell, shop, 1."""
    MADE = 7
    """Cell, recipe, units."""
    EXPIRED = 8
    """Cell, -1, units."""
    REVIEWED = 9
    """Cell, -1, inventory position."""
    ORDERED = 10
    """Cell, arc, units."""
    SENT = 11
    """Destination cell, arc or -1, units."""
    REACTED = 12
    """Cell, kind of rule, 0."""
    LOST = 13
    """Goods lost on a lane: destination cell, lane, units."""
    CONDEMNED = 14
    """Cell, -1, 1."""
    HELD = 15
    """Goods wait before a lane: destination cell, lane, units."""
    UNMET = 16
    """Demand that did not wait: cell, stream, units."""
