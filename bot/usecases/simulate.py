"""`duban simulate`: what a policy would say to whom between two days, on a copy of the ledger.

Reports and steps on the ledger are replayed at their moments; where a unit has nobody yet, a liaison is supposed, so
that a policy can be looked at before it goes live.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.domain.ledger import Move, Report, Task, TaskUnit, Unit
from bot.domain.people import Member, Role
from bot.domain.periods import Office
from bot.domain.post import Bulletin, Moment
from bot.store.carry import table_of
from bot.store.engine import Store
from bot.store.ledger import load_tasks
from bot.store.people import ensure_unit, present
from bot.usecases import remind, rounds
from bot.usecases.act import Act
from bot.usecases.simulate_figures import told

REPORT, MOVE, TASK, MOMENT = (table_of(each) for each in (Report, Move, Task, Moment))
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
    """→ {"from", "to", "messages", "people", "figures"}: every message, for each person the noise it makes, and what
    must hold of a policy (`simulate_figures.py`)."""
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
        return told(session, office, start, end)


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
