"""更正: the office's explicit change of the ledger's wording or of a date, with its reason and what stood before.

A struck-off cycle is frozen: what a past bulletin said of it stays true.
"""

from datetime import date, datetime
from typing import Any

from bot.domain.decision import Change, Decision, Deed
from bot.domain.extension import change_dates
from bot.domain.ledger import Measure, Part, Task
from bot.domain.people import Member
from bot.domain.process import Correction
from bot.domain.refusal import Refusal
from bot.domain.slices import MeasureSlice, TaskSlice

TASK_FIELDS = ("title", "problem", "objective")
MEASURE_FIELDS = ("text", "deadline")
UNIT_FIELDS = tuple(str(part) for part in Part)
FIELDS = (*TASK_FIELDS, *MEASURE_FIELDS, *UNIT_FIELDS)


def require_correctable(task: TaskSlice, field: str, to: str, reason: str) -> None:
    """Refusals: bad_field, struck_off_frozen, correction_empty, correction_unreasoned."""
    if field not in FIELDS:
        raise Refusal("bad_field", field=field, fields=", ".join(FIELDS))
    if task.struck_off:
        raise Refusal("struck_off_frozen", task=task.number)
    if not to.strip():
        raise Refusal("correction_empty", task=task.number)
    if not reason.strip():
        raise Refusal("correction_unreasoned", task=task.number)


def measure_meant(task: TaskSlice, ordinal: int | None) -> MeasureSlice:
    """The named measure, or the only one. Refusals: no_such_measure, measure_missing."""
    if ordinal is None:
        if len(task.measures) != 1:
            raise Refusal("measure_missing", task=task.number, count=len(task.measures))
        return task.measures[0]
    found = next((m for m in task.measures if m.ordinal == ordinal), None)
    if found is None:
        raise Refusal("no_such_measure", task=task.number, measure=ordinal, count=len(task.measures))
    return found


def correct_task(task: TaskSlice, field: str, to: str, reason: str, member: Member | None, at: datetime) -> Decision:
    """Refusals: same_wording."""
    before = str(getattr(task, field))
    if before == to.strip():
        raise Refusal("same_wording", task=task.number)
    change = Change(Task, task.id, {field: to.strip()}, task.version)
    return Decision(changes=[change]) + recorded(task, None, field, before, to.strip(), reason, member, at)


def correct_text(
    task: TaskSlice, measure: MeasureSlice, version: int, to: str, reason: str, member: Member | None, at: datetime
) -> Decision:
    """Refusals: same_wording."""
    if measure.text == to.strip():
        raise Refusal("same_wording", task=task.number)
    change = Change(Measure, measure.id, {"text": to.strip()}, version)
    return Decision(changes=[change]) + recorded(task, measure, "text", measure.text, to.strip(), reason, member, at)


def correct_deadline(
    task: TaskSlice,
    measure: MeasureSlice,
    versions: tuple[int, int],
    phrase: str,
    day: date,
    reason: str,
    basis: str,
    member: Member | None,
    at: datetime,
) -> Decision:
    """The last date of the measure, and its phrase; `versions` are those of the measure and of the milestone.

    A published date moves only with the number of the approving document, also when it is put right.
    Refusals: no_date_to_move, same_wording, basis_missing.
    """
    if not measure.stages:
        raise Refusal("no_date_to_move", task=task.number)
    stage = measure.stages[-1]
    if day == stage.due:
        raise Refusal("same_wording", task=task.number)
    if not basis.strip():
        raise Refusal("basis_missing", task=task.number, day=day.isoformat(), due=stage.due.isoformat())
    change = Change(Measure, measure.id, {"deadline_phrase": phrase}, versions[0])
    dates: dict[str, date | None] = {"due": day}
    # Put earlier, an internal date that no longer comes first ends; put later, it stays where the office set it.
    if stage.internal_due is not None and stage.internal_due >= day:
        dates["internal_due"] = None
    moved = change_dates(task, stage, versions[1], dates, reason, basis.strip(), member, at)
    before, after = f"{measure.phrase or stage.due} ({stage.due})", f"{phrase} ({day})"
    record = recorded(task, measure, "deadline", before, after, reason, member, at, basis.strip())
    return Decision(changes=[change]) + moved + record


def recorded(
    task: TaskSlice,
    measure: MeasureSlice | None,
    field: str,
    before: str,
    after: str,
    reason: str,
    member: Member | None,
    at: datetime,
    basis: str = "",
    units_before: dict[str, Any] | None = None,
) -> Decision:
    """The correction's own record, with its event."""
    row = Correction(
        task_id=task.id,
        measure_id=measure.id if measure else None,
        field=field,
        before=before,
        after=after,
        reason=reason.strip(),
        basis=basis,
        units_before=units_before or {},
        member_id=member.id if member else None,
        at=at,
    )
    place = f"{task.number}.{measure.ordinal}" if measure else str(task.number)
    after_facts = {field: after, "reason": row.reason, "basis": basis}
    return Decision(additions=[row], events=[Deed("correction", task.id, {"place": place, field: before}, after_facts)])
