"""回头看: checks on days fixed at strike-off, and what a relapse (反弹回潮) begins: a new numbered cycle.

"销号不销责". The old cycle, its dates and its figures never change (design.md §1, the ledger's model).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import DueChange, Milestone, Move, State, Task, TaskUnit
from bot.domain.life import require_step
from bot.domain.people import Member, require
from bot.domain.periods import Office
from bot.domain.policy import LookBackPolicy
from bot.domain.process import LookBack
from bot.domain.refusal import Refusal
from bot.domain.reporting import move
from bot.domain.slices import TaskSlice


def planned(task: TaskSlice, struck_off: date, policy: LookBackPolicy) -> list[LookBack]:
    """The look-backs of this cycle; what must be kept up (长期坚持) is looked at each quarter."""
    days = policy.upkeep_days if any(measure.ongoing for measure in task.measures) else policy.days
    return [LookBack(task_id=task.id, cycle=task.cycle, due=struck_off + timedelta(days=n)) for n in sorted(set(days))]


def check(
    task: TaskSlice,
    row: LookBack,
    rows: Sequence[LookBack],
    member: Member,
    verifiers: Sequence[Member],
    text: str,
    *,
    passed: bool,
    now: datetime,
) -> Decision:
    """The look-back is passed or failed; with the last one passed the task is kept up. `rows`: all of the cycle.

    Refusals: not_your_right, doer_verifies, not_your_check, not_now, reason_missing (a failed one needs its reason).
    """
    require(member, "look_back")
    if member.unit_id in task.workers:
        raise Refusal("doer_verifies", task=task.number)
    if member.id not in [each.id for each in verifiers]:
        raise Refusal("not_your_check", task=task.number)
    require_step(task, "keep_up")
    if not passed and not text.strip():
        raise Refusal("reason_missing", task=task.number)
    fields = {"passed": passed, "text": text.strip(), "member_id": member.id, "at": now}
    decision = Decision(
        changes=[Change(LookBack, row.id or 0, fields, only_if={"passed": None})],
        events=[Deed("look_back", task.id, {}, {"due": row.due, "passed": passed, "text": text.strip()})],
    )
    # What failed before was looked at again: the last word counts.
    left = [other for other in rows if other.id != row.id and not other.passed]
    if passed and all(other.passed is False and other.due < row.due for other in left):
        decision += move(task, State.KEPT_UP, member, now, text.strip())
    return decision


def relapsed(rows: Sequence[LookBack]) -> list[LookBack]:
    """The failed look-backs of a cycle of which the office has not said what follows, and none after them passed."""
    passed = [row.due for row in rows if row.passed]
    failed = [row for row in rows if row.passed is False and row.answered_at is None]
    return [row for row in failed if not any(due > row.due for due in passed)]


def look_again(
    task: TaskSlice,
    row: LookBack,
    rows: Sequence[LookBack],
    member: Member,
    reason: str,
    now: datetime,
    office: Office,
) -> tuple[Decision, LookBack]:
    """The office lets a failed look-back rest, with its reason, and fixes another day to look. `rows`: of the cycle.

    Refusals: not_your_right, not_now, reason_missing.
    """
    require(member, "reopen")
    require_step(task, "keep_up")
    if not reason.strip():
        raise Refusal("reason_missing", task=task.number)
    day = office.today(now) + timedelta(days=min(office.policy.look_back.days))
    taken = {other.due for other in rows}
    while day in taken:
        day += timedelta(days=1)
    fields = {"answer": reason.strip(), "answered_by": member.id, "answered_at": now}
    made = LookBack(task_id=task.id, cycle=task.cycle, due=day)
    facts = {"again": day, "reason": reason.strip()}
    decision = Decision(
        changes=[Change(LookBack, row.id or 0, fields, only_if={"answered_at": None})],
        additions=[made],
        events=[Deed("look_back_again", task.id, {"due": row.due}, facts)],
    )
    return decision, made


def reopen(
    task: TaskSlice,
    member: Member,
    reason: str,
    basis: str,
    task_units: Sequence[int],
    now: datetime,
    office: Office,
) -> Decision:
    """A new numbered cycle begins, handed over anew; the last milestone of each measure gets a new day.

    `task_units`: the rows of the units' parts, whose receipts are asked anew. The changes of dates belong to the old
    cycle, so that the new one starts with dates of its own.
    Refusals: not_your_right, not_now, reason_missing, basis_needed.
    """
    require(member, "reopen")
    require_step(task, "reopen")
    if not reason.strip():
        raise Refusal("reason_missing", task=task.number)
    if not basis.strip():
        raise Refusal("basis_needed", task=task.number)
    due = office.today(now) + timedelta(days=office.policy.immediate_days)
    cycle = task.cycle + 1
    facts = {"cycle": cycle, "reason": reason.strip(), "basis": basis.strip(), "due": due}
    decision = Decision(
        changes=[Change(Task, task.id, {"state": State.HANDED_OVER, "cycle": cycle}, task.version)],
        events=[Deed("reopened", task.id, {"cycle": task.cycle, "state": task.state}, facts)],
    )
    decision += _new_dates(task, due, member, reason.strip(), basis.strip(), now)
    again = {"handed_over_at": now, "received_at": None, "received_by": None}
    decision.changes += [Change(TaskUnit, row, again) for row in task_units]
    decision.additions.append(
        Move(task_id=task.id, cycle=cycle, state=State.HANDED_OVER, at=now, member_id=member.id, text=reason.strip())
    )
    return decision


def _new_dates(task: TaskSlice, due: date, member: Member, reason: str, basis: str, now: datetime) -> Decision:
    decision = Decision()
    for stage in (measure.stages[-1] for measure in task.measures if measure.stages):
        change = {"due": due, "internal_due": None}
        before = {"due": stage.due, "internal_due": stage.internal_due}
        decision.changes.append(Change(Milestone, stage.id, change, only_if=before))
        decision.additions += [
            DueChange(
                task_id=task.id,
                milestone_id=stage.id,
                cycle=task.cycle,
                field=name,
                before=before[name],
                after=value,
                reason=reason,
                basis=basis,
                member_id=member.id,
                at=now,
            )
            for name, value in change.items()
            if before[name] != value
        ]
    return decision
