"""Which fleet is in danger, and why: the first sentence of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from redball.app.keeping import kept
from redball.app.operating.places import fleet_rows
from redball.app.operating.standing import naming_of
from redball.app.picture import FindingOptions, Recognised, findings_of
from redball.app.worklist.identity import Named
from redball.model import Level

MOST = 6
"""Fleets that are named."""
_CAUTION = Level.CAUTION.rank


@dataclass(frozen=True)
class Reason:
    """A finding that may be why a fleet is in danger.

    Attributes
    ----------
    key : str
        Of the finding.
    level : str
    words : str
        Its sentence.
    """

    key: str
    level: str
    words: str


@dataclass(frozen=True)
class Fleet:
    """A fleet below what is wanted of it.

    Attributes
    ----------
    level, nation, unit, system : str
    system_key : str
        ``OWNER:KEY``.
    site : str
        Where the unit is, ``OWNER:KEY``; empty where that is not known.
    available, count : int
    availability, target : float, share
    reasons : tuple of Reason
        Findings that name the system, then those that name the place; the worst first.
    """

    level: str
    nation: str
    unit: str
    system: str
    system_key: str
    site: str
    available: int
    count: int
    availability: float
    target: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Danger:
    """How the fleets stand.

    Attributes
    ----------
    fleets : int
        All that are known.
    silent : int
        Of which nothing is reported.
    below : int
        Below their target.
    worst : tuple of Fleet
        At most :data:`MOST` of these, the worst first.
    stopping : tuple of Reason
        Critical findings that can stop a system, whether or not its fleets are below target now.
    """

    fleets: int
    silent: int
    below: int
    worst: tuple[Fleet, ...]
    stopping: tuple[Reason, ...]


def danger_of(known: Recognised) -> Danger:
    """Which fleets are in danger; made once for each twin."""
    return kept(known.seen, "operating danger", lambda: _danger(known))


def _danger(known: Recognised) -> Danger:
    rows = fleet_rows(known)
    below = rows.filter(pl.col("rank") >= _CAUTION).sort(
        "rank", "gap", descending=True, nulls_last=True, maintain_order=True
    )
    naming = naming_of(findings_of(known, FindingOptions()))
    sites = known.twin["site"].select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":")
    ).to_series()  # fmt: skip
    worst = []
    for row in below.head(MOST).iter_rows(named=True):
        place = row["site_ix"]
        site = sites[place] if place is not None and place >= 0 else ""
        of_both = [*naming.of_system(row["system_key"] or ""), *naming.of_site(site)]
        worst.append(_fleet(row, site, [_reason(n) for n in of_both]))
    stopping = [
        _reason(n)
        for n in naming.findings
        if n.finding.level is Level.CRITICAL and n.finding.detail.get("systems")
    ]
    return Danger(
        fleets=rows.height,
        silent=rows.filter(pl.col("availability").is_null()).height,
        below=below.height,
        worst=tuple(worst),
        stopping=tuple(stopping),
    )


def _reason(one: Named) -> Reason:
    return Reason(one.key, one.finding.level.value, one.finding.title)


def _fleet(row: dict[str, object], site: str, reasons: Sequence[Reason]) -> Fleet:
    text = {name: str(row[name] or "") for name in ("level", "nation", "unit", "system")}
    available, count = row["available"], row["count"]
    share, target = row["availability"], row["target"]
    assert isinstance(available, int)
    assert isinstance(count, int)
    assert isinstance(share, float)
    assert isinstance(target, float)
    return Fleet(
        **text,
        system_key=str(row["system_key"] or ""),
        site=site,
        available=available,
        count=count,
        availability=share,
        target=target,
        reasons=tuple(dict.fromkeys(reasons)),
    )
