"""Rules that a network must keep before anything runs on it.

Fields first (indices, kinds, ranges), since the rules between rows follow the indices; circles
last. Nothing is mended in silence.
"""

from redball.simulation.network.draft import Draft
from redball.simulation.network.joints import (
    check_demand,
    check_help,
    check_laws,
    check_repair,
    check_stock,
    check_supply,
)
from redball.simulation.network.loops import check_loops
from redball.simulation.network.ranges import check_fields, check_names


def check_network(draft: Draft) -> None:
    """Refuse tables that break a rule, with table, row, name and how to mend it.

    Raises
    ------
    BadUse
        The first rule that is broken.
    """
    check_names(draft)
    check_fields(draft)
    check_laws(draft)
    check_stock(draft)
    check_supply(draft)
    check_demand(draft)
    check_repair(draft)
    check_help(draft)
    check_loops(draft)


__all__ = ["check_network"]
