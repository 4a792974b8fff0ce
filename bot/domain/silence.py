"""Silence a person asks for: a task snoozed for days, or everything muted. Neither ever silences what is overdue."""

from datetime import date, datetime, timedelta

from sqlmodel import Field

from bot.domain.columns import key, moment
from bot.domain.periods import Office
from bot.domain.refusal import Refusal
from bot.domain.row import Row
from bot.domain.slices import TaskSlice
from bot.domain.standing import OVERDUE, standing


class Snooze(Row, table=True):
    """A person hears nothing of a task until the end of a day; kept, so that it shows in the history."""

    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    cycle: int
    until: date
    at: datetime = moment()


def snooze_until(task: TaskSlice, days: int, given: int, now: datetime, office: Office) -> date:
    """The last day of the silence. `given`: how often this person has snoozed the task in this cycle.

    Refusals: snooze_overdue, snooze_too_long, snooze_too_often, snooze_past_due (a deadline would pass in silence).
    """
    policy = office.policy.silence
    if standing(task, now, office).has(OVERDUE):
        raise Refusal("snooze_overdue", task=task.number)
    if not 1 <= days <= policy.snooze_days:
        raise Refusal("snooze_too_long", task=task.number, longest=policy.snooze_days)
    if given >= policy.snoozes:
        raise Refusal("snooze_too_often", task=task.number, times=policy.snoozes)
    until = office.today(now) + timedelta(days=days)
    if task.due is not None and not task.finished and until >= task.due:
        raise Refusal("snooze_past_due", task=task.number, due=task.due.isoformat())
    return until
