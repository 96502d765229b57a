"""Text to plain TOML values, within limits of size and depth, and typed reading of a table."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redball.model import BadData, BadUse, RedballError, UnsafeFile
from redball.model.written.values import did_you_mean, nearest, number, shown

MOST_BYTES = 262_144
MOST_LINE = 2_000
MOST_SQUARED_DOTS = 20_000_000
MOST_DEPTH = 8
MOST_VALUES = 20_000

Table = Mapping[str, object]


SCENARIO_FORM = "docs/reference/scenario-format.md"


def read_text(path: Path, what: str) -> str:
    """Text of a file that somebody wrote.

    Raises
    ------
    BadUse
        It can't be read.
    BadData
        It is not UTF-8.
    UnsafeFile
        It is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadUse(
            f"The file can't be read: {error.strerror}.", where=str(path), mend="Check its path."
        ) from None
    if len(content) > MOST_BYTES:
        raise UnsafeFile(f"The {what} is larger than {MOST_BYTES:,} bytes.", where=path.name)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadData(
            f"The {what} is not UTF-8 text.", where=path.name, mend="Save it as UTF-8."
        ) from None


def parse(text: str, where: str, form: str = SCENARIO_FORM) -> dict[str, object]:
    """Read TOML text; ``form`` is the page that says what it may hold.

    Raises
    ------
    BadData
        It is not TOML.
    UnsafeFile
        It is too large or too deep.
    """
    check_limits(text, where)
    try:
        tree = tomllib.loads(text)
    except RecursionError:
        raise UnsafeFile(
            "Brackets are nested too deep.", where=where, mend=f"At most {MOST_DEPTH} levels."
        ) from None
    except ValueError as error:  # TOMLDecodeError, and whole numbers of thousands of digits
        raise BadData(
            f"This is not TOML: {shown(str(error))}.",
            where=where,
            mend=f"See {form} for the form.",
        ) from None
    _check_size(tree, where)
    return tree


def check_limits(text: str, where: str) -> None:
    """Refuse a text that would take long to read.

    The time of a dotted key grows with the square of its parts, so that lines are limited in
    length, and the dots on them, before anything is parsed.

    Raises
    ------
    UnsafeFile
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise UnsafeFile(
            f"The text is larger than {MOST_BYTES:,} bytes.",
            where=where,
            mend="Split it, or name whole countries and modes instead of single sites.",
        )
    dots = 0
    for count, line in enumerate(text.split("\n"), 1):
        dots += line.count(".") ** 2
        if len(line) > MOST_LINE or dots > MOST_SQUARED_DOTS:
            raise UnsafeFile(
                f"The line is longer than {MOST_LINE} characters, or there are too many dots.",
                where=f"{where}, line {count}",
                mend="Write long lists on several lines, and keys without dots.",
            )


def _check_size(tree: object, where: str) -> None:
    """Refuse what is too deep or holds too many values; walks without recursion."""
    waiting: list[tuple[object, int]] = [(tree, 0)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth > MOST_DEPTH or count > MOST_VALUES:
            raise UnsafeFile(
                "The text is nested too deep or holds too many values.",
                where=where,
                mend=f"At most {MOST_DEPTH} levels and {MOST_VALUES:,} values.",
            )
        if isinstance(value, dict):
            waiting += [(part, depth + 1) for part in value.values()]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]


@contextmanager
def located(where: str) -> Iterator[None]:
    """Add the place to errors about values."""
    try:
        yield
    except RedballError as error:
        if error.where:
            raise
        raise BadData(error.what, where=where, mend=error.mend) from None


class Fields:
    """Takes the values of a table one by one; what is left at the end is an unknown key.

    Parameters
    ----------
    table : object
        A TOML table.
    where : str
        Where it stands, for messages.
    """

    def __init__(self, table: object, where: str) -> None:
        if not isinstance(table, dict):
            raise BadData(
                f"A table is needed here, not '{shown(table)}'.",
                where=where,
                mend="Write keys and values in braces or under a heading.",
            )
        self._left: dict[str, object] = dict(table)
        self._asked: list[str] = []
        self.where = where

    def take(self, name: str, default: object = None) -> object:
        """Give the value of a key, the default where it is absent."""
        self._asked.append(name)
        return self._left.pop(name, default)

    def needed(self, name: str) -> object:
        """Give the value of a key that must be there."""
        if name not in self._left:
            close = nearest(name, [shown(key) for key in self._left], count=1)
            mend = f"Is '{close[0]}' meant to be it?" if close else "Add it."
            raise BadData(f"'{name}' is missing.", where=self.where, mend=mend)
        return self.take(name)

    def text(self, name: str, default: str | None = None) -> str:
        """Give a text; it is needed where there is no default."""
        value = self.needed(name) if default is None else self.take(name, default)
        if not isinstance(value, str):
            raise BadData(
                f"'{name}' must be a text, not '{shown(value)}'.",
                where=self.where,
                mend="Put it in quotes.",
            )
        return value

    def maybe(self, name: str) -> float | None:
        """Give a number, None where it is absent."""
        value = self.take(name)
        if value is None:
            return None
        with located(self.where):
            # bounds belong to the value that takes it; here only that it is a finite number
            return number(value, name, least=-math.inf)

    def whole(self, name: str) -> int | None:
        """Give a whole number, None where it is absent."""
        value = self.take(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise BadData(
            f"'{name}' is '{shown(value)}'.", where=self.where, mend="Give a whole number."
        )

    def list_of(self, name: str) -> list[object]:
        """Give a list; empty where it is absent."""
        value = self.take(name, [])
        if not isinstance(value, list):
            raise BadData(
                f"'{name}' must be a list.", where=self.where, mend="Write it in brackets."
            )
        return value

    def rest(self) -> None:
        """Refuse what was not taken, with the nearest key."""
        for name in self._left:
            raise BadData(
                f"'{shown(name)}' is not a key here.",
                where=self.where,
                mend=did_you_mean(shown(name), self._asked),
            )
