"""更正 of the ledger by the office, at the command line or by importing the plan's file again."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from bot.domain import correction as rules
from bot.domain.correction import TASK_FIELDS, UNIT_FIELDS
from bot.domain.deadlines import read_deadline
from bot.domain.drafting import Draft, TaskDraft
from bot.domain.ledger import Measure, Milestone, Part
from bot.domain.people import UNIT_PEOPLE, Role
from bot.domain.post import Lane
from bot.domain.process import Correction
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.close_out import after_correction
from bot.usecases.plan_draft import key_of
from bot.usecases.remind import replan
from bot.usecases.unit_correction import correct_units


def correct(
    act: Act,
    number: int,
    ordinal: int | None,
    field: str,
    to: str,
    reason: str,
    basis: str = "",
    *,
    registry: Registry | None = None,
) -> dict[str, Any]:
    """The field reads `to` from now on; what it was stays in the history, and those it concerns are told.

    `registry`: needed where units are named. → {"number", "field", "before", "after", "reason", "basis"}.
    Refusals: no_such_task, those of `require_correctable`, `measure_meant` and of the rule of each field; day_unclear.
    """
    task = load_task(act.session, number)
    rules.require_correctable(task, field, to, reason)
    added: list[int] = []
    if field in TASK_FIELDS:
        act.carry(rules.correct_task(task, field, to, reason, act.member, act.moment))
    elif field in UNIT_FIELDS:
        assert registry is not None, "units are read with the registry"
        measure = rules.measure_meant(task, ordinal) if ordinal else None
        added = correct_units(act, task, measure, field, to, reason, registry)
    else:
        _correct_measure(act, task, ordinal, field, to.strip(), reason, basis)
    row = act.session.exec(
        select(Correction).where(Correction.task_id == task.id).order_by(col(Correction.id).desc())
    ).first()
    assert row is not None
    facts = {
        "number": number,
        "title": load_task(act.session, number).title,
        "place": f"{number}.{ordinal}" if ordinal else str(number),
        "field": field,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "basis": row.basis,
    }
    told = _tell(act, task, row.id or 0, facts, added)
    after_correction(act, number)
    return {**facts, "told": told}


def _tell(act: Act, task: TaskSlice, correction: int, facts: dict[str, Any], added: Sequence[int]) -> int:
    """Those who work on it, or did; who is new to it is asked for receipt."""
    number, key, about = task.number, f"correction:{correction}", {"task": task.number}
    anew = load_task(act.session, number)
    asked = [unit for unit in added if unit in anew.workers or unit in anew.units.get(Part.COOPERATING, [])]
    new = present(act.session, roles=UNIT_PEOPLE, units=asked) if asked else []
    buttons = [[["sign", f"ack:{number}"], ["card", f"card:{number}"]]]
    said = act.tell(new, "ledger_corrected", facts | {"buttons": buttons}, key=key, lane=Lane.URGENT, about=about)
    people = present(act.session, roles=UNIT_PEOPLE, units=list({*task.workers, *anew.workers}))
    if added:
        people += present(act.session, roles=[Role.VERIFIER], units=added)
    others = [member for member in people if member.id not in {each.id for each in new}]
    return said + act.tell(others, "ledger_corrected", facts, key=key, lane=Lane.REMINDER, about=about)


def _correct_measure(
    act: Act, task: TaskSlice, ordinal: int | None, field: str, to: str, reason: str, basis: str
) -> None:
    measure = rules.measure_meant(task, ordinal)
    version = act.session.exec(select(Measure.version).where(Measure.id == measure.id)).one()
    if field == "text":
        act.carry(rules.correct_text(task, measure, version, to, reason, act.member, act.moment))
        return
    reading = read_deadline(to, task.issued, act.office.calendar)
    if reading.kind != "date" or reading.due is None:
        raise Refusal("day_unclear", text=to, days=[day.isoformat() for day in reading.choices])
    last = measure.stages[-1].id if measure.stages else 0
    milestone = act.session.exec(select(Milestone.version).where(Milestone.id == last)).first() or 0
    versions = (version, milestone)
    act.carry(rules.correct_deadline(task, measure, versions, to, reading.due, reason, basis, act.member, act.moment))
    replan(act, load_task(act.session, task.number))


def correct_from_file(act: Act, draft: Draft, changed: list[int], reason: str) -> dict[str, Any]:
    """Changed wording of the file stands on the ledger as recorded corrections; dates, units and added measures do not:
    they have ways of their own. → {"corrected": [place…], "not_corrected": [{"number", "what"}]}.
    """
    tasks = {(task.plan, task.source_number or task.problem): task for task in load_tasks(act.session)}
    corrected: list[str] = []
    left: list[dict[str, Any]] = []
    for drafted in draft.tasks:
        task = tasks.get(key_of(draft, drafted))
        if task is None or task.number not in changed:
            continue
        if task.struck_off:
            left.append({"number": task.number, "what": "struck_off"})
            continue
        corrected += _correct_wording(act, task, drafted, reason)
        left += _what_remains(act, task, drafted)
    return {"corrected": corrected, "not_corrected": left}


def _correct_wording(act: Act, task: TaskSlice, drafted: TaskDraft, reason: str) -> list[str]:
    done = []
    for field in ("problem", "objective"):
        wanted = getattr(drafted, field).strip()
        if wanted and wanted != getattr(task, field):
            done.append(f"{correct(act, task.number, None, field, wanted, reason)['place']} {field}")
    if len(drafted.measures) == len(task.measures):
        for measure, new in zip(task.measures, drafted.measures, strict=True):
            if new.text.strip() and new.text.strip() != measure.text:
                made = correct(act, task.number, measure.ordinal, "text", new.text, reason)
                done.append(f"{made['place']} text")
    return done


def _what_remains(act: Act, task: TaskSlice, drafted: TaskDraft) -> list[dict[str, Any]]:
    from bot.usecases.plan_draft import PARTS, names_of

    left = []
    if len(drafted.measures) != len(task.measures):
        left.append({"number": task.number, "what": "measures"})
    elif any(m.phrase != new.deadline_phrase for m, new in zip(task.measures, drafted.measures, strict=True)):
        left.append({"number": task.number, "what": "deadline"})
    units = {str(part): sorted(act.unit(unit) for unit in task.units.get(part, [])) for part in PARTS}
    if units != {str(part): sorted(names_of(drafted, part)) for part in PARTS}:
        left.append({"number": task.number, "what": "units"})
    return left
