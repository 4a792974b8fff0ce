"""更正 of the ledger as it is shown: in the history and in the bulletin."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.process import Correction
from bot.domain.slices import TaskSlice
from bot.store.people import people_names
from bot.usecases.act import Act


def corrections_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the task's history."""
    names = people_names(act.session)
    ordinals = {measure.id: measure.ordinal for measure in task.measures}
    rows = act.session.exec(select(Correction).where(Correction.task_id == task.id).order_by(col(Correction.id)))
    return [
        {
            "what": "correction",
            "at": act.office.local(row.at).isoformat(),
            "by": names.get(row.member_id or 0, ""),
            "place": f"{task.number}.{ordinals[row.measure_id]}" if row.measure_id in ordinals else "",
            "field": row.field,
            "before": row.before,
            "after": row.after,
            "basis": row.basis,
            "text": row.reason,
        }
        for row in rows
    ]


def corrections_of_week(act: Act, tasks: Sequence[TaskSlice], start: datetime, end: datetime) -> list[dict[str, Any]]:
    """更正 of the ledger in a week, for the bulletin."""
    by_id = {task.id: task for task in tasks}
    rows = act.session.exec(select(Correction).where(Correction.at > start, Correction.at <= end))
    return [
        {
            "number": by_id[row.task_id].number,
            "title": by_id[row.task_id].title,
            "field": row.field,
            "reason": row.reason,
            "basis": row.basis,
        }
        for row in rows
        if row.task_id in by_id
    ]
