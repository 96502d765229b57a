"""Labels in a JSON form, as OpenTDF's example of an assertion writes them.

The same parts as in XML. ``Release`` repeats whether it is listed, none or open: a label that lost
its reserved category contradicts itself and is refused. Keys that are not known are refused too: a
misspelt ``Category`` must not open a label.

Source: OpenTDF specification, example of a manifest; names of the parts after ADatP-4774.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from redball.access.labels.label_xml import LABEL
from redball.access.labels.moments import read_moment, write_moment
from redball.access.labels.released import released_categories, written_categories
from redball.access.labels.rules import writable
from redball.access.labels.safe_json import at, mapping, parse_json, text
from redball.access.labels.values import (
    Category,
    ConfidentialityLabel,
    Kind,
    Succession,
    TagType,
)
from redball.model.errors import LabelError

Json = dict[str, object]

_BODY = ("CreationTime", "OriginatorID", "ConfidentialityInformation", "Release")
_ROOT = (*_BODY, "Xmlns", "Kind", "ReviewTime", "SuccessionHandling")
_INSIDE = ("PolicyIdentifier", "PolicyURI", "Classification", "PrivacyMark", "Category")


def write_label_json(label: ConfidentialityLabel) -> bytes:
    """JSON text of a label: sorted keys, UTF-8, no spaces.

    Raises
    ------
    LabelError
        It has no moment of creation, or neither a review nor a succession.
    """
    value = label_value(label)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_label_json(data: bytes) -> ConfidentialityLabel:
    """Label of a JSON text.

    Raises
    ------
    UnsafeFile
        It is too large or too deep.
    LabelError
        It is not JSON, not a label, or could be understood in two ways.
    """
    return label_of(parse_json(data, "label"))


def label_value(label: ConfidentialityLabel) -> Json:
    """A label as a JSON value.

    Raises
    ------
    LabelError
        It has no moment of creation, or neither a review nor a succession.
    """
    writable(label)
    value: Json = {"Xmlns": LABEL, "Kind": str(label.kind), **_body(label)}
    if label.review is not None:
        value["ReviewTime"] = write_moment(label.review)
    if label.succession is not None:
        value["SuccessionHandling"] = {
            "SuccessionTime": write_moment(label.succession.at),
            "SuccessorConfidentialityLabel": _body(label.succession.label),
        }
    return value


def _body(label: ConfidentialityLabel) -> Json:
    inside: Json = {"PolicyIdentifier": label.policy, "Classification": label.classification}
    if label.policy_id:
        inside["PolicyURI"] = "urn:oid:" + label.policy_id
    if label.privacy_mark:
        inside["PrivacyMark"] = label.privacy_mark
    categories = written_categories(label)
    if categories:
        inside["Category"] = [
            {"Type": str(one.type), "TagName": one.tag, "GenericValues": list(one.values)}
            for one in categories
        ]
    value: Json = {"ConfidentialityInformation": inside, "Release": str(label.release)}
    if label.created is not None:
        value["CreationTime"] = write_moment(label.created)
    if label.originator:
        value["OriginatorID"] = {"IDType": label.originator_type, "Value": label.originator}
    return value


def label_of(value: object) -> ConfidentialityLabel:
    """Label of a JSON value.

    Raises
    ------
    LabelError
        It is not a label, or could be understood in two ways.
    """
    root = mapping(value, "the label", _ROOT)
    if text(root, "Xmlns") != LABEL:
        raise LabelError("The label is of another namespace.", where="Xmlns", mend=f"Use {LABEL}.")
    kind = text(root, "Kind", str(Kind.ORIGINATOR))
    if kind not in tuple(Kind):
        raise LabelError(
            f"'{kind[:40]}' is not a kind of label.",
            where="Kind",
            mend=f"Use one of: {', '.join(Kind)}.",
        )
    label = _label(root)
    succession = _succession(root) if "SuccessionHandling" in root else None
    return replace(
        label,
        kind=Kind(kind),
        review=read_moment(text(root, "ReviewTime"), "ReviewTime")
        if "ReviewTime" in root
        else None,
        succession=succession,
    )


def _succession(root: Json) -> Succession:
    names = ("SuccessionTime", "SuccessorConfidentialityLabel")
    part = mapping(root["SuccessionHandling"], "SuccessionHandling", names)
    moment = read_moment(text(part, names[0]), names[0])
    return Succession(moment, _label(mapping(at(part, names[1]), names[1], _BODY)))


def _label(root: Json) -> ConfidentialityLabel:
    inside = mapping(at(root, _BODY[2]), _BODY[2], _INSIDE)
    categories, closed = released_categories(_categories(inside.get("Category", [])))
    uri = text(inside, "PolicyURI", "")
    if uri and not uri.startswith("urn:oid:"):
        raise LabelError(
            f"'{uri[:60]}' is not an identifier of a policy.",
            where="PolicyURI",
            mend="Write urn:oid: and the object identifier.",
        )
    originator = mapping(root.get("OriginatorID", {}), "OriginatorID", ("IDType", "Value"))
    label = ConfidentialityLabel(
        policy=text(inside, "PolicyIdentifier"),
        policy_id=uri.removeprefix("urn:oid:"),
        classification=text(inside, "Classification"),
        categories=categories,
        originators_only=closed,
        created=read_moment(text(root, "CreationTime"), "CreationTime")
        if "CreationTime" in root
        else None,
        privacy_mark=text(inside, "PrivacyMark", ""),
        originator=text(originator, "Value", ""),
        originator_type=text(originator, "IDType", "uniformResourceIdentifier"),
    )
    stated = text(root, "Release", str(label.release))
    if stated != label.release:
        raise LabelError(
            f"The label says '{stated[:20]}' and its categories say '{label.release}'.",
            where="Release",
            mend="A part of it was lost; ask its originator.",
        )
    return label


def _categories(value: object) -> Iterable[Category]:
    found = value if isinstance(value, list) else [value]
    for one in found:
        part = mapping(one, "Category", ("Type", "TagName", "GenericValues"))
        kind, values = text(part, "Type"), at(part, "GenericValues")
        if kind not in tuple(TagType) or not isinstance(values, list):
            raise LabelError(
                "A category has no type that is known, or no list of values.",
                where="Category",
                mend=f"Type is one of: {', '.join(TagType)}; GenericValues is a list.",
            )
        words = [word for word in values if isinstance(word, str)]
        if len(words) != len(values):
            raise LabelError(
                "A category has values that are not text.", where="Category", mend="Write text."
            )
        yield Category(text(part, "TagName"), TagType(kind), tuple(words))
