"""The recognised picture and its findings: one twin in, tidy tables and findings out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.forecasting import consumption
from redball.identity import recognise_items, recognise_parties, unit_factors
from redball.model import Consumption, Finding, Groups, Level, Origin, Twin
from redball.model.labels import combine as combine_labels
from redball.model.labels import dominant
from redball.model.results import Scalar
from redball.picture import Picture, build_picture
from redball.risk import Thresholds, structural_findings
from redball.stock import StockThresholds, days_of_supply, stock_findings


@dataclass(frozen=True)
class PictureOptions:
    """Parameters of the picture.

    Attributes
    ----------
    window_days : int
        History that the mean consumption is taken over.
    horizon_days : int
        How far ahead expiring lots are listed.
    minimum_score : float
        Least score of a name match shown to a person, 0 to 1.
    """

    window_days: int = 365
    horizon_days: int = 180
    minimum_score: float = 0.75

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "window_days": self.window_days,
            "horizon_days": self.horizon_days,
            "minimum_score": self.minimum_score,
        }


@dataclass(frozen=True)
class FindingOptions:
    """Thresholds of all findings."""

    picture: PictureOptions = field(default_factory=PictureOptions)
    structure: Thresholds = field(default_factory=Thresholds)
    stock: StockThresholds = field(default_factory=StockThresholds)

    def as_parameters(self) -> dict[str, Scalar]:
        """Every parameter and threshold by name, for the origin of results."""
        values: dict[str, Scalar] = dict(self.picture.as_parameters())
        for group in (self.structure, self.stock):
            for name, value in asdict(group).items():
                plain = isinstance(value, str | int | float | bool | None)
                values[name] = value if plain else ",".join(map(str, value))
        return values


_PICTURE = PictureOptions()
_FINDINGS = FindingOptions()


@dataclass(frozen=True)
class Recognised:
    """What every later answer starts from: the twin with its consumption and recognised records."""

    seen: Seen
    items: Groups = field(repr=False)
    parties: Groups = field(repr=False)
    units: pl.DataFrame = field(repr=False)
    consumption: Consumption = field(repr=False)
    days: pl.DataFrame = field(repr=False)

    @property
    def twin(self) -> Twin:
        """The twin."""
        return self.seen.twin


@dataclass(frozen=True)
class PictureResult:
    """The picture with where it comes from."""

    picture: Picture
    origin: Origin
    seen: Seen = field(repr=False)


@dataclass(frozen=True)
class FindingsResult:
    """Findings, the worst first, with where they come from."""

    findings: Sequence[Finding]
    origin: Origin
    seen: Seen = field(repr=False)

    def at_least(self, level: Level) -> list[Finding]:
        """Findings of this level and worse."""
        return [f for f in self.findings if f.level.rank >= level.rank]


def recognise(seen: Seen, options: PictureOptions) -> Recognised:
    """Work out consumption, days of supply and which records are the same article or party."""
    return kept(seen, ("recognise", repr(options)), lambda: _recognise(seen, options))


def _recognise(seen: Seen, options: PictureOptions) -> Recognised:
    twin = seen.twin
    rates = consumption(twin, window_days=options.window_days)
    items = recognise_items(twin, minimum_score=options.minimum_score)
    units = unit_factors(twin, items)
    return Recognised(
        seen=seen,
        items=items,
        parties=recognise_parties(twin),
        units=units,
        consumption=rates,
        days=days_of_supply(twin, rates, items=items, units=units),
    )


@use_case(Action.SEE)
def picture(
    view: View, options: PictureOptions = _PICTURE, *, now: datetime | None = None
) -> PictureResult:
    """The recognised logistics picture for a viewer at a moment."""
    return picture_of(recognise(see(view, now=now), options), options)


def picture_of(known: Recognised, options: PictureOptions) -> PictureResult:
    """The picture of a twin that was already recognised."""
    name = ("picture", repr(options))
    return kept(known.seen, name, lambda: _picture_of(known, options))


def _picture_of(known: Recognised, options: PictureOptions) -> PictureResult:
    built = build_picture(
        known.twin,
        known.consumption,
        known.days,
        known.items,
        horizon_days=options.horizon_days,
        units=known.units,
        feeds=known.seen.feeds,
    )
    origin = known.seen.origin(parameters=options.as_parameters())
    return PictureResult(built, origin, known.seen)


@use_case(Action.SEE)
def findings(
    view: View, options: FindingOptions = _FINDINGS, *, now: datetime | None = None
) -> FindingsResult:
    """Findings for a viewer at a moment: structure and stock, the worst first."""
    return findings_of(recognise(see(view, now=now), options.picture), options)


def findings_of(known: Recognised, options: FindingOptions) -> FindingsResult:
    """Findings of a twin that was already recognised."""
    name = ("findings", repr(options))
    return kept(known.seen, name, lambda: _findings_of(known, options))


def _findings_of(known: Recognised, options: FindingOptions) -> FindingsResult:
    found = [
        *structural_findings(
            known.twin, items=known.items, parties=known.parties, thresholds=options.structure
        ),
        *stock_findings(known.twin, known.consumption, thresholds=options.stock),
    ]
    found.sort(key=lambda f: (-f.level.rank, f.rule, f.subject, f.title))
    label = dominant(())
    for finding in found:
        label = combine_labels(label, finding.label)
    origin = known.seen.origin(label=label, parameters=options.as_parameters())
    return FindingsResult(found, origin, known.seen)
