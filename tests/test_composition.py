"""看构成: every number of a bulletin or list opens the tasks behind it, as of its moment, and the sums add up."""

import re
from collections.abc import Iterator

import pytest
from town import NOON, Town, a_plan_of, a_town

from bot.domain.composition import tasks_behind
from bot.domain.digest import TOTALS
from bot.sandbox.client import Person
from bot.usecases.composition import composition, numbers, units
from bot.usecases.digest import digest_at

SUM = re.compile(r"(\d+)(?: 项次)? = (.+)")


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=a_plan_of(5)) as running:
        yield running


@pytest.fixture(scope="module")
def leader(town: Town) -> Person:
    return town.join("市政府", "leader")


def test_every_number_of_the_bulletin_opens_as_many_tasks_as_it_says(town: Town, leader: Person) -> None:
    bulletin = town.ask(leader, "周报")
    menu = town.press(leader, bulletin, "看构成")
    counted = {label.rpartition(" ")[0]: int(label.rpartition(" ")[2]) for label in menu.labels if label[-1].isdigit()}
    assert {"全部", "未完成", "超期", "已到期", "未按期", "30日内到期", "未报送"} <= set(counted)
    for name, count in counted.items():
        page = town.press(leader, menu, f"{name} {count}")
        first = int(re.search(r" (\d+)　", page.text)[1])  # type: ignore[index]
        cards = sum(label.isdigit() for label in page.labels)
        assert cards == min(first, 10), name
        if name != "未报送":
            assert first == count, name
        for total, sum_ in SUM.findall(page.text):
            for each in f"{total} = {sum_}".split("；"):
                left, right = each.split(" = ")
                assert int(left) == sum(map(int, re.findall(r" (\d+)(?= \+|$)", right))), each
        menu = town.press(leader, page, "全部数字")


def test_a_long_list_turns_its_pages_and_opens_a_card(town: Town, leader: Person) -> None:
    menu = town.press(leader, town.ask(leader, "周报"), "看构成")
    first = town.press(leader, menu, "全部 30")
    assert "第 1/3 页" in first.text
    second = town.press(leader, first, "下一页")
    assert "第 2/3 页" in second.text
    number = next(label for label in second.labels if label.isdigit())
    assert f"{number} " in town.press(leader, second, number).text


def test_what_a_button_shows_is_as_of_its_moment(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    bulletin = town.ask(leader, "周报")
    town.clock.set(NOON.replace(hour=14))
    town.ask(liaison, f"进度 {bureau.late} 100% 处置完成")
    town.ask(liaison, f"自查完成 {bureau.late} 处置完成")
    menu = town.press(leader, bulletin, "看构成")
    assert "完成 0 " in menu.text
    assert not any(label.startswith("完成") for label in menu.labels)
    newer = town.press(leader, town.ask(leader, "周报"), "看构成")
    finished = town.press(leader, newer, "完成 1")
    assert f"转入 {bureau.late}" in finished.text


def test_lists_are_questioned_too_and_a_unit_sees_its_own_only(town: Town, leader: Person) -> None:
    for command, opens in (("超期", "超期 "), ("到期 30", "30日内到期 10"), ("谁没报", "未报送 ")):
        page = town.press(leader, town.ask(leader, command), "看构成")
        assert page.text.startswith(opens), command
        assert not page.edited, "the list itself stays"
    by_unit = town.press(leader, town.ask(leader, "排名"), "看构成")
    name = next(label for label in by_unit.labels if label.endswith("0/6"))
    assert name.removesuffix(" 0/6") in town.press(leader, by_unit, name).text


def test_a_leaders_reply_to_the_tasks_behind_a_number_is_an_instruction(town: Town, leader: Person) -> None:
    bureau, liaison = town.bureau()
    page = town.press(leader, town.ask(leader, "超期"), "看构成")
    assert "已记" in town.reply(leader, page, f"{bureau.late} 请周三前报时间表").text
    assert "请周三前报时间表" in liaison.expect("批示").text
    assert "这是哪一项的" in town.reply(leader, page, "3天内报来").text


def test_in_a_group_the_answer_is_for_the_asker_alone_and_within_their_rights(town: Town, leader: Person) -> None:
    _, liaison = town.bureau()
    group = town.group("整改办群", town.office(), leader, liaison, unit="")
    bulletin = town.ask(leader, "/digest", chat=group)
    assert "只能看本单位" in town.refused(liaison, bulletin, "看构成")
    leader.skip()
    leader.press(bulletin, "看构成")
    assert leader.expect("看构成").chat_id == leader.id


def test_the_rule_and_the_totals_agree(town: Town) -> None:
    with town.house.acting(town.clock()) as act:
        found = digest_at(act, act.now)
        for name in TOTALS:
            assert len(tasks_behind(name, found, act.office)) == found.totals[name]
        counts = numbers(act, act.now, "all")["counts"]
        assert all(len(composition(act, act.now, n)["tasks"]) == counts[n] for n in counts if n != "unreported")
        assert composition(act, act.now, "unreported")["of"] == counts["unreported"]
        assert sum(line["tasks"] for line in units(act, act.now)["units"]) == found.totals["tasks"]
        with pytest.raises(ValueError, match="nonsense"):
            composition(act, act.now, "nonsense")
