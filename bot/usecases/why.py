"""/why: which rule spoke of a task, on what facts, who else was told, how the ladder climbed, and what comes next."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.people import UNIT_PEOPLE, Role
from bot.domain.post import Lane, Notice, Outbox
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.domain.standing import standing
from bot.domain.urging import Climb, Sheet
from bot.store.ledger import load_task
from bot.store.people import people_names, present
from bot.usecases.act import Act
from bot.usecases.calendar_facts import unknown_years
from bot.usecases.facts import task_line
from bot.usecases.why_next import next_dates

LOOKED_BACK = timedelta(days=7)
SHOWN = 5


def why(act: Act, number: int) -> dict[str, Any]:
    """→ the last reminders with their rule and facts, who else heard, the ladder, the next five dates.

    Refusals: no_such_task, not_your_task.
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    found = standing(task, act.now, act.office)
    following = next_dates(act, task)
    return {
        **task_line(act, found),
        "expected": found.expected,
        "tolerance": act.office.policy.tolerance,
        "said": _said(act, task.id),
        "others": _others(act, task),
        "climbs": _climbs(act, task),
        "next": following,
        "daily_at": act.person.daily_at.strftime("%H:%M"),
        "silent": act.person.unit_id in found.silent,
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
        "unknown_years": unknown_years(act, [entry["on"] for entry in following]),
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


def _others(act: Act, task: TaskSlice) -> list[str]:
    """Names of those who were told of the task in the last week, in a reminder or a sheet; the office sees all,
    others their own unit's."""
    since = act.now - LOOKED_BACK
    ids = set(act.session.exec(select(Notice.member_id).where(Notice.task_id == task.id, col(Notice.said_at) >= since)))
    sent = select(Outbox.member_id, Outbox.about).where(
        Outbox.created_at >= since, Outbox.method == "send", Outbox.lane == Lane.URGENT
    )
    for member_id, about in act.session.exec(sent):
        if member_id is not None and task.number in (about.get("task"), *about.get("tasks", ())):
            ids.add(member_id)
    names = people_names(act.session)
    if act.person.role != Role.OFFICE:
        ids &= {member.id or 0 for member in present(act.session, units=[act.person.unit_id or 0])}
    return [names[id_] for id_ in sorted(ids) if id_ != act.person.id and id_ in names]


def _climbs(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """The steps the ladder took on the task in this cycle, the newest first: a unit sees its own, a lead all."""
    person = act.person
    rows = act.session.exec(
        select(Climb, Sheet)
        .join(Sheet, col(Sheet.climb_id) == Climb.id)
        .where(Climb.task_id == task.id, Climb.cycle == task.cycle)
        .order_by(col(Climb.id).desc())
    ).all()
    own = person.role in UNIT_PEOPLE and person.unit_id not in task.units.get("lead", [])
    visible = [(climb, sheet) for climb, sheet in rows if not own or climb.unit_id == person.unit_id]
    return [_climb(act, climb, sheet) for climb, sheet in visible[:SHOWN]]


def _climb(act: Act, climb: Climb, sheet: Sheet) -> dict[str, Any]:
    return {
        "series": sheet.series,
        "colour": sheet.colour,
        "word": sheet.word,
        "serial": sheet.number,
        "unit": act.unit(climb.unit_id),
        "cause": climb.cause,
        "figures": {"progress": 0, "expected": None, "days_left": None, "due": "", "missed": 0, **climb.facts},
        "at": act.office.local(climb.at).isoformat(),
        "issued": climb.issued,
        "ended": act.office.local(climb.ended_at).isoformat() if climb.ended_at else None,
        "ended_why": climb.ended_why,
    }
