"""Results on their way out of the node: allowed by what they rest on, and written down first."""

from datetime import UTC, datetime

from redball.access.actions import Action
from redball.access.subject import parse_subject
from redball.app.releasing import agreements_in_force, authorised
from redball.ledger import Event, EventKind
from redball.model import NotPermitted, Origin
from redball.store import open_store


def exported(origin: Origin, what: str, *, rows: int) -> None:
    """Let a result leave the node, and write it into the ledger before it does.

    A result of tables given as files is nobody's but the caller's: there is no ledger to write to.

    Parameters
    ----------
    origin : Origin
    what : str
        What leaves, in words: ``tables``, ``report``, ``event log``.
    rows : int
        How many rows leave; 0 where that means nothing.

    Raises
    ------
    NotPermitted
        The role may not export, an agreement that the result rests on does not let it leave, or
        is not in force any more.
    StoreError
        It can't be written down: nothing leaves.
    """
    if not origin.recorded_in:
        if origin.label.agreements:
            raise NotPermitted(
                f"The result rests on {', '.join(sorted(origin.label.agreements))}, and there is "
                "no ledger to write its export to.",
                mend="Export it from the store that it was made in.",
            )
        return
    subject = parse_subject(origin.subject or origin.viewer)
    authorised(subject, Action.EXPORT)
    now = datetime.now(UTC)
    with open_store(origin.recorded_in) as store:
        event = Event(
            EventKind.EXPORT,
            f"export {what}",
            subject.text,
            origin.twin_hash,
            now,
            label=origin.label.text,
            agreements=tuple(sorted(origin.label.agreements)),
            facts={"rows": rows, "as_of": origin.as_of.isoformat(), "revision": origin.revision},
        )
        if origin.label.agreements:
            live = {(one.id, one.version) for one in agreements_in_force(store, now)}
            _refuse(origin, live)
        store.record([event])


def _refuse(origin: Origin, live: set[tuple[str, int]]) -> None:
    alive = {one.agreement for one in origin.agreements if (one.agreement, one.version) in live}
    ended = sorted(origin.label.agreements - alive)
    if ended:
        raise NotPermitted(
            f"The result rests on {', '.join(ended)}, which is not in force any more.",
            where=ended[0],
            mend="Ask again: the new answer rests on what may be read now.",
        )
    known = {one.agreement: one for one in origin.agreements}
    kept = sorted(
        one for one in origin.label.agreements if one not in known or not known[one].exportable
    )
    if kept:
        raise NotPermitted(
            f"The result rests on {', '.join(kept)}, which does not let results leave the node.",
            where=kept[0],
            mend="Agree on the action 'export', or export what rests on your own rows only.",
        )
