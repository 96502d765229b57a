"""What a stock of spares gives: backorders and availability over echelons and indentures.

What: :func:`evaluate` takes a :class:`SparingProblem`, which :func:`sparing_problem` builds and
checks, and a stock, and gives the expected
backorders of every item at every site and the availability of the systems, by VARI-METRIC or
METRIC; :func:`evaluate_exact` does it without approximation for small cases of one indenture;
:func:`cannibalised_availability` says what robbing parts would give at best;
:func:`check_repair_capacity` says where ample repair is a wrong assumption, and the corrected
figures. :func:`flows` is the part that no stock changes, for those who evaluate many.

Why: item by item service levels don't add up to readiness. What counts is the number of systems
with a hole, and that depends on depots, on parts of parts and on what each unit costs.

Source: Sherbrooke, *Optimal Inventory Modeling of Systems*, 2nd ed. 2004; Simon 1971; Graves 1985;
the maths, limits and measured errors are in ``docs/concepts/sparing.md``.
"""

from redball.stock.sparing.availability import (
    OperationalAvailability,
    availability,
    linear_availability,
    operational_availability,
    owed,
    up_share,
)
from redball.stock.sparing.build import sparing_problem
from redball.stock.sparing.cannibalised import cannibalised_availability
from redball.stock.sparing.capacity import RepairCheck, RepairLimit, check_repair_capacity
from redball.stock.sparing.checks import check_problem
from redball.stock.sparing.evaluation import Evaluation, evaluate, mixed
from redball.stock.sparing.exact import evaluate_exact
from redball.stock.sparing.flows import Flows, flows
from redball.stock.sparing.problem import Applications, SparingProblem, Structure
from redball.stock.sparing.queueing import RepairQueue, queue_backorders, repair_queue

__all__ = [
    "Applications",
    "Evaluation",
    "Flows",
    "OperationalAvailability",
    "RepairCheck",
    "RepairLimit",
    "RepairQueue",
    "SparingProblem",
    "Structure",
    "availability",
    "cannibalised_availability",
    "check_problem",
    "check_repair_capacity",
    "evaluate",
    "evaluate_exact",
    "flows",
    "linear_availability",
    "mixed",
    "operational_availability",
    "owed",
    "queue_backorders",
    "repair_queue",
    "sparing_problem",
    "up_share",
]
