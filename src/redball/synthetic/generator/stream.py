"""Streams a coalition, owner by owner and table by table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from redball.synthetic.generator import activity, articles, parties, places, readiness
from redball.synthetic.generator.plan import Plan, make_plans, size_of

Maker = Callable[[Plan], Iterator[pl.DataFrame]]

MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "nation": activity.nations,
        "site": places.sites,
        "party": parties.parties,
        "item": articles.items,
        "structure": articles.structure,
        "system": articles.systems,
        "fleet": parties.fleets,
        "source": articles.sources,
        "supply": parties.supply,
        "lane": places.lanes,
        "holding": activity.holdings,
        "demand": activity.demand,
        "order": activity.orders,
        "consignment": activity.consignments,
        "target": activity.targets,
        "factor": readiness.factors,
        "rate": activity.rates,
        "resupply": readiness.resupply,
        "repair": readiness.repairs,
        "policy": readiness.policies,
        "support": readiness.support,
    }
)


def generate_coalition(size: str, seed: int = 1) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Stream a coalition of realistic shape in bounded memory.

    Parameters
    ----------
    size : str
        ``XS``, ``S``, ``M``, ``L`` or ``XL``; see :func:`size_of`.
    seed : int
        Same seed, same data, byte for byte.

    Yields
    ------
    (owner, table, chunk)
        Owners in order of import, tables in order of reference; a chunk has at most 400,000
        rows. A row refers only to rows of its owner or of owners before it.

    Raises
    ------
    BadUse
        There is no such size.
    """
    return _stream(make_plans(size_of(size), seed))


def _stream(plans: Sequence[Plan]) -> Iterator[tuple[str, str, pl.DataFrame]]:
    for plan in plans:
        for table, make in MAKERS.items():
            for chunk in make(plan):
                yield plan.owner.code, table, chunk
