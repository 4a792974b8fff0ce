"""A change that makes a queued reminder pointless removes it, on every path: daily messages, sheets, what was held."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from ladder_ledger import WATER, Ledger, a_plan, at

from bot.domain.extension import move_date
from bot.domain.ledger import State
from bot.domain.policy import NoisePolicy
from bot.domain.post import Notice, Outbox
from bot.domain.reporting import move
from bot.domain.urging import Sheet
from bot.store.ledger import load_task
from bot.usecases import handover, sheet_unit, silence
from bot.usecases import report as reports

SOON = a_plan((7, "清淤", WATER, "", "2022年6月16日前"))
FAR = a_plan((7, "清淤", WATER, "", "2022年12月31日前"))
QUIET_MORNING = {"quiet_from": time(22), "quiet_to": time(9, 30)}


def reported(ledger: Ledger) -> None:
    ledger.say(ledger.liaison, 7, 100, "完成")


def finished(ledger: Ledger) -> None:
    reported(ledger)
    with ledger.act(ledger.liaison) as act:
        reports.declare_finished(act, 7, "")


def struck_off(ledger: Ledger) -> None:
    with ledger.act(ledger.office) as act:
        act.carry(move(load_task(act.session, 7), State.STRUCK_OFF, ledger.office, act.now, "销号"))


def extended(ledger: Ledger) -> None:
    with ledger.act(ledger.office) as act:
        task = load_task(act.session, 7)
        stage = task.measures[0].stages[0]
        act.carry(move_date(task, stage, 1, date(2022, 12, 31), "流标", "津整改办〔2022〕15号", ledger.office, act.now))


def snoozed(ledger: Ledger) -> None:
    with ledger.act(ledger.liaison) as act:
        silence.snooze(act, 7, 1)


def handed_over(ledger: Ledger) -> None:
    with ledger.act(ledger.office) as act:
        handover.pass_on(act, 7, "武清区", "新分工", ledger.house.registry)


@pytest.mark.parametrize("change", [reported, finished, struck_off, extended, snoozed, handed_over])
def test_a_reminder_that_waits_for_its_hour_is_not_said_once_it_is_pointless(
    tmp_path: Path, change: Callable[[Ledger], None]
) -> None:
    ledger = Ledger(tmp_path, SOON, at("06-10 12:00"))
    ledger.join_everybody()
    ledger.tick()
    ledger.travel(at("06-13 08:30"))
    waiting = [row for row in ledger.rows(Notice) if row.kind == "deadline" and row.said_at is None]
    assert [(row.member_id, row.facts["offset"]) for row in waiting] == [(ledger.liaison.id, -3)]
    change(ledger)
    ledger.travel(at("06-13 12:00"))
    (row,) = [row for row in ledger.rows(Notice) if row.id == waiting[0].id]
    assert row.said_at is None
    named = [line["number"] for message in ledger.told(ledger.liaison, "daily")[-1:] for line in message.facts["due"]]
    if change is snoozed:
        assert row.withdrawn_at is None
        assert ledger.house.office.today(row.fold_at) == date(2022, 6, 15)
    else:
        assert row.why_withdrawn == "pointless"
    assert named == []


def states(ledger: Ledger, kind: str) -> list[str]:
    return [row.state for row in ledger.rows(Outbox) if row.kind == kind]


def test_a_blue_sheet_that_waits_for_the_morning_is_not_sent_once_the_unit_has_reported(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, FAR, at("06-06 08:00"))
    ledger.office = ledger.join("市整改办", "office")
    ledger.liaison = ledger.join(WATER, **QUIET_MORNING)
    ledger.say(ledger.liaison, 7, 80)
    ledger.travel(at("06-20 08:00"))
    assert states(ledger, "sheet") == ["waiting"]
    ledger.say(ledger.liaison, 7, 85, "进展")
    ledger.later()
    assert states(ledger, "sheet") == ["dropped"]


def test_of_several_sheets_in_one_message_only_those_that_still_ask_are_left(tmp_path: Path) -> None:
    rows = [(n, "清淤", WATER, "", "2022年12月31日前") for n in (7, 8)]
    ledger = Ledger(tmp_path, a_plan(*rows), at("06-06 08:00"))
    ledger.office = ledger.join("市整改办", "office")
    ledger.liaison = ledger.join(WATER, **QUIET_MORNING)
    for number in (7, 8):
        ledger.say(ledger.liaison, number, 80)
    ledger.travel(at("06-20 08:00"))
    ledger.say(ledger.liaison, 7, 85, "进展")
    ledger.later()
    (row,) = [row for row in ledger.rows(Outbox) if row.kind == "sheets"]
    assert row.state == "waiting"
    assert [sheet["n"] for sheet in row.facts["sheets"]] == [8]
    labels = [(button[0], button[2]) for each in row.facts["buttons"] for button in each if len(button) > 2]
    assert labels == [("receive_sheets", {"count": 1}), ("answer_n", {"n": 8})]


def test_an_answered_sheet_that_the_budget_held_back_is_not_in_the_next_message(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, FAR, at("06-06 08:00"))
    policy = replace(ledger.house.office.policy, noise=NoisePolicy(person=1))
    ledger.house.office = replace(ledger.house.office, policy=policy)
    ledger.office, ledger.liaison = ledger.join("市整改办", "office"), ledger.join(WATER)
    ledger.say(ledger.liaison, 7, 80)
    ledger.travel(at("06-20 08:30"))
    assert states(ledger, "sheet") == ["held"]
    (sheet,) = ledger.rows(Sheet)
    with ledger.act(ledger.liaison) as act:
        sheet_unit.answer(act, sheet.id, "已安排")
    assert states(ledger, "sheet") == ["dropped"]
    ledger.travel(at("06-20 12:00"))
    assert [message.facts["held"] for message in ledger.told(ledger.liaison, "daily")][-1] == []
