"""The label of something made of several labelled parts: never more open than any of them.

Highest classification; restrictive and informative values united; the values of each permissive
tag intersected. Where nothing is left of one, or one part lacks a permissive tag that another has,
or no part has any, the result is for originators only. That state is absorbing, so combining is
commutative and associative; it is not idempotent, and one label alone is not combined.

Source: the order of steps after ADatP-4774 usage; the state 'originators only' is our own, and
closes the gap that a dropped permissive tag opens (``docs/concepts/labels.md``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from redball.access.labels.lookup import Meaning, categories_of, meaning_of
from redball.access.labels.policy import Policy
from redball.access.labels.rules import broken_rules
from redball.access.labels.values import ConfidentialityLabel, TagType
from redball.model.errors import LabelError


def dominant(
    labels: Iterable[ConfidentialityLabel], policy: Policy, *, made_at: datetime | None = None
) -> ConfidentialityLabel:
    """Label of what is made of labelled parts.

    Parameters
    ----------
    labels : iterable of ConfidentialityLabel
        All of this policy; map others first. A label with a successor counts with both.
    policy : Policy
    made_at : datetime, optional
        Creation of the new label; without it the last of its parts.

    Raises
    ------
    LabelError
        There is no label, one is of another policy or not known to it, or one or the combination
        breaks a rule of the policy: somebody has to decide.
    """
    given = tuple(labels)
    if not given:
        raise LabelError("There is no label to combine.", mend="Give at least one.")
    meanings = [meaning_of(part, policy) for one in given for part in _parts(one)]
    for part in meanings:
        _keep_rules(part, policy, "A part")
    if len(given) == 1:
        return given[0]
    released = _released(meanings)
    # A part may carry the same value as another; the policy's order sorts and counts each once.
    used = {
        one: None
        for part in meanings
        for one in part.used
        if one.tag.type is not TagType.PERMISSIVE or (*one.place, one.value.name) in released
    }
    top = max((part.classification for part in meanings), key=lambda one: one.hierarchy)
    closed = not released
    _keep_rules(Meaning(top, tuple(used), closed), policy, "The combination")
    return ConfidentialityLabel(
        policy=policy.name,
        policy_id=policy.id,
        classification=top.name,
        categories=categories_of(used),
        originators_only=closed,
        created=made_at or _last(given),
        review=min((one.review for one in given if one.review is not None), default=None),
    )


def _keep_rules(meaning: Meaning, policy: Policy, what: str) -> None:
    """Refuse what breaks the policy: nobody reads such a part, so nobody may read it in a whole."""
    broken = broken_rules(meaning, policy)
    if broken:
        raise LabelError(
            f"{what} breaks the policy: " + " ".join(one.what for one in broken),
            where=broken[0].where,
            mend="Somebody with authority for the policy has to decide on its label.",
        )


def _parts(label: ConfidentialityLabel) -> Sequence[ConfidentialityLabel]:
    return [label] if label.succession is None else [label, label.succession.label]


def _released(meanings: Sequence[Meaning]) -> set[tuple[str, str, str]]:
    """Permissive values that every part has; empty for originators only."""
    parts = [part.permissive() for part in meanings]
    places = set(parts[0])
    if any(part.originators_only for part in meanings) or any(set(p) != places for p in parts):
        return set()
    everyone = {
        (*one.place, one.value.name)
        for part in meanings
        for one in part.of_type(TagType.PERMISSIVE)
        if one.value.everyone
    }
    found: set[tuple[str, str, str]] = set()
    for place in places:
        common = _common(place, [part[place] for part in parts], everyone)
        if not common:
            return set()
        found |= {(*place, name) for name in common}
    return found


def _common(
    place: tuple[str, str], lists: Sequence[frozenset[str]], everyone: set[tuple[str, str, str]]
) -> frozenset[str]:
    """Values common to all lists; a list that says 'everyone' narrows no other."""
    narrow = [names for names in lists if not any((*place, name) in everyone for name in names)]
    if narrow:
        return frozenset.intersection(*narrow)
    return frozenset(name for tag_set, tag, name in everyone if (tag_set, tag) == place)


def _last(labels: Sequence[ConfidentialityLabel]) -> datetime | None:
    moments = [one.created for one in labels if one.created is not None]
    return max(moments) if len(moments) == len(labels) else None
