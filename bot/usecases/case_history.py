"""What a task's history tells of its close-outs: evidence, findings, checks on the spot, notices, signatures."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from bot.domain.ledger import Evidence, State
from bot.domain.process import CloseOut, LookBack, Objection, PublicNotice, Signature, Verification
from bot.domain.slices import TaskSlice
from bot.store.people import people_and_units, people_names
from bot.usecases.act import Act
from bot.usecases.case_files import file_numbers

Row = TypeVar("Row", bound=SQLModel)
# Moves that one of these entries tells better: (state, what).
TOLD_BY = {
    State.ACCEPTED: "accepted",
    State.RETURNED: "returned",
    State.NOTICED: "published",
    State.COUNTERSIGNING: "signature",
}


def case_entries(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the history, in no order."""
    names, whole = people_names(act.session), people_and_units(act.session)
    close_outs = select(CloseOut.id).where(CloseOut.task_id == task.id)
    return [
        *_evidence(act, task, names),
        *_findings(act, _of(act, select(Verification).where(col(Verification.close_out_id).in_(close_outs))), names),
        *_notices(act, task, whole),
        *_signatures(act, _of(act, select(Signature).where(col(Signature.close_out_id).in_(close_outs))), names),
        *_look_backs(act, task, whole),
    ]


def untold(moves: list[dict[str, Any]], entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The moves that no other entry tells at the same moment."""
    told = {(entry["what"], entry["at"]) for entry in entries}
    return [move for move in moves if (TOLD_BY.get(State(move["state"]), ""), move["at"]) not in told]


def _of(act: Act, statement: Any) -> list[Any]:
    return list(act.session.exec(statement).all())


def _entry(act: Act, what: str, at: datetime, by: str, text: str = "", **facts: Any) -> dict[str, Any]:
    return {"what": what, "at": act.office.local(at).isoformat(), "by": by, "text": text, **facts}


def _evidence(act: Act, task: TaskSlice, names: dict[int, str]) -> list[dict[str, Any]]:
    """What came by one person within a minute is one entry: an album is several messages."""
    rows = _of(act, select(Evidence).where(Evidence.task_id == task.id).order_by(col(Evidence.id)))
    found = []
    # Pictures of a check on the spot are told with it.
    sent = [row for row in rows if row.spot_id is None]
    for _, group in groupby(sent, key=lambda row: (row.member_id, row.at.replace(second=0, microsecond=0))):
        files = list(group)
        first = files[0]
        gone = sum(row.withdrawn_at is not None for row in files)
        facts: dict[str, Any] = {"unit": act.unit(first.unit_id), "count": len(files), "withdrawn": gone}
        found.append(_entry(act, "evidence", first.at, names.get(first.member_id or 0, ""), **facts))
    places = file_numbers(act, task)
    for row in rows:
        # A file that went with a report taken back is told by the report.
        if row.withdrawn_at is not None and row.withdrawn_why:
            by = names.get(row.withdrawn_by or 0, "")
            why, short = row.withdrawn_why, (row.sha256 or "")[:8]
            found.append(_entry(act, "withdrawn", row.withdrawn_at, by, why, file=places[row.id], hash=short))
    return found


def _findings(act: Act, rows: Sequence[Verification], names: dict[int, str]) -> list[dict[str, Any]]:
    spots = [row.id for row in rows if row.kind == "spot"]
    shown = select(Evidence.spot_id).where(col(Evidence.spot_id).in_(spots), col(Evidence.withdrawn_at).is_(None))
    pictures = Counter(act.session.exec(shown)) if spots else Counter[int | None]()
    return [
        _entry(
            act,
            row.kind,
            row.at,
            names.get(row.member_id, ""),
            row.text,
            unit=act.unit(row.unit_id),
            reasons=row.reasons,
            spot=row.spot,
            pictures=pictures.get(row.id, 0),
        )
        for row in rows
    ]


def _notices(act: Act, task: TaskSlice, names: dict[int, str]) -> list[dict[str, Any]]:
    found = []
    for row in _of(act, select(PublicNotice).where(PublicNotice.task_id == task.id)):
        days = {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()}
        found.append(_entry(act, "published", row.at, names.get(row.member_id, ""), **days))
    for each in _of(act, select(Objection).where(Objection.task_id == task.id)):
        found.append(_entry(act, "objection", each.at, names.get(each.member_id, ""), each.text))
        if each.answered_at is not None:
            by = names.get(each.answered_by or 0, "")
            found.append(_entry(act, "objection_answered", each.answered_at, by, each.answer, upheld=each.upheld))
    return found


def _signatures(act: Act, rows: Sequence[Signature], names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        _entry(
            act,
            "signature",
            row.at,
            names.get(row.member_id, ""),
            unit=act.unit(row.unit_id),
            hash=row.seen[:8],
            paper=row.paper,
            void=row.void_at is not None,
        )
        for row in rows
    ]


def _look_backs(act: Act, task: TaskSlice, names: dict[int, str]) -> list[dict[str, Any]]:
    rows = _of(act, select(LookBack).where(LookBack.task_id == task.id, col(LookBack.passed).is_not(None)))
    rested = [
        _entry(
            act, "look_again", row.answered_at, names.get(row.answered_by or 0, ""), row.answer, due=row.due.isoformat()
        )
        for row in rows
        if row.answered_at is not None
    ]
    return rested + [
        _entry(
            act,
            "look_back",
            row.at,
            names.get(row.member_id or 0, ""),
            row.text,
            due=row.due.isoformat(),
            passed=row.passed,
        )
        for row in rows
    ]
