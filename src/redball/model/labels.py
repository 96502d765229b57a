"""Confidentiality labels in their compact form, and what follows from combining them.

A label says how sensitive a row is and to whom its owner releases it::

    UNCLASSIFIED // REL ALL            every member of the coalition may see it
    RESTRICTED // REL NLD POL          the owner, NLD and POL may see it
    CONFIDENTIAL                       no release: the owner only
    RESTRICTED MEDICAL // REL NLD      only for those who hold the caveat MEDICAL

Deny on doubt: an absent release is a release to nobody, never 'no restriction'.
The combination of rows is labelled with the highest classification, every caveat, and the
*intersection* of readers; an empty intersection is kept as an explicit state and stays empty when
merged again.

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

CAVEATS = ("CANARY", "COMMERCIAL", "MEDICAL", "PLANS")
"""The sample policy's restrictive categories: a reader must hold every one of a label."""

CANARY = "CANARY"
"""The caveat that nobody holds: a row that carries it is bait, and reading it raises an alarm."""

OWNER_CODE = re.compile(r"^[A-Z][A-Z0-9]{1,7}\Z")


@dataclass(frozen=True)
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
    caveats : frozenset of str
        Restrictive categories, some of :data:`CAVEATS`.
    under : str
        Agreement under which the viewer of a twin reads the row; empty for what is its own or
        released by the label. Only the gate sets it, and ``release`` then names that viewer.
    """

    owner: str
    classification: str = "UNCLASSIFIED"
    release: frozenset[str] = frozenset()
    caveats: frozenset[str] = frozenset()
    under: str = ""

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

        strange = sorted(self.caveats - set(CAVEATS))
        if strange:
            raise LabelError(
                f"'{strange[0]}' is not a caveat of the policy.",
                mend=f"Use one of: {', '.join(CAVEATS)}.",
            )

    @property
    def text(self) -> str:
        """Compact form; :func:`parse_label` reads it back, but for ``under``."""
        parts = [" ".join([self.classification, *sorted(self.caveats)])]
        if self.release:
            parts.append("REL " + " ".join(sorted(self.release)))
        if self.under:
            parts.append("UNDER " + self.under)
        return " // ".join(parts)

    def readable_by(self, viewer: str) -> bool:
        """Whether members of ``viewer`` may read a row with this label; nobody reads a canary."""
        if viewer == "" or CANARY in self.caveats:
            return False
        return viewer == self.owner or viewer in self.release or ALL in self.release

    def __lt__(self, other: "Label") -> bool:
        """Order by owner and text: sets alone have no order that sorting could rely on."""
        return (self.owner, self.text) < (other.owner, other.text)


@dataclass(frozen=True)
class ResultLabel:
    """Label of something derived: highest classification, every caveat, readers of every input.

    ``readers`` is ``None`` when every member may read it; an empty set means nobody but those who
    may read every single input, which is no one: the result must not be released further.
    ``agreements`` are those under which any input was read.
    """

    classification: str
    readers: frozenset[str] | None
    caveats: frozenset[str] = frozenset()
    agreements: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """Marking for banners and exports."""
        level = " ".join([self.classification, *sorted(self.caveats)])
        under = f" // UNDER {' '.join(sorted(self.agreements))}" if self.agreements else ""
        if self.readers is None:
            return f"{level} // REL ALL{under}"
        if not self.readers:
            return f"{level} // ORIGINATORS ONLY{under}"
        return f"{level} // FOR {' '.join(sorted(self.readers))} ONLY{under}"

    def readable_by(self, viewer: str) -> bool:
        """Whether members of ``viewer`` may read the result."""
        if viewer == "" or CANARY in self.caveats:
            return False
        return self.readers is None or viewer in self.readers


def parse_label(text: str, owner: str) -> Label:
    """Read the compact form of a label.

    Raises
    ------
    LabelError
        The text is not a label of the policy.
    """
    head, separator, tail = text.partition("//")
    classification, *caveats = head.upper().split() or [""]
    codes: list[str] = []
    if separator:
        words = tail.replace(",", " ").split()
        if len(words) < 2 or words[0].upper() != "REL":
            raise LabelError(
                f"'{text}' is not a label: after // comes REL and at least one member.",
                mend="Write, for example, 'RESTRICTED // REL NLD POL'.",
            )
        codes = [w.upper() for w in words[1:]]
    return Label(owner, classification, frozenset(codes) - {owner}, frozenset(caveats))


def combine(left: ResultLabel, right: ResultLabel) -> ResultLabel:
    """Dominant label of two: never more open than either."""
    classification = max(left.classification, right.classification, key=CLASSIFICATIONS.index)
    if left.readers is None or right.readers is None:
        readers = right.readers if left.readers is None else left.readers
    else:
        readers = left.readers & right.readers
    return ResultLabel(
        classification, readers, left.caveats | right.caveats, left.agreements | right.agreements
    )


def dominant(labels: Iterable[Label]) -> ResultLabel:
    """Dominant label of everything that went into a result.

    An empty input gives the lowest label released to all: nothing was used.
    """
    return reduce(combine, map(result_label, labels), ResultLabel(CLASSIFICATIONS[0], None))


def result_label(label: Label) -> ResultLabel:
    """A row's label seen as the label of a result made of that row alone."""
    readers = None if ALL in label.release else label.release | {label.owner}
    under = frozenset({label.under} - {""})
    return ResultLabel(label.classification, readers, label.caveats, under)
