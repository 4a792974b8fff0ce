"""The ledger as JSON for scripts (design.md §2): tasks and one task whole."""

from datetime import datetime
from typing import Any

from bot.domain.registry import Registry
from bot.domain.slices import TaskSlice
from bot.domain.standing import OVERDUE, standing
from bot.store.ledger import load_task, load_tasks
from bot.store.people import unit_by_name
from bot.usecases.act import Act
from bot.usecases.facts import measure_object, task_object
from bot.usecases.lists import questions_of, reports_of
from bot.usecases.people import known_unit


def task_rows(
    act: Act, registry: Registry, *, unit: str | None, only_overdue: bool, as_of: datetime | None
) -> list[dict[str, Any]]:
    """Refusals: no_such_unit."""
    unit_id: int | None = None
    if unit is not None:
        found = unit_by_name(act.session, known_unit(act, unit, registry))
        unit_id = found.id if found else 0
    tasks = load_tasks(act.session, unit_id=unit_id, as_of=as_of)
    rows = [standing(task, as_of or act.now, act.office) for task in tasks]
    return [task_object(act, row) for row in rows if not only_overdue or row.has(OVERDUE)]


def task_whole(act: Act, number: int, *, as_of: datetime | None = None) -> dict[str, Any]:
    """Refusals: no_such_task."""
    task: TaskSlice = load_task(act.session, number, as_of=as_of)
    return {
        **task_object(act, standing(task, as_of or act.now, act.office)),
        "objective": task.objective,
        "measures": [measure_object(act, number, measure) for measure in task.measures],
        "reports": [row for row in reports_of(act, task) if as_of is None or _by(row["at"], as_of)],
        "questions": questions_of(act, task.id),
    }


def _by(at: str, as_of: datetime) -> bool:
    return datetime.fromisoformat(at) <= as_of
