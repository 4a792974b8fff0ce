"""How often a report is asked of a task: the office says so in the chat, or the policy does."""

from typing import Any

from sqlmodel import col, select

from bot.domain import cadence as rules
from bot.domain.cadence import CadenceChange
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import people_names
from bot.store.rhythms import own_cadences
from bot.usecases.act import Act
from bot.usecases.calendar_facts import unknown_years


def set_cadence(act: Act, number: int, cadence: str) -> dict[str, Any]:
    """A report is asked weekly, monthly or quarterly from now on; "policy" gives the task back to the policy.

    → {"number", "title", "before", "after", "own", "next"}; `next` is the end of the period that runs now.
    Refusals: no_such_task, not_your_right, cadence_finished, cadence_unknown, cadence_same.
    """
    task = load_task(act.session, number)
    before = task.cadence
    act.carry(rules.set_cadence(task, cadence, act.person, act.office.policy.cadence, act.now))
    after = load_task(act.session, number).cadence
    end = act.office.local(act.office.period(act.now, after).end)
    return {
        "number": number,
        "title": task.title,
        "before": before,
        "after": after,
        "own": cadence != "policy",
        "next": end.isoformat(),
        "unknown_years": unknown_years(act, [end.date()]),
    }


def cadence_of(act: Act, number: int) -> dict[str, Any]:
    """How the task is asked now. → {"number", "title", "cadence", "own"}. Refusals: no_such_task."""
    task = load_task(act.session, number)
    own = task.id in own_cadences(act.session)
    return {"number": number, "title": task.title, "cadence": task.cadence, "own": own}


def follow_policy(act: Act) -> int:
    """Open tasks whose rhythm is not the office's own word have the policy's. → tasks changed."""
    own, policy = own_cadences(act.session), act.office.policy.cadence
    changed = 0
    for task in load_tasks(act.session):
        after = rules.of_task(task, policy)
        if not task.finished and task.id not in own and after != task.cadence:
            act.carry(rules.change(task, after, act.now, own=False, member_id=None))
            changed += 1
    return changed


def cadence_changes_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the task's history."""
    names = people_names(act.session)
    rows = act.session.exec(
        select(CadenceChange).where(CadenceChange.task_id == task.id).order_by(col(CadenceChange.id))
    )
    return [
        {
            "what": "cadence",
            "at": act.office.local(row.at).isoformat(),
            "by": names.get(row.member_id or 0, ""),
            "before": row.before,
            "after": row.after,
        }
        for row in rows
    ]
