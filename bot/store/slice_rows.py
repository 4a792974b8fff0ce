"""The rows that slices are made of: one statement for each table, built once for each way of choosing tasks.

To build a statement and to find it in SQLAlchemy's cache costs more than to run it on a single task; so each is kept,
and what varies is bound. `wanted` is what tasks are chosen by, `as_of` the moment (only if the ledger's past is asked).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select, type_coerce
from sqlalchemy.engine import Dialect
from sqlmodel import Session

from bot.domain.columns import UtcDateTime
from bot.domain.ledger import (
    FINISHED_STATES,
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
from bot.store.carry import table_of
from bot.store.handed import had_part
from bot.store.prepared import Prepared

TASK, PLAN, MEASURE = table_of(Task), table_of(Plan), table_of(Measure)
TASK_UNIT, MEASURE_UNIT = table_of(TaskUnit), table_of(MeasureUnit)
MILESTONE, DUE_CHANGE, MOVE = table_of(Milestone), table_of(DueChange), table_of(Move)
REPORT, QUESTION = table_of(Report), table_of(Question)


class QuickMoment(UtcDateTime):
    """Reads moments of many rows: on SQLite in a sixth of the time of parsing them first and giving them UTC after."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        return _utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _utc(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text + "+00:00") if text else None


def one_of(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """As `in_`, for a list that never changes: SQLAlchemy writes out every IN anew, each time it is run."""
    return or_(*(column == value for value in sorted(values)))


def quickly(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(column, QuickMoment())


@dataclass(frozen=True, slots=True)
class Look:
    """Which tasks, by what (`all`, `number`, `ids`, `unit_id`, `plan_ids`), and when; None for now."""

    session: Session
    by: str
    wanted: Any
    as_of: datetime | None

    @classmethod
    def at(cls, session: Session, as_of: datetime | None, **choices: Any) -> "Look":
        given = [(by, wanted) for by, wanted in choices.items() if wanted is not None]
        assert len(given) <= 1, "tasks are chosen by one thing at a time"
        by, wanted = given[0] if given else ("all", None)
        return cls(session, by, wanted, as_of)

    def rows(self, statement: Callable[[str, bool], Select[Any]]) -> Sequence[Any]:
        """All rows at once: to fetch them one by one costs as much again."""
        bound, past = {"wanted": self.wanted, "as_of": self.as_of}, self.as_of is not None
        if self.by == "number" and not past:
            return _prepared(statement).rows(self.session, bound)
        return self.session.connection().execute(statement(self.by, past), bound).all()


@cache
def _prepared(statement: Callable[[str, bool], Select[Any]]) -> Prepared:
    """Of one task as it stands: what every report reads."""
    return Prepared(statement("number", False))


def _chosen(by: str, past: bool, task_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """The condition that keeps the rows of the tasks looked at."""
    one: Any = bindparam("wanted")
    several: Any = bindparam("wanted", expanding=True)
    moment: Any = bindparam("as_of") if past else None
    match by:
        case "number":
            # With IN, SQLite would read a whole table in the order asked for.
            return [task_id == select(TASK.c.id).where(TASK.c.number == one).scalar_subquery()]
        case "ids":
            return [task_id.in_(several)]
        case "plan_ids":
            return [task_id.in_(select(TASK.c.id).where(TASK.c.plan_id.in_(several)))]
        case "unit_id":
            return [had_part(one, moment, task_id, TASK_UNIT)]
    return []


TASK_FIELDS = 15


@cache
def task_rows(by: str, past: bool) -> Select[Any]:
    """In the order in which a TaskSlice takes its first fields; then how many questions are open, whether a date was
    ever moved, and, as things stand now, since when it is finished and since when it is open again."""
    t, q, c = TASK.c, QUESTION.c, DUE_CHANGE.c
    chosen = [t.number == bindparam("wanted")] if by == "number" else _chosen(by, past, t.id)
    open_questions = select(func.count()).select_from(QUESTION).where(q.task_id == t.id, q.answered_at.is_(None))
    fields = (
        *(t.id, t.number, t.plan_id, PLAN.c.title, PLAN.c.issued, t.source_number, t.title, t.problem, t.objective),
        *(t.category, t.cadence, t.cycle, t.state, t.version, quickly(t.registered_at)),
        *(open_questions.correlate(TASK).scalar_subquery(), exists().where(c.task_id == t.id)),
        *(() if past else (_finished_at(), _reopened_at())),
    )
    return select(*fields).join(PLAN, PLAN.c.id == t.plan_id).where(*chosen).order_by(t.number)


def _finished_at() -> ColumnElement[Any]:
    since = _last_move(MOVE.c.state == State.FINISHED)
    return quickly(case((one_of(TASK.c.state, FINISHED_STATES), since)))


def _reopened_at() -> ColumnElement[Any]:
    """A cycle after a relapse begins with being handed over again."""
    since = _last_move(MOVE.c.state == State.HANDED_OVER, MOVE.c.cycle > 1)
    return quickly(case((TASK.c.cycle > 1, since)))


def _last_move(*which: ColumnElement[bool]) -> ColumnElement[Any]:
    """The moment of the task's last such step."""
    c = MOVE.c
    found = select(c.at).where(c.task_id == TASK.c.id, *which).order_by(c.at.desc(), c.id.desc()).limit(1)
    return found.correlate(TASK).scalar_subquery()


@cache
def unit_rows(by: str, past: bool) -> Select[Any]:
    t = TASK_UNIT.c
    fields = (t.task_id, t.unit_id, t.part, quickly(t.received_at))
    return select(*fields).where(*_chosen(by, past, t.task_id)).order_by(t.task_id, t.id)


@cache
def measure_rows(by: str, past: bool) -> Select[Any]:
    """Each measure with each of its milestones: the task's id; what a MeasureSlice takes first; then the milestone's id
    (None where there is none), official and internal date, quantity and label."""
    m, s = MEASURE.c, MILESTONE.c
    fields = (m.task_id, m.id, m.ordinal, m.text, m.deadline_phrase, m.kind, m.ongoing)
    statement = select(*fields, s.id, s.due, s.internal_due, s.quantity, s.label)
    joined = statement.outerjoin_from(MEASURE, MILESTONE, s.measure_id == m.id)
    return joined.where(*_chosen(by, past, m.task_id)).order_by(m.task_id, m.ordinal, m.id, s.ordinal)


@cache
def due_change_rows(by: str, past: bool) -> Select[Any]:
    c = DUE_CHANGE.c
    fields = (c.task_id, c.milestone_id, c.cycle, c.field, c.before, c.at)
    return select(*fields).where(*_chosen(by, past, c.task_id)).order_by(c.at, c.id)


@cache
def move_rows(by: str, past: bool) -> Select[Any]:
    """Each step until a past moment: task, cycle, state, and for one to "finished" or into a later cycle its moment."""
    c = MOVE.c
    reopened = and_(c.state == State.HANDED_OVER, c.cycle > 1)
    since = case((or_(c.state == State.FINISHED, reopened), quickly(c.at)))
    statement = select(c.task_id, c.cycle, c.state, since)
    return statement.where(*_chosen(by, past, c.task_id), c.at <= bindparam("as_of")).order_by(c.task_id, c.at, c.id)


@cache
def part_rows(by: str, past: bool) -> Select[Any]:
    """Who has which part in a measure, and as a Said takes it (None if they are silent) their latest word in the cycle.

    One seek in the index for each, however many reports there are.
    """
    r, u, m = REPORT.c, MEASURE_UNIT.c, MEASURE.c
    latest = (
        select(r.id)
        .where(r.measure_id == u.measure_id, r.unit_id == u.unit_id, r.cycle == _cycle(past), _stands(past))
        .order_by(r.at.desc(), r.id.desc())
        .limit(1)
        .correlate(MEASURE_UNIT, TASK)
        .scalar_subquery()
    )
    return (
        select(u.measure_id, u.part, u.unit_id, r.percent, r.whole, quickly(r.at), r.text, r.id)
        .select_from(MEASURE_UNIT)
        .join(MEASURE, m.id == u.measure_id)
        .join(TASK, TASK.c.id == m.task_id)
        .outerjoin(REPORT, r.id == latest)
        .where(*_chosen(by, past, m.task_id))
        .order_by(u.id)
    )


def _stands(past: bool) -> ColumnElement[bool]:
    """Reports that stand, or stood at the moment: made by then and not yet undone or corrected."""
    r = REPORT.c
    if not past:
        return r.ended_at.is_(None)
    moment: Any = bindparam("as_of")
    return and_(r.at <= moment, or_(r.ended_at.is_(None), r.ended_at > moment))


def _cycle(past: bool) -> ColumnElement[int]:
    """The cycle the task is in, or was in at the moment."""
    if not past:
        return TASK.c.cycle
    c = MOVE.c
    earlier = select(c.cycle).where(c.task_id == TASK.c.id, c.at <= bindparam("as_of"))
    last = earlier.order_by(c.at.desc(), c.id.desc()).limit(1)
    return func.coalesce(last.correlate(TASK).scalar_subquery(), TASK.c.cycle)
