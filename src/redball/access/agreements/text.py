"""The written form of an agreement: one text for one agreement, and its hash."""

import hashlib
import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import TypeVar

from redball.access.actions import Action
from redball.access.agreements.checks import checked
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.agreements.strict import Fields, read_object
from redball.access.subject import Purpose
from redball.model import BadData

FORM = "redball agreement 1"
"""First field of the file, and first line of what is signed: no other text is taken for one."""

LARGEST_BYTES = 1_000_000

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)
_FIELDS = ("form", *(field.name for field in fields(Agreement)))
_GRANT_FIELDS = tuple(field.name for field in fields(Grant))
_Word = TypeVar("_Word", Action, Detail, Purpose)


def agreement_text(agreement: Agreement) -> str:
    """Write an agreement in its one form: JSON, fields in their order, times in UTC.

    Raises
    ------
    BadData
        The agreement is not sound.
    """
    return json.dumps(agreement_fields(checked(agreement)), ensure_ascii=False, indent=2) + "\n"


def agreement_fields(agreement: Agreement) -> dict[str, object]:
    """Plain values of an agreement, in the order in which they are written."""
    values: dict[str, object] = {"form": FORM}
    for field in fields(Agreement):
        value = getattr(agreement, field.name)
        if isinstance(value, datetime):
            value = moment_text(value)
        values[field.name] = value
    values["grants"] = [
        {name: getattr(grant, name) for name in _GRANT_FIELDS} for grant in agreement.grants
    ]
    return values


def content_hash(agreement: Agreement) -> str:
    """SHA-256 of the written form, in hexadecimal: what the parties sign.

    Raises
    ------
    BadData
        The agreement is not sound.
    """
    return hashlib.sha256(agreement_text(agreement).encode()).hexdigest()


def parse_agreement(text: str | bytes) -> Agreement:
    """Read an agreement; blanks between the fields don't matter, everything else does.

    Raises
    ------
    UnsafeFile
        Larger, deeper or with more values than an agreement has; found before it is parsed.
    BadData
        It is not a sound agreement; ``where`` is the path of the field.
    """
    return agreement_of(read_object(text, largest_bytes=LARGEST_BYTES))


def agreement_of(given: Fields) -> Agreement:
    """Take an agreement from the fields of its object; errors as :func:`parse_agreement`."""
    given.only(_FIELDS)
    if given.text("form") != FORM:
        raise BadData(
            "It is not an agreement of this form.",
            where=given.path("form"),
            mend=f"This version of Redball reads '{FORM}'.",
        )
    return checked(
        Agreement(
            id=given.text("id"),
            version=given.whole("version"),
            title=given.text("title"),
            parties=given.words("parties"),
            purpose=_word(Purpose, given, "purpose", given.text("purpose")),
            grants=tuple(map(_grant, given.objects("grants"))),
            valid_from=parse_moment(given.text("valid_from"), given.path("valid_from")),
            valid_until=parse_moment(given.text("valid_until"), given.path("valid_until")),
            template=given.text("template"),
            exercise_only=given.flag("exercise_only"),
            obligations=given.words("obligations"),
            totals_per_day=given.whole("totals_per_day"),
        )
    )


def moment_text(moment: datetime) -> str:
    """Write a moment as ``2026-01-31T12:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_moment(text: str, where: str) -> datetime:
    """Read a moment as it is written; other forms of ISO 8601 are refused.

    Raises
    ------
    BadData
        It is none.
    """
    try:
        if _MOMENT.match(text):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:  # such as 30 February
        pass
    raise BadData(
        f"'{text[:40]}' is not a moment.", where=where, mend="Write it as 2026-01-31T12:00:00Z."
    )


def _grant(given: Fields) -> Grant:
    given.only(_GRANT_FIELDS)
    return Grant(
        giver=given.text("giver"),
        to=given.words("to"),
        kinds=given.words("kinds"),
        classes=given.words("classes"),
        areas=given.words("areas"),
        sites=given.words("sites"),
        ceiling=given.text("ceiling"),
        caveats=given.words("caveats"),
        actions=tuple(_word(Action, given, "actions", w) for w in given.words("actions")),
        detail=_word(Detail, given, "detail", given.text("detail")),
    )


def _word(words: type[_Word], given: Fields, name: str, text: str) -> _Word:
    try:
        return words(text)
    except ValueError:
        raise BadData(
            f"'{text[:40]}' is not one of its words.",
            where=given.path(name),
            mend=f"Use one of: {', '.join(words)}.",
        ) from None
