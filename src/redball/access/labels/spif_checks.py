"""What must hold between the parts of a policy, so that no rule of it is lost in silence."""

from collections.abc import Iterable, Iterator

from redball.access.labels.policy import Group, Policy, Value
from redball.access.labels.values import RELEASE_TAG, TagType
from redball.model.errors import LabelError

_MOST_CLASSES = 64
_CODES = ("prefix", "separator", "suffix")


def checked(policy: Policy, everyone: set[tuple[str, str]] | None = None) -> Policy:
    """The policy itself.

    Raises
    ------
    LabelError
        A name, number or order occurs twice, or a rule names what the policy does not have.
    """
    classes = policy.classifications
    if not 1 <= len(classes) <= _MOST_CLASSES:
        raise LabelError(
            f"The policy has {len(classes)} classifications.",
            mend=f"It has between one and {_MOST_CLASSES}.",
        )
    _once(("classification", policy.folded(one.name)) for one in classes)
    _once(("lacv", one.lacv) for one in classes)
    _once(("hierarchy", one.hierarchy) for one in classes)
    _once(("tag set", policy.folded(one.name)) for one in policy.tag_sets)
    _once(("tag set", one.id) for one in policy.tag_sets)
    known = _known(policy)
    for one in classes:
        for requirement in one.required:
            _groups_known(requirement.groups, known, one.name)
    for value in _values(policy):
        _value_known(policy, value, known)
    _everyone_known(policy, everyone)
    _reserved(policy)
    _qualifiers_known(policy)
    return policy


def _known(policy: Policy) -> set[tuple[str, TagType, str | None]]:
    """Tag set, type and lacv of every value; names and numbers occur once within a type."""
    found: list[tuple[str, TagType, str | None]] = []
    names: list[tuple[str, TagType, str]] = []
    for tag_set in policy.tag_sets:
        for tag in tag_set.tags:
            found += [(tag_set.name, tag.type, value.lacv) for value in tag.values]
            names += [(tag_set.name, tag.type, policy.folded(value.name)) for value in tag.values]
        _once((tag_set.name, tag.name) for tag in tag_set.tags)
    _once(found)
    _once(names)
    return {*found, *((name, kind, None) for name, kind, _ in found)}


def _value_known(policy: Policy, value: Value, known: set[tuple[str, TagType, str | None]]) -> None:
    known_classes = {one.name for one in policy.classifications}
    classes = [*value.excluded_classes, *([value.required_class] if value.required_class else [])]
    for name in classes:
        if name not in known_classes:
            raise LabelError(
                f"The category '{value.name}' names the classification '{name[:40]}', which the "
                "policy does not have.",
                mend="Name a classification of the policy.",
            )
    for requirement in value.required:
        _groups_known(requirement.groups, known, value.name)
    _groups_known(value.excluded, known, value.name)


def _groups_known(
    groups: Iterable[Group], known: set[tuple[str, TagType, str | None]], where: str
) -> None:
    for group in groups:
        if (group.tag_set, group.type, group.lacv) not in known:
            raise LabelError(
                f"A rule of '{where}' names {group.lacv or 'all'} of '{group.tag_set}' "
                f"({group.type.lower()}), which the policy does not have.",
                mend="Name a tag set, type and lacv of the policy.",
            )


def _everyone_known(policy: Policy, everyone: set[tuple[str, str]] | None) -> None:
    marked = {
        (tag_set.name, value.lacv)
        for tag_set in policy.tag_sets
        for tag in tag_set.tags
        for value in tag.values
        if value.everyone and tag.type is TagType.PERMISSIVE
    }
    if everyone is not None and marked != everyone:
        raise LabelError(
            "The extension 'everyone' names what is no permissive category of the policy.",
            mend="Name its tag set and lacv.",
        )


def _reserved(policy: Policy) -> None:
    """The reserved tag has one meaning in every policy."""
    for one in policy.tag_sets:
        kinds = {tag.type for tag in one.tags}
        if policy.same(one.name, RELEASE_TAG) and kinds != {TagType.RESTRICTIVE}:
            raise LabelError(
                f"The tag set '{RELEASE_TAG}' is reserved, and restrictive.",
                mend="Use another name.",
            )


def _qualifiers_known(policy: Policy) -> None:
    tags = [tag for one in policy.tag_sets for tag in one.tags]
    for part in (policy.qualifiers, *(tag.qualifiers for tag in tags)):
        for qualifier in part:
            if qualifier.code not in _CODES:
                raise LabelError(
                    f"'{qualifier.code[:40]}' is not a qualifier of a marking.",
                    mend=f"Use one of: {', '.join(_CODES)}.",
                )


def _values(policy: Policy) -> Iterator[Value]:
    for tag_set in policy.tag_sets:
        for tag in tag_set.tags:
            yield from tag.values


def _once(keys: Iterable[tuple[object, ...]]) -> None:
    seen: set[tuple[object, ...]] = set()
    for key in keys:
        if key in seen:
            raise LabelError(
                f"The policy has {' '.join(map(str, key))} twice.", mend="Use each once."
            )
        seen.add(key)
