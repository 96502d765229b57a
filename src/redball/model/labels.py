"""Confidentiality labels in their compact form, and what follows from combining them.

A label says how sensitive a row is and to whom its owner releases it::

    UNCLASSIFIED // REL ALL            every member of the coalition may see it
    RESTRICTED // REL NLD POL          the owner, NLD and POL may see it
    CONFIDENTIAL                       no release: the owner only

Deny on doubt: an absent release is a release to nobody, never 'no restriction'.
The combination of rows is labelled with the highest classification and the *intersection* of
readers; an empty intersection is kept as an explicit state and stays empty when merged again.

Sources: dominance rules after ADatP-4774 usage; the release state is our own, closing the gap
that an absent permissive tag would open (``docs/concepts/twin.md``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from redball.model.errors import LabelError

CLASSIFICATIONS = ("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET")
"""The sample policy's hierarchy, lowest first."""

ALL = "ALL"
"""In a release list: every member of the coalition."""

OWNER_CODE = re.compile(r"^[A-Z][A-Z0-9]{1,7}\Z")


@dataclass(frozen=True, order=True)
class Label:
    """Label of a stored row.

    Attributes
    ----------
    owner : str
        Who owns the row and may always read it.
    classification : str
        One of :data:`CLASSIFICATIONS`.
    release : frozenset of str
        Members it is released to beside the owner; ``{"ALL"}`` for every member; empty for none.
    """

    owner: str
    classification: str = "UNCLASSIFIED"
    release: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not OWNER_CODE.match(self.owner) or self.owner == ALL:
            raise LabelError(
                f"'{self.owner}' is not an owner code.",
                mend="Use two to eight capital letters or digits, such as DEU; ALL is reserved.",
            )
        if self.classification not in CLASSIFICATIONS:
            raise LabelError(
                f"'{self.classification}' is not a classification of the policy.",
                mend=f"Use one of: {', '.join(CLASSIFICATIONS)}.",
            )
        wrong = sorted(code for code in self.release if not OWNER_CODE.match(code))
        if wrong:
            raise LabelError(
                f"'{wrong[0]}' is not a member code.", mend="Use codes such as DEU, or ALL."
            )

    @property
    def text(self) -> str:
        """Compact form; :func:`parse_label` reads it back."""
        return self.classification + (
            " // REL " + " ".join(sorted(self.release)) if self.release else ""
        )

    def readable_by(self, viewer: str) -> bool:
        """Whether ``viewer`` may read a row with this label."""
        return (
            viewer == self.owner or viewer in self.release or (ALL in self.release and viewer != "")
        )


@dataclass(frozen=True)
class ResultLabel:
    """Label of something derived: highest classification, readers of every input.

    ``readers`` is ``None`` when every member may read it; an empty set means nobody but those who
    may read every single input, which is no one: the result must not be released further.
    """

    classification: str
    readers: frozenset[str] | None

    @property
    def text(self) -> str:
        """Marking for banners and exports."""
        if self.readers is None:
            return f"{self.classification} // REL ALL"
        if not self.readers:
            return f"{self.classification} // ORIGINATORS ONLY"
        return f"{self.classification} // FOR {' '.join(sorted(self.readers))} ONLY"

    def readable_by(self, viewer: str) -> bool:
        """Whether ``viewer`` may read the result."""
        return viewer != "" and (self.readers is None or viewer in self.readers)


def parse_label(text: str, owner: str) -> Label:
    """Read the compact form of a label.

    Raises
    ------
    LabelError
        The text is not a label of the policy.
    """
    head, separator, tail = text.partition("//")
    classification = head.strip().upper()
    codes: list[str] = []
    if separator:
        words = tail.replace(",", " ").split()
        if len(words) < 2 or words[0].upper() != "REL":
            raise LabelError(
                f"'{text}' is not a label: after // comes REL and at least one member.",
                mend="Write, for example, 'RESTRICTED // REL NLD POL'.",
            )
        codes = [w.upper() for w in words[1:]]
    return Label(owner, classification, frozenset(codes) - {owner})


def combine(left: ResultLabel, right: ResultLabel) -> ResultLabel:
    """Dominant label of two: never more open than either."""
    classification = max(left.classification, right.classification, key=CLASSIFICATIONS.index)
    if left.readers is None or right.readers is None:
        readers = right.readers if left.readers is None else left.readers
    else:
        readers = left.readers & right.readers
    return ResultLabel(classification, readers)


def dominant(labels: Iterable[Label]) -> ResultLabel:
    """Dominant label of everything that went into a result.

    An empty input gives the lowest label released to all: nothing was used.
    """
    return reduce(combine, map(result_label, labels), ResultLabel(CLASSIFICATIONS[0], None))


def result_label(label: Label) -> ResultLabel:
    """A row's label seen as the label of a result made of that row alone."""
    readers = None if ALL in label.release else label.release | {label.owner}
    return ResultLabel(label.classification, readers)
