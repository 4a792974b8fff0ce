"""Reporting by chat, as a liaison does it: typed, by reply, by button, in several lines, corrected, taken back."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from town import Bureau, Town, a_plan_of, a_town, bureaus

from bot.domain.ledger import Event, Report
from bot.domain.post import Inbox, Outbox
from bot.sandbox.client import Person, SandboxError
from bot.sandbox.said import Said


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(79)) as town:
        yield town


@pytest.fixture
def desk(town: Town) -> tuple[Bureau, Person]:
    return town.bureau()


def undo_label(said: Said) -> str:
    return next(label for label in said.labels if label.startswith("撤回"))


def reports(town: Town, number: int) -> list[tuple[int | None, str, str]]:
    """(percent, words, why it ended) of every report on a task, in order."""
    with town.house.looking() as act:
        from bot.usecases.ledger_json import task_whole

        rows = task_whole(act, number)["reports"]
    return [(row["percent"], row["text"], row["ended"]) for row in rows]


def progress(town: Town, number: int) -> int:
    with town.house.looking() as act:
        from bot.usecases.ledger_json import task_whole

        return int(task_whole(act, number)["progress"])


# What people type.


def test_a_report_is_recorded_with_the_change_the_label_and_what_is_left(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.one} 55% 一标段完工")
    said = town.ask(liaison, f"进度 {bureau.one} 62% 二标段清淤完成 1.8 公里")
    for part in (
        "已记",
        f"{bureau.one} 河道清淤",
        "55% → 62%",
        "应达 98%",
        "滞后",
        "“二标段清淤完成 1.8 公里”",
        "6月17日到期",
    ):
        assert part in said.text
    assert "本周待报 4 项" in said.text
    assert reports(town, bureau.one) == [(55, "一标段完工", ""), (62, "二标段清淤完成 1.8 公里", "")]


WRITTEN = (
    "进度 {n} 60% 清淤完成",
    "进度{n} 60% 清淤完成",
    "進度 {n} 60% 清淤完成",
    "进度：第{n}项，60%，清淤完成",
    "进展 #{n} 60% 清淤完成",
    "/update {n} 60% 清淤完成",
    "/update@duban_sandbox_bot {n} 60% 清淤完成",
    "/UPDATE {n} 60% 清淤完成",
    "报进展 {n}号 ６０％ 清淤完成",
    "进度 {wide} ６０％　清淤完成",
    "进度\n{n} 60% 清淤完成",
    "进度 {n} 60%\n清淤完成",
)


def test_a_command_is_understood_however_it_is_written(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(bureau.one))
    for typed in WRITTEN:
        assert "已记" in town.ask(liaison, typed.format(n=bureau.one, wide=wide)).text, typed
    assert reports(town, bureau.one) == [(60, "清淤完成", "")] * len(WRITTEN)


def test_a_line_with_my_own_number_is_offered_and_one_button_records_it(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    for typed in ("{n} 60% 清淤完成", "{n}项60%清淤完成", "第{n}项 60%，清淤完成", "#{n} 60% 清淤完成"):
        offer = town.ask(liaison, typed.format(n=bureau.one))
        assert offer.labels == [f"记到 {bureau.one}", "取消"]
    assert reports(town, bureau.one) == []
    recorded = town.press(liaison, offer, f"记到 {bureau.one}")
    assert (recorded.id, recorded.edited) == (offer.id, True)
    assert reports(town, bureau.one) == [(60, "清淤完成", "")]


def test_an_offer_that_is_declined_records_nothing(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    offer = town.ask(liaison, f"{bureau.one} 60% 清淤完成")
    said = town.press(liaison, offer, "取消")
    assert said.text == "已取消，没有记录。"
    assert said.labels == []
    assert reports(town, bureau.one) == []


def test_an_offer_taken_twice_at_once_is_recorded_once(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    offer = town.ask(liaison, f"{bureau.one} 60% 清淤完成")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: liaison.press(offer, f"记到 {bureau.one}"), range(2)))
    town.settle()
    assert len(reports(town, bureau.one)) == 1
    assert sorted(answer.show_alert for answer in answers) == [False, True]


def test_several_lines_report_several_tasks_each_with_its_answer(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.send(f"进度 {bureau.one} 60% 甲\n{bureau.far} 50% 乙\n{bureau.two}.2 40% 丙")
    answers = [said.text for said in liaison.expect_all()]
    assert len(answers) == 3
    assert all("已记" in answer for answer in answers)
    assert [progress(town, number) for number in (bureau.one, bureau.far, bureau.two)] == [60, 50, 20]


def test_of_several_lines_one_that_is_refused_stops_no_other(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.skip()
    liaison.send(f"进度 {bureau.one} 60% 甲\n99999 50% 乙\n{bureau.far} 50% 丙")
    texts = [said.text for said in liaison.expect_all()]
    assert ["已记" in text for text in texts] == [True, False, True]
    assert "99999" in texts[1]


def test_several_commands_in_one_message_are_each_carried_out(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.skip()
    liaison.send(f"签收 {bureau.one}\n进度 {bureau.far} 60% 甲\n困难 {bureau.late} 管线迁改未批")
    texts = [said.text for said in liaison.expect_all()]
    assert [word in text for word, text in zip(("已签收", "已记", "困难"), texts, strict=True)] == [True] * 3


def test_a_difficulty_behind_a_number_is_offered_as_one_and_reaches_the_office(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    office = town.office()
    offer = town.ask(liaison, f"第{bureau.one}项困难：管线迁改未批")
    assert "按困难报整改办" in offer.text
    assert "困难" in town.press(liaison, offer, f"记到 {bureau.one}").text
    assert "管线迁改未批" in office.expect("困难").text
    assert reports(town, bureau.one) == []
    mixed = town.ask(liaison, f"{bureau.one} 60% 清淤\n{bureau.far} 需市里协调用地")
    liaison.press(mixed, "全部记录")
    liaison.expect("已记")
    assert "需市里协调用地" in office.expect("困难").text
    assert reports(town, bureau.one) == [(60, "清淤", "")]
    assert reports(town, bureau.far) == []


def test_what_could_not_be_recorded_is_refused_and_not_offered(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    said = town.ask(liaison, f"{bureau.one}.9 90%")
    assert "只有 1 条措施" in said.text
    assert said.labels == []
    liaison.send(f"{bureau.one} 60% 清淤\n{bureau.one}.9 90%")
    assert "只有 1 条措施" in liaison.expect().text
    offer = liaison.expect("记这一条？")
    assert offer.labels == [f"记到 {bureau.one}", "取消"]


def test_a_pasted_paragraph_is_split_and_offered(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    offer = town.ask(liaison, f"本周情况：第{bureau.one}项完成62%，二标段完工；第{bureau.far}项完成50%，主体封顶。")
    assert offer.labels == ["全部记录", "取消"]
    liaison.press(offer, "全部记录")
    town.settle()
    assert [progress(town, number) for number in (bureau.one, bureau.far)] == [62, 50]


def test_a_pasted_letter_that_names_titles_is_split_and_offered(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    letter = "本周整改情况如下：\n一、河道清淤：累计完成62%，二标段完工。\n二、湿地修复：完成50%，补水到位。"
    offer = town.ask(liaison, letter)
    assert offer.labels == ["全部记录", "取消"]
    liaison.press(offer, "全部记录")
    town.settle()
    assert [progress(town, number) for number in (bureau.one, bureau.later)] == [62, 50]


def test_a_receipt_is_never_progress_and_stops_nothing(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.one}")
    for word in ("收到", "好的", "已阅", "1", "👍", "收到，马上落实", "OK", "好的👌"):
        assert "收到不作为进展" in town.ask(liaison, word).text, word
        assert "收到不作为进展" in town.reply(liaison, card, word).text, word
    assert reports(town, bureau.one) == []
    assert f"{bureau.one}、" in town.ask(liaison, "谁没报").text


def test_a_receipt_signs_for_what_was_handed_over_once(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.far}")
    assert "签收" in card.labels
    assert f"已签收　1 项：{bureau.far}" in town.reply(liaison, card, "收到").text
    assert "已签收　5 项" in town.ask(liaison, "签收 全部").text
    assert "没有待签收的任务" in town.ask(liaison, "签收").text
    assert f"此前已签收：{bureau.far}" in town.ask(liaison, f"签收 {bureau.far}").text


def test_a_receipt_for_several_tasks_of_which_one_is_not_mine_signs_none(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    assert "没有第 99999 项" in town.ask(liaison, f"签收 {bureau.one} 99999").text
    assert "已签收　6 项" in town.ask(liaison, "签收 全部").text


def test_no_change_repeats_the_last_figure(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.far} 55% 主体封顶")
    written = ("{n} 无变化", "{n} 無變化", "{n}无变化", "无变化 {n}", "/same {n}", "第{n}项 同上周", "{n} 没有变化。")
    for typed in written:
        assert "无变化，仍 55%" in town.ask(liaison, typed.format(n=bureau.far)).text, typed
    assert reports(town, bureau.far)[1:] == [(55, "", "")] * len(written)


def test_no_change_of_a_task_never_reported_is_refused_with_what_to_write(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    said = town.ask(liaison, f"{bureau.far} 无变化")
    assert "还没有报过" in said.text
    assert f"{bureau.far} 0%" in said.text
    assert reports(town, bureau.far) == []


def test_no_change_with_a_percentage_behind_the_number_is_not_a_second_task(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.far} 55%")
    liaison.skip()
    liaison.send(f"无变化 {bureau.far} 55%")
    assert [said.text[:2] for said in liaison.expect_all()] == ["已记"]


def test_the_rest_unchanged_is_listed_first_and_never_holds_what_is_behind_or_overdue(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    earlier(town, liaison, {bureau.far: 50, bureau.later: 60, bureau.one: 40, bureau.late: 90})
    offer = town.ask(liaison, "其余 8 项无变化")
    assert offer.text.startswith("其余 2 项无变化？")
    assert "您写的是 8 项，符合的是 2 项" in offer.text
    assert f"不含 {bureau.one}、{bureau.two}、{bureau.late}" in offer.text
    done = town.press(liaison, offer, "2 项无变化")
    assert f"2 项无变化：{bureau.far}、{bureau.later}" in done.text
    assert "没有可一并报送的任务" in town.ask(liaison, "其余无变化").text


def earlier(town: Town, liaison: Person, percents: dict[int, int]) -> None:
    """Reported a week before."""
    now = town.clock()
    town.clock.set(now.replace(day=8))
    for number, percent in percents.items():
        assert "已记" in town.ask(liaison, f"进度 {number} {percent}%").text
    town.settle()
    town.clock.set(now)


def test_the_rest_may_be_said_in_many_ways(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    earlier(town, liaison, {bureau.far: 50, bureau.later: 60})
    for typed in ("其余无变化", "其余的都无变化", "其餘 2 項無變化", "其他无变化", "rest unchanged", "其余２项无变化"):
        assert town.ask(liaison, typed).labels == ["2 项无变化", "取消"], typed


def test_the_rest_pressed_late_reports_only_what_still_is_of_the_rest(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    earlier(town, liaison, {bureau.far: 50, bureau.later: 60})
    offer = town.ask(liaison, "其余无变化")
    town.ask(liaison, f"进度 {bureau.far} 70% 有变化")
    done = town.press(liaison, offer, "2 项无变化")
    assert f"1 项无变化：{bureau.later}" in done.text
    assert progress(town, bureau.far) == 70


# Refusals: what was understood, what is missing, an example of one's own.


def test_a_report_without_a_number_says_what_was_read_and_how_to_write_it(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    said = town.ask(liaison, "进度 60% 清淤完成")
    for part in ("未记录：缺项号", "60%", "清淤完成", f"进度 {bureau.one} 60% 清淤完成"):
        assert part in said.text


def test_more_than_all_is_refused(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    for typed in ("进度 {n} 160%", "{n} 101% 清淤", "第{n}项完成 999%", "{n}.1 ２００％"):
        assert "0 到 100" in town.ask(liaison, typed.format(n=bureau.one)).text, typed
    assert reports(town, bureau.one) == []


def test_a_task_of_another_unit_answers_as_if_it_did_not_exist(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    other = next(each for each in bureaus() if each.unit != bureau.unit).one
    for typed in ("任务", "进度", "历史", "签收", "佐证", "困难", "自查完成", "完成", "无变化"):
        rest = {"进度": " 60%", "困难": " 缺钱"}.get(typed, "")
        said = town.ask(liaison, f"{typed} {other}{rest}").text
        theirs = re.sub(rf"(?<!\d){other}(?!\d)", "N", said)
        nobodys = town.ask(liaison, f"{typed} 98765{rest}").text.replace("98765", "N")
        assert theirs == nobodys, typed
        assert "没有第 N 项" in theirs, typed


def test_searching_finds_nothing_of_other_units(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    found = town.ask(liaison, "查找 清淤").text
    assert "1 项" in found
    assert f"{bureau.one} " in found
    assert "0 项" in town.ask(liaison, f"查找 {bureaus()[0].unit}").text


def test_a_co_operating_unit_reports_words_but_no_percentage(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, _ = desk
    helper = town.join("市财政局")
    assert "配合单位" in town.ask(helper, f"进度 {bureau.far} 60% 资金到位").text
    assert reports(town, bureau.far) == []
    assert "已记" in town.ask(helper, f"进度 {bureau.far} 资金到位").text
    assert progress(town, bureau.far) == 0


def test_the_office_reports_on_behalf_of_the_unit_and_it_is_recorded_as_such(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    said = town.ask(town.office(), f"进度 {bureau.one} 60% 电话核实")
    assert f"代 {bureau.unit}" in said.text
    assert "整改办代报" in town.ask(liaison, f"历史 {bureau.one}").text


def test_who_does_not_report_is_offered_no_report(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, _ = desk
    for unit, role in (("市生态环境局", "verifier"), ("市领导", "leader"), ("市委督查室", "viewer")):
        person = town.join(unit, role)
        assert "不能这样做" in town.ask(person, f"进度 {bureau.one} 60%").text
        assert town.ask(person, f"{bureau.one} 60% 清淤完成").labels == []
    assert reports(town, bureau.one) == []


def test_of_two_open_measures_buttons_ask_which(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    question = town.ask(liaison, f"进度 {bureau.two} 60% 铺管\n余下两处待迁改")
    assert question.labels == [f"{bureau.two}.1 一期管网", f"{bureau.two}.2 二期管网", "取消"]
    assert reports(town, bureau.two) == []
    recorded = town.press(liaison, question, f"{bureau.two}.2 二期管网")
    assert (recorded.id, recorded.edited) == (question.id, True)
    assert reports(town, bureau.two) == [(60, "铺管\n余下两处待迁改", "")]
    assert progress(town, bureau.two) == 30


def test_of_one_measure_left_open_nothing_is_asked(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.two}.1 100% 一期通水")
    assert f"{bureau.two}.2" in town.ask(liaison, f"进度 {bureau.two} 60% 铺管").text
    assert progress(town, bureau.two) == 80


def test_a_measure_that_is_not_there_is_named(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    assert f"没有 {bureau.two}.7" in town.ask(liaison, f"进度 {bureau.two}.7 60%").text


def test_the_measure_is_asked_also_for_what_was_offered_behind_other_lines(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    offer = town.ask(liaison, f"{bureau.one} 50% 甲\n{bureau.two} 60% 铺管")
    liaison.press(offer, "全部记录")
    question = liaison.expect("报哪一条")
    town.press(liaison, question, f"{bureau.two}.2 二期管网")
    assert reports(town, bureau.two) == [(60, "铺管", "")]


def test_the_measure_is_asked_for_a_single_line_that_was_offered(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    offer = town.ask(liaison, f"{bureau.two} 60% 铺管")
    liaison.press(offer, f"记到 {bureau.two}")
    question = liaison.expect("报哪一条")
    town.press(liaison, question, f"{bureau.two}.1 一期管网")
    assert reports(town, bureau.two) == [(60, "铺管", "")]


def test_the_measure_is_asked_for_a_line_behind_another_command(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.skip()
    liaison.send(f"我的任务\n进度 {bureau.two} 60% 铺管")
    question = liaison.expect("报哪一条")
    town.press(liaison, question, f"{bureau.two}.2 二期管网")
    assert reports(town, bureau.two) == [(60, "铺管", "")]


# Replies.


def test_a_reply_to_a_card_is_a_report_on_that_task(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.one}")
    assert "已记" in town.reply(liaison, card, "65% 二标段完工").text
    assert "已记" in town.reply(liaison, card, "正在清运淤泥").text
    assert "无变化" in town.reply(liaison, card, "无变化").text
    assert [row[:2] for row in reports(town, bureau.one)] == [(65, "二标段完工"), (65, "正在清运淤泥"), (65, "")]


def test_a_reply_that_names_another_task_reports_on_that_one(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.one}")
    town.reply(liaison, card, f"第{bureau.far}项 70%")
    assert (progress(town, bureau.one), progress(town, bureau.far)) == (0, 70)


def test_a_reply_with_a_figure_that_is_no_task_stays_with_the_task(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.one}")
    town.reply(liaison, card, "42个排口完成38个，余4个待迁改")
    assert reports(town, bureau.one) == [(None, "42个排口完成38个，余4个待迁改", "")]


def test_a_reply_to_a_list_is_read_line_by_line(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    mine = town.ask(liaison, "我的任务")
    liaison.reply(mine, f"{bureau.one} 60% 甲\n第{bureau.far}项 50% 乙\n{bureau.upkeep} 断面达标")
    assert len(liaison.expect_all()) == 3
    assert [progress(town, number) for number in (bureau.one, bureau.far)] == [60, 50]
    assert reports(town, bureau.upkeep) == [(None, "断面达标", "")]


def test_a_reply_to_a_list_with_a_line_that_names_no_task_records_nothing(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    mine = town.ask(liaison, "我的任务")
    said = town.reply(liaison, mine, f"{bureau.one} 60% 甲\n其他工作正常推进")
    assert "缺项号" in said.text
    assert "其他工作正常推进" in said.text
    assert reports(town, bureau.one) == []


def test_a_reply_to_a_list_without_any_number_is_asked_for_by_buttons(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    mine = town.ask(liaison, "我的任务")
    question = town.reply(liaison, mine, "62% 二标段完工")
    assert str(bureau.one) in question.labels
    recorded = town.press(liaison, question, str(bureau.one))
    assert "已记" in recorded.text
    assert reports(town, bureau.one) == [(62, "二标段完工", "")]


def test_a_reply_whose_task_has_two_measures_is_asked_twice(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    mine = town.ask(liaison, "我的任务")
    question = town.reply(liaison, mine, "62% 二标段完工")
    which = town.press(liaison, question, str(bureau.two))
    town.press(liaison, which, f"{bureau.two}.1 一期管网")
    assert reports(town, bureau.two) == [(62, "二标段完工", "")]


def test_a_reply_to_a_person_is_no_reply_to_the_bot(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    own = liaison.send("帮助")
    liaison.expect()
    assert town.reply(liaison, own, f"{bureau.one} 60%").labels == [f"记到 {bureau.one}", "取消"]


# Buttons.


def test_guided_reporting_needs_no_typing(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    mine = town.ask(liaison, "我的任务")
    guide = town.press(liaison, mine, f"报 {bureau.one}")
    assert guide.rows[0] == ["5%", "10%", "20%", "100%"]
    assert "困难" in guide.labels
    recorded = town.press(liaison, guide, "20%")
    assert "已记" in recorded.text
    guide = town.press(liaison, recorded, [label for label in recorded.labels if label.startswith("下一项")][0])
    assert progress(town, bureau.one) == 20


def test_guided_reporting_asks_for_the_measure_first(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.two}")
    which = town.press(liaison, card, "报进展")
    guide = town.press(liaison, which, f"{bureau.two}.2 二期管网")
    assert "二期管网" in guide.text
    assert "已记" in town.reply(liaison, guide, "35% 开挖").text
    assert reports(town, bureau.two) == [(35, "开挖", "")]
    assert progress(town, bureau.two) == 17


def test_every_button_that_is_shown_succeeds(town: Town, desk: tuple[Bureau, Person]) -> None:
    """Follows each button of each message it meets, a few steps deep, while the message is fresh."""
    bureau, liaison = desk
    earlier(town, liaison, {bureau.far: 50, bureau.later: 100})
    pressed: set[str] = set()
    texts = (
        "我的任务",
        f"任务 {bureau.two}",
        f"任务 {bureau.later}",
        f"任务 {bureau.far}",
        f"历史 {bureau.far}",
        "帮助",
        "周报",
    )
    waiting: list[Said] = [town.ask(liaison, text) for text in texts]
    while waiting:
        message = waiting.pop()
        for label, data in message.data.items():
            verb = ":".join(part for part in data.split(":") if not part.isdigit())
            # A finished task takes no more reports, so that would make the other buttons stale.
            if verb == "finish" or (kind := f"{verb} {message.text[:4]}") in pressed:
                continue
            pressed.add(kind)
            liaison.skip()
            try:
                answer = liaison.press(message, data=data)
            except SandboxError:
                continue  # a button before it rewrote the message
            assert answer.answered, label
            assert not answer.show_alert, f"[{label}] under {message.text!r}: {answer.text}"
            town.settle()
            waiting += liaison.expect_all(settle=0.02)
    assert len(pressed) > 25


def test_a_button_of_another_person_does_nothing_for_me(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    office = town.office()
    group = town.group("工作群", office, liaison, unit=bureau.unit)
    second = town.join(bureau.unit, name="王某")
    second.join(group)
    offer = town.ask(liaison, f"/update {bureau.two} 60% 铺管", chat=group)
    assert "给别人的" in town.refused(second, offer, f"{bureau.two}.1 一期管网")
    assert reports(town, bureau.two) == []


def test_a_stranger_who_presses_a_button_in_a_group_learns_nothing(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    stranger = town.sandbox.user("路人")
    group = town.group("群", town.office(), liaison, stranger, unit=bureau.unit)
    card = town.ask(liaison, f"/task {bureau.one}", chat=group)
    assert "受邀单位" in town.refused(stranger, card, "报进展")
    assert "受邀单位" in town.refused(stranger, card, "历史")


def test_a_button_that_has_become_stale_says_why(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.one}")
    town.ask(liaison, f"进度 {bureau.one} 100% 清淤完成")
    town.ask(liaison, f"自查完成 {bureau.one}")
    assert "已完成" in town.refused(liaison, card, "报进展")


def test_the_card_tells_what_the_task_is_and_the_same_button_repeats(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.far} 55% 主体封顶")
    card = town.ask(liaison, f"任务 {bureau.far}")
    for part in ("厂站扩建", "2023-12-31", f"牵头 {bureau.unit}", "配合 市财政局", "进度 55%", "应达 40%", "主体封顶"):
        assert part in card.text
    assert "仍 55%" in town.press(liaison, card, "无变化").text


# Edits, taking back, the other person.


def test_an_edited_message_corrects_its_report_and_both_stay_in_the_history(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.one} 40%")
    sent = liaison.send(f"进度 {bureau.one} 80% 清淤完成")
    liaison.expect("已记")
    liaison.edit(sent, f"进度 {bureau.one} 60% 清淤完成")
    said = liaison.expect("已更正")
    assert "80% → 60%" in said.text
    assert reports(town, bureau.one)[1:] == [(80, "清淤完成", "corrected"), (60, "清淤完成", "")]
    history = town.ask(liaison, f"历史 {bureau.one}").text
    assert "80%，清淤完成（后已更正）" in history
    assert "60%，清淤完成" in history


def test_an_edit_that_drops_the_figure_returns_to_the_one_before(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.one} 40%")
    sent = liaison.send(f"进度 {bureau.one} 80% 清淤完成")
    liaison.expect("已记")
    liaison.edit(sent, f"进度 {bureau.one} 清淤完成")
    liaison.expect("已更正")
    assert progress(town, bureau.one) == 40


def test_an_edit_corrects_the_right_line_of_several(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"我的任务\n进度 {bureau.one} 60%\n{bureau.far} 50% 甲\n乙")
    town.settle()
    liaison.skip()
    liaison.edit(sent, f"我的任务\n进度 {bureau.one} 60%\n{bureau.far} 70% 甲\n乙")
    liaison.expect("已更正")
    town.settle()
    assert (progress(town, bureau.one), progress(town, bureau.far)) == (60, 70)


def test_an_edit_that_changes_nothing_of_a_line_leaves_its_report(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.one} 60% 甲\n{bureau.far} 50% 乙")
    town.settle()
    liaison.skip()
    liaison.edit(sent, f"进度 {bureau.one} 60% 甲\n{bureau.far} 55% 乙")
    town.settle()
    assert [said.text[:4] for said in liaison.expect_all()] == ["已更正　"]
    assert reports(town, bureau.one) == [(60, "甲", "")]


def test_an_edit_that_names_another_task_is_refused(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.one} 60% 甲")
    liaison.expect("已记")
    liaison.edit(sent, f"进度 {bureau.far} 60% 甲")
    assert "未更正" in liaison.expect().text
    assert (progress(town, bureau.one), progress(town, bureau.far)) == (60, 0)


def test_an_edit_to_something_wrong_leaves_the_report(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.one} 60% 甲")
    liaison.expect("已记")
    liaison.edit(sent, f"进度 {bureau.one} 160% 甲")
    assert "0 到 100" in liaison.expect().text
    assert reports(town, bureau.one) == [(60, "甲", "")]


def test_an_edit_of_what_was_taken_back_stays_taken_back(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.one} 60% 甲")
    liaison.expect("已记")
    town.ask(liaison, "撤回")
    liaison.edit(sent, f"进度 {bureau.one} 65% 甲")
    town.settle()
    assert progress(town, bureau.one) == 0


def test_an_old_message_edited_later_does_not_undo_what_was_said_since(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.one} 50% 甲")
    liaison.expect("已记")
    town.ask(liaison, f"进度 {bureau.one} 70% 乙")
    liaison.edit(sent, f"进度 {bureau.one} 55% 甲")
    town.settle()
    assert progress(town, bureau.one) == 70


def test_the_last_report_can_be_taken_back_for_ten_minutes(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.one} 40%")
    said = town.ask(liaison, f"进度 {bureau.one} 90% 手滑")
    undone = town.press(liaison, said, undo_label(said))
    assert "已撤回" in undone.text
    assert progress(town, bureau.one) == 40
    assert reports(town, bureau.one)[1] == (90, "手滑", "undone")
    assert "（已撤回）" in town.ask(liaison, f"历史 {bureau.one}").text


def test_after_ten_minutes_nothing_can_be_taken_back(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    now = town.clock()
    said = town.ask(liaison, f"进度 {bureau.one} 40%")
    town.clock.set(now.replace(minute=now.minute + 11))
    assert "10 分钟" in town.ask(liaison, "撤回").text
    assert "10 分钟" in town.refused(liaison, said, undo_label(said))
    town.clock.set(now)
    assert progress(town, bureau.one) == 40


def test_an_undo_button_takes_back_its_own_report_and_no_other(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    first = town.ask(liaison, f"进度 {bureau.one} 40%")
    town.ask(liaison, f"进度 {bureau.far} 50%")
    town.press(liaison, first, undo_label(first))
    assert (progress(town, bureau.one), progress(town, bureau.far)) == (0, 50)
    assert "没有可撤回" in town.refused(liaison, first, undo_label(first))
    assert progress(town, bureau.far) == 50


def test_taking_back_takes_all_lines_of_one_message(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    liaison.send(f"进度 {bureau.one} 60%\n{bureau.far} 50%")
    liaison.expect_all()
    assert "已撤回" in town.ask(liaison, "撤回").text
    assert (progress(town, bureau.one), progress(town, bureau.far)) == (0, 0)
    assert "没有可撤回" in town.ask(liaison, "/undo").text


def test_a_colleagues_report_is_not_mine_to_take_back(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    colleague = town.join(bureau.unit)
    town.ask(colleague, f"进度 {bureau.one} 60%")
    assert "没有可撤回" in town.ask(liaison, "撤回").text
    assert progress(town, bureau.one) == 60


def test_two_people_who_report_at_once_are_both_heard(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    colleague = town.join(bureau.unit)
    messages = [
        {"user_id": person.id, "text": f"进度 {bureau.one} {percent}%"}
        for percent in range(10, 60, 10)
        for person in (liaison, colleague)
    ]
    town.sandbox.send_many(messages)
    town.settle()
    assert len(reports(town, bureau.one)) == 10
    assert {row[2] for row in reports(town, bureau.one)} == {""}


def test_nothing_changed_anywhere_in_this_town_without_a_trace(town: Town) -> None:
    """After all of the above: no update failed, no message was left unsaid, the audit chain holds."""
    from bot.usecases.auditing import verify_chain

    town.settle()
    assert {row.state for row in town.rows(Inbox)} == {"handled"}
    assert {(row.state, row.error) for row in town.rows(Outbox) if row.state != "sent"} == set()
    with town.house.looking() as act:
        assert verify_chain(act)[0] == len(town.rows(Event))
    assert len([row for row in town.rows(Event) if row.kind == "report"]) == len(town.rows(Report))


# Finishing.


def test_a_task_is_finished_only_by_its_own_check_and_finished_is_not_struck_off(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    assert "未到 100%" in town.ask(liaison, f"自查完成 {bureau.one}").text
    said = town.ask(liaison, f"进度 {bureau.one} 100% 清淤完成")
    assert "自查完成" in said.labels
    assert "完成不等于销号" in town.press(liaison, said, "自查完成").text
    assert "已完成" in town.ask(liaison, f"任务 {bureau.one}").text
    assert "已完成" in town.ask(liaison, f"进度 {bureau.one} 50%").text
    assert "已撤回" in town.ask(liaison, "撤回").text
    assert "已记" in town.ask(liaison, f"进度 {bureau.one} 50%").text


def test_upkeep_is_never_finished(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    assert "长期坚持" in town.ask(liaison, f"自查完成 {bureau.upkeep}").text


def test_a_bare_done_asks_which_of_the_two_is_meant(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, f"进度 {bureau.one} 100%")
    for typed in ("完成 {n}", "办结 {n}", "完成{n}"):
        question = town.ask(liaison, typed.format(n=bureau.one))
        assert "销号" in question.text, typed
        assert question.labels == ["自查完成", "取消"], typed
    early = town.ask(liaison, f"办结 {bureau.far}")
    assert early.labels == ["报进展", "取消"]
    assert "现为 0%" in early.text
    liaison.press(question, "自查完成")
    assert "自查完成" in liaison.expect().text


# English.


def test_a_person_who_reads_english_is_answered_in_english(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    town.ask(liaison, "/lang en")
    said = town.ask(liaison, f"/update {bureau.one} 60% dredging done")
    assert "Recorded" in said.text
    assert "60%" in said.text
    assert any(label.startswith("Undo") or "back" in label for label in said.labels)
    assert "no change" in town.ask(liaison, f"{bureau.one} no change").text.lower()
    assert "0 and 100" in town.ask(liaison, f"/update {bureau.one} 160%").text


def test_an_edit_of_a_message_nothing_came_of_counts_as_said_now(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.far} 160% 甲")
    liaison.expect("未记录")
    liaison.edit(sent, f"进度 {bureau.far} 60% 甲")
    liaison.expect("已记")
    assert reports(town, bureau.far) == [(60, "甲", "")]
    offered = liaison.send(f"{bureau.later} 50% 乙")
    liaison.expect("记这一条")
    liaison.edit(offered, f"{bureau.later} 55% 乙")
    town.press(liaison, liaison.expect("55%"), f"记到 {bureau.later}")
    assert reports(town, bureau.later) == [(55, "乙", "")]


def test_a_line_put_right_by_an_edit_is_recorded_beside_those_that_were(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"进度 {bureau.far} 60% 甲\n进度 {bureau.one} 150% 乙")
    assert [said.text[:3] for said in liaison.expect_all()] == ["已记　", "未记录"]
    liaison.edit(sent, f"进度 {bureau.far} 60% 甲\n进度 {bureau.one} 50% 乙")
    liaison.expect("已记")
    town.settle()
    assert (reports(town, bureau.far), reports(town, bureau.one)) == ([(60, "甲", "")], [(50, "乙", "")])


def test_an_edited_command_that_is_no_report_is_not_carried_out_and_says_so(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    sent = liaison.send(f"困难 {bureau.far} 资金未到位")
    liaison.expect("已记")
    liaison.edit(sent, f"困难 {bureau.far} 资金和用地未到位")
    liaison.expect("请重新发一条")


def test_the_rest_is_offered_behind_the_lines_of_the_same_message_and_without_their_tasks(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    earlier(town, liaison, {bureau.far: 50, bureau.later: 60, bureau.one: 40})
    town.settle()
    liaison.skip()
    liaison.send(f"{bureau.one} 45% 甲\n{bureau.far} 55% 乙\n其余 3 项无变化")
    both, rest = liaison.expect_all()
    assert "读到 2 项" in both.text
    assert "其余 1 项无变化？" in rest.text
    assert f"{bureau.later} 60%" in rest.text
    town.press(liaison, rest, "1 项无变化")
    liaison.skip()
    liaison.send(f"进度 {bureau.one} 46% 丙\n其余无变化。")
    recorded, none_left = liaison.expect_all()
    assert "46%" in recorded.text
    assert "丙”" in recorded.text
    assert f"{bureau.two}、{bureau.late}" in none_left.text
    assert progress(town, bureau.far) == 50


def test_a_reply_to_a_list_may_end_with_the_rest(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    earlier(town, liaison, {bureau.far: 50, bureau.later: 60})
    listed = town.ask(liaison, "我的任务")
    liaison.reply(listed, f"{bureau.one} 45% 甲\n其余 2 项无变化")
    recorded, rest = liaison.expect_all()
    assert "45%" in recorded.text
    assert rest.text.startswith("其余 2 项无变化？")
    # What is not on the list that was shown is not reported by its button.
    town.ask(liaison, f"{bureau.far} 无变化")
    assert f"1 项无变化：{bureau.later}" in town.press(liaison, rest, "2 项无变化").text


def test_a_command_in_a_reply_need_not_repeat_the_number(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    card = town.ask(liaison, f"任务 {bureau.far}")
    for typed, answered in (
        ("进度 72% 继续", "72%"),
        ("困难 管线未迁", "管线未迁"),
        ("历史", "历史"),
        ("佐证", "佐证"),
        ("签收", f"此前已签收：{bureau.far}"),
        ("延期 2024-06-30 招标流标", "2023-12-31 → 2024-06-30"),
        ("办结", "自查完成，还是申请销号"),
        ("为何", "为何提醒"),
    ):
        said = town.reply(liaison, card, typed).text
        assert answered in said, typed
        assert str(bureau.far) in said, typed


def test_a_report_without_a_number_is_offered_for_the_tasks_its_words_are_like(
    town: Town, desk: tuple[Bureau, Person]
) -> None:
    bureau, liaison = desk
    for typed in ("进度 60% 清淤完成", "/update 60% 清淤完成", "60% 清淤完成"):
        said = town.ask(liaison, typed)
        for part in ("缺项号", "读到：60%，“清淤完成”", f"1 项相符：{bureau.one} 河道清淤", f"进度 {bureau.one} 60%"):
            assert part in said.text, typed
        assert said.labels == [f"记到 {bureau.one}", "取消"], typed
    recorded = town.press(liaison, said, f"记到 {bureau.one}")
    assert (recorded.id, recorded.edited) == (said.id, True)
    assert reports(town, bureau.one) == [(60, "清淤完成", "")]
    assert town.ask(liaison, "进度 60% 已开工").labels == []


def test_the_end_of_the_week_or_month_may_be_asked_by_its_word(town: Town, desk: tuple[Bureau, Person]) -> None:
    for typed, shown in (("到期 本周", "6月19日前到期"), ("/due 本月", "6月30日前到期")):
        assert shown in town.ask(desk[1], typed).text


def test_no_change_of_a_task_is_said_of_each_measure_that_has_a_figure(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    assert "还没有报过" in town.ask(liaison, f"{bureau.two} 无变化").text
    town.ask(liaison, f"进度 {bureau.two}.1 40%")
    town.ask(liaison, f"进度 {bureau.two}.2 50%")
    said = town.ask(liaison, f"{bureau.two} 无变化")
    for part in ("已记", f"{bureau.two}.1 {bureau.two}.2", "无变化", "任务进度 45%"):
        assert part in said.text
    assert [(percent, ended) for percent, _, ended in reports(town, bureau.two)] == [(p, "") for p in (40, 50, 40, 50)]
    town.press(liaison, said, undo_label(said))
    assert [ended for _, _, ended in reports(town, bureau.two)] == ["", "", "undone", "undone"]


def test_marks_nobody_sees_and_the_bots_own_name_hide_no_command(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    for typed in (
        f"\u200b进度 {bureau.far} 60%",
        f"\ufeff进度\u200b {bureau.far} 61%",
        f"@{town.sandbox.bot_username} 周报",
    ):
        assert "没有读懂" not in town.ask(liaison, typed).text, typed
    assert progress(town, bureau.far) == 61


def test_a_date_of_another_year_is_said_with_its_year(town: Town, desk: tuple[Bureau, Person]) -> None:
    bureau, liaison = desk
    assert "2023年12月31日到期" in town.ask(liaison, f"进度 {bureau.far} 5%").text
    assert "2023年6月13日前到期" in town.ask(liaison, "/due 365").text
    assert "读不懂“999999999”" in town.ask(liaison, "/due 999999999").text
