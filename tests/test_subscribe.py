"""Digests at one's own hour: for people and groups, with a scope, rested and ended by buttons."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from town import PLAN, SHANGHAI, Town, a_town

from bot.domain.post import Outbox
from bot.sandbox.client import Person


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town() as found:
        yield found


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.office()


@pytest.fixture(scope="module")
def liaison(town: Town) -> Person:
    return town.join("市水务局")


@pytest.mark.parametrize(
    ("text", "answer", "next_"),
    [
        ("订阅 每天 18:30", "每日", "6月13日 18:30"),
        ("/subscribe daily 08:30", "每日", "6月14日 08:30"),
        ("订阅 每周 周三 10:00 武清区", "武清区", "6月15日 10:00"),
        ("/subscribe weekly fri 08:00 plan 1", "整改方案（测试）", "6月17日 08:00"),
        ("订阅 每月 3 09:00", "每月", "7月4日 09:00"),  # 3 July 2022 is a Sunday
        ("订阅 每周 星期日 09:00", "每周日", "6月20日 09:00"),
    ],
)
def test_the_answer_shows_what_comes_and_when_next(
    town: Town, office: Person, text: str, answer: str, next_: str
) -> None:
    said = town.ask(office, text).text
    assert answer in said
    assert f"下次 2022年{next_}" in said
    town.ask(office, "退订")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("订阅 每小时", "每小时"),
        ("订阅 每月 31 09:00", "31"),
        ("订阅 每周 周一 25:00", "25:00"),
        ("订阅 每周 09:00 北辰区", "本单位"),
        ("订阅 每周 09:00 全部", "本单位"),
        ("订阅 每周 09:00 方案9", "本单位"),
    ],
)
def test_a_liaison_gets_only_what_can_be_asked(town: Town, liaison: Person, text: str, answer: str) -> None:
    said = town.ask(liaison, text).text
    assert answer in said
    assert "已订阅" not in said
    assert "市水务局" in town.ask(liaison, "订阅 每周 周一 09:00").text


def test_the_list_rests_takes_up_and_ends_by_buttons(town: Town, office: Person) -> None:
    town.ask(office, "退订")
    town.ask(office, "订阅 每周 周一 09:00")
    town.ask(office, "订阅 每周 周二 09:00 武清区")
    shown = town.ask(office, "订阅")
    assert shown.rows == [["暂停 1", "退订 1"], ["暂停 2", "退订 2"]]
    rested = town.press(office, shown, "暂停 2")
    assert rested.edited
    assert "武清区　已暂停" in rested.text
    assert rested.rows[1] == ["恢复 2", "退订 2"]
    assert "已暂停" not in town.press(office, rested, "恢复 2").text
    left = town.press(office, rested, "退订 1")
    assert "武清区" in left.text
    assert len(left.rows) == 1
    assert "没有订阅" in town.press(office, left, "退订 1").text


def test_in_a_unit_s_group_only_who_asked_may_end_it(town: Town, office: Person, liaison: Person) -> None:
    other = town.join("市水务局", name="另一人")
    group = town.group("水务局整改群", office, liaison, other, unit="市水务局")
    shown = town.ask(liaison, "/subscribe weekly mon 09:00", chat=group)
    assert "市水务局" in shown.text
    assert "不能这样做" in town.refused(other, shown, "退订")
    assert "没有订阅" in town.press(liaison, shown, "退订").text


# The clock.


def sent(town: Town, person: Person) -> list[tuple[str, str]]:
    """(kind, local moment) of every digest the person's chat got by subscription."""
    rows = [row for row in town.rows(Outbox) if row.chat_id == person.id and row.key.startswith("subscription:")]
    return [(row.kind, town.house.office.local(row.created_at).strftime("%m-%d %H:%M")) for row in rows]


FAR = PLAN.split("\n")[:3]
CALM = "\n".join([*FAR, "7,清淤,淤积,通畅,清淤,市水务局,,,,市生态环境局,2029年12月31日前"])


def test_nothing_to_say_is_one_line_a_week_and_silence_a_day() -> None:
    with a_town(plan=CALM, now=datetime(2022, 5, 9, 9, tzinfo=SHANGHAI)) as town:
        office, leader = town.office(), town.join("市政府", "leader")
        with town.house.acting(town.clock()) as act:
            act.session.connection().exec_driver_sql("UPDATE task SET cadence = 'quarterly'")
            act.session.connection().exec_driver_sql("UPDATE plan SET issued = '2022-05-01'")
        town.ask(office, "订阅 每天 10:00")
        town.ask(leader, "订阅 每周 周三 10:00")
        paused = town.ask(leader, "订阅 每月 15 11:00")
        town.press(leader, paused, "暂停")
        town.travel("05-20 12:00")
        assert sent(town, office) == []
        assert sent(town, leader) == [("nothing_new", "05-11 10:00"), ("nothing_new", "05-18 10:00")]
        said = [message.text for message in leader.messages() if "系统正常运行" in message.text]
        assert len(said) == 2
        assert "下次 2022年5月25日 10:00" in said[-1]


def test_downtime_leaves_one_digest_and_rest_days_shift_it() -> None:
    with a_town(now=datetime(2022, 9, 26, 9, tzinfo=SHANGHAI)) as town:
        leader = town.join("市政府", "leader")
        town.ask(leader, "订阅 每周 周一 10:00")
        town.go("10-20 09:00")
        town.go("10-20 09:01")
        assert [kind for kind, _ in sent(town, leader)] == ["bulletin"]
