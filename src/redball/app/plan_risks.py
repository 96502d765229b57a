"""Risks of a plan: from the register, from the table of hazards, and from what findings show."""

from redball.app.rehearsal import Rehearsal
from redball.app.scenario_hazards import hazard_rows, strike_of
from redball.app.stress import HIDDEN_RULE
from redball.model import BadData
from redball.planning.plan import Risk
from redball.planning.targets import Targets
from redball.risk import structural_findings
from redball.risk.register import Register, elementary

MOST_RISKS = 500


def register_risks(found: Rehearsal, register: Register) -> tuple[list[Risk], list[str]]:
    """What happens by itself by a register, as risks; and why some of it could not be used."""
    risks, passed = [], []
    known = found.case.targets
    for each in elementary(register):
        parts = tuple(
            (kind, full)
            for kind, name in each.strikes
            if (full := _resolved(known, kind, name)) is not None
            and not known.reach[kind][full].empty
        )
        if not parts:
            passed.append(f"{each.title} ({each.key}): it strikes nothing that is simulated")
            continue
        risks.append(
            Risk(
                each.key, each.title, parts, each.per_year, each.days,
                each.source or "register, without a source", each.confidence, each.risks,
            )
        )  # fmt: skip
    if len(risks) > MOST_RISKS:
        passed.append(f"{len(risks) - MOST_RISKS} more: only {MOST_RISKS} are taken")
    return risks[:MOST_RISKS], passed


def _resolved(known: Targets, kind: str, name: str) -> str | None:
    return known.resolve(kind, name)


def risks_of(found: Rehearsal) -> tuple[list[Risk], list[str]]:
    """Hazards that a viewer sees, as risks; and why some could not be used.

    Raises
    ------
    BadData
        A likelihood or a duration is no number of 0 or more.
    """
    risks, passed = [], []
    known = found.case.targets
    for row in hazard_rows(found.seen).sort("full").iter_rows(named=True):
        strike = strike_of(found.twin, row)
        rate, days = row["likelihood_per_year"], row["duration_days"]
        name = f"{strike.name} ({strike.key})"
        if rate is None or days is None:
            passed.append(f"{name}: its likelihood or its duration is not known")
            continue
        parts = tuple((kind, key) for kind, _, key in (t.partition(" ") for t in strike.targets))
        parts = tuple((kind, key) for kind, key in parts if known.find(kind, key) is not None)
        if not parts:
            passed.append(f"{name}: it strikes nothing that is simulated")
            continue
        if not (0 <= rate <= 365.0 and 0 < days <= 36_500.0):
            raise BadData(
                f"A likelihood of {rate} a year and a duration of {days} days.",
                where=f"table hazard, {strike.key}",
                mend="Give 0 to 365 a year, and days above 0.",
            )
        risks.append(Risk(strike.key, strike.name, parts, rate, days, "table hazard", "as stated"))
    if len(risks) > MOST_RISKS:
        passed.append(f"{len(risks) - MOST_RISKS} more: only {MOST_RISKS} are taken")
    return risks[:MOST_RISKS], passed


def hidden_risks(found: Rehearsal, known: list[Risk], per_year: float, days: float) -> list[Risk]:
    """Loss of each supplier that stands unseen behind several others and that no risk names."""
    if not per_year:
        return []
    targets = found.case.targets
    named = {part for risk in known for part in risk.parts}
    suppliers = {
        f"{finding.subject.owner}:{finding.subject.key}"
        for finding in structural_findings(found.twin, items=found.items, parties=found.parties)
        if finding.rule == HIDDEN_RULE and finding.subject.table == "party"
    }
    seen = set(targets.names("party"))
    return [
        Risk(
            f"loss of {name}", f"Loss of {targets.label('party', name)}", (("party", name),),
            per_year, days, f"finding {HIDDEN_RULE}; likelihood and duration assumed", "low",
        )
        for name in sorted(suppliers & seen)
        if ("party", name) not in named
    ]  # fmt: skip


def classes_of(found: Rehearsal) -> dict[int, str]:
    """Class of supply of each item of the network."""
    cells = found.case.network.cells
    known: dict[int, str] = {}
    for name, reach in found.case.targets.reach.get("class", {}).items():
        for item in cells["item"][reach.cells].tolist():
            known.setdefault(int(item), name)
    return known
