"""`duban simulate`: what a policy would say to whom between two days, on a copy of the ledger.

Reports and steps on the ledger are replayed at their moments; where a unit has nobody yet, a liaison is supposed, so
that a policy can be looked at before it goes live.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.domain.ledger import FINISHED_STATES, Move, Report, Task, TaskUnit, Unit
from bot.domain.people import Member, Role
from bot.domain.periods import Office
from bot.domain.post import Bulletin, Moment, Outbox
from bot.domain.reminding import in_quiet_hours
from bot.store.carry import table_of
from bot.store.engine import Store
from bot.store.ledger import load_tasks
from bot.store.people import ensure_unit, present
from bot.usecases import remind, rounds
from bot.usecases.act import Act

REPORT, MOVE, TASK, MOMENT, OUTBOX = (table_of(each) for each in (Report, Move, Task, Moment, Outbox))
SUPPOSED = 900_000_000


@dataclass(slots=True)
class Replay:
    """Rows of the ledger that lie ahead of the simulated clock, put back when it reaches them."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)

    def until(self, session: Session, now: datetime) -> None:
        for rows, table in ((self.reports, REPORT), (self.moves, MOVE)):
            due = [row for row in rows if row["at"] <= now]
            del rows[: len(due)]
            if due:
                session.connection().execute(insert(table), due)
            for row in due if table is MOVE else []:
                session.connection().execute(
                    update(TASK).where(TASK.c.id == row["task_id"]).values(state=row["state"], cycle=row["cycle"])
                )


def simulate(
    copy: Store, office: Office, start: date, end: date, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """→ {"from", "to", "messages", "people", "figures"}: every message and, for each person, the noise it makes."""
    begin, until = office.at(start, time(0)), office.end_of(end)
    with copy.writing() as session:
        replay = _rewind(session, begin)
        _suppose_people(session, begin)
        _forget_the_said(session, office)
    moments = rounds.looks(copy, office, begin, until)
    for n, now in enumerate(moments):
        with copy.writing() as session:
            replay.until(session, now)
        rounds.tick(copy, office, now)
        if progress and n % 50 == 0:
            progress(n, len(moments))
    with copy.reading() as session:
        return _told(session, office, start, end)


def _rewind(session: Session, begin: datetime) -> Replay:
    """The ledger as it stood at the beginning; what came later waits in the replay."""
    connection = session.connection()
    replay = Replay(
        [
            dict(row)
            for row in connection.execute(select(REPORT).where(REPORT.c.at > begin).order_by(REPORT.c.at)).mappings()
        ],
        [dict(row) for row in connection.execute(select(MOVE).where(MOVE.c.at > begin).order_by(MOVE.c.at)).mappings()],
    )
    connection.execute(delete(REPORT).where(REPORT.c.at > begin))
    connection.execute(delete(MOVE).where(MOVE.c.at > begin))
    connection.execute(delete(table_of(Bulletin)))
    last = connection.execute(select(MOVE.c.task_id, MOVE.c.state, MOVE.c.cycle).order_by(MOVE.c.at, MOVE.c.id))
    for task_id, state, cycle in last:
        connection.execute(update(TASK).where(TASK.c.id == task_id).values(state=state, cycle=cycle))
    return replay


def _suppose_people(session: Session, begin: datetime) -> None:
    people = present(session)
    for member in people:
        member.joined_at = min(member.joined_at, begin)
        session.add(member)
    there = {(member.unit_id, member.role) for member in people}
    units = session.exec(
        select_rows(Unit)
        .join(TaskUnit, col(TaskUnit.unit_id) == Unit.id)
        .where(col(TaskUnit.part).in_(("lead", "responsible")))
        .distinct()
    ).all()
    wanted = [(unit.id, Role.LIAISON, unit.name) for unit in units]
    for role in (Role.OFFICE, Role.LEADER):
        if not any(member.role == role for member in people):
            wanted.append((ensure_unit(session, str(role), "office").id, role, str(role)))
    for n, (unit_id, role, name) in enumerate(wanted):
        if (unit_id, role) not in there:
            session.add(Member(user_id=SUPPOSED + n, name=name, unit_id=unit_id, role=role, joined_at=begin))
    session.flush()


def _forget_the_said(session: Session, office: Office) -> None:
    """The reminder clock is planned anew by the policy that is looked at."""
    session.connection().execute(delete(MOMENT))
    remind.plan(Act(session, office, datetime.min.replace(tzinfo=office.zone)), load_tasks(session))


def _told(session: Session, office: Office, start: date, end: date) -> dict[str, Any]:
    people = {member.id: member for member in present(session)}
    names = {unit.id: unit.name for unit in session.exec(select_rows(Unit))}
    rows = session.exec(
        select_rows(Outbox).where(Outbox.method == "send").order_by(col(Outbox.created_at), col(Outbox.id))
    ).all()
    working = [day for day in _days(start, end) if office.calendar.is_working(day)]
    counts = {id_: Counter(office.today(row.created_at) for row in rows if row.member_id == id_) for id_ in people}
    noise = [
        {
            "name": people[id_].name,
            "unit": names.get(people[id_].unit_id, ""),
            "role": people[id_].role,
            "messages": sum(days.values()),
            "median_per_working_day": median(days.get(day, 0) for day in working) if working else 0,
            "max_per_day": max(days.values(), default=0),
            "days_with_a_message": len(days),
        }
        for id_, days in counts.items()
    ]
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "messages": [_message(office, row, people) for row in rows],
        "people": noise,
        "figures": _figures(session, office, rows, people, noise, working),
    }


def _message(office: Office, row: Outbox, people: dict[int | None, Member]) -> dict[str, Any]:
    to = people[row.member_id].name if row.member_id in people else str(row.chat_id)
    return {
        "at": office.local(row.created_at).isoformat(),
        "to": to,
        "kind": row.kind,
        "tasks": row.about.get("tasks", []),
    }


def _figures(
    session: Session,
    office: Office,
    rows: Sequence[Outbox],
    people: dict[int | None, Member],
    noise: Sequence[dict[str, Any]],
    working: Sequence[date],
) -> dict[str, Any]:
    """What must hold of a policy, and the same ledger under one message for each task, offset and person."""
    local = [(office.local(row.created_at), people.get(row.member_id)) for row in rows]
    finished = set(session.exec(select_rows(Task.id).where(col(Task.state).in_(list(FINISHED_STATES)))))
    said = session.exec(select_rows(Moment).where(col(Moment.said_at).is_not(None))).all()
    return {
        "working_days": len(working),
        "people": len(people),
        "messages": len(rows),
        "median_per_person_and_working_day": median(person["median_per_working_day"] for person in noise)
        if noise
        else 0,
        "max_per_person_and_day": max((person["max_per_day"] for person in noise), default=0),
        "in_quiet_hours": sum(bool(m and in_quiet_hours(m, at.timetz().replace(tzinfo=None))) for at, m in local),
        "on_rest_days": sum(not office.calendar.is_working(at.date()) for at, _ in local),
        "milestones_reminded": len({row.milestone_id for row in said}),
        "finished": len(finished),
        "naive_messages": _naive(session, people),
    }


def _naive(session: Session, people: dict[int | None, Member]) -> int:
    """One message for each task, offset and liaison of its units, as a scheduler job each would send them."""
    liaisons = Counter(member.unit_id for member in people.values() if member.role == Role.LIAISON)
    workers = {task.id: sum(liaisons[unit] for unit in task.workers) for task in load_tasks(session)}
    said = session.exec(select_rows(Moment).where(col(Moment.said_at).is_not(None))).all()
    return sum(workers.get(row.task_id, 0) for row in said)


def _days(start: date, end: date) -> Iterator[date]:
    day = start
    while day <= end:
        yield day
        day += timedelta(days=1)
