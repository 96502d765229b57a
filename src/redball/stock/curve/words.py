"""What results of the optimiser assume, in sentences."""

import numpy as np

from redball.stock.curve.network import Network


def assumptions_of(network: Network, start: str) -> tuple[str, ...]:
    """Say what the figures rest on."""
    law = (
        "Pipelines are negative binomial with mean and variance by VARI-METRIC, Poisson where the "
        "variance is the mean."
        if network.model == "vari-metric"
        else "Pipelines are Poisson with the mean alone (METRIC): too optimistic below a depot."
    )
    said = [
        law,
        "Repair is ample: nobody waits for a server. Demand goes on while systems are down.",
        "Every unit used or lost is replaced at once; sites don't help each other, and suppliers "
        "serve backorders in the order they came.",
    ]
    if network.net.by_backorders:
        said.append(
            "Backorders count where demand does not come from repairs of a parent or other sites."
        )
    else:
        said.append(
            "The objective is the geometric mean of availabilities, weighted by number and "
            "importance of the systems; holes fall on systems at random (no cannibalisation)."
        )
    if start == "least":
        said.append("The least stock is there already and costs nothing.")
    if (network.net.batch > 1).any():
        said.append(
            "Where units are ordered in batches of Q the position is uniform on R + 1 to R + Q; "
            "stock means R + 1."
        )
    if network.deep().any():
        said.append(
            "Families of items and chains of more than two echelons are solved by descent from "
            "several starts: every point is evaluated exactly, none is proven best."
        )
    if not np.isinf(network.net.most).all():
        said.append("Stock never exceeds 'most', so not every availability can be reached.")
    return tuple(said)
