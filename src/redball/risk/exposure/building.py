"""A network of names and numbers, as a reader would write it down."""

from collections.abc import Mapping, Sequence

import numpy as np

from redball.model import BadData
from redball.risk.exposure.network import ExposureNetwork, Need

Numbers = Mapping[str, float]


def exposure_network(
    *,
    stock: Numbers | None = None,
    capacity_per_day: Numbers | None = None,
    demand_per_day: Numbers,
    margin: Numbers | None = None,
    needs: Mapping[str, Sequence[Need]] | None = None,
    sites: Mapping[str, Sequence[str]] | None = None,
    site_capacity_per_day: Numbers | None = None,
    recovery_days: Mapping[str, Numbers] | None = None,
) -> ExposureNetwork:
    """Make a network from names.

    Parameters
    ----------
    stock, capacity_per_day, demand_per_day, margin : mapping of node to number
        A node not named has no stock, no limit of capacity, no demand, and margin 1.
    needs : mapping of node to Needs
        All needs of a node must be met, each from any of its sources.
    sites : mapping of site to nodes
        Which nodes share a site's capacity.
    site_capacity_per_day : mapping of site to number
        Without limit when absent.
    recovery_days : mapping of cause to mapping of node or site to days

    Returns
    -------
    ExposureNetwork
        Nodes in the order in which they are first named above.

    Raises
    ------
    BadData
        A number is out of range, a node stands at two sites, or a site or a recovery time names
        what does not exist.
    """
    needs, sites = needs or {}, sites or {}
    names = _names(stock, capacity_per_day, demand_per_day, margin, needs, sites)
    number = {name: i for i, name in enumerate(names)}
    flat = [(name, need) for name in names for need in needs.get(name, ())]
    links = [
        (k, number[source], need.quantity)
        for k, (_, need) in enumerate(flat)
        for source in need.sources
    ]
    twice = next((flat[k] for i, (k, s, _) in enumerate(links) if (k, s) in
                  {(a, b) for a, b, _ in links[:i] if a == k}), None)  # fmt: skip
    if twice:
        raise BadData(f"A source of '{twice[1].part}' comes twice.", where=twice[0])
    places = tuple(sites)
    causes = tuple(recovery_days or {})
    return ExposureNetwork(
        names=names,
        stock=_column(stock, names, 0.0),
        capacity_per_day=_column(capacity_per_day, names, np.inf),
        demand_per_day=_column(demand_per_day, names, 0.0),
        margin=_column(margin, names, 1.0),
        need_node=np.array([number[name] for name, _ in flat], np.int64),
        link_need=np.array([k for k, _, _ in links], np.int64),
        link_source=np.array([source for _, source, _ in links], np.int64),
        link_quantity=np.array([quantity for _, _, quantity in links]),
        site=_sites(sites, number),
        site_names=places,
        site_capacity_per_day=_column(site_capacity_per_day, places, np.inf),
        causes=causes,
        recovery_days=np.array(
            [_column((recovery_days or {})[c], (*names, *places), np.nan) for c in causes]
        ).reshape(len(causes), len(names) + len(places)).T,
    )  # fmt: skip


def _names(
    stock: Numbers | None,
    capacity: Numbers | None,
    demand: Numbers,
    margin: Numbers | None,
    needs: Mapping[str, Sequence[Need]],
    sites: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for numbers in (stock, capacity, demand, margin):
        found |= dict.fromkeys(numbers or ())
    for node, listed in needs.items():
        found[node] = None
        for need in listed:
            found |= dict.fromkeys(need.sources)
    for nodes in sites.values():
        found |= dict.fromkeys(nodes)
    return tuple(found)


def _column(given: Numbers | None, names: tuple[str, ...], missing: float) -> np.ndarray:
    unknown = [name for name in given or () if name not in names]
    if unknown:
        raise BadData(
            f"'{unknown[0]}' is not a node or site.", mend=f"Known: {', '.join(names[:5])}."
        )
    return np.array([(given or {}).get(name, missing) for name in names], np.float64)


def _sites(sites: Mapping[str, Sequence[str]], number: Mapping[str, int]) -> np.ndarray:
    site = np.full(len(number), -1, np.int64)
    for place, (name, nodes) in enumerate(sites.items()):
        for node in nodes:
            if site[number[node]] >= 0:
                raise BadData("The node stands at two sites.", where=node, mend=f"Not at {name}.")
            site[number[node]] = place
    return site
