"""Style and script of the page, and the policy that lets nothing else run or load.

The Content Security Policy names both by hash: no other style, script, image, font, frame or
connection is allowed, whatever a record's text holds. Source: W3C Content Security Policy Level 3.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from redball.reports.element import Markup, el

_SIZE = "A4"


def style(marking: str) -> str:
    """Style of the page; the marking is printed at the head and foot of every sheet.

    Margin boxes are CSS Paged Media Level 3, section 5; Chromium 131 and later print them.
    """
    line = css_string(marking)
    boxes = (
        f"@top-center {{ content: {line}; font: 700 9pt sans-serif; }}\n"
        f"@bottom-center {{ content: {line}; font: 700 9pt sans-serif; }}\n"
        '@bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; }\n'
    )
    sheet = f"@page {{ size: {_SIZE}; margin: 17mm 12mm;\n{boxes}}}\n"
    return (
        f"{_file('page.css')}\n{map_style()}\n{sheet}@page across {{ size: {_SIZE} landscape; }}\n"
    )


def map_style() -> str:
    """Style of the map alone, for where it stands outside a page."""
    return _file("map.css")


def script() -> str:
    """Script of the page: sorting and filtering of tables, nothing else."""
    return _file("page.js")


def policy(styles: str, scripts: str) -> Markup:
    """Content Security Policy as a meta element."""
    rules = (
        "default-src 'none'",
        f"style-src '{_hash(styles)}'",
        f"script-src '{_hash(scripts)}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return el("meta", http_equiv="Content-Security-Policy", content="; ".join(rules))


def css_string(words: str) -> str:
    """Write any text as a CSS string: all but letters, digits and plain punctuation as escapes."""
    return (
        '"'
        + "".join(
            c if c.isascii() and (c.isalnum() or c in " /.,-") else f"\\{ord(c):06x}" for c in words
        )
        + '"'
    )


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


@cache
def _file(name: str) -> str:
    return (files("redball.reports") / name).read_text(encoding="utf-8")
