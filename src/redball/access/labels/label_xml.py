"""Labels in the XML form of ADatP-4774.

Tolerant on reading where nothing can open (a missing moment of creation, a misspelt attribute that
only repeats the policy's identifier): the label says what was tolerated. Refused is what could
change its meaning: an unknown element beside the classification, a category without name or type,
values in another form. Strict on writing.

Source: ADatP-4774, ``urn:nato:stanag:4774:confidentialitymetadatalabel:1:0``.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from redball.access.labels.moments import read_moment, write_moment
from redball.access.labels.released import released_categories, written_categories
from redball.access.labels.rules import writable
from redball.access.labels.values import (
    Category,
    ConfidentialityLabel,
    Kind,
    Succession,
    TagType,
)
from redball.access.labels.xml import LABEL_CAPS, name_of, only, parse, text_of, written
from redball.model.errors import LabelError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LABEL = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
"""Namespace of labels."""

_NAMES = {
    Kind.ORIGINATOR: "originatorConfidentialityLabel",
    Kind.ALTERNATIVE: "alternativeConfidentialityLabel",
    Kind.METADATA: "metadataConfidentialityLabel",
}
_OLD_NAME = "ConfidentialityLabel"
_KINDS = {name: kind for kind, name in _NAMES.items()} | {_OLD_NAME: Kind.ORIGINATOR}
_BODY = ("ConfidentialityInformation", "OriginatorID", "CreationDateTime")
_INSIDE = ("PolicyIdentifier", "Classification", "PrivacyMark", "Category")
_OID = "urn:oid:"

Parts = dict[str, list["Element"]]


def read_label_xml(data: bytes) -> ConfidentialityLabel:
    """Label of an XML document.

    Raises
    ------
    UnsafeFile
        It is too large or too deep, or has a document type or an entity.
    LabelError
        It is not XML, not a label, or could be understood in two ways.
    """
    root = parse(data, LABEL_CAPS, "label")
    kind = _KINDS.get(name_of(root, LABEL))
    if kind is None:
        raise LabelError(
            "The document is not a confidentiality label of ADatP-4774.",
            mend=f"Its root is one of: {', '.join(_KINDS)}.",
        )
    warnings = [
        f"An element of another namespace is not read: {str(child.tag)[:80]}."
        for child in root
        if name_of(child, LABEL) == ""
    ]
    mine = [child for child in root if name_of(child, LABEL) != ""]
    parts = parts_of(mine, "a label", LABEL, (*_BODY, "SuccessionHandling"))
    label = _label(parts, warnings)
    review = root.get("ReviewDateTime")
    succession = _succession(parts, warnings)
    if name_of(root, LABEL) == _OLD_NAME:
        warnings.append(f"The root {_OLD_NAME} is read as the originator's label.")
    return replace(
        label,
        kind=kind,
        review=None if review is None else read_moment(review, "ReviewDateTime"),
        succession=succession,
        warnings=tuple(warnings),
    )


def _label(parts: Parts, warnings: list[str]) -> ConfidentialityLabel:
    inner = parts_of(only(parts.get(_BODY[0], []), _BODY[0]), _BODY[0], LABEL, _INSIDE)
    identifier = only(inner.get("PolicyIdentifier", []), "PolicyIdentifier")
    classification = only(inner.get("Classification", []), "Classification")
    if classification.get("URI") is not None:
        warnings.append("The attribute URI of the classification is not read.")
    mark = _at_most_one(inner, "PrivacyMark")
    created = _at_most_one(parts, "CreationDateTime")
    originator = _at_most_one(parts, "OriginatorID")
    where = "CreationDateTime"
    categories, closed = released_categories(read_categories(inner.get("Category", []), warnings))
    label = ConfidentialityLabel(
        policy=text_of(identifier, "PolicyIdentifier"),
        policy_id=read_policy_id(identifier, warnings),
        classification=text_of(classification, "Classification"),
        categories=categories,
        originators_only=closed,
        created=None if created is None else read_moment(text_of(created, where), where),
        privacy_mark="" if mark is None else text_of(mark, "PrivacyMark"),
    )
    if originator is None:
        return label
    return replace(
        label,
        originator=text_of(originator, "OriginatorID"),
        originator_type=originator.get("IDType", ""),
    )


def _succession(parts: Parts, warnings: list[str]) -> Succession | None:
    found = _at_most_one(parts, "SuccessionHandling")
    if found is None:
        return None
    names = ("SuccessionDateTime", "SuccessorConfidentialityLabel")
    inner = parts_of(found, "a succession", LABEL, names)
    moment, successor = (only(inner.get(name, []), name) for name in names)
    label = _label(parts_of(successor, "a successor label", LABEL, _BODY), warnings)
    return Succession(read_moment(text_of(moment, names[0]), names[0]), label)


def write_label_xml(label: ConfidentialityLabel) -> bytes:
    """XML document of a label.

    Raises
    ------
    LabelError
        It has no moment of creation, or neither a review nor a succession.
    """
    from lxml import etree

    writable(label)
    root = etree.Element(f"{{{LABEL}}}{_NAMES[label.kind]}", nsmap={"slab": LABEL})
    if label.review is not None:
        root.set("ReviewDateTime", write_moment(label.review))
    _write_body(root, label)
    if label.succession is not None:
        part = etree.SubElement(root, f"{{{LABEL}}}SuccessionHandling")
        moment = etree.SubElement(part, f"{{{LABEL}}}SuccessionDateTime")
        moment.text = write_moment(label.succession.at)
        successor = etree.SubElement(part, f"{{{LABEL}}}SuccessorConfidentialityLabel")
        _write_body(successor, label.succession.label)
    return written(root)


def _write_body(root: "Element", label: ConfidentialityLabel) -> None:
    from lxml import etree

    inside = etree.SubElement(root, f"{{{LABEL}}}{_BODY[0]}")
    write_policy_id(inside, label.policy, label.policy_id)
    etree.SubElement(inside, f"{{{LABEL}}}Classification").text = label.classification
    if label.privacy_mark:
        etree.SubElement(inside, f"{{{LABEL}}}PrivacyMark").text = label.privacy_mark
    write_categories(inside, written_categories(label))
    if label.originator:
        originator = etree.SubElement(root, f"{{{LABEL}}}OriginatorID")
        originator.set("IDType", label.originator_type)
        originator.text = label.originator
    if label.created is not None:
        etree.SubElement(root, f"{{{LABEL}}}CreationDateTime").text = write_moment(label.created)


def read_categories(elements: Iterable["Element"], warnings: list[str]) -> list[Category]:
    """Categories of their elements.

    Raises
    ------
    LabelError
        One has no name or type, or values in another form than GenericValue.
    """
    found = []
    for one in elements:
        tag, kind = one.get("TagName"), one.get("Type")
        if tag is None or kind not in tuple(TagType):
            raise LabelError(
                "A category has no TagName, or no Type that is known.",
                where="Category",
                mend=f"Write both; Type is one of: {', '.join(TagType)}.",
            )
        others = sorted(str(name) for name in one.attrib if name not in ("TagName", "Type", "URI"))
        if others:
            warnings.append(f"An attribute of a category is not read: {others[0][:80]}.")
        values = parts_of(one, "a category", LABEL, ("GenericValue",)).get("GenericValue", [])
        texts = tuple(text_of(value, "GenericValue") for value in values)
        found.append(Category(" ".join(tag.split()), TagType(kind), texts))
    return found


def write_categories(parent: "Element", categories: Iterable[Category]) -> None:
    """Elements of categories."""
    from lxml import etree

    for one in categories:
        element = etree.SubElement(parent, f"{{{LABEL}}}Category", Type=one.type, TagName=one.tag)
        for value in one.values:
            etree.SubElement(element, f"{{{LABEL}}}GenericValue").text = value


def read_policy_id(element: "Element", warnings: list[str]) -> str:
    """Object identifier of a policy reference; empty where there is none.

    Raises
    ------
    LabelError
        It is not written as ``urn:oid:`` and the identifier.
    """
    uri = element.get("URI")
    if uri is None and element.get("URL") is not None:
        warnings.append("The policy's identifier stands in URL in place of URI.")
        uri = element.get("URL")
    if uri is None:
        return ""
    number = uri.removeprefix(_OID)
    if number == uri or not number:
        raise LabelError(
            f"'{uri[:60]}' is not an identifier of a policy.",
            where="PolicyIdentifier",
            mend=f"Write {_OID} and the object identifier.",
        )
    return number


def write_policy_id(parent: "Element", name: str, identity: str) -> None:
    """Element that refers to the policy."""
    from lxml import etree

    element = etree.SubElement(parent, f"{{{LABEL}}}PolicyIdentifier")
    if identity:
        element.set("URI", _OID + identity)
    element.text = name


def parts_of(
    elements: Iterable["Element"], where: str, namespace: str, names: tuple[str, ...]
) -> Parts:
    """Elements by name.

    Raises
    ------
    LabelError
        One is not known here: it could restrict the label.
    """
    found: Parts = {}
    for child in elements:
        name = name_of(child, namespace)
        if name not in names:
            raise LabelError(
                f"{where} holds an element that is not known: {str(child.tag)[:80]}.",
                mend=f"Use {', '.join(names)} of the namespace {namespace}.",
            )
        found.setdefault(name, []).append(child)
    return found


def _at_most_one(parts: Parts, name: str) -> "Element | None":
    return only(parts[name], name) if name in parts else None
