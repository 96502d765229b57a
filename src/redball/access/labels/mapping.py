"""A label in the words of another policy, by the equivalences that a policy states.

Source: Open XML SPIF 2.1, ``equivalentPolicies``, ``equivalentClassification`` and
``equivalentSecCategoryTag``; ADatP-4774.1: the originator's label is never overwritten, the other
one stands beside it as alternative. What no policy states is not guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from redball.access.labels.lookup import (
    Meaning,
    Used,
    categories_of,
    every_value,
    meaning_of,
)
from redball.access.labels.policy import Classification, Equivalent, Policy
from redball.access.labels.rules import broken_rules
from redball.access.labels.values import ConfidentialityLabel, Kind, Succession, TagType
from redball.model.errors import LabelError


@dataclass(frozen=True)
class Mapped:
    """A label, and the same in the words of another policy."""

    original: ConfidentialityLabel
    alternative: ConfidentialityLabel


def mapped(label: ConfidentialityLabel, policy_from: Policy, policy_to: Policy) -> Mapped:
    """The label under another policy, beside the original.

    The sender's policy is asked for equivalences that it applies when sending, the receiver's for
    those that it applies when receiving. Both may state one, and then they must agree. Informative
    values without an equivalent are left out; the original keeps them.

    Raises
    ------
    LabelError
        The label is of another policy; there is no equivalent, or more than one; or what comes out
        breaks a rule of the other policy.
    """
    alternative = _one(label, policy_from, policy_to)
    if label.succession is not None:
        successor = _one(label.succession.label, policy_from, policy_to)
        alternative = replace(alternative, succession=Succession(label.succession.at, successor))
    return Mapped(label, alternative)


def _one(label: ConfidentialityLabel, source: Policy, target: Policy) -> ConfidentialityLabel:
    meaning = meaning_of(label, source)
    classification = _classification(meaning.classification, source, target)
    pairs = {one: found for one in meaning.used if (found := _value(one, source, target))}
    _kept_apart(meaning, pairs, target)
    used = dict.fromkeys(pairs.values())
    result = Meaning(classification, tuple(used), label.originators_only)
    broken = broken_rules(result, target)
    if broken:
        raise LabelError(
            f"The label breaks {target.name}: " + " ".join(problem.what for problem in broken),
            where=broken[0].where,
            mend="Somebody with authority for the policy has to decide on its label.",
        )
    return ConfidentialityLabel(
        policy=target.name,
        policy_id=target.id,
        classification=classification.name,
        categories=categories_of(used),
        kind=Kind.ALTERNATIVE,
        originators_only=label.originators_only,
        created=label.created,
        review=label.review,
        originator=label.originator,
        originator_type=label.originator_type,
    )


def _classification(one: Classification, source: Policy, target: Policy) -> Classification:
    sent = {e.lacv for e in _applied(one.equivalents, source, target, "sending")}
    received = {
        other.lacv
        for other in target.classifications
        for e in _applied(other.equivalents, target, source, "receiving")
        if e.lacv == one.lacv
    }
    lacv = _agreed(sent | received, one.name, target)
    found = next((other for other in target.classifications if other.lacv == lacv), None)
    if found is None:
        raise _missing(one.name, target)
    return found


def _value(one: Used, source: Policy, target: Policy) -> Used | None:
    """Equivalent of a value; ``None`` where it is left out, which only tells less."""
    stated = list(_applied(one.value.equivalents, source, target, "sending"))
    discarded = any(e.discarded for e in stated)
    found = {
        other
        for other in every_value(target)
        if any(_names(e, other) for e in stated if not e.discarded)
        or any(
            _names(e, one)
            for e in _applied(other.value.equivalents, target, source, "receiving")
            if not e.discarded
        )
    }
    if len(found) == 1 and not discarded:
        return found.pop()
    if not found and one.tag.type is TagType.INFORMATIVE:
        return None
    if len(found) > 1 or discarded:
        # A caveat or release that is thrown away would open the label.
        raise LabelError(
            f"'{one.value.name}' has no single equivalent in {target.name}.",
            where=one.tag_set.name,
            mend="Let both policies state the same equivalence.",
        )
    raise _missing(one.value.name, target)


def _kept_apart(meaning: Meaning, pairs: dict[Used, Used], target: Policy) -> None:
    """A restriction stays one: no value changes its type, and no two permissive tags become one."""
    changed = [one for one, other in pairs.items() if one.tag.type is not other.tag.type]
    places = {one.place for one in pairs.values() if one.tag.type is TagType.PERMISSIVE}
    if changed or len(places) != len(meaning.permissive()):
        raise LabelError(
            f"The categories do not restrict in {target.name} as they do here.",
            where=changed[0].tag_set.name if changed else "",
            mend="State equivalences between categories of the same type, tag by tag.",
        )


def _applied(
    equivalents: tuple[Equivalent, ...], of: Policy, other: Policy, direction: str
) -> Iterator[Equivalent]:
    """Equivalences with another policy that hold in a direction and have no conditions."""
    names = {name for name, identity in of.equivalents if identity == other.id}
    for one in equivalents:
        holds = one.sending if direction == "sending" else one.receiving
        if one.policy in names and holds and not one.conditional:
            yield one


def _names(equivalent: Equivalent, other: Used) -> bool:
    return (equivalent.tag_set_id, equivalent.type, equivalent.lacv) == (
        other.tag_set.id,
        other.tag.type,
        other.value.lacv,
    )


def _agreed(found: set[str], name: str, target: Policy) -> str:
    if not found:
        raise _missing(name, target)
    if len(found) > 1:
        raise LabelError(
            f"'{name}' has {len(found)} equivalents in {target.name}.",
            mend="Let both policies state the same equivalence.",
        )
    return found.pop()


def _missing(name: str, target: Policy) -> LabelError:
    return LabelError(
        f"'{name}' has no equivalent in {target.name}.",
        mend="Let one of the policies state an equivalence; none is guessed.",
    )
