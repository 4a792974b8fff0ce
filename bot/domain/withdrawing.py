"""撤下: a single file of evidence is taken out of the bundle, with its reason; what it was stays on record."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.close_out import CaseFile, require_verifying
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Evidence
from bot.domain.people import Member, Role, require
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice


def may_withdraw(task: TaskSlice, row: Evidence, member: Member) -> bool:
    """One's own unit's file, or any for the office, while the cycle it belongs to goes on."""
    goes_on = not task.struck_off and row.cycle == task.cycle and row.withdrawn_at is None
    return goes_on and (member.role == Role.OFFICE or row.unit_id == member.unit_id)


def require_withdrawable(
    task: TaskSlice, row: Evidence, n: int, member: Member, left: Sequence[Evidence], case: CaseFile | None
) -> None:
    """`n`: its number in the task's list; `left`: the files that stand; `case`: the application that goes on, if any.

    Refusals: not_your_right, struck_off_frozen, already_withdrawn, not_your_file, not_now, last_evidence.
    """
    require(member, "attach")
    if task.struck_off or row.cycle != task.cycle:
        raise Refusal("struck_off_frozen", task=task.number)
    if row.withdrawn_at is not None:
        raise Refusal("already_withdrawn", task=task.number, file=n)
    if not may_withdraw(task, row, member):
        raise Refusal("not_your_file", task=task.number, file=n)
    if row.spot_id is not None:
        require_verifying(task)
    if case is not None and [each.id for each in left] == [row.id]:
        raise Refusal("last_evidence", task=task.number, file=n)


def withdraw(task: TaskSlice, row: Evidence, n: int, member: Member, reason: str, now: datetime) -> Decision:
    """The row stays, out of the bundle from now on. Who may was asked before. Refusals: withdrawal_unreasoned."""
    if not reason.strip():
        raise Refusal("withdrawal_unreasoned", task=task.number, file=n)
    fields = {"withdrawn_at": now, "withdrawn_by": member.id, "withdrawn_why": reason.strip()}
    before = {"file": n, "name": row.file_name or row.kind, "sha256": row.sha256 or ""}
    return Decision(
        changes=[Change(Evidence, row.id or 0, fields, only_if={"withdrawn_at": None})],
        events=[Deed("evidence_withdrawn", task.id, before, {"reason": reason.strip()})],
    )
