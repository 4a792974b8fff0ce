"""Evidence (佐证): pictures and files that came by chat, kept against a task; their bytes are fetched afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.close_out import require_may_attach, require_on_the_spot
from bot.domain.decision import Decision, Deed
from bot.domain.ledger import Evidence, Measure, Task
from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.store.ledger import load_task
from bot.usecases.act import Act
from bot.usecases.case_files import SCAN
from bot.usecases.close_out import after_evidence

MAX_BYTES = 20 * 1024 * 1024  # what the Bot API lets a bot download
MOVING = ("audio/", "video/")


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
    spot_id: int | None = None,
) -> dict[str, Any]:
    """The files stand as evidence of the task, waiting to be fetched. → how many now, how many in all, and whether more
    of the same album are on their way.

    `spot_id`: they are pictures of that check on the spot, a part of its record and none of the application's evidence.
    Refusals: no_such_task, not_your_right, not_your_task, no_such_measure, file_too_big, task_closed, not_now.
    """
    require(act.person, "attach")
    task = load_task(act.session, number)
    require_own(task, act.person)
    require_may_attach(task, act.person)
    if spot_id is not None:
        require_on_the_spot(task, act.person)
    measure = next((m for m in task.measures if m.ordinal == ordinal), None)
    if ordinal is not None and measure is None:
        raise Refusal("no_such_measure", task=number, measure=ordinal, count=len(task.measures))
    require_fits(files)
    rows = [
        Evidence(
            task_id=task.id,
            measure_id=measure.id if measure else None,
            report_id=report_id,
            spot_id=spot_id,
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
    named = {"files": [file.name or file.file_unique_id for file in files]}
    event = Deed("evidence", task.id, {}, named | ({"spot": spot_id} if spot_id is not None else {}))
    act.carry(Decision(additions=list(rows), events=[event]))
    after_evidence(act, [task.id])
    count = act.session.exec(
        select(func.count()).where(
            Evidence.task_id == task.id, col(Evidence.withdrawn_at).is_(None), Evidence.kind != SCAN
        )
    ).one()
    # The first of an album is answered before the others have come.
    more = len(files) == 1 and bool(files[0].album)
    facts = {"number": number, "title": task.title, "added": len(rows), "count": count, "seen": len(seen)}
    return {**facts, "spot": spot_id is not None, "more": more}


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


def attach_to_album(act: Act, album: str, files: list[Attachment], source: str) -> bool:
    """The files go where the first message of their album went, if it went anywhere. Refusals: those of `attach`."""
    row = act.session.exec(
        select(Task.number, Measure.ordinal, Evidence.report_id, Evidence.spot_id)
        .join(Evidence, col(Evidence.task_id) == Task.id)
        .outerjoin(Measure, col(Measure.id) == Evidence.measure_id)
        .where(Evidence.album == album, Evidence.member_id == act.person.id)
    ).first()
    if row is None:
        return False
    number, ordinal, report_id, spot_id = row
    attach(act, number, files, source=source, ordinal=ordinal, report_id=report_id, spot_id=spot_id)
    return True


def albums(rows: Sequence[Evidence]) -> dict[str, list[dict[str, str]]]:
    """Every file that can be shown, as albums are sent: photo or document → what names each file.

    What Telegram took for a film or a sound cannot come back as a document by its id: it comes out of the archive.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if row.kind == "photo" or (row.kind == "document" and not row.mime.startswith(MOVING)):
            found.setdefault(row.kind, []).append({"file_id": row.file_id})
        elif row.sha256:
            place = {"file": f"evidence/{row.sha256[:2]}/{row.sha256}", "name": row.file_name or f"{row.kind}-{row.id}"}
            found.setdefault("document", []).append(place)
    return found


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
