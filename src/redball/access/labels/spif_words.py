"""Words of a SPIF: children by name, attributes, tag types; what is not known is refused."""

from typing import TYPE_CHECKING

from redball.access.labels.values import TagType, checked_text
from redball.access.labels.xml import name_of
from redball.model.errors import LabelError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SPIF = "http://www.xmlspif.org/spif"
"""Namespace of Open XML SPIF."""

MARKING = ("markingData", "markingQualifier")
"""Elements that put something into words; they stand beside nearly everything."""

_TYPES = {
    "restrictive": TagType.RESTRICTIVE,
    "permissive": TagType.PERMISSIVE,
    "tagType7": TagType.INFORMATIVE,
}
_UNREAD_RULES = ("notBefore", "notAfter", "userInput", "dateFormat")


def type_of(element: "Element") -> TagType:
    """Type of a tag; ``enumerated`` says it in ``enumType``.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    word = element.get("tagType", "")
    kind = _TYPES.get(element.get("enumType", "") if word == "enumerated" else word)
    if kind is None or (word == "enumerated" and kind is TagType.INFORMATIVE):
        raise LabelError(
            f"'{word[:40]}' is not a tag type.",
            mend="Use restrictive, permissive, tagType7, or enumerated with an enumType.",
        )
    return kind


def parts_of(
    element: "Element", where: str, allowed: tuple[str, ...], marked: bool = False
) -> dict[str, list["Element"]]:
    """Children by name.

    Raises
    ------
    LabelError
        One is not known here: it could be a rule.
    """
    found: dict[str, list[Element]] = {}
    for child in element:
        name = name_of(child, SPIF)
        if name not in allowed and not (marked and name in MARKING):
            raise LabelError(
                f"{where} holds an element that is not known: {str(child.tag)[:80]}.",
                mend="Use the elements of Open XML SPIF 2.1.",
            )
        found.setdefault(name, []).append(child)
    return found


def all_of(element: "Element", name: str) -> list["Element"]:
    """Children of one name, where there are no others.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    return parts_of(element, f"a list of {name}", (name,)).get(name, [])


def name_in(element: "Element") -> str:
    """Name of what an element describes.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    return checked_text(asked(element, "name"), "name")


def asked(element: "Element", attribute: str) -> str:
    """Attribute that must be there.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    value = element.get(attribute)
    if not value or not value.strip():
        raise LabelError(
            f"A {str(element.tag).rpartition('}')[2]} has no {attribute}.", mend="Write it."
        )
    return value.strip()


def number(element: "Element", attribute: str) -> int:
    """Attribute that is a whole number.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    text = asked(element, attribute)
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise LabelError(f"'{text[:20]}' is not a number for {attribute}.", mend="Write digits.")
    return int(text)


def flag(element: "Element", attribute: str) -> bool:
    """Attribute that is true or false; absent is false.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    text = element.get(attribute, "false").strip()
    if text not in ("true", "false", "1", "0"):
        raise LabelError(
            f"'{text[:20]}' is neither true nor false for {attribute}.", mend="Write true or false."
        )
    return text in ("true", "1")


def refuse_rules(element: "Element", where: str) -> None:
    """Refuse rules that are not kept: moments of validity, and values typed in by users.

    Raises
    ------
    LabelError
        It is missing, or not of that form.
    """
    unread = [name for name in _UNREAD_RULES if element.get(name) is not None]
    if unread:
        raise LabelError(
            f"{where} has '{unread[0]}', which is not supported.",
            mend="Take it out, and give the policy out anew when it changes.",
        )
