"""Writes a policy as Open XML SPIF 2.1; :func:`read_policy` reads the same policy back."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from redball.access.labels.policy import (
    Classification,
    Equivalent,
    Group,
    Phrase,
    Policy,
    Qualifier,
    Requirement,
    Tag,
    Value,
)
from redball.access.labels.spif_checks import checked
from redball.access.labels.spif_read import EXTENSION, LANGUAGE
from redball.access.labels.spif_words import SPIF
from redball.access.labels.values import TagType
from redball.access.labels.xml import written
from redball.model.errors import LabelError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_WORDS = {
    TagType.RESTRICTIVE: "restrictive",
    TagType.PERMISSIVE: "permissive",
    TagType.INFORMATIVE: "tagType7",
}


def write_policy(policy: Policy) -> bytes:
    """A policy as a SPIF of version 2.1.

    Raises
    ------
    LabelError
        Parts of the policy do not fit together, or an equivalence has conditions.
    """
    from lxml import etree

    checked(policy)
    root = etree.Element(f"{{{SPIF}}}SPIF", nsmap={"spif": SPIF, "redball": EXTENSION})
    header = {
        "schemaVersion": "2.1",
        "version": policy.version,
        "creationDate": policy.created,
        "originatorDN": policy.originator,
        "keyIdentifier": policy.key,
        "privilegeId": policy.privilege,
        "rbacId": policy.rbac,
    }
    for name, value in header.items():
        root.set(name, value)
    _add(root, "securityPolicyId", {"name": policy.name, "id": policy.id})
    classes = _add(root, "securityClassifications")
    for one in policy.classifications:
        _classification(classes, one)
    if policy.tag_sets:
        sets = _add(root, "securityCategoryTagSets")
        for tag_set in policy.tag_sets:
            part = _add(sets, "securityCategoryTagSet", {"name": tag_set.name, "id": tag_set.id})
            for tag in tag_set.tags:
                _tag(part, tag)
    if policy.equivalents:
        part = _add(root, "equivalentPolicies")
        for name, identity in policy.equivalents:
            _add(part, "equivalentPolicy", {"name": name, "id": identity})
    _marking(root, policy.phrases)
    _qualifiers(root, policy.qualifiers)
    _extensions(root, policy)
    return written(root)


def _classification(parent: "Element", one: Classification) -> None:
    facts = {"name": one.name, "lacv": one.lacv, "hierarchy": str(one.hierarchy)}
    element = _add(parent, "securityClassification", facts)
    if one.color:
        element.set("color", one.color)
    if one.obsolete:
        element.set("obsolete", "true")
    for equivalent in one.equivalents:
        _equivalent(element, "equivalentClassification", equivalent)
    _marking(element, one.phrases)
    _requirements(element, one.required)


def _tag(parent: "Element", tag: Tag) -> None:
    element = _add(parent, "securityCategoryTag", {"name": tag.name, **_kind(tag.type)})
    if tag.enumerated:
        element.set("tagType", "enumerated")
        element.set("enumType", _WORDS[tag.type])
    if tag.encoding:
        element.set("tag7Encoding", tag.encoding)
    if tag.fewest:
        element.set("minSelection", str(tag.fewest))
    if tag.most is not None:
        element.set(
            *(("singleSelection", "true") if tag.most == 1 else ("maxSelection", str(tag.most)))
        )
    for value in tag.values:
        _value(element, value)
    _qualifiers(element, tag.qualifiers)


def _value(parent: "Element", value: Value) -> None:
    element = _add(parent, "tagCategory", {"name": value.name, "lacv": value.lacv})
    if value.required_class:
        element.set("requiredClass", value.required_class)
    if value.obsolete:
        element.set("obsolete", "true")
    for equivalent in value.equivalents:
        _equivalent(element, "equivalentSecCategoryTag", equivalent)
    _marking(element, value.phrases)
    for name in value.excluded_classes:
        _add(element, "excludedClass").text = name
    _requirements(element, value.required)
    for group in value.excluded:
        _add(element, "excludedCategory", _group(group))


def _equivalent(parent: "Element", name: str, one: Equivalent) -> None:
    if one.conditional:
        raise LabelError(
            f"The equivalence with {one.policy} has conditions, which are not kept.",
            mend="Leave the equivalence out, or edit the file that it was read from.",
        )
    applied = "both" if one.sending and one.receiving else "encrypt" if one.sending else "decrypt"
    element = _add(parent, name, {"policyRef": one.policy, "applied": applied})
    if one.lacv:
        element.set("lacv", one.lacv)
    if one.type is not None:
        element.set("tagSetId", one.tag_set_id)
        element.set("tagType", _WORDS[one.type])
    if one.discarded:
        element.set("action", "discard")


def _requirements(parent: "Element", requirements: Iterable[Requirement]) -> None:
    for one in requirements:
        element = _add(parent, "requiredCategory", {"operation": one.operation})
        for group in one.groups:
            _add(element, "categoryGroup", _group(group))


def _group(group: Group) -> dict[str, str]:
    which = {"all": "true"} if group.lacv is None else {"lacv": group.lacv}
    return {"tagSetRef": group.tag_set, **_kind(group.type), **which}


def _kind(kind: TagType) -> dict[str, str]:
    return {"tagType": _WORDS[kind]}


def _marking(parent: "Element", phrases: Iterable[Phrase]) -> None:
    for one in phrases:
        element = _add(parent, "markingData")
        if one.text is not None:
            element.set("phrase", one.text)
        if one.language:
            element.set(LANGUAGE, one.language)
        for code in one.codes:
            _add(element, "code").text = code


def _qualifiers(parent: "Element", qualifiers: tuple[Qualifier, ...]) -> None:
    if not qualifiers:
        return
    part = _add(parent, "markingQualifier", {"markingCode": "pageTopBottom"})
    for one in qualifiers:
        element = _add(part, "qualifier", {"markingQualifier": one.text, "qualifierCode": one.code})
        if one.language:
            element.set(LANGUAGE, one.language)


def _extensions(root: "Element", policy: Policy) -> None:
    from lxml import etree

    everyone = [
        {"tagSetRef": one.name, "lacv": value.lacv}
        for one in policy.tag_sets
        for tag in one.tags
        for value in tag.values
        if value.everyone
    ]
    if everyone:
        part = _add(root, "extensions")
        for facts in everyone:
            etree.SubElement(part, f"{{{EXTENSION}}}everyone", facts)


def _add(parent: "Element", name: str, facts: Mapping[str, str] | None = None) -> "Element":
    from lxml import etree

    return etree.SubElement(parent, f"{{{SPIF}}}{name}", dict(facts or {}))
