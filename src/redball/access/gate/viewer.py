"""The gate for callers that know labels only."""

from collections.abc import Mapping
from datetime import UTC, datetime

from redball.access.actions import Action
from redball.access.gate.decisions import decide
from redball.access.gate.scope import ReleaseScope
from redball.access.subject import parse_subject
from redball.model import BadUse, Label
from redball.model.markings import ANY, Marking


def release_scope(labels: Mapping[int, Label], viewer: str) -> ReleaseScope:
    """What a viewer may see by labels alone, without any agreement.

    Parameters
    ----------
    labels : mapping of int to Label
        All interned labels of the store.
    viewer : str
        Text form of a subject, such as ``DEU``.

    Raises
    ------
    BadUse
        ``viewer`` is not the text of a subject; the word ``ALL`` is a release, not a viewer.
    """
    if viewer != " ".join(viewer.split()):
        raise BadUse(f"'{viewer}' is not a viewer.", mend="Leave out the needless spaces.")
    markings = {number: Marking(label, ANY) for number, label in labels.items()}
    return decide(markings, parse_subject(viewer), Action.SEE, now=datetime.now(UTC))
