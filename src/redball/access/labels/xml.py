"""XML that is refused before it is read, and read with caps.

A document is decoded here, so that no encoding can hide what is looked for; document types,
entities and more than a label needs are refused; then lxml reads it without network, DTD or
entities. Lengths are bounded before parsing, so that time and memory are.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redball.model.errors import LabelError, UnsafeFile

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

DEPTH = 24
"""Deepest nesting; a SPIF has eight levels."""

_DECLARATION = re.compile(r"\A\s*<\?xml\b([^<>]*?)\?>")
_ENCODING = re.compile(r"""\bencoding\s*=\s*["']([^"']*)["']""")
_ENCODINGS = ("UTF-8", "UTF8", "UTF-16", "UTF16", "US-ASCII", "ASCII")
_MARKUP = re.compile(r"<!(?!--|\[CDATA\[)")
_BAD_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Caps:
    """Most bytes, tags and attributes of a document."""

    size_bytes: int
    tags: int
    attributes: int


LABEL_CAPS = Caps(64 * 1024, 2_000, 2_000)
POLICY_CAPS = Caps(1024 * 1024, 40_000, 40_000)


def parse(data: bytes, caps: Caps, what: str) -> "Element":
    """Root of a document.

    Raises
    ------
    UnsafeFile
        It is too large or too deep, has a document type or an entity, or an encoding that is not
        UTF-8 or UTF-16.
    LabelError
        It is not well-formed XML.
    """
    from lxml import etree

    text = _decoded(data, caps, what)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise LabelError(
            f"The {what} is not well-formed XML: {error}.",
            mend="Write it again, or ask its sender.",
        ) from None
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH:
            raise UnsafeFile(
                f"The {what} is nested deeper than {DEPTH} levels.", mend="Ask its sender for it."
            )
    return root


def _decoded(data: bytes, caps: Caps, what: str) -> str:
    if len(data) > caps.size_bytes:
        raise UnsafeFile(
            f"The {what} is larger than {caps.size_bytes} bytes.", mend="It was not read."
        )
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise UnsafeFile(
            f"The {what} is neither UTF-8 nor UTF-16.", mend="Write it in UTF-8."
        ) from None
    declaration = _DECLARATION.match(text)
    if declaration:
        encoding = _ENCODING.search(declaration[1])
        if encoding and encoding[1].upper() not in _ENCODINGS:
            raise UnsafeFile(
                f"The {what} says that it is written in '{encoding[1][:40]}'.",
                mend="Write it in UTF-8.",
            )
        text = text[declaration.end() :]
    if _MARKUP.search(text):
        raise UnsafeFile(
            f"The {what} has a document type or an entity.", mend="Labels and policies need none."
        )
    if _BAD_TEXT.search(text):
        raise LabelError(
            f"The {what} is not well-formed XML: it has control characters.", mend="Write it again."
        )
    for sign, most in (("<", caps.tags), ("=", caps.attributes)):
        if text.count(sign) > most:
            raise UnsafeFile(
                f"The {what} has more than {most} times '{sign}'.", mend="It was not read."
            )
    return text


def name_of(element: "Element", namespace: str) -> str:
    """Local name of an element of a namespace; empty for another's."""
    tag = element.tag
    prefix = f"{{{namespace}}}"
    return tag[len(prefix) :] if isinstance(tag, str) and tag.startswith(prefix) else ""


def text_of(element: "Element", where: str) -> str:
    """Text of an element without children, with its white space collapsed.

    Raises
    ------
    LabelError
        It has children.
    """
    if len(element):
        raise LabelError(
            f"{where} holds elements where there is only text.", mend="Write its text alone."
        )
    return " ".join((element.text or "").split())


def only(elements: Iterable["Element"], where: str) -> "Element":
    """The one element there must be.

    Raises
    ------
    LabelError
        There is none, or more than one.
    """
    found = list(elements)
    if len(found) != 1:
        raise LabelError(
            f"{where} occurs {len(found)} times.", mend="It must be there exactly once."
        )
    return found[0]


def written(root: "Element") -> bytes:
    """Document in UTF-8."""
    from lxml import etree

    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
