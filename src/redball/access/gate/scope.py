"""The gate: which interned labels a viewer may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from redball.model import BadUse, Label
from redball.model.labels import ALL, OWNER_CODE


@dataclass(frozen=True)
class ReleaseScope:
    """What one viewer may read: the outcome of :func:`release_scope`, never made by hand.

    Attributes
    ----------
    viewer : str
        Owner code.
    labels : mapping of int to Label
        Interned label ids the viewer may read.
    """

    viewer: str
    labels: Mapping[int, Label]


def release_scope(labels: Mapping[int, Label], viewer: str) -> ReleaseScope:
    """Decide each distinct label once for a viewer.

    Parameters
    ----------
    labels : mapping of int to Label
        All interned labels of the store.
    viewer : str
        Owner code of a member, such as ``DEU``.

    Raises
    ------
    BadUse
        ``viewer`` is not an owner code; the word ``ALL`` is a release, not a viewer.
    """
    if not OWNER_CODE.match(viewer) or viewer == ALL:
        raise BadUse(
            f"'{viewer}' is not a member that could view anything.",
            mend="Name the viewer by its owner code, such as DEU.",
        )
    allowed = {i: label for i, label in labels.items() if label.readable_by(viewer)}
    return ReleaseScope(viewer, MappingProxyType(allowed))
