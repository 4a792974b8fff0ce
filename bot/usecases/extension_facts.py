"""延期 as it is shown: on cards and buttons, in the history and in the bulletin."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.extension import ESCALATED, GRANTED, OPEN, REFUSED, could_ask, needs_basis
from bot.domain.ledger import DueChange
from bot.domain.people import UNIT_PEOPLE, Member
from bot.domain.process import Extension
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.store.people import member_by_id, people_names
from bot.usecases.act import Act


def rows_of(act: Act, task: TaskSlice) -> list[Extension]:
    """Every request of the task's present cycle, oldest first."""
    statement = select(Extension).where(Extension.task_id == task.id, Extension.cycle == task.cycle)
    return list(act.session.exec(statement.order_by(col(Extension.id))))


def place_of(task: TaskSlice, row: Extension) -> tuple[MeasureSlice, Stage]:
    return next((m, s) for m in task.measures for s in m.stages if s.id == row.milestone_id)


def facts_of(act: Act, row: Extension, task: TaskSlice) -> dict[str, Any]:
    """A request as words print it; days as ISO text."""
    names = people_names(act.session)
    measure, stage = place_of(task, row)
    granted = [other for other in rows_of(act, task) if other.state == GRANTED and other.id != row.id]
    return {
        "id": row.id,
        "number": task.number,
        "title": task.title,
        "place": f"{task.number}.{measure.ordinal}",
        "measures": len(task.measures),
        "progress": measure.progress,
        "before": row.before.isoformat(),
        "wanted": row.wanted.isoformat(),
        "granted": row.granted.isoformat() if row.granted else None,
        "official": needs_basis(stage, row.granted or row.wanted) if row.state in OPEN else bool(row.basis),
        "reason": row.reason,
        "late": row.late,
        "basis": row.basis,
        "answer": row.answer,
        "state": row.state,
        "unit": act.unit(row.unit_id),
        "by": names.get(row.member_id, ""),
        "agreed_by": names.get(row.agreed_by or 0, ""),
        "decided_by": names.get(row.decided_by or 0, ""),
        "leader_by": names.get(row.leader_by or 0, ""),
        "asked_at": act.office.local(row.asked_at).isoformat(),
        "granted_before": len(granted),
        "cap": act.office.policy.extension_cap,
    }


def may_ask(act: Act, task: TaskSlice) -> bool:
    """[申请延期] would succeed for this person."""
    if act.person.role not in UNIT_PEOPLE:
        return False
    return could_ask(task, act.person, rows_of(act, task))


def may_ask_each(act: Act, tasks: Iterable[TaskSlice], member: Member) -> list[int]:
    """Numbers of the tasks for which [申请延期] would succeed, in the order given; one look at the store for all."""
    listed = list(tasks)
    pending: dict[int, list[Extension]] = {}
    statement = select(Extension).where(
        col(Extension.state).in_(OPEN), col(Extension.task_id).in_([task.id for task in listed])
    )
    for row in act.session.exec(statement):
        pending.setdefault(row.task_id, []).append(row)
    return [task.number for task in listed if could_ask(task, member, pending.get(task.id, []))]


def on_card(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """The requests of this cycle that a card shows: those open, and those granted."""
    return [facts_of(act, row, task) for row in rows_of(act, task) if row.state in (*OPEN, GRANTED)]


def internal_by(act: Act, task: TaskSlice) -> dict[str, Any] | None:
    """Who set the internal date, and when (domain.md §5: people must see by whom their date was made earlier)."""
    if task.internal_due is None:
        return None
    row = act.session.exec(
        select(DueChange)
        .where(DueChange.task_id == task.id, DueChange.field == "internal_due", DueChange.cycle == task.cycle)
        .order_by(col(DueChange.id).desc())
    ).first()
    member = member_by_id(act.session, row.member_id) if row else None
    if row is None or member is None:
        return None
    return {"unit": act.unit(member.unit_id), "by": member.name, "at": act.office.local(row.at).isoformat()}


def of_week(act: Act, tasks: Sequence[TaskSlice], start: datetime, end: datetime) -> dict[str, list[dict[str, Any]]]:
    """Asked, granted and refused in a week, for the bulletin (domain.md §4, section 7); {} when there was nothing."""
    by_id = {task.id: task for task in tasks}
    statement = select(Extension).where(Extension.asked_at <= end).order_by(col(Extension.id))
    found: dict[str, list[dict[str, Any]]] = {"asked": [], GRANTED: [], REFUSED: []}
    for row in act.session.exec(statement):
        task = by_id.get(row.task_id)
        if task is None:
            continue
        line = {
            "number": task.number,
            "title": task.title,
            "unit": act.unit(row.unit_id),
            "before": row.before.isoformat(),
            "wanted": row.wanted.isoformat(),
            "day": row.granted.isoformat() if row.granted else None,
            "basis": row.basis,
            "late": row.late,
        }
        if start < row.asked_at:
            found["asked"].append(line)
        decided = row.leader_at or row.decided_at
        if row.state in (GRANTED, REFUSED) and decided is not None and start < decided <= end:
            found[row.state].append(line)
    return found if any(found.values()) else {}


def steps_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """Every step of every request, for the task's history."""
    names = people_names(act.session)
    rows = act.session.exec(select(Extension).where(Extension.task_id == task.id).order_by(col(Extension.id))).all()
    entries = []
    for row in rows:
        steps: list[tuple[str, datetime, int | None]] = [("extension_asked", row.asked_at, row.member_id)]
        if row.agreed_at is not None and row.agreed_by != row.member_id:
            steps.append(("extension_agreed", row.agreed_at, row.agreed_by))
        if row.decided_at is not None:
            signed = row.leader_at is not None or row.state == ESCALATED
            steps.append((f"extension_{ESCALATED if signed else row.state}", row.decided_at, row.decided_by))
        if row.leader_at is not None:
            steps.append((f"extension_{row.state}", row.leader_at, row.leader_by))
        for what, at, who in steps:
            entries.append(
                {
                    "what": what,
                    "at": act.office.local(at).isoformat(),
                    "by": names.get(who or 0, ""),
                    "unit": act.unit(row.unit_id),
                    "before": row.before.isoformat(),
                    "day": (row.granted if row.granted and what != "extension_asked" else row.wanted).isoformat(),
                    "basis": row.basis,
                    "late": row.late,
                    "text": row.answer if what == f"extension_{REFUSED}" else row.reason,
                }
            )
    return entries
