"""How far a second person's approval is, for what a page offers; the deed asks the register."""

from dataclasses import dataclass

from redball.app.people import ApprovalShown, approval_list
from redball.web.pages.people.part import acting, register_of
from redball.web.visit import Visit


@dataclass(frozen=True)
class Standing:
    """Approvals of one thing, as one person sees them.

    Attributes
    ----------
    asked : ApprovalShown or None
        The person's own, that is not answered or was given.
    given : bool
        It was given, and not used yet.
    to_give : ApprovalShown or None
        Another's, that the person may give.
    """

    asked: ApprovalShown | None
    given: bool
    to_give: ApprovalShown | None


def standing(visit: Visit, object_hash: str) -> Standing:
    """Look up the approvals of a thing by the hash of what would be done."""
    found = [
        one
        for one in approval_list(register_of(visit), acting(visit))
        if one.object_hash == object_hash and one.state in ("asked", "given")
    ]
    own = [one for one in found if one.own]
    return Standing(
        asked=next(iter(own), None),
        given=any(one.state == "given" for one in own),
        to_give=next((one for one in found if one.may_give), None),
    )
