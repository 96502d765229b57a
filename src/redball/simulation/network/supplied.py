"""What is odd about a network but can be simulated: demand that nothing supplies, and the like."""

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.simulation.network.network import Network
from redball.simulation.network.tables import ArcKind, PolicyKind, StreamKind

SHOWN = 5
"""Names in one warning."""

Mask = npt.NDArray[np.bool_]


def warnings_of(network: Network) -> tuple[str, ...]:
    """Say what a user should look at before believing a run of the network.

    A cell is supplied when something can come in without end: it orders and buys, or is moved from
    or made from cells that are supplied, or allies that are supplied give to it, or its failed
    units are repaired. Stock that is there at the start is no supply.

    Returns
    -------
    tuple of str
        One sentence for each kind of thing, with the first names and how many there are.
    """
    said: list[str] = []

    def say(rows: npt.NDArray[np.intp], one: str, cells: bool = True) -> None:
        if len(rows):
            names = [network.name_of(int(r)) if cells else str(r) for r in rows[:SHOWN]]
            more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
            said.append(f"{one}: {', '.join(names)}{more}.")

    asked, supplied, ready = _asked(network), _supplied(network), _supplied(network, standby=False)
    say(
        np.flatnonzero(asked & ~supplied),
        "Nothing supplies what is asked for here, so that demand waits for ever when the stock "
        "is gone",
    )
    say(
        np.flatnonzero(asked & supplied & ~ready),
        "Only standby sources supply what is asked for here; they wait for a rule",
    )
    orders = network.cells["policy"] != PolicyKind.NONE
    fed = np.bincount(network.arcs["cell"], minlength=len(orders)) > 0
    say(np.flatnonzero(orders & ~fed), "A policy orders here, but no arc supplies the cell")
    used = np.zeros(len(network.recipes), bool)
    used[network.arcs["recipe"][network.arcs["kind"] == ArcKind.MAKE]] = True
    say(network.recipes["cell"][~used], "A recipe that no arc uses makes nothing")
    unmanned = network.shops["pool"] != NOWHERE
    unmanned[unmanned] = network.pools["servers"][network.shops["pool"][unmanned]] == 0
    say(
        network.shops["cell"][unmanned], "The pool of this shop has no servers: nothing is repaired"
    )
    return tuple(said)


def _asked(network: Network) -> Mask:
    """Cells for which a stream, a fleet or the repair of a parent asks."""
    asked = np.zeros(len(network.cells), bool)
    streams = network.streams
    trace = streams["kind"] == StreamKind.TRACE
    rated = np.isin(streams["kind"], (StreamKind.POISSON, StreamKind.POISSON_DAILY))
    live = np.where(
        trace, streams["last_trace"] > streams["first_trace"], ~rated | (streams["per_day"] > 0)
    )
    asked[streams["cell"][live]] = True
    fitted = network.applications
    live = (fitted["per_day"] > 0) & (network.fleets["count"][fitted["fleet"]] > 0)
    asked[fitted["cell"][live]] = True
    asked[network.parts["cell"][network.parts["probability"] > 0]] = True
    return asked


def _supplied(network: Network, *, standby: bool = True) -> Mask:
    """Cells that something can reach without end; by rounds until nothing is added."""
    arcs, shops, supports = network.arcs, network.shops, network.supports
    arcs = arcs[network.cells["policy"][arcs["cell"]] != PolicyKind.NONE]  # who never orders
    if not standby:
        arcs, supports = arcs[arcs["standby"] == 0], supports[supports["standby"] == 0]
    supplied = np.zeros(len(network.cells), bool)
    supplied[arcs["cell"][arcs["kind"] == ArcKind.BUY]] = True
    supplied[shops["cell"][(shops["share"] > 0) | (shops["up"] != NOWHERE)]] = True
    move = arcs[arcs["kind"] == ArcKind.MOVE]
    make = arcs[arcs["kind"] == ArcKind.MAKE]
    recipes = network.recipes[make["recipe"]]
    while True:
        before = int(supplied.sum())
        supplied[move["cell"][supplied[move["supplier"]]]] = True
        supplied[supports["receiver"][supplied[supports["giver"]]]] = True
        # how many inputs up to each row lack a supply; equal at both ends of a range: none in it
        lacking = np.append(0, np.cumsum(~supplied[network.inputs["cell"]]))
        whole = lacking[recipes["last_input"]] == lacking[recipes["first_input"]]
        supplied[make["cell"][whole]] = True
        if int(supplied.sum()) == before:
            return supplied


__all__ = ["warnings_of"]
