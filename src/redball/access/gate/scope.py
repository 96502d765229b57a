"""What the gate answers: values that only the gate makes."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field

from redball.access.actions import Action
from redball.access.agreements.document import Agreement, Detail
from redball.access.subject import Role, Subject
from redball.model import BadUse, Label

BY_GATE = object()
"""What the gate signs its answers with; nobody else has a reason to hold it."""


def _only_by_gate(token: object, what: str) -> None:
    if token is not BY_GATE:
        raise BadUse(f"{what} is never made by hand.", mend="Ask redball.access.decide.")


@dataclass(frozen=True)
class Alarm:
    """Something that should not happen, to be recorded by whoever asked.

    Attributes
    ----------
    what : str
        What went wrong.
    where : str
        The agreement or the marking concerned, by its id; no content.
    """

    what: str
    where: str


@dataclass(frozen=True)
class ReleaseScope:
    """What a subject may read for one action: the outcome of :func:`decide`, never made by hand.

    Attributes
    ----------
    subject : Subject
    action : Action
    labels : mapping of int to Label
        Markings that may be read, by id, each with the label that its rows carry in the subject's
        twin: the row's own, or one that names the agreement and releases to the subject's nation.
    details : mapping of int to Detail
        Markings that may be read less than exactly.
    agreements : mapping of str to Agreement
        Agreements relied on, by id.
    policy : str
        Hash of the rules under which it was decided; empty when there were none.
    denied : int
        How many markings may not be read.
    alarms : tuple of Alarm
        What should be recorded and looked at. What raised an alarm was denied.
    """

    subject: Subject
    action: Action
    labels: Mapping[int, Label]
    details: Mapping[int, Detail]
    agreements: Mapping[str, Agreement]
    policy: str
    denied: int
    alarms: tuple[Alarm, ...] = ()
    token: InitVar[object] = None

    def __post_init__(self, token: object) -> None:
        _only_by_gate(token, "A release scope")

    @property
    def viewer(self) -> str:
        """Owner code of the subject's nation."""
        return self.subject.nation


@dataclass(frozen=True)
class Verdict:
    """One decision, with reasons for the one who may know them.

    Attributes
    ----------
    allowed : bool
    agreement : str
        Id of the agreement that it rests on; empty where it rests on none.
    detail : Detail
        How exactly the rows may be seen; without meaning when they may not be.
    reasons : tuple of str
        Sentences; not for the one who was refused. Hand out :meth:`told` instead.
    owner : str
        Whose rows it is about.
    alarms : tuple of Alarm
    """

    allowed: bool
    agreement: str
    detail: Detail
    reasons: tuple[str, ...] = field(repr=False)
    owner: str = field(repr=False)
    alarms: tuple[Alarm, ...] = ()
    token: InitVar[object] = None

    def __post_init__(self, token: object) -> None:
        _only_by_gate(token, "A verdict")

    def told(self, to: Subject) -> tuple[str, ...]:
        """Reasons for ``to``: all of them for the owner's node and security officers, else none.

        A partner that is refused learns nothing, not even which of its own attributes fell short:
        that would tell it how the row is labelled.
        """
        may_know = to.nation == self.owner and to.role in (Role.NODE, Role.SECURITY)
        return self.reasons if may_know else ()
