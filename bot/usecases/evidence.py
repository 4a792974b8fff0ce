"""Evidence (佐证): pictures and files that came by chat, kept against a task; their bytes are fetched afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.close_out import require_may_attach
from bot.domain.decision import Decision, Deed
from bot.domain.ledger import Evidence, Task
from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.store.ledger import load_task
from bot.usecases.act import Act
from bot.usecases.case_files import SCAN
from bot.usecases.close_out import after_evidence

MAX_BYTES = 20 * 1024 * 1024  # what the Bot API lets a bot download


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as Telegram describes it; an album is several messages with one `album` id."""

    kind: str
    file_id: str
    file_unique_id: str
    name: str = ""
    mime: str = ""
    size: int | None = None
    album: str = ""


def attach(
    act: Act,
    number: int,
    files: list[Attachment],
    *,
    source: str,
    ordinal: int | None = None,
    report_id: int | None = None,
) -> dict[str, Any]:
    """The files stand as evidence of the task, waiting to be fetched. → how many now, and how many in all.

    Refusals: no_such_task, not_your_right, not_your_task, no_such_measure, file_too_big, task_closed.
    """
    require(act.person, "attach")
    task = load_task(act.session, number)
    require_own(task, act.person)
    require_may_attach(task, act.person)
    measure = next((m for m in task.measures if m.ordinal == ordinal), None)
    if ordinal is not None and measure is None:
        raise Refusal("no_such_measure", task=number, measure=ordinal, count=len(task.measures))
    require_fits(files)
    rows = [
        Evidence(
            task_id=task.id,
            measure_id=measure.id if measure else None,
            report_id=report_id,
            cycle=task.cycle,
            unit_id=act.person.unit_id,
            member_id=act.person.id,
            kind=file.kind,
            file_id=file.file_id,
            file_unique_id=file.file_unique_id,
            file_name=file.name,
            mime=file.mime,
            size=file.size,
            album=file.album,
            source=source,
            at=act.moment,
            next_attempt_at=act.now,
        )
        for file in files
    ]
    seen = _seen_elsewhere(act, task.id, [file.file_unique_id for file in files])
    for row in rows:
        row.seen_on_task = seen.get(row.file_unique_id)
    event = Deed("evidence", task.id, {}, {"files": [file.name or file.file_unique_id for file in files]})
    act.carry(Decision(additions=list(rows), events=[event]))
    after_evidence(act, [task.id])
    count = act.session.exec(
        select(func.count()).where(
            Evidence.task_id == task.id, col(Evidence.withdrawn_at).is_(None), Evidence.kind != SCAN
        )
    ).one()
    return {"number": number, "title": task.title, "added": len(rows), "count": count, "seen": len(seen)}


def require_fits(files: Sequence[Attachment]) -> None:
    """Refusals: file_too_big."""
    for file in files:
        if file.size is not None and file.size > MAX_BYTES:
            raise Refusal("file_too_big", name=file.name, megabytes=round(file.size / 1024 / 1024, 1))


def _seen_elsewhere(act: Act, task_id: int, unique_ids: list[str]) -> dict[str, int]:
    rows = act.session.exec(
        select(Evidence.file_unique_id, Evidence.task_id).where(
            col(Evidence.file_unique_id).in_(unique_ids), Evidence.task_id != task_id
        )
    )
    return dict(rows.all())


def task_of_album(act: Act, album: str) -> tuple[int, int | None] | None:
    """The task (number) and report that the first message of an album was attached to."""
    row = act.session.exec(
        select(Task.number, Evidence.report_id)
        .join(Evidence, col(Evidence.task_id) == Task.id)
        .where(Evidence.album == album, Evidence.member_id == act.person.id)
    ).first()
    return (row[0], row[1]) if row else None


def evidence_of(act: Act, number: int) -> list[Evidence]:
    """The task's evidence, oldest first. Refusals: no_such_task, not_your_task."""
    task = load_task(act.session, number)
    require_own(task, act.person)
    return list(
        act.session.exec(
            select(Evidence)
            .where(Evidence.task_id == task.id, col(Evidence.withdrawn_at).is_(None))
            .order_by(col(Evidence.at), col(Evidence.id))
        )
    )
