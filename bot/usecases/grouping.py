"""条块: a list of tasks by who leads them or by the districts that do them, or those of one unit."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Part, Unit
from bot.domain.people import SEES_ALL
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.slices import TaskSlice
from bot.domain.standing import Standing
from bot.usecases.act import Act
from bot.usecases.facts import task_line

LEAD, DISTRICT = "lead", "district"
GROUPS = (LEAD, DISTRICT)


def of_unit(unit_id: int) -> str:
    """The view that shows one unit's tasks."""
    return f"u{unit_id}"


def unit_of_view(act: Act, word: str, registry: Registry) -> int | None:
    """The unit on the ledger that the word names, if it names one."""
    known = registry.find(word)
    name = known.name if known else word
    return next((id_ for id_, unit in act.names.items() if unit == name), None)


def chosen(act: Act, rows: Sequence[Standing], view: str) -> list[dict[str, Any]]:
    """The lines of a list in their order; in a view by groups each under its group, and once under each it belongs to.

    `view`: "", lead, district, or u<unit id>. Each line has `group` (a unit's name, "" for the rest) and `of_group`,
    how many the group has. Refusals: not_your_unit.
    """
    if view in GROUPS:
        return _grouped(act, rows, _leads if view == LEAD else _districts(act))
    if view:
        unit_id = int(view[1:])
        if act.person.role not in SEES_ALL and unit_id != act.person.unit_id:
            raise Refusal("not_your_unit", unit=act.unit(unit_id))
        rows = [row for row in rows if unit_id in row.task.workers]
    return [_line(act, row, "", 0) for row in rows]


def _line(act: Act, row: Standing, group: str, of_group: int) -> dict[str, Any]:
    mine = row.task.parts_of(act.person.unit_id)
    return {**task_line(act, row), "parts": mine, "group": group, "of_group": of_group}


def _leads(task: TaskSlice) -> Sequence[int]:
    return task.units.get(Part.LEAD, [])


def _districts(act: Act) -> Callable[[TaskSlice], Sequence[int]]:
    known = set(act.session.exec(select(Unit.id).where(col(Unit.kind) == DISTRICT)))
    return lambda task: [unit for unit in task.workers if unit in known]


def _grouped(act: Act, rows: Sequence[Standing], units: Callable[[TaskSlice], Sequence[int]]) -> list[dict[str, Any]]:
    """Groups in the order in which the units came to the ledger; what belongs to none stands last."""
    groups: dict[int, list[Standing]] = {}
    for row in rows:
        for unit in units(row.task) or [0]:
            groups.setdefault(unit, []).append(row)
    return [
        _line(act, row, act.unit(unit), len(groups[unit]))
        for unit in sorted(groups, key=lambda unit: (unit == 0, unit))
        for row in groups[unit]
    ]
