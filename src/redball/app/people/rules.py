"""Which changes of an account one administrator may make, and which need a second person.

One person alone may take power away, and may make an account that can do next to nothing. Whatever
gives more (a role that may do more, a clearance, a caveat, another nation or purpose) or lets
somebody else in (a new way to sign in for an account that has power) needs two.
"""

from redball.access import Role, Subject
from redball.access.actions import PERMITTED
from redball.accounts.holding import LinkKind
from redball.model import BadUse
from redball.model.labels import CLASSIFICATIONS

SENSITIVE = frozenset({Role.NODE, Role.SECURITY, Role.ADMINISTRATOR})
"""Roles that change agreements, accounts, or everything."""


def widens(before: Subject | None, after: Subject) -> bool:
    """Whether a change gives an account more than it had; nothing stands for a new account."""
    if before is None:
        powerful = after.role in SENSITIVE or set(after.clearance) - set(CLASSIFICATIONS[:1])
        return bool(powerful or after.caveats)
    return bool(
        PERMITTED[after.role] - PERMITTED[before.role]
        or (after.role in SENSITIVE and after.role is not before.role)
        or set(after.clearance) - set(before.clearance)
        or after.caveats - before.caveats
        or after.nation != before.nation
        or after.purpose is not before.purpose
    )


def link_kind(kind: str) -> LinkKind:
    """Read what a link is for.

    Raises
    ------
    BadUse
        There is no such kind.
    """
    try:
        return LinkKind(kind)
    except ValueError as error:
        raise BadUse(
            f"'{kind}' is no kind of link.", mend=f"Use one of: {', '.join(LinkKind)}."
        ) from error
