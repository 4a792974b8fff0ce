"""What the clock will say of a task next, if nothing changes: reminders, cut-offs, replies due, steps of the ladder."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from sqlmodel import col, select

from bot.domain import ladder as rules
from bot.domain.periods import MOMENT
from bot.domain.post import Moment
from bot.domain.slices import TaskSlice
from bot.domain.standing import owes
from bot.domain.urging import Climb, Sheet
from bot.usecases.act import Act

NEXT = 5


def next_dates(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """The next five days with what comes on each, the nearest first; none once the task is finished.

    {"on", "what": deadline | report | reply | climb, "offset", "day", "series", "word"} each.
    """
    if task.finished:
        return []
    found = [*_reminders(act, task), *_replies(act, task), *_climbs(act, task), *islice(_cut_offs(act, task), NEXT)]
    # Of one day only the first: a person hears once that day.
    days: dict[str, dict[str, Any]] = {}
    for entry in sorted(found, key=lambda entry: str(entry["on"])):
        days.setdefault(str(entry["on"]), entry)
    return list(days.values())[:NEXT]


def _entry(on: date, what: str, **facts: Any) -> dict[str, Any]:
    return {"on": on.isoformat(), "what": what, "offset": 0, "day": "", "series": "", "word": "", **facts}


def _reminders(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    waiting = (Moment.task_id == task.id, col(Moment.said_at).is_(None), Moment.due_at > act.now)
    rows = act.session.exec(select(Moment).where(*waiting).order_by(col(Moment.due_at), col(Moment.id)).limit(4 * NEXT))
    return [
        _entry(act.office.today(row.due_at), "deadline", offset=row.offset, day=row.day.isoformat()) for row in rows
    ]


def _cut_offs(act: Act, task: TaskSlice) -> Iterator[dict[str, Any]]:
    """The days by which the person's unit is to report; for others those of any unit that works on it."""
    own = [act.person.unit_id] if act.person.unit_id in task.workers else task.workers
    if not any(owes(task, unit or 0) for unit in own):
        return
    period = act.office.period(act.now, task.cadence)
    while True:
        yield _entry(act.office.local(period.end).date(), "report")
        period = act.office.period(period.end + MOMENT, task.cadence)


def _replies(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    today = act.office.today(act.now)
    rows = act.session.exec(select(Sheet).where(Sheet.task_id == task.id, Sheet.state == "issued"))
    return [
        _entry(row.reply_by, "reply", series=row.series, word=row.word)
        for row in rows
        if row.reply_by is not None and row.reply_by >= today
    ]


def _climbs(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """Where a step has been issued and the next only waits for its working days."""
    rows = act.session.exec(select(Climb).where(Climb.task_id == task.id, col(Climb.ended_at).is_(None)))
    found = []
    for row in rows:
        steps = rules.ladder_of([row], act.office)
        following = steps[row.rung + 1] if row.issued and row.rung + 1 < len(steps) else None
        if following is not None and following.after_days:
            day = act.office.calendar.add(act.office.today(row.since), following.after_days)
            if day > act.office.today(act.now):
                found.append(_entry(day, "climb", series=following.name, word=following.word))
    return found
