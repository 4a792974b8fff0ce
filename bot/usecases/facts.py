"""Slices as the plain facts that words, the command line and papers all print."""

from typing import Any

from bot.domain.ledger import Part
from bot.domain.reminding import shifted
from bot.domain.slices import MeasureSlice
from bot.domain.standing import DUE_SOON, Standing
from bot.usecases.act import Act


def task_line(act: Act, found: Standing) -> dict[str, Any]:
    """One line of a list: number, title, dates, progress, label."""
    return {
        "number": found.task.number,
        "title": found.task.title,
        "due": found.due.isoformat() if found.due else None,
        "days_left": found.days_left,
        "progress": found.progress,
        "flag": found.colour,
        "flags": list(found.flags),
        "state": str(found.task.state),
        "upkeep": found.task.upkeep,
        "units": [act.unit(unit) for unit in found.task.workers],
        **(last_working(act, found) if found.has(DUE_SOON) else {"last_working": None}),
    }


# What a task's line in a folded message has no words for.
UNSAID = frozenset({"flags", "state", "units"})


def brief_line(act: Act, found: Standing) -> dict[str, Any]:
    """One line of a folded message: thousands of them are kept in the outbox, so no more than its words print."""
    return {name: value for name, value in task_line(act, found).items() if name not in UNSAID}


def last_working(act: Act, found: Standing) -> dict[str, Any]:
    """The last working day to do it on, where the deadline falls on a day of rest, and the year if nobody knows its
    calendar yet."""
    if found.due is None or found.task.finished or (found.days_left or 0) < 0:
        return {"last_working": None}
    day = shifted(found.due, act.office)
    if day == found.due:
        return {"last_working": None}
    years = act.office.calendar.unknown([found.due, day])
    return {"last_working": day.isoformat(), **({"last_unknown": years} if years else {})}


def units_by_part(act: Act, units: dict[str, list[int]]) -> dict[str, list[str]]:
    return {str(part): [act.unit(unit) for unit in units.get(part, [])] for part in Part}


def task_object(act: Act, found: Standing) -> dict[str, Any]:
    """The object of `duban tasks --json` (design.md §2)."""
    task = found.task
    return {
        "number": task.number,
        "plan": task.plan,
        "source_number": task.source_number,
        "title": task.title,
        "problem": task.problem,
        "units": units_by_part(act, task.units),
        "due": task.due.isoformat() if task.due else None,
        "internal_due": task.internal_due.isoformat() if task.internal_due else None,
        "progress": found.progress,
        "expected": found.expected,
        "state": str(task.state),
        "cycle": task.cycle,
        "upkeep": task.upkeep,
        "flags": list(found.flags),
    }


def measure_object(act: Act, number: int, measure: MeasureSlice) -> dict[str, Any]:
    return {
        "number": f"{number}.{measure.ordinal}",
        "text": measure.text,
        "units": units_by_part(act, measure.units),
        "kind": measure.kind,
        "deadline": measure.phrase,
        "due": measure.due.isoformat() if measure.due else None,
        "internal_due": _internal(measure),
        "stages": [stage.due.isoformat() for stage in measure.stages],
        "quantities": [stage.quantity for stage in measure.stages],
        "ongoing": measure.ongoing,
        "progress": measure.progress,
    }


def _internal(measure: MeasureSlice) -> str | None:
    internal = measure.stages[-1].internal_due if measure.stages else None
    return internal.isoformat() if internal else None
