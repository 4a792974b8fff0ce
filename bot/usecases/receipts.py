"""签收: what was handed over and nobody has signed for within the policy's working days."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.domain.ledger import FINISHED_STATES, WORKING, Part, Task, TaskUnit
from bot.domain.people import UNIT_PEOPLE, Member, Role
from bot.domain.post import Notice, Round
from bot.domain.reminding import fold_at
from bot.domain.slices import TaskSlice
from bot.store import carry
from bot.store.carry import table_of
from bot.store.people import people_names, present
from bot.usecases.act import Act

TASK, TASK_UNIT = table_of(Task), table_of(TaskUnit)
# Supervising and verifying units see; they have nothing to sign for.
SIGNING = (*WORKING, Part.COOPERATING)


def late_receipts(act: Act, unit_id: int | None = None) -> list[dict[str, Any]]:
    """Hand-overs nobody of the unit has signed for within the policy's working days: unit, task, since when.

    A unit that nobody had joined yet could not sign: its days count from the first who did; `nobody` if none has.
    """
    u, t = TASK_UNIT.c, TASK.c
    statement = (
        select(u.unit_id, t.number, t.title, t.id, t.cycle, u.handed_over_at)
        .join(TASK, t.id == u.task_id)
        .where(u.received_at.is_(None), u.part.in_(SIGNING), t.state.not_in(list(FINISHED_STATES)))
        .order_by(t.number, u.id)
    )
    if unit_id is not None:
        statement = statement.where(u.unit_id == unit_id)
    joined: dict[int, datetime] = {}
    for member in present(act.session, roles=UNIT_PEOPLE):
        joined.setdefault(member.unit_id or 0, member.joined_at)
    today = act.office.today(act.now)
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for unit, number, title, task_id, cycle, handed in act.session.connection().execute(statement):
        since = act.office.today(max(handed, joined.get(unit, handed)))
        if today <= act.office.calendar.add(since, act.office.policy.receipt_days):
            continue
        rows.setdefault(
            (unit, number),
            {
                "unit_id": unit,
                "unit": act.unit(unit),
                "number": number,
                "title": title,
                "task_id": task_id,
                "since": since.isoformat(),
                "handed": f"c{cycle}:{act.office.today(handed)}",
                "nobody": unit not in joined,
            },
        )
    return list(rows.values())


def receipts_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """Who signed for the task, for its history; once for a unit, whatever parts it has."""
    names = people_names(act.session)
    u = TASK_UNIT.c
    statement = (
        select(u.unit_id, u.received_at, u.received_by)
        .where(u.task_id == task.id, u.received_at.is_not(None), u.received_by.is_not(None))
        .order_by(u.id)
    )
    signed = {unit: (at, by) for unit, at, by in act.session.connection().execute(statement)}
    return [
        {"what": "receipt", "at": act.office.local(at).isoformat(), "unit": act.unit(unit), "by": names.get(by, "")}
        for unit, (at, by) in signed.items()
    ]


def late_by_unit(act: Act, unit_id: int | None = None) -> list[dict[str, Any]]:
    """The same, a line a unit."""
    units: dict[str, dict[str, Any]] = {}
    for row in late_receipts(act, unit_id):
        line = units.setdefault(row["unit"], {"unit": row["unit"], "tasks": [], "nobody": row["nobody"]})
        line["tasks"].append(row["number"])
    return list(units.values())


def remind_receipts(act: Act) -> int:
    """Once a working day: each late receipt is said once to the unit's head and once to the office. → notices made."""
    today = act.office.today(act.now)
    name = f"receipts:{today}"
    if not act.office.calendar.is_working(today) or act.session.get(Round, name) is not None:
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    rows = [row for row in late_receipts(act) if not row["nobody"]]
    office = present(act.session, roles=[Role.OFFICE])
    heads: dict[int, list[Member]] = {}
    for head in present(act.session, roles=[Role.HEAD]):
        heads.setdefault(head.unit_id or 0, []).append(head)
    notices = [
        Notice(
            key=f"unsigned:{row['number']}:u{row['unit_id']}:{row['handed']}:m{member.id}",
            member_id=member.id or 0,
            kind="unsigned",
            task_id=row["task_id"],
            facts={"unit": row["unit"]},
            created_at=act.now,
            fold_at=fold_at(member, act.now, act.office),
        )
        for row in rows
        for member in [*heads.get(row["unit_id"], []), *office]
    ]
    carry.add_many_once(act.session, notices)
    return len(notices)
