"""转办: a task to another unit. What was said stays with whoever said it; what is to be done goes to who can do it."""

from typing import Any

from sqlmodel import col, select

from bot.domain import handing as rules
from bot.domain.decision import Change, Decision, Deed
from bot.domain.extension import OPEN, lapse
from bot.domain.ledger import WORKING, MeasureUnit, TaskUnit
from bot.domain.people import UNIT_PEOPLE
from bot.domain.post import Lane
from bot.domain.process import Extension, HandOver
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task
from bot.store.people import ensure_unit, people_names, present
from bot.usecases.act import Act
from bot.usecases.passing import ended


def pass_on(
    act: Act, number: int, taker: str, reason: str, registry: Registry, giver: str | None = None
) -> dict[str, Any]:
    """转办: the working part of one unit is another's now, and both are told. → facts of the answer.

    Refusals: no_such_task, no_such_unit and those of `choose_giver` and `require_passable`.
    """
    from bot.usecases.people import kind_of, known_unit

    task = load_task(act.session, number)
    names = {name: known_unit(act, name, registry) for name in (taker, giver) if name}
    to = ensure_unit(act.session, names[taker], kind_of(registry, names[taker])).id or 0
    try:
        since = rules.choose_giver(task, _unit_id(act, names[giver]) if giver else None)
        rules.require_passable(task, act.person, since, to, reason)
    except Refusal as refusal:
        _name_units(act, refusal)
        raise
    row = HandOver(
        task_id=task.id,
        cycle=task.cycle,
        from_unit_id=since,
        to_unit_id=to,
        reason=reason.strip(),
        before=rules.units_as_they_stand(task),
        member_id=act.person.id,
        at=act.moment,
    )
    event = Deed("passed_on", task.id, {"unit": since}, {"unit": to, "reason": row.reason})
    reports = rules.carried(task, since, to, act.person, act.now)
    act.carry(
        Decision(
            changes=[*_moved(act, task, since, to), *ended(act, task, since)], additions=[row, *reports], events=[event]
        )
    )
    lapse_of(act, task, since)
    # The names were read before the unit stood in the ledger.
    act._names = None
    return _tell_both(act, load_task(act.session, number), row)


def is_unit(act: Act, text: str, registry: Registry) -> bool:
    """The word names a unit, and is not the beginning of a reason."""
    return registry.find(text) is not None or text in act.names.values()


def _unit_id(act: Act, name: str) -> int:
    return next((id_ for id_, known in act.names.items() if known == name), 0)


def _name_units(act: Act, refusal: Refusal) -> None:
    if "units" in refusal.facts:
        refusal.facts["units"] = [act.unit(unit) for unit in refusal.facts["units"]]
    if "unit" in refusal.facts:
        refusal.facts["unit"] = act.unit(refusal.facts["unit"])


def _moved(act: Act, task: TaskSlice, giver: int, taker: int) -> list[Change]:
    """The rows of the giver's working parts, handed over anew and waiting for receipt."""
    anew = {"unit_id": taker, "handed_over_at": act.moment, "received_at": None, "received_by": None}
    parts = act.session.exec(
        select(TaskUnit.id).where(
            TaskUnit.task_id == task.id, TaskUnit.unit_id == giver, col(TaskUnit.part).in_(WORKING)
        )
    ).all()
    own = act.session.exec(
        select(MeasureUnit.id).where(
            col(MeasureUnit.measure_id).in_([measure.id for measure in task.measures]),
            MeasureUnit.unit_id == giver,
            col(MeasureUnit.part).in_(WORKING),
        )
    ).all()
    # Somebody else passed it on first: changed_meanwhile.
    changes = [Change(TaskUnit, id_ or 0, anew, only_if={"unit_id": giver}) for id_ in parts]
    return changes + [Change(MeasureUnit, id_ or 0, {"unit_id": taker}, only_if={"unit_id": giver}) for id_ in own]


def lapse_of(act: Act, task: TaskSlice, giver: int) -> None:
    """What a unit that no longer works on the task had asked for is asked no more."""
    rows = act.session.exec(
        select(Extension).where(
            Extension.task_id == task.id, Extension.unit_id == giver, col(Extension.state).in_(OPEN)
        )
    ).all()
    if rows:
        act.carry(lapse(rows, task))


def _tell_both(act: Act, task: TaskSlice, row: HandOver) -> dict[str, Any]:
    facts = {
        "number": task.number,
        "title": task.title,
        "giver": act.unit(row.from_unit_id),
        "taker": act.unit(row.to_unit_id),
        "reason": row.reason,
        "by": act.person.name,
        "office": act.unit(act.person.unit_id),
        "due": task.due.isoformat() if task.due else None,
        "progress": task.progress,
    }
    key = f"passed_on:{row.id}"
    givers = present(act.session, roles=UNIT_PEOPLE, units=[row.from_unit_id])
    takers = present(act.session, roles=UNIT_PEOPLE, units=[row.to_unit_id])
    act.tell(givers, "passed_away", facts, key=key, lane=Lane.URGENT)
    buttons = [[["sign", f"ack:{task.number}"], ["card", f"card:{task.number}"]]]
    about = {"task": task.number}
    told = act.tell(takers, "passed_to_you", facts | {"buttons": buttons}, key=key, lane=Lane.URGENT, about=about)
    return {**facts, "told": told}


def hand_overs_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the task's history."""
    names = people_names(act.session)
    rows = act.session.exec(select(HandOver).where(HandOver.task_id == task.id).order_by(col(HandOver.id)))
    return [
        {
            "what": "passed_on",
            "at": act.office.local(row.at).isoformat(),
            "by": names.get(row.member_id or 0, ""),
            "giver": act.unit(row.from_unit_id),
            "taker": act.unit(row.to_unit_id),
            "text": row.reason,
        }
        for row in rows
    ]
