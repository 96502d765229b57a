"""A tiny element builder: the only place where text becomes markup, so that all of it is escaped.

``el("td", name, class_="text")`` escapes ``name`` unless it is a :class:`Markup` made here.
Characters that HTML forbids, or that would turn the reading direction of what follows, are shown
as U+FFFD: a record must not be able to disguise the text beside it.
"""

import re
from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "br", "hr", "input", "link", "col"})
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# what may pass a name boundary: attribute names come from code, never from data
_ATTRIBUTE = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$")

Attribute = str | int | float | bool | None


class Markup(str):
    """Text that is markup already; only this module and constants of this package make it."""

    __slots__ = ()


Child = str | int | float | None


def text(value: str) -> Markup:
    """Escape a text for use between tags or in an attribute in double quotes."""
    return Markup(escape(_UNSAFE.sub("\ufffd", value), quote=True))


def el(tag: str, *children: Child, **attributes: Attribute) -> Markup:
    """Build one element.

    Parameters
    ----------
    tag : str
        Name of the element.
    *children : str, Markup, number or None
        Content; a plain ``str`` is escaped, ``None`` is left out.
    **attributes : str, number, bool or None
        ``class_`` stands for ``class``, ``stroke_width`` for ``stroke-width``. ``None`` and
        ``False`` leave the attribute out, ``True`` writes it without a value.
    """
    # by identity: 0 equals False and is a value
    given = {k: v for k, v in attributes.items() if v is not None and v is not False}
    opening = tag + "".join(_attribute(name, value) for name, value in given.items())
    if tag in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(children)}</{tag}>")


def join(children: Iterable[Child]) -> Markup:
    """Join content; plain text is escaped."""
    return Markup("".join(_child(child) for child in children if child is not None))


def number(value: float, digits: int = 1) -> str:
    """Write a coordinate without needless digits, for SVG attributes."""
    rounded = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
    return "0" if rounded in {"-0", ""} else rounded


def _child(child: str | int | float) -> str:
    if isinstance(child, Markup):
        return child
    return text(child if isinstance(child, str) else number(child, 6))


def _attribute(name: str, value: Attribute) -> str:
    name = name.rstrip("_").replace("_", "-")
    # SVG keeps some attributes in mixed case; those are given as they are
    if not _ATTRIBUTE.match(name):
        raise ValueError(f"'{name}' is not an attribute name")
    if value is True:
        return f" {name}"
    shown = number(value, 2) if isinstance(value, float) else str(value)
    return f' {name}="{text(shown)}"'
