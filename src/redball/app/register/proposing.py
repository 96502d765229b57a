"""Identification: what the data show and no entry of the register names yet."""

from dataclasses import replace

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.picture import PictureOptions, recognise
from redball.app.register.keeping import KeptRegister
from redball.app.scenario_hazards import hazard_rows, strike_of
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.model import Finding, Level
from redball.risk import structural_findings
from redball.risk.register import SCOPES, Duration, Register, RiskEntry
from redball.risk.register.entries import MOST_RATE
from redball.risk.register.taxonomy import category_of_hazard

ASSUMED_RATE, ASSUMED_DAYS = 0.02, 90.0
"""Of what a finding shows, until somebody knows better: once in fifty years, for three months."""
_RULES = {
    "hidden-common-supplier": "manufacturing",
    "single-source": "manufacturing",
    "common-owner": "foreign-influence",
    "network-articulation": "transport",
    "network-bridge": "transport",
    "unit-cut-off": "transport",
    "fewer-than-two-routes": "transport",
    "lane-concentration": "transport",
}
"""Rules whose findings name something that can be lost, with the category proposed."""
_KINDS = {"party": "party", "site": "site", "lane": "lane", "item": "item"}


@use_case(Action.SEE)
def register_propose(view: View, known: KeptRegister | None = None) -> Register:
    """Risks that hazards and structural findings of the data name and the register does not.

    Returns
    -------
    Register
        Entries to look through, correct and write: what is assumed says so.
    """
    seen = see(view)
    there = known.register.risks if known is not None else ()
    named = {part for risk in there for part in risk.strikes}
    keys = {risk.key for risk in there}
    found: dict[str, RiskEntry] = {}
    for risk in (*_from_hazards(seen), *_from_findings(seen)):
        new = [part for part in risk.strikes if part not in named]
        if risk.key in keys or risk.key in found or not new:
            continue
        found[risk.key] = risk
        named |= set(risk.strikes)
    return Register(tuple(found.values()))


def _from_hazards(seen: Seen) -> list[RiskEntry]:
    found = []
    for row in hazard_rows(seen).sort("full").iter_rows(named=True):
        strike = strike_of(seen.twin, row)
        pairs = [tuple(target.split(" ", 1)) for target in strike.targets]
        strikes = tuple((kind, name) for kind, name in pairs if kind in SCOPES)
        rate, days = row["likelihood_per_year"], row["duration_days"]
        stated = rate is not None and 0 <= rate <= MOST_RATE
        if not strikes or (days is not None and not days > 0):
            continue
        found.append(RiskEntry(
            strike.key, strike.name, category_of_hazard(row["kind"]), strikes,
            rate if stated else ASSUMED_RATE,
            Duration(days if days is not None else ASSUMED_DAYS),
            source=f"table hazard, {strike.key}" if stated else "",
            confidence="medium" if stated else "low",
            duration_source="table hazard" if days is not None else "assumed",
            found_by=f"table hazard, {strike.key}",
        ))  # fmt: skip
    return found


def _from_findings(seen: Seen) -> list[RiskEntry]:
    known = recognise(seen, PictureOptions())
    findings = structural_findings(known.twin, items=known.items, parties=known.parties)
    wanted = [
        each for each in findings
        if each.rule in _RULES and each.level in (Level.CRITICAL, Level.SERIOUS)
        and each.subject.table in _KINDS
    ]  # fmt: skip
    return [_of_finding(each) for each in sorted(wanted, key=lambda f: -f.level.rank)]


def _of_finding(finding: Finding) -> RiskEntry:
    kind, name = _KINDS[finding.subject.table], f"{finding.subject.owner}:{finding.subject.key}"
    return RiskEntry(
        f"loss of {kind} {name}", _short(finding.title), _RULES[finding.rule], ((kind, name),),
        ASSUMED_RATE, Duration(ASSUMED_DAYS), duration_source="assumed",
        found_by=f"finding {finding.rule}, {finding.level.value}",
        words="Likelihood and duration are assumed; give your own with their sources.",
    )  # fmt: skip


def _short(title: str, most: int = 150) -> str:
    words = " ".join(title.split())
    return words if len(words) <= most else words[: most - 1] + "…"


def owned(register: Register, owner: str) -> Register:
    """The same entries, looked after by somebody."""
    return replace(register, risks=tuple(replace(risk, owner=owner) for risk in register.risks))
