"""Where a task stands at a moment: progress, expected share, and the labels that are computed and never stored.

序时 on schedule · 滞后 behind · 临期 due soon · 超期 overdue · 未报送 no report this period (domain.md §2).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from bot.domain.periods import Office
from bot.domain.slices import MeasureSlice, TaskSlice

ON_SCHEDULE, BEHIND, DUE_SOON, OVERDUE, UNREPORTED = "on_schedule", "behind", "due_soon", "overdue", "unreported"


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """`expected` in percent (None without any date); `days_left` is negative when late; `silent` are unit ids."""

    task: TaskSlice
    progress: int
    expected: int | None
    due: date | None
    days_left: int | None
    flags: tuple[str, ...]
    silent: tuple[int, ...]

    def has(self, flag: str) -> bool:
        return flag in self.flags

    @property
    def colour(self) -> str:
        """The one label of lists and totals, which never overlap: overdue before behind before due soon."""
        for flag in (OVERDUE, BEHIND, DUE_SOON):
            if flag in self.flags:
                return flag
        return "struck_off" if self.task.struck_off else "finished" if self.task.finished else ON_SCHEDULE


def expected_share(measure: MeasureSlice, issued: date, today: date) -> float | None:
    """The percent due by `today`: piecewise linear in calendar days from the plan's issue date through its stages.

    A stage without a stated quantity gets an equal share between its neighbours; None for a measure without a date.
    """
    if not measure.stages:
        return None
    points = [(issued, 0.0), *zip((s.due for s in measure.stages), _quantities(measure), strict=True)]
    for (start, low), (end, high) in pairwise(points):
        if today < end:
            span = (end - start).days
            return low + (high - low) * max((today - start).days, 0) / span if span > 0 else low
    return points[-1][1]


def _quantities(measure: MeasureSlice) -> list[float]:
    """Cumulative percents, one for each stage, the last 100."""
    if len(measure.stages) == 1:
        return [100.0]
    stated: list[float | None] = [stage.quantity for stage in measure.stages]
    stated[-1] = 100.0
    filled: list[float] = []
    low = 0.0
    for i, quantity in enumerate(stated):
        if quantity is None:
            ahead = next(j for j in range(i, len(stated)) if stated[j] is not None)
            quantity = low + ((stated[ahead] or 0.0) - low) / (ahead - i + 1)
        low = max(low, quantity)
        filled.append(low)
    return filled


def task_expected(task: TaskSlice, today: date, reopened: date | None = None) -> int | None:
    """The mean share due over the measures that carry a date, so that it compares with the task's progress.

    `reopened`: after a relapse it runs from that day to the new date; earlier stages belong to the cycle before.
    """
    measures = task.measures
    if reopened is not None:
        measures = [replace(measure, stages=measure.stages[-1:]) for measure in measures]
    since = reopened or task.issued
    shares = [share for m in measures if (share := expected_share(m, since, today)) is not None]
    return int(sum(shares) / len(shares)) if shares else None


def standing(task: TaskSlice, now: datetime, office: Office) -> Standing:
    """The task's labels at `now`; several may hold at once, also while a close-out is being verified."""
    today = office.today(now)
    reopened = office.today(task.reopened_at) if task.reopened_at else None
    progress, expected, due = task.progress, task_expected(task, today, reopened), task.due
    flags: list[str] = []
    days_left = (due - today).days if due else None
    if not task.finished:
        if days_left is not None and days_left < 0:
            flags.append(OVERDUE)
        elif expected is not None and progress + office.policy.tolerance < expected:
            flags.append(BEHIND)
        if days_left is not None and 0 <= days_left <= office.policy.due_soon_days:
            flags.append(DUE_SOON)
        if not flags or flags == [DUE_SOON]:
            flags.append(ON_SCHEDULE)
    silent = silent_units(task, now, office)
    if silent:
        flags.append(UNREPORTED)
    return Standing(task, progress, expected, due, days_left, tuple(flags), silent)


def silent_units(task: TaskSlice, now: datetime, office: Office) -> tuple[int, ...]:
    """Units asked for a report in the period of `now` that have said nothing in it.

    Asked is who does the work (a lead only where nobody else does) of an unfinished task that stood on the ledger when
    the period began; a unit that has brought its own share of every measure to 100 % has nothing left to report.
    """
    if task.finished:
        return ()
    period = office.period(now, task.cadence)
    # A monthly or quarterly report is asked in the last week of its period, not all through it.
    if task.registered_at > period.start or office.week(now).end != period.end:
        return ()
    return tuple(unit for unit in task.workers if owes(task, unit) and not _reported(task, unit, period.start, now))


def owes(task: TaskSlice, unit_id: int) -> bool:
    """The unit has not brought its own share of every measure it works on to 100 %."""
    mine = [measure for measure in task.measures if unit_id in measure.workers]
    return any(measure.upkeep or (measure.progress < 100 and not _own_done(measure, unit_id)) for measure in mine)


def _own_done(measure: MeasureSlice, unit_id: int) -> bool:
    said = measure.said.get(unit_id)
    return said is not None and said.percent == 100


def _reported(task: TaskSlice, unit_id: int, since: datetime, until: datetime) -> bool:
    last = task.last_said(unit_id)
    return last is not None and since < last.at <= until


def unchanged_will_do(found: Standing, unit_id: int, under_sheet: Collection[int] = ()) -> bool:
    """无变化 may be said of it together with others: not behind, not overdue, not under a sheet, and something was
    said before. `under_sheet`: ids of the tasks with an open sheet."""
    return may_be_unchanged(found.flags, found.task.id in under_sheet) and found.task.last_said(unit_id) is not None


def may_be_unchanged(flags: Collection[str], under_sheet: bool) -> bool:
    """As far as labels and sheets decide it."""
    return OVERDUE not in flags and BEHIND not in flags and not under_sheet
