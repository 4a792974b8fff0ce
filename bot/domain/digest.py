"""The figures of a bulletin for a moment (domain.md §4): totals that never overlap, rates with their denominators.

Tasks are counted, not measures; a shared task counts once in the totals and once for each of its working units.
长期坚持 tasks (upkeep only) are counted as kept up, neither finished nor in progress.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from bot.domain.ledger import Part
from bot.domain.periods import Office
from bot.domain.slices import TaskSlice
from bot.domain.standing import BEHIND, DUE_SOON, ON_SCHEDULE, OVERDUE, UNREPORTED, Standing, standing

TOTALS = ("tasks", "finished", "struck_off", "in_progress", ON_SCHEDULE, BEHIND, OVERDUE, "kept_up")


@dataclass(frozen=True, slots=True)
class Rate:
    n: int
    of: int

    @property
    def share(self) -> float:
        return self.n / self.of if self.of else 0.0


@dataclass(slots=True)
class UnitLine:
    """A unit's row in the table. `rank` shares places among ties; `rank_by_count` ranks by tasks finished."""

    unit_id: int
    totals: dict[str, int]
    due: int
    on_time: int
    unreported: int
    rank: int = 0
    rank_by_count: int = 0

    @property
    def completion(self) -> Rate:
        return Rate(self.totals["finished"], self.totals["tasks"])


@dataclass(slots=True)
class Digest:
    """`silent` lists (unit id, task) pairs; the lists hold standings in order of urgency."""

    as_of: datetime
    year: int
    issue: int
    totals: dict[str, int]
    rates: dict[str, Rate]
    units: list[UnitLine]
    standings: list[Standing]
    due_soon: list[Standing]
    outlook: list[Standing]
    behind: list[Standing]
    overdue: list[Standing]
    unreported: list[tuple[int, Standing]]
    changes: dict[str, int] = field(default_factory=dict)


def bucket(found: Standing) -> str:
    """The one total a task is counted under, besides `tasks`."""
    if found.task.finished:
        return "finished"
    if found.task.upkeep:
        return "kept_up"
    return found.colour if found.colour in (OVERDUE, BEHIND) else ON_SCHEDULE


def members_of(name: str, standings: Iterable[Standing]) -> list[Standing]:
    """The tasks behind a total (看构成)."""
    rows = list(standings)
    if name == "tasks":
        return rows
    if name == "struck_off":
        return [row for row in rows if row.task.struck_off]
    if name == "in_progress":
        return [row for row in rows if bucket(row) in (ON_SCHEDULE, BEHIND, OVERDUE)]
    if name == "unreported":
        return [row for row in rows if row.has(UNREPORTED)]
    return [row for row in rows if bucket(row) == name]


def count(standings: Sequence[Standing]) -> dict[str, int]:
    totals = dict.fromkeys(TOTALS, 0)
    for found in standings:
        name = bucket(found)
        totals["tasks"] += 1
        totals[name] += 1
        totals["struck_off"] += found.task.struck_off
        totals["in_progress"] += name in (ON_SCHEDULE, BEHIND, OVERDUE)
    return totals


def due_by(task: TaskSlice, now: datetime, office: Office) -> bool:
    """Its original deadline has passed: a later extension does not take it out of the punctuality figure."""
    return task.original_due is not None and office.end_of(task.original_due) <= now


def in_time(task: TaskSlice, office: Office) -> bool:
    due = task.original_due
    return bool(due and task.finished and task.finished_at and task.finished_at < office.end_of(due))


def digest(tasks: Sequence[TaskSlice], as_of: datetime, office: Office) -> Digest:
    """The digest of the tasks as they stood at `as_of` (the caller loads them so)."""
    standings = [standing(task, as_of, office) for task in tasks]
    due = [task for task in tasks if due_by(task, as_of, office)]
    totals = count(standings)
    in_days = [row for row in standings if not row.task.finished and row.days_left is not None and row.days_left >= 0]
    in_days.sort(key=lambda row: (row.days_left or 0, row.task.number))
    period = office.week(as_of)
    return Digest(
        as_of=as_of,
        year=period.year,
        issue=period.issue,
        totals=totals,
        rates={
            "completion": Rate(totals["finished"], totals["tasks"]),
            "on_time": Rate(sum(in_time(task, office) for task in due), len(due)),
            "struck_off": Rate(totals["struck_off"], totals["tasks"]),
        },
        units=ranked(unit_lines(standings, as_of, office)),
        standings=standings,
        due_soon=[row for row in in_days if row.has(DUE_SOON)],
        outlook=[row for row in in_days if (row.days_left or 0) <= office.policy.outlook_days],
        behind=sorted((r for r in standings if bucket(r) == BEHIND), key=lambda r: (r.days_left or 0, r.task.number)),
        overdue=sorted((r for r in standings if bucket(r) == OVERDUE), key=lambda r: (r.days_left or 0, r.task.number)),
        unreported=[(unit, row) for row in standings for unit in row.silent],
    )


def unit_lines(standings: Sequence[Standing], as_of: datetime, office: Office) -> list[UnitLine]:
    by_unit: dict[int, list[Standing]] = {}
    for found in standings:
        for unit in dict.fromkeys(found.task.units.get(Part.LEAD, []) + found.task.units.get(Part.RESPONSIBLE, [])):
            by_unit.setdefault(unit, []).append(found)
    return [
        UnitLine(
            unit_id=unit,
            totals=count(rows),
            due=sum(due_by(row.task, as_of, office) for row in rows),
            on_time=sum(due_by(row.task, as_of, office) and in_time(row.task, office) for row in rows),
            unreported=sum(unit in row.silent for row in rows),
        )
        for unit, rows in by_unit.items()
    ]


def ranked(lines: list[UnitLine]) -> list[UnitLine]:
    """Ranked by rate and by count; ties share a place (1, 2, 2, 4)."""
    by_count = sorted(lines, key=lambda line: -line.completion.n)
    _places(by_count, lambda line: line.completion.n, "rank_by_count")
    by_rate = sorted(lines, key=lambda line: (-line.completion.share, -line.completion.n))
    _places(by_rate, lambda line: line.completion.share, "rank")
    return by_rate


def _places(lines: list[UnitLine], measure: object, name: str) -> None:
    place = 1
    for _, tied in groupby(lines, key=measure):  # type: ignore[call-overload]
        rows = list(tied)
        for line in rows:
            setattr(line, name, place)
        place += len(rows)


def compare(now: Digest, before: Digest | None) -> dict[str, int]:
    """The change of each total on the week before; without one, none."""
    return {name: now.totals[name] - before.totals[name] for name in TOTALS} if before else {}
