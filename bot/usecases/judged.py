"""The labels of many tasks at a moment or two, judged at once from briefs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from bot.domain.briefs import Verdict, judge
from bot.domain.ledger import Task, TaskUnit
from bot.domain.slices import TaskSlice
from bot.store.briefs import Choice, load_briefs
from bot.store.carry import table_of
from bot.store.handed import had_part
from bot.usecases.act import Act

TASK, TASK_UNIT = table_of(Task), table_of(TaskUnit)


def judged(
    act: Act,
    moments: tuple[datetime, datetime],
    *,
    unit_id: int | None = None,
    plan_ids: Sequence[int] | None = None,
) -> tuple[list[Verdict], list[Verdict]]:
    """The tasks as they stood at the first moment, and at the second without who was silent then; by number."""
    choice = Choice()
    if plan_ids is not None:
        choice = Choice("plan_ids", plan_ids)
    if unit_id is not None:
        choice = Choice("ids", _of_unit(act, unit_id, min(moments)))
    briefs = load_briefs(act.session, moments, act.office, choice)
    now = judge(briefs, 0, moments[0], act.office)
    then = judge(briefs, 1, moments[1], act.office, silence=False)
    if unit_id is not None:
        now, then = ([each for each in found if _has_part(each, unit_id)] for found in (now, then))
    return now, then


def _of_unit(act: Act, unit_id: int, since: datetime) -> list[int]:
    """Tasks in which the unit has a part, or had one at some moment since."""
    had = select(TASK.c.id).where(had_part(unit_id, since, TASK.c.id, TASK_UNIT))
    return list(act.session.connection().execute(had).scalars())


def _has_part(found: Verdict, unit_id: int) -> bool:
    """What a brief tells has not changed hands since; of the others it is read how they stood."""
    return not isinstance(found.source, TaskSlice) or bool(found.source.parts_of(unit_id))
