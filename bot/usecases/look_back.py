"""回头看 and 反弹: checks that fall due after strike-off, and the relapse that begins a new cycle."""

from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import State, Task, TaskUnit
from bot.domain.life import require_step
from bot.domain.look_back import check, reopen
from bot.domain.people import Member, Role, require
from bot.domain.process import LookBack
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import present
from bot.usecases import remind
from bot.usecases.act import Act
from bot.usecases.case_files import apart, unit_people, verifiers
from bot.usecases.waiting import Feature, Told, Waiting


def waiting(act: Act) -> list[Waiting]:
    """Look-backs that are due, of the tasks the person verifies."""
    person = act.person
    if person.role not in (Role.VERIFIER, Role.OFFICE):
        return []
    rows = apart(
        act,
        act.session.exec(
            select(LookBack)
            .join(Task, col(Task.id) == LookBack.task_id)
            .where(
                LookBack.due <= act.office.today(act.now),
                col(LookBack.passed).is_(None),
                LookBack.cycle == Task.cycle,
                Task.state == State.STRUCK_OFF,
            )
            .order_by(col(LookBack.due))
        ),
    )
    tasks = {task.id: task for task in load_tasks(act.session, ids=[row.task_id for row in rows])} if rows else {}
    return [_waiting(act, tasks[row.task_id], row) for row in rows if _asked_of(act, tasks[row.task_id], person)]


def _asked_of(act: Act, task: TaskSlice, person: Member) -> bool:
    return person.unit_id not in task.workers and person.id in [member.id for member in verifiers(act, task)]


def _waiting(act: Act, task: TaskSlice, row: LookBack) -> Waiting:
    since = act.office.end_of(row.due)
    return Waiting("look_back", task.number, row.id or 0, task.title, since, {"due": row.due.isoformat()})


def approve(act: Act, found: Waiting, text: str) -> Told:
    """The look-back is passed; after the last one the task is kept up. Refusals: those of the rule `check`."""
    return _check(act, found, text, passed=True)


def send_back(act: Act, found: Waiting, text: str) -> Told:
    """The look-back has failed; the office is told, which may reopen. Refusals: those of the rule `check`."""
    return _check(act, found, text, passed=False)


def _check(act: Act, found: Waiting, text: str, *, passed: bool) -> Told:
    task = load_task(act.session, found.number)
    rows = look_backs(act, task)
    row = next((each for each in rows if each.id == found.id), None)
    if row is None:
        raise Refusal("no_longer_waits")
    people = verifiers(act, task)
    act.carry(check(task, row, rows, act.person, people, text, passed=passed, now=act.now))
    left = [each.due.isoformat() for each in rows if each.passed is None and each.id != row.id]
    facts = {
        "number": task.number,
        "title": task.title,
        "due": row.due.isoformat(),
        "passed": passed,
        "text": text.strip(),
        "by": act.person.name,
        "unit": act.unit(act.person.unit_id),
        "left": left,
        "kept_up": task.state == State.KEPT_UP,
    }
    if not passed:
        office = [m for m in present(act.session, roles=[Role.OFFICE]) if m.id != act.person.id]
        act.tell(office, "look_back_done", facts, key=f"look_back:{row.id}", about={"task": task.number})
    return Told("look_back_done", facts)


def look_backs(act: Act, task: TaskSlice) -> list[LookBack]:
    """Of the task's present cycle, in order."""
    rows = select(LookBack).where(LookBack.task_id == task.id, LookBack.cycle == task.cycle)
    return apart(act, act.session.exec(rows.order_by(col(LookBack.due))))


def reopen_asked(act: Act, number: int, reason: str, basis: str) -> dict[str, Any]:
    """What a reopening would do, to be confirmed. Refusals: no_such_task, not_your_right, not_now, reason_missing."""
    require(act.person, "reopen")
    task = load_task(act.session, number)
    require_step(task, "reopen")
    if not reason.strip():
        raise Refusal("reason_missing", task=number)
    return {
        "number": number,
        "title": task.title,
        "cycle": task.cycle + 1,
        "reason": reason.strip(),
        "basis": basis.strip(),
        "days": act.office.policy.immediate_days,
    }


def reopen_task(act: Act, number: int, reason: str, basis: str, cycle: int) -> dict[str, Any]:
    """反弹: a new numbered cycle; its reminders are planned and its units told, in the same transaction.

    `cycle`: the number the confirmation spoke of. Refusals: no_such_task, already_reopened and those of `reopen`.
    """
    task = load_task(act.session, number)
    if task.cycle >= cycle:
        raise Refusal("already_reopened", task=number, cycle=task.cycle)
    rows = [row for row in act.session.exec(select(TaskUnit.id).where(TaskUnit.task_id == task.id)) if row is not None]
    act.carry(reopen(task, act.person, reason, basis, rows, act.now, act.office))
    anew = load_task(act.session, number)
    remind.replan(act, anew)
    facts = {
        "number": number,
        "title": task.title,
        "cycle": anew.cycle,
        "reason": reason,
        "basis": basis,
        "due": anew.due.isoformat() if anew.due else "",
        "buttons": [],
    }
    people = [*unit_people(act, anew), *verifiers(act, anew)]
    once = {member.id: member for member in people if member.id != act.person.id}
    key = f"reopened:{task.id}:{anew.cycle}"
    about = {"task": number}
    act.tell(once.values(), "reopened", facts, key=key, about=about)
    return {**facts, "told": len(once)}


FEATURE = Feature(frozenset({"look_back"}), waiting, approve, send_back)
