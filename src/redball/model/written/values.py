"""Checks of the plain values that scenarios are made of: numbers, words, names."""

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from redball.model import BadUse

MOST_DAYS = 36_500.0
"""Longest time a scenario may name: a hundred years. More is a slip of the pen."""

MOST_NAME = 200
MOST_TEXT = 4_000
_SHOWN = 60
_COMPARED = 200


def shown(value: object) -> str:
    """Write a value into a message: short, on one line, whatever it is."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 256:
        return "a very large number"  # its digits may be too many to write
    text = value[: 2 * _SHOWN] if isinstance(value, str) else repr(value)[: 2 * _SHOWN]
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def number(
    value: object, name: str, *, least: float = 0.0, most: float = math.inf, above: bool = False
) -> float:
    """Check a finite number.

    Parameters
    ----------
    above : bool
        Whether ``least`` itself is refused.

    Raises
    ------
    BadUse
        It is no number, not finite, or outside of what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadUse(f"'{name}' must be a number, not '{shown(value)}'.", mend="Give a number.")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found) or found < least or found > most or (above and found == least):
        bound = f"above {least:g}" if above else f"{least:g} or more"
        limits = [bound] * math.isfinite(least) + [f"at most {most:g}"] * math.isfinite(most)
        raise BadUse(
            f"'{name}' is {shown(value)}.", mend=f"It must be {', '.join(['finite', *limits])}."
        )
    return found + 0.0  # -0.0 becomes 0.0


def whole(value: object, name: str, *, least: int, most: int) -> int:
    """Check a whole number.

    Raises
    ------
    BadUse
        It is none, or outside of what is allowed.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadUse(f"'{name}' is {shown(value)}.", mend="It must be a whole number.")
    if not least <= value <= most:
        raise BadUse(f"'{name}' is {shown(value)}.", mend=f"It must be {least} to {most}.")
    return value


def name_text(value: object, name: str) -> str:
    """Check a name: one line of visible characters, with no blanks around it.

    Raises
    ------
    BadUse
        It is something else, empty or too long.
    """
    if not isinstance(value, str):
        raise BadUse(f"'{name}' must be a text, not '{shown(value)}'.", mend="Put it in quotes.")
    if not value or value != value.strip() or not value.isprintable():
        raise BadUse(
            f"'{name}' is '{shown(value)}'.",
            mend="It must be one line of visible characters, with no blanks around it.",
        )
    if len(value) > MOST_NAME:
        raise BadUse(f"'{name}' is longer than {MOST_NAME} characters.", mend="Shorten it.")
    return value


def free_text(value: object, name: str) -> str:
    """Check a text of several lines.

    Raises
    ------
    BadUse
        It is no text, too long, or holds what can't be written to a file.
    """
    if not isinstance(value, str):
        raise BadUse(f"'{name}' must be a text, not '{shown(value)}'.", mend="Put it in quotes.")
    if len(value) > MOST_TEXT:
        raise BadUse(f"'{name}' is longer than {MOST_TEXT} characters.", mend="Shorten it.")
    if any(not c.isprintable() and c not in "\n\t" for c in value):
        raise BadUse(
            f"'{name}' holds characters that can't be shown.",
            mend="Use visible characters, tabs and new lines.",
        )
    return value


def one_of(value: object, name: str, known: Sequence[str]) -> str:
    """Check a word from a list.

    Raises
    ------
    BadUse
        It is not in the list; the nearest words are named.
    """
    if isinstance(value, str) and value in known:
        return value
    raise BadUse(f"'{name}' is '{shown(value)}'.", mend=did_you_mean(shown(value), known))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Write the nearest words to one, or all where none is near and there are few."""
    names = list(known)
    close = nearest(word, names)
    if close:
        return f"Did you mean {_or(close)}?"
    if len(names) <= 20:
        return f"Use one of: {', '.join(names)}." if names else "There is none."
    return f"There are {len(names)}, such as {', '.join(names[:5])}."


def nearest(word: str, names: Sequence[str], count: int = 3) -> list[str]:
    """Names most like a word, best first; takes bounded time for many names.

    The names that share most triples of letters are compared in full (ratio of matching blocks of
    Ratcliff and Obershelp, as in Python's ``difflib``).
    """
    folded = word[:_COMPARED].casefold()
    by_fold: dict[str, str] = {}
    for name in names:
        by_fold.setdefault(name[:_COMPARED].casefold(), name)
    some = list(by_fold)
    if len(some) > _COMPARED:
        own = _triples(folded)
        some = sorted(some, key=lambda fold: (-len(own & _triples(fold)), fold))[:_COMPARED]
    return [by_fold[fold] for fold in get_close_matches(folded, some, n=count, cutoff=0.55)]


def _triples(text: str) -> set[str]:
    return {text[i : i + 3] for i in range(max(len(text) - 2, 1))}


def _or(words: Sequence[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
