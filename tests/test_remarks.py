"""Instructions tracked until answered, and difficulties that the office answers, with whoever answers as owner."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import Bureau, Town, a_plan_of, a_town

from bot.domain.ledger import Note
from bot.domain.policy import Policy, Reminders
from bot.domain.post import Notice
from bot.sandbox.client import Person
from bot.sandbox.said import Said
from bot.usecases.remarks import _step


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(12)) as town:
        yield town


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.join("市整改办", "office", "王某")


@pytest.fixture(scope="module")
def leader(town: Town) -> Person:
    return town.join("市领导", "leader", "张某")


@pytest.fixture
def desk(town: Town, office: Person, leader: Person) -> tuple[Bureau, Person]:
    return town.bureau()


def say(person: Person, text: str, part: str) -> Said:
    """Says it and gives the answer that holds `part`; what else the bot has to say meanwhile is passed over."""
    person.skip()
    person.send(text)
    return person.expect(part)


def answer(person: Person, message: Said, text: str, part: str) -> Said:
    person.skip()
    person.reply(message, text)
    return person.expect(part)


# Instructions.


def test_an_instruction_reaches_unit_and_office_and_its_answer_the_leader(
    town: Town, office: Person, leader: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    liaison.skip()
    office.skip()
    say(leader, f"批示 {bureau.one} 汛期前必须完成", "已记")
    assert "汛期前必须完成" in office.expect("批示").text
    told = liaison.expect("批示")
    leader.skip()
    answer(liaison, told, "已增加两台设备", "已记")
    heard = leader.expect("批示已回复").text
    assert "批示：汛期前必须完成" in heard
    assert f"{bureau.unit}：已增加两台设备" in heard
    note = town.rows(Note)[-1]
    assert (note.answer, note.answered_at is None) == ("已增加两台设备", False)


def test_the_leader_sees_what_nobody_has_answered(
    town: Town, office: Person, leader: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    say(leader, f"批示 {bureau.one} 请说明进度", "已记")
    say(leader, f"批示 {bureau.two} 请加快", "已记")
    said = say(leader, "批示", "待复批示").text
    assert f"{bureau.one} 河道清淤　6月13日　今天　{bureau.unit}\n请说明进度" in said
    say(liaison, f"进度 {bureau.one} 20% 已增加设备", "已记")
    said = say(leader, "批示", "待复批示").text
    assert "请说明进度" not in said
    assert "请加快" in said
    say(liaison, "批示", "不能这样做")


def test_a_percent_or_a_receipt_is_no_answer(town: Town, leader: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.skip()
    say(leader, f"批示 {bureau.one} 请说明进度", "已记")
    answer(liaison, liaison.expect("批示"), "收到", "收到不作为进展")
    assert town.rows(Note)[-1].answered_at is None


def test_an_open_instruction_stands_in_the_daily_message_until_it_is_answered() -> None:
    with a_town() as town:
        leader, liaison = town.join("市领导", "leader", "张某"), town.join("市水务局", "liaison", "李某")
        say(leader, "批示 7 请说明进度", "已记")
        liaison.skip()
        town.travel("06-14 09:30")
        assert "待答复 1\n07 6月13日 批示：请说明进度" in liaison.expect("6月14日").text
        reminded = [row.key for row in town.rows(Notice) if row.kind == "instruction"]
        assert len(reminded) == 1
        say(liaison, "进度 7 60% 已增加设备", "已记")
        town.travel("06-24 10:00")
        assert [row.key for row in town.rows(Notice) if row.kind == "instruction"] == reminded
        assert not any("待答复" in said.text for said in liaison.messages() if "6月15日" in said.text)


def test_it_is_said_again_on_the_policys_days() -> None:
    with a_town() as town:
        leader, liaison = town.join("市领导", "leader", "张某"), town.join("市水务局", "liaison", "李某")
        say(leader, "批示 38 请说明进度", "已记")
        town.travel("06-24 10:00")
        steps = sorted(row.key.split(":")[2] for row in town.rows(Notice) if row.kind == "instruction")
        assert steps == ["1", "3", "7"]
        assert liaison.messages()


@given(days=st.integers(0, 4000))
def test_a_reminders_step_never_lies_ahead_nor_goes_back(days: int) -> None:
    policy = Policy().reminders
    step = _step(days, policy)
    assert step is None or step <= days
    later = _step(days + 1, policy)
    assert step is None or (later is not None and later >= step)


def test_without_days_after_a_date_nothing_is_said_again() -> None:
    assert _step(30, Reminders(after=())) is None
    assert _step(30, Reminders(after=(1, 3), after_every=0)) == 3


def test_an_open_instruction_stands_in_the_bulletin(
    town: Town, office: Person, leader: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    say(leader, f"批示 {bureau.one} 请说明进度", "已记")
    assert f"待复批示　{bureau.one} 请说明进度" in say(office, f"周报 {bureau.unit}", "整改周通报").text
    say(liaison, f"{bureau.one} 无变化", "还没有报过")
    say(liaison, f"进度 {bureau.one} 已增加设备", "已记")
    assert "待复批示" not in say(office, f"周报 {bureau.unit}", "整改周通报").text


# Difficulties.


def test_a_difficulty_gets_an_answer_and_an_owner_and_the_unit_hears_it(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    office.skip()
    say(liaison, f"困难 {bureau.one} 管线迁改未批", "已记")
    told = office.expect("困难")
    assert f"待协调困难　{bureau.one} 管线迁改未批" in say(office, f"周报 {bureau.unit}", "整改周通报").text
    liaison.skip()
    assert "已送达 1 人" in answer(office, told, "已协调市规划资源局本周批复", "已答复").text
    heard = liaison.expect("困难已答复").text
    assert "市整改办 王某（经办）：已协调市规划资源局本周批复" in heard
    note = town.rows(Note)[-1]
    assert (note.kind, note.answer, note.owner_id is None) == ("difficulty", "已协调市规划资源局本周批复", False)
    assert "待协调困难" not in say(office, f"周报 {bureau.unit}", "整改周通报").text
    assert "已回复，王某：已协调市规划资源局本周批复" in say(liaison, f"历史 {bureau.one}", "历史").text


def test_two_of_the_office_answer_at_once_and_one_has_effect(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    second = town.join("市整改办", "office", "赵某")
    office.skip()
    say(liaison, f"困难 {bureau.one} 资金未到位", "已记")
    shown = [(person, person.expect("资金未到位")) for person in (office, second)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: pair[0].reply(pair[1], f"{pair[0].name}来协调"), shown))
    town.settle()
    answers = [
        next(said.text for said in reversed(list(person.messages())) if "来协调" in said.text) for person, _ in shown
    ]
    assert sorted(text.startswith("已答复") for text in answers) == [False, True]
    assert any("已答复：" in text for text in answers)


def test_a_reply_of_others_to_a_difficulty_is_what_it_always_is(
    town: Town, office: Person, leader: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    kept = say(liaison, f"困难 {bureau.one} 资金未到位", "已记")
    say(liaison, f"任务 {bureau.one}", "困难")
    answer(liaison, kept, "已向财政局申请", "已记")
    assert [note.answered_at for note in town.rows(Note) if note.kind == "difficulty"][-1] is None
