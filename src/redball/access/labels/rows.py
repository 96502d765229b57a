"""Between the compact labels of rows and results and labels of the exercise policy.

Nothing is lost either way, and the engine combines them as :func:`redball.model.labels.combine`
does; a test compares the two over all pairs.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from redball.access.labels.policy import Policy
from redball.access.labels.sample import (
    AGREEMENT_TAG,
    CAVEAT_TAG,
    MEMBER_TAG,
    sample_policy,
)
from redball.access.labels.values import (
    Category,
    Clearance,
    ConfidentialityLabel,
    Release,
    TagType,
)
from redball.access.subject import Subject
from redball.model.errors import LabelError
from redball.model.labels import ALL, Label, ResultLabel

OWNER = "urn:redball:owner:"
"""What stands before an owner's code where a label names its originator."""

REVIEW_AFTER = timedelta(days=365)
"""A label is reviewed after a year where nothing else is said: our own choice."""


def from_row(
    label: Label, *, made_at: datetime | None = None, review_at: datetime | None = None
) -> ConfidentialityLabel:
    """Label of a row, with its owner as originator and among those it is released to."""
    return _label(
        label.classification,
        label.caveats,
        label.release | {label.owner},
        {label.under} - {""},
        made_at=made_at,
        review_at=review_at,
        originator=OWNER + label.owner,
    )


def from_result(
    label: ResultLabel, *, made_at: datetime | None = None, review_at: datetime | None = None
) -> ConfidentialityLabel:
    """Label of a result; without any reader it is for its originators only."""
    readers = frozenset({ALL}) if label.readers is None else label.readers
    return _label(
        label.classification,
        label.caveats,
        readers,
        label.agreements,
        made_at=made_at,
        review_at=review_at,
    )


def to_row(label: ConfidentialityLabel) -> Label:
    """Label of a row.

    Raises
    ------
    LabelError
        It is of another policy, names no owner, is for originators only or released to nobody, or
        rests on more than one agreement: a result, and no row.
    """
    _ours(label)
    owner = label.originator.removeprefix(OWNER)
    release = frozenset(label.values(MEMBER_TAG, TagType.PERMISSIVE))
    if label.originators_only or owner == label.originator or owner not in release:
        raise LabelError(
            "The label names no owner who may read it.",
            where="OriginatorID",
            mend=f"A row's label has its owner's code after '{OWNER}', and releases to it.",
        )
    agreements = label.values(AGREEMENT_TAG, TagType.INFORMATIVE)
    if len(agreements) > 1:
        raise LabelError("A row is read under one agreement at most.", mend="It is a result.")
    return Label(
        owner,
        label.classification,
        release - {owner},
        frozenset(label.values(CAVEAT_TAG, TagType.RESTRICTIVE)),
        "".join(agreements),
    )


def to_result(label: ConfidentialityLabel) -> ResultLabel:
    """Label of a result.

    Raises
    ------
    LabelError
        It is of another policy, or does not say to whom it is released.
    """
    _ours(label)
    readers = frozenset(label.values(MEMBER_TAG, TagType.PERMISSIVE))
    if label.release is Release.OPEN:
        raise LabelError(
            "The label does not say to whom it is released.",
            where=MEMBER_TAG,
            mend="An absent release is no release to all; ask its originator.",
        )
    if label.originators_only:
        readers = frozenset()
    return ResultLabel(
        label.classification,
        None if ALL in readers else readers,
        frozenset(label.values(CAVEAT_TAG, TagType.RESTRICTIVE)),
        frozenset(label.values(AGREEMENT_TAG, TagType.INFORMATIVE)),
    )


def clearance_of(subject: Subject) -> Clearance:
    """What somebody may read, as a clearance; everybody holds what is released to all."""
    policy = _base()
    caveats = tuple(subject.caveats)
    categories = [Category(MEMBER_TAG, TagType.PERMISSIVE, (subject.nation, ALL))]
    if caveats:
        categories.append(Category(CAVEAT_TAG, TagType.RESTRICTIVE, caveats))
    return Clearance(
        policy.name, frozenset(subject.clearance), tuple(categories), policy_id=policy.id
    )


def policy_for(labels: Iterable[ConfidentialityLabel]) -> Policy:
    """The exercise policy with every member and agreement that these labels name.

    For labels made here from rows that were checked; what comes from outside is judged by
    :func:`sample_policy` with the members of the coalition.
    """
    given = tuple(labels)
    members = {word for one in given for word in one.values(MEMBER_TAG, TagType.PERMISSIVE)}
    under = {word for one in given for word in one.values(AGREEMENT_TAG, TagType.INFORMATIVE)}
    return sample_policy(members, under)


def _label(
    classification: str,
    caveats: frozenset[str],
    readers: frozenset[str],
    agreements: Iterable[str],
    *,
    made_at: datetime | None,
    review_at: datetime | None,
    originator: str = "",
) -> ConfidentialityLabel:
    policy = _base()
    wanted = (
        (CAVEAT_TAG, TagType.RESTRICTIVE, caveats),
        (MEMBER_TAG, TagType.PERMISSIVE, readers),
        (AGREEMENT_TAG, TagType.INFORMATIVE, agreements),
    )
    if review_at is None and made_at is not None:
        review_at = made_at + REVIEW_AFTER
    return ConfidentialityLabel(
        policy=policy.name,
        policy_id=policy.id,
        classification=classification,
        categories=tuple(Category(tag, kind, tuple(v)) for tag, kind, v in wanted if v),
        originators_only=not readers,
        created=made_at,
        review=review_at,
        originator=originator,
    )


def _ours(label: ConfidentialityLabel) -> None:
    """Refuse what a row or result can't say."""
    policy = _base()
    if label.policy != policy.name or label.policy_id not in ("", policy.id):
        raise LabelError(
            f"The label is of the policy '{label.policy}'.", mend=f"Map it to {policy.name} first."
        )
    known = {
        (CAVEAT_TAG, TagType.RESTRICTIVE),
        (MEMBER_TAG, TagType.PERMISSIVE),
        (AGREEMENT_TAG, TagType.INFORMATIVE),
    }
    for one in label.categories:
        if one.type is not TagType.INFORMATIVE and (one.tag, one.type) not in known:
            raise LabelError(
                f"'{one.tag}' has no place in the label of a row.",
                where=one.tag,
                mend="Use caveats and members of the exercise policy.",
            )
    if label.succession is not None:
        raise LabelError("A row's label has no successor.", mend="Change the label when it is due.")


@cache
def _base() -> Policy:
    return sample_policy()
