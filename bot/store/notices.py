"""Notices that wait for the hour of somebody's folded message: read, closed and answered with the message in bulk."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, select, text, type_coerce, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.types import NullType
from sqlmodel import Session

from bot.domain.post import Moment, Notice, Outbox
from bot.store.carry import table_of, values_of
from bot.store.prepared import Prepared

MOMENT, NOTICE, OUTBOX = table_of(Moment), table_of(Notice), table_of(Outbox)
_NOTICES = select(
    *(NOTICE.c[name] for name in ("id", "member_id", "kind", "task_id")), type_coerce(NOTICE.c.facts, NullType())
).order_by(NOTICE.c.id)
_DUE = Prepared(
    _NOTICES.where(
        NOTICE.c.fold_at <= bindparam("now"), NOTICE.c.said_at.is_(None), NOTICE.c.withdrawn_at.is_(None)
    ).limit(bindparam("most"))
)


class Due(NamedTuple):
    """A notice as far as folding needs it; `facts` may be shared with others and are not to be changed."""

    id: int
    member_id: int
    kind: str
    task_id: int | None
    facts: dict[str, Any]


def due(session: Session, now: datetime, most: int) -> list[Due]:
    """What waits and whose hour has come, the oldest first."""
    return [_due(row) for row in _DUE.rows(session, {"now": now, "most": most})]


def said_since(session: Session, member_id: int, since: datetime) -> list[Due]:
    asked = _NOTICES.where(NOTICE.c.member_id == member_id, NOTICE.c.said_at >= since)
    return [_due(row) for row in session.connection().execute(asked)]


def _due(row: Sequence[Any]) -> Due:
    id_, member_id, kind, task_id, facts = row
    return Due(id_, member_id, kind, task_id, _facts(facts))


def _facts(value: Any) -> dict[str, Any]:
    """PostgreSQL's driver has read them; SQLite gives a text, the same for many."""
    return _read_once(value) if isinstance(value, str) else value


@lru_cache(4096)
def _read_once(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def close(session: Session, notices: Sequence[Due], values: dict[str, Any]) -> None:
    """They wait no longer: said, or withdrawn and why."""
    if notices:
        of_these = _among(session, [notice.id for notice in notices])
        session.connection().execute(update(NOTICE).where(of_these).values(values))


def moments_said(session: Session, ids: Sequence[int], now: datetime) -> None:
    """The reminder clock has said these moments."""
    if ids:
        session.connection().execute(update(MOMENT).where(_among(session, ids)).values(said_at=now))


def _among(session: Session, ids: Sequence[int]) -> TextClause:
    """The row's id is one of these, given as one value: SQLAlchemy writes out an IN of thousands anew each time."""
    if session.get_bind().dialect.name == "sqlite":
        return text("id IN (SELECT value FROM json_each(:ids))").bindparams(ids=json.dumps(ids))
    return text("id = ANY(:ids)").bindparams(ids=list(ids))


def queue_once(session: Session, rows: Sequence[Outbox]) -> set[str]:
    """The messages wait in the outbox, except those said under their key before. → keys of those queued now."""
    if not rows:
        return set()
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = make(OUTBOX).on_conflict_do_nothing(index_elements=["key"]).returning(OUTBOX.c.key)
    listed = [{name: value for name, value in values_of(row).items() if name != "id"} for row in rows]
    return set(session.connection().execute(statement, listed).scalars())
