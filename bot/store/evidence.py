"""Evidence on its way into the archive: what is to be fetched, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from bot.domain.ledger import Evidence, Task
from bot.domain.people import Member
from bot.domain.photos import Look
from bot.store.carry import table_of


def to_fetch(session: Session, now: datetime, limit: int) -> Sequence[Evidence]:
    """Rows whose bytes are still at Telegram and whose next attempt has come."""
    due = or_(col(Evidence.next_attempt_at).is_(None), col(Evidence.next_attempt_at) <= now)
    pending = select(Evidence).where(Evidence.state == "pending", due)
    return session.exec(pending.order_by(col(Evidence.id)).limit(limit)).all()


def note(session: Session, row: Evidence, fields: dict[str, Any]) -> None:
    """These fields of the row, if it is still pending."""
    table = table_of(Evidence)
    session.connection().execute(update(table).where(table.c.id == row.id, table.c.state == "pending").values(fields))


def seen_before(session: Session, sha256: str, task_id: int) -> int | None:
    """The other task on which the very same file stands, the earliest of them."""
    same = select(Evidence.task_id).where(
        Evidence.sha256 == sha256, Evidence.task_id != task_id, col(Evidence.withdrawn_at).is_(None)
    )
    return session.exec(same.order_by(col(Evidence.id)).limit(1)).first()


def looks(session: Session) -> list[Look]:
    """How every picture looks that is known so far, also of those withdrawn since."""
    table = table_of(Evidence).c
    known = select_columns(table.id, table.task_id, table.at, table.look).where(table.look != "")
    return [Look(*row) for row in session.connection().execute(known.order_by(table.id))]


def sender_and_number(session: Session, row: Evidence) -> tuple[Member | None, int]:
    """Who sent it, and the number of its task."""
    member = session.get(Member, row.member_id) if row.member_id is not None else None
    task = session.get(Task, row.task_id)
    return member, task.number if task else 0
