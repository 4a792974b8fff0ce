"""The clock's rounds for people: due moments become notices, notices become one folded message a person and day."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from bot.domain.people import Member, Role
from bot.domain.post import Lane, Moment, Notice, Outbox, Round
from bot.domain.reminding import deadline_notice, fold_at, hears_of_deadline, met, next_overdue, plan_moments, quiet
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.domain.standing import standing
from bot.store import carry
from bot.store.carry import table_of
from bot.store.handed import deputies
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases.act import Act, member_message
from bot.usecases.daily import office_day, unit_day
from bot.usecases.waiting_rounds import pending_day, pending_lines

BATCH = 20_000
MOMENT, NOTICE = table_of(Moment), table_of(Notice)


def plan(act: Act, tasks: Iterable[TaskSlice]) -> int:
    """The reminder clock knows every milestone of these tasks; rows already there stay. → rows planned."""
    rows = [row for task in tasks for row in plan_moments(task, act.office)]
    carry.add_values_once(act.session, Moment, rows)
    return len(rows)


def replan(act: Act, task: TaskSlice) -> None:
    """A date has moved: what was not yet said of the task is forgotten and planned anew.

    Days before the new date that have passed already are not said afterwards: people hear of the date itself today.
    """
    act.session.connection().execute(MOMENT.delete().where(MOMENT.c.task_id == task.id, MOMENT.c.said_at.is_(None)))
    rows = [row for row in plan_moments(task, act.office) if row["offset"] > 0 or row["due_at"] > act.now]
    carry.add_values_once(act.session, Moment, rows)


def expand_due(act: Act) -> int:
    """Every due moment has become a notice for each person it concerns. → notices made.

    Of several missed offsets of one milestone only the latest is said; what is already met is not said at all.
    """
    c = MOMENT.c
    due = act.session.connection().execute(
        select(c.id, c.task_id, c.milestone_id, c.day, c.offset)  # type: ignore[call-overload]
        .where(c.due_at <= act.now, c.said_at.is_(None))
        .order_by(c.due_at, c.id)
        .limit(BATCH)
    )
    rows = due.all()
    if not rows:
        return 0
    latest: dict[int, Any] = {}
    for row in rows:
        if row.milestone_id not in latest or row.offset > latest[row.milestone_id].offset:
            latest[row.milestone_id] = row
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({row.task_id for row in rows}))}
    people = present(act.session, roles=[Role.LIAISON, Role.HEAD])
    notices: list[Notice] = []
    further: list[Moment] = []
    for row in latest.values():
        task = tasks[row.task_id]
        measure, stage = _stage_of(task, row.milestone_id)
        if stage.effective != row.day or met(task, measure, stage):
            continue
        for member in hears_of_deadline(task, measure, row.offset, people):
            notices.append(deadline_notice(task, measure, row, member, fold_at(member, act.now, act.office)))
        if row.offset > 0 and (following := next_overdue(task, stage, row.offset, act.now, act.office)):
            further.append(following)
    carry.add_many_once(act.session, notices)
    carry.add_many_once(act.session, further)
    act.session.connection().execute(
        update(MOMENT).where(c.id == bindparam("row")).values(said_at=act.now), [{"row": row.id} for row in rows]
    )
    return len(notices)


def _stage_of(task: TaskSlice, milestone_id: int) -> tuple[MeasureSlice, Stage]:
    return next((m, s) for m in task.measures for s in m.stages if s.id == milestone_id)


def ask_reports(act: Act) -> int:
    """On the first working day of a reporting week, and on the day of its cut-off, who owes a report is asked.

    → people asked. The round's name is its lock: it is done once, late or twice.
    """
    period = act.office.week(act.now)
    first = act.office.calendar.next_working(period.start.date() + timedelta(days=1))
    asked = 0
    if act.now >= act.office.at(first, time(0)):
        asked += _ask(act, "ask", f"ask:{period.key}")
    if act.office.policy.week.nudge and act.now >= act.office.at(period.end.date(), time(0)):
        asked += _ask(act, "nudge", f"nudge:{period.key}")
    return asked


def _ask(act: Act, kind: str, name: str) -> int:
    if act.session.get(Round, name) is not None:
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    owing = {unit for task in load_tasks(act.session) for unit in standing(task, act.now, act.office).silent}
    people = [m for m in present(act.session, roles=[Role.LIAISON]) if m.unit_id in owing]
    notices = [
        Notice(
            key=f"{name}:m{member.id}",
            member_id=member.id or 0,
            kind=kind,
            created_at=act.now,
            fold_at=fold_at(member, act.now, act.office),
        )
        for member in people
    ]
    carry.add_many_once(act.session, notices)
    return len(notices)


def fold(act: Act) -> int:
    """Whoever has notices waiting at this hour has got one folded message with all of them. → messages queued.

    At most one a person and day; in quiet hours and on days of rest nothing goes out; notices that have become
    pointless (reported, finished) are withdrawn, and if nothing remains nothing is said.
    """
    waiting = act.session.exec(
        select(Notice)
        .where(Notice.fold_at <= act.now, col(Notice.said_at).is_(None), col(Notice.withdrawn_at).is_(None))
        .order_by(col(Notice.id))
        .limit(BATCH)
    ).all()
    if not waiting:
        return 0
    today = act.office.today(act.now)
    standing_in = deputies(act.session, today)
    by_member: dict[int, list[Notice]] = {}
    for notice in waiting:
        # Who is away hears through the deputy.
        deputy = standing_in.get(notice.member_id)
        by_member.setdefault((deputy.id if deputy else None) or notice.member_id, []).append(notice)
    people = {member.id: member for member in present(act.session)}
    done = _keys_today(act, today)
    sent = 0
    gone = [notice for id_, notices in by_member.items() if id_ not in people for notice in notices]
    _close(act, gone, withdrawn="left")
    for member_id, notices in by_member.items():
        member = people.get(member_id)
        if member is None or f"daily:{today}:m{member_id}" in done or quiet(member, act.now, act.office):
            continue
        away = {notice.member_id for notice in notices if notice.member_id != member_id}
        names = [people[id_].name for id_ in sorted(away) if id_ in people]
        sent += _fold_for(act, member, notices, today, names)
    return sent


def _keys_today(act: Act, today: date) -> set[str]:
    return set(act.session.exec(select(Outbox.key).where(col(Outbox.key).startswith(f"daily:{today}:m"))))


def _fold_for(act: Act, member: Member, notices: Sequence[Notice], today: date, away: Sequence[str]) -> bool:
    asked = [notice for notice in notices if notice.kind == "pending"]
    others = [notice for notice in notices if notice.kind != "pending"]
    pending = pending_lines(act, member) if asked else []
    if others or member.role == Role.OFFICE:
        compose = office_day if member.role == Role.OFFICE else unit_day
        facts, wanted, pointless = compose(act, member, others)
    else:
        facts, wanted, pointless = pending_day(act, member), [], []
    wanted, pointless = (wanted + asked, pointless) if pending else (wanted, pointless + asked)
    _close(act, pointless, withdrawn="pointless")
    if not wanted:
        return False
    facts["stands_in_for"] = list(away)
    facts["pending"] = pending
    if pending:
        facts["buttons"] = [[["pending", "pending", {"count": len(pending)}]], *facts["buttons"]]
    row = member_message(
        member, "daily", facts, f"daily:{today}:m{member.id}", Lane.REMINDER, {"tasks": facts["numbers"]}, act.now
    )
    if act.post(row):
        _close(act, wanted)
    return True


def _close(act: Act, notices: Sequence[Notice], withdrawn: str = "") -> None:
    if notices:
        values: dict[str, Any] = (
            {"withdrawn_at": act.now, "why_withdrawn": withdrawn} if withdrawn else {"said_at": act.now}
        )
        act.session.connection().execute(
            update(NOTICE).where(NOTICE.c.id.in_([notice.id for notice in notices])).values(values)
        )
