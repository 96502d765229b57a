r"""Text from outside made harmless for a terminal.

Names, values and messages come from other people's files. A terminal obeys control characters
(ECMA-48: colours, cursor, window title, clipboard), so data could overwrite what was printed
before; direction marks could make text read as other text (Unicode Technical Report 36). Such
characters are shown as escapes: ``\x1b``, ``\u202e``.
"""

import re

from rich.markup import escape
from rich.text import Text

_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, C0 but for tab and line feed, and C1
    r"\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f"
    r"\ud800-\udfff"  # halves of a letter: names of files that are not UTF-8
)
_CONTROL = re.compile(f"[{_UNSEEN}]")
_BREAK_OR_CONTROL = re.compile(f"[\t\n{_UNSEEN}]")


def visible(text: str) -> str:
    """Text with control and direction characters as escapes; tabs and line feeds stay."""
    return _CONTROL.sub(_escaped, text)


def safe(text: object) -> str:
    """Text from outside for use within Rich markup: one line, no control, no markup."""
    return escape(_BREAK_OR_CONTROL.sub(_escaped, str(text)))


def cell(text: str) -> Text:
    """Text from outside as a cell of a table; its line breaks stay inside the cell."""
    return Text(visible(text))


def json_text(chunk: str) -> str:
    r"""A piece of a JSON document with the characters that JSON leaves alone as ``\u`` escapes.

    Outside of strings a document holds none but line feeds, so the meaning stays.
    """
    return _CONTROL.sub(_json_escaped, chunk)


def _escaped(match: re.Match[str]) -> str:
    named = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(match[0])
    code = ord(match[0])
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _json_escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
