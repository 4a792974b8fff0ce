"""联签: who signs in which order, what each has seen, and the strike-off after the last signature.

The order is policy (`sign_off`); within one step several units may sign in any order; who would sign twice signs once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.close_out import CaseFile, answering, digest_of, next_state, require_not_own
from bot.domain.decision import Decision, Deed
from bot.domain.ledger import Part, State
from bot.domain.life import require_step
from bot.domain.look_back import planned
from bot.domain.notice import ended
from bot.domain.people import Member, Role, require
from bot.domain.periods import Office
from bot.domain.process import Signature
from bot.domain.refusal import Refusal
from bot.domain.reporting import move
from bot.domain.slices import TaskSlice


@dataclass(frozen=True, slots=True)
class Signatory:
    """One signature asked: of the head of a unit, of the office, or of the leader in charge (`unit_id` None)."""

    step: int
    name: str
    unit_id: int | None = None


def signatories(task: TaskSlice, order: Sequence[str]) -> list[Signatory]:
    """In order. `unit`: the heads of the units that do the work; `lead`: of those that lead; each unit once."""
    found: list[Signatory] = []
    for step, name in enumerate(order, 1):
        units: Sequence[int | None] = [None]
        if name == "unit":
            units = task.units.get(Part.RESPONSIBLE) or answering(task)
        elif name == "lead":
            units = task.units.get(Part.LEAD, [])
        known = {each.unit_id for each in found if each.unit_id is not None}
        found += [Signatory(step, name, unit) for unit in units if unit is None or unit not in known]
    return found


def unsigned(case: CaseFile, order: Sequence[str]) -> list[Signatory]:
    given = {(row.name, row.unit_id if row.name in ("unit", "lead") else None) for row in case.signatures}
    return [each for each in signatories(case.task, order) if (each.name, each.unit_id) not in given]


def whose_turn(case: CaseFile, order: Sequence[str]) -> list[Signatory]:
    """Those of the first step that is not complete."""
    left = unsigned(case, order)
    return [each for each in left if each.step == left[0].step]


def require_signable(case: CaseFile, now: datetime, office: Office) -> None:
    """Refusals: not_now, notice_running (last_day), objections_open (count)."""
    require_step(case.task, "sign")
    if case.notice is None or not ended(case.notice, now, office):
        last = case.notice.last_day.isoformat() if case.notice else ""
        raise Refusal("notice_running", task=case.task.number, last_day=last)
    if case.open_objections:
        raise Refusal("objections_open", task=case.task.number, count=len(case.open_objections))


def earlier(case: CaseFile, step: int) -> list[Signature]:
    """The signatures of the steps before: what everybody who signs in this step has in front of them, whoever of
    them signs first."""
    return [row for row in case.signatures if row.step < step]


def seen(case: CaseFile, before: Sequence[Signature]) -> str:
    """The hash of all that a signer had before him: application, evidence, findings, notice, objections, signatures of
    the steps before."""
    close_out, notice = case.close_out, case.notice
    pictures = [[row.spot_id, row.file_unique_id] for row in case.pictures]
    return digest_of(
        ({"pictures": pictures} if pictures else {})
        | {
            "application": [close_out.id, close_out.unit_id, close_out.member_id, close_out.text, close_out.asked_at],
            "evidence": close_out.evidence,
            "findings": [[v.kind, v.member_id, v.text, v.reasons, v.spot, v.at] for v in case.verifications],
            "notice": [notice.id, notice.published, notice.first_day, notice.last_day] if notice else None,
            "objections": [[o.text, o.answer, o.upheld, o.answered_by] for o in case.objections],
            "signatures": [[s.step, s.name, s.unit_id, s.member_id, s.seen, s.paper] for s in before],
        }
    )


def sign(
    case: CaseFile, member: Member, entitled: Sequence[Signatory], now: datetime, office: Office
) -> tuple[Decision, Signature]:
    """The person's signature stands. `entitled`: the signatures this person may give.

    Refusals: those of `require_signable`, already_signed, own_request (who applied signs only as the head),
    not_your_turn (turn).
    """
    require_signable(case, now, office)
    if any(row.member_id == member.id and not row.paper for row in case.signatures):
        raise Refusal("already_signed", task=case.task.number)
    if member.role != Role.HEAD:
        require_not_own(case, member)
    turn = whose_turn(case, office.policy.sign_off)
    mine = next((each for each in turn if each in entitled), None)
    if mine is None:
        raise Refusal("not_your_turn", task=case.task.number, turn=turn)
    return _signed(case, member, mine, member.unit_id, {}, now)


def sign_on_paper(
    case: CaseFile, clerk: Member, signatory: Signatory, paper: dict[str, Any], now: datetime, office: Office
) -> tuple[Decision, Signature]:
    """A signature given on paper, which the office records: it counts as one given by chat, and says what it is.

    `paper`: {"by", "on" (an ISO day), "document", "scan"}. The office's own step is signed by chat.
    Refusals: not_your_right, those of `require_signable`, own_request, not_your_turn (turn), paper_own_step,
    paper_day (on: before the notice had ended, or still to come).
    """
    require(clerk, "record_paper")
    require_signable(case, now, office)
    require_not_own(case, clerk)
    turn = whose_turn(case, office.policy.sign_off)
    if signatory not in turn:
        raise Refusal("not_your_turn", task=case.task.number, turn=turn)
    if signatory.name == "office":
        raise Refusal("paper_own_step", task=case.task.number)
    on = date.fromisoformat(paper["on"])
    if case.notice is None or not case.notice.last_day < on <= office.today(now):
        last = case.notice.last_day.isoformat() if case.notice else ""
        raise Refusal("paper_day", task=case.task.number, day=paper["on"], last_day=last)
    return _signed(case, clerk, signatory, signatory.unit_id, paper, now)


def _signed(
    case: CaseFile, member: Member, mine: Signatory, unit_id: int | None, paper: dict[str, Any], now: datetime
) -> tuple[Decision, Signature]:
    made = Signature(
        close_out_id=case.close_out.id or 0,
        step=mine.step,
        name=mine.name,
        unit_id=unit_id,
        member_id=member.id or 0,
        seen=seen(case, earlier(case, mine.step)),
        paper=paper,
        at=now,
    )
    facts = {"close_out": case.close_out.id, "step": mine.step, "name": mine.name, "seen": made.seen, "paper": paper}
    decision = Decision(
        changes=[next_state(case, "signing")],
        additions=[made],
        events=[Deed("signed", case.task.id, {}, facts)],
    )
    if case.task.state != State.COUNTERSIGNING:
        decision += move(case.task, State.COUNTERSIGNING, member, now)
    case.signatures = [*case.signatures, made]
    return decision, made


def strike_off(case: CaseFile, member: Member, text: str, now: datetime, office: Office) -> Decision:
    """销号、备案: this cycle is closed for good, and the days of its look-backs are fixed.

    Refusals: not_your_right, not_now, those of `require_signable`, signatures_missing (turn), signatures_stale.
    """
    require(member, "strike_off")
    require_step(case.task, "strike_off")
    require_signable(case, now, office)
    turn = whose_turn(case, office.policy.sign_off)
    if turn:
        raise Refusal("signatures_missing", task=case.task.number, turn=turn)
    if any(row.seen != seen(case, earlier(case, row.step)) for row in case.signatures):
        raise Refusal("signatures_stale", task=case.task.number)
    checks = planned(case.task, office.today(now), office.policy.look_back)
    facts = {"close_out": case.close_out.id, "look_backs": [row.due for row in checks], "text": text}
    decision = Decision(
        changes=[next_state(case, "struck_off", ended_at=now)],
        additions=list(checks),
        events=[Deed("struck_off", case.task.id, {}, facts)],
    )
    return decision + move(case.task, State.STRUCK_OFF, member, now, text)
