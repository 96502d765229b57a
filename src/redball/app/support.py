"""What mutual support between nations gives to each: ``redball stock support``."""

from datetime import datetime

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.readiness import left_out, not_counted
from redball.app.sparing import Spares, SparingOptions, spares
from redball.model import BadData
from redball.model.results import Scalar
from redball.reports import Bar, Bars
from redball.stock.mutual import MutualSupport, mutual_support

_DEFAULT = SparingOptions()


@use_case(Action.REQUEST)
def stock_support(
    inputs: Inputs,
    options: SparingOptions = _DEFAULT,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Backorders and availability of each nation with and without support, on the stock that is.

    Raises
    ------
    BadData
        No agreement binds two nations with sites in the picture.
    """
    found = spares(inputs, options, progress, now=now)
    if not found.agreements:
        raise BadData(
            "No agreement on mutual support holds between nations whose sites are seen.",
            where="table support",
            mend="Add rows with giver, receiver and the days they hold, or look as another viewer.",
        )
    result = mutual_support(
        found.case.problem,
        found.case.have,
        found.agreements,
        nations=found.case.nation,
        progress=shares(progress, "support"),
    )
    unused = left_out(found, found.support_label)
    return Answer(
        kind="stock support",
        title="What mutual support gives to each nation",
        said=(*_said(result), *not_counted(unused)),
        figures=_figures(result),
        tables={
            "by_nation": result.nations,
            "by_site": result.sites.drop("site_ix"),
            "by_system": result.systems.drop("system_ix", "site_ix"),
            "moves": result.moves,
            "agreements": agreement_table(found),
            "left_out": unused,
        },
        charts=_charts(result),
        assumptions=(*result.assumptions, *result.warnings, *found.case.assumptions),
        origin=found.seen.origin(label=found.support_label, parameters=options.as_parameters()),
        command=f"redball stock support {inputs.words}",
    )


def agreement_table(found: Spares) -> pl.DataFrame:
    """The agreements that hold, one row each."""
    rows = [
        (a.giver, a.receiver, a.move_days, a.keep, None if a.items is None else len(a.items))
        for a in found.agreements
    ]
    columns = ["giver", "receiver", "move_days", "keep", "items"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _said(found: MutualSupport) -> tuple[str, ...]:
    sentences = []
    for row in found.nations.iter_rows(named=True):
        before, after = row["availability_without"], row["availability_with"]
        if before is None or after is None:
            continue
        change = 100 * (after - before)
        sentences.append(
            f"{row['nation']}: {100 * before:.1f} % of the systems available alone, "
            f"{100 * after:.1f} % with support ({change:+.1f} points); it gives "
            f"{row['given_per_day']:.3g} and receives {row['received_per_day']:.3g} units a day."
        )
    return tuple(sentences)


def _figures(found: MutualSupport) -> dict[str, Scalar]:
    without, supported = found.nations["ebo_without"].sum(), found.nations["ebo_with"].sum()
    return {
        "backorders without support": float(without),
        "backorders with support": float(supported),
        "backorders were each group one site (yardstick, no bound)": found.pooled_ebo,
    }


def _charts(found: MutualSupport) -> tuple[Bars, ...]:
    bars = [
        Bar(f"{row['nation']} {words}", row[name])
        for row in found.nations.iter_rows(named=True)
        for words, name in (
            ("alone", "availability_without"),
            ("with support", "availability_with"),
        )
        if row[name] is not None
    ]
    return (Bars("Available systems", "share", bars, percent=True),) if bars else ()
