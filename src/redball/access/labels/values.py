"""Labels and clearances as values, whatever they were written in.

Source: ADatP-4774 (STANAG 4774), structure of a confidentiality label and of a clearance; the
state 'originators only' is our own (``docs/concepts/labels.md``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from redball.model.errors import LabelError

RELEASE_TAG = "urn:redball:release"
"""Tag under which the state 'originators only' is written, in every policy."""

ORIGINATORS_ONLY = "ORIGINATORS ONLY"
"""The one value of :data:`RELEASE_TAG`: restrictive, and held by nobody."""

MOST_VALUES = 512
"""Values of one category; a label has fewer than the members of any alliance."""

LONGEST_TEXT = 256
"""Characters of a name; the same limit as a policy's name in a SPIF."""


class Kind(StrEnum):
    """What a label is about: the data, the same data under another policy, or the metadata."""

    ORIGINATOR = "originator"
    ALTERNATIVE = "alternative"
    METADATA = "metadata"


class TagType(StrEnum):
    """How a category counts: all must be held, one must be held, or none need be."""

    RESTRICTIVE = "RESTRICTIVE"
    PERMISSIVE = "PERMISSIVE"
    INFORMATIVE = "INFORMATIVE"


class Release(StrEnum):
    """Whether a label says to whom it is released."""

    LISTED = "listed"
    NONE = "none"
    OPEN = "open"


@dataclass(frozen=True)
class Category:
    """Values of one tag set, of one type.

    Attributes
    ----------
    tag : str
        Name of the tag set in the policy.
    type : TagType
    values : tuple of str
        Names of categories; kept sorted and once each.
    """

    tag: str
    type: TagType
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        checked_text(self.tag, "tag name")
        if not 1 <= len(self.values) <= MOST_VALUES:
            raise LabelError(
                f"The category '{self.tag}' has {len(self.values)} values.",
                mend=f"Give it one to {MOST_VALUES} values, or leave it out.",
            )
        values = (checked_text(value, "category value") for value in self.values)
        object.__setattr__(self, "values", tuple(sorted(set(values))))


@dataclass(frozen=True)
class Succession:
    """From a moment on another label holds."""

    at: datetime
    label: "ConfidentialityLabel"


@dataclass(frozen=True)
class ConfidentialityLabel:
    """A confidentiality label.

    Attributes
    ----------
    policy : str
        Name of the policy.
    classification : str
    categories : tuple of Category
        Kept sorted; a tag occurs once for each type.
    policy_id : str
        Object identifier of the policy, without ``urn:oid:``; empty where it is not given.
    kind : Kind
    originators_only : bool
        Nobody may read it but who may read every part that it was made of, which the label can't
        name: every reader is denied. It stays so in every combination.
    created, review : datetime or None
        With zone; both are asked for when a label is written.
    succession : Succession or None
    privacy_mark : str
    originator, originator_type : str
        Who made it, and the form of that name (``IDType``).
    warnings : tuple of str
        What was tolerated when it was read; not part of its value.
    """

    policy: str
    classification: str
    categories: tuple[Category, ...] = ()
    policy_id: str = ""
    kind: Kind = Kind.ORIGINATOR
    originators_only: bool = False
    created: datetime | None = None
    review: datetime | None = None
    succession: Succession | None = None
    privacy_mark: str = ""
    originator: str = ""
    originator_type: str = "uniformResourceIdentifier"
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        checked_text(self.policy, "policy name")
        checked_text(self.classification, "classification")
        for text in (self.policy_id, self.privacy_mark, self.originator, self.originator_type):
            checked_text(text or "-", "part of a label")
        object.__setattr__(self, "categories", sorted_categories(self.categories))
        if self.succession is not None:
            if self.succession.label.succession is not None:
                raise LabelError("A successor label has a successor itself.", mend="Leave it out.")
            _with_zone(self.succession.at)
        for moment in (self.created, self.review):
            _with_zone(moment)

    @property
    def release(self) -> Release:
        """``none`` for originators only, ``listed`` with a permissive category, else ``open``."""
        if self.originators_only:
            return Release.NONE
        listed = any(one.type is TagType.PERMISSIVE for one in self.categories)
        return Release.LISTED if listed else Release.OPEN

    def values(self, tag: str, kind: TagType) -> tuple[str, ...]:
        """Values of a tag; empty where the label does not carry it."""
        return next((c.values for c in self.categories if (c.tag, c.type) == (tag, kind)), ())


@dataclass(frozen=True)
class Clearance:
    """What somebody may read.

    Attributes
    ----------
    policy : str
    classifications : frozenset of str
        A list, not a maximum.
    categories : tuple of Category
    policy_id : str
    warnings : tuple of str
        What was tolerated when it was read; not part of its value.
    """

    policy: str
    classifications: frozenset[str]
    categories: tuple[Category, ...] = ()
    policy_id: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        checked_text(self.policy, "policy name")
        for word in self.classifications:
            checked_text(word, "classification")
        object.__setattr__(self, "categories", sorted_categories(self.categories))


@dataclass(frozen=True)
class Problem:
    """A rule that is broken: its name, what is wrong, and where."""

    rule: str
    what: str
    where: str = ""


@dataclass(frozen=True)
class Decision:
    """Whether somebody may read it, and why."""

    allowed: bool
    reason: str


def sorted_categories(categories: Iterable[Category]) -> tuple[Category, ...]:
    """Categories in one order.

    Raises
    ------
    LabelError
        A tag occurs twice with the same type (one of two values, or one of each, would be a
        guess), or the reserved tag is used as a category.
    """
    found = tuple(sorted(categories, key=lambda one: (one.tag, one.type)))
    # Some policies do not regard case: two spellings would be two values of one tag to choose from.
    keys = [(one.tag.casefold(), one.type) for one in found]
    if len(set(keys)) != len(keys):
        raise LabelError(
            "A category occurs twice with one type.", mend="Write all its values in one category."
        )
    if any(tag == RELEASE_TAG for tag, _ in keys):
        raise LabelError(
            f"'{RELEASE_TAG}' is reserved.", mend="Use originators_only in place of a category."
        )
    return found


def checked_text(text: str, what: str) -> str:
    """Text that can stand in a label.

    Raises
    ------
    LabelError
        It is empty, too long, or has spaces around it or characters that can't be seen.
    """
    if not 1 <= len(text) <= LONGEST_TEXT or text != text.strip() or not text.isprintable():
        raise LabelError(
            f"A {what} is empty, longer than {LONGEST_TEXT} characters, or has characters that "
            "can't be seen.",
            mend="Use visible characters, without spaces around them.",
        )
    return text


def _with_zone(moment: datetime | None) -> None:
    if moment is not None and moment.utcoffset() is None:
        raise LabelError(
            f"The moment {moment.isoformat()} has no time zone.",
            mend="Write it with Z or an offset.",
        )
