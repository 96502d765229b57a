"""Kinds of long work: what each reads from its parameters, and the use case that it runs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from redball.access.actions import Action
from redball.app.answers import Answer
from redball.app.exposures import ExposureOptions, recoveries, risk_exposure
from redball.app.rehearsal import RunOptions
from redball.app.scenarios import CompareOptions, scenario_compare, scenario_named
from redball.app.simulate import SimulateOptions, simulate_twin
from redball.app.stress import stress_options, stress_test
from redball.app.work.limits import MINUTES
from redball.app.work.parameters import Parameters, Runs
from redball.app.work.plan_kinds import read_plan, read_register_exposure
from redball.app.work.stock_kinds import (
    read_optimise,
    read_replenish,
    read_reserve,
    read_surge,
)
from redball.model import BadData, BadUse, UnsafeFile
from redball.planning.scenarios import read_scenario
from redball.planning.stress import Times

_REPLICATIONS = 10_000
_DAYS = 36_600
_NOT_IN_A_NAME = re.compile(r"[^\w-]+")
_FUTURES = 4
"""Futures set side by side on a page."""


Reads = Callable[[Parameters, Path], Runs]


@dataclass(frozen=True)
class WorkKind:
    """A kind of long work.

    Attributes
    ----------
    name : str
    words : str
        What it does, for people.
    action : Action
        That its use case needs.
    read : callable
        Parameters and a private folder to what is run; raises ``BadUse`` or ``BadData`` for what
        can't be, before anything is queued.
    """

    name: str
    words: str
    action: Action
    read: Reads


def _run(given: Parameters, folder: Path, usual: int | None) -> RunOptions:
    seed = given.whole("seed", 0, 2**53)
    replications = given.whole("replications", 1, _REPLICATIONS)
    half = given.number("half_width", 1e-6, 0.5)
    return RunOptions(
        seed=seed,
        replications=replications if replications or half else usual,
        half_width=half,
        journal=folder / "runs.journal",
        minutes=MINUTES,
    )


def _scenario(text: str, folder: Path, called: str = "") -> str:
    """A scenario that was written on a page, as the file that engines read; checked at once.

    What is wrong is told under the name that its author gave it; the file has that name too, since
    commands and messages show it.
    """
    try:
        name = called or read_scenario(text).name
        read_scenario(text)
    except (BadUse, BadData, UnsafeFile) as error:
        where = error.where.replace("scenario", f"'{called}'", 1) if called else error.where
        raise type(error)(error.what, where=where, mend=error.mend) from None
    path = (
        folder / f"{re.sub(_NOT_IN_A_NAME, '-', name.lower()).strip('-')[:60] or 'scenario'}.toml"
    )
    if path.exists() and path.read_text("utf-8") != text:
        path = path.with_stem(f"{path.stem}-{sha256(text.encode()).hexdigest()[:8]}")
    path.write_text(text, encoding="utf-8")
    return str(path)


def _without(folder: Path, answer: Answer) -> Answer:
    """An answer whose command names scenarios as files of its reader, not of the server."""
    return replace(answer, command=answer.command.replace(f"{folder}/", ""))


def _ready(name: str) -> str:
    """A ready scenario by its name: never a path of the server."""
    if "/" in name or "\\" in name or name.endswith(".toml"):
        raise BadUse(f"'{name}' is not the name of a ready scenario.", where="scenario")
    scenario_named(name)
    return name


def _simulate(given: Parameters, folder: Path) -> Runs:
    with given.all_of_them():
        name, text = given.text("scenario"), given.text("scenario_text")
        if name and text:
            raise BadUse("Two scenarios are given.", mend="Give a name or a text.")
        scenario = _scenario(text, folder) if text else _ready(name) if name else None
        options = SimulateOptions(
            days=given.whole("days", 1, _DAYS),
            scenario=scenario,
            run=_run(given, folder, None),
        )
    return lambda inputs, progress: simulate_twin(inputs, options, progress)


def _compare(given: Parameters, folder: Path) -> Runs:
    with given.all_of_them():
        names = [_ready(one) for one in given.texts("scenarios")]
        texts = [
            _scenario(text, folder, called) for called, text in given.named_texts("texts").items()
        ]
        against = given.text("against")
        wanted = tuple(dict.fromkeys([*names, *texts]))
        if not 1 <= len(wanted) <= _FUTURES:
            raise BadUse(
                f"{len(wanted)} futures are given.",
                where="scenarios",
                mend=f"Set one to {_FUTURES} side by side, with the undisturbed one.",
            )
        options = CompareOptions(
            wanted,
            against=None if against is None else _ready(against),
            days=given.whole("days", 1, _DAYS),
            run=_run(given, folder, None),
        )
    return lambda inputs, progress: _without(folder, scenario_compare(inputs, options, progress))


def _stress(given: Parameters, folder: Path) -> Runs:
    usual = Times()
    with given.all_of_them():
        times = (
            given.whole("from_day", 0, _DAYS - 1),
            given.number("for_days", 0.01, _DAYS),
            given.whole("days", 1, _DAYS),
            given.number("threshold", 0.01, 1),
        )
        whole = (usual.from_day, usual.days_lost, usual.horizon_days, usual.threshold)
        asked = [known if one is None else one for one, known in zip(times, whole, strict=True)]
        pairs, constraints = given.whole("pairs", 0, 60), given.whole("constraints", 0, 100)
        reactions = given.text("reactions")
        options = stress_options(
            times=(int(asked[0]), float(asked[1]), int(asked[2]), float(asked[3])),
            kinds=given.texts("kinds"),
            only=given.texts("only"),
            sets=given.texts("together"),
            pairs_among=5 if pairs is None else pairs,
            methods=not given.yes("one_method"),
            constraints=3 if constraints is None else constraints,
            reactions=None if reactions is None else _ready(reactions),
            run=_run(given, folder, None),
            twin=SimulateOptions().twin,
        )
    return lambda inputs, progress: stress_test(inputs, options, progress)


def _exposure(given: Parameters, folder: Path) -> Runs:
    del folder
    with given.all_of_them():
        pairs, worth = given.whole("pairs", 0, 60), given.whole("worth_of", 0, 60)
        options = ExposureOptions(
            recovery=recoveries(given.texts("recovery")),
            weight=given.text("weight") or "days",
            pairs_among=5 if pairs is None else pairs,
            worth_of=3 if worth is None else worth,
        )
    return lambda inputs, progress: risk_exposure(inputs, options, progress)


def _kinds() -> Mapping[str, WorkKind]:
    def kind(
        name: str, words: str, action: Action = Action.SEE, read: Reads = _simulate
    ) -> WorkKind:
        return WorkKind(name, words, action, read)

    found = (
        kind("simulate", "Run the network forward", read=_simulate),
        kind("compare", "Set futures side by side", read=_compare),
        kind("stress", "Lose everything once, and rank what it costs", read=_stress),
        kind("exposure", "Time to survive and least loss", read=_exposure),
        kind("optimise", "The best stock for a budget or a target", read=read_optimise),
        kind("reserve", "A reserve against a disruption, and its release", read=read_reserve),
        kind("surge", "Availability by day over a surge", read=read_surge),
        kind("plan", "One plan under one budget, rehearsed", Action.REQUEST, read_plan),
        kind(
            "register",
            "What each risk of the register costs",
            Action.REQUEST,
            read_register_exposure,
        ),
        kind("replenish", "The orders to place today", read=read_replenish),
    )
    return MappingProxyType({one.name: one for one in found})


KINDS = _kinds()
"""Kinds by name."""
