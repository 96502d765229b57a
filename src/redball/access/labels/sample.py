"""Our sample policies, as the SPIF files beside this module say.

``REDBALL-EXERCISE`` has the classifications and caveats of :mod:`redball.model.labels`; its lists
of members and agreements are open and come as parameters, so that one file serves every
coalition. ``INDUSTRY-SAMPLE`` is a supplier's, with equivalences.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from redball.access.labels.policy import Policy, with_values
from redball.access.labels.spif_read import read_policy

CAVEAT_TAG = "Caveat"
MEMBER_TAG = "Releasable To"
ADMINISTRATIVE_TAG = "Administrative"
AGREEMENT_TAG = "Agreement"
INDUSTRY_MEMBER_TAG = "Shared With"


def sample_policy(members: Iterable[str] = (), agreements: Iterable[str] = ()) -> Policy:
    """The exercise policy, with the members and agreements that its labels may name.

    A label that names another member is not valid, and nobody is let in by it.

    Raises
    ------
    LabelError
        A member or agreement has a name that can't stand in a label.
    """
    policy = with_values(_packaged("redball.spif.xml"), MEMBER_TAG, tuple(members))
    return with_values(policy, AGREEMENT_TAG, tuple(agreements))


def industry_policy(partners: Iterable[str] = ()) -> Policy:
    """The supplier's policy, with the partners that it shares with.

    Raises
    ------
    LabelError
        A partner has a name that can't stand in a label.
    """
    return with_values(_packaged("industry.spif.xml"), INDUSTRY_MEMBER_TAG, tuple(partners))


@cache
def _packaged(name: str) -> Policy:
    return read_policy(files("redball.access.labels").joinpath("policies", name).read_bytes())
