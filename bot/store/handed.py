"""Units as they were before the office passed a task on (转办), and who is away with whom in their place."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, Table, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.domain.correction import UNIT_FIELDS
from bot.domain.ledger import Report
from bot.domain.people import Member
from bot.domain.process import Absence, Correction, HandOver
from bot.domain.slices import MeasureSlice, Said, TaskSlice
from bot.store.carry import table_of

HANDED, REPORT, CORRECTED = table_of(HandOver), table_of(Report), table_of(Correction)


def had_part(unit_id: int, as_of: datetime | None, task_id: ColumnElement[int], units: Table) -> ColumnElement[bool]:
    """The unit has a part in the task, or had one at the moment."""
    has = task_id.in_(select(units.c.task_id).where(units.c.unit_id == unit_id))
    if as_of is None:
        return has
    gave = select(HANDED.c.task_id).where(HANDED.c.from_unit_id == unit_id, HANDED.c.at > as_of)
    # Whose part it was before a correction is read with the task: here it may be anybody's.
    corrected = select(CORRECTED.c.task_id).where(CORRECTED.c.field.in_(UNIT_FIELDS), CORRECTED.c.at > as_of)
    return or_(has, task_id.in_(gave), task_id.in_(corrected))


def as_it_was(session: Session, tasks: dict[int, TaskSlice], as_of: datetime) -> None:
    """Tasks passed on, or whose units were corrected, after the moment have the units they had at it, with what those
    had said."""
    handed = select(HANDED.c.at, HANDED.c.task_id, HANDED.c.before).where(HANDED.c.at > as_of)
    units = (CORRECTED.c.field.in_(UNIT_FIELDS), CORRECTED.c.at > as_of)
    corrected = select(CORRECTED.c.at, CORRECTED.c.task_id, CORRECTED.c.units_before).where(*units)
    connection = session.connection()
    changes = [
        *connection.execute(handed.order_by(HANDED.c.id)),
        *connection.execute(corrected.order_by(CORRECTED.c.id)),
    ]
    restored: set[int] = set()
    for _, task_id, before in sorted(changes, key=lambda row: row[0]):
        if task_id in tasks and task_id not in restored:
            restored.add(task_id)
            _restore(session, tasks[task_id], before, as_of)


def _restore(session: Session, task: TaskSlice, before: dict[str, dict[str, object]], as_of: datetime) -> None:
    task.units = {part: list(units) for part, units in before["task"].items()}  # type: ignore[call-overload]
    for measure in task.measures:
        measure.units = dict(before["measures"].get(str(measure.id), {}))  # type: ignore[call-overload]
        _say(session, measure, task.cycle, as_of)


def _say(session: Session, measure: MeasureSlice, cycle: int, as_of: datetime) -> None:
    r = REPORT.c
    stood = or_(r.ended_at.is_(None), r.ended_at > as_of)
    statement = select(r.unit_id, r.percent, r.whole, r.at, r.text, r.id).where(
        r.measure_id == measure.id, r.cycle == cycle, r.at <= as_of, stood
    )
    measure.said = {row[0]: Said(*row) for row in session.connection().execute(statement.order_by(r.at, r.id))}


def absences(session: Session, today: date) -> list[Absence]:
    """Who is away today."""
    return list(session.exec(select_rows(Absence).where(col(Absence.ended_at).is_(None), Absence.until >= today)))


def deputies(session: Session, today: date) -> dict[int, Member]:
    """Id of who is away today → who hears in their place, where that person is still there."""
    rows = absences(session, today)
    if not rows:
        return {}
    found = select_rows(Member).where(
        col(Member.id).in_([row.deputy_id for row in rows]), col(Member.left_at).is_(None)
    )
    there = {member.id: member for member in session.exec(found)}
    return {row.member_id: there[row.deputy_id] for row in rows if row.deputy_id in there}


def with_deputies(session: Session, people: Iterable[Member], today: date) -> list[Member]:
    """These people, and for each who is away the deputy too; nobody twice."""
    listed = list(people)
    standing_in = deputies(session, today) if listed else {}
    both = [*listed, *(standing_in[m.id] for m in listed if m.id is not None and m.id in standing_in)]
    return list({member.id: member for member in both}.values())
