"""Drafts of scenarios, each for the account that wrote it alone."""

from dataclasses import dataclass

import sqlalchemy as sa

from redball.desk.opening import Desk
from redball.desk.tables.drafts import DRAFT

TOPIC = "drafts"


@dataclass(frozen=True)
class Draft:
    """A scenario that somebody keeps.

    Attributes
    ----------
    key, account, name : str
    text : str
        TOML.
    changed_at : str
        ISO 8601 in UTC.
    version : int
        Counts up with every change.
    """

    key: str
    account: str
    name: str
    text: str
    changed_at: str
    version: int = 1


def put_draft(desk: Desk, draft: Draft, *, most: int) -> bool:
    """Keep a new draft; False where the account has as many as it may."""
    mine = sa.select(sa.func.count()).where(DRAFT.c.account == draft.account)
    with desk.writing(TOPIC) as connection:
        if int(connection.execute(mine).scalar_one()) >= most:
            return False
        connection.execute(sa.insert(DRAFT).values(vars(draft)))
        return True


def change_draft(desk: Desk, draft: Draft) -> bool:
    """Write over a draft, if it is still of the version before; whether it was."""
    same = (DRAFT.c.key == draft.key) & (DRAFT.c.account == draft.account)
    with desk.writing(TOPIC) as connection:
        done = connection.execute(
            sa.update(DRAFT)
            .where(same, DRAFT.c.version == draft.version - 1)
            .values(
                name=draft.name,
                text=draft.text,
                changed_at=draft.changed_at,
                version=draft.version,
            )
        )
        return bool(done.rowcount)


def draft_of(desk: Desk, account: str, key: str) -> Draft | None:
    """One of somebody's drafts; None where it is another's or there is none."""
    query = sa.select(DRAFT).where(DRAFT.c.key == key, DRAFT.c.account == account)
    with desk.reading() as connection:
        row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Draft(**row)


def drafts_of(desk: Desk, account: str) -> list[Draft]:
    """Somebody's drafts, the last changed first."""
    query = sa.select(DRAFT).where(DRAFT.c.account == account)
    query = query.order_by(DRAFT.c.changed_at.desc(), DRAFT.c.key)
    with desk.reading() as connection:
        return [Draft(**row) for row in connection.execute(query).mappings()]


def remove_draft(desk: Desk, account: str, key: str) -> bool:
    """Throw one of somebody's drafts away; whether there was one."""
    mine = sa.delete(DRAFT).where(DRAFT.c.key == key, DRAFT.c.account == account)
    with desk.writing(TOPIC) as connection:
        return bool(connection.execute(mine).rowcount)
