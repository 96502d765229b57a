"""What an agreement would change, before anybody signs it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl

from redball.access import Subject, decide, parse_subject
from redball.access.actions import GRANTED, Action
from redball.access.agreements import (
    Agreement,
    matrix_difference,
    row_difference,
    signers,
)
from redball.app.agreement_files import read_agreement
from redball.app.doing import use_case
from redball.app.releasing import agreements_in_force, authorised
from redball.app.trust import trusted_keys
from redball.app.view import View, opened
from redball.model import NotPermitted
from redball.store import Store


@dataclass(frozen=True)
class AgreementDifference:
    """What an agreement would change.

    Attributes
    ----------
    agreement : Agreement
    viewer : str
        Nation for which it was worked out: its own rows, and those of givers who signed.
    decisions : polars.DataFrame
        One row for each decision that changes.
    rows : polars.DataFrame
        Rows that would newly be visible or no longer, by receiver, table, label and detail.
    """

    agreement: Agreement
    viewer: str
    decisions: pl.DataFrame
    rows: pl.DataFrame

    @property
    def said(self) -> tuple[str, ...]:
        """The difference in sentences."""
        if self.rows.is_empty():
            return ("Nothing that is known here would be shown otherwise than today.",)
        groups: dict[tuple[str, str, str, int], list[str]] = {}
        for name, word in _WORDS.items():
            moved = self.rows.filter(pl.col(name) > 0)
            sums = moved.group_by("receiver", "owner", "action", maintain_order=True).agg(
                pl.col(name).sum()
            )
            for receiver, owner, action, count in sums.iter_rows():
                groups.setdefault((receiver, owner, word, count), []).append(action)
        sentences = [
            f"{receiver} may {word} {_listed(actions)} {count:,} rows of {owner}."
            for (receiver, owner, word, count), actions in groups.items()
        ]
        return tuple(sentences)


_WORDS = {
    "newly_visible": "newly",
    "no_longer": "no longer",
    "other_detail": "with other detail",
}


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


@use_case(Action.AGREE)
def agreement_diff(path: Path, view: View, *, now: datetime | None = None) -> AgreementDifference:
    """What an agreement would newly show, and what no longer, before anybody signs it.

    A viewer is told of its own rows, and of a giver's rows once that giver has signed: before, how
    many rows a partner holds is not the viewer's to know.

    Raises
    ------
    NotPermitted
        The viewer is not a party, or its role may not deal with agreements.
    """
    document = read_agreement(path)
    subject = parse_subject(view.viewer)
    authorised(subject, Action.AGREE)
    agreement = document.agreement
    party(agreement, subject.nation)
    moment = now or datetime.now(UTC)
    with opened(view.store) as store:
        markings = store.markings()
        counts = store.marked_rows()
        before = agreements_in_force(store, moment)
    told = {subject.nation, *signers(document, trusted_keys(view.store))}
    known = {i: m for i, m in markings.items() if m.label.owner in told}
    rows = {n: k for n, k in counts.select("label", "rows").iter_rows() if n in known}
    after = (*(one for one in before if one.id != agreement.id), agreement)
    gate = partial(decide, now=max(moment, agreement.valid_from))
    receivers = [Subject(nation, purpose=agreement.purpose) for nation in agreement.parties]
    parts = [
        row_difference(
            known, rows, gate(known, one, action, before), gate(known, one, action, after)
        ).select(
            pl.lit(one.nation).alias("receiver"), pl.lit(str(action)).alias("action"), pl.all()
        )
        for one in receivers
        for action in GRANTED
    ]
    decisions = matrix_difference(before, after, receivers, known, gate)
    return AgreementDifference(agreement, subject.nation, decisions.table(), pl.concat(parts))


def party(agreement: Agreement, nation: str) -> None:
    """Refuse whoever is not a party.

    Raises
    ------
    NotPermitted
        Names the parties.
    """
    if nation not in agreement.parties:
        raise NotPermitted(
            f"{nation} is not a party to {agreement.id}.",
            where=agreement.id,
            mend=f"Its parties are {', '.join(agreement.parties)}.",
        )


def wider(store: Store, agreement: Agreement, now: datetime) -> bool:
    """Whether an agreement opens a decision that is closed today."""
    markings = store.markings()
    before = agreements_in_force(store, now)
    after = (*(one for one in before if one.id != agreement.id), agreement)
    gate = partial(decide, now=max(now, agreement.valid_from))
    receivers = [Subject(nation, purpose=agreement.purpose) for nation in agreement.parties]
    return matrix_difference(before, after, receivers, markings, gate).opened > 0
