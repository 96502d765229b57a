"""Values that every code list gives back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeCheck:
    """What a code list says about a value.

    Attributes
    ----------
    value : str
        Canonical form to keep; empty when refused.
    problem : str
        What is wrong; empty when nothing is.
    mend : str
        How to mend it.
    refused : bool
        True: an error, the value is not kept. False with a problem: a warning, the value is kept.
    """

    value: str
    problem: str = ""
    mend: str = ""
    refused: bool = False


@dataclass(frozen=True)
class CodeList:
    """A code list, described for templates and reference pages.

    Attributes
    ----------
    name : str
        Name used in ``code(name)`` types.
    title : str
        Name for a reader.
    source : str
        Standard or publication the list follows.
    values : tuple of (code, meaning)
        Codes for drop-downs; empty where the list is a pattern.
    pattern : str
        How a code is written, in words.
    """

    name: str
    title: str
    source: str
    values: tuple[tuple[str, str], ...]
    pattern: str


def refuse(problem: str, mend: str) -> CodeCheck:
    """Return an error: nothing is kept."""
    return CodeCheck("", problem, mend, refused=True)


def warn(value: str, problem: str, mend: str) -> CodeCheck:
    """Return a warning: the value is kept."""
    return CodeCheck(value, problem, mend)
