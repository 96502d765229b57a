"""Clearances in the XML form of ADatP-4774: a list of classifications, and categories.

Source: ADatP-4774, ``urn:nato:stanag:4774:confidentialityclearance:1:0``; what both share stands
in the namespace of labels.
"""

from redball.access.labels.label_xml import (
    LABEL,
    parts_of,
    read_categories,
    read_policy_id,
    write_categories,
    write_policy_id,
)
from redball.access.labels.values import RELEASE_TAG, Clearance
from redball.access.labels.xml import LABEL_CAPS, name_of, only, parse, text_of, written
from redball.model.errors import LabelError

CLEARANCE = "urn:nato:stanag:4774:confidentialityclearance:1:0"
"""Namespace of clearances."""


def read_clearance_xml(data: bytes) -> Clearance:
    """Clearance of an XML document.

    Raises
    ------
    UnsafeFile
        It is too large or too deep, or has a document type or an entity.
    LabelError
        It is not XML or not a clearance, or claims what nobody holds.
    """
    root = parse(data, LABEL_CAPS, "clearance")
    if name_of(root, CLEARANCE) != "ConfidentialityClearance":
        raise LabelError(
            "The document is not a clearance of ADatP-4774.",
            mend="Its root is ConfidentialityClearance.",
        )
    lists = [child for child in root if name_of(child, CLEARANCE) == "ClassificationList"]
    others = [child for child in root if child not in lists]
    parts = parts_of(others, "a clearance", LABEL, ("PolicyIdentifier", "Category"))
    listed = parts_of(only(lists, "ClassificationList"), "it", LABEL, ("Classification",))
    warnings: list[str] = []
    identifier = only(parts.get("PolicyIdentifier", []), "PolicyIdentifier")
    categories = read_categories(parts.get("Category", []), warnings)
    if any(one.tag.casefold() == RELEASE_TAG for one in categories):
        raise LabelError(
            f"A clearance claims '{RELEASE_TAG}', which nobody holds.", mend="Leave it out."
        )
    return Clearance(
        policy=text_of(identifier, "PolicyIdentifier"),
        policy_id=read_policy_id(identifier, warnings),
        classifications=frozenset(
            text_of(one, "Classification") for one in listed.get("Classification", [])
        ),
        categories=tuple(categories),
        warnings=tuple(warnings),
    )


def write_clearance_xml(clearance: Clearance) -> bytes:
    """XML document of a clearance."""
    from lxml import etree

    root = etree.Element(
        f"{{{CLEARANCE}}}ConfidentialityClearance", nsmap={"sclr": CLEARANCE, "slab": LABEL}
    )
    write_policy_id(root, clearance.policy, clearance.policy_id)
    listed = etree.SubElement(root, f"{{{CLEARANCE}}}ClassificationList")
    for name in sorted(clearance.classifications):
        etree.SubElement(listed, f"{{{LABEL}}}Classification").text = name
    write_categories(root, clearance.categories)
    return written(root)
