"""撤下 one file of evidence: what can be withdrawn, what that would do, and doing it."""

from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Evidence
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.domain.withdrawing import may_withdraw, require_withdrawable, withdraw
from bot.store.ledger import load_task
from bot.usecases.act import Act
from bot.usecases.case_files import case_of, file_numbers, live_evidence
from bot.usecases.close_out import after_evidence


def listed(act: Act, number: int) -> tuple[dict[int, int], str, bool, int]:
    """(the number of each file by its id, the stamp of the case that goes on or "", may this person withdraw any, the
    task's present cycle)."""
    task = load_task(act.session, number)
    case = case_of(act, task)
    may = any(may_withdraw(task, row, act.person) for row in live_evidence(act, task))
    return file_numbers(act, task), case.stamp if case else "", may, task.cycle


def withdrawable(act: Act, number: int) -> dict[str, Any]:
    """The files this person may withdraw. → {"number", "title", "files": [{"n", "kind", "name", "at"}]}.

    Refusals: no_such_task, not_your_task, nothing_to_withdraw.
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    places = file_numbers(act, task)
    rows = [row for row in live_evidence(act, task) if may_withdraw(task, row, act.person)]
    if not rows:
        raise Refusal("nothing_to_withdraw", task=number)
    return {"number": number, "title": task.title, "files": [_file(act, row, places[row.id or 0]) for row in rows]}


def _file(act: Act, row: Evidence, n: int) -> dict[str, Any]:
    return {"n": n, "kind": row.kind, "name": row.file_name, "at": act.office.local(row.at).isoformat()}


def withdrawal_asked(act: Act, number: int, n: int) -> dict[str, Any]:
    """What withdrawing it would do, before it is done. Refusals: those of `_wanted`."""
    task, row = _wanted(act, number, n)
    case = case_of(act, task)
    return {
        "number": number,
        "title": task.title,
        "file": _file(act, row, n),
        "applied": case is not None,
        "signed": len(case.signatures) if case else 0,
    }


def _wanted(act: Act, number: int, n: int) -> tuple[TaskSlice, Evidence]:
    """Refusals: no_such_task, not_your_task, no_such_file and those of `require_withdrawable`."""
    task = load_task(act.session, number)
    require_own(task, act.person)
    rows = act.session.exec(select(Evidence).where(Evidence.task_id == task.id).order_by(col(Evidence.id))).all()
    if not 1 <= n <= len(rows):
        raise Refusal("no_such_file", task=number, file=n, count=len(rows))
    require_withdrawable(task, rows[n - 1], n, act.person, live_evidence(act, task), case_of(act, task))
    return task, rows[n - 1]


def withdraw_file(act: Act, number: int, n: int, reason: str) -> dict[str, Any]:
    """The file is out of the bundle; signatures given are void, and their signers told (close_out.after_evidence).

    Refusals: those of `_wanted`; withdrawal_unreasoned.
    """
    facts = withdrawal_asked(act, number, n)
    task, row = _wanted(act, number, n)
    act.session.expunge(row)
    act.carry(withdraw(task, row, n, act.person, reason, act.now))
    after_evidence(act, [task.id])
    return {**facts, "reason": reason.strip(), "count": len(live_evidence(act, load_task(act.session, number)))}
