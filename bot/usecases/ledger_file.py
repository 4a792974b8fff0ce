"""台账: the ledger of a moment as a workbook, for whoever wants to filter, print or file it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.slices import MeasureSlice
from bot.domain.standing import Standing, standing
from bot.store.ledger import load_tasks
from bot.usecases.act import Act
from bot.usecases.digest import scope_filter, scope_title
from bot.usecases.facts import measure_object, task_object
from bot.usecases.papers import keep


def ledger_xlsx(act: Act, as_of: datetime, scope: str, locale: str) -> tuple[bytes, int, int]:
    """→ (the workbook, its tasks, its measures). Refusals: bad_scope."""
    # openpyxl is slow to load and seldom wanted.
    from bot.documents.ledger_xlsx import write_ledger

    tasks = load_tasks(act.session, as_of=as_of, **scope_filter(act, scope))
    rows = [_task(act, standing(task, as_of, act.office)) for task in tasks]
    content = write_ledger(locale, rows, act.office.local(as_of).isoformat())
    return content, len(rows), sum(len(row["measures"]) for row in rows)


def kept_ledger(act: Act, as_of: datetime, scope: str, data: Path) -> dict[str, Any]:
    """The workbook under `data` (DUBAN_DATA), in the person's language. → {"file", "as_of", "scope", "tasks", …}"""
    content, tasks, measures = ledger_xlsx(act, as_of, scope, act.person.locale)
    file = keep(data, f"ledger-{act.person.id}-{act.now:%Y%m%d-%H%M%S}.xlsx", content)
    moment = act.office.local(as_of).isoformat()
    return {"file": file, "as_of": moment, "scope": scope_title(act, scope), "tasks": tasks, "measures": measures}


def _task(act: Act, found: Standing) -> dict[str, Any]:
    task = found.task
    return {
        **task_object(act, found),
        "task": task.title,
        "objective": task.objective,
        "state": [str(task.state)],
        "task_progress": found.progress,
        "measures": [_measure(act, task.number, measure) for measure in task.measures],
    }


def _measure(act: Act, number: int, measure: MeasureSlice) -> dict[str, Any]:
    found = measure_object(act, number, measure)
    last = max(measure.said.values(), key=lambda said: said.at, default=None)
    return {
        **found,
        **found["units"],
        "measure_number": found["number"],
        "measure": measure.text,
        "last_at": act.office.local(last.at).isoformat() if last else None,
        "last_unit": act.unit(last.unit_id) if last else "",
        "last_text": last.text if last else "",
    }
