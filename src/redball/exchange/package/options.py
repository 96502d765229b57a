"""Strict reading of TOML tables: every name is known, every value has its type."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from redball.model import BadData


def parse_toml(text: str, where: str) -> dict[str, object]:
    """Parse TOML.

    Raises
    ------
    BadData
        The text is not TOML.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise BadData("It is nested too deeply.", where=where, mend="Write plain tables.") from None
    except ValueError as error:
        raise BadData(
            f"It is not valid TOML: {error}.", where=where, mend="Correct that place; quote texts."
        ) from error


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint naming the closest known name, or all of them if they are few."""
    close = get_close_matches(name.strip().casefold(), list(known), n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known: {', '.join(list(known)[:30])}."


@dataclass(frozen=True)
class Options:
    """A TOML table with the place it stands at, for reading with clear errors."""

    values: Mapping[str, object]
    where: str

    def only(self, known: Collection[str]) -> None:
        """Refuse names that are not known."""
        for name in self.values:
            if name not in known:
                raise BadData(
                    f"'{name}' is not a known name.",
                    where=self.where,
                    mend=did_you_mean(name, known),
                )

    def text(self, name: str) -> str | None:
        """A text, or ``None`` when absent."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(name, "a text in quotes", f'{name} = "{value}"')

    def flag(self, name: str, default: bool) -> bool:
        """``true`` or ``false``."""
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        raise self.wrong(name, "true or false", f"{name} = true")

    def integer(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """A whole number within bounds."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise self.wrong(
                name, f"a whole number from {minimum} to {maximum}", f"{name} = {default}"
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when absent."""
        value = self.values.get(name, [])
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        raise self.wrong(name, "a list of texts", f'{name} = ["a", "b"]')

    def pairs(self, name: str) -> dict[str, str] | None:
        """A table of texts, or ``None`` when absent."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
            return dict(value)
        raise self.wrong(name, "a table of texts", f'{name} = {{ "a" = "b" }}')

    def mark(self, name: str, default: str, *, empty: bool = True, banned: str = "") -> str:
        """A single character; ``empty`` allows none, else it must also be plain ASCII."""
        value = self.text(name)
        value = default if value is None else value
        single = len(value) == 1 and value not in banned and (empty or value.isascii())
        if single or (empty and not value):
            return value
        raise self.wrong(name, "one character", f'{name} = "{default or "."}"')

    def wrong(self, name: str, kind: str, example: str) -> BadData:
        """Error for a value of the wrong type."""
        return BadData(
            f"'{name}' must be {kind}.", where=self.where, mend=f"Write, for example: {example}"
        )
