"""The clock's rounds for people: due moments become notices, notices become one folded message a person and day."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from bot.domain.ledger import Question
from bot.domain.people import Member, Role
from bot.domain.post import Lane, Moment, Notice, Outbox, Round
from bot.domain.reminding import deadline_notice, fold_at, hears_of_deadline, met, next_overdue, plan_moments, quiet
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.domain.standing import BEHIND, DUE_SOON, OVERDUE, Standing, standing, unchanged_will_do
from bot.store import carry
from bot.store.carry import table_of
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases.act import Act, member_message
from bot.usecases.facts import task_line

BATCH = 20_000
MOMENT, NOTICE = table_of(Moment), table_of(Notice)


def plan(act: Act, tasks: Iterable[TaskSlice]) -> int:
    """The reminder clock knows every milestone of these tasks; rows already there stay. → rows planned."""
    rows = [row for task in tasks for row in plan_moments(task, act.office)]
    carry.add_many_once(act.session, rows)
    return len(rows)


def replan(act: Act, task: TaskSlice) -> None:
    """A date has moved: what was not yet said of the task is forgotten and planned anew."""
    act.session.connection().execute(MOMENT.delete().where(MOMENT.c.task_id == task.id, MOMENT.c.said_at.is_(None)))
    plan(act, [task])


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
    by_member: dict[int, list[Notice]] = {}
    for notice in waiting:
        by_member.setdefault(notice.member_id, []).append(notice)
    people = {member.id: member for member in present(act.session)}
    today = act.office.today(act.now)
    done = _keys_today(act, today)
    sent = 0
    gone = [notice for id_, notices in by_member.items() if id_ not in people for notice in notices]
    _close(act, gone, withdrawn="left")
    for member_id, notices in by_member.items():
        member = people.get(member_id)
        if member is None or f"daily:{today}:m{member_id}" in done or quiet(member, act.now, act.office):
            continue
        sent += _fold_for(act, member, notices, today)
    return sent


def _keys_today(act: Act, today: date) -> set[str]:
    return set(act.session.exec(select(Outbox.key).where(col(Outbox.key).startswith(f"daily:{today}:m"))))


def _fold_for(act: Act, member: Member, notices: Sequence[Notice], today: date) -> bool:
    compose = _office_day if member.role == Role.OFFICE else _unit_day
    facts, pointless = compose(act, member, notices)
    _close(act, pointless, withdrawn="pointless")
    wanted = [notice for notice in notices if notice not in pointless]
    if not wanted:
        return False
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


def _unit_day(act: Act, member: Member, notices: Sequence[Notice]) -> tuple[dict[str, Any], list[Notice]]:
    """The unit's day: late, due, behind, to sign for, to report; and the notices that no longer matter."""
    tasks = load_tasks(act.session, unit_id=member.unit_id)
    standings = {task.id: standing(task, act.now, act.office) for task in tasks}
    owed = [found for found in standings.values() if member.unit_id in found.silent]
    pointless = [notice for notice in notices if _pointless(notice, standings, bool(owed))]
    named = {notice.task_id for notice in notices if notice not in pointless and notice.task_id}
    active = [found for found in standings.values() if not found.task.finished]
    overdue = [found for found in active if found.has(OVERDUE)]
    due = [found for found in active if found not in overdue and _this_week(act, found)]
    behind = [found for found in active if found.has(BEHIND) and found not in due]
    news = [found for found in active if found.task.id in named and found not in [*overdue, *due, *behind]]
    unsigned = [f.task.number for f in active if f.task.received.get(member.unit_id or 0, act.now) is None]
    shown = [*overdue, *due, *behind, *news]
    rest = [found.task.number for found in owed if found not in shown]
    period = act.office.week(act.now)
    lines = act.office.policy.reminders.lines
    return {
        "today": act.office.today(act.now).isoformat(),
        "unit": act.unit(member.unit_id),
        "open": len(active),
        "overdue": [task_line(act, found) for found in _by_date(overdue)[:lines]],
        "due": [task_line(act, found) for found in _by_date(due)[:lines]],
        "behind": [task_line(act, found) for found in _by_date(behind)[:lines]],
        "coming": [task_line(act, found) for found in _by_date(news)[:lines]],
        "folded": max(len(overdue) - lines, 0) + max(len(due) - lines, 0) + max(len(behind) - lines, 0),
        "unsigned": unsigned,
        "rest": rest,
        "to_report": [found.task.number for found in owed],
        "cut_off": act.office.local(period.end).isoformat(),
        "numbers": [found.task.number for found in active],
        "buttons": _day_buttons(member, _by_date([*overdue, *due, *behind, *news]), owed, unsigned),
    }, pointless


def _day_buttons(
    member: Member, shown: Sequence[Standing], owed: Sequence[Standing], unsigned: Sequence[int]
) -> list[list[list[Any]]]:
    """Report what is most urgent, or the rest in one tap: only what would succeed."""
    numbers = list(dict.fromkeys([f.task.number for f in shown if f in owed] + [f.task.number for f in owed]))[:3]
    rows: list[list[list[Any]]] = []
    if numbers:
        rows.append([["report", f"report:{number}", {"n": number}] for number in numbers])
    rest = [f for f in owed if unchanged_will_do(f, member.unit_id or 0)]
    second: list[list[Any]] = [["offer_rest", "offer_rest", {"count": len(rest)}]] if rest else []
    if unsigned:
        second.insert(0, ["sign_all", "ack:all", {"count": len(unsigned)}])
    rows.append([*second, ["my", "my:open:0"]])
    return rows


def _by_date(rows: Sequence[Standing]) -> list[Standing]:
    return sorted(rows, key=lambda found: (found.days_left is None, found.days_left, found.task.number))


def _this_week(act: Act, found: Standing) -> bool:
    """Due by the Sunday of this week, or soon in the sense of the policy."""
    sunday = 6 - act.office.today(act.now).weekday()
    return found.has(DUE_SOON) and found.days_left is not None and found.days_left <= max(sunday, 3)


def _pointless(notice: Notice, standings: dict[int, Standing], owes: bool) -> bool:
    if notice.kind in ("ask", "nudge"):
        return not owes
    found = standings.get(notice.task_id or 0)
    if found is None or found.task.finished:
        return True
    if notice.kind == "deadline":
        day = date.fromisoformat(notice.facts["day"])
        for measure in found.task.measures:
            if measure.ordinal == notice.facts["measure"]:
                return not any(s.effective == day and not met(found.task, measure, s) for s in measure.stages)
    return False


def _office_day(act: Act, member: Member, notices: Sequence[Notice]) -> tuple[dict[str, Any], list[Notice]]:
    """The office's day: open questions of imports, late tasks, who is silent, whom nobody can reach."""
    questions = len(act.session.exec(select(Question.id).where(col(Question.answered_at).is_(None))).all())
    standings = [standing(task, act.now, act.office) for task in load_tasks(act.session)]
    overdue = [found for found in standings if found.has(OVERDUE)]
    lines = act.office.policy.reminders.lines
    return {
        "today": act.office.today(act.now).isoformat(),
        "unit": act.unit(member.unit_id),
        "open": sum(not found.task.finished for found in standings),
        "overdue": [task_line(act, found) for found in _by_date(overdue)[:lines]],
        "due": [],
        "behind": [],
        "coming": [],
        "folded": max(len(overdue) - lines, 0),
        "unsigned": [],
        "rest": [],
        "to_report": [],
        "questions": questions,
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
        "numbers": [found.task.number for found in overdue],
        "buttons": [[["who", "who"], ["overdue", "overdue:0"]]],
    }, []
