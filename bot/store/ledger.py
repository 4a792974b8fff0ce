"""Loading slices of the ledger, as it stands or as it stood at any moment: a handful of statements for any number."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session

from bot.domain.ledger import (
    DueChange,
    Measure,
    MeasureUnit,
    Milestone,
    Move,
    Plan,
    Question,
    Report,
    State,
    Task,
    TaskUnit,
)
from bot.domain.refusal import Refusal
from bot.domain.slices import MeasureSlice, Said, Stage, TaskSlice
from bot.store.carry import table_of

TASK, PLAN, MEASURE = table_of(Task), table_of(Plan), table_of(Measure)
TASK_UNIT, MEASURE_UNIT = table_of(TaskUnit), table_of(MeasureUnit)
MILESTONE, DUE_CHANGE, MOVE = table_of(Milestone), table_of(DueChange), table_of(Move)
REPORT, QUESTION = table_of(Report), table_of(Question)

TASK_FIELDS = [
    *("id", "number", "plan_id", "source_number", "title", "problem", "objective", "category", "cadence"),
    *("cycle", "state", "version", "registered_at"),
]


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

    `unit_id` keeps the tasks in which the unit has any part.
    """
    where: list[ColumnElement[bool]] = []
    if number is not None:
        where.append(TASK.c.number == number)
    if ids is not None:
        where.append(TASK.c.id.in_(ids))
    if unit_id is not None:
        where.append(TASK.c.id.in_(select(TASK_UNIT.c.task_id).where(TASK_UNIT.c.unit_id == unit_id)))
    if plan_ids is not None:
        where.append(TASK.c.plan_id.in_(plan_ids))
    if as_of is not None:
        where.append(TASK.c.registered_at <= as_of)
    chosen = select(TASK.c.id).where(*where) if where else None
    tasks = _tasks(session, where)
    if not tasks:
        return []
    _units(session, tasks, chosen)
    measures = _measures(session, tasks, chosen)
    _stages(session, measures, chosen, as_of)
    _states(session, tasks, chosen, as_of)
    _reports(session, tasks, measures, chosen, as_of)
    return list(tasks.values())


def load_task(session: Session, number: int, *, as_of: datetime | None = None) -> TaskSlice:
    """Refusals: no_such_task."""
    found = load_tasks(session, number=number, as_of=as_of)
    if not found:
        raise Refusal("no_such_task", task=number)
    return found[0]


def _only(column: Any, chosen: Select[Any] | None) -> list[ColumnElement[bool]]:
    return [column.in_(chosen)] if chosen is not None else []


def _tasks(session: Session, where: list[ColumnElement[bool]]) -> dict[int, TaskSlice]:
    statement = (
        select(*(TASK.c[name] for name in TASK_FIELDS), PLAN.c.title.label("plan"), PLAN.c.issued)
        .join(PLAN, PLAN.c.id == TASK.c.plan_id)
        .where(*where)
        .order_by(TASK.c.number)
    )
    rows = session.connection().execute(statement).mappings()
    return {row["id"]: TaskSlice(**row) for row in rows}


def _units(session: Session, tasks: dict[int, TaskSlice], chosen: Select[Any] | None) -> None:
    t = TASK_UNIT.c
    statement = select(t.task_id, t.unit_id, t.part, t.received_at).where(*_only(t.task_id, chosen)).order_by(t.id)
    for task_id, unit_id, part, received_at in session.connection().execute(statement):
        task = tasks[task_id]
        task.units.setdefault(part, []).append(unit_id)
        task.received[unit_id] = task.received.get(unit_id) or received_at


def _measures(session: Session, tasks: dict[int, TaskSlice], chosen: Select[Any] | None) -> dict[int, MeasureSlice]:
    m = MEASURE.c
    statement = (
        select(m.task_id, m.id, m.ordinal, m.text, m.deadline_phrase, m.kind, m.ongoing)
        .where(*_only(m.task_id, chosen))
        .order_by(m.task_id, m.ordinal)
    )
    measures: dict[int, MeasureSlice] = {}
    for task_id, *values in session.connection().execute(statement):
        measure = MeasureSlice(*values)
        measures[measure.id] = measure
        tasks[task_id].measures.append(measure)
    u = MEASURE_UNIT.c
    parts = select(u.measure_id, u.part, u.unit_id).order_by(u.id)
    if chosen is not None:
        parts = parts.join(MEASURE, m.id == u.measure_id).where(m.task_id.in_(chosen))
    for measure_id, part, unit_id in session.connection().execute(parts):
        measures[measure_id].units.setdefault(part, []).append(unit_id)
    return measures


def _stages(
    session: Session, measures: dict[int, MeasureSlice], chosen: Select[Any] | None, as_of: datetime | None
) -> None:
    m, c = MILESTONE.c, DUE_CHANGE.c
    first: dict[int, date] = {}
    then: dict[tuple[int, str], date | None] = {}
    changes = select(c.milestone_id, c.field, c.before, c.at).where(*_only(c.task_id, chosen)).order_by(c.at, c.id)
    for milestone_id, field, before, at in session.connection().execute(changes):
        if field == "due":
            first.setdefault(milestone_id, before)
        if as_of is not None and at > as_of:
            then.setdefault((milestone_id, field), before)
    statement = (
        select(m.measure_id, m.id, m.due, m.internal_due, m.quantity, m.label)
        .where(*_only(m.task_id, chosen))
        .order_by(m.measure_id, m.ordinal)
    )
    for measure_id, id_, due, internal_due, quantity, label in session.connection().execute(statement):
        stage = Stage(
            id=id_,
            due=then.get((id_, "due"), due) or due,
            internal_due=then.get((id_, "internal_due"), internal_due),
            original_due=first.get(id_, due),
            quantity=quantity,
            label=label,
        )
        measures[measure_id].stages.append(stage)


def _states(session: Session, tasks: dict[int, TaskSlice], chosen: Select[Any] | None, as_of: datetime | None) -> None:
    """State and cycle at the moment, and since when the task is finished."""
    c = MOVE.c
    statement = select(c.task_id, c.cycle, c.state, c.at).where(*_only(c.task_id, chosen)).order_by(c.at, c.id)
    if as_of is not None:
        statement = statement.where(c.at <= as_of)
    for task_id, cycle, state, at in session.connection().execute(statement):
        task = tasks[task_id]
        task.cycle, task.state = cycle, state
        if state == State.FINISHED:
            task.finished_at = at
        elif not task.finished:
            task.finished_at = None
    q = QUESTION.c
    open_questions = (
        select(q.task_id, func.count()).where(q.answered_at.is_(None), *_only(q.task_id, chosen)).group_by(q.task_id)
    )
    for task_id, count in session.connection().execute(open_questions):
        tasks[task_id].questions = count


def standing_reports(as_of: datetime | None) -> ColumnElement[bool]:
    """Reports that stood at the moment: made by then and not yet undone or corrected."""
    if as_of is None:
        return REPORT.c.ended_at.is_(None)
    return and_(REPORT.c.at <= as_of, or_(REPORT.c.ended_at.is_(None), REPORT.c.ended_at > as_of))


def _reports(
    session: Session,
    tasks: dict[int, TaskSlice],
    measures: dict[int, MeasureSlice],
    chosen: Select[Any] | None,
    as_of: datetime | None,
) -> None:
    """Each unit's latest word on each measure, within the cycle the task is in."""
    r = REPORT.c
    newest = func.row_number().over(
        partition_by=(r.measure_id, r.unit_id, r.cycle), order_by=(r.at.desc(), r.id.desc())
    )
    ranked = (
        select(
            r.task_id, r.measure_id, r.unit_id, r.cycle, r.percent, r.whole, r.at, r.text, r.id, newest.label("rank")
        )
        .where(standing_reports(as_of), *_only(r.task_id, chosen))
        .subquery()
    )
    for task_id, measure_id, unit_id, cycle, percent, whole, at, text, id_, _ in session.connection().execute(
        select(ranked).where(ranked.c.rank == 1)
    ):
        if tasks[task_id].cycle == cycle:
            measures[measure_id].said[unit_id] = Said(unit_id, percent, whole, at, text, id_)
