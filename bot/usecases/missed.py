"""What a clock that stood still did not say at its hours: found again, nothing lost, and said in one message.

A reminder that was overtaken while the clock stood still is a notice under its own key like any other; it does not
speak by itself, the person's next folded message says that it was missed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import col, func, select

from bot.domain.people import Member
from bot.domain.periods import MOMENT, Period
from bot.domain.post import Moment, Round
from bot.domain.reminding import next_overdue
from bot.domain.slices import Stage, TaskSlice
from bot.store.marks import mark, marked
from bot.store.notices import Due
from bot.usecases.act import Act

LOOKED = "reminders_looked"


def last_look(act: Act) -> date:
    """The last day on which the reminder clock looked at what was due; today, if it never has."""
    found = marked(act.session, LOOKED)
    return date.fromisoformat(found) if found else act.office.today(act.now)


def note_look(act: Act) -> None:
    """Written once a day; a clock that jumps back unlearns nothing."""
    today = act.office.today(act.now).isoformat()
    if (marked(act.session, LOOKED) or "") < today:
        mark(act.session, LOOKED, today)


def overtaken(act: Act, rows: Sequence[Any], latest: Any, since: date) -> list[Any]:
    """Of one milestone's due moments those a punctual clock would have said on days after `since`, without the latest:
    of several that fall on one day it says the last."""
    if len(rows) == 1:
        return []
    days: dict[datetime, Any] = {}
    for row in sorted(rows, key=lambda row: int(row.offset)):
        if row.day == latest.day and act.office.today(row.due_at) > since:
            days[row.due_at] = row
    return [row for row in days.values() if row.due_at < latest.due_at]


def repeated(act: Act, task: TaskSlice, stage: Stage, last: Any, since: date) -> list[Moment]:
    """The moments that follow the last listed one of an overdue milestone, up to and including the next to come."""
    asked = last.due_at if act.office.today(last.due_at) > since else act.now
    offset, found = int(last.offset), []
    while following := next_overdue(task, stage, offset, asked, act.office):
        found.append(following)
        if following.due_at > act.now:
            break
        offset, asked = following.offset, following.due_at
    return found


def periods_since_asked(act: Act) -> Iterator[Period]:
    """Reporting weeks before this one, from the last one in which people were asked (and perhaps not once more)."""
    last = act.session.exec(select(func.max(Round.name)).where(col(Round.name).startswith("ask:"))).one()
    if last is None:
        return
    current = act.office.week(act.now)
    asked = act.office.at(date.fromisoformat(last.removeprefix("ask:")), act.office.policy.week.cut_off)
    period = act.office.week(asked)
    while period.end < current.end:
        yield period
        period = act.office.week(period.end + MOMENT)


def there(people: Sequence[Member], moment: datetime) -> list[Member]:
    """Those who had joined by then: nobody has missed what was for others."""
    return [member for member in people if member.joined_at <= moment]


def missed_facts(heard: Sequence[Due], numbers: Mapping[int, int]) -> dict[str, Any] | None:
    """What the folded message says of it: for each task the days before and after its date, and how often a report was
    not asked for. `numbers`: of tasks, by id. None where nothing was missed."""
    missed = [notice for notice in heard if notice.facts.get("missed")]
    if not missed:
        return None
    days: dict[int, set[int]] = {}
    for notice in missed:
        number = numbers.get(notice.task_id or 0)
        if notice.kind == "deadline" and number is not None:
            days.setdefault(number, set()).add(notice.facts["offset"])
    tasks = [
        {"number": number, "before": sorted((-n for n in found if n <= 0), reverse=True)}
        | {"after": sorted(n for n in found if n > 0)}
        for number, found in sorted(days.items())
    ]
    return {"tasks": tasks, "asks": sum(notice.kind != "deadline" for notice in missed)}
