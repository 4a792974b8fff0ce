"""Section 督办单 of a bulletin, as it stood at its moment."""

from datetime import datetime
from typing import Any

from sqlmodel import col

from bot.domain.digest import Digest
from bot.domain.slices import TaskSlice
from bot.domain.urging import URGING, Sheet
from bot.usecases import sheets
from bot.usecases.act import Act


def in_bulletin(act: Act, found: Digest, since: datetime) -> dict[str, Any]:
    """Section 督办单: issued after `since` and by `as_of`, and those unanswered at `as_of`, as it stood then."""
    tasks = {task.id: task for task in found.tasks}
    rows = sheets.rows_of(act, col(Sheet.issued_at) <= found.as_of, Sheet.series != URGING)
    rows = [sheet for sheet in rows if sheet.task_id in tasks]
    issued = [sheet for sheet in rows if sheet.issued_at is not None and sheet.issued_at > since]
    late = [sheet for sheet in rows if _late_at(act, sheet, found.as_of)]
    return {
        name: [_short(act, s, tasks[s.task_id]) for s in each] for name, each in (("issued", issued), ("late", late))
    }


def _late_at(act: Act, sheet: Sheet, moment: datetime) -> bool:
    closed = sheet.answered_at or sheet.ended_at
    waited = sheet.reply_by is not None and sheets.reply_moment(act, sheet.reply_by) < moment
    return waited and (closed is None or closed > moment)


def _short(act: Act, sheet: Sheet, task: TaskSlice) -> dict[str, Any]:
    names = {"series": sheet.series, "colour": sheet.colour, "word": sheet.word, "serial": sheet.number}
    return {"n": task.number, "unit": act.unit(sheet.unit_id), **names}
