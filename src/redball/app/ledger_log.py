"""Read the ledger, hand it to other systems, and look for signs of misuse."""

import json

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.view import opened
from redball.ledger import (
    EventKind,
)
from redball.ledger.watch import cef_line, ocsf_event, ocsf_finding, watch
from redball.model import BadUse

FORMS = ("ocsf", "cef")


@use_case(Action.ADMINISTER)
def ledger_log(store: str, *, kind: str | None = None) -> pl.DataFrame:
    """Entries of the ledger, oldest first, without what they only commit to.

    Columns: ``entry``, ``at``, ``kind``, ``verb``, ``actor``, ``object``, ``label``,
    ``agreements``, ``facts`` (JSON).
    """
    wanted = _kind(kind)
    with opened(store) as source:
        events = source.events()
    rows = [
        (
            number, event.at.isoformat(), str(event.kind), event.verb, event.actor, event.object,
            event.label, " ".join(event.agreements),
            json.dumps(dict(event.facts), sort_keys=True, ensure_ascii=False),
        )
        for number, event in enumerate(events)
        if wanted is None or event.kind is wanted
    ]  # fmt: skip
    names = ("at", "kind", "verb", "actor", "object", "label", "agreements", "facts")
    schema = {"entry": pl.Int64(), **dict.fromkeys(names, pl.String())}
    return pl.DataFrame(rows, schema=schema, orient="row")


@use_case(Action.ADMINISTER)
def ledger_lines(store: str, *, kind: str | None = None, form: str = "ocsf") -> list[str]:
    """Entries as security events for other systems, one line each; OCSF also has the detections.

    Raises
    ------
    BadUse
        The form or the kind is not known.
    """
    if form not in FORMS:
        raise BadUse(f"'{form}' is not a form.", mend=f"Use one of: {', '.join(FORMS)}.")
    wanted = _kind(kind)
    with opened(store) as source:
        events, node = source.events(), source.origin()
    shown = [(n, e) for n, e in enumerate(events) if wanted is None or e.kind is wanted]
    if form == "cef":
        return [cef_line(event, number, node=node) for number, event in shown]
    found = [ocsf_event(event, number, node=node) for number, event in shown]
    if wanted is None:
        found += [ocsf_finding(one, node=node) for one in watch(events)]
    return [json.dumps(one, sort_keys=True, ensure_ascii=False) for one in found]


def _kind(text: str | None) -> EventKind | None:
    if text is None:
        return None
    if text not in tuple(EventKind):
        raise BadUse(f"'{text}' is not a kind of entry.", mend=f"Kinds: {', '.join(EventKind)}.")
    return EventKind(text)


@use_case(Action.ADMINISTER)
def ledger_watch(store: str) -> pl.DataFrame:
    """Signs of misuse in the ledger, the worst first.

    Columns: ``severity``, ``rule``, ``at``, ``actor``, ``what``, ``entries`` (numbers).
    """
    with opened(store) as source:
        found = watch(source.events())
    rows = [
        (
            one.severity.name.lower(), str(one.rule), one.at.isoformat(), one.actor, one.what,
            " ".join(map(str, one.evidence)),
        )
        for one in sorted(found, key=lambda one: (-one.severity, one.at, one.rule))
    ]  # fmt: skip
    names = ("severity", "rule", "at", "actor", "what", "entries")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
