"""Analysis and evaluation: what each risk of a register costs in the twin, against the appetite."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.plan_risks import classes_of, register_risks
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.model import BadUse, ResultLabel, combine
from redball.model.results import Scalar
from redball.planning.plan import Risk
from redball.planning.portfolio import Exposure, measure, of_years, worth_of
from redball.planning.portfolio import Rehearsal as PartRuns
from redball.reports import Bar, Bars
from redball.risk.register import Appetite, Register, RiskEntry, Verdict, judged

_BARS = 15
_PARTS = 1000
_RULES = {
    "each": "expected loss of a risk in a year",
    "at_once": "loss of one occurrence",
    "together": "expected loss of all risks in a year",
    "worst": "mean loss of the worst tenth of years",
}


@dataclass(frozen=True)
class ExposureWishes:
    """Parameters of an analysis of the register.

    Attributes
    ----------
    replications : int
        Of the whole twin, for each hazard.
    run : RunOptions
    twin : TwinOptions
    """

    replications: int = 20
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)

    def __post_init__(self) -> None:
        if not 2 <= self.replications <= 10_000:
            raise BadUse(f"{self.replications} replications.", mend="Give 2 to 10,000.")

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "replications": self.replications,
            "seed": self.run.root,
            **self.twin.as_parameters(),
        }


@use_case(Action.REQUEST)
def register_exposure(
    inputs: Inputs,
    register: Register,
    wishes: ExposureWishes | None = None,
    progress: Progress | None = None,
    *,
    label: ResultLabel | None = None,
    now: datetime | None = None,
) -> Answer:
    """Run each risk of a register in the twin, and say which are above the appetite.

    Parameters
    ----------
    label : ResultLabel, optional
        Of the register; results carry it beside that of the data.

    Raises
    ------
    BadUse
        The register is empty, or nothing in it strikes what is simulated.
    BadData
        The viewer sees no demand.
    """
    wanted = wishes or ExposureWishes()
    if not any(risk.live for risk in register.risks):
        raise BadUse(
            "There is no risk in the register.",
            mend="Propose some from the data: redball risk register propose",
        )
    found = rehearsal(inputs, wanted.twin, progress, now=now)
    risks, passed = register_risks(found, register)
    if not risks:
        raise BadUse(
            "No risk of the register strikes anything that is simulated.", where=passed[0],
            mend="Name parties, sites, lanes or countries as the twin does, OWNER:KEY.",
        )  # fmt: skip
    measured = exposure_of(found, risks, wanted, progress)
    return _answer(found, inputs, register, wanted, risks, measured, passed, label)


def exposure_of(
    found: Rehearsal, risks: list[Risk], wishes: ExposureWishes, progress: Progress | None = None
) -> Exposure:
    """What risks cost in the whole twin."""
    network = found.case.network
    hazards = [risk.on(network, found.case.targets) for risk in risks]

    def tell(share: float) -> None:
        if progress is not None:
            progress("hazards", round(share * _PARTS), _PARTS)

    with wishes.run.runner() as runner:
        return measure(
            network, worth_of(network, classes=classes_of(found)), hazards,
            of_years(PartRuns(seed=wishes.run.root), wishes.replications),
            runner=runner, progress=tell,
        )  # fmt: skip


def _answer(
    found: Rehearsal, inputs: Inputs, register: Register, wishes: ExposureWishes,
    risks: list[Risk], measured: Exposure, passed: list[str], label: ResultLabel | None,
) -> Answer:  # fmt: skip
    yearly, at_once = _by_entry(register, risks, measured)
    verdicts = judged(
        register.appetite, yearly, at_once, measured.together, measured.worst
    )  # fmt: skip
    entries = _entries(register, yearly, at_once, verdicts)
    tables = {"risks": entries, "runs": _runs(risks, measured)}
    if verdicts:
        tables["above_appetite"] = _verdicts(register, verdicts)
    worst = entries.row(0, named=True)
    said = [
        f"{len(yearly)} risks are expected to cost {measured.together:,.0f} readiness-days a year, "
        f"{measured.worst:,.0f} in the worst tenth of years; without any of them "
        f"{measured.undisturbed:,.0f} are lost.",
        f"Most is lost to '{worst['title']}': {worst['lost_a_year']:,.0f} a year, "
        f"{worst['lost_at_once']:,.0f} each time.",
        _evaluation(register.appetite, verdicts),
    ]
    bars = [
        Bar(title, value)
        for title, value in entries.head(_BARS).select("title", "lost_a_year").iter_rows()
    ]
    own = label or found.case.label
    return Answer(
        kind="register",
        title="Risks of the register, measured in the twin",
        said=tuple(said),
        figures={
            "risks": len(yearly),
            "lost a year to all": measured.together,
            "lost in the worst tenth of years": measured.worst,
            "lost a year without hazards": measured.undisturbed,
            "above the appetite": len(verdicts),
        },
        tables=tables,
        charts=(Bars("Expected loss of a year", "readiness-days", bars),),
        assumptions=(
            f"Each hazard is run by itself on the whole twin from day 30 of a year, "
            f"{wishes.replications} times, on the same draws as the undisturbed year.",
            "Occurrences are Poisson, and what they cost adds up.",
            "A common cause strikes all its risks at once in a share beta of the occurrences of "
            "the rarest (beta-factor model).",
            "A distribution of durations stands as three lengths, the means of equally likely "
            "thirds.",
            *(f"Not measured: {words}." for words in passed),
            *found.case.assumptions,
        ),
        origin=found.seen.origin(
            label=reduce(combine, (found.case.label, found.case.names_label, own)),
            parameters=wishes.as_parameters(),
        ),
        command=f"redball risk register analyse {inputs.words}",
        off_screen=("runs",),
    )  # fmt: skip


def _by_entry(
    register: Register, risks: list[Risk], measured: Exposure
) -> tuple[dict[str, float], dict[str, float]]:
    """Expected readiness-days a year by entry, and of one occurrence (the mean over its lengths).

    What a common cause costs is shared among its risks in equal parts.
    """
    yearly: dict[str, float] = {}
    weighted: dict[str, list[tuple[float, float]]] = {}
    for number, risk in enumerate(risks):
        cost = max(measured.at_once[number].difference, 0.0)
        for key in risk.entries:
            yearly[key] = yearly.get(key, 0.0) + risk.per_year * cost / len(risk.entries)
            if len(risk.entries) == 1:
                weighted.setdefault(key, []).append((risk.per_year, cost))
    at_once = {
        key: sum(rate * cost for rate, cost in pairs) / sum(rate for rate, _ in pairs)
        for key, pairs in weighted.items()
    }
    known = {risk.key for risk in register.risks}
    return {k: v for k, v in yearly.items() if k in known}, at_once


def _entries(
    register: Register, yearly: Mapping[str, float], at_once: Mapping[str, float],
    verdicts: tuple[Verdict, ...],
) -> pl.DataFrame:  # fmt: skip
    above = {verdict.risk for verdict in verdicts}
    rows = [
        {
            "title": risk.title, "category": risk.category, "per_year": risk.per_year,
            "days": risk.duration.mean, "lost_at_once": at_once.get(risk.key),
            "lost_a_year": yearly[risk.key],
            "above_appetite": risk.key in above, "confidence": risk.believed,
            "source": risk.source or "none", "owner": risk.owner, "state": risk.state,
            "cause": risk.cause, "key": risk.key,
        }
        for risk in register.risks
        if risk.key in yearly
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"lost_at_once": pl.Float64})
    return frame.sort("lost_a_year", "key", descending=[True, False])


def _runs(risks: list[Risk], measured: Exposure) -> pl.DataFrame:
    return pl.DataFrame([
        {
            "title": risk.title, "per_year": risk.per_year, "days": risk.days,
            "lost_at_once": cost.difference, "low": cost.low, "high": cost.high,
            "significant": cost.significant, "lost_a_year": float(measured.yearly[number]),
            "confidence": risk.confidence, "source": risk.source, "key": risk.key,
        }
        for number, (risk, cost) in enumerate(zip(risks, measured.at_once, strict=True))
    ])  # fmt: skip


def _verdicts(register: Register, verdicts: tuple[Verdict, ...]) -> pl.DataFrame:
    titles = {risk.key: risk.title for risk in register.risks}
    return pl.DataFrame({
        "risk": [titles.get(one.risk, "all together") for one in verdicts],
        "what": [_RULES[one.rule] for one in verdicts],
        "found": [one.found for one in verdicts],
        "appetite": [one.most for one in verdicts],
        "key": [one.risk for one in verdicts],
    })  # fmt: skip


def _evaluation(appetite: Appetite, verdicts: tuple[Verdict, ...]) -> str:
    if not appetite.stated:
        return "No appetite is stated: nothing can be said to be too much."
    if not verdicts:
        return "Nothing is above the stated appetite."
    risks = len({one.risk for one in verdicts if one.risk})
    together = [one for one in verdicts if not one.risk]
    words = f"{risks} risks are above the stated appetite"
    if together:
        first = together[0]
        words += f"; all together {first.found:,.0f} against {first.most:,.0f}"
    return words + "."


def entry_titles(register: Register) -> dict[str, str]:
    """Titles by key."""
    return {risk.key: risk.title for risk in register.risks}


__all__ = ["ExposureWishes", "RiskEntry", "exposure_of", "register_exposure"]
