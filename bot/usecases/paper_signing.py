"""纸质签字: the office records a countersignature given on paper, so that a step nobody can sign by chat goes on."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.domain.close_out import CaseFile
from bot.domain.decision import Decision
from bot.domain.ledger import Evidence
from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.signing import Signatory, sign_on_paper, signatories
from bot.domain.signing import whose_turn as turn_of
from bot.usecases import turns
from bot.usecases.act import Act
from bot.usecases.case_files import SCAN, require_case
from bot.usecases.evidence import Attachment, require_fits
from bot.usecases.signing import worded

LEADER = ("市领导", "领导", "leader")


def record_paper(
    act: Act,
    number: int,
    whose: str,
    by: str,
    on: date,
    document: str,
    scan: Attachment | None,
    registry: Registry,
    source: str,
) -> dict[str, Any]:
    """The signature stands as one given on paper; who could have given it by chat is told, and the next one asked.

    `whose`: the unit or 市领导 that signed, "" where only one signature is due; `by`: the person who signed.
    Refusals: no_such_task, not_now, paper_form, paper_whose (turn), file_too_big and those of `sign_on_paper`.
    """
    require(act.person, "record_paper")
    case = require_case(act, number, "sign")
    if not by.strip() or not document.strip():
        raise Refusal("paper_form", task=number, understood=f"{whose} {by} {document}".strip())
    paper: dict[str, Any] = {"by": by.strip(), "on": on.isoformat(), "document": document.strip(), "scan": None}
    try:
        mine = _meant(act, case, whose, registry)
        # Asked before the scan is kept, so that a refusal leaves none behind.
        decision, made = sign_on_paper(case, act.person, mine, paper, act.now, act.office)
    except Refusal as refusal:
        raise worded(act, refusal) from None
    if scan is not None:
        # The scan's id is known only once its row stands; the signature names it from the start.
        made.paper["scan"] = decision.events[0].after["paper"]["scan"] = _keep(act, case, scan, source)
    act.carry(decision)
    turns.ask_next(act, case)
    return _tell(act, case, mine, paper)


def _meant(act: Act, case: CaseFile, whose: str, registry: Registry) -> Signatory:
    """Refusals: paper_whose (turn)."""
    asked = signatories(case.task, act.office.policy.sign_off)
    turn = turn_of(case, act.office.policy.sign_off)
    if not whose.strip():
        if len(turn) == 1:
            return turn[0]
        raise Refusal("paper_whose", task=case.task.number, turn=turn)
    found = registry.find(whose)
    name = found.name if found else whose.strip()
    for each in (*turn, *asked):
        if act.unit(each.unit_id) == name or (each.name == "leader" and name in LEADER):
            return each
    raise Refusal("paper_whose", task=case.task.number, turn=turn)


def names_signatory(act: Act, number: int, word: str, registry: Registry) -> bool:
    """The word names one who signs this case, and is not the name of the person who signed."""
    case = require_case(act, number, "sign")
    known = registry.find(word)
    name = known.name if known else word
    asked = signatories(case.task, act.office.policy.sign_off)
    return name in LEADER or name in {act.unit(each.unit_id) for each in asked if each.unit_id}


def _keep(act: Act, case: CaseFile, scan: Attachment, source: str) -> int:
    require_fits([scan])
    row = Evidence(
        task_id=case.task.id,
        cycle=case.task.cycle,
        unit_id=act.person.unit_id,
        member_id=act.person.id,
        kind=SCAN,
        file_id=scan.file_id,
        file_unique_id=scan.file_unique_id,
        file_name=scan.name,
        mime=scan.mime,
        size=scan.size,
        source=source,
        at=act.moment,
        next_attempt_at=act.now,
    )
    act.carry(Decision(additions=[row]))
    return row.id or 0


def _tell(act: Act, case: CaseFile, mine: Signatory, paper: dict[str, Any]) -> dict[str, Any]:
    done, count = turns.counted(act, case)
    facts = {
        "number": case.task.number,
        "title": case.task.title,
        **paper,
        "whose": turns.turn_facts(act, [mine]),
        "signed": done,
        "signers": count,
        "turn": turns.whose_turn(act, case.task),
        "clerk": act.person.name,
    }
    people: Sequence[Any] = [m for m in turns.people_for(act, mine) if m.id != act.person.id]
    key = f"paper:{case.close_out.id}:{mine.name}{mine.unit_id or ''}:{done}"
    act.tell(people, "paper_signed", facts, key=key, about={"task": case.task.number})
    return facts
