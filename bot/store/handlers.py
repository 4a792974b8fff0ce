"""Who of a unit handles its part in a task (经办), and from whose day the task is gone because of it."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from bot.domain.ledger import Task
from bot.domain.people import UNIT_PEOPLE, Member
from bot.domain.process import TaskHandler
from bot.store.handed import absences

Handling = tuple[TaskHandler, Member]


def handlers(
    session: Session, *, units: Collection[int] | None = None, task_id: int | None = None
) -> dict[tuple[int, int], Handling]:
    """(task, unit) → who handles it in the task's present cycle, where that person is still of the unit."""
    h = TaskHandler
    statement = (
        select(h, Member)
        .join(Task, (col(Task.id) == h.task_id) & (col(Task.cycle) == h.cycle))
        .join(Member, (col(Member.id) == h.member_id) & (col(Member.unit_id) == h.unit_id))
        .where(col(h.ended_at).is_(None), col(Member.left_at).is_(None), col(Member.role).in_(UNIT_PEOPLE))
        .order_by(col(h.id))
    )
    if units is not None:
        statement = statement.where(col(h.unit_id).in_(units))
    if task_id is not None:
        statement = statement.where(h.task_id == task_id)
    return {(row.task_id, row.unit_id): (row, member) for row, member in session.exec(statement)}


def hearing(session: Session, today: date, units: Collection[int] | None = None) -> list[Handling]:
    """Those who handle a task, can be reached and are not away: who passed it on need not hear of it."""
    found = handlers(session, units=units)
    away = {row.member_id for row in absences(session, today)} if found else set()
    return [each for each in found.values() if each[1].unreachable_since is None and each[1].id not in away]


def elsewhere(session: Session, today: date, units: Collection[int]) -> dict[int, set[int]]:
    """Id of a person → ids of the tasks they passed on or had, which a colleague who hears now handles."""
    now = {(row.task_id, row.cycle, row.unit_id): row for row, _ in hearing(session, today, units)}
    if not now:
        return {}
    tasks = {task_id for task_id, _, _ in now}
    found: dict[int, set[int]] = {}
    for row in session.exec(select(TaskHandler).where(col(TaskHandler.task_id).in_(tasks))):
        handler = now.get((row.task_id, row.cycle, row.unit_id))
        for had in (row.by_member_id, row.member_id):
            if handler is not None and had != handler.member_id:
                found.setdefault(had, set()).add(row.task_id)
    return found


def rows_of(session: Session, task_id: int) -> list[TaskHandler]:
    """Every time the task was passed on within a unit, the oldest first."""
    return list(session.exec(select(TaskHandler).where(TaskHandler.task_id == task_id).order_by(col(TaskHandler.id))))
