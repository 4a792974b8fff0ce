"""The ladder stops with its cause, within a second of what ended it; and by nothing else."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as select_rows

from bot.domain import ladder as rules
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Event, Move
from bot.domain.people import UNIT_PEOPLE
from bot.domain.slices import TaskSlice
from bot.domain.urging import Climb, Sheet
from bot.store.carry import table_of
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.sheet_recall import recall

CLIMB, EVENT, MOVE = table_of(Climb), table_of(Event), table_of(Move)
# Task → unit → from when it could be asked to report.
Asked = dict[int, dict[int, datetime]]


def since_asked(act: Act, tasks: Iterable[TaskSlice]) -> Asked:
    """Task id → unit → from when it could be asked to report: it has people, and the cycle has begun."""
    joined: dict[int, datetime] = {}
    for member in present(act.session, roles=UNIT_PEOPLE):
        joined.setdefault(member.unit_id or 0, member.joined_at)
    begun: dict[tuple[int, int], datetime] = {
        (task_id, cycle): at
        for task_id, cycle, at in act.session.connection().execute(
            select(MOVE.c.task_id, MOVE.c.cycle, func.min(MOVE.c.at))
            .where(MOVE.c.cycle > 1)
            .group_by(MOVE.c.task_id, MOVE.c.cycle)
        )
    }
    return {
        task.id: {
            unit: max(joined[unit], begun.get((task.id, task.cycle), task.registered_at))
            for unit in task.workers
            if unit in joined
        }
        for task in tasks
    }


def climbs_of(act: Act, *where: Any) -> list[Climb]:
    # Changes are written past the session's own copies: read them again.
    statement = select_rows(Climb).where(*where).order_by(col(Climb.id)).execution_options(populate_existing=True)
    return list(act.session.exec(statement))


def stop_ended(act: Act) -> int:
    """Every tick: tasks on which something happened since their open climbs were looked at. → climbs that ended."""
    newest = select(func.max(EVENT.c.id)).where(EVENT.c.task_id == CLIMB.c.task_id).scalar_subquery()
    statement = select(CLIMB.c.id, newest).where(CLIMB.c.ended_at.is_(None), newest > CLIMB.c.seen)
    stirred = {row[0]: row[1] for row in act.session.connection().execute(statement)}
    if not stirred:
        return 0
    rows = climbs_of(act, col(Climb.id).in_(list(stirred)))
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({row.task_id for row in rows}))}
    asked = since_asked(act, tasks.values())
    ended = sum(end_if_over(act, row, tasks[row.task_id], asked) for row in rows)
    note_looked(act, list(stirred))
    return ended


def note_looked(act: Act, ids: Sequence[int]) -> None:
    """These climbs have been looked at with all that happened so far."""
    if ids:
        newest = select(func.coalesce(func.max(EVENT.c.id), 0)).where(EVENT.c.task_id == CLIMB.c.task_id)
        statement = CLIMB.update().where(CLIMB.c.id.in_(list(ids))).values(seen=newest.scalar_subquery())
        act.session.connection().execute(statement)


def end_if_over(act: Act, row: Climb, task: TaskSlice, asked: Asked, moment: datetime | None = None) -> bool:
    """`moment`: at which it is looked at, now if none is given. → whether it ended."""
    why = rules.why_ended(row, task, asked[task.id], moment or act.now, act.office)
    if not why:
        return False
    event = Deed("ladder_ended", task.id, {"step": row.step, "cause": row.cause, "unit": row.unit_id}, {"why": why})
    fields = {"ended_at": act.now, "ended_why": why}
    act.carry(Decision(changes=[Change(Climb, row.id or 0, fields, only_if={"ended_at": None})], events=[event]))
    for sheet in sheets_of(act, row):
        after = {"drafted": "withdrawn", "issued": "settled"}.get(sheet.state)
        if after is not None:
            act.carry(sheet_is(sheet, {"state": after, "ended_at": act.now}))
            recall(act, sheet.id or 0, ended=True)
    return True


def sheets_of(act: Act, row: Climb) -> list[Sheet]:
    statement = select_rows(Sheet).where(Sheet.climb_id == row.id).execution_options(populate_existing=True)
    return list(act.session.exec(statement))


def sheet_is(sheet: Sheet, fields: dict[str, Any]) -> Decision:
    event = Deed("sheet_state", sheet.task_id, {"sheet": sheet.id, "state": sheet.state}, {"state": fields["state"]})
    return Decision(changes=[Change(Sheet, sheet.id or 0, fields, sheet.version)], events=[event])


def settle_by_hand(act: Act, tasks: dict[int, TaskSlice]) -> None:
    """A sheet or urging by hand asks nothing any more of a task that is finished."""
    for row in act.session.exec(select_rows(Sheet).where(Sheet.state == "issued", col(Sheet.climb_id).is_(None))).all():
        if tasks[row.task_id].finished:
            act.carry(sheet_is(row, {"state": "settled", "ended_at": act.now}))
            recall(act, row.id or 0, ended=True)
