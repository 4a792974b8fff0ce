"""回头看 and 反弹: checks that fall due after strike-off, and the relapse that begins a new cycle."""

from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import State, Task, TaskUnit
from bot.domain.life import require_step
from bot.domain.look_back import check, look_again, relapsed, reopen
from bot.domain.people import Member, Role, require
from bot.domain.post import Lane
from bot.domain.process import LookBack
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import present
from bot.usecases import remind
from bot.usecases.act import Act
from bot.usecases.case_files import apart, unit_people, verifiers
from bot.usecases.turns import look_backs
from bot.usecases.waiting import Feature, Told, Waiting


def waiting(act: Act) -> list[Waiting]:
    """Look-backs that are due, of the tasks the person verifies; for the office, what failed and is not reopened."""
    person = act.person
    if person.role not in (Role.VERIFIER, Role.OFFICE):
        return []
    rows = _of_struck_off(act)
    tasks = {task.id: task for task in load_tasks(act.session, ids=[row.task_id for row in rows])} if rows else {}
    today = act.office.today(act.now)
    due = [row for row in rows if row.passed is None and row.due <= today]
    found = [_waiting(act, tasks[row.task_id], row) for row in due if _asked_of(act, tasks[row.task_id], person)]
    if person.role == Role.OFFICE:
        for task in tasks.values():
            found += [_relapse(act, task, row) for row in relapsed([row for row in rows if row.task_id == task.id])]
    return found


def _of_struck_off(act: Act) -> list[LookBack]:
    """All look-backs of the cycles that are struck off and not yet kept up."""
    standing = select(LookBack).join(Task, col(Task.id) == LookBack.task_id)
    standing = standing.where(LookBack.cycle == Task.cycle, Task.state == State.STRUCK_OFF)
    return apart(act, act.session.exec(standing.order_by(col(LookBack.due))))


def _relapse(act: Act, task: TaskSlice, row: LookBack) -> Waiting:
    facts = {"due": row.due.isoformat(), "text": row.text}
    return Waiting("relapse", task.number, row.id or 0, task.title, row.at or act.now, facts)


def _asked_of(act: Act, task: TaskSlice, person: Member) -> bool:
    return person.unit_id not in task.workers and person.id in [member.id for member in verifiers(act, task)]


def _waiting(act: Act, task: TaskSlice, row: LookBack) -> Waiting:
    since = act.office.end_of(row.due)
    return Waiting("look_back", task.number, row.id or 0, task.title, since, {"due": row.due.isoformat()})


def approve(act: Act, found: Waiting, text: str) -> Told:
    """The look-back is passed; after the last one the task is kept up. A failed one is reopened: what that would do
    is shown first. Refusals: those of the rule `check` and of `reopen_asked`."""
    if found.kind == "relapse":
        return Told("confirm_reopen", reopen_asked(act, found.number, found.facts["text"], text))
    return _check(act, found, text, passed=True)


def send_back(act: Act, found: Waiting, text: str) -> Told:
    """The look-back has failed and waits for the office to reopen; or the office lets it rest, to be looked at again.

    Refusals: those of the rules `check` and `look_again`.
    """
    if found.kind == "relapse":
        return _look_again(act, found, text)
    return _check(act, found, text, passed=False)


def _look_again(act: Act, found: Waiting, text: str) -> Told:
    task = load_task(act.session, found.number)
    rows = look_backs(act, task)
    row = next((each for each in relapsed(rows) if each.id == found.id), None)
    if row is None:
        raise Refusal("no_longer_waits")
    decision, made = look_again(task, row, rows, act.person, text, act.now, act.office)
    act.carry(decision)
    facts = {
        "number": task.number,
        "title": task.title,
        "due": row.due.isoformat(),
        "again": made.due.isoformat(),
        "reason": text.strip(),
        "by": act.person.name,
        "unit": act.unit(act.person.unit_id),
    }
    people = [member for member in verifiers(act, task) if member.id != act.person.id]
    act.tell(people, "look_again", facts, key=f"look_again:{row.id}", about={"task": task.number})
    return Told("look_again", facts)


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
        key, about = f"look_back:{row.id}", {"task": task.number}
        data = f"relapse:{row.id}:"
        buttons = {"buttons": [[["reopen_now", f"approve:{data}"], ["look_again", f"return:{data}"]]]}
        act.tell(office, "look_back_done", facts | buttons, key=key, about=about)
        units = unit_people(act, task)
        act.tell(units, "look_back_done", facts, key=f"{key}:unit", lane=Lane.REMINDER, about=about)
        if act.person.role == Role.OFFICE:
            facts |= buttons
    return Told("look_back_done", facts)


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


FEATURE = Feature(frozenset({"look_back", "relapse"}), waiting, approve, send_back)
