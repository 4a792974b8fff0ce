"""How often reports were asked at a past moment, and which rhythms the office has set itself."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from bot.domain.cadence import CadenceChange
from bot.domain.slices import TaskSlice
from bot.store.carry import table_of

CHANGE = table_of(CadenceChange)


def cadences_at(session: Session, tasks: dict[int, TaskSlice], as_of: datetime) -> None:
    """Tasks whose rhythm was changed after the moment have the one they had at it."""
    c = CHANGE.c
    later = select(c.task_id, c.before).where(c.at > as_of).order_by(c.at.desc(), c.id.desc())
    for task_id, before in session.connection().execute(later):
        if task_id in tasks:
            tasks[task_id].cadence = before


def own_cadences(session: Session) -> set[int]:
    """Tasks (by id) whose rhythm is the office's own word."""
    c = CHANGE.c
    rows = session.connection().execute(select(c.task_id, c.own).order_by(c.id))
    return {task_id for task_id, own in {row.task_id: row.own for row in rows}.items() if own}
