"""A sheet's life from issue to reply, urging by office and lead, the bulletin's next steps and corrections."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ladder_ledger import WATER, Ledger, a_plan, at
from town import Town, a_town

from bot.domain.post import Bulletin, Notice, Outbox
from bot.domain.refusal import Refusal
from bot.domain.urging import Climb, Sheet
from bot.sandbox.client import Person
from bot.sandbox.said import Said
from bot.store.sheets import next_number
from bot.usecases import bulletin, sheet_office, sheet_unit
from bot.usecases import report as reports

# Wednesday: the sheet of this day is to be answered by Monday 13 June.
WEDNESDAY = at("06-08 10:00")


@pytest.fixture
def town() -> Iterator[Town]:
    """Its ladder has climbed for today and told who was there of the office; whoever joins hears what follows."""
    with a_town(now=WEDNESDAY, ladder=True) as made:
        made.office()
        made.call(made.node.ask())
        made.settle()
        yield made


def by_hand(town: Town) -> list[Sheet]:
    """Without what the ladder has drafted meanwhile."""
    return [row for row in town.rows(Sheet) if row.climb_id is None]


def said(town: Town, person: Person, text: str) -> Said:
    """The bot's answer, once everybody else whom it concerns has been told too."""
    answer = town.ask(person, text)
    town.settle()
    return answer


# By hand, over the chat.


def test_a_sheet_by_hand_is_numbered_received_answered_and_its_author_told(town: Town) -> None:
    office, liaison, head = town.office(), town.join(WATER), town.join(WATER, "head")
    out = said(town, office, "督办单 7 黄 请说明滞后原因")
    assert "黄色督办单第1号" in out.text
    assert "6月13日 17:00 前" in out.text
    head.expect("黄色督办单第1号")
    got = liaison.expect("黄色督办单第1号")
    assert "请说明滞后原因" in got.text
    assert "签收不是答复" in town.press(liaison, got, "签收").text
    office.skip()
    assert "已答复" in town.reply(liaison, got, "已增加两台设备，15日前完成").text
    assert "已增加两台设备" in office.expect("督办单已答复").text
    (sheet,) = by_hand(town)
    assert (sheet.state, sheet.answer) == ("answered", "已增加两台设备，15日前完成")
    assert sheet.received_at < sheet.answered_at
    assert "已答复或已办结" in town.refused(liaison, got, "答复")


def test_received_is_no_answer_and_a_reply_is_no_report(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    said(town, office, "/sheet 7 red")
    got = liaison.expect("红色督办单第1号")
    assert "已签收" in town.reply(liaison, got, "收到").text
    assert by_hand(town)[0].state == "issued"
    town.reply(liaison, got, "60% 清淤完成")
    assert "0%" in town.ask(liaison, "任务 7").text
    assert by_hand(town)[0].answer == "60% 清淤完成"


def test_a_sheet_is_answered_by_command_or_by_button(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    said(town, office, "督办单 7 蓝 请报送")
    said(town, office, "督办单 31 蓝色督办单 请报送")
    assert "已答复" in town.ask(liaison, "回复督办单 7 明日报送").text
    question = town.press(liaison, town.ask(liaison, "任务 31"), "答复")
    assert "请回复本条" in question.text
    assert "已答复" in town.reply(liaison, question, "本周报送").text
    assert "没有待答复的督办单" in town.ask(liaison, "回复督办单 31 再说一次").text


def test_only_the_office_issues_and_only_the_unit_answers(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    town.ask(liaison, "督办单 7 黄 试试")
    assert by_hand(town) == []
    assert "示例" in said(town, office, "督办单 7").text
    said(town, office, "督办单 12 黄")
    district = town.join("武清区")
    assert "没有待答复的督办单" in town.ask(district, "回复督办单 12 已完成").text
    assert by_hand(town)[0].state == "issued"


def test_a_button_of_another_units_sheet_does_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, a_plan((7, "清淤", WATER, "武清区", "2022年6月30日前")), at("06-13 09:00"))
    office, other = ledger.join("市整改办", "office"), ledger.join("武清区")
    with ledger.act(office) as act:
        sheet_office.issue_by_hand(act, 7, None, "blue", "请说明")
    for press in (lambda act: sheet_unit.ask_answer(act, 1), lambda act: sheet_unit.receive(act, [1])):
        with pytest.raises(Refusal) as refused, ledger.act(other) as act:
            press(act)
        assert refused.value.reason == "not_your_sheet"


def test_the_rest_unchanged_never_speaks_for_a_task_under_a_sheet(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    for line in ("7 99%", "31.1 99%", "31.2 99%"):
        town.ask(liaison, f"进度 {line}")
    town.travel("06-13 10:00")
    office.skip()
    said(town, office, "督办单 7 黄 请说明")
    offer = town.ask(liaison, "其余无变化").text
    assert "31" in offer.partition("不含")[0]
    assert "07" not in offer.partition("不含")[0]
    assert "07" in offer.partition("不含")[2]


def test_an_open_sheet_stands_on_the_card_and_in_the_daily_message_until_it_is_answered(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    said(town, office, "督办单 7 黄 请说明")
    assert "黄色督办单第1号，17:00 前" in town.ask(liaison, "任务 7").text
    liaison.skip()
    town.travel("06-13 09:30")
    assert "07 06-13 🟡 黄色督办单第1号，17:00 前" in liaison.expect("待答复 1").text
    town.ask(liaison, "回复督办单 7 15日前完成")
    assert "黄色督办单" not in town.ask(liaison, "任务 7").text
    liaison.skip()
    town.travel("06-14 12:00")
    assert all("待答复" not in row.text for row in _all(liaison))
    assert "答复：15日前完成" in town.ask(liaison, "历史 7").text


def test_an_unanswered_sheet_climbs_once_to_head_and_office_and_once_to_a_leader(town: Town) -> None:
    office, head = town.office(), town.join(WATER, "head")
    town.join(WATER)
    leader = town.join("市领导小组", "leader")
    said(town, office, "督办单 7 黄 请说明")
    for person in (office, head, leader):
        person.skip()
    town.travel("06-24 12:00")
    assert [
        len([m for m in _all(person) if "督办单逾期未答复 1" in m.text.splitlines()[0]]) for person in (head, leader)
    ] == [1, 1]
    told = [row.created_at for row in town.rows(Outbox) if row.kind == "unanswered"]
    assert [town.house.office.today(moment).isoformat() for moment in told] == [
        "2022-06-14",
        "2022-06-14",
        "2022-06-14",
        "2022-06-17",
    ]


def test_the_bulletin_lists_what_was_issued_and_what_is_unanswered_as_of_its_cut_off(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    said(town, office, "督办单 7 黄 请说明")
    town.travel("06-13 09:30")
    assert "本周发出 1，逾期未答复 0" in office.expect("整改周通报 2022年第23期").text
    office.skip()
    town.travel("06-20 09:30")
    assert "本周发出 0，逾期未答复 1" in office.expect("整改周通报 2022年第24期").text
    town.ask(liaison, "回复督办单 7 已完成")
    assert "本周发出 0，逾期未答复 1" in said(town, office, "周报 2022-06-17").text


# Drafts.


def test_a_draft_is_reworded_and_signed_out_or_not_issued(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    liaison.skip()
    town.travel("06-09 08:30")
    listed = said(town, office, "待签发")
    assert "未签发前不发出" in listed.text
    draft = town.press(office, listed, "黄 07")
    question = town.press(office, draft, "改")
    again = town.reply(office, question, "请于15日前完成清淤")
    assert "请于15日前完成清淤" in again.text
    assert all("黄色督办单" not in row.text for row in _all(liaison))
    assert "黄色督办单第1号" in town.press(office, again, "签发").text
    assert "请于15日前完成清淤" in liaison.expect("黄色督办单第1号").text
    assert "已有人处理" in town.refused(office, draft, "签发")
    other = town.press(office, listed, "黄 31")
    assert "不发" in town.press(office, other, "不发").text
    assert [row.ended_why for row in town.rows(Climb) if row.ended_at] == ["dropped"]


def test_drafts_stand_in_the_offices_day_and_are_signed_out_together_or_withdrawn(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    town.travel("06-09 09:30")
    day = office.expect("6月9日")
    waiting = [row for row in town.rows(Sheet) if row.state == "drafted"]
    assert f"待签发督办单 {len(waiting)}" in day.text
    assert day.labels[:2] == [f"全部签发 {len(waiting)}", f"逐条看 {len(waiting)}"]
    assert [said for said in office.messages() if said.text.startswith("待签发")] == []
    town.ask(liaison, "进度 7 100% 清淤完成")  # its cause is gone
    town.ask(liaison, "自查完成 7")
    town.call(town.node.ask())
    assert [row.state for row in town.rows(Sheet) if row.id == waiting[0].id] == ["withdrawn"]
    done = town.press(office, day, "全部签发")
    assert "已发" in done.text
    listed = {row.id for row in waiting}
    assert [row.state for row in town.rows(Sheet) if row.id in listed] == [
        "withdrawn",
        *["issued"] * (len(waiting) - 1),
    ]
    assert liaison.expect("黄色督办单")
    assert "没有待签发的" in town.refused(office, day, "全部签发")


def test_two_of_the_office_sign_out_one_draft_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, a_plan((7, "清淤", WATER, "", "2022年6月1日前")), at("06-13 08:00"))
    one, two, liaison = ledger.join("市整改办", "office"), ledger.join("市整改办", "office"), ledger.join(WATER)
    ledger.tick()
    (draft,) = ledger.rows(Sheet)
    with ledger.act(one) as act:
        sheet_office.sign_out(act, draft.id)
    with pytest.raises(Refusal) as refused, ledger.act(two) as act:
        sheet_office.sign_out(act, draft.id)
    assert refused.value.reason == "sheet_decided"
    assert len(ledger.told(liaison, "sheet")) == 1


def test_in_quiet_hours_a_sheet_waits_until_they_have_ended(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, a_plan((7, "清淤", WATER, "", "2022年6月30日前")), at("06-13 23:00"))
    office, liaison = ledger.join("市整改办", "office"), ledger.join(WATER)
    with ledger.act(office) as act:
        sheet_office.issue_by_hand(act, 7, None, "blue", "请说明")
    (row,) = ledger.told(liaison, "sheet")
    assert row.not_before == at("06-14 09:00")


def test_numbers_run_by_series_and_year_without_a_gap(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, a_plan((7, "清淤", WATER, "", "2022年6月30日前")), at("06-13 08:00"))
    with ledger.house.store.writing() as session:
        assert [next_number(session, 2022, "blue") for _ in range(3)] == [1, 2, 3]
        assert [next_number(session, 2022, "red"), next_number(session, 2023, "blue")] == [1, 1]
    with ledger.house.store.writing() as session:
        next_number(session, 2022, "blue")
        session.rollback()
    with ledger.house.store.writing() as session:
        assert next_number(session, 2022, "blue") == 4


# 催办.


def test_urging_is_numbered_and_a_report_answers_it(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    assert "催办第1号" in said(town, office, "催办 7 请今天报送").text
    urged = liaison.expect("催办第1号")
    assert "请今天报送" in urged.text
    assert "已记" in town.reply(liaison, urged, "62% 二标段完工").text
    assert [row.state for row in by_hand(town)] == ["answered"]
    assert "62%" in town.ask(liaison, "任务 7").text


def test_a_second_urging_of_the_day_says_who_was_asked_before(town: Town) -> None:
    office, liaison = town.office(), town.join(WATER)
    first = said(town, office, "催报")
    assert f"已催报　1 个单位，1 人：{WATER}" in first.text
    assert "还没有联络员加入：" in first.text
    liaison.expect("催报")
    second = said(town, office, "催报")
    assert "没有催报新的单位" in second.text
    assert f"今天已催过：{WATER}" in second.text
    liaison.expect_nothing(0.1)


def test_a_lead_urges_its_own_districts_and_nobody_else(town: Town) -> None:
    lead, district = town.join(WATER), town.join("武清区")
    assert "催办第1号" in said(town, lead, "催办 12 请报排口整治进展").text
    assert "请报排口整治进展" in district.expect("催办第").text
    assert "只有整改办和牵头单位" in town.ask(district, "催办 12 请报").text
    assert {row.unit_id for row in by_hand(town)} & {_unit(town, WATER)} == set()


def test_the_card_urges_who_missed_last_week_with_one_tap(town: Town) -> None:
    lead, district = town.join(WATER), town.join("武清区")
    said(town, lead, "进度 12.1 60%")
    town.travel("06-13 10:00")
    card = said(town, lead, "任务 12")
    assert "催报 武清区" in card.labels
    district.skip()
    assert "已发" in town.press(lead, card, "催报 武清区").text
    assert "请报送进展" in district.expect("催办第1号").text


# The office's Monday.


def test_next_steps_are_edited_before_issue_and_printed(town: Town) -> None:
    office, second = town.office(), town.office()
    town.travel("06-13 08:10")
    draft = office.expect("拟稿")
    other = second.expect("拟稿")
    question = town.press(office, draft, "改下步")
    assert "报第 18 项整改时间表" in question.text
    assert (
        "已改下步" in town.reply(office, question, "市城市管理委 6月17日前报时间表；\n市水务局 6月15日前完成清淤").text
    )
    town.settle()
    assert "下步：市城市管理委" in second.expect("拟稿").text  # the other's draft shows it too
    second.press(other, "暂缓")
    held = second.expect("已暂缓")
    assert "市水务局 6月15日前完成清淤" in held.text
    said(town, office, "签发")
    printed = second.expect("整改周通报").text
    assert "六、下步　市城市管理委 6月17日前报时间表；市水务局 6月15日前完成清淤" in printed
    assert "报第 18 项整改时间表" not in printed
    assert town.rows(Bulletin)[0].next_steps == ["市城市管理委 6月17日前报时间表", "市水务局 6月15日前完成清淤"]


def test_a_correction_is_numbered_computed_anew_and_leaves_the_issued_one(town: Town) -> None:
    office, leader = town.office(), town.join("市领导小组", "leader")
    assert "还没有已签发" in said(town, office, "更正 错了").text
    town.travel("06-13 09:30")
    leader.expect("整改周通报 2022年第23期")
    assert "缺原因" in said(town, office, "更正").text
    asked = said(town, office, "更正 第7项漏计")
    assert "更正发出前请核对" in asked.text
    leader.expect_nothing(0.1)
    assert "更正第1号" in town.press(office, asked, "更正发出").text
    again = leader.expect("更正第1号").text
    assert "更正原因：第7项漏计" in again
    assert "截至6月10日17:00" in again
    office.send("更正 再核\n更正 三核")
    second, third = office.expect("请核对"), office.expect("请核对")
    office.press(second, "更正发出")
    assert "再核" in office.expect("更正第2号").text
    town.settle()  # the correction itself comes to the office too
    assert "已" in town.refused(office, third, "更正发出")  # it was asked for the correction before
    town.settle()
    rows = town.rows(Bulletin)
    assert [(row.issue, row.correction, row.state) for row in rows] == [
        (23, 0, "issued"),
        (23, 1, "issued"),
        (23, 2, "issued"),
    ]
    assert len({row.as_of for row in rows}) == 1


def test_a_late_report_clears_the_ladder_while_the_issued_bulletin_keeps_it_unreported(tmp_path: Path) -> None:
    plan = a_plan((7, "清淤", WATER, "", "2022年12月31日前"), issued="2022年6月1日")
    ledger = Ledger(tmp_path, plan, at("06-02 16:00"))
    office, liaison = ledger.join("市整改办", "office"), ledger.join(WATER)
    ledger.travel(at("06-13 09:30"))
    assert ledger.climbs() == [("unreported", "blue")]
    ledger.say(liaison, 7, 30, "已开工")
    ledger.later()
    assert [row.ended_why for row in ledger.rows(Climb)] == ["reported"]
    with ledger.act(office) as act:
        row = bulletin.correct(act, "核对")
        assert row.correction == 1
    bulletins = [row for row in ledger.rows(Outbox) if row.kind == "bulletin"][-2:]
    assert [row.facts["unreported_units"] for row in bulletins] == [[{"unit": WATER, "tasks": [7]}]] * 2


def test_what_waits_to_be_said_of_a_sheet_is_withdrawn_once_it_is_answered(tmp_path: Path) -> None:
    ledger = Ledger(
        tmp_path, a_plan((7, "清淤", WATER, "", "2022年12月31日前"), issued="2022年6月1日"), at("06-08 10:00")
    )
    office, liaison = ledger.join("市整改办", "office"), ledger.join(WATER)
    with ledger.act(office) as act:
        sheet_office.issue_by_hand(act, 7, None, "yellow", "请说明")
    ledger.travel(at("06-13 08:30"))
    with ledger.act(liaison) as act:
        sheet_unit.answer(act, ledger.rows(Sheet)[0].id, "15日前完成")
        assert reports.unsigned(act) == [7]
    told = [row for row in ledger.rows(Notice) if row.kind == "sheet"]
    assert [row.why_withdrawn for row in told] == ["answered"]


def _unit(town: Town, name: str) -> int:
    from bot.store.people import unit_by_name

    with town.house.store.reading() as session:
        found = unit_by_name(session, name)
        assert found is not None
        return found.id or 0


def _all(person: Person) -> list[Said]:
    found = []
    while True:
        try:
            found.append(person.expect(timeout=0.05))
        except AssertionError:
            return found
