"""The ladder (domain.md §2): it climbs by facts, once per level and cause, and only the end of its cause stops it.

未报送 ends with a report, 滞后 when back on schedule, 超期 when finished or when an extension moves the date.
Reading, 收到 and 无变化 never stop red.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.ledger import Part
from bot.domain.periods import MOMENT, Office
from bot.domain.slices import TaskSlice
from bot.domain.standing import BEHIND, OVERDUE, Standing, owes, standing
from bot.domain.steps import Step, thawed
from bot.domain.urging import Climb

UNREPORTED, DUE_SOON = "unreported", "due_soon"
# Ends that are the office's word, not the cause's: such a climb is not taken up again by itself.
FINAL = frozenset({"dropped", "new_cycle"})


@dataclass(frozen=True, slots=True)
class Case:
    """What a unit is urged about at a moment: the cause, what it rests on, and the figures the sheet will print."""

    task: TaskSlice
    unit_id: int
    cause: str
    basis: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def run(self) -> tuple[int, int, str, str, int]:
        """Names one run up the ladder: every climb of it shares this."""
        return (self.task.id, self.task.cycle, self.cause, self.basis, self.unit_id)

    def key(self, step: Step) -> str:
        task, cycle, cause, basis, unit = self.run
        return f"ladder:{task}:c{cycle}:{cause}:{step.name}:{basis}:u{unit}"


def run_of(climb: Climb) -> tuple[int, int, str, str, int]:
    return (climb.task_id, climb.cycle, climb.cause, climb.basis, climb.unit_id)


def addressees(task: TaskSlice) -> list[int]:
    """Who answers for the whole: the leads, or where there is none the responsible units; of several those that have
    not done their own part."""
    answering = list(dict.fromkeys(task.units.get(Part.LEAD) or task.units.get(Part.RESPONSIBLE, [])))
    return [unit for unit in answering if owes(task, unit)] or answering


def first_missed(task: TaskSlice, unit_id: int, since: datetime, now: datetime, office: Office) -> tuple[str, int]:
    """(key of the first period of the unbroken run without a report, how many of them have closed); ("", 0) if none.

    `since`: from when the unit could be asked (registration, a new cycle, its first member).
    """
    if task.finished or unit_id not in task.workers or not owes(task, unit_id):
        return "", 0
    last = task.last_said(unit_id)
    known = max(since, last.at) if last is not None else since
    period = office.period(office.period(known, task.cadence).end + MOMENT, task.cadence)
    first, count = period.key, 0
    while period.end < now:
        count += 1
        period = office.period(period.end + MOMENT, task.cadence)
    return (first, count) if count else ("", 0)


def short(found: Standing) -> bool:
    """Less is done than is due by now, without any tolerance."""
    return not found.task.finished and (found.has(OVERDUE) or found.progress < (found.expected or 0))


def cases(task: TaskSlice, since: dict[int, datetime], now: datetime, office: Office) -> list[Case]:
    """Everything the task's units are to be urged about now. `since`: unit → from when it could be asked to report.

    A unit that is not in `since` has nobody to ask: it is never urged to report.
    """
    if task.finished:
        return []
    found = standing(task, now, office)
    made: list[Case] = []
    facts = {"progress": found.progress, "expected": found.expected, "days_left": found.days_left}
    due = found.due.isoformat() if found.due else ""
    causes = [cause for cause in (OVERDUE, BEHIND) if found.has(cause)]
    if short(found) and not found.has(OVERDUE):
        causes.append(DUE_SOON)
    for cause in causes if due else ():
        made += [Case(task, unit, cause, due, {**facts, "due": due}) for unit in addressees(task)]
    for unit in task.workers:
        if unit in since:
            first, count = first_missed(task, unit, max(since[unit], task.registered_at), now, office)
            if count:
                made.append(Case(task, unit, UNREPORTED, first, {**facts, "due": due, "missed": count}))
    return made


def triggers(step: Step, case: Case) -> bool:
    """The step's own trigger for this cause, apart from `after_days`."""
    if case.cause == OVERDUE:
        return step.overdue
    if case.cause == BEHIND:
        return step.behind
    if case.cause == UNREPORTED:
        return bool(step.missed) and case.facts["missed"] >= step.missed
    days = case.facts["days_left"]
    return bool(step.due_soon_days) and days is not None and 0 <= days <= step.due_soon_days


def next_rung(case: Case, climbed: Sequence[Climb], now: datetime, office: Office) -> int | None:
    """The highest rung the case has reached and not yet taken; None when there is none above the last one taken.

    `climbed`: the climbs of the case's run. They climb the ladder as it was when the run began. A step that only
    follows (`after_days`) waits for the step before it to be issued, and is taken one at a time.
    """
    steps = ladder_of(climbed, office)
    last = max(climbed, key=lambda climb: climb.rung, default=None)
    taken = last.rung if last is not None else -1
    reached = [rung for rung, step in enumerate(steps) if rung > taken and triggers(step, case)]
    if reached:
        return reached[-1]
    if last is None or not last.issued or last.ended_at is not None or taken + 1 >= len(steps):
        return None
    step = steps[taken + 1]
    if not step.after_days:
        return None
    day = office.calendar.add(office.today(last.since), step.after_days)
    return taken + 1 if office.today(now) >= day else None


def ladder_of(climbed: Sequence[Climb], office: Office) -> tuple[Step, ...]:
    return tuple(thawed(step) for step in climbed[0].steps) if climbed else office.policy.ladder.step


def why_ended(climb: Climb, task: TaskSlice, since: dict[int, datetime], now: datetime, office: Office) -> str:
    """Why the climb's cause has ended; "" while it stands."""
    if task.cycle != climb.cycle:
        return "new_cycle"
    if task.finished:
        return "finished"
    if climb.cause == UNREPORTED:
        return _why_reported(climb, task, since, now, office)
    if climb.unit_id not in addressees(task):
        return "handed_over" if climb.unit_id not in task.workers else "own_part_done"
    if task.due is None or task.due.isoformat() != climb.basis:
        return "date_moved"
    found = standing(task, now, office)
    if climb.cause == BEHIND and not (found.has(BEHIND) or found.has(OVERDUE)):
        return "back_on_schedule"
    if climb.cause == BEHIND and found.has(OVERDUE) and not climb.issued and _climbs_when_overdue(climb):
        # Nobody signed it out in time; beside the sheet for what is overdue it has nothing to say.
        return "overtaken"
    return "caught_up" if climb.cause == DUE_SOON and not short(found) else ""


def _climbs_when_overdue(climb: Climb) -> bool:
    return any(thawed(step).overdue for step in climb.steps)


def _why_reported(climb: Climb, task: TaskSlice, since: dict[int, datetime], now: datetime, office: Office) -> str:
    if climb.unit_id not in task.workers:
        return "handed_over"
    # Whoever could be asked once is still asked after the last of its people has left.
    asked = max(since.get(climb.unit_id, task.registered_at), task.registered_at)
    first, count = first_missed(task, climb.unit_id, asked, now, office)
    if count and first <= climb.basis:
        return ""
    last = task.last_said(climb.unit_id)
    # The lead's own figure for the whole may leave a unit nothing to report, though it has not reported.
    return "reported" if last is not None and last.at > climb.at else "nothing_left"


def leads_over(case: Case, standing_climbs: Iterable[Climb], rung: int) -> bool:
    """Another run already has this unit's task as high or higher: a lower sheet beside it would only be noise."""
    return any(
        climb.task_id == case.task.id
        and climb.unit_id == case.unit_id
        and run_of(climb) != case.run
        and climb.ended_at is None
        and climb.rung >= rung
        for climb in standing_climbs
    )
