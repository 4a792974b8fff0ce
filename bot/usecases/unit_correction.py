"""更正 of units: the rows of the parts are those named, the new units are asked for receipt, the past keeps its own."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from bot.domain import correction as rules
from bot.domain import unit_correction as parts
from bot.domain.decision import Decision, Removal
from bot.domain.handing import units_as_they_stand
from bot.domain.ledger import WORKING, MeasureUnit, Part, TaskUnit
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.slices import MeasureSlice, TaskSlice
from bot.domain.unit_phrases import read_units
from bot.store.ledger import load_task
from bot.store.people import ensure_unit
from bot.usecases.act import Act
from bot.usecases.handover import lapse_of
from bot.usecases.people import kind_of
from bot.usecases.remind import replan

NOBODY = ("无", "没有", "none", "-")
JOINED = "、"


def correct_units(
    act: Act, task: TaskSlice, measure: MeasureSlice | None, field: str, to: str, reason: str, registry: Registry
) -> list[int]:
    """The part `field` of the task, or of one measure, is that of the units named. → the ids of those added.

    Refusals: units_unclear (names that must be asked about) and those of `require_units`.
    """
    part = Part(field)
    units = [_unit_id(act, name, registry) for name in _names(to, registry)]
    # The units just named may be new to the ledger.
    act._names = None
    before = (measure or task).units.get(part, [])
    parts.require_units(task, measure, part, units)
    wanted = parts.of_task(task, measure, part, units)
    decision = _task_rows(act, task, part, wanted)
    for each in task.measures:
        own = each.units.get(part, [])
        if measure is None:
            decision += _measure_rows(act, each, part, parts.of_measure(own, before, units) if own else own)
        elif each.id == measure.id:
            decision += _measure_rows(act, each, part, units)
    said = [JOINED.join(act.unit(unit) for unit in row) for row in (before, units)]
    snapshot = units_as_they_stand(task)
    row = rules.recorded(task, measure, field, said[0], said[1], reason, act.member, act.moment, units_before=snapshot)
    act.carry(decision + row)
    for gone in set(task.workers) - set(load_task(act.session, task.number).workers):
        lapse_of(act, task, gone)
    replan(act, load_task(act.session, task.number))
    return [unit for unit in wanted if unit not in task.units.get(part, [])]


def _names(text: str, registry: Registry) -> list[str]:
    """Refusals: units_unclear."""
    if text.strip().lower() in NOBODY:
        return []
    reading = read_units(text, registry)
    others = (reading.lead, reading.cooperating, reading.supervising, reading.verifying)
    if reading.ask or any(others) or not reading.responsible:
        raise Refusal("units_unclear", text=text, names=list(reading.ask))
    return list(reading.responsible)


def _unit_id(act: Act, name: str, registry: Registry) -> int:
    return ensure_unit(act.session, name, kind_of(registry, name)).id or 0


def _task_rows(act: Act, task: TaskSlice, part: Part, wanted: Sequence[int]) -> Decision:
    t = TaskUnit
    rows = act.session.exec(select(t.id, t.unit_id).where(t.task_id == task.id, t.part == part)).all()
    had = {unit for _, unit in rows}
    # Who helps or does the work is asked for receipt; who watches it only learns of it.
    received = None if part in (*WORKING, Part.COOPERATING) else act.moment
    anew: dict[str, Any] = {"handed_over_at": act.moment, "received_at": received}
    return Decision(
        removals=[Removal(TaskUnit, id_ or 0) for id_, unit in rows if unit not in wanted],
        additions=[TaskUnit(task_id=task.id, unit_id=unit, part=part, **anew) for unit in wanted if unit not in had],
    )


def _measure_rows(act: Act, measure: MeasureSlice, part: Part, wanted: Sequence[int]) -> Decision:
    m = MeasureUnit
    rows = act.session.exec(
        select(m.id, m.unit_id).where(m.measure_id == measure.id, m.part == part).order_by(col(m.id))
    ).all()
    had = {unit for _, unit in rows}
    return Decision(
        removals=[Removal(MeasureUnit, id_ or 0) for id_, unit in rows if unit not in wanted],
        additions=[MeasureUnit(measure_id=measure.id, unit_id=unit, part=part) for unit in wanted if unit not in had],
    )
