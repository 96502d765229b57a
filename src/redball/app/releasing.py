"""What a subject may read of a store now, and writing down what agreements released."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import polars as pl

from redball.access import Alarm, ReleaseScope, Subject, decide
from redball.access.actions import PERMITTED, READING, Action
from redball.access.agreements import Agreement, Detail, in_force
from redball.access.detail import WINDOW, Release, allowance, applied
from redball.app.doing import Relied, current
from redball.app.trust import kept_agreements, trusted_keys
from redball.ledger import Event, EventKind
from redball.model import Label, NotPermitted, Twin, dominant
from redball.model.results import Reliance
from redball.store import Store

TOTALS = "show totals"
ROWS = "show rows"


def scope_in(store: Store, subject: Subject, *, now: datetime | None = None) -> ReleaseScope:
    """Decide every marking of a store for a subject and the action of the use case that runs.

    Raises
    ------
    NotPermitted
        The subject's role may not do it.
    """
    doing = current()
    action = doing.action if doing is not None and doing.action in READING else Action.SEE
    if doing is not None:
        doing.asked.append((store.address, subject))
        authorised(subject, doing.action)
    moment = now or datetime.now(UTC)
    agreements = agreements_in_force(store, moment)
    scope = decide(store.markings(), subject, action, agreements, now=moment)
    if scope.alarms:
        store.record([_alarm(scope, one, moment) for one in scope.alarms])
    return scope


def _alarm(scope: ReleaseScope, alarm: Alarm, at: datetime) -> Event:
    """What went wrong in deciding; whatever it was about is denied."""
    return Event(
        EventKind.ALARM,
        "decide",
        scope.subject.text,
        alarm.where,
        at,
        policy=scope.policy,
        facts={"reason": alarm.what, "action": str(scope.action)},
    )


def authorised(subject: Subject, action: Action) -> None:
    """Refuse what a role may not do.

    Raises
    ------
    NotPermitted
        Names the action and who may.
    """
    if action not in PERMITTED[subject.role]:
        able = ", ".join(role for role, actions in PERMITTED.items() if action in actions)
        raise NotPermitted(
            f"The role '{subject.role}' may not {action}.",
            where=subject.text,
            mend=f"Ask somebody who may: {able}.",
        )


def agreements_in_force(store: Store, now: datetime) -> tuple[Agreement, ...]:
    """Agreements of a store that are in force at a moment."""
    kept = kept_agreements(store)
    if not kept:
        return ()
    return in_force(kept, trusted_keys(store.address), now=now, latest=store.last_event_at())


def coarsened(
    frames: Iterable[tuple[str, pl.DataFrame]], scope: ReleaseScope
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tables one at a time, each row as exactly as its marking may be seen.

    Totals are made of all rows that are seen under the same label, not marking by marking: which
    sites others' agreements name splits markings, and totals split like that would tell each part.
    """
    alike = _alike(scope)
    for name, frame in frames:
        if not scope.details:
            yield name, frame
        else:
            label = pl.col("label").replace(alike) if alike else pl.col("label")
            yield name, applied(name, frame.with_columns(label), scope.details)


def ranks_of(scope: ReleaseScope) -> dict[int, int]:
    """How coarse each marking that is not seen exactly is seen, for reading the past."""
    order = list(Detail)
    return {number: order.index(detail) for number, detail in scope.details.items()}


def _alike(scope: ReleaseScope) -> dict[int, int]:
    """For each marking seen as totals the first that is seen under the same label."""
    first: dict[Label, int] = {}
    found: dict[int, int] = {}
    for number in sorted(scope.details):
        if scope.details[number] is Detail.TOTALS:
            one = first.setdefault(scope.labels[number], number)
            if one != number:
                found[number] = one
    return found


def released(
    store: Store,
    scope: ReleaseScope,
    twin: Twin,
    *,
    now: datetime | None,
    again: bool = False,
) -> None:
    """Write down what agreements release in a twin, before anybody sees it.

    Parameters
    ----------
    again : bool
        The use case that runs knows already what it relies on.

    Raises
    ------
    NotPermitted
        A partner's totals were shown in as many states today as the agreement allows.
    StoreError
        It can't be written down: nothing is released.
    """
    rows = _rows_under(twin)
    if not rows:
        return
    moment = now or datetime.now(UTC)
    state = f"{twin.content_hash[:16]} {scope.policy[:16]}"
    totals = _totals(scope)
    if totals & set(rows):
        _within_budget(store, scope, sorted(totals & set(rows)), state, moment)
    store.record(
        [
            Event(
                EventKind.RELEASE,
                TOTALS if one in totals else ROWS,
                scope.subject.text,
                f"{one} version {scope.agreements[one].version}",
                moment,
                label=_marking(twin, one),
                agreements=(one,),
                policy=scope.policy,
                facts={
                    "action": str(scope.action),
                    "rows": sum(tables.values()),
                    "tables": sorted(tables),
                    "state": state,
                    "as_of": twin.as_of.isoformat(),
                    "revision": twin.revision,
                },
            )
            for one, tables in sorted(rows.items())
        ]
    )
    doing = None if again else current()
    if doing is not None:
        relied = tuple((one, scope.agreements[one].version) for one in sorted(rows))
        said = tuple(s for one in sorted(rows) for s in _said(scope, one))
        doing.relied.append(Relied(store.address, scope.subject, relied, said))


def _said(scope: ReleaseScope, one: str) -> Iterator[str]:
    """How exactly rows are seen under an agreement, and what their users promise."""
    agreement = scope.agreements[one]
    whose: dict[Detail, set[str]] = {}
    for number, label in scope.labels.items():
        if label.under == one:
            detail = scope.details.get(number, Detail.EXACT)
            whose.setdefault(detail, set()).add(label.owner)
    for detail, owners in sorted(whose.items()):
        yield (
            f"Rows of {', '.join(sorted(owners))} are seen under {one}, "
            f"{agreement.title}, version {agreement.version}: {_DETAIL[detail]}."
        )
    for duty in agreement.obligations:
        yield f"{one}: {duty}"


_DETAIL: Mapping[Detail, str] = {
    Detail.EXACT: "exactly",
    Detail.ROUNDED: "with numbers rounded to two digits",
    Detail.BANDED: "with numbers in bands, each at its lower end",
    Detail.TOTALS: "as totals, which stand at no site and so count in no days of supply",
}


def reliance(agreement: Agreement, nation: str) -> Reliance:
    """An agreement as a result names it, for a nation that received under it."""
    exportable = any(
        Action.EXPORT in grant.actions for grant in agreement.grants if nation in grant.to
    )
    return Reliance(
        agreement.id,
        agreement.version,
        agreement.title,
        exportable,
        agreement.obligations,
    )


def _rows_under(twin: Twin) -> dict[str, Counter[str]]:
    """Rows of each table that are there under each agreement."""
    under = {i: label.under for i, label in enumerate(twin.labels) if label.under}
    found: dict[str, Counter[str]] = {}
    if not under:
        return found
    for name in twin.tables:
        counts = twin[name].group_by("label").len()
        for position, rows in counts.iter_rows():
            if position in under:
                found.setdefault(under[position], Counter())[name] += rows
    return found


def _totals(scope: ReleaseScope) -> frozenset[str]:
    """Agreements under which totals are among what is released."""
    coarse = (number for number, detail in scope.details.items() if detail is Detail.TOTALS)
    return frozenset(scope.labels[number].under for number in coarse) - {""}


def _marking(twin: Twin, agreement: str) -> str:
    """Label of everything that is there under an agreement."""
    return dominant(label for label in twin.labels if label.under == agreement).text


def _within_budget(
    store: Store, scope: ReleaseScope, agreements: list[str], state: str, now: datetime
) -> None:
    """Refuse a further state of totals where an agreement allows no more of them in a day."""
    history = tuple(_shown(store.events(since=now - WINDOW)))
    for one in agreements:
        asked = Release(now, one, scope.viewer, state)
        most = scope.agreements[one].totals_per_day
        found = allowance(history, asked, totals_per_day=most)
        if not found.allowed:
            again = f" from {found.again_at:%Y-%m-%d %H:%MZ}" if found.again_at else ""
            raise NotPermitted(
                f"{scope.viewer} was shown totals under {one} in {most} different states within "
                "24 hours, the most that it allows.",
                where=one,
                mend=f"Ask for a state that was shown before, or again{again}.",
            )


def _shown(events: Iterable[Event]) -> Iterator[Release]:
    for event in events:
        if event.kind is EventKind.RELEASE and event.verb == TOTALS and event.agreements:
            state = str(event.facts.get("state"))
            yield Release(event.at, event.agreements[0], event.actor.split()[0], state)
