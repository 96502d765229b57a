"""What stands against activating an agreement; an empty answer lets it be activated."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from redball.access.agreements.checks import check_aware, checked
from redball.access.agreements.document import Agreement
from redball.access.agreements.signing import SignedAgreement, TrustedKeys, signers
from redball.access.agreements.state import Standing, State
from redball.access.agreements.text import moment_text
from redball.model import RedballError

Compile = Callable[[Sequence[Agreement]], object]
"""Makes rules of agreements and raises where they are not sound; the gate offers one."""


@dataclass(frozen=True)
class Problem:
    """Why an agreement can't be activated.

    Attributes
    ----------
    where : str
        Field of the agreement, party or neighbour concerned.
    what : str
    mend : str
    """

    where: str
    what: str
    mend: str

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.where}: {self.what} {self.mend}"


def activatable(
    document: SignedAgreement,
    trusted: TrustedKeys,
    *,
    standing: Sequence[Standing],
    owned: Collection[str],
    now: datetime,
    latest: datetime | None = None,
    compiles: Compile | None = None,
) -> tuple[Problem, ...]:
    """Everything that stands against activating an agreement.

    That a party gives only what is its own follows from the form and needs no list: the giver of a
    grant is a party, every party has signed, sites are the giver's, and the gate lets a grant reach
    rows of the giver only. Rows that a party received keep their owner, so they can't be given on.

    Parameters
    ----------
    document : SignedAgreement
    trusted : mapping of str to sequence of VerifierKey
    standing : sequence of Standing
        Where every document of the store stands now.
    owned : collection of str
        Sites of the store as ``OWNER:KEY``: a grant that names another one would begin to release
        the day somebody gives a site that name.
    now : datetime
    latest : datetime or None
        Time of the last event in the ledger.
    compiles : callable or None
        Makes rules of what would then be in force; whatever it raises is a problem.

    Raises
    ------
    BadUse
        ``now`` has no zone.
    """
    check_aware(now, "The moment of the activation")
    agreement = document.agreement
    try:
        checked(agreement)
    except RedballError as error:
        return (_problem(error),)
    return (
        *_signature_problems(document, trusted),
        *_time_problems(agreement, now, latest),
        *_version_problems(agreement, standing),
        *_site_problems(agreement, owned),
        *_rule_problems(agreement, standing, compiles),
    )


def _problem(error: RedballError, where: str = "agreement") -> Problem:
    return Problem(error.where or where, error.what, error.mend)


def _signature_problems(document: SignedAgreement, trusted: TrustedKeys) -> Iterator[Problem]:
    try:
        verified = signers(document, trusted)
    except RedballError as error:
        yield _problem(error, "signatures")
        return
    for party in document.agreement.parties:
        if party not in document.names:
            yield Problem(party, "It has not signed.", f"Let {party} sign the same file.")
        elif party not in verified:
            yield Problem(
                party, "No key is trusted here that made its signature.", "Trust its key first."
            )


def _time_problems(
    agreement: Agreement, now: datetime, latest: datetime | None
) -> Iterator[Problem]:
    if latest is not None and now < latest:
        yield Problem("clock", "It went back behind the last event.", "Set the clock right.")
    if now >= agreement.valid_until:
        yield Problem(
            "valid_until",
            f"It expired at {moment_text(agreement.valid_until)}.",
            "Draft and sign a higher version.",
        )


def _version_problems(agreement: Agreement, standing: Sequence[Standing]) -> Iterator[Problem]:
    for one in standing:
        kept, other = one.kept, one.agreement
        if kept.activated_at is None and kept.ended_at is None:
            continue
        held = {kept.id, other.id if other else ""} - {""}
        if held and agreement.id not in held:
            continue
        if other is None or other.id != agreement.id:
            yield Problem(
                agreement.id, "A document kept under its id can't be read.", "Mend the store first."
            )
        elif other.parties != agreement.parties:
            yield Problem(
                "parties",
                f"The id belongs to an agreement of {', '.join(other.parties)}.",
                "Use another id; who leaves an agreement revokes it.",
            )
        elif other.version >= agreement.version:
            yield Problem(
                "version",
                f"Version {other.version} was activated or ended before.",
                f"Draft and sign version {other.version + 1} or higher.",
            )


def _site_problems(agreement: Agreement, owned: Collection[str]) -> Iterator[Problem]:
    for number, grant in enumerate(agreement.grants):
        for site in grant.sites:
            if site not in owned:
                yield Problem(
                    f"grants[{number}].sites",
                    f"{grant.giver} has no site '{site}' here.",
                    "Name a site that it has sent, or import its package first.",
                )


def _rule_problems(
    agreement: Agreement, standing: Sequence[Standing], compiles: Compile | None
) -> Iterator[Problem]:
    if compiles is None:
        return
    others = [
        one.agreement
        for one in standing
        if one.agreement and one.state is State.IN_FORCE and one.agreement.id != agreement.id
    ]
    try:
        compiles((*others, agreement))
    except RedballError as error:
        yield _problem(error, "rules")
    except Exception as error:  # noqa: BLE001 - deny on doubt: whatever the engine raises
        yield Problem("rules", f"They can't be made ({type(error).__name__}).", "Report this.")
