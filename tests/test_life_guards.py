"""Each guard of the LIFE table by itself: the step that everybody else, every other state and every other day is refused.

Rules only, without a database, so that a guard taken away is missed at once.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from plan_drafts import CALENDAR

from bot.domain import close_out, indicators, look_back, notice, signing, withdrawing
from bot.domain.close_out import CaseFile
from bot.domain.indicators import Gauge, Indicator, Target
from bot.domain.ledger import Evidence, State
from bot.domain.life import LIFE, STEPS, require_step
from bot.domain.people import Member
from bot.domain.periods import Office
from bot.domain.policy import NoticePolicy, Policy
from bot.domain.process import CloseOut, LookBack, Objection, PublicNotice, Signature
from bot.domain.refusal import Refusal
from bot.domain.signing import Signatory
from bot.domain.slices import MeasureSlice, Said, TaskSlice

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2022, 6, 28, 9, tzinfo=SHANGHAI)
OFFICE = Office(SHANGHAI, CALENDAR, Policy(notice=NoticePolicy(days=3)))
WATER, DISTRICT, VERIFYING, BUREAU, OTHER = 1, 2, 3, 4, 9
PAPER = {"by": "孙某", "on": "2022-06-28", "document": "津武整改〔2022〕3号", "scan": None}
FILES = [{"id": 7, "unique": "u7", "sha256": "ab" * 32}]


def person(id_: int, role: str, unit: int | None) -> Member:
    return Member(id=id_, user_id=id_, name=f"{role}{id_}", role=role, unit_id=unit, joined_at=NOW)


ASKER, WATER_HEAD, DISTRICT_HEAD = person(1, "liaison", WATER), person(2, "head", WATER), person(3, "head", DISTRICT)
VERIFIER, CLERK, LEADER = person(4, "verifier", VERIFYING), person(5, "office", BUREAU), person(6, "leader", None)
DOER, STRANGER = person(7, "verifier", DISTRICT), person(8, "verifier", OTHER)
# The same human being as the asker, who has joined another unit since.
TURNCOAT = Member(id=10, user_id=1, name="liaison1", role="verifier", unit_id=VERIFYING, joined_at=NOW)


def task(state: State = State.VERIFYING, percent: int = 100) -> TaskSlice:
    facts: tuple[Any, ...] = (5, 5, 1, "方案", date(2021, 5, 20), "", "龙河", "", "", "", "weekly", 1, state, 1, NOW)
    found = TaskSlice(*facts)
    found.units = {"lead": [WATER], "responsible": [DISTRICT], "verifying": [VERIFYING]}
    measure = MeasureSlice(1, 1, "清淤", "", "date", False, units={"responsible": [DISTRICT]})
    measure.said = {DISTRICT: Said(DISTRICT, percent, False, NOW)}
    found.measures = [measure]
    return found


def case(state: State = State.VERIFYING, *, last_day: date = date(2022, 6, 27)) -> CaseFile:
    asked = CloseOut(id=1, task_id=5, cycle=1, unit_id=WATER, member_id=1, evidence=FILES, asked_at=NOW, version=1)
    made = CaseFile(task(state), asked, ASKER)
    days = {"published": date(2022, 6, 13), "first_day": date(2022, 6, 14), "last_day": last_day}
    made.notice = PublicNotice(id=1, close_out_id=1, task_id=5, days=10, working_days=True, member_id=5, at=NOW, **days)
    return made


def objected(state: State = State.NOTICED) -> CaseFile:
    found = case(state, last_day=date(2022, 6, 30))
    found.objections = [Objection(id=1, notice_id=1, task_id=5, member_id=3, text="有异味", at=NOW)]
    return found


def signed(count: int, *, by: Member | None = None) -> CaseFile:
    """With the first so many of the four signatures."""
    found = case(State.COUNTERSIGNING)
    people = [(DISTRICT_HEAD, "unit"), (WATER_HEAD, "lead"), (CLERK, "office"), (LEADER, "leader")]
    for step, (member, name) in enumerate(people[:count], 1):
        mine = Signatory(step, name, member.unit_id if name in ("unit", "lead") else None)
        signing.sign(found, by or member, [mine], NOW, OFFICE)
    return found


def sign(found: CaseFile, member: Member, step: int, name: str, unit: int | None = None) -> Any:
    return signing.sign(found, member, [Signatory(step, name, unit)], NOW, OFFICE)


def on_paper(found: CaseFile, member: Member = CLERK, **other: Any) -> Any:
    whose = other.pop("whose", Signatory(1, "unit", DISTRICT))
    return signing.sign_on_paper(found, member, whose, PAPER | other, NOW, OFFICE)


def check(row_task: TaskSlice, member: Member, text: str = "返黑", *, passed: bool = False) -> Any:
    row = LookBack(id=1, task_id=5, cycle=1, due=date(2022, 6, 28))
    return look_back.check(row_task, row, [row], member, [VERIFIER, DOER], text, passed=passed, now=NOW)


def reopen(row_task: TaskSlice, member: Member = CLERK, reason: str = "返黑", basis: str = "举报第5号") -> Any:
    return look_back.reopen(row_task, member, reason, basis, [], NOW, OFFICE)


def look_again(row_task: TaskSlice, member: Member = CLERK, reason: str = "雨后浑浊") -> Any:
    row = LookBack(id=1, task_id=5, cycle=1, due=date(2022, 6, 28), passed=False)
    return look_back.look_again(row_task, row, [row], member, reason, NOW, OFFICE)


def apply_for(row_task: TaskSlice, member: Member, files: list[dict[str, Any]] = FILES) -> Any:
    return close_out.ask(row_task, member, "", files, has_head=True, now=NOW)


def file_of(unit: int = DISTRICT, **other: Any) -> Evidence:
    facts = {"id": 7, "task_id": 5, "cycle": 1, "unit_id": unit, "kind": "photo", "file_id": "f", "at": NOW}
    return Evidence(**(facts | other))


GAUGE = Gauge(Indicator(id=1, task_id=5, name="达标率", at_least=True, target="90", member_id=5, at=NOW))


def value(row_task: TaskSlice) -> Any:
    return indicators.record_value(row_task, GAUGE, Decimal(95), "", ASKER, NOW)


def withdrawable(row: Evidence, member: Member, state: State = State.VERIFYING, left: int = 2) -> None:
    rest = [row, file_of(id=8)][:left]
    withdrawing.require_withdrawable(task(state), row, 1, member, rest, case())


FINISHED, NOTICED, STRUCK = task(State.FINISHED), State.NOTICED, State.STRUCK_OFF
TOO_EARLY = date(2022, 6, 28)
HERE = [VERIFIER, TURNCOAT, DOER]
REFUSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "a verifier applies": ("not_your_right", lambda: apply_for(task(State.FINISHED), VERIFIER)),
    "a strange unit applies": ("not_your_task", lambda: apply_for(task(State.FINISHED), person(9, "liaison", OTHER))),
    "the doer applies where a lead answers": ("lead_asks", lambda: apply_for(task(State.FINISHED), DISTRICT_HEAD)),
    "before the own check": ("not_now", lambda: apply_for(task(State.IN_PROGRESS), ASKER)),
    "a measure is open": ("measures_open", lambda: apply_for(task(State.FINISHED, 90), ASKER)),
    "without evidence": ("evidence_missing", lambda: apply_for(task(State.FINISHED), ASKER, [])),
    "with a claim that nothing bears out": (
        "evidence_missing",
        lambda: close_out.ask(task(State.FINISHED), ASKER, "", FILES, has_head=True, now=NOW, bare=["5.1"]),
    ),
    "agreeing too late": ("not_now", lambda: close_out.agree(case(), WATER_HEAD, "", [WATER_HEAD], NOW)),
    "another head agrees": (
        "not_your_right",
        lambda: close_out.agree(case(State.CLOSE_OUT_ASKED), DISTRICT_HEAD, "", [WATER_HEAD], NOW),
    ),
    "the asker agrees as deputy": (
        "own_request",
        lambda: close_out.agree(case(State.CLOSE_OUT_ASKED), ASKER, "", [WATER_HEAD, ASKER], NOW),
    ),
    "a liaison accepts": ("not_your_right", lambda: close_out.accept(case(), ASKER, "", [ASKER], NOW)),
    "the doer accepts": ("doer_verifies", lambda: close_out.accept(case(), DOER, "", HERE, NOW)),
    "the asker accepts in another role": ("own_request", lambda: close_out.accept(case(), TURNCOAT, "", HERE, NOW)),
    "another verifier accepts": ("not_your_check", lambda: close_out.accept(case(), STRANGER, "", HERE, NOW)),
    "accepting too early": (
        "not_now",
        lambda: close_out.accept(case(State.CLOSE_OUT_ASKED), VERIFIER, "", HERE, NOW),
    ),
    "the asker returns": ("own_request", lambda: close_out.give_back(case(), TURNCOAT, "不清", NOW)),
    "returning what is over": ("not_now", lambda: close_out.give_back(case(STRUCK), VERIFIER, "不清", NOW)),
    "the doer checks on the spot": (
        "doer_verifies",
        lambda: close_out.spot_check(case(), DOER, {"conclusion": "好"}, HERE, NOW),
    ),
    "a check on the spot too late": (
        "not_now",
        lambda: close_out.spot_check(case(State.ACCEPTED), VERIFIER, {"conclusion": "好"}, HERE, NOW),
    ),
    "a unit's picture of a check on the spot": (
        "not_your_right",
        lambda: close_out.require_on_the_spot(task(), ASKER),
    ),
    "a unit's file after strike-off": ("task_closed", lambda: close_out.require_may_attach(task(STRUCK), ASKER)),
    "a verifier publishes": ("not_your_right", lambda: notice.publish(case(State.ACCEPTED), VERIFIER, NOW, OFFICE)),
    "publishing what is not accepted": ("not_now", lambda: notice.publish(case(), CLERK, NOW, OFFICE)),
    "a strange unit objects": (
        "not_your_task",
        lambda: notice.object_to(objected(), person(9, "liaison", OTHER), "异味", NOW, OFFICE),
    ),
    "objecting before the notice": ("not_now", lambda: notice.object_to(case(), LEADER, "异味", NOW, OFFICE)),
    "objecting after the notice": ("notice_over", lambda: notice.object_to(case(NOTICED), LEADER, "异味", NOW, OFFICE)),
    "an objection without words": ("nothing_said", lambda: notice.object_to(objected(), LEADER, " ", NOW, OFFICE)),
    "a unit answers the objection": (
        "not_your_right",
        lambda: notice.answer(o := objected(), o.objections[0], WATER_HEAD, "已查", upheld=False, now=NOW),
    ),
    "an answer without words": (
        "reason_missing",
        lambda: notice.answer(o := objected(), o.objections[0], CLERK, " ", upheld=False, now=NOW),
    ),
    "upheld when it is struck off": (
        "not_now",
        lambda: notice.answer(o := objected(STRUCK), o.objections[0], CLERK, "属实", upheld=True, now=NOW),
    ),
    "signing while it is verified": ("not_now", lambda: sign(case(), DISTRICT_HEAD, 1, "unit", DISTRICT)),
    "signing while the notice runs": (
        "notice_running",
        lambda: sign(case(NOTICED, last_day=TOO_EARLY), DISTRICT_HEAD, 1, "unit", DISTRICT),
    ),
    "signing out of turn": ("not_your_turn", lambda: sign(case(NOTICED), WATER_HEAD, 2, "lead", WATER)),
    "signing for nobody": ("not_your_turn", lambda: signing.sign(case(NOTICED), VERIFIER, [], NOW, OFFICE)),
    "signing twice": ("already_signed", lambda: sign(signed(1), DISTRICT_HEAD, 2, "lead", WATER)),
    "the asker signs as deputy": ("own_request", lambda: sign(signed(1), ASKER, 2, "lead", WATER)),
    "a head records a paper": ("not_your_right", lambda: on_paper(case(NOTICED), WATER_HEAD)),
    "a paper while it is verified": ("not_now", lambda: on_paper(case())),
    "a paper out of turn": ("not_your_turn", lambda: on_paper(case(NOTICED), whose=Signatory(2, "lead", WATER))),
    "the office's own step on paper": ("paper_own_step", lambda: on_paper(signed(2), whose=Signatory(3, "office"))),
    "a paper of a day to come": ("paper_day", lambda: on_paper(case(NOTICED), on="2022-06-29")),
    "a paper before the notice ended": ("paper_day", lambda: on_paper(case(NOTICED), on="2022-06-27")),
    "the asker records a paper": (
        "own_request",
        lambda: on_paper(
            case(NOTICED), Member(id=11, user_id=1, name="x", role="office", unit_id=BUREAU, joined_at=NOW)
        ),
    ),
    "a leader strikes off": ("not_your_right", lambda: signing.strike_off(signed(4), LEADER, "", NOW, OFFICE)),
    "striking off unsigned": ("signatures_missing", lambda: signing.strike_off(signed(3), CLERK, "", NOW, OFFICE)),
    "striking off before any signature": ("not_now", lambda: signing.strike_off(case(NOTICED), CLERK, "", NOW, OFFICE)),
    "a verifier of the doer looks back": ("doer_verifies", lambda: check(task(STRUCK), DOER)),
    "a strange verifier looks back": ("not_your_check", lambda: check(task(STRUCK), STRANGER)),
    "a unit looks back": ("not_your_right", lambda: check(task(STRUCK), ASKER)),
    "looking back before strike-off": ("not_now", lambda: check(task(), VERIFIER)),
    "a failed look-back without a reason": ("reason_missing", lambda: check(task(STRUCK), VERIFIER, " ")),
    "a leader reopens": ("not_your_right", lambda: reopen(task(STRUCK), LEADER)),
    "reopening what is not struck off": ("not_now", lambda: reopen(task())),
    "reopening without a reason": ("reason_missing", lambda: reopen(task(STRUCK), reason=" ")),
    "reopening without a basis": ("basis_needed", lambda: reopen(task(STRUCK), basis=" ")),
    "a verifier lets a failed look-back rest": ("not_your_right", lambda: look_again(task(STRUCK), VERIFIER)),
    "letting it rest without a reason": ("reason_missing", lambda: look_again(task(STRUCK), reason=" ")),
    "letting it rest after it was reopened": ("not_now", lambda: look_again(task(State.HANDED_OVER))),
    "a value of an indicator after strike-off": ("task_closed", lambda: value(task(STRUCK))),
    "a value of an indicator under decision": ("indicator_fixed", lambda: value(task(State.VERIFYING))),
    "a target after strike-off": (
        "task_closed",
        lambda: indicators.set_target(task(STRUCK), Target("达标率", True, Decimal(90), "%"), [], CLERK, NOW),
    ),
    "a target dropped after strike-off": ("task_closed", lambda: indicators.drop(task(STRUCK), GAUGE, CLERK, NOW)),
    "a viewer withdraws": ("not_your_right", lambda: withdrawable(file_of(), person(12, "viewer", DISTRICT))),
    "another unit withdraws": ("not_your_file", lambda: withdrawable(file_of(), ASKER)),
    "withdrawing after strike-off": ("struck_off_frozen", lambda: withdrawable(file_of(), CLERK, STRUCK)),
    "withdrawing a file of an old cycle": ("struck_off_frozen", lambda: withdrawable(file_of(cycle=0), CLERK)),
    "withdrawing what was found on the spot": (
        "not_now",
        lambda: withdrawable(file_of(VERIFYING, spot_id=3), VERIFIER, State.ACCEPTED),
    ),
    "withdrawing twice": ("already_withdrawn", lambda: withdrawable(file_of(withdrawn_at=NOW), CLERK)),
    "withdrawing the last file": ("last_evidence", lambda: withdrawable(file_of(), DISTRICT_HEAD, left=1)),
    "withdrawing without a reason": (
        "withdrawal_unreasoned",
        lambda: withdrawing.withdraw(task(), file_of(), 1, CLERK, " ", NOW),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_step_that_is_not_to_be_taken_is_refused(what: str) -> None:
    reason, step = REFUSED[what]
    with pytest.raises(Refusal) as refused:
        step()
    assert refused.value.reason == reason


def test_open_objections_hold_up_signature_and_strike_off() -> None:
    for found, step in (
        (case(NOTICED), lambda found: sign(found, DISTRICT_HEAD, 1, "unit", DISTRICT)),
        (signed(4), lambda found: signing.strike_off(found, CLERK, "", NOW, OFFICE)),
    ):
        found.objections = objected().objections
        with pytest.raises(Refusal, match="objections_open"):
            step(found)


def test_an_objection_is_answered_once() -> None:
    found = objected()
    notice.answer(found, found.objections[0], CLERK, "已查", upheld=False, now=NOW)
    with pytest.raises(Refusal, match="already_answered"):
        notice.answer(found, found.objections[0], CLERK, "又查", upheld=True, now=NOW)


def test_what_was_signed_must_be_what_stands() -> None:
    found = signed(4)
    found.close_out.text = "改过的说明"
    with pytest.raises(Refusal, match="signatures_stale"):
        signing.strike_off(found, CLERK, "", NOW, OFFICE)


def test_changed_evidence_voids_every_signature_that_stands() -> None:
    found = signed(2)
    for n, row in enumerate(found.signatures, 1):
        row.id = n
    decision = close_out.evidence_changed(found, [*FILES, {"id": 8, "unique": "u8", "sha256": None}], ASKER, NOW)
    voided = [change.id for change in decision.changes if change.table is Signature]
    assert (voided, found.task.state, found.signatures) == ([1, 2], State.NOTICED, [])
    again = close_out.evidence_changed(found, list(found.close_out.evidence), ASKER, NOW + timedelta(minutes=1))
    assert not again.changes, "the same files are no change"


@pytest.mark.parametrize("step", LIFE, ids=lambda step: step.name)
def test_a_step_is_taken_from_its_own_states_only(step: Any) -> None:
    for state in State:
        if state in STEPS[step.name].since:
            require_step(task(state), step.name)
        else:
            with pytest.raises(Refusal, match="not_now"):
                require_step(task(state), step.name)
