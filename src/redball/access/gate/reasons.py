"""Sentences that say why, for the one who may know.

They explain; they decide nothing. A test holds them against the engine: an agreement has no
shortfall exactly where its rule permits.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from redball.access.actions import Action
from redball.access.agreements.document import Agreement, Grant
from redball.access.gate.engine import Ruling
from redball.access.gate.rules import rule_id, unsound
from redball.access.subject import Subject
from redball.model.labels import CLASSIFICATIONS
from redball.model.markings import Marking

_SENTENCES = {
    "label.owner": "{nation} owns the rows.",
    "label.release": "The label releases them to {nation}.",
    "never.canary": "Nobody reads a canary row.",
    "never.classification": "The clearance does not hold {classification}.",
    "never.caveat": "A caveat is not held: {caveats}.",
    "never.role": "The role {role} may not {action}.",
    "never.foreign": "Nobody may {action} for another nation.",
    "never.real_for_exercise": "Another nation's real data are not read for an exercise.",
}
"""What each global rule says when it decides."""


def reasons_for(
    ruling: Ruling,
    marking: Marking,
    subject: Subject,
    action: Action,
    agreements: Sequence[Agreement],
    now: datetime,
) -> tuple[str, ...]:
    """Why a marking was allowed or denied, in sentences."""
    if ruling.alarm:
        return (f"It could not be decided: {ruling.alarm}.",)
    if ruling.reasons:
        words = {
            "nation": subject.nation,
            "role": subject.role.value,
            "action": action.value,
            "classification": marking.label.classification,
            "caveats": " ".join(sorted(marking.label.caveats - subject.caveats)),
        }
        return tuple(
            _SENTENCES.get(one, f"Agreement {one} grants it.").format(**words)
            for one in ruling.reasons
        )
    found = [f"The label releases nothing to {subject.nation} for this."]
    for agreement in agreements:
        wrong = unsound(agreement)
        if wrong:
            found.append(f"An agreement is not used: {wrong}.")
            continue
        for number, grant in enumerate(agreement.grants):
            words_of = ", ".join(shortfalls(agreement, grant, marking, subject, action, now))
            found.append(
                f"Agreement {rule_id(agreement.id, number)} does not grant it: {words_of}."
            )
    return tuple(found)


def shortfalls(
    agreement: Agreement,
    grant: Grant,
    marking: Marking,
    subject: Subject,
    action: Action,
    now: datetime,
) -> Iterator[str]:
    """What keeps a grant from giving a marking to a subject; nothing where it does."""
    label = marking.label
    ceiling = CLASSIFICATIONS.index(grant.ceiling)
    checks = (
        (agreement.valid_from <= now, "not valid yet"),
        (now < agreement.valid_until, "expired"),
        (subject.purpose is agreement.purpose, "another purpose"),
        (grant.giver == label.owner, "another giver"),
        (subject.nation in grant.to, "another receiver"),
        (action in grant.actions, "another action"),
        (marking.kind in grant.kinds, "another kind of data"),
        (
            not grant.classes or set(marking.classes) <= set(grant.classes),
            "another class of supply",
        ),
        (not grant.areas or set(marking.areas) <= set(grant.areas), "another area"),
        (not grant.sites or set(marking.sites) <= set(grant.sites), "another site"),
        (label.classification in CLASSIFICATIONS[: ceiling + 1], "above its ceiling"),
        (label.caveats <= set(grant.caveats), "a caveat it does not release"),
        (marking.exercise or not agreement.exercise_only, "only exercise data"),
    )
    return (wrong for holds, wrong in checks if not holds)
