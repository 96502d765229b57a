"""Drafting an agreement from a template, with the changes that its authors want."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypedDict, Unpack

from redball.access.actions import Action
from redball.access.agreements.checks import check_aware, checked
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.agreements.templates import Part, Template, templates
from redball.access.subject import Purpose
from redball.model import BadUse, tables


class Changes(TypedDict, total=False):
    """What :func:`draft` can change of a template; the last seven apply to every grant.

    With ``sites`` only those parties give that own one of them, each its own.
    """

    version: int
    title: str
    purpose: Purpose
    obligations: tuple[str, ...]
    exercise_only: bool
    totals_per_day: int
    givers: tuple[str, ...]
    kinds: tuple[str, ...]
    classes: tuple[str, ...]
    areas: tuple[str, ...]
    sites: tuple[str, ...]
    ceiling: str
    caveats: tuple[str, ...]
    actions: tuple[Action, ...]
    detail: Detail


_BY_NAME = MappingProxyType({template.name: template for template in templates()})


def draft(
    template: str,
    *,
    id: str,  # noqa: A002 - the field's own name
    parties: Sequence[str],
    valid_from: datetime,
    days: int,
    **changes: Unpack[Changes],
) -> Agreement:
    """Draft an agreement from a template.

    Parameters
    ----------
    template : str
        Name, one of :func:`templates`.
    id : str
    parties : sequence of str
        Owner codes; in ``industry-partner`` the last is the company.
    valid_from : datetime
    days : int
        Length of validity.
    **changes
        Fields of :class:`Changes`.

    Raises
    ------
    BadUse
        There is no such template, or nobody is left to give anything.
    BadData
        The draft is not sound; ``where`` names the field.
    """
    found = _BY_NAME.get(template)
    if found is None:
        raise BadUse(
            f"There is no template '{template[:60]}'.", mend=f"Use one of: {', '.join(_BY_NAME)}."
        )
    check_aware(valid_from, "The start of the agreement")
    if not 1 <= days <= 36_525:
        raise BadUse("An agreement is valid for at least a day.", mend="Use --days 365.")
    start = valid_from.replace(microsecond=0)
    members = tuple(dict.fromkeys(parties))
    return checked(
        Agreement(
            id=id,
            version=changes.get("version", 1),
            title=changes.get("title", found.title),
            parties=tuple(sorted(members)),
            purpose=changes.get("purpose", found.purpose),
            grants=_grants(found, members, changes),
            valid_from=start,
            valid_until=_end(start, days),
            template=found.name,
            exercise_only=changes.get("exercise_only", found.exercise_only),
            obligations=changes.get("obligations", found.obligations),
            totals_per_day=changes.get("totals_per_day", Agreement.totals_per_day),
        )
    )


def _end(start: datetime, days: int) -> datetime:
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise BadUse("The end lies beyond the calendar.", mend="Use fewer days.") from None


def _grants(found: Template, members: tuple[str, ...], changes: Changes) -> tuple[Grant, ...]:
    givers = changes.get("givers", members)
    strangers = sorted(set(givers) - set(members))
    if strangers:
        raise BadUse(f"'{strangers[0]}' gives but is no party.", mend="Name it as a party.")
    grants = [
        _changed(_grant(found, part, giver, members), changes)
        for giver in sorted(set(givers))
        for part in found.parts
        if part.side in ("all", _side(giver, members))
    ]
    # Where sites were asked for, a grant without any would release all sites of that giver.
    if changes.get("sites"):
        grants = [grant for grant in grants if grant.sites]
    if not grants:
        raise BadUse("Nobody gives anything.", mend="Name sites or givers that are parties'.")
    return tuple(dict.fromkeys(grants))


def _side(party: str, members: tuple[str, ...]) -> str:
    return "company" if party == members[-1] else "nations"


def _grant(found: Template, part: Part, giver: str, members: tuple[str, ...]) -> Grant:
    side = _side(giver, members)
    others = [
        party
        for party in members
        if party != giver and (part.side == "all" or _side(party, members) != side)
    ]
    return Grant(
        giver=giver,
        to=tuple(sorted(others)),
        kinds=tuple(sorted(part.kinds or tables())),
        ceiling=found.ceiling,
        caveats=part.caveats,
        actions=part.actions,
        detail=part.detail,
    )


def _changed(grant: Grant, changes: Changes) -> Grant:
    own = tuple(site for site in changes.get("sites", ()) if site.startswith(f"{grant.giver}:"))
    return replace(
        grant,
        kinds=_sorted(changes.get("kinds", grant.kinds)),
        classes=_sorted(changes.get("classes", grant.classes)),
        areas=_sorted(changes.get("areas", grant.areas)),
        sites=_sorted(own),
        ceiling=changes.get("ceiling", grant.ceiling),
        caveats=_sorted(changes.get("caveats", grant.caveats)),
        actions=changes.get("actions", grant.actions),
        detail=changes.get("detail", grant.detail),
    )


def _sorted(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))
