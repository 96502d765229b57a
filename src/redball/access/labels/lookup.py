"""What a label's words mean under a policy: everything named, or a problem for each that is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from redball.access.labels.policy import Classification, Policy, Tag, TagSet, Value
from redball.access.labels.values import (
    Category,
    Clearance,
    ConfidentialityLabel,
    Problem,
    TagType,
)
from redball.model.errors import LabelError


@dataclass(frozen=True)
class Used:
    """A value in its tag and tag set.

    ``place`` names tag set and tag; with the value it says all, so that the tag set, which holds
    every value of it, is not compared.
    """

    place: tuple[str, str]
    value: Value
    tag_set: TagSet = field(compare=False)
    tag: Tag = field(compare=False)


def every_value(policy: Policy) -> Iterator[Used]:
    """Values of a policy in its order."""
    for tag_set in policy.tag_sets:
        for tag in tag_set.tags:
            place = (tag_set.name, tag.name)
            yield from (Used(place, value, tag_set, tag) for value in tag.values)


@dataclass(frozen=True)
class Meaning:
    """A label in the terms of its policy, each value once, in the order of the policy."""

    classification: Classification
    used: tuple[Used, ...]
    originators_only: bool

    def of_type(self, kind: TagType) -> Iterator[Used]:
        """Values of a type."""
        return (one for one in self.used if one.tag.type is kind)

    def permissive(self) -> dict[tuple[str, str], frozenset[str]]:
        """Names of the permissive values of each tag that is there."""
        found: dict[tuple[str, str], set[str]] = {}
        for one in self.of_type(TagType.PERMISSIVE):
            found.setdefault(one.place, set()).add(one.value.name)
        return {place: frozenset(names) for place, names in found.items()}


def policy_problems(of: ConfidentialityLabel | Clearance, policy: Policy) -> Iterator[Problem]:
    """Whether name and identifier are those of the policy; both must be."""
    if not policy.same(of.policy, policy.name):
        yield Problem("policy", f"The policy is '{of.policy}', not {policy.name}.", "policy")
    elif of.policy_id and of.policy_id != policy.id:
        yield Problem(
            "policy", f"The policy's identifier is {of.policy_id}, not {policy.id}.", "policy"
        )


def used_values(
    categories: Iterable[Category], policy: Policy
) -> tuple[tuple[Used, ...], list[Problem]]:
    """Values of categories in the order of the policy, and a problem for each unknown one."""
    wanted: set[tuple[str, TagType, str]] = set()
    problems: list[Problem] = []
    for one in categories:
        known = {
            policy.folded(value.name): (tag_set.name, one.type, value.name)
            for tag_set, value in policy.values(one.tag, one.type)
        }
        if not known:
            problems.append(
                Problem("category", f"The policy has no {one.type.lower()} tag there.", one.tag)
            )
            continue
        for name in one.values:
            if policy.folded(name) in known:
                wanted.add(known[policy.folded(name)])
            else:
                problems.append(Problem("value", f"'{name}' is not a value of the tag.", one.tag))
    used = tuple(
        one
        for one in every_value(policy)
        if (one.tag_set.name, one.tag.type, one.value.name) in wanted
    )
    return used, problems


def look_up(
    label: ConfidentialityLabel, policy: Policy
) -> tuple[Meaning | None, tuple[Problem, ...]]:
    """Meaning of a label, or the reasons why it has none."""
    problems = list(policy_problems(label, policy))
    classification = policy.classification(label.classification)
    if classification is None:
        problems.append(
            Problem(
                "classification",
                f"'{label.classification}' is not a classification of {policy.name}.",
                "classification",
            )
        )
    used, unknown = used_values(label.categories, policy)
    problems += unknown
    if problems or classification is None:
        return None, tuple(problems)
    return Meaning(classification, used, label.originators_only), ()


def meaning_of(label: ConfidentialityLabel, policy: Policy) -> Meaning:
    """Meaning of a label.

    Raises
    ------
    LabelError
        The policy does not know it, or it is of another policy.
    """
    meaning, problems = look_up(label, policy)
    if meaning is None:
        raise LabelError(
            " ".join(problem.what for problem in problems),
            where=problems[0].where,
            mend="Use the label's own policy, or map the label to this one first.",
        )
    return meaning


def categories_of(used: Iterable[Used]) -> tuple[Category, ...]:
    """Categories that carry these values."""
    found: dict[tuple[str, TagType], list[str]] = {}
    for one in used:
        found.setdefault((one.tag_set.name, one.tag.type), []).append(one.value.name)
    return tuple(Category(tag, kind, tuple(names)) for (tag, kind), names in found.items())
