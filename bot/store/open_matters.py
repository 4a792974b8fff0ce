"""What waits with a unit: asked with every report, so it is one statement, built once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, String, and_, bindparam, cast, exists, func, or_, select, text
from sqlmodel import Session

from bot.domain.columns import UtcDateTime
from bot.domain.extension import OPEN
from bot.domain.ledger import OPEN_STATES, Measure, MeasureUnit, Note, Part, Report, Task
from bot.domain.process import Extension
from bot.domain.urging import URGING, Sheet
from bot.store.carry import table_of
from bot.store.prepared import Prepared
from bot.store.slice_rows import one_of

NOTE, SHEET, EXTENSION = table_of(Note).c, table_of(Sheet).c, table_of(Extension).c
TASK, MEASURE, PART, REPORT = table_of(Task).c, table_of(Measure).c, table_of(MeasureUnit).c, table_of(Report).c
_TASK: BindParameter[int] = bindparam("task")
_UNIT: BindParameter[int] = bindparam("unit")
_SINCE: BindParameter[datetime] = bindparam("since", type_=UtcDateTime())
_SAID = exists().where(
    REPORT.task_id == TASK.id, REPORT.unit_id == _UNIT, REPORT.ended_at.is_(None), REPORT.at > _SINCE
)
# Who does the work of a measure: the responsible units, or the leads where nobody else is named.
_ANOTHER = table_of(MeasureUnit).alias()
_OTHERS_DO_IT = exists().where(_ANOTHER.c.measure_id == PART.measure_id, _ANOTHER.c.part == Part.RESPONSIBLE)
_WORKS_ON = (
    select(MEASURE.task_id)
    .join(PART.id.table, PART.measure_id == MEASURE.id)
    .where(PART.unit_id == _UNIT, or_(PART.part == Part.RESPONSIBLE, and_(PART.part == Part.LEAD, ~_OTHERS_DO_IT)))
)
_SILENT = (
    select(TASK.id).where(TASK.id.in_(_WORKS_ON), one_of(TASK.state, OPEN_STATES), TASK.id != _TASK, ~_SAID).subquery()
)


@cache
def _open_matters(dialect: str) -> Prepared:
    folded = func.group_concat if dialect == "sqlite" else func.string_agg
    return Prepared(
        select(
            exists().where(NOTE.task_id == _TASK, NOTE.kind == "instruction", NOTE.answered_at.is_(None)),
            exists().where(
                SHEET.task_id == _TASK, SHEET.unit_id == _UNIT, SHEET.series == URGING, SHEET.state == "issued"
            ),
            exists().where(EXTENSION.task_id == _TASK, one_of(EXTENSION.state, OPEN)),
            select(folded(cast(_SILENT.c.id, String), text("','"))).scalar_subquery(),
        )
    )


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """Whether an instruction (批示) on the task, an urging (催办) of the unit, a request for more time (延期) waits.

    `unsaid`: ids of the other open tasks the unit works on, of which it has said nothing since the moment asked about.
    """

    instructions: bool
    urgings: bool
    extensions: bool
    unsaid: tuple[int, ...]


def open_matters(session: Session, task_id: int, unit_id: int, since: datetime) -> OpenMatters:
    bound = {"task": task_id, "unit": unit_id, "since": since}
    instructions, urgings, extensions, unsaid = _open_matters(session.get_bind().dialect.name).rows(session, bound)[0]
    ids = tuple(map(int, unsaid.split(","))) if unsaid else ()
    return OpenMatters(bool(instructions), bool(urgings), bool(extensions), ids)
