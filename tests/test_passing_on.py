"""转办 within a unit: to a colleague, who is told, named on the card, and reminded instead of who passed it on."""

from collections.abc import Iterator

import pytest
from town import Bureau, Town, a_plan_of, a_town

from bot.domain.people import Member
from bot.domain.post import Notice
from bot.domain.process import TaskHandler
from bot.sandbox.client import Person
from bot.usecases.auditing import verify_chain


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(8)) as town:
        yield town


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.join("市整改办", "office", "王某")


@pytest.fixture
def unit(town: Town) -> tuple[Bureau, Person, Person]:
    """A unit that no test has used, its liaison, and a second liaison 张某."""
    bureau, liaison = town.bureau()
    return bureau, liaison, town.join(bureau.unit, "liaison", "张某")


def own_name(person: Person, bureau: Bureau) -> str:
    """What `Town.bureau` calls its liaison."""
    return f"{bureau.unit}liaison"


def test_the_colleague_is_told_and_the_card_the_list_and_the_history_say_so(
    town: Town, unit: tuple[Bureau, Person, Person], office: Person
) -> None:
    bureau, liaison, colleague = unit
    colleague.skip()
    answer = town.ask(liaison, f"转办 {bureau.one} 张某 业务分工")
    assert "经办 张某" in answer.text
    assert "提醒改送 张某" in answer.text
    told = colleague.expect("请经办")
    assert f"{own_name(liaison, bureau)} 转办：业务分工" in told.text
    assert told.labels == ["任务卡"]
    card = town.press(colleague, told, "任务卡").text
    assert f"经办 张某（{own_name(liaison, bureau)} 转办 6月13日）" in card
    listed = [line for line in town.ask(liaison, "我的任务").text.splitlines() if "经办" in line]
    assert len(listed) == 1
    assert f"{bureau.one} " in listed[0]
    assert "→ 张某：业务分工" in town.ask(liaison, f"历史 {bureau.one}").text
    audit = town.ask(office, f"审计 {bureau.one}").text
    assert "转办同事" in audit
    assert "经办：张某" in audit
    with town.house.looking() as act:
        verify_chain(act)


def test_what_cannot_be_passed_on_is_refused_in_one_line(town: Town, unit: tuple[Bureau, Person, Person]) -> None:
    bureau, liaison, colleague = unit
    town.join(bureau.unit, "head", "张一")
    before = len(town.rows(TaskHandler))
    assert "张某、张一" in town.ask(liaison, f"转办 {bureau.one} 张 业务分工").text
    assert "张某、张一" in town.ask(liaison, f"转办 {bureau.one} 赵某").text
    assert "要写明转给谁" in town.ask(liaison, f"转办 {bureau.one}").text
    assert "不能转给自己" in town.ask(colleague, f"转办 {bureau.one} 张某").text
    other, stranger = town.bureau()
    assert "没有可以转办的同事" in town.ask(stranger, f"转办 {other.one} 张某").text
    assert "没有第" in town.ask(stranger, f"转办 {bureau.one} 张某").text
    helper = town.join("市财政局", "liaison")
    town.join("市财政局", "liaison", "孙某")
    assert "市财政局 不承办" in town.ask(helper, f"转办 {bureau.far} 孙某").text
    assert "不能这样做" in town.ask(liaison, f"转办 {bureau.one} 市财政局 职责调整").text
    assert len(town.rows(TaskHandler)) == before


def test_it_is_passed_further_and_taken_back_and_each_former_handler_hears(
    town: Town, unit: tuple[Bureau, Person, Person]
) -> None:
    bureau, liaison, colleague = unit
    head = town.join(bureau.unit, "head", "孙某")
    town.ask(liaison, f"转办 {bureau.one} 张某")
    assert "已由 张某 经办" in town.ask(head, f"转办 {bureau.one} 张某").text
    colleague.skip()
    assert "已收回" in town.ask(liaison, f"转办 {bureau.one} {own_name(liaison, bureau)}").text
    colleague.expect("已改由")
    assert "您仍可看到全部" in town.ask(head, f"转办 {bureau.one} 张某").text
    assert "已改由 张某 经办" in liaison.expect("已改由").text
    assert [row.ended_at is None for row in town.rows(TaskHandler)[-3:]] == [False, False, True]


def test_passed_to_another_unit_nobody_handles_it_by_name(
    town: Town, unit: tuple[Bureau, Person, Person], office: Person
) -> None:
    bureau, liaison, _ = unit
    town.ask(liaison, f"转办 {bureau.one} 张某")
    other, taker = town.bureau()
    town.ask(office, f"转办 {bureau.one} {other.unit} 职责调整")
    assert "经办" not in town.ask(taker, f"任务 {bureau.one}").text
    assert town.rows(TaskHandler)[-1].ended_at is not None


def daily(person: Person, day: str) -> str:
    """The folded message of that day, as the person has it; nothing where there was nothing to say."""
    return next((said.text for said in person.messages() if said.text.startswith(f"{day} 周")), "")


def test_the_day_lists_it_for_the_colleague_and_for_the_passer_only_while_the_colleague_is_away() -> None:
    with a_town() as town:
        liaison, head = town.join("市水务局", "liaison", "李某"), town.join("市水务局", "head", "张某")
        assert "提醒改送 张某" in town.ask(liaison, "转办 7 张某 业务分工").text
        town.travel("06-14 09:30")
        assert "独流减河清淤" not in daily(liaison, "6月14日")
        assert "再生水管网" in daily(liaison, "6月14日")
        # A head hears nothing of a deadline ahead but of what was passed on to him.
        assert "独流减河清淤" in daily(head, "6月14日")
        town.ask(head, "外出 6月15日 李某")
        town.travel("06-15 09:30")
        assert "独流减河清淤" in daily(liaison, "6月15日")


def test_overdue_it_stands_in_both_days() -> None:
    with a_town() as town:
        liaison, colleague = town.join("市水务局", "liaison", "李某"), town.join("市水务局", "liaison", "张某")
        town.ask(liaison, "转办 7 张某")
        town.travel("06-15 09:30")
        # All that would have been said was about the task passed on.
        assert daily(liaison, "6月15日") == ""
        assert "独流减河清淤" in daily(colleague, "6月15日")
        town.travel("06-16 09:30")
        assert "独流减河清淤" in daily(liaison, "6月16日")
        assert "独流减河清淤" in daily(colleague, "6月16日")


def test_a_head_is_asked_for_the_report_on_what_was_passed_on_to_him() -> None:
    with a_town() as town:
        liaison = town.join("市水务局", "liaison", "李某")
        town.join("市水务局", "head", "张某")
        town.join("市水务局", "head", "孙某")
        town.ask(liaison, "转办 38 张某")
        town.travel("06-20 09:30")
        names = {row.id: row.name for row in town.rows(Member)}
        asked = [names[row.member_id] for row in town.rows(Notice) if row.kind == "ask"]
        assert "张某" in asked
        assert "孙某" not in asked
