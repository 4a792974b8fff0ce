"""Applying for strike-off, the head's word, verification, returning: 申请销号、核查、验收、退回."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.close_out import (
    CaseFile,
    accept,
    agree,
    annul,
    answering,
    ask,
    evidence_changed,
    give_back,
    itemise,
    same_person,
    spot_check,
)
from bot.domain.ledger import State
from bot.domain.people import UNIT_PEOPLE, Member, Role
from bot.domain.post import Lane
from bot.domain.process import Signature
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import present
from bot.usecases import turns
from bot.usecases.act import Act
from bot.usecases.case_files import (
    bare_measures,
    bundle,
    case_of,
    evidence_now,
    heads,
    last_case,
    live_evidence,
    open_cases,
    require_case,
    signal_facts,
    spot_rows,
    unit_people,
    unproven,
    verifiers,
)
from bot.usecases.indicators import gauges
from bot.usecases.waiting import Feature, Told, Waiting


def apply_for(act: Act, number: int, text: str) -> dict[str, Any]:
    """申请销号. → the facts of the answer: the file of evidence, what has none, whose turn it is now.

    Refusals: no_such_task and those of the rule `ask`.
    """
    task = load_task(act.session, number)
    rows = live_evidence(act, task)
    has_head = bool(heads(act, [act.person.unit_id or 0]))
    try:
        decision, made = ask(
            task,
            act.person,
            text.strip(),
            evidence_now(act, task),
            has_head=has_head,
            now=act.now,
            gauges=gauges(act, task),
            bare=unproven(act, task, rows),
        )
    except Refusal as refusal:
        if refusal.reason == "lead_asks":
            refusal.facts["units"] = [act.unit(unit) for unit in refusal.facts["units"]]
        raise
    act.carry(decision)
    case = require_case(act, number, "ask_close_out")
    agreed = "head" if act.person.role == Role.HEAD else "" if has_head else "no_head"
    told = turns.ask_verifier(act, case) if agreed else turns.ask_head(act, case)
    return {
        **bundle(act, case),
        "bare": bare_measures(act, task, rows),
        "agreed": agreed,
        "turn": turns.whose_turn(act, case.task),
        "told": told,
        "close_out": made.id,
    }


def waiting(act: Act) -> list[Waiting]:
    """Agreements asked of a head, verifications asked of a verifier (or the office)."""
    person = act.person
    if person.role in UNIT_PEOPLE:
        cases = [case for case in open_cases(act, ["asked"]) if case.asker.user_id != person.user_id]
        return [_waiting("agree", case) for case in cases if person.id in _ids(heads(act, [case.close_out.unit_id]))]
    if person.role in (Role.VERIFIER, Role.OFFICE):
        cases = [case for case in open_cases(act, ["verifying"]) if _may_verify(act, case)]
        return [_waiting("verify", case) for case in cases]
    return []


def _may_verify(act: Act, case: CaseFile) -> bool:
    person = act.person
    asked = person.id in _ids(verifiers(act, case.task))
    return asked and person.unit_id not in case.task.workers and person.user_id != case.asker.user_id


def asked_by(act: Act, task: TaskSlice) -> bool:
    """The application that waits for its unit's head or a verifier is this very person's."""
    case = case_of(act, task) if task.state in (State.CLOSE_OUT_ASKED, State.VERIFYING) else None
    return case is not None and same_person(case.asker, act.person)


def _ids(people: Iterable[Member]) -> list[int | None]:
    return [member.id for member in people]


def _waiting(kind: str, case: CaseFile) -> Waiting:
    close_out = case.close_out
    return Waiting(kind, case.task.number, close_out.id or 0, case.task.title, close_out.asked_at, {}, case.stamp)


def approve(act: Act, found: Waiting, text: str) -> Told:
    """The head agrees, or the verifier accepts. Refusals: those of the rules."""
    case = require_case(act, found.number, found.kind)
    if found.kind == "agree":
        act.carry(agree(case, act.person, text, heads(act, [case.close_out.unit_id]), act.now))
        turns.ask_verifier(act, case)
        news(act, case, "agreed", text, unit_people(act, case.task))
        return told(act, case, "agreed", text)
    act.carry(accept(case, act.person, text, verifiers(act, case.task), act.now))
    news(act, case, "accepted", text, unit_people(act, case.task))
    turns.ask_publication(act, case)
    return told(act, case, "accepted", text)


def send_back(act: Act, found: Waiting, text: str) -> Told:
    """退回: the application is over and the unit told why, measure by measure. Refusals: those of `give_back`."""
    case = require_case(act, found.number, "return")
    return give_back_to_unit(act, case, text)


def give_back_to_unit(act: Act, case: CaseFile, text: str) -> Told:
    act.carry(give_back(case, act.person, text, act.now))
    facts = {
        "number": case.task.number,
        "title": case.task.title,
        "by": act.person.name,
        "unit": act.unit(act.person.unit_id),
        "reasons": itemise(case.task, text),
    }
    people = _others(act, [*unit_people(act, case.task), *present(act.session, roles=[Role.OFFICE])])
    act.tell(people, "returned", facts, key=f"returned:{case.close_out.id}", about={"task": case.task.number})
    return Told("returned_done", {**facts, "told": len(people)})


def spot(act: Act, number: int, day: str, people: str, conclusion: str) -> dict[str, Any]:
    """现场核查 is on record; pictures follow by reply. Refusals: no_such_task, those of the rule `spot_check`."""
    case = require_case(act, number, "spot")
    spot_facts = {"day": day, "people": people, "conclusion": conclusion}
    decision, found = spot_check(case, act.person, spot_facts, verifiers(act, case.task), act.now)
    act.carry(decision)
    return {"number": number, "title": case.task.title, **spot_facts, "spot": found.id}


def after_correction(act: Act, number: int) -> None:
    """What the signers read was put right: signatures given are void, and people are told."""
    task = load_task(act.session, number)
    case = case_of(act, task)
    if case is not None and task.state == State.COUNTERSIGNING:
        signed = list(case.signatures)
        act.carry(annul(case, "correction", act.member, act.now))
        _tell_void(act, case, signed, "correction")


def after_evidence(act: Act, task_ids: Iterable[int]) -> None:
    """Evidence of these tasks came or went: applications follow, signatures given are void, and people are told."""
    for task in load_tasks(act.session, ids=sorted(set(task_ids))):
        case = case_of(act, task)
        if case is None:
            continue
        signed = list(case.signatures)
        voiding = task.state == State.COUNTERSIGNING
        act.carry(evidence_changed(case, evidence_now(act, task), act.member, act.now))
        if voiding and task.state == State.NOTICED:
            _tell_void(act, case, signed, "evidence")


def _tell_void(act: Act, case: CaseFile, rows: Sequence[Signature], why: str) -> int:
    """Signers and office hear that the signatures are void and why; whose turn it is now is asked anew."""
    signers = {row.member_id for row in rows}
    people = [m for m in present(act.session) if m.id in signers or m.role == Role.OFFICE]
    facts = {
        "number": case.task.number,
        "title": case.task.title,
        "by": act.member.name if act.member else "",
        "unit": act.unit(act.member.unit_id) if act.member else "",
        "why": why,
        "count": len(rows),
        "evidence": len(case.close_out.evidence),
    }
    key = f"void:{case.close_out.id}:{case.close_out.version}"
    said = act.tell(people, "signatures_void", facts, key=key, about={"task": case.task.number})
    return said + turns.ask_next(act, case)


def news(act: Act, case: CaseFile, what: str, text: str, people: Sequence[Member]) -> int:
    """A step of the close-out, for those it concerns and who did not take it themselves; folded reading, no hurry."""
    facts = {
        "what": what,
        "number": case.task.number,
        "title": case.task.title,
        "by": act.person.name,
        "unit": act.unit(act.person.unit_id),
        "text": text,
    }
    key = f"case:{case.close_out.id}:{what}:{case.close_out.version}"
    return act.tell(
        _others(act, people), "case_news", facts, key=key, lane=Lane.REMINDER, about={"task": case.task.number}
    )


def told(act: Act, case: CaseFile, what: str, text: str) -> Told:
    """What the person who decided is told: what is true now, and whose turn it is."""
    facts = {"what": what, "number": case.task.number, "title": case.task.title, "text": text}
    return Told("case_done", {**facts, "count": len(case.close_out.evidence), "turn": turns.whose_turn(act, case.task)})


def _others(act: Act, people: Iterable[Member]) -> list[Member]:
    """Each once, without the person who acts."""
    once = {member.id: member for member in people if member.id != act.person.id}
    return list(once.values())


def may_apply(act: Act, task: TaskSlice) -> bool:
    """An application of this person would stand: own check declared, their unit answers, every claim has its evidence,
    every indicator is reached or explained."""
    answers = act.person.role in UNIT_PEOPLE and act.person.unit_id in answering(task)
    if not answers or task.state != State.FINISHED:
        return False
    rows = live_evidence(act, task)
    if not rows or unproven(act, task, rows):
        return False
    return all(gauge.settled for gauge in gauges(act, task))


def timeline(act: Act, task: TaskSlice) -> dict[str, Any] | None:
    """The close-out on the card: asked, verified, notice till, signed n of m; None before the first application."""
    case = last_case(act, task)
    if case is None:
        return None
    findings = [v for v in case.verifications if v.kind in ("accepted", "returned")]
    signed, asked = turns.counted(act, case)
    return {
        "asked": act.office.local(case.close_out.asked_at).isoformat(),
        "unit": act.unit(case.close_out.unit_id),
        "evidence": len(case.close_out.evidence),
        "finding": findings[-1].kind if findings else "",
        "reasons": findings[-1].reasons if findings and case.close_out.state == "returned" else [],
        "found_at": act.office.local(findings[-1].at).isoformat() if findings else "",
        "found_by": act.unit(findings[-1].unit_id) if findings else "",
        "spots": spot_rows(case),
        "last_day": case.notice.last_day.isoformat() if case.notice else "",
        "objections": len(case.objections),
        "open_objections": len(case.open_objections),
        "signed": signed,
        "signers": asked,
        "void": turns.void_count(act, case),
        "look_backs": [
            {"due": row.due.isoformat(), "passed": row.passed, "text": row.text} for row in turns.look_backs(act, task)
        ],
        "over": case.close_out.state in ("returned", "struck_off"),
        "turn": turns.whose_turn(act, task),
        "signals": signal_facts(act, task) if act.person.role in (Role.VERIFIER, Role.OFFICE) else [],
    }


FEATURE = Feature(frozenset({"agree", "verify"}), waiting, approve, send_back)
