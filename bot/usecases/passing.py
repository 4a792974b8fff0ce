"""转办 within a unit: a task to a colleague, who is told at once and hears of it first from then on."""

from collections.abc import Iterable
from typing import Any

from bot.domain import handing as rules
from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import SEES_ALL, UNIT_PEOPLE, Member, Role
from bot.domain.post import Lane
from bot.domain.process import TaskHandler
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice
from bot.store import handlers
from bot.store.ledger import load_task
from bot.store.people import people_names, present
from bot.usecases.act import Act


def pass_within(act: Act, number: int, text: str) -> dict[str, Any]:
    """The colleague the text begins with handles the unit's part now; the rest of the text is why. → facts.

    Refusals: no_such_task and those of `require_passable_within`, `choose_colleague` and `require_other`.
    """
    task = load_task(act.session, number)
    try:
        unit = rules.require_passable_within(task, act.person)
    except Refusal as refusal:
        if "unit" in refusal.facts:
            refusal.facts["unit"] = act.unit(refusal.facts["unit"])
        raise
    colleagues = present(act.session, roles=UNIT_PEOPLE, units=[unit])
    taker, reason = rules.choose_colleague(task, act.person, text.strip(), colleagues)
    standing = handlers.handlers(act.session, task_id=task.id).get((task.id, unit))
    former = standing[1] if standing else None
    rules.require_other(task, act.person, taker, former.id if former else None)
    row = TaskHandler(
        task_id=task.id,
        cycle=task.cycle,
        unit_id=unit,
        member_id=taker.id or 0,
        by_member_id=act.person.id or 0,
        reason=reason,
        at=act.moment,
    )
    event = Deed(
        "passed_within",
        task.id,
        {"handler": former.id} if former else {},
        {"unit": unit, "handler": taker.id, "reason": reason},
    )
    act.carry(Decision(changes=ended(act, task, unit), additions=[row], events=[event]))
    return _tell(act, task, row, taker, former)


def ended(act: Act, task: TaskSlice, unit: int) -> list[Change]:
    """Nobody of the unit handles the task by name any more."""
    return [
        Change(TaskHandler, row.id or 0, {"ended_at": act.moment}, only_if={"ended_at": None})
        for row in handlers.rows_of(act.session, task.id)
        if row.unit_id == unit and row.ended_at is None
    ]


def _tell(act: Act, task: TaskSlice, row: TaskHandler, taker: Member, former: Member | None) -> dict[str, Any]:
    facts = {
        "number": task.number,
        "title": task.title,
        "name": taker.name,
        "by": act.person.name,
        "reason": row.reason,
        "due": task.due.isoformat() if task.due else None,
        "progress": task.progress,
    }
    key, about = f"passed_within:{row.id}", {"task": task.number}
    if taker.id != act.person.id:
        buttons = [[["card", f"card:{task.number}"]]]
        act.tell([taker], "yours_to_handle", facts | {"buttons": buttons}, key=key, lane=Lane.URGENT, about=about)
    if former is not None and former.id not in (act.person.id, taker.id):
        act.tell([former], "handler_changed", facts, key=key, lane=Lane.URGENT, about=about)
    return {**facts, "own": taker.id == act.person.id, "whose": _whose(act, row, taker)}


def _whose(act: Act, row: TaskHandler, taker: Member) -> str:
    """Whose daily message lists it now: the taker's first, still both (a head sees everything), or the passer's, as
    the taker cannot be reached or is away."""
    today = act.office.today(act.now)
    if all(each.id != row.id for each, _ in handlers.hearing(act.session, today, [row.unit_id])):
        return "passer"
    return "both" if act.person.role == Role.HEAD else "taker"


def names_of(act: Act, tasks: Iterable[TaskSlice]) -> dict[int, list[str]]:
    """Task number → names of those who handle it: for a unit's people of their own unit, else of every unit."""
    units = None if act.person.role in SEES_ALL else [act.person.unit_id or 0]
    standing = handlers.handlers(act.session, units=units)
    return {
        task.number: [standing[task.id, unit][1].name for unit in task.workers if (task.id, unit) in standing]
        for task in tasks
    }


def on_card(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """经办 of each unit that works on the task: {"name", "by", "at", "unit"}."""
    people = people_names(act.session)
    return [
        {
            "unit": act.unit(unit),
            "name": member.name,
            "by": people.get(row.by_member_id, ""),
            "at": act.office.local(row.at).isoformat(),
        }
        for (_, unit), (row, member) in handlers.handlers(act.session, task_id=task.id).items()
        if unit in task.workers
    ]


def passings_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the task's history."""
    people = people_names(act.session)
    return [
        {
            "what": "passed_within",
            "at": act.office.local(row.at).isoformat(),
            "unit": act.unit(row.unit_id),
            "by": people.get(row.by_member_id, ""),
            "name": people.get(row.member_id, ""),
            "text": row.reason,
        }
        for row in handlers.rows_of(act.session, task.id)
    ]
