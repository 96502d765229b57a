"""How 'originators only' is written, so that software that does not know it refuses.

It is a *restrictive* category under a reserved tag, with a value that nobody holds. Who reads
labels by the standard then denies everybody, because a restrictive value must be held; unites it
into every combination, because restrictive values are; and calls it invalid under a policy that
does not know the tag. A permissive value would be dropped by the next combination and an absent
tag would open the label, and an element in a namespace of our own is passed over by others.
"""

from collections.abc import Iterable

from redball.access.labels.values import (
    ORIGINATORS_ONLY,
    RELEASE_TAG,
    Category,
    ConfidentialityLabel,
    TagType,
)
from redball.model.errors import LabelError


def released_categories(categories: Iterable[Category]) -> tuple[tuple[Category, ...], bool]:
    """Categories without the reserved one, and whether it was there.

    Raises
    ------
    LabelError
        The reserved tag has another type or value.
    """
    found = list(categories)
    reserved = [one for one in found if one.tag.casefold() == RELEASE_TAG]
    for one in reserved:
        if (one.tag, one.type, one.values) != _reserved_key():
            raise LabelError(
                f"The reserved tag '{RELEASE_TAG}' has another type or value.",
                where="Category",
                mend=f"It is restrictive, with the value '{ORIGINATORS_ONLY}'.",
            )
    if len(reserved) > 1:
        raise LabelError(f"'{RELEASE_TAG}' occurs twice.", mend="Write it once.")
    return tuple(one for one in found if one not in reserved), bool(reserved)


def written_categories(label: ConfidentialityLabel) -> list[Category]:
    """Categories of a label as they are written."""
    if not label.originators_only:
        return list(label.categories)
    # The class itself refuses the reserved tag only within a label, not alone.
    return [*label.categories, Category(*_reserved_key())]


def _reserved_key() -> tuple[str, TagType, tuple[str, ...]]:
    return RELEASE_TAG, TagType.RESTRICTIVE, (ORIGINATORS_ONLY,)
