"""前后对比: the first and the last picture of a task (or of one measure), with the day of each and where it is from."""

from datetime import date
from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Evidence, Report
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task
from bot.usecases.act import Act


def comparison(act: Act, number: int, ordinal: int | None = None) -> dict[str, Any]:
    """The facts of the picture and of its caption: what delivery composes (`files`, `days`) or, if it cannot, sends
    as they are (`file_ids`).

    Refusals: no_such_task, not_your_task, no_such_measure, too_few_pictures (count).
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    measure = next((each for each in task.measures if each.ordinal == ordinal), None)
    if ordinal is not None and measure is None:
        raise Refusal("no_such_measure", task=number, measure=ordinal, count=len(task.measures))
    found = pictures(act, task, measure.id if measure else None)
    if len(found) < 2:
        raise Refusal("too_few_pictures", task=number, count=len(found))
    chosen = [found[0], found[-1]]
    return {
        "number": task.number,
        "title": task.title,
        "place": f"{number}.{ordinal}" if ordinal is not None else "",
        "pictures": [_told(act, task, row) for row in chosen],
        "apart": (day_of(act, chosen[1]) - day_of(act, chosen[0])).days,
        "count": len(found),
        "files": [f"evidence/{row.sha256[:2]}/{row.sha256}" for row in chosen if row.sha256],
        "days": [day_of(act, row).isoformat() for row in chosen],
        "file_ids": [{"file_id": row.file_id} for row in chosen],
        "type": "photo" if all(row.kind == "photo" for row in chosen) else "document",
    }


def comparable(act: Act, number: int) -> bool:
    """[前后对比] would succeed."""
    return len(pictures(act, load_task(act.session, number))) > 1


def pictures(act: Act, task: TaskSlice, measure_id: int | None = None) -> list[Evidence]:
    """The pictures of the task's present cycle that lie in the archive, the earliest day first."""
    rows = act.session.exec(
        select(Evidence)
        .where(
            Evidence.task_id == task.id,
            Evidence.cycle == task.cycle,
            Evidence.state == "fetched",
            col(Evidence.withdrawn_at).is_(None),
        )
        .order_by(col(Evidence.at), col(Evidence.id))
    ).all()
    shown = [row for row in rows if row.kind == "photo" or row.mime.startswith("image/")]
    if measure_id is not None:
        ids = [row.report_id for row in shown if row.report_id is not None]
        reports = act.session.exec(select(Report).where(col(Report.id).in_(ids)))
        of_report = {report.id: report.measure_id for report in reports}
        shown = [row for row in shown if (row.measure_id or of_report.get(row.report_id)) == measure_id]
    return sorted(shown, key=lambda row: (day_of(act, row), row.id or 0))


def day_of(act: Act, row: Evidence) -> date:
    """The day the picture says it was taken, else the day it came."""
    return row.taken_on or act.office.today(row.at)


def _told(act: Act, task: TaskSlice, row: Evidence) -> dict[str, Any]:
    ordinal = next((m.ordinal for m in task.measures if m.id == row.measure_id), None)
    return {
        "day": day_of(act, row).isoformat(),
        "taken": row.taken_on is not None,
        "unit": act.unit(row.unit_id),
        "measure": f"{task.number}.{ordinal}" if ordinal is not None else "",
    }
