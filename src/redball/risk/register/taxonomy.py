"""Categories of supply risk, as data with a version."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from redball.model import BadUse
from redball.model.written.values import did_you_mean, shown


@dataclass(frozen=True)
class Category:
    """A category of the taxonomy.

    Attributes
    ----------
    key, name : str
    confirmed : bool
        Whether the name was checked against a public source.
    """

    key: str
    name: str
    confirmed: bool


_OF_HAZARD = {
    "natural": "environment", "accident": "manufacturing", "industrial": "manufacturing",
    "conflict": "political", "cyber": "technology", "political": "political",
    "economic": "economic", "other": "planning",
}  # fmt: skip
"""Category of a row of the table ``hazard``, by its kind; a first proposal that people change."""


@cache
def categories() -> tuple[Category, ...]:
    """All categories, in the order of the taxonomy."""
    return tuple(Category(**each) for each in _tree()["category"])


@cache
def taxonomy_version() -> str:
    """Which edition the names are of."""
    return str(_tree()["version"])


def category(key: str) -> Category:
    """Category of a key.

    Raises
    ------
    BadUse
        There is none.
    """
    known = {each.key: each for each in categories()}
    if key not in known:
        raise BadUse(f"'{shown(key)}' is no category of risk.", mend=did_you_mean(key, known))
    return known[key]


def category_of_hazard(kind: str) -> str:
    """Key of the category that a kind of hazard is first put into."""
    return _OF_HAZARD.get(kind, "planning")


@cache
def _tree() -> dict[str, Any]:
    text = files("redball.risk.register").joinpath("taxonomy.toml").read_text("utf-8")
    return tomllib.loads(text)
