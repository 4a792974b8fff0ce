"""Loading slices of the ledger, as it stands or as it stood at any moment: a handful of statements for any number."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from bot.domain.ledger import State
from bot.domain.refusal import Refusal
from bot.domain.slices import MeasureSlice, Said, Stage, TaskSlice
from bot.store import slice_rows
from bot.store.collector import uncollected
from bot.store.handed import as_it_was
from bot.store.rhythms import cadences_at
from bot.store.slice_rows import TASK_FIELDS, Look

# Where a task's row says whether a date of it was ever moved.
MOVED = TASK_FIELDS + 1


def load_tasks(
    session: Session,
    *,
    number: int | None = None,
    ids: Sequence[int] | None = None,
    unit_id: int | None = None,
    plan_ids: Sequence[int] | None = None,
    as_of: datetime | None = None,
) -> list[TaskSlice]:
    """Task slices in the order of their numbers; `as_of` shows them as they stood then, without those not yet known.

    Chosen by one of the four, or all. `unit_id` keeps the tasks in which the unit has any part.
    """
    look = Look.at(session, as_of, number=number, ids=ids, unit_id=unit_id, plan_ids=plan_ids)
    with uncollected():
        tasks = _load(look)
    # Left out only here: a condition on every statement costs more than the few tasks that were not yet known.
    known = [task for task in tasks if as_of is None or task.registered_at <= as_of]
    return known if as_of is None or unit_id is None else [task for task in known if task.parts_of(unit_id)]


def load_task(session: Session, number: int, *, as_of: datetime | None = None) -> TaskSlice:
    """Refusals: no_such_task."""
    found = load_tasks(session, number=number, as_of=as_of)
    if not found:
        raise Refusal("no_such_task", task=number)
    return found[0]


def _load(look: Look) -> list[TaskSlice]:
    rows = look.rows(slice_rows.task_rows)
    tasks = {row[0]: _task(*row) for row in rows}
    if tasks:
        _units(look, tasks)
        if look.as_of is not None:
            _states(look, tasks)
        _measures(look, tasks, _moved_dates(look, tasks) if any(row[MOVED] for row in rows) else Moved({}, {}))
        if look.as_of is not None:
            as_it_was(look.session, tasks, look.as_of)
            cadences_at(look.session, tasks, look.as_of)
    return list(tasks.values())


def _task(*row: Any) -> TaskSlice:
    task = TaskSlice(*row[:TASK_FIELDS])
    task.questions = row[TASK_FIELDS]
    if len(row) > MOVED + 1:
        task.finished_at, task.reopened_at = row[MOVED + 1 :]
    return task


def _units(look: Look, tasks: dict[int, TaskSlice]) -> None:
    for task_id, unit_id, part, received_at in look.rows(slice_rows.unit_rows):
        task = tasks[task_id]
        task.units.setdefault(part, []).append(unit_id)
        task.received[unit_id] = task.received.get(unit_id) or received_at


class Moved(NamedTuple):
    """By milestone: the official date it first had in this cycle; and by milestone and field the date at the moment."""

    first: dict[int, date]
    then: dict[tuple[int, str], date | None]


def _moved_dates(look: Look, tasks: dict[int, TaskSlice]) -> Moved:
    moved = Moved({}, {})
    for task_id, milestone_id, cycle, field, before, at in look.rows(slice_rows.due_change_rows):
        # A new cycle begins with dates of its own: only its own changes leave an original behind.
        if field == "due" and cycle == tasks[task_id].cycle and before is not None:
            moved.first.setdefault(milestone_id, before)
        if look.as_of is not None and at > look.as_of:
            moved.then.setdefault((milestone_id, field), before)
    return moved


def _measures(look: Look, tasks: dict[int, TaskSlice], moved: Moved) -> None:
    measures: dict[int, MeasureSlice] = {}
    for task_id, id_, ordinal, text, phrase, kind, ongoing, *milestone in look.rows(slice_rows.measure_rows):
        measure = measures.get(id_)
        if measure is None:
            measure = measures[id_] = MeasureSlice(id_, ordinal, text, phrase, kind, ongoing)
            tasks[task_id].measures.append(measure)
        stage = _stage(moved, *milestone)
        if stage is not None:
            measure.stages.append(stage)
    for measure_id, part, unit_id, *said in look.rows(slice_rows.part_rows):
        measure = measures[measure_id]
        measure.units.setdefault(part, []).append(unit_id)
        if said[-1] is not None:
            measure.said[unit_id] = Said(unit_id, *said)


def _stage(
    moved: Moved, id_: int | None, due: date, internal_due: date | None, quantity: int | None, label: str
) -> Stage | None:
    """None where there is no milestone, or the office had not yet said which day is meant."""
    if id_ is None:
        return None
    day = moved.then.get((id_, "due"), due)
    if day is None:
        return None
    internal = moved.then.get((id_, "internal_due"), internal_due)
    return Stage(id_, day, internal, moved.first.get(id_, due), quantity, label)


def _states(look: Look, tasks: dict[int, TaskSlice]) -> None:
    """State and cycle at the past moment, and since when it was finished or open again."""
    for task_id, cycle, state, at in look.rows(slice_rows.move_rows):
        task = tasks[task_id]
        task.cycle, task.state = cycle, state
        if state == State.FINISHED:
            task.finished_at = at
        elif not task.finished:
            task.finished_at = None
            # A cycle after a relapse begins with being handed over again.
            task.reopened_at = at or task.reopened_at
