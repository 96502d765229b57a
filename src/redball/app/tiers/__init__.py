"""The supply network behind a system or an item: use cases, and the graph that is drawn of it."""

from redball.app.tiers.answering import NetworkAnswer, network_systems, supply_network
from redball.app.tiers.asking import Asked, network_search
from redball.app.tiers.drawing import COLLAPSED

__all__ = [
    "COLLAPSED",
    "Asked",
    "NetworkAnswer",
    "network_search",
    "network_systems",
    "supply_network",
]
