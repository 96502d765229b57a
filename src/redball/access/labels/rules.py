"""Whether a label keeps the rules of its policy and of the form.

Source: ADatP-4774 for the form (creation, review unless a succession, reference of the policy);
Open XML SPIF 2.1 for the rules of a policy.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from redball.access.labels.lookup import Meaning, Used, look_up
from redball.access.labels.policy import Group, Operation, Policy, Requirement
from redball.access.labels.values import ConfidentialityLabel, Problem, TagType
from redball.model.errors import LabelError


def validate(
    label: ConfidentialityLabel, policy: Policy, *, strict: bool = True
) -> tuple[Problem, ...]:
    """What is wrong with a label under a policy; nothing when it is valid.

    Parameters
    ----------
    label : ConfidentialityLabel
    policy : Policy
    strict : bool
        With the rules for a label that is written anew: creation, review, what was tolerated when
        it was read, and nothing obsolete. Without them, old labels can still be judged.
    """
    problems = list(_form(label)) if strict else []
    meaning, unknown = look_up(label, policy)
    problems += unknown
    if meaning is not None:
        problems += broken_rules(meaning, policy)
        problems += _obsolete(meaning) if strict else ()
    if label.succession is not None:
        successor, unknown = look_up(label.succession.label, policy)
        problems += unknown
        problems += broken_rules(successor, policy) if successor is not None else ()
    return tuple(problems)


def writable(label: ConfidentialityLabel) -> None:
    """Refuse to write a label whose form is not complete.

    Raises
    ------
    LabelError
        It has no moment of creation, or neither a review nor a succession.
    """
    for problem in _form(replace(label, warnings=())):
        raise LabelError(
            problem.what, where=problem.where, mend="Give it before the label is written."
        )


def _form(label: ConfidentialityLabel) -> Iterator[Problem]:
    if label.created is None:
        yield Problem("creation", "The moment of creation is missing.", "CreationDateTime")
    if label.review is None and label.succession is None:
        yield Problem("review", "There is neither a review nor a succession.", "ReviewDateTime")
    if label.succession is not None and label.succession.label.created is None:
        yield Problem(
            "creation", "The successor's moment of creation is missing.", "SuccessionHandling"
        )
    for warning in label.warnings:
        yield Problem("form", warning, "label")


def _obsolete(meaning: Meaning) -> Iterator[Problem]:
    if meaning.classification.obsolete:
        yield Problem("obsolete", f"'{meaning.classification.name}' is obsolete.", "classification")
    for one in meaning.used:
        if one.value.obsolete:
            yield Problem("obsolete", f"'{one.value.name}' is obsolete.", one.tag_set.name)


def broken_rules(meaning: Meaning, policy: Policy) -> tuple[Problem, ...]:
    """Rules of the policy that the combination of words breaks."""
    classification = meaning.classification
    present = _present(meaning)
    problems = [
        Problem("requiredCategory", f"{classification.name} needs a category beside it.", where)
        for where in _unmet(classification.required, present, meaning)
    ]
    for one in meaning.used:
        problems += _of_value(one, present, meaning)
    return (*problems, *_selection(meaning, policy))


def _present(meaning: Meaning) -> Counter[Group]:
    """How often a rule's group occurs in a label: each value by itself, and as one of its tag."""
    return Counter(group for one in meaning.used for group in _groups(one))


def _groups(one: Used) -> tuple[Group, Group]:
    name, kind = one.tag_set.name, one.tag.type
    return Group(name, kind, one.value.lacv), Group(name, kind)


def _of_value(one: Used, present: Counter[Group], meaning: Meaning) -> Iterator[Problem]:
    value, where, level = one.value, one.tag_set.name, meaning.classification.name
    if level in value.excluded_classes:
        yield Problem("excludedClass", f"'{value.name}' can't be used with {level}.", where)
    if value.required_class and value.required_class != level:
        yield Problem("requiredClass", f"'{value.name}' needs {value.required_class}.", where)
    for tag_set in _unmet(value.required, present, meaning):
        yield Problem("requiredCategory", f"'{value.name}' needs a category beside it.", tag_set)
    for group in value.excluded:
        if present[group] > (group in _groups(one)):
            yield Problem(
                "excludedCategory",
                f"'{value.name}' can't be used with a category of '{group.tag_set}'.",
                where,
            )


def _unmet(
    requirements: Iterable[Requirement], present: Counter[Group], meaning: Meaning
) -> Iterator[str]:
    for one in requirements:
        met = sum(present[group] > 0 for group in one.groups)
        enough = {
            Operation.ONLY_ONE: met == 1,
            Operation.ONE_OR_MORE: met >= 1,
            Operation.ALL: met == len(one.groups),
        }[one.operation]
        if not enough and not _answered(one, meaning):
            yield one.groups[0].tag_set


def _answered(requirement: Requirement, meaning: Meaning) -> bool:
    """'To originators only' answers the question to whom it is released."""
    return meaning.originators_only and any(
        group.type is TagType.PERMISSIVE for group in requirement.groups
    )


def _selection(meaning: Meaning, policy: Policy) -> Iterator[Problem]:
    counts = Counter(one.place for one in meaning.used)
    for tag_set in policy.tag_sets:
        for tag in tag_set.tags:
            count = counts[tag_set.name, tag.name]
            if tag.most is not None and count > tag.most:
                yield Problem(
                    "selection", f"{count} values, at most {tag.most} may be used.", tag_set.name
                )
            spared = meaning.originators_only and tag.type is TagType.PERMISSIVE
            if count < tag.fewest and not spared:
                yield Problem(
                    "selection", f"{count} values, at least {tag.fewest} are needed.", tag_set.name
                )
