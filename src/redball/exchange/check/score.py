"""The conformance score of a feed; formulas in :class:`redball.exchange.check.types.Score`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from redball.exchange.check.fill import MISSING_CELL
from redball.exchange.check.types import Score
from redball.exchange.check.work import Work
from redball.model.schema import Table

RECOMMENDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nation": ("currency",),
        "site": ("latitude", "longitude"),
        "party": ("country", "ncage"),
        "item": ("niin", "price", "currency", "mass_kg", "volume_m3"),
        "system": ("item", "availability_target"),
        "fleet": ("available", "hours_per_day", "availability_target"),
        "source": ("lead_time_sd_days", "unit_price", "currency", "capacity_per_month"),
        "supply": ("share",),
        "lane": ("distance_km", "transit_days", "capacity_t_per_day"),
        "holding": ("counted_on",),
        "order": ("due_on",),
        "consignment": ("departed_on", "expected_on"),
        "hazard": ("likelihood_per_year", "duration_days"),
    }
)
"""Columns that are not required and that the analyses need to say more than the least."""


def expected_columns(spec: Table) -> tuple[str, ...]:
    """Columns counted in completeness: required without a default, and recommended."""
    required = tuple(a.name for a in spec.attributes if a.required and not a.default)
    return (*required, *(n for n in RECOMMENDED.get(spec.name, ()) if n not in required))


def timeliness(as_of: datetime, now: datetime, cadence_days: float) -> float:
    """1 up to one cadence of age, then a straight line to 0 at three cadences."""
    cadence = max(float(cadence_days), 1e-9)
    age_days = (now - as_of).total_seconds() / 86_400
    return min(1.0, max(0.0, 1 - (age_days - cadence) / (2 * cadence)))


def score(works: Collection[Work], as_of: datetime, now: datetime, cadence_days: float) -> Score:
    """Score of a package whose rules have run; a package without rows is 0 in completeness."""
    wanted = present = 0
    for work in works:
        for column in expected_columns(work.spec):
            wanted += work.frame.height
            present += _present(work, column)
    cells = sum(sum(work.filled.values()) for work in works)
    errors = sum(work.log.cell_errors(without=(MISSING_CELL.id,)) for work in works)
    compared = sum(work.compared for work in works)
    failed = sum(work.failed for work in works)
    return Score(
        completeness=present / wanted if wanted else 0.0,
        validity=max(0.0, 1 - errors / cells) if cells else float(errors == 0),
        timeliness=timeliness(as_of, now, cadence_days),
        consistency=max(0.0, 1 - failed / compared) if compared else 1.0,
    )


def _present(work: Work, column: str) -> int:
    """Cells sent, readable or not, or filled from another column (coordinates from a position)."""
    values = work.frame[column]
    return max(work.filled.get(column, 0), len(values) - values.null_count())
