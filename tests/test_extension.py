"""延期 as people live it: asked by the unit, agreed by its head, decided by the office, signed by a leader."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select
from town import NOON, Bureau, Town, a_plan_of, a_town, bureaus

from bot.domain.decision_text import read_decision, split_day
from bot.domain.ledger import DueChange, Event, Evidence, Milestone
from bot.domain.people import Member, Role
from bot.domain.post import Moment
from bot.domain.process import Extension
from bot.domain.refusal import Refusal
from bot.sandbox.client import Person
from bot.sandbox.said import Said
from bot.store.ledger import load_task
from bot.usecases import extension as extensions
from bot.usecases import waiting as waitings
from bot.usecases.act import Act
from bot.usecases.auditing import verify_chain
from bot.usecases.digest import bulletin_facts, digest_at

DOCUMENT = "津整改办〔2022〕15号"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(40)) as town:
        yield town


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.join("市整改办", "office", "王某")


@pytest.fixture(scope="module")
def leader(town: Town) -> Person:
    return town.join("市领导", "leader", "张某")


@pytest.fixture
def desk(town: Town, office: Person) -> tuple[Bureau, Person]:
    """A unit with its liaison, and so far without a head."""
    return town.bureau()


@pytest.fixture
def head(town: Town, desk: tuple[Bureau, Person]) -> Person:
    return town.join(desk[0].unit, "head", f"{desk[0].unit}负责人")


def due(town: Town, number: int) -> tuple[date | None, date | None, date | None]:
    """(official, internal, original) date of a task."""
    with town.house.looking() as act:
        task = load_task(act.session, number)
    return task.due, task.internal_due, task.original_due


def colour(town: Town, person: Person, number: int) -> str:
    return town.ask(person, f"任务 {number}").text.splitlines()[0].rpartition("　")[2]


def say(person: Person, text: str, part: str) -> Said:
    """Says it and gives the answer that holds `part`; what else the bot has to say meanwhile is passed over."""
    person.skip()
    person.send(text)
    return person.expect(part)


def granted(office: Person, liaison: Person, number: int, day: str, part: str = "延期已批准") -> Said:
    """Asked by a unit without a head and decided by the office."""
    office.skip()
    liaison.send(f"延期 {number} {day} 招标流标")
    office.expect(f"请决定延期　{number}")
    return say(office, f"同意 {number} {DOCUMENT}", part)


def planned(town: Town, number: int) -> set[date]:
    """The dates that the reminder clock still has to speak of."""
    with town.house.looking() as act:
        task = load_task(act.session, number)
        rows = select(Moment.day).where(Moment.task_id == task.id, Moment.said_at == None)  # noqa: E711
        return set(act.session.exec(rows))


# What is written.


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("2022-06-30 招标流标", "2022-06-30", "招标流标"),
        ("２０２２-０６-３０　招标流标", "2022-06-30", "招标流标"),
        ("6月30日招标流标", "6月30日", "招标流标"),
        ("到6月30日前，招标流标", "6月30日前", "招标流标"),
        ("延期至2022年9月底 招标流标", "2022年9月底", "招标流标"),
        ("6月前 招标流标", "6月前", "招标流标"),
        ("6.30 二标段流标", "6.30", "二标段流标"),
        ("2022-06-30 二标段流标", "2022-06-30", "二标段流标"),
        ("年底 招标流标", "年底", "招标流标"),
        ("20220630 tender failed", "20220630", "tender failed"),
        ("三季度末 等汛期", "三季度末", "等汛期"),
        ("招标流标", "", "招标流标"),
        ("", "", ""),
        ("60% 清淤完成", "", "60% 清淤完成"),
    ],
)
def test_the_day_leads_and_the_cause_keeps_its_wording(text: str, day: str, rest: str) -> None:
    assert split_day(text) == (day, rest)


@pytest.mark.parametrize(
    ("text", "day", "basis", "words"),
    [
        ("2022-07-15 津整改办〔2022〕15号", "2022-07-15", "津整改办〔2022〕15号", ""),
        ("津整改办〔2022〕15号 2022-07-15 请抓紧", "2022-07-15", "津整改办〔2022〕15号", "请抓紧"),
        ("津政办函[2022] 15 号", "", "津政办函[2022] 15 号", ""),
        ("7月15日", "7月15日", "", ""),
        ("同意", "", "", "同意"),
        ("市政府第87号文件", "", "市政府第87号文件", ""),
        ("", "", "", ""),
    ],
)
def test_day_document_and_words_of_a_decision_come_in_any_order(text: str, day: str, basis: str, words: str) -> None:
    said = read_decision(text)
    assert (said.day, said.basis, said.text) == (day, basis, words)


# One extension, from hand to hand.


def test_an_extension_goes_from_the_liaison_to_the_head_to_the_office(
    town: Town, office: Person, desk: tuple[Bureau, Person], head: Person
) -> None:
    bureau, liaison = desk
    asked = town.ask(liaison, f"延期 {bureau.one} 2022-06-30 招标流标")
    assert "2022-06-17 → 2022-06-30" in asked.text
    assert "先由本单位负责人同意" in asked.text
    before_head = head.expect("请同意延期")
    assert before_head.labels == ["同意", "退回"]
    office.skip()
    assert "送整改办决定" in town.press(head, before_head, "同意").text
    before_office = office.expect("请决定延期")
    assert before_office.labels == ["同意", "另定日期", "退回"]
    assert f"{bureau.unit}负责人 已同意" in before_office.text
    assert "还缺批准依据" in town.press(office, before_office, "同意").text
    assert due(town, bureau.one)[0] == date(2022, 6, 17)
    liaison.skip()
    head.skip()
    assert "延期已批准" in town.reply(office, list(office.messages())[-1], DOCUMENT).text
    for person in (liaison, head):
        told = person.expect("延期已批准")
        assert DOCUMENT in told.text
        assert "按期完成率仍按原定计" in told.text
    assert due(town, bureau.one) == (date(2022, 6, 30), None, date(2022, 6, 17))


def test_a_unit_without_a_head_in_duban_asks_the_office_directly_and_is_told_so(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    office.skip()
    say(liaison, f"延期 {bureau.one} 6月30日 招标流标", "本单位还没有负责人加入")
    assert "请决定延期" in office.expect("请决定延期").text


def test_a_head_who_asks_has_agreed(town: Town, office: Person, desk: tuple[Bureau, Person], head: Person) -> None:
    office.skip()
    say(head, f"延期 {desk[0].one} 6月30日 招标流标", "已视为单位同意")
    assert "请决定延期" in office.expect("请决定延期").text


def test_the_button_asks_for_day_and_cause_and_papers_become_evidence(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    question = town.press(liaison, town.ask(liaison, f"任务 {bureau.one}"), "申请延期")
    assert "2022-06-17" in question.text
    liaison.skip()
    liaison.document(b"bid", name="流标公告.pdf", caption="2022-06-30 招标流标", reply_to=question)
    assert "证明材料 1 件" in liaison.expect("已申请延期").text
    with town.house.looking() as act:
        task = load_task(act.session, bureau.one)
        papers = act.session.exec(select(Evidence).where(Evidence.task_id == task.id)).all()
    assert [(paper.file_name, paper.measure_id) for paper in papers] == [("流标公告.pdf", task.measures[0].id)]


def test_papers_sent_as_a_reply_become_evidence(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    asked = town.ask(liaison, f"延期 {bureau.one} 2022-06-30 招标流标")
    liaison.skip()
    liaison.document(b"bid", name="流标公告.pdf", reply_to=asked)
    assert "佐证 1 件" in liaison.expect("已收").text


# What is asked back.


def test_a_day_with_two_readings_is_asked(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    question = town.ask(liaison, f"延期 {bureau.one} 7月前 招标流标")
    assert question.labels == ["2022-06-30", "2022-07-31", "取消"]
    assert "2022-06-17 → 2022-07-31" in town.press(liaison, question, "2022-07-31").text
    assert town.rows(Extension)[-1].reason == "招标流标"


def test_of_several_measures_buttons_ask_which(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    question = town.ask(liaison, f"延期 {bureau.two} 2022-07-31 招标流标")
    assert len(question.labels) == 3
    assert f"{bureau.two}.2" in town.press(liaison, question, f"{bureau.two}.2 二期管网 2022-06-17").text
    say(liaison, f"延期 {bureau.two}.1 2022-07-31 招标流标", f"{bureau.two}.1")


def test_a_question_in_the_group_is_nobody_elses_to_answer(
    town: Town, office: Person, desk: tuple[Bureau, Person], head: Person
) -> None:
    bureau, liaison = desk
    group = town.group("工作群", office, liaison, head, unit=bureau.unit)
    question = town.ask(liaison, f"/extend {bureau.one} 7月前 招标流标", chat=group)
    assert "给别人" in town.refused(head, question, "2022-07-31")
    assert _id(town, bureau.one) not in {row.task_id for row in town.rows(Extension)}


WRONG = [
    ("延期 {one}", "申请延期到哪一天"),
    ("延期 {one} 招标流标", "缺日期"),
    ("延期 {one} 2022-06-30", "缺原因"),
    ("延期 {one} 2022-06-17 招标流标", "不晚于"),
    ("延期 {one} 2022-02-30 招标流标", "读不懂"),
    ("延期 {upkeep} 2022-06-30 招标流标", "长期坚持"),
    ("延期 999 2022-06-30 招标流标", "没有第 999 项"),
    ("延期 {two}.3 2022-06-30 招标流标", "只有 2 条措施"),
    ("延期 {late} 2022-06-10 招标流标", "已经过去"),
    ("延期 2022-06-30", "缺项号"),
]


def test_a_wrong_call_says_what_is_missing_and_records_nothing(town: Town, office: Person, desk: Any) -> None:
    bureau, liaison = desk
    before = len(town.rows(Extension))
    for text, answer in WRONG:
        said = town.ask(liaison, text.format(one=bureau.one, two=bureau.two, late=bureau.late, upkeep=bureau.upkeep))
        assert answer in said.text, text
    assert len(town.rows(Extension)) == before


def test_only_who_does_the_work_may_ask(town: Town, office: Person, leader: Person, desk: Any) -> None:
    bureau, _ = desk
    stranger = town.join(bureaus(40)[-1].unit)
    say(stranger, f"延期 {bureau.one} 2022-06-30 招标流标", "没有第")
    helper = town.join("市财政局")
    say(helper, f"延期 {bureau.far} 2024-06-30 配合", "由牵头、责任单位申请")
    say(leader, f"延期 {bureau.one} 2022-06-30 招标流标", "不能这样做")
    assert "申请延期" not in town.ask(helper, f"任务 {bureau.far}").labels


# Deciding.


def test_pending_changes_neither_date_nor_colour(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    before = colour(town, liaison, bureau.late)
    say(liaison, f"延期 {bureau.late} 2022-06-30 招标流标", "仍计超期")
    assert colour(town, liaison, bureau.late) == before == "🔴 超期"
    card = town.ask(liaison, f"任务 {bureau.late}")
    assert "延期待整改办决定：2022-05-31 → 2022-06-30" in card.text
    assert "申请延期" not in card.labels


def test_asked_after_the_date_it_is_marked_late_and_punctuality_keeps_the_original(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    said = granted(office, liaison, bureau.late, "2022-06-30")
    assert "逾期申请" in said.text
    with town.house.looking() as act:
        found = digest_at(act, town.clock(), f"unit:{bureau.unit}")
    assert (found.rates["on_time"].n, found.rates["on_time"].of) == (0, 1)
    assert found.totals["overdue"] == 0
    assert town.rows(Extension)[-1].late


def test_the_office_names_another_day_by_reply_and_a_reply_without_one_decides_nothing(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    office.skip()
    town.ask(liaison, f"延期 {bureau.one} 2022-09-30 招标流标")
    question = town.press(office, office.expect("请决定延期"), "另定日期")
    assert "缺日期" in town.reply(office, question, "太晚了").text
    assert due(town, bureau.one)[0] == date(2022, 6, 17)
    assert "2022-06-17 → 2022-07-15（申请 2022-09-30）" in town.reply(office, question, f"7月15日 {DOCUMENT}").text
    assert due(town, bureau.one)[0] == date(2022, 7, 15)


def test_a_document_asked_for_later_keeps_the_day_already_chosen(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    office.skip()
    town.ask(liaison, f"延期 {bureau.one} 2022-09-30 招标流标")
    office.expect(f"请决定延期　{bureau.one}")
    question = say(office, f"同意 {bureau.one} 2022-07-20", "还缺批准依据")
    assert "2022年7月20日" in question.text
    assert "→ 2022-07-20" in town.reply(office, question, DOCUMENT).text
    assert town.rows(Extension)[-1].basis == DOCUMENT


def test_a_refusal_needs_a_reason_tells_it_and_leaves_the_date(
    town: Town, office: Person, desk: tuple[Bureau, Person], head: Person
) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"延期 {bureau.one} 2022-06-30 招标流标")
    question = town.press(head, head.expect("请同意延期"), "退回")
    liaison.skip()
    assert "延期未批准" in town.reply(head, question, "先赶工期").text
    assert "先赶工期" in liaison.expect("延期未批准").text
    assert due(town, bureau.one) == (date(2022, 6, 17), None, date(2022, 6, 17))
    say(liaison, f"延期 {bureau.one} 2022-06-28 雨季", "已申请延期")


def test_nobody_decides_on_their_own_request_in_whatever_role_they_come_back(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"延期 {bureau.one} 2022-06-30 招标流标")
    say(liaison, f"同意 {bureau.one}", "没有等您决定的事")
    liaison.start(town.code("市整改办", "office"))
    liaison.expect("已登记")
    assert f"{bureau.one} 延期" not in town.ask(liaison, "待办").text
    say(liaison, f"同意 {bureau.one} {DOCUMENT}", "没有等您决定的事")
    assert due(town, bureau.one)[0] == date(2022, 6, 17)
    # Not of the office any more, so that it hears nothing in the tests that follow.
    liaison.start(town.code(bureau.unit, "viewer"))
    liaison.expect("已登记")


def test_beyond_the_cap_a_leader_signs(town: Town, office: Person, leader: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    granted(office, liaison, bureau.one, "2022-06-20")
    granted(office, liaison, bureau.one, "2022-06-25")
    leader.skip()
    granted(office, liaison, bureau.one, "2022-06-30", "超过 2 次须市领导签批")
    assert due(town, bureau.one)[0] == date(2022, 6, 25)
    question = leader.expect("请签批延期")
    assert DOCUMENT in question.text
    assert question.labels == ["同意", "退回"]
    say(office, f"同意 {bureau.one} {DOCUMENT}", "没有等您决定的事")
    assert "延期已批准" in town.press(leader, question, "同意").text
    assert due(town, bureau.one) == (date(2022, 6, 30), None, date(2022, 6, 17))
    assert "不再等您决定" in town.refused(leader, question, "同意")


def test_two_of_the_office_press_at_once_and_one_has_effect(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    second = town.join("市整改办", "office", "赵某")
    say(office, f"延期 {bureau.one} 2022-06-15 内部先行", "内部时限已定")
    office.skip()
    second.skip()
    town.ask(liaison, f"延期 {bureau.one} 2022-06-16 招标流标")
    shown = [(person, person.expect("请决定延期")) for person in (office, second)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: pair[0].press(pair[1], "同意"), shown))
    town.settle()
    assert sorted(answer.show_alert for answer in answers) == [False, True]
    assert "不再等您决定" in next(answer.text for answer in answers if answer.show_alert)
    moved = [row for row in town.rows(DueChange) if row.after == date(2022, 6, 16)]
    assert len(moved) == 1


# The internal date is the office's.


def test_the_office_sets_an_internal_date_that_reminders_follow(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    liaison.skip()
    say(office, f"延期 {bureau.one} 6月15日 汛期前完成", "内部时限已定")
    assert "市整改办定：汛期前完成" in liaison.expect("内部时限").text
    assert due(town, bureau.one) == (date(2022, 6, 17), date(2022, 6, 15), date(2022, 6, 17))
    card = town.ask(liaison, f"任务 {bureau.one}").text
    assert "内部时限 2022-06-15　市整改办 6月13日定" in card
    assert planned(town, bureau.one) == {date(2022, 6, 15)}


def test_within_the_published_date_no_document_is_needed(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    say(office, f"延期 {bureau.one} 6月15日 汛期前完成", "内部时限已定")
    office.skip()
    town.ask(liaison, f"延期 {bureau.one} 6月16日 雨天停工")
    assert "方案时限 2022年6月17日 不变" in town.press(office, office.expect("请决定延期"), "同意").text
    assert due(town, bureau.one) == (date(2022, 6, 17), date(2022, 6, 16), date(2022, 6, 17))


def test_the_offices_own_date_never_goes_beyond_the_published_one(town: Town, office: Person, desk: Any) -> None:
    bureau, _ = desk
    say(office, f"延期 {bureau.one} 6月30日 汛期", "内部时限只能提前")
    assert due(town, bureau.one)[0] == date(2022, 6, 17)


# What follows from a granted one.


def _id(town: Town, number: int) -> int:
    with town.house.looking() as act:
        return load_task(act.session, number).id


def test_an_extension_moves_the_reminders_in_its_own_transaction(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    granted(office, liaison, bureau.one, "2022-07-31")
    assert planned(town, bureau.one) == {date(2022, 7, 31)}
    event = next(row for row in reversed(town.rows(Event)) if row.kind == "extension_granted")
    moved = next(row for row in reversed(town.rows(Event)) if row.kind == "due_moved")
    assert event.cause == moved.cause != ""


def test_it_stands_in_card_history_audit_and_bulletin(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.one} 40% 招标流标")
    granted(office, liaison, bureau.one, "2022-06-30")
    card = town.ask(liaison, f"任务 {bureau.one}").text
    assert "方案时限 2022-06-30" in card
    assert "原定 2022-06-17" in card
    history = town.ask(liaison, f"历史 {bureau.one}").text
    assert "申请延期 2022-06-17 → 2022-06-30" in history
    assert f"批准延期 2022-06-17 → 2022-06-30　王某，{DOCUMENT}" in history
    audit = say(office, f"审计 {bureau.one}", "审计记录").text
    assert "方案时限：2022-06-17 → 2022-06-30" in audit
    say(liaison, f"审计 {bureau.one}", "不能这样做")
    bulletin = say(office, f"周报 {bureau.unit}", "整改周通报").text
    assert f"申请 {bureau.one} {bureau.unit} 到 2022-06-30" in bulletin
    assert f"批准 {bureau.one} {bureau.unit} 到 2022-06-30（{DOCUMENT}）" in bulletin


def test_a_bulletin_without_extensions_has_no_such_section_and_a_past_one_stays(
    town: Town, office: Person, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    with town.house.looking() as act:
        as_of = town.clock()
        before = bulletin_facts(act, digest_at(act, as_of, f"unit:{bureau.unit}"))
    granted(office, liaison, bureau.one, "2022-06-30")
    with town.house.looking() as act:
        again = bulletin_facts(act, digest_at(act, as_of, f"unit:{bureau.unit}"))
    assert before == again
    assert before["extensions"] == {}


def test_in_english_too(town: Town, office: Person, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, "/lang en")
    say(liaison, f"/extend {bureau.one} 2022-06-30 tender failed", "Extension asked for")
    say(liaison, f"/task {bureau.one}", "Extension, waiting for the office")
    say(liaison, f"/history {bureau.one}", "extension asked")


def test_the_daily_message_offers_it_where_it_would_succeed() -> None:
    with a_town() as town:
        liaison = town.join("市水务局")
        town.ask(liaison, "延期 31.1 2022-07-31 招标流标")
        town.ask(liaison, "延期 31.2 2022-07-31 招标流标")
        liaison.skip()
        town.travel("06-14 09:30")
        daily = liaison.expect("6月14日")
        assert "延期 07" in daily.labels
        assert "延期 31" not in daily.labels
        assert "申请延期到哪一天" in town.press(liaison, daily, "延期 07").text


# Laws, over any sequence of what anybody does.

PEOPLE = (
    ("liaison", Role.LIAISON, "市水务局"),
    ("head", Role.HEAD, "市水务局"),
    ("office", Role.OFFICE, "市整改办"),
    ("second", Role.OFFICE, "市整改办"),
    ("leader", Role.LEADER, "市领导"),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([name for name, _, _ in PEOPLE]),
        st.sampled_from(["ask", "approve", "approve_basis", "refuse", "internal"]),
        st.sampled_from([7, 12, 18, 31]),
        st.integers(-40, 120),
    ),
    max_size=14,
)


class Undone(Exception):
    """Ends an example: nothing of it stays."""


@pytest.fixture(scope="module")
def quiet_town() -> Iterator[Town]:
    with a_town() as town:
        for name, role, unit in PEOPLE:
            town.join(unit, str(role), name)
        yield town


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_anybody_does_the_laws_hold(quiet_town: Town, steps: list[tuple[str, str, int, int]]) -> None:
    with contextlib.suppress(Undone), quiet_town.house.store.writing() as session:
        people = {member.name: member for member in session.exec(select(Member))}
        office = quiet_town.house.office
        now = NOON.astimezone(UTC)
        for who, what, number, days in steps:
            now += timedelta(hours=1)
            with contextlib.suppress(Refusal), session.begin_nested():
                act = Act(session, office, now, people[who], cause="law")
                _step(act, what, number, office.today(now) + timedelta(days=days))
        _laws(session)
        verify_chain(Act(session, office, now))
        raise Undone


def _step(act: Act, what: str, number: int, day: date) -> None:
    if what == "ask":
        extensions.ask_extension(act, number, 1, day, "招标流标", [], "law")
    elif what == "internal":
        extensions.set_internal_date(act, number, 1, day, "汛期")
    elif what == "refuse":
        waitings.send_back(act, waitings.on_task(act, number), "理由不足")
    else:
        basis = DOCUMENT if what == "approve_basis" else ""
        waitings.approve(act, waitings.on_task(act, number), f"{day.isoformat()} {basis}" if day.day % 2 else basis)


def _laws(session: Session) -> None:
    rows = session.exec(select(Extension).execution_options(populate_existing=True)).all()
    for row in rows:
        deciders = [each for each in (row.decided_by, row.leader_by) if each is not None]
        assert row.member_id not in deciders
        assert len(set(deciders)) == len(deciders)
        if row.state == "granted" and row.granted is not None:
            assert row.granted > row.before
    for task_id in {row.task_id for row in rows}:
        done = [row for row in rows if row.task_id == task_id and row.state == "granted"]
        assert all(
            row.leader_by is not None for row in sorted(done, key=lambda row: row.leader_at or row.decided_at)[2:]
        )
    changes = session.exec(select(DueChange).order_by(DueChange.id)).all()
    assert all(change.basis for change in changes if change.field == "due")
    for milestone in session.exec(select(Milestone).execution_options(populate_existing=True)):
        for field in ("due", "internal_due"):
            mine = [each for each in changes if each.milestone_id == milestone.id and each.field == field]
            # What each change found is what the one before left, and the last left what stands.
            assert all(a.after == b.before for a, b in pairwise(mine))
            assert not mine or mine[-1].after == getattr(milestone, field)
        assert milestone.internal_due is None or milestone.internal_due < milestone.due
    events = session.exec(select(Event)).all()
    assert sum(event.kind == "extension_granted" for event in events) == sum(row.state == "granted" for row in rows)
    assert sum(event.kind == "extension_asked" for event in events) == len(rows)
