"""What is open on a task: asked with every report, so it is one statement, built once, that answers yes or no."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, exists, select
from sqlmodel import Session

from bot.domain.extension import OPEN
from bot.domain.ledger import Note
from bot.domain.process import Extension
from bot.domain.urging import URGING, Sheet
from bot.store.carry import table_of

NOTE, SHEET, EXTENSION = table_of(Note).c, table_of(Sheet).c, table_of(Extension).c
_TASK: BindParameter[int] = bindparam("task")
_UNIT: BindParameter[int] = bindparam("unit")
_OPEN_MATTERS = select(
    exists().where(NOTE.task_id == _TASK, NOTE.kind == "instruction", NOTE.answered_at.is_(None)),
    exists().where(SHEET.task_id == _TASK, SHEET.unit_id == _UNIT, SHEET.series == URGING, SHEET.state == "issued"),
    exists().where(EXTENSION.task_id == _TASK, EXTENSION.state.in_(OPEN)),
)


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """Whether an instruction (批示), an urging (催办) of the unit, a request for more time (延期) waits."""

    instructions: bool
    urgings: bool
    extensions: bool


def open_matters(session: Session, task_id: int, unit_id: int) -> OpenMatters:
    row = session.connection().execute(_OPEN_MATTERS, {"task": task_id, "unit": unit_id}).one()
    return OpenMatters(*map(bool, row))
