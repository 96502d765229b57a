"""Long work on stock: the best stock, a reserve, a surge, the orders of today."""

from pathlib import Path

from redball.app.optimise import OptimiseOptions, stock_optimise
from redball.app.replenishment import ReplenishOptions, parse_kind, replenish
from redball.app.reserves import ReserveOptions, parse_duration, parse_hours, stock_reserve
from redball.app.sparing import SparingOptions
from redball.app.surge import SurgeOptions, parse_law, spans_of, stock_surge, surges_of
from redball.app.work.parameters import Parameters, Runs

_EURO = 1e13
_DAYS = 36_600


def read_optimise(given: Parameters, folder: Path) -> Runs:
    """Parameters of ``redball stock optimise``."""
    del folder
    with given.all_of_them():
        options = OptimiseOptions(
            budget=given.number("budget", 0, 1e15),
            targets=given.texts("targets"),
        )
    return lambda inputs, progress: stock_optimise(inputs, options, progress)


def read_reserve(given: Parameters, folder: Path) -> Runs:
    """Parameters of ``redball stock reserve``."""
    del folder
    with given.all_of_them():
        words = given.text("duration") or "exponential:60"
        factor, cover = (
            given.number("demand_factor", 0, 1000),
            given.number("cover", 0.01, 0.999999),
        )
        options = ReserveOptions(
            duration=parse_duration(words),
            duration_words=words,
            budget=given.number("budget", 0, _EURO),
            storage_t=given.number("storage_t", 0, 1e12),
            storage_m3=given.number("storage_m3", 0, 1e12),
            classes=given.texts("classes"),
            nations=given.texts("nations"),
            demand_factor=1.0 if factor is None else factor,
            cover=0.99 if cover is None else cover,
            release_days=given.number("release_days", 0, _DAYS),
            hours=parse_hours(given.text("hours") or "24,48,72"),
        )
    return lambda inputs, progress: stock_reserve(inputs, options, progress)


def read_surge(given: Parameters, folder: Path) -> Runs:
    """Parameters of ``redball stock surge``; a profile of single items needs the command line."""
    del folder
    with given.all_of_them():
        options = SurgeOptions(
            sparing=SparingOptions(given.texts("systems"), given.texts("nations")),
            surges=surges_of(given.texts("surges")),
            no_repair=spans_of(given.texts("no_repair")),
            no_transport=spans_of(given.texts("no_transport")),
            days=given.whole("days", 1, 1000) or 60,
            target=given.number("target", 0.01, 0.9999),
            law=parse_law(given.text("law") or "exponential"),
        )
    return lambda inputs, progress: stock_surge(inputs, options, progress)


def read_replenish(given: Parameters, folder: Path) -> Runs:
    """Parameters of ``redball stock replenish``; it only proposes, and writes no order."""
    del folder
    usual = ReplenishOptions()
    with given.all_of_them():
        level = given.number("service_level", 0.01, 0.9999)
        review = given.number("review_days", 0.01, 365)
        options = ReplenishOptions(
            kind=parse_kind(given.text("policy") or usual.kind),
            service_level=usual.service_level if level is None else level,
            review_days=usual.review_days if review is None else review,
            own_only=given.yes("own_only"),
            most_overdue_days=given.whole("most_overdue_days", 0, _DAYS),
        )
    return lambda inputs, progress: replenish(inputs, options, progress)
