"""Who asks: a nation's officer with a role, a clearance, the caveats held, and a purpose."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from redball.model import BadUse
from redball.model.labels import ALL, CANARY, CAVEATS, CLASSIFICATIONS, OWNER_CODE


class Role(StrEnum):
    """What somebody does; :data:`redball.access.actions.PERMITTED` says what each may."""

    NODE = "node"
    PLANNER = "planner"
    ANALYST = "analyst"
    PROCUREMENT = "procurement"
    DIRECTOR = "director"
    SECURITY = "security"
    ADMINISTRATOR = "administrator"


class Purpose(StrEnum):
    """What data are used for; an agreement names one."""

    OPERATIONS = "operations"
    EXERCISE = "exercise"
    PROCUREMENT = "procurement"
    RESILIENCE = "resilience"


HELD = tuple(caveat for caveat in CAVEATS if caveat != CANARY)
"""Caveats that somebody can hold."""


@dataclass(frozen=True)
class Subject:
    """Who asks.

    Attributes
    ----------
    nation : str
        Owner code.
    role : Role
        ``node`` stands for the nation's node as a whole, for whoever works with its files.
    clearance : tuple of str
        Classifications that may be read: a list, not a maximum (ADatP-4774 clearance).
    caveats : frozenset of str
        Caveats held.
    purpose : Purpose
    """

    nation: str
    role: Role = Role.NODE
    clearance: tuple[str, ...] = CLASSIFICATIONS
    caveats: frozenset[str] = frozenset(HELD)
    purpose: Purpose = Purpose.OPERATIONS

    def __post_init__(self) -> None:
        if not OWNER_CODE.match(self.nation) or self.nation == ALL:
            raise BadUse(
                f"'{self.nation}' is not a member that could view anything.",
                mend="Name the viewer by its owner code, such as DEU.",
            )
        for word in self.clearance:
            _one_of(word, CLASSIFICATIONS, "classification")
        for word in sorted(self.caveats):
            _one_of(word, HELD, "caveat")

    @property
    def text(self) -> str:
        """The form that :func:`parse_subject` reads; a nation's code alone for its node."""
        return " ".join([self.nation, *self._words()])

    def _words(self) -> Iterator[str]:
        if self.role is not Role.NODE:
            yield f"role={self.role}"
        whole = self.role is Role.NODE  # what is not said means all for a node, else the least
        if self.clearance != (CLASSIFICATIONS if whole else CLASSIFICATIONS[:1]):
            upto = self.clearance == CLASSIFICATIONS[: len(self.clearance)]
            words = self.clearance[-1:] if upto else ("only:" + ",".join(self.clearance),)
            yield f"clearance={''.join(words) or 'none'}"
        if self.caveats != frozenset(HELD if whole else ()):
            yield f"caveats={','.join(sorted(self.caveats)) or 'none'}"
        if self.purpose is not Purpose.OPERATIONS:
            yield f"purpose={self.purpose}"


def parse_subject(text: str) -> Subject:
    """Read who asks, such as ``DEU`` or ``DEU role=analyst clearance=RESTRICTED caveats=none``.

    ``clearance=RESTRICTED`` means that classification and those below it;
    ``clearance=only:RESTRICTED,SECRET`` exactly those. Without a role it is the nation's node; a
    role without a clearance or caveats has the lowest classification and none: deny on doubt.

    Raises
    ------
    BadUse
        It can't be read; the message says which word.
    """
    nation, *words = text.split() or [""]
    given: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or name not in _PARTS or name in given:
            raise BadUse(
                f"'{word}' does not belong in '{text}'.",
                mend=f"After the owner code come {', '.join(f'{p}=' for p in _PARTS)}, each once.",
            )
        given[name] = value
    role = Role(_one_of(given.get("role", "node").lower(), tuple(Role), "role"))
    whole = role is Role.NODE
    usual = CLASSIFICATIONS if whole else CLASSIFICATIONS[:1]
    clearance = _clearance(given["clearance"]) if "clearance" in given else usual
    held = _list(given["caveats"]) if "caveats" in given else HELD if whole else ()
    return Subject(
        nation=nation,
        role=role,
        clearance=clearance,
        caveats=frozenset(held),
        purpose=Purpose(
            _one_of(given.get("purpose", "operations").lower(), tuple(Purpose), "purpose")
        ),
    )


_PARTS = ("role", "clearance", "caveats", "purpose")


def _clearance(text: str) -> tuple[str, ...]:
    exact = text.lower().startswith("only:")
    words = _list(text.partition(":")[2] if exact else text)
    for word in words:
        _one_of(word, CLASSIFICATIONS, "classification")
    if exact or not words:
        return tuple(word for word in CLASSIFICATIONS if word in words)
    if len(words) > 1:
        raise BadUse(
            "A clearance goes up to one classification.",
            mend=f"Write clearance={words[-1]}, or clearance=only:{','.join(words)} for a list.",
        )
    return CLASSIFICATIONS[: CLASSIFICATIONS.index(words[0]) + 1]


def _list(text: str) -> list[str]:
    return [] if text.lower() == "none" else [word for word in text.upper().split(",") if word]


def _one_of(word: str, words: tuple[str, ...], what: str) -> str:
    if word not in words:
        raise BadUse(f"'{word}' is not a {what}.", mend=f"Use one of: {', '.join(words)}.")
    return word
