"""Agreement files: read, draft from a template, look at, write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast

import polars as pl

from redball.access.actions import Action
from redball.access.agreements import (
    Changes,
    Detail,
    Problem,
    SignedAgreement,
    Standing,
    activatable,
    draft,
    parse_signed,
    rendered,
    signers,
    standing,
)
from redball.access.agreements import templates as all_templates
from redball.access.gate import rules_text
from redball.access.subject import Purpose
from redball.app.doing import use_case
from redball.app.trust import kept_agreements, trusted_keys
from redball.app.view import opened
from redball.model import BadData, BadUse
from redball.store import Store

E = TypeVar("E", bound=StrEnum)
MOST_BYTES = 1 << 20
"""Largest agreement file that is read."""


@dataclass(frozen=True)
class AgreementView:
    """An agreement as a person looks at it.

    Attributes
    ----------
    document : SignedAgreement
    text : str
        The agreement for people.
    signed_by : tuple of str
        Parties whose signature was verified.
    missing : tuple of str
        Parties whose signature is missing or can't be verified here.
    problems : tuple of Problem
        What keeps it from being activated in the store looked at; empty without a store.
    """

    document: SignedAgreement
    text: str
    signed_by: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def read_agreement(path: Path) -> SignedAgreement:
    """Read an agreement file.

    Raises
    ------
    BadUse
        There is no such file.
    BadData
        It is not an agreement.
    """
    if not path.is_file():
        raise BadUse("There is no such file.", where=str(path))
    if path.stat().st_size > MOST_BYTES:
        raise BadData(
            "The file is too large for an agreement.",
            where=str(path),
            mend=f"An agreement has at most {MOST_BYTES >> 20} MiB.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadData("The file is not UTF-8 text.", where=str(path)) from None
    return parse_signed(text)


def agreement_templates() -> Mapping[str, str]:
    """Templates by name, each with what it is for."""
    return {one.name: one.use for one in all_templates()}


def agreement_draft(
    template: str,
    *,
    id: str,  # noqa: A002 - the field's own name
    parties: Sequence[str],
    valid_from: datetime | None = None,
    days: int = 365,
    changes: Mapping[str, object] | None = None,
    out: Path | None = None,
) -> AgreementView:
    """Draft an agreement from a template; nothing is signed and nothing changes.

    Raises
    ------
    BadUse
        There is no such template, a change is not known, or the file is there already.
    """
    begin = valid_from or datetime.now(UTC).replace(microsecond=0)
    made = draft(
        template,
        id=id,
        parties=tuple(parties),
        valid_from=begin,
        days=days,
        **_changes(changes or {}),
    )
    document = SignedAgreement(made, ())
    if out is not None:
        if out.exists():
            raise BadUse("The file is there already.", where=str(out), mend="Name another one.")
        out.write_text(document.text, encoding="utf-8")
    return AgreementView(document, rendered(made), (), made.parties)


def _changes(given: Mapping[str, object]) -> Changes:
    """Changes of a draft from plain words.

    Raises
    ------
    BadUse
        A change or one of its words is not known.
    """
    made: dict[str, object] = {}
    for name, value in given.items():
        reader = _READERS.get(name)
        if reader is None:
            raise BadUse(
                f"'{name}' is not something that a draft can change.",
                mend=f"Use some of: {', '.join(sorted(_READERS))}.",
            )
        made[name] = reader(value)
    return cast("Changes", made)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadUse(f"'{value}' is not a list of words.")
    return tuple(str(one) for one in value)


def _word(kind: type[E], text: str, what: str) -> E:
    if text not in tuple(kind):
        raise BadUse(f"'{text}' is not a {what}.", mend=f"Use one of: {', '.join(kind)}.")
    return kind(text)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadUse(f"'{value}' is not a whole number.")
    return value


_READERS: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(
        ("givers", "kinds", "classes", "areas", "sites", "caveats", "obligations"), _words
    ),
    **dict.fromkeys(("ceiling", "title"), str),
    **dict.fromkeys(("version", "totals_per_day"), _number),
    "exercise_only": bool,
    "actions": lambda value: tuple(_word(Action, one, "action") for one in _words(value)),
    "detail": lambda value: _word(Detail, str(value), "detail"),
    "purpose": lambda value: _word(Purpose, str(value), "purpose"),
}
"""What a draft can change, and how it is read; the fields of ``Changes``."""


@use_case(Action.AGREE)
def agreement_show(path: Path, store: str | None = None) -> AgreementView:
    """Look at an agreement file: its text, who signed, and what keeps it from being activated."""
    document = read_agreement(path)
    agreement = document.agreement
    trusted = trusted_keys(store) if store else {}
    by = signers(document, trusted)
    missing = tuple(one for one in agreement.parties if one not in by)
    problems: tuple[Problem, ...] = ()
    if store:
        with opened(store) as source:
            problems = problems_of(source, document, datetime.now(UTC))
    return AgreementView(document, rendered(agreement), tuple(sorted(by)), missing, problems)


def problems_of(store: Store, document: SignedAgreement, now: datetime) -> tuple[Problem, ...]:
    """What stands against activating an agreement in a store."""
    every = store.read(as_of=None, labels=list(store.labels()), names=["site"]).frames["site"]
    sites = every.select(pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"))
    owned = set(sites.to_series())
    if not set(document.agreement.parties) <= signers(document, trusted_keys(store.address)):
        # before everybody signed, which sites there are is nobody else's to know
        owned = {site for grant in document.agreement.grants for site in grant.sites}
    return activatable(
        document,
        trusted_keys(store.address),
        standing=standing_in(store, now),
        owned=owned,
        now=now,
        latest=store.last_event_at(),
        compiles=lambda agreements: rules_text(agreements, now),
    )


def standing_in(store: Store, now: datetime) -> tuple[Standing, ...]:
    """Where every agreement of a store stands at a moment."""
    return standing(
        kept_agreements(store),
        trusted_keys(store.address),
        now=now,
        latest=store.last_event_at(),
    )


def replaced(path: Path, text: str) -> None:
    """Write a file so that it is whole or as it was."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
