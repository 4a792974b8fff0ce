"""Not hearing for a while, why a reminder came, and the day's message that keeps up with its reader."""

from collections.abc import Iterator

import pytest
from town import Town, a_town


@pytest.fixture
def town() -> Iterator[Town]:
    with a_town() as town:
        yield town


def test_a_snoozed_task_is_left_out_until_the_day_has_passed(town: Town) -> None:
    chen = town.join("市水务局")
    town.travel("06-14 08:30")
    said = town.ask(chen, "缓提醒 31 1天")
    assert "不再提醒" in said.text
    town.travel("06-14 09:00")
    said = chen.expect("6月14日")
    assert "再生水管网" not in said.text
    assert "31" not in said.text
    assert "报 31" not in said.labels
    town.travel("06-16 09:00")
    assert "再生水管网" in chen.expect("6月16日").text


def test_a_snooze_is_limited_and_never_silences_what_is_overdue(town: Town) -> None:
    wang = town.join("市城市管理委")
    chen = town.join("市水务局")
    assert "已超期，不能缓提醒" in town.ask(wang, "/snooze 18 1d").text
    assert "最多 3 天" in town.ask(chen, "/snooze 31 9d").text
    assert "不能缓到那天" in town.ask(chen, "缓提醒 7 2天").text
    town.ask(chen, "/snooze 31")
    town.ask(chen, "/snooze 31")
    assert "已缓过 2 次" in town.ask(chen, "/snooze 31").text


def test_muting_shows_what_it_silences_and_keeps_red_loud(town: Town) -> None:
    wang = town.join("市城市管理委")
    said = town.ask(wang, "静音 3天")
    assert "已静音" in said.text
    assert "18 不静音" in said.text
    town.travel("06-14 09:00")
    assert "渗滤液" in wang.expect("6月14日").text


def test_a_muted_person_gets_one_message_afterwards(town: Town) -> None:
    chen = town.join("市水务局")
    town.ask(chen, "/mute 3d")
    town.travel("06-15 12:00")
    chen.expect_nothing(0.3)
    town.travel("06-16 09:00")
    assert "6月16日" in chen.expect().text


def test_after_weeks_away_the_message_says_what_was_missed(town: Town) -> None:
    chen = town.join("市水务局")
    town.go("06-13 12:01")
    chen.skip()
    town.go("07-05 10:00")
    said = chen.expect("7月5日")
    assert "机器人停过，漏下的并入本条：" in said.text
    assert "07 到期前 1、0 天，超期 1、3、7 天；" in said.text
    assert "催报 5 次" in said.text
    chen.expect_nothing(0.2)


def test_why_names_the_rule_the_facts_and_the_next_dates(town: Town) -> None:
    chen = town.join("市水务局")
    town.travel("06-14 09:00")
    chen.skip()
    said = town.ask(chen, "为何 7")
    assert "滞后：进度 0%" in said.text
    assert "到期前 1 天的提醒（07.1，2022-06-15）" in said.text
    assert "接下来：6月15日（到期）" in said.text
    assert said.text.partition("接下来：")[2].count("月") == 5
    assert "6月17日（截数）" in said.text


def test_the_button_under_the_daily_message_asks_which_task(town: Town) -> None:
    chen = town.join("市水务局")
    town.travel("06-14 09:00")
    asked = town.press(chen, chen.expect("6月14日"), "为何提醒")
    assert "07" in asked.labels
    assert "独流减河清淤" in town.press(chen, asked, "07").text


def test_a_strangers_task_is_not_explained(town: Town) -> None:
    zhao = town.join("武清区")
    assert "没有第 18 项" in town.ask(zhao, "/why 18").text


def test_the_days_message_is_rewritten_when_its_reader_has_reported(town: Town) -> None:
    chen = town.join("市水务局")
    town.travel("06-14 09:00")
    daily = chen.expect("6月14日")
    assert "07 06-15 0%" in daily.text
    town.ask(chen, "进度 7 62% 清淤过半")
    town.call(town.node.ask())
    town.call(town.node.delivery.idle())
    now = chen.again(daily)
    assert now.edited
    assert "07 06-15 62%" in now.text
    before = len(list(chen.messages()))
    town.call(town.node.ask())
    assert len(list(chen.messages())) == before


def test_quiet_hours_are_set_shown_and_say_what_they_hold_back(town: Town) -> None:
    wang = town.join("市城市管理委")
    assert "每日消息 09:00　免打扰 22:00–08:00" in town.ask(wang, "/quiet").text
    said = town.ask(wang, "免打扰 21:00-07:30")
    assert "免打扰 21:00–07:30" in said.text
    assert "这段时间和休息日不推送每日消息、督办单、催办和通报" in said.text
    assert "超期的 18 只推迟，不取消" in said.text
    assert "每日消息 06:00（在免打扰时段内，改为 07:30 发）" in town.ask(wang, "/quiet daily 06:00").text
    town.travel("06-14 07:30")
    assert "渗滤液" in wang.expect("6月14日").text
    assert "免打扰 已关闭" in town.ask(wang, "免打扰 关").text
