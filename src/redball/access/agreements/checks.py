"""What an agreement must keep before anybody signs it, and each time it is read.

Everything has one written form: lists are sorted and without doubles, codes are canonical, times
have no fractions of a second. So the same agreement always has the same hash.
"""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from redball.access.actions import GRANTED
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.subject import HELD, Purpose
from redball.model import BadData, BadUse, tables
from redball.model.codes import check_code
from redball.model.labels import ALL, CLASSIFICATIONS, OWNER_CODE

AGREEMENT_ID = re.compile(r"^[A-Z][A-Z0-9-]{1,38}[A-Z0-9]\Z")
"""Capital letters, digits and hyphens: safe in file names, labels and the names of rules."""

MOST_PARTIES = 32
MOST_GRANTS = 64
MOST_WORDS = 500
MOST_OBLIGATIONS = 32
LONGEST_TITLE = 200
LONGEST_OBLIGATION = 500
HIGHEST_VERSION = 1_000_000
MOST_TOTALS_PER_DAY = 1_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
LONGEST = timedelta(days=3_653)
"""Ten years: what nobody looks at any more must end by itself."""

_TEMPLATE = re.compile(r"^([a-z][a-z0-9-]{0,39})?\Z")
# Without blanks: a marking lists its sites with blanks between them.
_SITE = re.compile(r"^[A-Z][A-Z0-9]{1,7}:[^\s:]{1,128}\Z")


def checked(agreement: Agreement) -> Agreement:
    """Return ``agreement`` if it is sound.

    Raises
    ------
    BadData
        It breaks a rule; ``where`` is the path of the field, such as ``grants[0].ceiling``.
    """
    _check_head(agreement)
    _check_validity(agreement)
    if not 1 <= len(agreement.grants) <= MOST_GRANTS:
        raise _wrong("grants", f"An agreement has 1 to {MOST_GRANTS} grants.", "Add or join some.")
    if len(set(agreement.grants)) < len(agreement.grants):
        raise _wrong("grants", "The same grant stands twice.", "Leave one of them out.")
    for number, grant in enumerate(agreement.grants):
        _check_grant(grant, agreement.parties, f"grants[{number}]")
    return agreement


def is_aware(moment: datetime) -> bool:
    """Whether a moment has a zone that says its offset."""
    return moment.utcoffset() is not None


def check_aware(moment: datetime, what: str) -> None:
    """Refuse a moment without a zone.

    Raises
    ------
    BadUse
        It has none.
    """
    if not is_aware(moment):
        raise BadUse(f"{what} has no time zone.", mend="Give moments in UTC.")


def check_sentence(text: str, longest: int, where: str) -> None:
    """Refuse text that could not stand on one line as it is read.

    Control characters, line breaks and marks that turn the direction of writing would let the
    text on the screen differ from the text that is signed.
    """
    if not (1 <= len(text) <= longest and text == text.strip() and text.isprintable()):
        raise _wrong(
            where,
            f"It is not a text of 1 to {longest} printable characters on one line.",
            "Write plain words, without blanks at the ends.",
        )


def _wrong(where: str, what: str, mend: str) -> BadData:
    return BadData(what, where=where, mend=mend)


def _check_head(agreement: Agreement) -> None:
    if not AGREEMENT_ID.match(agreement.id):
        raise _wrong(
            "id",
            f"'{agreement.id[:60]}' is not an identifier of an agreement.",
            "Use 3 to 40 capital letters, digits and hyphens, such as MLS-2026-001.",
        )
    _check_number(agreement.version, HIGHEST_VERSION, "version")
    _check_number(agreement.totals_per_day, MOST_TOTALS_PER_DAY, "totals_per_day")
    check_sentence(agreement.title, LONGEST_TITLE, "title")
    if not _TEMPLATE.match(agreement.template):
        raise _wrong("template", "It is not the name of a template.", "Leave it empty.")
    _check_words(agreement.parties, "parties", _is_owner, "an owner code, such as DEU", least=2)
    if len(agreement.parties) > MOST_PARTIES:
        raise _wrong("parties", f"More than {MOST_PARTIES} parties.", "Make several agreements.")
    if agreement.purpose not in tuple(Purpose):
        raise _wrong("purpose", "It is not a purpose.", f"Use one of: {', '.join(Purpose)}.")
    if len(agreement.obligations) > MOST_OBLIGATIONS:
        raise _wrong("obligations", f"More than {MOST_OBLIGATIONS}.", "Join some of them.")
    for number, sentence in enumerate(agreement.obligations):
        check_sentence(sentence, LONGEST_OBLIGATION, f"obligations[{number}]")


def _check_number(value: int, most: int, where: str) -> None:
    if not 1 <= value <= most:
        raise _wrong(where, "It is out of its range.", f"Use a whole number from 1 to {most}.")


def _check_validity(agreement: Agreement) -> None:
    moments = {"valid_from": agreement.valid_from, "valid_until": agreement.valid_until}
    for name, moment in moments.items():
        if not is_aware(moment) or moment.microsecond:
            raise _wrong(name, "It is not a whole second with a zone.", "Give it in UTC.")
        if not EARLIEST <= moment < LATEST:
            raise _wrong(name, "It lies outside of the years 2000 to 2199.", "Check the year.")
    if agreement.valid_until <= agreement.valid_from:
        raise _wrong("valid_until", "It is not after valid_from.", "Exchange the two.")
    if agreement.valid_until - agreement.valid_from > LONGEST:
        raise _wrong(
            "valid_until",
            f"It is more than {LONGEST.days} days after valid_from.",
            "Agree on a shorter time and renew it with a higher version.",
        )


def _check_grant(grant: Grant, parties: tuple[str, ...], where: str) -> None:
    if grant.giver not in parties:
        raise _wrong(f"{where}.giver", "The giver is not a party.", "Only parties give.")
    receivers = set(parties) - {grant.giver}
    _check_words(grant.to, f"{where}.to", receivers.__contains__, "another party", least=1)
    _check_words(
        grant.kinds, f"{where}.kinds", tables().__contains__, "a table of the language", least=1
    )
    _check_words(grant.classes, f"{where}.classes", _is_class, "a class, such as NATO:III")
    _check_words(grant.areas, f"{where}.areas", _is_country, "a country, such as DEU")
    _check_words(grant.sites, f"{where}.sites", _is_site, "a site as OWNER:KEY, without blanks")
    if grant.areas and grant.sites:
        raise _wrong(where, "It names areas and sites.", "Name one of the two; sites are finer.")
    foreign = [site for site in grant.sites if not site.startswith(f"{grant.giver}:")]
    if foreign:
        raise _wrong(
            f"{where}.sites",
            f"'{foreign[0]}' is not a site of the giver, {grant.giver}.",
            "Its owner has to give it in a grant of its own.",
        )
    if grant.ceiling not in CLASSIFICATIONS:
        raise _wrong(
            f"{where}.ceiling",
            "It is not a classification.",
            f"Use one of: {', '.join(CLASSIFICATIONS)}.",
        )
    caveats = f"one of {', '.join(HELD)}"
    _check_words(grant.caveats, f"{where}.caveats", HELD.__contains__, caveats)
    _check_actions(grant, where)


def _check_actions(grant: Grant, where: str) -> None:
    in_order = tuple(action for action in GRANTED if action in grant.actions)
    if not grant.actions or grant.actions != in_order:
        raise _wrong(
            f"{where}.actions",
            "It is not a list of what can be granted, in this order and each once.",
            f"Use some of: {', '.join(GRANTED)}.",
        )
    if grant.detail not in tuple(Detail):
        raise _wrong(f"{where}.detail", "It is unknown.", f"Use one of: {', '.join(Detail)}.")


def _check_words(
    words: Collection[str],
    where: str,
    fits: Callable[[str], bool],
    what: str,
    *,
    least: int = 0,
) -> None:
    if not least <= len(words) <= MOST_WORDS:
        raise _wrong(where, f"It has not {least} to {MOST_WORDS} entries.", "Add or leave out.")
    for word in words:
        if not fits(word):
            raise _wrong(where, f"'{word[:60]}' is not {what}.", "Write it as in the tables.")
    if tuple(words) != tuple(sorted(set(words))):
        raise _wrong(where, "It is not sorted, or an entry stands twice.", "Sort it, each once.")


def _is_owner(code: str) -> bool:
    return bool(OWNER_CODE.match(code)) and code != ALL


def _is_class(code: str) -> bool:
    return check_code("supply_class", code).value == code


def _is_country(code: str) -> bool:
    return check_code("country", code).value == code


def _is_site(code: str) -> bool:
    return bool(_SITE.match(code)) and code.isprintable()
