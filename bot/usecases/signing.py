"""联签 and 销号: asking each signer in turn, what they see, the strike-off, and signatures that became void."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.close_out import CaseFile
from bot.domain.look_back import planned
from bot.domain.notice import ended
from bot.domain.people import Role
from bot.domain.refusal import Refusal
from bot.domain.signing import Signatory, sign, strike_off
from bot.domain.signing import whose_turn as turn_of
from bot.store.people import present
from bot.usecases import close_out, notice, turns
from bot.usecases.act import Act
from bot.usecases.case_files import (
    all_cases,
    open_cases,
    require_case,
    unit_people,
    verifiers,
)
from bot.usecases.waiting import Feature, Told, Waiting


def waiting(act: Act) -> list[Waiting]:
    """The office's notices, objections and strike-offs; signatures that are due of the person."""
    person = act.person
    found = notice.open_objections(act)
    if person.role == Role.OFFICE:
        found += [_waiting("notice", case, case.verifications[-1].at) for case in open_cases(act, ["accepted"])]
    if person.role != Role.VIEWER:
        for case in open_cases(act, ["noticed", "signing"]):
            if case.open_objections or not ended(case.notice, act.now, act.office):
                continue
            found += _signing_of(act, case)
    return found


def _signing_of(act: Act, case: CaseFile) -> list[Waiting]:
    turn = turn_of(case, act.office.policy.sign_off)
    since = _since(act, case)
    if not turn:
        return [_waiting("strike_off", case, since)] if act.person.role == Role.OFFICE else []
    return [_waiting("sign", case, since)] if _entitled(act, turn) else []


def _entitled(act: Act, turn: Sequence[Signatory]) -> list[Signatory]:
    """Those of the signatures that this person may give."""
    return [each for each in turn if act.person.id in [member.id for member in turns.people_for(act, each)]]


def _since(act: Act, case: CaseFile) -> datetime:
    """Since when the present signature is due: the last one given, or the end of the notice."""
    assert case.notice is not None
    return max([act.office.end_of(case.notice.last_day), *(row.at for row in case.signatures)])


def _waiting(kind: str, case: CaseFile, since: datetime) -> Waiting:
    return Waiting(kind, case.task.number, case.close_out.id or 0, case.task.title, since, {}, case.stamp)


def approve(act: Act, found: Waiting, text: str) -> Told:
    """Published, upheld, signed or struck off. Refusals: those of the rules."""
    if found.kind == "notice":
        return notice.record_publication(act, found, text)
    if found.kind == "objection":
        return notice.answer_objection(act, found, text, upheld=True)
    case = require_case(act, found.number, found.kind)
    return _sign(act, case) if found.kind == "sign" else _strike_off(act, case, text)


def send_back(act: Act, found: Waiting, text: str) -> Told:
    """An objection that is not upheld is answered; anything else goes back to the unit with its reasons."""
    if found.kind == "objection":
        return notice.answer_objection(act, found, text, upheld=False)
    return close_out.give_back_to_unit(act, require_case(act, found.number, "return"), text)


def _sign(act: Act, case: CaseFile) -> Told:
    try:
        asked = turn_of(case, act.office.policy.sign_off)
        decision, made = sign(case, act.person, _entitled(act, asked), act.now, act.office)
    except Refusal as refusal:
        raise worded(act, refusal) from None
    act.carry(decision)
    turns.ask_next(act, case)
    done, count = turns.counted(act, case)
    facts = {"number": case.task.number, "title": case.task.title, "signed": done, "signers": count}
    return Told("signed_off", {**facts, "seen": made.seen[:8], "turn": turns.whose_turn(act, case.task)})


def worded(act: Act, refusal: Refusal) -> Refusal:
    """With whose turn it is in words."""
    if "turn" in refusal.facts:
        refusal.facts["turn"] = turns.turn_facts(act, refusal.facts["turn"])
    return refusal


def _strike_off(act: Act, case: CaseFile, text: str) -> Told:
    try:
        act.carry(strike_off(case, act.person, text, act.now, act.office))
    except Refusal as refusal:
        raise worded(act, refusal) from None
    days = [row.due.isoformat() for row in planned(case.task, act.office.today(act.now), act.office.policy.look_back)]
    facts = {
        "number": case.task.number,
        "title": case.task.title,
        "cycle": case.task.cycle,
        "look_backs": days,
        "signers": len(case.signatures),
        "evidence": len(case.close_out.evidence),
        "asked": act.office.local(case.close_out.asked_at).isoformat(),
    }
    signers = [row.member_id for row in case.signatures]
    people = [*unit_people(act, case.task), *verifiers(act, case.task)]
    people += [member for member in present(act.session) if member.id in signers]
    once = {member.id: member for member in people if member.id != act.person.id}
    key = f"struck_off:{case.close_out.id}"
    act.tell(once.values(), "struck_off", facts, key=key, about={"task": case.task.number})
    return Told("struck_off", facts)


def ask_due(act: Act) -> int:
    """The clock: notices that have ended since somebody last looked ask for their first signature."""
    return sum(turns.ask_next(act, case) for case in all_cases(act, ["noticed", "signing"]))


FEATURE = Feature(frozenset({"notice", "objection", "sign", "strike_off"}), waiting, approve, send_back)
