"""考核 (domain.md §2): a unit's score of the year. Each point cites its event; what is off is shared by tasks due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.periods import MOMENT, Office
from bot.domain.policy import ScorePolicy
from bot.domain.slices import TaskSlice
from bot.domain.standing import owes

# What the clock finds by itself, and what the office alone may give.
FOUND = ("late", "missed", "returned")
GIVEN = ("falsified", "early", "praised")
BONUS = frozenset({"early", "praised"})


@dataclass(frozen=True, slots=True)
class Point:
    """One event that counts for or against a unit. `until`: of a task that was late, the day it was finished, None if
    it still is not; `id`: of what the office gave."""

    unit_id: int
    what: str
    day: date
    number: int | None = None
    until: date | None = None
    text: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """`value`: None where fewer tasks were due than are compared. `veto`: something was falsified."""

    unit_id: int
    due: int
    points: tuple[Point, ...]
    value: float | None
    veto: bool


def weight(what: str, policy: ScorePolicy) -> int:
    """The points of one such event, as the policy has them; what is against the unit is negative."""
    return int(getattr(policy, what)) * (1 if what in BONUS else -1)


def score(unit_id: int, due: int, points: Sequence[Point], policy: ScorePolicy) -> Score:
    """Base and what the office gave count whole; what the clock found is divided by the number of tasks due, so that a
    unit with forty tasks is not punished for having forty."""
    found = sum(weight(point.what, policy) for point in points if point.what in FOUND)
    given = sum(weight(point.what, policy) for point in points if point.what in GIVEN)
    value = round(policy.base + found / due + given, 1) if due and due >= policy.fewest_due else None
    veto = any(point.what == "falsified" for point in points)
    return Score(unit_id, due, tuple(sorted(points, key=lambda point: point.day)), value, veto)


def ranked(scores: Iterable[Score]) -> list[tuple[int | None, Score]]:
    """(place, score), the best first; ties share a place, and who is not compared stands last without one."""
    compared = sorted((each for each in scores if each.value is not None), key=lambda each: -(each.value or 0))
    places = [1 + sum((other.value or 0) > (each.value or 0) for other in compared) for each in compared]
    return [*zip(places, compared, strict=True), *((None, each) for each in scores if each.value is None)]


def late_points(task: TaskSlice, since: datetime, now: datetime, office: Office) -> tuple[bool, list[Point]]:
    """(whether the task's first date fell between the two moments, a point for each of its units if it was missed).

    The date before any extension counts, as in 按期完成率.
    """
    day = task.original_due
    if day is None or not since < office.end_of(day) <= now:
        return False, []
    done = task.finished_at if task.finished else None
    if done is not None and done <= office.end_of(day):
        return True, []
    until = office.today(done) if done is not None else None
    return True, [Point(unit, "late", day, task.number, until) for unit in task.workers]


def missed_points(
    task: TaskSlice, unit_id: int, said: Sequence[datetime], since: datetime, now: datetime, office: Office
) -> list[Point]:
    """A point for each reporting period that closed between the two moments without a word of the unit.

    `since`: from when it could be asked. Who has brought its own share to the end owes nothing after its last word.
    """
    end = min(now, task.finished_at) if task.finished and task.finished_at else now
    if not owes(task, unit_id):
        end = min(end, max(said, default=since))
    period = office.period(office.period(since, task.cadence).end + MOMENT, task.cadence)
    found = []
    while period.end < end:
        if not any(period.start < at <= period.end for at in said):
            found.append(Point(unit_id, "missed", period.end.date(), task.number))
        period = office.period(period.end + MOMENT, task.cadence)
    return found


def given_points(events: Iterable[tuple[int, str, date, Mapping[str, Any]]]) -> list[Point]:
    """What the office gave and has not withdrawn. `events`: (id, kind, day, facts)."""
    kept: dict[int, Point] = {}
    for id_, kind, day, facts in events:
        if kind == "merit_withdrawn":
            kept.pop(facts["merit"], None)
        else:
            kept[id_] = Point(facts["unit"], facts["what"], day, facts["number"], None, facts["text"], id_)
    return list(kept.values())
