"""更正 of units: who leads, does, helps, supervises, verifies; what stood before is kept, so that the past reads on."""

from collections.abc import Sequence

from bot.domain.ledger import WORKING, Part
from bot.domain.refusal import Refusal
from bot.domain.slices import MeasureSlice, TaskSlice

WATCHING = (Part.VERIFYING, Part.SUPERVISING)


def require_units(task: TaskSlice, measure: MeasureSlice | None, part: Part, units: Sequence[int]) -> None:
    """`units`: who has the part from now on, of the task or of one measure of it.

    Refusals: same_wording, task_closed (who does the work changes only while it goes on), verifier_would_do,
    no_worker_left.
    """
    before = (measure or task).units.get(part, [])
    if list(units) == list(before):
        raise Refusal("same_wording", task=task.number)
    if part not in WORKING:
        return
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=task.state)
    watching = {unit for each in WATCHING for unit in task.units.get(each, [])}
    if (set(units) - set(before)) & watching:
        raise Refusal("verifier_would_do", task=task.number)
    other = Part.LEAD if part == Part.RESPONSIBLE else Part.RESPONSIBLE
    if not units and not (measure or task).units.get(other):
        raise Refusal("no_worker_left", task=task.number)


def of_task(task: TaskSlice, measure: MeasureSlice | None, part: Part, units: Sequence[int]) -> list[int]:
    """Who has the part in the task: those named; for one measure, who still has it in another, and those added."""
    if measure is None:
        return list(units)
    gone = set(measure.units.get(part, [])) - set(units)
    elsewhere = {unit for other in task.measures if other.id != measure.id for unit in other.units.get(part, [])}
    stay = [unit for unit in task.units.get(part, []) if unit not in gone or unit in elsewhere]
    return list(dict.fromkeys([*stay, *units]))


def of_measure(own: Sequence[int], before: Sequence[int], after: Sequence[int]) -> list[int]:
    """Who has the part in a measure once the task's units are others: all where it had all; where only units that are
    gone had it, those that came."""
    if list(own) == list(before):
        return list(after)
    gone = set(before) - set(after)
    if not gone & set(own):
        return list(own)
    left = [unit for unit in own if unit not in gone]
    return left or [unit for unit in after if unit not in before] or list(after)
