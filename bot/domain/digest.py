"""The figures of a bulletin for a moment (domain.md §4): totals that never overlap, rates with their denominators.

Tasks are counted, not measures; a shared task counts once in the totals and once for each of its working units.
长期坚持 tasks (upkeep only) are counted as kept up, neither finished nor in progress.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from bot.domain.brief_slices import task_of
from bot.domain.briefs import FINISHED, STRUCK_OFF, Verdict, workers_of
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
    """A unit's row in the table. Ties share a place. `rank` is by rate, None with too few tasks due to be compared;
    `rank_by_count` by tasks finished."""

    unit_id: int
    totals: dict[str, int]
    due: int
    on_time: int
    unreported: int
    rank: int | None = None
    rank_by_count: int | None = None

    @property
    def completion(self) -> Rate:
        return Rate(self.totals["finished"], self.totals["tasks"])


@dataclass
class Digest:
    """Figures, and lists in order of urgency whose standings are made only when somebody reads them.

    `silent` are (unit id, task) pairs. `all_standings` gives every task's, also of those that are in no list.
    """

    as_of: datetime
    year: int
    issue: int
    totals: dict[str, int]
    rates: dict[str, Rate]
    units: list[UnitLine]
    verdicts: Sequence[Verdict]
    lists: dict[str, list[Verdict]]
    silent: list[tuple[int, Verdict]]
    standing_of: Callable[[Verdict], Standing]
    all_standings: Callable[[], list[Standing]]
    changes: dict[str, int] = field(default_factory=dict)

    @cached_property
    def tasks(self) -> list[TaskSlice]:
        """Every task, for its number, title and units."""
        return [task_of(each) for each in self.verdicts]

    @cached_property
    def standings(self) -> list[Standing]:
        return self.all_standings()

    @cached_property
    def due_soon(self) -> list[Standing]:
        return [self.standing_of(each) for each in self.lists[DUE_SOON]]

    @cached_property
    def outlook(self) -> list[Standing]:
        return [self.standing_of(each) for each in self.lists["outlook"]]

    @cached_property
    def behind(self) -> list[Standing]:
        return [self.standing_of(each) for each in self.lists[BEHIND]]

    @cached_property
    def overdue(self) -> list[Standing]:
        return [self.standing_of(each) for each in self.lists[OVERDUE]]

    @cached_property
    def unreported(self) -> list[tuple[int, Standing]]:
        made = {each.id: self.standing_of(each) for _, each in self.silent}
        return [(unit, made[each.id]) for unit, each in self.silent]

    def only_unit(self, unit_id: int) -> None:
        """A unit's digest tells what it owes itself, not what its partners owe, nor its place among them."""
        self.silent = [(unit, each) for unit, each in self.silent if unit == unit_id]
        self.units = [replace(line, rank=None, rank_by_count=None) for line in self.units if line.unit_id == unit_id]


def label(found: Verdict) -> str:
    """The one total a task is counted under, besides `tasks`."""
    if found.state in FINISHED:
        return "finished"
    if found.upkeep:
        return "kept_up"
    if OVERDUE in found.flags:
        return OVERDUE
    return BEHIND if BEHIND in found.flags else ON_SCHEDULE


def bucket(found: Standing) -> str:
    """The same for a task's standing."""
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


class Sort(NamedTuple):
    """What is counted of a task: tasks of one sort need no telling apart. `units` as in a Verdict."""

    units: str | tuple[int, ...] | None
    total: str
    struck_off: bool
    due: bool
    on_time: bool


def sorts(verdicts: Iterable[Verdict], as_of: datetime, office: Office) -> Counter[Sort]:
    """How many tasks there are of each sort."""
    today, ends = office.today(as_of), office.end_of
    counted: Counter[tuple[Any, ...]] = Counter()
    for found in verdicts:
        original, finished_at = found.original_due, found.finished_at
        due = original is not None and original < today
        on_time = due and original is not None and finished_at is not None and finished_at < ends(original)
        counted[found.units, label(found), found.state in STRUCK_OFF, due, on_time] += 1
    return Counter({Sort._make(sort): n for sort, n in counted.items()})


def totals_of(counted: Iterable[tuple[Sort, int]]) -> dict[str, int]:
    totals = dict.fromkeys(TOTALS, 0)
    for sort, n in counted:
        totals["tasks"] += n
        totals[sort.total] += n
        totals["struck_off"] += n * sort.struck_off
        totals["in_progress"] += n * (sort.total in (ON_SCHEDULE, BEHIND, OVERDUE))
    return totals


def totals_at(verdicts: Iterable[Verdict]) -> dict[str, int]:
    counted = Counter((label(found), found.state in STRUCK_OFF) for found in verdicts)
    return totals_of((Sort(None, total, struck_off, False, False), n) for (total, struck_off), n in counted.items())


def count(standings: Sequence[Standing]) -> dict[str, int]:
    return totals_of((Sort(None, bucket(row), row.task.struck_off, False, False), 1) for row in standings)


def due_by(task: TaskSlice, now: datetime, office: Office) -> bool:
    """Its original deadline has passed: a later extension does not take it out of the punctuality figure."""
    return task.original_due is not None and office.end_of(task.original_due) <= now


def in_time(task: TaskSlice, office: Office) -> bool:
    due = task.original_due
    return bool(due and task.finished and task.finished_at and task.finished_at < office.end_of(due))


def digest(tasks: Sequence[TaskSlice], as_of: datetime, office: Office) -> Digest:
    """The digest of the tasks as they stood at `as_of` (the caller loads them so)."""
    standings = {task.id: standing(task, as_of, office) for task in tasks}
    verdicts = [Verdict.of(found) for found in standings.values()]
    return digest_of(verdicts, as_of, office, lambda each: standings[each.id], lambda: list(standings.values()))


def digest_of(
    verdicts: Sequence[Verdict],
    as_of: datetime,
    office: Office,
    standing_of: Callable[[Verdict], Standing],
    all_standings: Callable[[], list[Standing]],
) -> Digest:
    """The digest of tasks that were judged at `as_of`; the last two make standings for who reads the lists."""
    counted = sorts(verdicts, as_of, office)
    totals = totals_of(counted.items())
    silent = [(unit, found) for found in verdicts if found.silent for unit in found.silent]
    period = office.week(as_of)
    due = sum(n for sort, n in counted.items() if sort.due)
    on_time = sum(n for sort, n in counted.items() if sort.on_time)
    return Digest(
        as_of=as_of,
        year=period.year,
        issue=period.issue,
        totals=totals,
        rates={
            "completion": Rate(totals["finished"], totals["tasks"]),
            "on_time": Rate(on_time, due),
            "struck_off": Rate(totals["struck_off"], totals["tasks"]),
        },
        units=ranked(lines_of(counted, Counter(unit for unit, _ in silent)), office.policy.scores.fewest_due),
        verdicts=verdicts,
        lists=_lists(verdicts, office.policy.outlook_days),
        silent=silent,
        standing_of=standing_of,
        all_standings=all_standings,
    )


def _lists(verdicts: Iterable[Verdict], outlook_days: int) -> dict[str, list[Verdict]]:
    """Unfinished tasks that are due soon, due in the days of the outlook, behind, overdue: the most urgent first."""
    found: dict[str, list[Verdict]] = {DUE_SOON: [], "outlook": [], BEHIND: [], OVERDUE: []}
    for each in verdicts:
        if each.flags:
            if each.days_left is not None and 0 <= each.days_left <= outlook_days:
                found["outlook"].append(each)
            for name in (DUE_SOON, BEHIND, OVERDUE):
                if name in each.flags and (name == DUE_SOON or not each.upkeep):
                    found[name].append(each)
    for rows in found.values():
        rows.sort(key=lambda each: (each.days_left or 0, each.number))
    return found


def lines_of(counted: Mapping[Sort, int], silent: Mapping[int, int]) -> list[UnitLine]:
    """A line for each unit that leads or does the work, in the order in which the tasks name them."""
    by_unit: dict[int, list[tuple[Sort, int]]] = {}
    for sort, n in counted.items():
        for unit in workers_of(sort.units):
            by_unit.setdefault(unit, []).append((sort, n))
    return [
        UnitLine(
            unit_id=unit,
            totals=totals_of(rows),
            due=sum(n for sort, n in rows if sort.due),
            on_time=sum(n for sort, n in rows if sort.on_time),
            unreported=silent.get(unit, 0),
        )
        for unit, rows in by_unit.items()
    ]


def unit_lines(standings: Sequence[Standing], as_of: datetime, office: Office) -> list[UnitLine]:
    verdicts = [Verdict.of(found) for found in standings]
    silent = Counter(unit for found in verdicts for unit in found.silent)
    return lines_of(sorts(verdicts, as_of, office), silent)


def ranked(lines: list[UnitLine], fewest_due: int) -> list[UnitLine]:
    """Ranked by rate and by count, in the order of rates; ties share a place (1, 2, 2, 4).

    Units with fewer than `fewest_due` tasks due stand last and have no place by rate (domain.md §2, 考核).
    """
    by_count = sorted(lines, key=lambda line: -line.completion.n)
    _places(by_count, lambda line: line.completion.n, "rank_by_count")
    by_rate = sorted(lines, key=lambda line: (line.due < fewest_due, -line.completion.share, -line.completion.n))
    _places([line for line in by_rate if line.due >= fewest_due], lambda line: line.completion.share, "rank")
    return by_rate


def _places(lines: list[UnitLine], measure: object, name: str) -> None:
    place = 1
    for _, tied in groupby(lines, key=measure):  # type: ignore[call-overload]
        rows = list(tied)
        for line in rows:
            setattr(line, name, place)
        place += len(rows)


def compare(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """The change of each total on the week before."""
    return {name: now[name] - before[name] for name in TOTALS}
