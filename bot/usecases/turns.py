"""Whose turn it is in a close-out, and asking them: head, verifier, office, signers, each with all they need to see."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, func, select

from bot.domain.close_out import CaseFile, answering, verifying_units
from bot.domain.ledger import State
from bot.domain.look_back import relapsed
from bot.domain.notice import ended, notice_days
from bot.domain.people import Member, Role
from bot.domain.process import LookBack, Signature
from bot.domain.signing import Signatory, earlier, seen, signatories
from bot.domain.signing import whose_turn as turn_of
from bot.domain.slices import TaskSlice
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.case_files import (
    apart,
    bundle,
    case_of,
    heads,
    name_of,
    returned_before,
    signal_facts,
    spot_rows,
    verifiers,
)


def whose_turn(act: Act, task: TaskSlice) -> list[dict[str, str]]:
    """Whose step a task waits for just now; empty when it waits for a day to come."""
    case = case_of(act, task)
    if case is None:
        if task.struck_off:
            return _looking_back(act, task)
        return [{"name": "unit_people", "unit": act.unit(unit)} for unit in answering(task)]
    if task.state == State.CLOSE_OUT_ASKED:
        return [{"name": "unit", "unit": act.unit(case.close_out.unit_id)}]
    if task.state == State.VERIFYING:
        people = verifiers(act, task)
        if not people or people[0].role == Role.OFFICE:
            return [{"name": "office_verifies", "unit": ""}]
        return [{"name": "verifier", "unit": unit} for unit in dict.fromkeys(act.unit(m.unit_id) for m in people)]
    if task.state == State.ACCEPTED or case.open_objections:
        return [{"name": "office_answers" if case.open_objections else "office_publishes", "unit": ""}]
    if not ended(case.notice, act.now, act.office):
        return [{"name": "notice", "unit": case.notice.last_day.isoformat() if case.notice else ""}]
    turn = turn_of(case, act.office.policy.sign_off)
    return turn_facts(act, turn) if turn else [{"name": "office_strikes_off", "unit": ""}]


def _looking_back(act: Act, task: TaskSlice) -> list[dict[str, str]]:
    """After strike-off: the office where a look-back failed, else the day of the next one."""
    rows = look_backs(act, task)
    if relapsed(rows):
        return [{"name": "office_reopens", "unit": ""}]
    left = [row.due for row in rows if row.passed is None]
    return [{"name": "look_back", "unit": left[0].isoformat()}] if left and task.state == State.STRUCK_OFF else []


def look_backs(act: Act, task: TaskSlice) -> list[LookBack]:
    """Of the task's present cycle, in order."""
    rows = select(LookBack).where(LookBack.task_id == task.id, LookBack.cycle == task.cycle)
    return apart(act, act.session.exec(rows.order_by(col(LookBack.due))))


def turn_facts(act: Act, turn: Sequence[Signatory]) -> list[dict[str, str]]:
    """For words: `name` keys [turn], `unit` is the unit's name if it is a unit's."""
    return [{"name": each.name, "unit": act.unit(each.unit_id)} for each in turn]


def decision_rows(kind: str, case: CaseFile) -> list[list[list[Any]]]:
    """The buttons under a message that asks for a decision; their data carries the stamp of what is shown."""
    number, data = case.task.number, f"{kind}:{case.close_out.id}:{case.stamp}"
    count = len(case.close_out.evidence)
    look: list[Any] = ["evidence", f"evidence:{number}", {"count": count}]
    back: list[Any] = ["return", f"return:{data}"]
    if kind == "agree":
        return [[["approve", f"approve:{data}"], back], [look]]
    if kind == "verify":
        return [[look], [["accept", f"approve:{data}"], back]]
    if kind == "notice":
        return [[["draft_notice", f"draft_notice:{number}"], ["publish", f"approve:{data}"]], [back, look]]
    if kind == "strike_off":
        return [[["strike_off", f"approve:{data}"], back], [look]]
    return [[["sign_off", f"approve:{data}"], back], [look]]


def ask_head(act: Act, case: CaseFile) -> int:
    facts = bundle(act, case) | {"buttons": decision_rows("agree", case)}
    people = heads(act, [case.close_out.unit_id])
    return act.tell(people, "agree_asked", facts, key=f"agree:{case.close_out.id}", about={"task": case.task.number})


def ask_verifier(act: Act, case: CaseFile) -> int:
    """The whole bundle by one tap, with the signals. Asked again after an objection was upheld."""
    people = verifiers(act, case.task)
    asked = sum(v.kind == "accepted" for v in case.verifications)
    return act.tell(
        people,
        "verify_asked",
        verify_facts(act, case),
        key=f"verify:{case.close_out.id}:{asked}",
        about={"task": case.task.number},
    )


def verify_facts(act: Act, case: CaseFile) -> dict[str, Any]:
    upheld = [row for row in case.objections if row.upheld]
    return {
        **bundle(act, case),
        "objective": case.task.objective,
        "signals": signal_facts(act, case.task),
        "upheld": upheld[-1].text if upheld else "",
        "returned": returned_before(act, case),
        "for_office": not present(act.session, roles=[Role.VERIFIER], units=verifying_units(case.task)),
        "buttons": decision_rows("verify", case),
    }


def ask_publication(act: Act, case: CaseFile) -> int:
    """Accepted: the notice is the office's next step."""
    first, last = notice_days(act.office.today(act.now), act.office)
    facts = {
        **bundle(act, case),
        "verifier": act.unit(act.person.unit_id),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "calendar_known": act.office.calendar.knows(last.year),
        "buttons": decision_rows("notice", case),
    }
    office = present(act.session, roles=[Role.OFFICE])
    key = f"notice:{case.close_out.id}:{case.close_out.version}"
    return act.tell(office, "notice_asked", facts, key=key, about={"task": case.task.number})


def ask_next(act: Act, case: CaseFile) -> int:
    """Whoever's signature is due is asked, once; who of a step is not in Duban is said to the office.

    Nothing while the notice runs or an objection is open. After the last signature the office is asked to strike off.
    """
    if case.task.state not in (State.NOTICED, State.COUNTERSIGNING) or case.open_objections:
        return 0
    if not ended(case.notice, act.now, act.office):
        return 0
    turn = turn_of(case, act.office.policy.sign_off)
    if not turn:
        return _ask_strike_off(act, case)
    said, missing = 0, []
    # The hash covers all a signer is to see: asked again only when that has changed, not when a peer has signed.
    stamp = seen(case, earlier(case, turn[0].step))[:12]
    facts, about = sign_facts(act, case), {"task": case.task.number}
    for signatory in turn:
        people = people_for(act, signatory)
        if not people:
            missing.append(signatory)
        key = f"sign:{case.close_out.id}:{signatory.name}{signatory.unit_id or ''}:{stamp}"
        said += act.tell(people, "sign_asked", facts, key=key, about=about)
    return said + _tell_missing(act, case, missing)


def _tell_missing(act: Act, case: CaseFile, missing: Sequence[Signatory]) -> int:
    """Signatures that nobody in Duban can give are said to the office, all of a step at once and once."""
    if not missing:
        return 0
    facts = {"number": case.task.number, "title": case.task.title, "turn": turn_facts(act, missing)}
    whose = "".join(f"{each.name}{each.unit_id or ''}" for each in missing)
    key = f"no_signer:{case.close_out.id}:{whose}"
    office = present(act.session, roles=[Role.OFFICE])
    return act.tell(office, "no_signer", facts, key=key, about={"task": case.task.number})


def people_for(act: Act, signatory: Signatory) -> list[Member]:
    """Who may give this signature."""
    if signatory.name in ("unit", "lead"):
        return heads(act, [signatory.unit_id or 0])
    return present(act.session, roles=[Role.OFFICE if signatory.name == "office" else Role.LEADER])


def sign_facts(act: Act, case: CaseFile) -> dict[str, Any]:
    """All that the signer before saw, with the signature of that one."""
    accepted = [v for v in case.verifications if v.kind == "accepted"]
    done, asked = counted(act, case)
    order = act.office.policy.sign_off
    turn = turn_of(case, order)
    return {
        **bundle(act, case),
        "verified_by": act.unit(accepted[-1].unit_id) if accepted else "",
        "verified_text": accepted[-1].text if accepted else "",
        "spots": spot_rows(case),
        "first_day": case.notice.first_day.isoformat() if case.notice else "",
        "last_day": case.notice.last_day.isoformat() if case.notice else "",
        "objections": [{"text": row.text, "answer": row.answer} for row in case.objections],
        "signatures": [
            {
                "name": row.name,
                "unit": act.unit(row.unit_id),
                "by": row.paper.get("by") or name_of(act, row.member_id),
                "paper": row.paper.get("document", ""),
                "hash": row.seen[:8],
            }
            for row in case.signatures
        ],
        "signed": done,
        "signers": asked,
        "seen": seen(case, earlier(case, turn[0].step) if turn else case.signatures)[:8],
        "peers": len([each for each in signatories(case.task, order) if turn and each.step == turn[0].step]),
        "buttons": decision_rows("sign", case),
    }


def _ask_strike_off(act: Act, case: CaseFile) -> int:
    facts = sign_facts(act, case) | {"buttons": decision_rows("strike_off", case)}
    office = present(act.session, roles=[Role.OFFICE])
    key = f"strike_off:{case.close_out.id}:{case.close_out.version}"
    return act.tell(office, "strike_off_asked", facts, key=key, about={"task": case.task.number})


def counted(act: Act, case: CaseFile) -> tuple[int, int]:
    """Signatures given, and asked in all."""
    return len(case.signatures), len(signatories(case.task, act.office.policy.sign_off))


def void_count(act: Act, case: CaseFile) -> int:
    rows = select(func.count()).where(Signature.close_out_id == case.close_out.id, col(Signature.void_at).is_not(None))
    return act.session.exec(rows).one()
