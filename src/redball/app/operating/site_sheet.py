"""The sheet of one site: what it holds, who feeds it, how long it lasts, what depends on it."""

from collections.abc import Mapping

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer
from redball.app.doing import said_so_far, use_case
from redball.app.inputs import Inputs, look
from redball.app.operating import sheet_tables as tables
from redball.app.operating.ahead import ASSUMPTIONS
from redball.app.operating.places import placed
from redball.app.picture import PictureOptions, Recognised, recognise
from redball.model.results import Scalar
from redball.reports import Bar, Bars

_BARS = 12
_NAMED = 3


@use_case(Action.SEE)
def site_sheet(inputs: Inputs, site: str) -> Answer:
    """What stands, moves and waits at one site.

    Its label is that of everything the viewer sees: that nothing more arrives, or nothing else
    depends on the site, rests on all of it.

    Parameters
    ----------
    inputs : Inputs
    site : str
        ``OWNER:KEY``, or a key of the viewer's own.

    Raises
    ------
    NotVisible
        No such site is visible.
    """
    known = recognise(look(inputs), PictureOptions())
    return sheet_of(known, site, inputs.words)


def sheet_of(known: Recognised, site: str, words: str) -> Answer:
    """The sheet of a site of a twin that was already recognised."""
    row = known.twin.find("site", site)
    place = placed(known).row(row, named=True)
    found = _tables(known, row, place["site"])
    return Answer(
        kind="site",
        title=str(place["name"]),
        said=tuple(_said(place, found)),
        figures=_figures(place, found),
        tables=found,
        charts=_charts(found["stock"]),
        assumptions=(*known.consumption.assumptions, *ASSUMPTIONS, *said_so_far()),
        origin=known.seen.origin(
            parameters={**PictureOptions().as_parameters(), "site": str(place["site"])}
        ),
        command=f"redball site {place['site']} {words}",
    )


def _tables(known: Recognised, row: int, site: str) -> dict[str, pl.DataFrame]:
    twin = known.twin
    return {
        "stock": tables.stock_table(known, row),
        "fed_by": tables.feeds_table(twin, row, to=True),
        "lanes_in": tables.lane_table(known, row, to=True),
        "arriving": tables.arriving_table(twin, row, known.consumption.as_of),
        "ordered": tables.ordered_table(twin, row),
        "units": tables.unit_table(known, row),
        "feeds": tables.feeds_table(twin, row, to=False),
        "lanes_out": tables.lane_table(known, row, to=False),
        "makers": tables.supplying_table(twin, row),
        "findings": tables.finding_table(known, site),
    }


def _said(place: Mapping[str, object], found: Mapping[str, pl.DataFrame]) -> list[str]:
    name = str(place["name"])
    return [
        _lasts(name, found["stock"]),
        _fed(found),
        _depends(found),
        _named(found["findings"]),
    ]


def _lasts(name: str, stock: pl.DataFrame) -> str:
    timed = stock.filter(pl.col("days").is_not_null())
    if stock.is_empty():
        return f"{name} holds and uses nothing that is shown."
    if timed.is_empty():
        return f"{name} holds {_number(stock.height, 'article')}; how long they last is not known."
    aimed = timed.filter(pl.col("target_days") > 0)
    first = (aimed if aimed.height else timed).row(0, named=True)
    target = first["target_days"]
    against = f" of the {target:,.0f} wanted" if target is not None else ""
    end = first["runs_out_on"]
    on = f"; with what is expected it runs out on {end.isoformat()}" if end else ""
    least = f"{name} has {first['days']:,.1f} days{against} of {first['item_name']}{on}."
    below = aimed.filter(pl.col("days") < pl.col("target_days")).height
    return f"{least} {below} of {_number(aimed.height, 'article')} with a target are below it."


def _fed(found: Mapping[str, pl.DataFrame]) -> str:
    feeds, lanes = found["fed_by"], found["lanes_in"]
    arriving, ordered = found["arriving"], found["ordered"]
    by = _listed(feeds["from"].to_list())
    fed = f"It is fed by {by}" if by else "No rule says who feeds it"
    late = arriving.filter(pl.col("late_days") > 0).height
    late_words = f", {late} of them late" if late else ""
    return (
        f"{fed}; {_number(lanes.height, 'lane')} to it, "
        f"{_number(arriving.height, 'consignment')} on the way or planned{late_words}, "
        f"{_number(ordered.height, 'open order')}."
    )


def _depends(found: Mapping[str, pl.DataFrame]) -> str:
    units = list(dict.fromkeys(found["units"]["unit"].to_list()))
    feeds = found["feeds"]["to"].to_list()
    makers = found["makers"]
    parts = []
    if units:
        parts.append(f"{_number(len(units), 'unit')} ({_listed(units)})")
    if feeds:
        parts.append(f"{_number(len(feeds), 'site')} that it feeds ({_listed(feeds)})")
    if makers.height:
        supplied = int(makers["articles"].sum())
        parts.append(
            f"{_number(supplied, 'article')} that {_listed(makers['party'].to_list())} "
            f"{'ships' if makers.height == 1 else 'ship'} from here"
        )
    if not parts:
        return "Nothing that is shown depends on it."
    return f"What depends on it: {'; '.join(parts)}."


def _named(findings: pl.DataFrame) -> str:
    if findings.is_empty():
        return "No finding names it."
    worst = findings.row(0, named=True)
    names = "names" if findings.height == 1 else "name"
    return f"{_number(findings.height, 'finding')} {names} it, the worst {worst['level']}."


def _listed(names: list[str]) -> str:
    shown = [str(name) for name in names[:_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _figures(place: Mapping[str, object], found: Mapping[str, pl.DataFrame]) -> dict[str, Scalar]:
    days, target = place["days"], place["target_days"]
    return {
        "site": str(place["site"]),
        "kind": str(place["kind"]),
        "owner": str(place["owner"]),
        "level": str(place["level"]),
        "shortest stock, d": days if isinstance(days, float) else None,
        "its target, d": target if isinstance(target, float) else None,
        "articles": found["stock"].height,
        "units": found["units"]["unit"].n_unique(),
        "findings": found["findings"].height,
    }


def _charts(stock: pl.DataFrame) -> tuple[Bars, ...]:
    shown = stock.filter(pl.col("days").is_not_null(), pl.col("target_days") > 0)
    bars = [
        Bar(row["item_name"] or row["item"], row["days"], target=row["target_days"])
        for row in shown.head(_BARS).iter_rows(named=True)
    ]
    return (Bars("Days of supply, the shortest", "days", bars),) if bars else ()
