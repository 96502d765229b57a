"""What a page shows, as a report: the same rows with the same filters, on paper or as a workbook.

One function for each page that is not an engine's answer; :func:`answer_content` for those that
are. The pages and the command line call the same ones; what leaves goes through
:func:`redball.app.reporting.report_bytes` or :func:`write_page`.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, together
from redball.app.doing import use_case
from redball.app.operating import Chosen, operating_picture
from redball.app.operating.looking import Operating
from redball.app.picture import PictureOptions, picture
from redball.app.report import lane_layer
from redball.app.reporting import report_bytes
from redball.app.tiers import Asked, NetworkAnswer, network_systems, supply_network
from redball.app.view import View, see, without_password
from redball.model import Origin
from redball.model.results import Scalar
from redball.reports import Exhibit, ReportContent, form_of, write_bytes

_FLEET = ("level", "nation", "unit", "system", "available", "count", "availability", "target")
_PLACE = ("level", "name", "kind", "owner", "country", "units", "days", "item", "target_days",
          "latitude", "longitude", "site")  # fmt: skip
_LANE = ("from_site", "to_site", "mode", "flow_t_per_day", "capacity_t_per_day", "loading")
_SUM = ("nation", "supply_class", "lines", "mass_t", "days_median", "days_p10", "target_days",
        "below_target_share")  # fmt: skip
_NETWORK = {
    "points": "Points that everything passes through",
    "steps": "What fails, step by step",
    "stopped": "Systems that stop",
    "origins": "Where it comes from",
    "owners": "Who owns whom",
    "same": "Parties known under several names",
    "members": "Everything behind it",
}


@use_case(Action.EXPORT)
def write_page(content: ReportContent, path: Path, what: str) -> Path:
    """Write what a page shows to a file, after its export was recorded.

    Raises
    ------
    BadUse
        The file can't be written, or its name has none of the endings of reports.
    NotPermitted, StoreError
        See :func:`redball.app.reporting.report_bytes`.
    """
    form = form_of(path)  # before anything is recorded
    return write_bytes(report_bytes(content, form, what), path)


@use_case(Action.SEE)
def answer_content(answers: Sequence[Answer], view: View | None = None) -> ReportContent:
    """Answers from one twin; with the feeds of a view, where they were made from that now.

    Raises
    ------
    BadUse
        There is none, or they come from different twins.
    """
    origin = together([answer.origin for answer in answers])
    exhibits = [answer.as_exhibit() for answer in answers]
    found = in_report(answers[0].title, origin, exhibits, answers[0].command)
    return found if view is None else replace(found, feeds=see(view).feeds)


@use_case(Action.SEE)
def picture_content(view: View, chosen: Chosen, site: str = "") -> ReportContent:
    """The picture's page: fleets in danger, the map, sites, lanes, hazards, stock."""
    found = operating_picture(view, chosen, site)
    said = _said_of_places(found, _chosen_words(chosen))
    exhibits = [
        _danger(found),
        as_exhibit(found.origin, "places", "Sites, the worst first", said, {
            "Sites": _some(found.places, _PLACE), "Lanes": _some(found.lanes, _LANE),
            "Hazards": found.hazards,
        }),
        as_exhibit(found.origin, "balance", "Stock", (), {
            "By nation": _some(found.balance.by_nation, _SUM),
            "By class of supply": _some(found.balance.by_class, _SUM),
        }),
    ]  # fmt: skip
    if found.sheet is not None:
        exhibits.append(found.sheet.as_exhibit())
    sites = found.places.rename({"level": "worst_level"})
    verb = f"picture {_options(chosen)}--report picture.pdf"
    content = in_report("Picture", found.origin, exhibits, again_by(view, verb))
    return replace(
        content,
        sites=sites.select("name", "kind", "country", "owner", "latitude", "longitude", "units",
                           "worst_level", "days"),
        lanes=_lanes_of(view, found, chosen),
        hazards=found.hazards,
        assumptions=found.assumptions,
        feeds=see(view).feeds,
    )  # fmt: skip


@use_case(Action.SEE)
def network_content(view: View, asked: Asked) -> ReportContent:
    """What stands behind a system or an item; systems to start from, where none is named."""
    if not asked.system and not asked.item:
        systems, origin = network_systems(view)
        said = f"{systems.height} systems to start from."
        start = as_exhibit(origin, "systems", "Systems", (said,), {"Systems": systems})
        content = in_report("Supply network", origin, [start], again_by(view, "network search ''"))
        return replace(content, feeds=see(view).feeds)
    found = supply_network(view, asked)
    words = {"system": asked.system, "item": asked.item, "fail": asked.fail, "mark": asked.mark}
    given = " ".join(f"--{name} {shlex.quote(word)}" for name, word in words.items() if word)
    content = in_report(
        found.name, found.origin, [_network(found)], again_by(view, f"network show {given}")
    )
    return replace(content, feeds=see(view).feeds)


@use_case(Action.SEE)
def rotation_content(view: View) -> ReportContent:
    """Lots that expire, the first first."""
    found = picture(view)
    lots = found.picture.expiring.sort("expiry", "item", "lot", nulls_last=True)
    days = PictureOptions().horizon_days
    said = f"{lots.height:,} lots expire within {days} days, or have."
    exhibit = as_exhibit(found.origin, "rotation", "Rotation", (said,), {
        "Lots in the order in which they expire": lots,
    })  # fmt: skip
    command = again_by(view, "picture --table expiring")
    return replace(in_report("Rotation", found.origin, [exhibit], command), feeds=see(view).feeds)


def in_report(
    title: str, origin: Origin, exhibits: Sequence[Exhibit], command: str
) -> ReportContent:
    """A report of some sections, made now."""
    return ReportContent(
        title=title,
        exercise=origin.exercise,
        generated=datetime.now(UTC),
        origin=origin,
        exhibits=exhibits,
        command=command,
    )


def as_exhibit(
    origin: Origin, anchor: str, title: str, said: Sequence[str], tables: dict[str, pl.DataFrame]
) -> Exhibit:
    """A section of tables with the label of where they come from."""
    return Exhibit(anchor, title, origin.label, tuple(said), tables=tables)


def again_by(view: View, verb: str) -> str:
    """The command that gives the same for a view."""
    store, viewer = without_password(view.store), shlex.quote(view.viewer)
    moment = "" if view.as_of is None else f" --as-of {view.as_of.isoformat()}"
    return f"redball {verb} --store {store} --viewer {viewer}{moment}"


def _some(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return frame.select([name for name in columns if name in frame.columns])


def _danger(found: Operating) -> Exhibit:
    danger = found.danger
    said = f"{danger.below} of {danger.fleets} fleets are below their target."
    if danger.silent:
        said += f" {danger.silent} report nothing."
    rows = [{name: getattr(one, name) for name in _FLEET} for one in danger.worst]
    why = [
        {"unit": one.unit, "system": one.system, "level": reason.level, "sentence": reason.words}
        for one in danger.worst
        for reason in one.reasons[:2]
    ]
    tables = {
        name: pl.DataFrame(part, infer_schema_length=None)
        for name, part in (("The worst fleets", rows), ("Why", why))
        if part
    }
    stopping = [one.words for one in danger.stopping]
    return as_exhibit(found.origin, "danger", "What is in danger", (said, *stopping), tables)


def _chosen_words(chosen: Chosen) -> str:
    named = {
        "nation": chosen.nation, "class": chosen.supply_class, "kind": chosen.kind,
        "level and worse": chosen.level, "text": chosen.text,
        "days ahead": str(chosen.ahead) if chosen.ahead else "",
    }  # fmt: skip
    return ", ".join(f"{name} {word}" for name, word in named.items() if word)


def _options(chosen: Chosen) -> str:
    """The choice as options of ``redball picture``, with a blank after each."""
    given = {
        "nation": chosen.nation, "class": chosen.supply_class, "kind": chosen.kind,
        "level": chosen.level, "text": chosen.text, "ahead": str(chosen.ahead or ""),
    }  # fmt: skip
    return "".join(f"--{name} {shlex.quote(word)} " for name, word in given.items() if word)


def _said_of_places(found: Operating, words: str) -> tuple[str, ...]:
    counts = ", ".join(f"{count} {level}" for level, count in found.counts.items())
    said = f"{found.places.height:,} of {found.all_places:,} sites are shown: {counts or 'none'}."
    return (said, f"Chosen: {words}.") if words else (said,)


def _lanes_of(view: View, found: Operating, chosen: Chosen) -> pl.DataFrame:
    """The report's layer of lanes, of those that the page shows."""
    layer = lane_layer(see(view).twin)
    if not chosen.narrowed:
        return layer
    names = found.lanes.select(
        pl.concat_str("from_site", "to_site", separator=" \u2192 ").alias("name"), "mode"
    ).unique()
    return layer.with_columns(pl.col("mode").cast(pl.String)).join(
        names, on=["name", "mode"], how="semi", maintain_order="left"
    )


def _network(found: NetworkAnswer) -> Exhibit:
    points = found.tables["points"].filter(pl.col("kind") != "country")
    said = [
        f"{found.figures['items']} items and {found.figures['parties']} parties stand behind it, "
        f"{found.figures['tiers']} tiers deep; {points.height} points stop it alone."
    ]
    if found.figures["fails"] is not None:
        said.append(f"The loss {'stops' if found.figures['fails'] else 'does not stop'} it.")
    tables = {
        words: found.tables[name]
        for name, words in _NETWORK.items()
        if name in found.tables and (found.tables[name].height or name in ("points", "members"))
    }
    figures = [(name.replace("_", " "), in_words(value)) for name, value in found.figures.items()
               if value is not None]  # fmt: skip
    return replace(
        as_exhibit(found.origin, "network", "What stands behind it", said, tables), figures=figures
    )


def in_words(value: Scalar) -> str:
    """A figure as a report writes it."""
    if isinstance(value, float):
        return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"
    return "not known" if value is None else str(value)
