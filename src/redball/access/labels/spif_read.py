"""Reads a policy from Open XML SPIF 2.1.

Strict where a rule could be lost: an element that is not known beside a classification or a
category, or a rule that names something the policy does not have, refuses the policy. Version 2.0
has the same elements and is read with a warning; 3.0 has others and is refused.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from redball.access.labels.policy import (
    Classification,
    Equivalent,
    Group,
    Operation,
    Phrase,
    Policy,
    Qualifier,
    Requirement,
    Tag,
    TagSet,
    Value,
)
from redball.access.labels.spif_checks import checked
from redball.access.labels.spif_words import (
    MARKING,
    SPIF,
    all_of,
    asked,
    flag,
    name_in,
    number,
    parts_of,
    refuse_rules,
    type_of,
)
from redball.access.labels.values import checked_text
from redball.access.labels.xml import POLICY_CAPS, name_of, only, parse, text_of
from redball.model.errors import LabelError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

EXTENSION = "urn:redball:spif:1"
"""Namespace of our extension: ``everyone`` names the value that stands for all."""

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_VERSIONS = ("2.1", "2.0")
_HEADER = ("version", "created", "originator", "privilege", "rbac", "key")
_HEADER_NAMES = (
    "version",
    "creationDate",
    "originatorDN",
    "privilegeId",
    "rbacId",
    "keyIdentifier",
)
_UNREAD = ("defaultSecurityPolicyId", "updateInfo", "privacyMarks")


def read_policy(data: bytes) -> Policy:
    """Policy of a SPIF file.

    Raises
    ------
    UnsafeFile
        It is too large or too deep, or has a document type or an entity.
    LabelError
        It is not XML, not a SPIF of version 2.1 or 2.0, or a rule of it can't be kept.

    Notes
    -----
    Source: Open XML SPIF 2.1, elements and attributes; ADatP-4774.1 for their meaning.
    """
    root = parse(data, POLICY_CAPS, "policy")
    if name_of(root, SPIF) != "SPIF":
        raise LabelError(
            "The document is not a SPIF of the namespace of Open XML SPIF.",
            mend="Give a policy file whose root is SPIF.",
        )
    version = root.get("schemaVersion", "")
    if version not in _VERSIONS:
        raise LabelError(
            f"The SPIF has version '{version[:20]}'.", mend="Version 2.1 (or 2.0) is read."
        )
    refuse_rules(root, "the SPIF")
    parts = parts_of(root, "SPIF", (*_ROOT, *MARKING, *_UNREAD, "extensions"))
    identity = only(parts.get("securityPolicyId", []), "securityPolicyId")
    classes = only(parts.get("securityClassifications", []), "securityClassifications")
    everyone = _everyone(parts.get("extensions", []))
    policy = Policy(
        name=name_in(identity),
        id=asked(identity, "id"),
        classifications=tuple(
            _classification(one)
            for one in parts_of(
                classes, "securityClassifications", ("securityClassification",), True
            ).get("securityClassification", [])
        ),
        tag_sets=tuple(
            _tag_set(one, everyone)
            for sets in parts.get("securityCategoryTagSets", [])
            for one in all_of(sets, "securityCategoryTagSet")
        ),
        equivalents=tuple(
            (name_in(one), asked(one, "id"))
            for sets in parts.get("equivalentPolicies", [])
            for one in all_of(sets, "equivalentPolicy")
            if not len(one)
        ),
        phrases=_phrases(root),
        qualifiers=_qualifiers(root),
        schema_version=version,
        warnings=tuple(_warnings(root, parts)),
        **{field: root.get(name, "") for field, name in zip(_HEADER, _HEADER_NAMES, strict=True)},
    )
    return checked(policy, everyone)


_ROOT = (
    "securityPolicyId",
    "securityClassifications",
    "securityCategoryTagSets",
    "equivalentPolicies",
)


def _warnings(root: "Element", parts: Mapping[str, list["Element"]]) -> Iterable[str]:
    if root.get("schemaVersion") != "2.1":
        yield f"Version {root.get('schemaVersion')} is read as 2.1."
    if "privacyMarks" in parts:
        yield "Privacy marks of the policy are not read."
    for sets in parts.get("equivalentPolicies", []):
        for one in all_of(sets, "equivalentPolicy"):
            if len(one):
                yield f"The equivalence with {one.get('name')} has conditions and is left out."


def _classification(element: "Element") -> Classification:
    refuse_rules(element, "a classification")
    allowed = (*MARKING, "equivalentClassification", "requiredCategory")
    parts = parts_of(element, "a classification", allowed)
    return Classification(
        name=name_in(element),
        lacv=asked(element, "lacv"),
        hierarchy=number(element, "hierarchy"),
        color=element.get("color", ""),
        obsolete=flag(element, "obsolete"),
        phrases=_phrases(element),
        required=tuple(map(_requirement, parts.get("requiredCategory", []))),
        equivalents=tuple(map(_equivalent, parts.get("equivalentClassification", []))),
    )


def _tag_set(element: "Element", everyone: set[tuple[str, str]]) -> TagSet:
    name = name_in(element)
    parts = parts_of(
        element, "a tag set", ("securityCategoryTag", "equivalentSecurityCategoryTagSet")
    )
    tags = tuple(_tag(one, name, everyone) for one in parts.get("securityCategoryTag", []))
    if not tags:
        raise LabelError(f"The tag set '{name}' has no tag.", mend="Give it one.")
    return TagSet(name, asked(element, "id"), tags)


def _tag(element: "Element", tag_set: str, everyone: set[tuple[str, str]]) -> Tag:
    name = checked_text(element.get("name") or tag_set, "tag name")
    parts = parts_of(element, f"the tag '{name}'", ("tagCategory", "markingQualifier"))
    single = flag(element, "singleSelection")
    most = number(element, "maxSelection") if element.get("maxSelection") else None
    return Tag(
        name=name,
        type=type_of(element),
        values=tuple(_value(one, tag_set, everyone) for one in parts.get("tagCategory", [])),
        enumerated=element.get("tagType") == "enumerated",
        encoding=element.get("tag7Encoding", ""),
        fewest=number(element, "minSelection") if element.get("minSelection") else 0,
        most=1 if single else most,
        qualifiers=_qualifiers(element),
    )


def _value(element: "Element", tag_set: str, everyone: set[tuple[str, str]]) -> Value:
    where = f"a category of '{tag_set}'"
    refuse_rules(element, where)
    parts = parts_of(
        element,
        where,
        (
            *MARKING,
            "equivalentSecCategoryTag",
            "excludedClass",
            "requiredCategory",
            "excludedCategory",
        ),
    )
    lacv = asked(element, "lacv")
    return Value(
        name=name_in(element),
        lacv=lacv,
        obsolete=flag(element, "obsolete"),
        phrases=_phrases(element),
        excluded_classes=tuple(text_of(one, where) for one in parts.get("excludedClass", [])),
        required_class=element.get("requiredClass", ""),
        required=tuple(map(_requirement, parts.get("requiredCategory", []))),
        excluded=tuple(map(_group, parts.get("excludedCategory", []))),
        equivalents=tuple(map(_equivalent, parts.get("equivalentSecCategoryTag", []))),
        everyone=(tag_set, lacv) in everyone,
    )


def _requirement(element: "Element") -> Requirement:
    word = asked(element, "operation")
    if word not in tuple(Operation):
        raise LabelError(
            f"'{word[:40]}' is not an operation of a required category.",
            mend=f"Use one of: {', '.join(Operation)}.",
        )
    groups = tuple(map(_group, all_of(element, "categoryGroup")))
    if not groups:
        raise LabelError("A required category has no group.", mend="Name a categoryGroup.")
    return Requirement(Operation(word), groups)


def _group(element: "Element") -> Group:
    lacv, whole = element.get("lacv"), flag(element, "all")
    if (lacv is None) == (not whole):
        raise LabelError(
            "A rule names neither a category by its lacv nor all of them, or both.",
            mend="Write either lacv or all='true'.",
        )
    return Group(asked(element, "tagSetRef"), type_of(element), lacv)


def _equivalent(element: "Element") -> Equivalent:
    applied = element.get("applied", "both")
    action = element.get("action", "")
    if applied not in ("encrypt", "decrypt", "both") or action not in ("", "discard"):
        raise LabelError(
            f"An equivalence is applied at '{applied[:20]}' with action '{action[:20]}'.",
            mend="Use encrypt, decrypt or both, and discard or nothing.",
        )
    classes = name_of(element, SPIF) == "equivalentClassification"
    return Equivalent(
        policy=asked(element, "policyRef"),
        lacv=asked(element, "lacv") if action == "" else element.get("lacv", ""),
        tag_set_id="" if classes else asked(element, "tagSetId"),
        type=None if classes else type_of(element),
        sending=applied != "decrypt",
        receiving=applied != "encrypt",
        discarded=action == "discard",
        conditional=len(element) > 0,
    )


def _everyone(extensions: Iterable["Element"]) -> set[tuple[str, str]]:
    return {
        (asked(one, "tagSetRef"), asked(one, "lacv"))
        for part in extensions
        for one in part
        if name_of(one, EXTENSION) == "everyone"
    }


def _phrases(element: "Element") -> tuple[Phrase, ...]:
    return tuple(
        Phrase(
            one.get("phrase"),
            one.get(LANGUAGE, ""),
            tuple(sorted({text_of(code, "code") for code in all_of(one, "code")})),
        )
        for one in element
        if name_of(one, SPIF) == "markingData"
    )


def _qualifiers(element: "Element") -> tuple[Qualifier, ...]:
    return tuple(
        Qualifier(
            asked(one, "qualifierCode"), one.get("markingQualifier", ""), one.get(LANGUAGE, "")
        )
        for part in element
        if name_of(part, SPIF) == "markingQualifier"
        for one in all_of(part, "qualifier")
    )
