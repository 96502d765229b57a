"""What a subject may read of a store now, and writing down what agreements released."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from redball.access import Agreement, Detail, ReleaseScope, Subject, decide
from redball.access.actions import PERMITTED, READING, Action
from redball.access.agreements import in_force
from redball.access.detail import Shown, may_show
from redball.app.doing import Relied, current
from redball.app.trust import kept_agreements, trusted_keys
from redball.ledger import Event, EventKind
from redball.model import NotPermitted, Twin
from redball.model.results import Reliance
from redball.store import Store

DAY = timedelta(hours=24)


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
        doing.asked.append((store.url, subject))
        authorised(subject, doing.action)
    moment = now or datetime.now(UTC)
    agreements = agreements_in_force(store, moment)
    return decide(store.markings(), subject, action, agreements, now=moment)


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
    return in_force(kept, trusted_keys(store.url), now=now, latest=store.last_event_at())


def released(store: Store, scope: ReleaseScope, twin: Twin, *, now: datetime | None) -> None:
    """Write down what agreements release in a twin, before anybody sees it.

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
    state = f"{twin.revision}@{twin.as_of.isoformat()}"
    history = _shown_before(store, scope.subject, moment) if _totals(scope) else ()
    events = []
    for one, tables in sorted(rows.items()):
        agreement = scope.agreements[one]
        if one in _totals(scope) and not may_show(history, agreement, state, now=moment):
            raise NotPermitted(
                f"{scope.subject.nation} was shown totals under {one} in "
                f"{agreement.totals_per_day} states within 24 hours, the most that it allows.",
                where=one,
                mend="Ask for a state that was shown before, or again tomorrow.",
            )
        events.append(
            Event(
                EventKind.RELEASE,
                "show rows" if one not in _totals(scope) else "show totals",
                scope.subject.text,
                f"{one} version {agreement.version}",
                moment,
                label="; ".join(sorted({x.text for x in twin.labels if x.under == one})),
                agreements=(one,),
                policy=scope.policy,
                facts={
                    "action": str(scope.action),
                    "rows": sum(tables.values()),
                    "tables": sorted(tables),
                    "state": state,
                },
            )
        )
    store.record(events)
    doing = current()
    if doing is not None:
        doing.relied.append(Relied(store.url, scope.subject, tuple(sorted(rows))))


def reliance(agreement: Agreement, nation: str) -> Reliance:
    """An agreement as a result names it, for a nation that received under it."""
    exportable = any(
        Action.EXPORT in grant.actions for grant in agreement.grants if nation in grant.to
    )
    return Reliance(
        agreement.id,
        f"{agreement.title}, version {agreement.version}",
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


def _shown_before(store: Store, subject: Subject, now: datetime) -> tuple[Shown, ...]:
    """Totals that a nation was shown within a day, from the ledger."""
    return tuple(_shown(store.events(since=now - DAY), subject.nation))


def _shown(events: Iterable[Event], nation: str) -> Iterable[Shown]:
    for event in events:
        if event.kind is EventKind.RELEASE and event.verb == "show totals":
            receiver = event.actor.split()[0]
            if receiver == nation:
                state = event.facts["state"]
                yield Shown(event.at, event.agreements[0], receiver, str(state))
