"""What a simulated policy did: every message, each person's noise, and the figures that must hold of a policy.

Beside it stands the naive policy: one message for each task, offset and person, as a scheduler job each would send it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlmodel import Session, col, select

from bot.domain.ladder import addressees
from bot.domain.ledger import State, Unit
from bot.domain.people import Member, Role
from bot.domain.periods import Office
from bot.domain.post import Moment, Notice, Outbox
from bot.domain.reminding import in_quiet_hours, met
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.domain.standing import OVERDUE
from bot.domain.urging import Climb
from bot.store.ledger import load_tasks
from bot.store.people import present

# A bulletin speaks of all tasks, finished ones too; the others only of what is still to be done.
OF_ALL = frozenset({"bulletin", "bulletin_draft", "nothing_new"})
People = dict[int | None, Member]


def told(session: Session, office: Office, start: date, end: date) -> dict[str, Any]:
    """→ {"from", "to", "messages", "people", "figures"}."""
    people: People = {member.id: member for member in present(session)}
    sent = select(Outbox).where(Outbox.method == "send").order_by(col(Outbox.created_at), col(Outbox.id))
    rows = session.exec(sent).all()
    working = [day for day in _days(start, end) if office.calendar.is_working(day)]
    noise = _noise(session, office, rows, people, working)
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "messages": [_message(office, row, people) for row in rows],
        "people": noise,
        "figures": {
            **_rest(office, rows, people, noise, working),
            **_kept_promises(session, office, rows, end),
            **_naive(session, office, people),
            "unknown_years": office.calendar.unknown([start, end]),
        },
    }


def _days(start: date, end: date) -> Iterator[date]:
    for n in range((end - start).days + 1):
        yield start + timedelta(days=n)


def _at(row: Outbox) -> datetime:
    """When it goes out: now, or when the quiet hours have ended."""
    return max(row.created_at, row.not_before or row.created_at)


def _message(office: Office, row: Outbox, people: People) -> dict[str, Any]:
    to = people[row.member_id].name if row.member_id in people else str(row.chat_id)
    return {
        "at": office.local(_at(row)).isoformat(),
        "to": to,
        "kind": row.kind,
        "tasks": row.about.get("tasks", []),
        "held": row.state == "held",
    }


def _noise(
    session: Session, office: Office, rows: Sequence[Outbox], people: People, working: Sequence[date]
) -> list[dict[str, Any]]:
    names = {unit.id: unit.name for unit in session.exec(select(Unit))}
    counts: dict[int | None, Counter[date]] = {id_: Counter() for id_ in people}
    for row in rows:
        if row.member_id in counts and row.state != "held":
            counts[row.member_id][office.today(_at(row))] += 1
    return [
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


def _rest(
    office: Office,
    rows: Sequence[Outbox],
    people: People,
    noise: Sequence[dict[str, Any]],
    working: Sequence[date],
) -> dict[str, Any]:
    """How much, and whether anybody's rest was disturbed."""
    sent = [(office.local(_at(row)), people.get(row.member_id)) for row in rows if row.state != "held"]
    medians = [person["median_per_working_day"] for person in noise]
    return {
        "working_days": len(working),
        "people": len(people),
        "messages": len(sent),
        "folded_by_the_budget": len(rows) - len(sent),
        "median_per_person_and_working_day": median(medians) if medians else 0,
        "max_per_person_and_day": max((person["max_per_day"] for person in noise), default=0),
        "cap": office.policy.noise.person,
        "in_quiet_hours": sum(bool(m and in_quiet_hours(m, at.timetz().replace(tzinfo=None))) for at, m in sent),
        "on_rest_days": sum(not office.calendar.is_working(at.date()) for at, _ in sent),
    }


def _kept_promises(session: Session, office: Office, rows: Sequence[Outbox], end: date) -> dict[str, Any]:
    """Milestones whose day came and that were not met: reminded of; tasks overdue: climbed; finished ones: silent."""
    tasks = load_tasks(session)
    begin = min((row.created_at for row in rows), default=None)
    first = office.today(begin) if begin else end
    said = {
        (row.task_id, row.facts["measure"], row.facts["day"])
        for row in session.exec(select(Notice).where(Notice.kind == "deadline", col(Notice.said_at).is_not(None)))
    }
    due = [
        (task, measure, stage)
        for task in tasks
        for measure in task.measures
        for stage in measure.stages
        if first < stage.effective < end and not met(task, measure, stage)
    ]
    missed = [_name(task, measure, stage) for task, measure, stage in due if not _said(said, task, measure, stage)]
    overdue = [task for task in tasks if _was_overdue(task, office, first, end)]
    climbed = {row.task_id for row in session.exec(select(Climb).where(Climb.cause == OVERDUE))}
    over = {task.number: task.finished_at for task in tasks if task.finished and task.state != State.RETURNED}
    return {
        "milestones_come": len(due),
        "milestones_reminded": len(due) - len(missed),
        "milestones_not_reminded": missed,
        "tasks_overdue": len(overdue),
        "tasks_climbed": sum(task.id in climbed for task in overdue),
        "tasks_not_climbed": [task.number for task in overdue if task.id not in climbed],
        "finished": len(over),
        "after_the_end": sum(_after_the_end(row, over) for row in rows),
    }


def _name(task: TaskSlice, measure: MeasureSlice, stage: Stage) -> str:
    return f"{task.number}.{measure.ordinal} {stage.effective}"


def _said(said: set[tuple[Any, Any, Any]], task: TaskSlice, measure: MeasureSlice, stage: Stage) -> bool:
    return (task.id, measure.ordinal, stage.effective.isoformat()) in said


def _was_overdue(task: TaskSlice, office: Office, first: date, end: date) -> bool:
    """Its date passed within the span, and on the morning on which the ladder looks it was still open."""
    if task.due is None or not first <= task.due < end or not addressees(task):
        return False
    day = office.calendar.next_working(task.due + timedelta(days=1))
    looked = office.at(day, office.policy.week.draft)
    return day <= end and (task.finished_at is None or task.finished_at > looked)


def _after_the_end(row: Outbox, over: dict[int, datetime | None]) -> bool:
    """It names a task that was finished before."""
    if row.kind in OF_ALL:
        return False
    ends = [over.get(number) for number in row.about.get("tasks", ())]
    return any(ended is not None and ended < row.created_at for ended in ends)


def _naive(session: Session, office: Office, people: People) -> dict[str, Any]:
    """One message for each task, offset and liaison of its units, on the day the offset falls on."""
    liaisons = Counter(member.unit_id for member in people.values() if member.role == Role.LIAISON)
    workers = {task.id: task.workers for task in load_tasks(session)}
    counts: Counter[tuple[int, date]] = Counter()
    for row in session.exec(select(Moment).where(col(Moment.said_at).is_not(None))):
        for unit in workers.get(row.task_id, ()):
            if liaisons[unit]:
                counts[unit, row.day + timedelta(days=row.offset)] += 1
    messages = sum(number * liaisons[unit] for (unit, _), number in counts.items())
    rest = sum(number * liaisons[unit] for (unit, day), number in counts.items() if not office.calendar.is_working(day))
    return {
        "naive_messages": messages,
        "naive_max_per_person_and_day": max(counts.values(), default=0),
        "naive_on_rest_days": rest,
    }
