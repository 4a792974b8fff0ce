"""When a milestone is to be said, and to whom: the reminder clock's rows and the notices they become."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from bot.domain.people import Member, Role
from bot.domain.periods import Office
from bot.domain.post import Moment
from bot.domain.slices import MeasureSlice, Stage, TaskSlice


def plan_moments(task: TaskSlice, office: Office) -> list[dict[str, Any]]:
    """The values of a row for each milestone and offset: before the date on the working day before, after it on the
    next.
    """
    return [
        moment_values(task, stage, offset, office)
        for measure in task.measures
        for stage in measure.stages
        for offset in (*(-n for n in office.policy.reminders.before), *office.policy.reminders.after)
    ]


def moment_for(task: TaskSlice, stage: Stage, offset: int, office: Office) -> Moment:
    return Moment(**moment_values(task, stage, offset, office))


def moment_values(task: TaskSlice, stage: Stage, offset: int, office: Office) -> dict[str, Any]:
    """`offset` in days from the effective date: negative before it, positive after."""
    day = stage.effective + timedelta(days=offset)
    if offset > 0:
        day = day if office.policy.reminders.red_on_rest_days else office.calendar.next_working(day)
    else:
        day = office.calendar.last_working(day)
    return {
        "key": f"deadline:{stage.id}:{stage.effective.isoformat()}:{offset:+d}",
        "due_at": office.at(day, time(0)),
        "kind": "deadline",
        "task_id": task.id,
        "milestone_id": stage.id,
        "day": stage.effective,
        "offset": offset,
    }


def next_overdue(task: TaskSlice, stage: Stage, said: int, now: datetime, office: Office) -> Moment | None:
    """After the listed offsets an unmet milestone is said again every so many days; None while listed ones remain."""
    every, listed = office.policy.reminders.after_every, office.policy.reminders.after
    if not every or said < max(listed, default=0):
        return None
    today = office.today(now)
    late = (today - stage.effective).days
    rounds = max((late - said) // every, 0) + 1
    return moment_for(task, stage, said + rounds * every, office)


def met(task: TaskSlice, measure: MeasureSlice, stage: Stage) -> bool:
    """Nothing is left to remind of: the task is finished, or the measure has reached what is due by this stage."""
    if task.finished:
        return True
    return reached(measure.progress, stage.quantity, stage is measure.stages[-1])


def reached(progress: int, quantity: int | None, last: bool) -> bool:
    """A measure's progress is what is due by a stage; the last one asks for all of it."""
    return progress >= (100 if last or quantity is None else quantity)


def hears_of_deadline(
    units: Iterable[int], offset: int, people: Mapping[int, Sequence[Member]], handlers: Container[int] = ()
) -> Iterator[Member]:
    """Liaisons of the units that do the work and of the lead, and who handles the task; once it is late, their heads
    too. `people`: by unit; `handlers`: ids."""
    for unit in units:
        for member in people.get(unit, ()):
            if member.role == Role.LIAISON or member.id in handlers or (offset > 0 and member.role == Role.HEAD):
                yield member


def speaks(day: date, office: Office, *, red: bool = False) -> bool:
    """Messages go out on this day: on working days, and what is red on days of rest too if the office says so."""
    return office.calendar.is_working(day) or (red and office.policy.reminders.red_on_rest_days)


def quiet(member: Member, now: datetime, office: Office, *, red: bool = False) -> bool:
    """Now is in the person's quiet hours, or on a day of rest. `red`: for what is overdue."""
    local = office.local(now)
    if not speaks(local.date(), office, red=red):
        return True
    return in_quiet_hours(member, local.timetz().replace(tzinfo=None))


def in_quiet_hours(member: Member, clock: time) -> bool:
    start, end = member.quiet_from, member.quiet_to
    if start is None or end is None or start == end:
        return False
    return start <= clock < end if start < end else clock >= start or clock < end


def daily_hour(member: Member) -> time:
    """The hour of the folded message: the person's own, or the end of the quiet hours it falls into."""
    if in_quiet_hours(member, member.daily_at) and member.quiet_to is not None:
        return member.quiet_to
    return member.daily_at


def fold_at(member: Member, now: datetime, office: Office, *, red: bool = False) -> datetime:
    """The next moment a folded message may go to this person: today's hour, at once if that has passed, or the next
    working day's hour when now is quiet. `red`: with what is overdue."""
    today = office.today(now)
    if speaks(today, office, red=red):
        hour = office.at(today, daily_hour(member))
        if now <= hour:
            return hour
        if not quiet(member, now, office, red=red):
            return now
    following = today + timedelta(days=1)
    while not speaks(following, office, red=red):
        following += timedelta(days=1)
    return office.at(following, daily_hour(member))


def deadline_notices(
    number: int, task_id: int, ordinal: int, row: Moment, hours: Iterable[tuple[int, datetime]], *, missed: bool = False
) -> list[dict[str, Any]]:
    """The values of a Notice about measure `number`.`ordinal` for each person (id, hour); their facts are shared and
    not to be changed. `missed`: another one speaks for it."""
    day = row.day.isoformat()
    facts = _deadline_facts(ordinal, day, row.offset, missed)
    said = f"deadline:{number}.{ordinal}:{day}:{row.offset:+d}d:m"
    return [
        {
            "key": f"{said}{member_id}",
            "member_id": member_id,
            "kind": "deadline",
            "task_id": task_id,
            "facts": facts,
            "created_at": at,
            "fold_at": at,
            "why_withdrawn": "",
        }
        for member_id, at in hours
    ]


@lru_cache(1024)
def _deadline_facts(ordinal: int, day: str, offset: int, missed: bool) -> dict[str, Any]:
    return {"measure": ordinal, "day": day, "offset": offset} | ({"missed": True} if missed else {})


def shifted(day: date, office: Office) -> date:
    """The last working day on or before a deadline: what people must really aim at."""
    return office.calendar.last_working(day)
