"""延期 (domain.md §2): who may ask for it, how far each may decide, which date moves and on what basis.

Asked for before the date with its cause; own head agrees, the office decides and may name another day; the published
date moves only with the number of the approving document; beyond the cap a leader signs. The original date stays.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import DueChange, Milestone
from bot.domain.people import UNIT_PEOPLE, Member, Role, require
from bot.domain.process import Extension
from bot.domain.refusal import Refusal
from bot.domain.reminding import met
from bot.domain.reporting import require_own
from bot.domain.slices import MeasureSlice, Stage, TaskSlice

ASKED, AGREED, ESCALATED = "asked", "agreed", "escalated"
GRANTED, REFUSED, LAPSED = "granted", "refused", "lapsed"
OPEN = (ASKED, AGREED, ESCALATED)


def choose_stage(task: TaskSlice, unit_id: int | None, ordinal: int | None) -> tuple[MeasureSlice, Stage]:
    """The last date of the named measure, or of the one open measure with a date; `unit_id` None means the office.

    Refusals: no_such_measure, not_your_measure, no_date_to_move, which_date (choices).
    """
    if ordinal is not None and not any(measure.ordinal == ordinal for measure in task.measures):
        raise Refusal("no_such_measure", task=task.number, measure=ordinal, count=len(task.measures))
    mine = [m for m in task.measures if unit_id is None or unit_id in m.reporters]
    if not mine:
        raise Refusal("extension_not_yours", task=task.number)
    named = [m for m in mine if m.ordinal == ordinal] if ordinal is not None else mine
    if not named:
        raise Refusal("not_your_measure", task=task.number, measure=ordinal)
    dated = [m for m in named if m.stages and not met(task, m, m.stages[-1])]
    if not dated:
        raise Refusal("no_date_to_move", task=task.number)
    if len(dated) > 1:
        choices = [{"ordinal": m.ordinal, "text": m.text, "due": m.stages[-1].effective.isoformat()} for m in dated]
        raise Refusal("which_date", task=task.number, choices=choices)
    return dated[0], dated[0].stages[-1]


def require_later(task: TaskSlice, stage: Stage, day: date, today: date) -> None:
    """Refusals: not_later (than the date in force), day_past."""
    if day <= stage.effective:
        raise Refusal("not_later", task=task.number, day=day.isoformat(), due=stage.effective.isoformat())
    if day < today:
        raise Refusal("day_past", task=task.number, day=day.isoformat())


def ask(
    task: TaskSlice,
    member: Member,
    ordinal: int | None,
    day: date,
    reason: str,
    *,
    at: datetime,
    today: date,
    heads: Iterable[Member],
    pending: Iterable[Extension],
) -> tuple[Decision, Extension]:
    """The request is on record: agreed at once if a head asks or no head could agree, else waiting for the head.

    Refusals: not_your_right, not_your_task, task_closed, upkeep_has_no_date, extension_reason, extension_pending and
    those of `choose_stage` and `require_later`.
    """
    require(member, "extend")
    require_own(task, member)
    require_movable(task)
    measure, stage = choose_stage(task, member.unit_id, ordinal)
    if any(row.milestone_id == stage.id and row.state in OPEN for row in pending):
        raise Refusal("extension_pending", task=task.number)
    require_later(task, stage, day, today)
    if not reason.strip():
        raise Refusal("extension_reason", task=task.number, day=day.isoformat())
    agreed = member.role == Role.HEAD
    made = Extension(
        task_id=task.id,
        milestone_id=stage.id,
        cycle=task.cycle,
        unit_id=member.unit_id or 0,
        member_id=member.id or 0,
        wanted=day,
        reason=reason.strip(),
        late=today > stage.effective,
        before=stage.effective,
        asked_at=at,
        state=AGREED if agreed or not list(heads) else ASKED,
        agreed_by=member.id if agreed else None,
        agreed_at=at if agreed else None,
    )
    before = {"measure": f"{task.number}.{measure.ordinal}", "due": stage.effective}
    after = {"wanted": day, "reason": made.reason, "unit": made.unit_id, "late": made.late}
    return Decision(additions=[made], events=[Deed("extension_asked", task.id, before, after)]), made


def require_movable(task: TaskSlice) -> None:
    """Refusals: task_closed, upkeep_has_no_date."""
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=task.state)
    if task.upkeep:
        raise Refusal("upkeep_has_no_date", task=task.number)


def could_ask(task: TaskSlice, member: Member, pending: Iterable[Extension]) -> bool:
    """A button that asks for an extension would lead somewhere: for one measure, or a choice of several."""
    if member.role not in UNIT_PEOPLE or task.finished or task.upkeep:
        return False
    waiting = {row.milestone_id for row in pending if row.state in OPEN}
    mine = [m for m in task.measures if member.unit_id in m.reporters and m.stages]
    return any(not met(task, m, m.stages[-1]) and m.stages[-1].id not in waiting for m in mine)


def require_not_own(row: Extension, number: int, member: Member, parties: Iterable[Member]) -> None:
    """Nobody decides what they asked for, nor twice on the same request, whatever role they have come back in.

    `number` is the task's; `parties`: who asked, agreed and decided so far. Refusals: own_request.
    """
    took_part = {row.member_id, row.agreed_by, row.decided_by}
    if any(member.user_id == party.user_id for party in parties if party.id in took_part):
        raise Refusal("own_request", task=number)


def agree(row: Extension, task: TaskSlice, member: Member, at: datetime) -> Decision:
    """The unit's head agrees: the office is asked next."""
    fields = {"state": AGREED, "agreed_by": member.id, "agreed_at": at}
    return Decision(
        changes=[Change(Extension, row.id or 0, fields, row.version)],
        events=[Deed("extension_agreed", task.id, {"state": row.state}, {"state": AGREED, "wanted": row.wanted})],
    )


def needs_basis(stage: Stage, day: date) -> bool:
    """A day beyond the published one moves the published one; one before it only moves the internal one."""
    return day > stage.due


def escalate(row: Extension, task: TaskSlice, member: Member, day: date, basis: str, at: datetime) -> Decision:
    """The office has decided, but so many were granted before that a leader must sign."""
    fields = {"state": ESCALATED, "granted": day, "basis": basis, "decided_by": member.id, "decided_at": at}
    after = {"state": ESCALATED, "day": day, "basis": basis}
    return Decision(
        changes=[Change(Extension, row.id or 0, fields, row.version)],
        events=[Deed("extension_escalated", task.id, {"state": row.state}, after)],
    )


def grant(
    row: Extension, task: TaskSlice, stage: Stage, version: int, member: Member, day: date, basis: str, at: datetime
) -> Decision:
    """The date is moved and the one before it kept; `version` is the milestone's as it was read.

    Refusals: basis_missing (a published date does not move without the approving document).
    """
    if needs_basis(stage, day) and not basis:
        raise Refusal("basis_missing", task=task.number, day=day.isoformat(), due=stage.due.isoformat())
    signed = row.state == ESCALATED
    who = {"leader_by": member.id, "leader_at": at} if signed else {"decided_by": member.id, "decided_at": at}
    fields = {"state": GRANTED, "granted": day, "basis": basis, **who}
    after = {"state": GRANTED, "day": day, "basis": basis}
    granted = Decision(
        changes=[Change(Extension, row.id or 0, fields, row.version)],
        events=[Deed("extension_granted", task.id, {"state": row.state, "due": stage.effective}, after)],
    )
    return granted + move_date(task, stage, version, day, row.reason, basis, member, at)


def move_date(
    task: TaskSlice,
    stage: Stage,
    version: int,
    day: date,
    reason: str,
    basis: str,
    member: Member | None,
    at: datetime,
) -> Decision:
    """The internal date moves up to the published one; beyond it the published one moves and the internal one ends."""
    fields: dict[str, date | None]
    if needs_basis(stage, day):
        fields = {"due": day} | ({"internal_due": None} if stage.internal_due else {})
    else:
        fields = {"internal_due": day if day < stage.due else None}
    return change_dates(task, stage, version, fields, reason, basis, member, at)


def change_dates(
    task: TaskSlice,
    stage: Stage,
    version: int,
    fields: dict[str, date | None],
    reason: str,
    basis: str,
    member: Member | None,
    at: datetime,
) -> Decision:
    """The milestone has these dates; each leaves a record of what it was before, its reason and its document."""
    before = {name: getattr(stage, name) for name in fields}
    records = [
        DueChange(
            task_id=task.id,
            milestone_id=stage.id,
            cycle=task.cycle,
            field=name,
            before=before[name],
            after=after,
            reason=reason,
            basis=basis,
            member_id=member.id if member else None,
            at=at,
        )
        for name, after in fields.items()
    ]
    return Decision(
        changes=[Change(Milestone, stage.id, dict(fields), version)],
        additions=list(records),
        events=[Deed("due_moved", task.id, before, {**fields, "reason": reason, "basis": basis})],
    )


def set_internal(
    task: TaskSlice, stage: Stage, version: int, day: date, reason: str, member: Member, today: date, at: datetime
) -> Decision:
    """The office sets the internal date: never later than the published one, never in the past.

    Refusals: not_your_right, extension_reason, day_past, internal_beyond_due, same_day.
    """
    require(member, "set_internal")
    if not reason.strip():
        raise Refusal("extension_reason", task=task.number, day=day.isoformat())
    if day < today:
        raise Refusal("day_past", task=task.number, day=day.isoformat())
    if day > stage.due:
        raise Refusal("internal_beyond_due", task=task.number, day=day.isoformat(), due=stage.due.isoformat())
    if day == stage.effective:
        raise Refusal("same_day", task=task.number, day=day.isoformat())
    return move_date(task, stage, version, day, reason.strip(), "", member, at)


def refuse(row: Extension, task: TaskSlice, member: Member, reason: str, at: datetime) -> Decision:
    """Sent back with its reason; the date stays as it is."""
    signed = row.state == ESCALATED
    who = {"leader_by": member.id, "leader_at": at} if signed else {"decided_by": member.id, "decided_at": at}
    return Decision(
        changes=[Change(Extension, row.id or 0, {"state": REFUSED, "answer": reason, **who}, row.version)],
        events=[Deed("extension_refused", task.id, {"state": row.state}, {"state": REFUSED, "reason": reason})],
    )


def lapse(rows: Sequence[Extension], task: TaskSlice) -> Decision:
    """What the former unit asked for is asked no longer: the task is another unit's now."""
    return Decision(
        changes=[Change(Extension, row.id or 0, {"state": LAPSED}, row.version) for row in rows],
        events=[Deed("extension_lapsed", task.id, {"extension": row.id}, {"state": LAPSED}) for row in rows],
    )
