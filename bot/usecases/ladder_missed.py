"""The days on which a clock that stood still did not look at the ladder: the same steps, and one document for all."""

from datetime import date, timedelta

from sqlmodel import col, func, select

from bot.domain.post import Round
from bot.domain.urging import Climb
from bot.usecases.act import Act
from bot.usecases.ladder_ends import Asked, climbs_of, end_if_over
from bot.usecases.ladder_steps import Found, Reached, Tasks, cases_at, reach


def round_name(act: Act) -> str:
    return f"ladder:{act.office.today(act.now)}"


def climb_missed(act: Act, tasks: Tasks, asked: Asked, rows: list[Climb]) -> list[Reached]:
    """The steps reached on working days on which the ladder was not looked at are on record, as a punctual clock would
    have taken them. They have no document: the highest of a unit's task speaks for those below it (`unsaid`)."""
    found: list[Reached] = []
    for day in missed_days(act):
        moment = act.office.at(day, act.office.policy.week.draft)
        for row in rows:
            if row.ended_at is None and end_if_over(act, row, tasks[row.task_id], asked, moment):
                row.__dict__["ended_at"] = act.now
        taken = reach(act, cases_at(act, tasks, asked, rows, moment), rows, moment)
        rows = [*rows, *(row for _, row, _ in taken)]
        found += taken
    return found


def missed_days(act: Act) -> list[date]:
    """Working days between the last look and today; none if the ladder was never looked at."""
    before = col(Round.name).startswith("ladder:"), Round.name != round_name(act)
    last = act.session.exec(select(func.max(Round.name)).where(*before)).one()
    if last is None:
        return []
    first, calendar = date.fromisoformat(last.removeprefix("ladder:")), act.office.calendar
    days = (act.office.today(act.now) - first).days
    return [day for n in range(1, days) if calendar.is_working(day := first + timedelta(days=n))]


def unsaid(act: Act, late: list[Reached], now: Found) -> list[Reached]:
    """Of the steps taken late that still stand, those that need a document of their own: the highest of each unit's
    task, unless something as high stands beside it. What it says are today's facts (`now`: the cases there are)."""
    standing = {row.id: row for row in climbs_of(act, col(Climb.ended_at).is_(None))}
    late_ids = {row.id for _, row, _ in late}
    said: dict[tuple[int, int], int] = {}
    for row in standing.values():
        if row.id not in late_ids:
            place = (row.task_id, row.unit_id)
            said[place] = max(said.get(place, -1), row.rung)
    today = {case.run: case for case, _ in now}
    found: list[Reached] = []
    for case, row, steps in sorted(late, key=lambda reached: -reached[1].rung):
        place = (row.task_id, row.unit_id)
        if row.id in standing and said.get(place, -1) < row.rung:
            said[place] = row.rung
            found.append((today.get(case.run, case), row, steps))
    return found
