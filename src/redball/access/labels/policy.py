"""A labelling policy as data: classifications in order, categories, rules, phrases, equivalences.

Source: Open XML SPIF 2.1. Order, names and rules are the policy's; nothing of them is in the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from redball.access.labels.values import TagType
from redball.model.errors import LabelError

FOLDED = ("NATO", "PUBLIC")
"""Policies whose values compare without regard to case (ADatP-4774)."""


class Operation(StrEnum):
    """How many groups of a requirement must be met."""

    ONLY_ONE = "onlyOne"
    ONE_OR_MORE = "oneOrMore"
    ALL = "all"


@dataclass(frozen=True)
class Phrase:
    """Text of a marking in one language, with the codes that say how it is shown."""

    text: str | None
    language: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Qualifier:
    """Text around or between values: ``prefix``, ``separator`` or ``suffix``, in one language."""

    code: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Group:
    """Categories that a rule names: one by its ``lacv``, or all of a tag (``lacv`` is ``None``)."""

    tag_set: str
    type: TagType
    lacv: str | None = None


@dataclass(frozen=True)
class Requirement:
    """Categories that must stand beside a classification or category."""

    operation: Operation
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Equivalent:
    """What something is called in another policy.

    ``policy`` is a name of :attr:`Policy.equivalents`. ``tag_set_id`` and ``type`` are empty for a
    classification. ``sending`` and ``receiving`` say in which direction it holds; ``discarded``
    that the category is left out; ``conditional`` that it has conditions, which are not read, so
    that it is never used.
    """

    policy: str
    lacv: str = ""
    tag_set_id: str = ""
    type: TagType | None = None
    sending: bool = True
    receiving: bool = True
    discarded: bool = False
    conditional: bool = False


@dataclass(frozen=True)
class Classification:
    """A classification; ``hierarchy`` orders them, lowest first."""

    name: str
    lacv: str
    hierarchy: int
    color: str = ""
    obsolete: bool = False
    phrases: tuple[Phrase, ...] = ()
    required: tuple[Requirement, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()


@dataclass(frozen=True)
class Value:
    """A category: a value of a tag. ``lacv`` is text: ``004`` and ``4`` are two values.

    ``everyone`` marks the value that stands for all holders of any value of the tag, so that a
    combination with a narrower label keeps the narrower one (our extension).
    """

    name: str
    lacv: str
    obsolete: bool = False
    phrases: tuple[Phrase, ...] = ()
    excluded_classes: tuple[str, ...] = ()
    required_class: str = ""
    required: tuple[Requirement, ...] = ()
    excluded: tuple[Group, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    everyone: bool = False


@dataclass(frozen=True)
class Tag:
    """Values of one kind; ``enumerated`` and ``encoding`` are for binary labels only."""

    name: str
    type: TagType
    values: tuple[Value, ...]
    enumerated: bool = False
    encoding: str = ""
    fewest: int = 0
    most: int | None = None
    qualifiers: tuple[Qualifier, ...] = ()


@dataclass(frozen=True)
class TagSet:
    """Tags under one name and object identifier."""

    name: str
    id: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class Policy:
    """A labelling policy.

    Attributes
    ----------
    name, id : str
        Name and object identifier.
    classifications : tuple of Classification
    tag_sets : tuple of TagSet
        In the order of the marking.
    equivalents : tuple of (str, str)
        Names and identifiers of the policies that equivalences speak of.
    phrases, qualifiers
        Marking of the policy as a whole.
    schema_version, version, created, originator, privilege, rbac, key : str
        Header of the file.
    warnings : tuple of str
        What was tolerated when it was read; not part of its value.
    """

    name: str
    id: str
    classifications: tuple[Classification, ...]
    tag_sets: tuple[TagSet, ...] = ()
    equivalents: tuple[tuple[str, str], ...] = ()
    phrases: tuple[Phrase, ...] = ()
    qualifiers: tuple[Qualifier, ...] = ()
    schema_version: str = "2.1"
    version: str = "1"
    created: str = ""
    originator: str = ""
    privilege: str = ""
    rbac: str = ""
    key: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def same(self, left: str, right: str) -> bool:
        """Whether two names mean the same under this policy."""
        return self.folded(left) == self.folded(right)

    def folded(self, name: str) -> str:
        """A name as it is compared."""
        return name.casefold() if self.folds else name

    @property
    def folds(self) -> bool:
        """Whether names compare without regard to case."""
        return self.name.upper() in FOLDED

    def classification(self, name: str) -> Classification | None:
        """Classification of a name; ``None`` where the policy does not know it."""
        return next((one for one in self.classifications if self.same(one.name, name)), None)

    def values(self, tag_set: str, kind: TagType) -> Iterator[tuple[TagSet, Value]]:
        """Values of a set that have a type, with their set."""
        for one in self.tag_sets:
            if self.same(one.name, tag_set):
                yield from ((one, v) for tag in one.tags if tag.type is kind for v in tag.values)

    def has_tag_set(self, name: str) -> bool:
        """Whether the policy has a tag set of this name."""
        return any(self.same(one.name, name) for one in self.tag_sets)


def with_values(policy: Policy, tag_set: str, names: tuple[str, ...]) -> Policy:
    """Policy with more values in the first tag of a set, for lists that are open.

    Their ``lacv`` is the number that their characters make, the same in every node.

    Raises
    ------
    LabelError
        There is no such tag set.
    """
    if not policy.has_tag_set(tag_set):
        raise LabelError(
            f"The policy {policy.name} has no tag set '{tag_set}'.",
            mend="Use one of: " + ", ".join(one.name for one in policy.tag_sets) + ".",
        )
    return replace(
        policy,
        tag_sets=tuple(
            _widened(one, names) if policy.same(one.name, tag_set) else one
            for one in policy.tag_sets
        ),
    )


def _widened(tag_set: TagSet, names: tuple[str, ...]) -> TagSet:
    first, *others = tag_set.tags
    known = {value.name for value in first.values}
    more = tuple(Value(name, lacv_of(name)) for name in sorted(set(names) - known))
    return replace(tag_set, tags=(replace(first, values=(*first.values, *more)), *others))


def lacv_of(name: str) -> str:
    """Number of a value of an open list."""
    return str(int.from_bytes(name.encode("utf-8"), "big"))
