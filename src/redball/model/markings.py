"""What the gate decides on: a row's label and what the row is about, interned together.

A few hundred markings stand for millions of rows. The gate decides each of them once for a viewer;
stores filter rows by their ids (``docs/concepts/gate.md``).
"""

from dataclasses import dataclass

from redball.model.labels import Label

ANY = "*"
"""A row that is about a class or a place without saying which: it counts as about all of them."""


@dataclass(frozen=True, order=True)
class Marking:
    """A row's label and what the row is about.

    Attributes
    ----------
    label : Label
        Owner, classification, caveats and release.
    kind : str
        Table of the language, such as ``holding``.
    classes : tuple of str
        Classes of supply of the items that the row names, sorted; empty where the table names
        none; ``("*",)`` where it could and the row does not say.
    areas : tuple of str
        Countries of the places that the row names, sorted; likewise.
    sites : tuple of str
        Sites that the row names, as ``OWNER:KEY``, sorted, where an agreement in this store names
        every one of them; otherwise ``("*",)``, or empty where the table names no place.
    exercise : bool
        Whether the row came with exercise data.
    """

    label: Label
    kind: str
    classes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    exercise: bool = False
