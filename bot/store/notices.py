"""Notices that wait for the hour of somebody's folded message: read, closed and answered with the message in bulk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from bot.domain.post import Notice, Outbox
from bot.store.carry import table_of, values_of

NOTICE, OUTBOX = table_of(Notice), table_of(Outbox)
AT_ONCE = 5_000


class Due(NamedTuple):
    """A notice as far as folding needs it."""

    id: int
    member_id: int
    kind: str
    task_id: int | None
    facts: dict[str, Any]


def due(session: Session, now: datetime, most: int) -> list[Due]:
    """What waits and whose hour has come, the oldest first."""
    c = NOTICE.c
    waits = c.fold_at <= now, c.said_at.is_(None), c.withdrawn_at.is_(None)
    return _read(session, waits, most)


def said_since(session: Session, member_id: int, since: datetime) -> list[Due]:
    c = NOTICE.c
    return _read(session, (c.member_id == member_id, c.said_at >= since), None)


def _read(session: Session, where: Sequence[ColumnElement[bool]], most: int | None) -> list[Due]:
    c = NOTICE.c
    asked = select(c.id, c.member_id, c.kind, c.task_id, c.facts).where(*where).order_by(c.id).limit(most)
    return [Due._make(row) for row in session.connection().execute(asked)]


def close(session: Session, notices: Sequence[Due], values: dict[str, Any]) -> None:
    """They wait no longer: said, or withdrawn and why."""
    for start in range(0, len(notices), AT_ONCE):
        ids = [notice.id for notice in notices[start : start + AT_ONCE]]
        session.connection().execute(update(NOTICE).where(NOTICE.c.id.in_(ids)).values(values))


def queue_once(session: Session, rows: Sequence[Outbox]) -> set[str]:
    """The messages wait in the outbox, except those said under their key before. → keys of those queued now."""
    if not rows:
        return set()
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = make(OUTBOX).on_conflict_do_nothing(index_elements=["key"]).returning(OUTBOX.c.key)
    listed = [{name: value for name, value in values_of(row).items() if name != "id"} for row in rows]
    return set(session.connection().execute(statement, listed).scalars())
