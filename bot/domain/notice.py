"""公示: its first and last day, objections and their answers; nothing is struck off before both are done with.

A notice counts from the day after its publication, in calendar or in working days by the official calendar.
"""

from datetime import date, datetime, timedelta

from bot.domain.close_out import CaseFile, answered, next_state
from bot.domain.decision import Decision, Deed
from bot.domain.ledger import State
from bot.domain.life import require_step
from bot.domain.people import Member, require
from bot.domain.periods import Office
from bot.domain.process import Objection, PublicNotice
from bot.domain.refusal import Refusal
from bot.domain.reporting import move, require_own


def notice_days(published: date, office: Office) -> tuple[date, date]:
    """First and last day of a notice published on a day (policy: so many days, or so many working days)."""
    rule = office.policy.notice
    if rule.working_days:
        return published + timedelta(days=1), office.calendar.add(published, rule.days)
    return published + timedelta(days=1), published + timedelta(days=rule.days)


def publish(case: CaseFile, member: Member, now: datetime, office: Office) -> tuple[Decision, PublicNotice]:
    """The notice was published today. Refusals: not_your_right, not_now."""
    require(member, "publish")
    require_step(case.task, "publish")
    published = office.today(now)
    first, last = notice_days(published, office)
    made = PublicNotice(
        close_out_id=case.close_out.id or 0,
        task_id=case.task.id,
        published=published,
        first_day=first,
        last_day=last,
        days=office.policy.notice.days,
        working_days=office.policy.notice.working_days,
        member_id=member.id or 0,
        at=now,
    )
    facts = {"close_out": case.close_out.id, "published": published, "first_day": first, "last_day": last}
    decision = Decision(
        changes=[next_state(case, "noticed")],
        additions=[made],
        events=[Deed("notice_published", case.task.id, {}, facts)],
    )
    return decision + move(case.task, State.NOTICED, member, now), made


def ended(notice: PublicNotice | None, now: datetime, office: Office) -> bool:
    """Its last day is over, at 24:00 local."""
    return notice is not None and now >= office.end_of(notice.last_day)


def object_to(case: CaseFile, member: Member, text: str, now: datetime, office: Office) -> tuple[Decision, Objection]:
    """异议: recorded until answered. Refusals: not_your_right, not_your_task, not_now, notice_over, nothing_said."""
    require(member, "object")
    require_own(case.task, member)
    if case.task.state != State.NOTICED or case.notice is None:
        raise Refusal("not_now", task=case.task.number, state=str(case.task.state), step="object")
    if ended(case.notice, now, office):
        raise Refusal("notice_over", task=case.task.number, last_day=case.notice.last_day.isoformat())
    if not text.strip():
        raise Refusal("nothing_said", task=case.task.number)
    made = Objection(
        notice_id=case.notice.id or 0, task_id=case.task.id, member_id=member.id or 0, text=text.strip(), at=now
    )
    return Decision(additions=[made], events=[Deed("objection", case.task.id, {}, {"text": made.text})]), made


def answer(case: CaseFile, objection: Objection, member: Member, text: str, *, upheld: bool, now: datetime) -> Decision:
    """The office's answer. An upheld objection reopens verification; the notice then has to be published again.

    Refusals: not_your_right, already_answered, not_now, reason_missing.
    """
    require(member, "publish")
    if objection.answered_at is not None:
        raise Refusal("already_answered", task=case.task.number)
    if not text.strip():
        raise Refusal("reason_missing", task=case.task.number)
    decision = answered(case, objection, member, text, upheld=upheld, now=now)
    # Of several objections the first that is upheld sends the case back.
    if upheld and case.task.state != State.VERIFYING:
        require_step(case.task, "reopen_verification")
        decision.changes.append(next_state(case, "verifying"))
        decision += move(case.task, State.VERIFYING, member, now, text.strip())
    return decision
