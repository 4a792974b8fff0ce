"""Notices that wait for the hour of somebody's folded message: read, closed and answered with the message in bulk."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.types import NullType
from sqlmodel import Session

from bot.domain.post import Moment, Notice, Outbox
from bot.store.carry import table_of, values_of

MOMENT, NOTICE, OUTBOX = table_of(Moment), table_of(Notice), table_of(Outbox)
AT_ONCE = 5_000


class Due(NamedTuple):
    """A notice as far as folding needs it; `facts` may be shared with others and are not to be changed."""

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
    facts = type_coerce(c.facts, NullType())
    asked = select(c.id, c.member_id, c.kind, c.task_id, facts).where(*where).order_by(c.id).limit(most)
    return [Due._make((*row[:4], _facts(row[4]))) for row in session.connection().execute(asked)]


def _facts(value: Any) -> dict[str, Any]:
    """PostgreSQL's driver has read them; SQLite gives a text, the same for many."""
    return _read_once(value) if isinstance(value, str) else value


@lru_cache(4096)
def _read_once(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def close(session: Session, notices: Sequence[Due], values: dict[str, Any]) -> None:
    """They wait no longer: said, or withdrawn and why."""
    for start in range(0, len(notices), AT_ONCE):
        ids = [notice.id for notice in notices[start : start + AT_ONCE]]
        session.connection().execute(update(NOTICE).where(NOTICE.c.id.in_(ids)).values(values))


def moments_said(session: Session, ids: Sequence[int], now: datetime) -> None:
    """The reminder clock has said these moments."""
    for start in range(0, len(ids), AT_ONCE):
        some = MOMENT.c.id.in_(ids[start : start + AT_ONCE])
        session.connection().execute(update(MOMENT).where(some).values(said_at=now))


def queue_once(session: Session, rows: Sequence[Outbox]) -> set[str]:
    """The messages wait in the outbox, except those said under their key before. → keys of those queued now."""
    if not rows:
        return set()
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = make(OUTBOX).on_conflict_do_nothing(index_elements=["key"]).returning(OUTBOX.c.key)
    listed = [{name: value for name, value in values_of(row).items() if name != "id"} for row in rows]
    return set(session.connection().execute(statement, listed).scalars())
