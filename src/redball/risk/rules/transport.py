"""Rules ``network-articulation`` and ``network-bridge``: where the transport network falls apart.

All usable lanes, taken in both directions. Lanes of different modes between the same sites are
parallel, so that neither of them is a bridge.
"""

from collections.abc import Iterator

import numpy as np

from redball.model import Finding, Level
from redball.risk.context import Context
from redball.risk.kernels import articulation_points_and_bridges
from redball.risk.making import Row
from redball.risk.rules.routes import lane_name, usable_lanes


def transport_findings(context: Context) -> Iterator[Finding]:
    """Yield sites, then lanes, whose loss separates sites from the largest remaining part."""
    lanes = usable_lanes(context)
    cuts = articulation_points_and_bridges(context.twin["site"].height, lanes.start, lanes.end)
    least = context.thresholds.separated_sites
    for site in np.flatnonzero(cuts.cut_off_by_node >= least).tolist():
        beside = lanes.row[(lanes.start == site) | (lanes.end == site)]
        yield _finding(
            context,
            "network-articulation",
            ("site", site),
            context.desk.name("site", site),
            int(cuts.cut_off_by_node[site]),
            int(cuts.component_size[site]),
            [("lane", int(row)) for row in beside],
        )
    for edge in np.flatnonzero(cuts.cut_off_by_edge >= least).tolist():
        start, end = int(lanes.start[edge]), int(lanes.end[edge])
        yield _finding(
            context,
            "network-bridge",
            ("lane", int(lanes.row[edge])),
            lane_name(context, int(lanes.row[edge])),
            int(cuts.cut_off_by_edge[edge]),
            int(cuts.component_size[start]),
            [("site", start), ("site", end)],
        )


def _finding(
    context: Context, rule: str, subject: Row, name: str, separated: int, size: int, near: list[Row]
) -> Finding:
    limits = context.thresholds
    share = separated / size
    return context.desk.finding(
        rule,
        Level.SERIOUS if share >= limits.separated_share_serious else Level.CAUTION,
        subject,
        f"The loss of {name} separates {separated} of {size} connected sites from the rest.",
        measure="sites separated",
        value=separated,
        threshold=float(limits.separated_sites),
        detail={"connected_sites": size, "share_separated": round(share, 4)},
        evidence=near,
    )
