"""/why: which rule spoke of a task, on what facts, who else was told, and what comes next."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.people import Role
from bot.domain.post import Moment, Notice
from bot.domain.reporting import require_own
from bot.domain.standing import standing
from bot.store.ledger import load_task
from bot.store.people import people_names, present
from bot.usecases.act import Act
from bot.usecases.facts import task_line

NEXT = 5


def why(act: Act, number: int) -> dict[str, Any]:
    """→ the last reminders with their rule and facts, who else heard, the next five dates.

    Refusals: no_such_task, not_your_task.
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    found = standing(task, act.now, act.office)
    return {
        **task_line(act, found),
        "expected": found.expected,
        "tolerance": act.office.policy.tolerance,
        "said": _said(act, task.id),
        "others": _others(act, task.id),
        "next": _next(act, task.id),
        "daily_at": act.person.daily_at.strftime("%H:%M"),
        "silent": act.person.unit_id in found.silent,
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
    }


def _said(act: Act, task_id: int) -> list[dict[str, Any]]:
    rows = act.session.exec(
        select(Notice)
        .where(Notice.task_id == task_id, Notice.member_id == act.person.id, col(Notice.said_at).is_not(None))
        .order_by(col(Notice.said_at).desc(), col(Notice.id).desc())
        .limit(3)
    )
    return [
        {"kind": row.kind, "at": act.office.local(row.said_at or row.created_at).isoformat(), **_facts(row)}
        for row in rows
    ]


def _facts(row: Notice) -> dict[str, Any]:
    return {"offset": row.facts.get("offset"), "day": row.facts.get("day"), "measure": row.facts.get("measure")}


def _others(act: Act, task_id: int) -> list[str]:
    """Names of those who were told of the task in the last week; the office sees all, others their own unit's."""
    since = act.now - timedelta(days=7)
    ids = act.session.exec(
        select(Notice.member_id).where(Notice.task_id == task_id, col(Notice.said_at) >= since).distinct()
    ).all()
    names = people_names(act.session)
    visible = ids if act.person.role == Role.OFFICE else [id_ for id_ in ids if id_ in _colleagues(act)]
    return [names[id_] for id_ in visible if id_ != act.person.id]


def _colleagues(act: Act) -> set[int]:
    return {member.id or 0 for member in present(act.session, units=[act.person.unit_id or 0])}


def _next(act: Act, task_id: int) -> list[dict[str, Any]]:
    """The next moments at which the clock would speak of the task, if nothing changes."""
    rows = act.session.exec(
        select(Moment)
        .where(Moment.task_id == task_id, col(Moment.said_at).is_(None), Moment.due_at > act.now)
        .order_by(col(Moment.due_at), col(Moment.id))
    )
    days: dict[str, dict[str, Any]] = {}
    for row in rows:
        at = act.office.today(row.due_at).isoformat()
        days.setdefault(at, {"on": at, "offset": row.offset, "day": row.day.isoformat()})
    return list(days.values())[:NEXT]
