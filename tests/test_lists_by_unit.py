"""条块: every list by who leads, by the districts that do the work, or of one unit."""

from collections.abc import Iterator

import pytest
from town import Town, a_town

from bot.sandbox.client import Person


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town() as town:
        yield town


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.office()


def test_a_list_by_lead_and_by_district_names_each_group_with_its_count(town: Town, office: Person) -> None:
    plain = town.ask(office, "我的任务")
    assert plain.labels[-2:] == ["按牵头", "按区"]
    by_lead = town.press(office, plain, "按牵头").text
    assert "市水务局　4 项\n" in by_lead
    assert "市城市管理委　1 项\n18" in by_lead
    by_district = town.ask(office, "我的任务 按区")
    assert "北辰区　1 项\n12" in by_district.text
    assert "武清区　2 项\n12" in by_district.text, "a shared task stands once under each"
    assert by_district.text.index("武清区") < by_district.text.index("其他"), "what no district does stands last"
    assert "其他" not in town.press(office, by_district, "按缓急").text


def test_due_and_overdue_by_group_and_of_one_unit(town: Town, office: Person) -> None:
    assert "北辰区　1 项" in town.ask(office, "到期 30 按区").text
    assert "市水务局　3 项" in town.ask(office, "/due 30 lead").text
    of_one = town.ask(office, "到期 365 武清区").text
    assert [number for number in ("07", "12", "23", "31") if f"\n{number} " in of_one] == ["12", "23"]
    assert "市城市管理委　1 项\n18" in town.ask(office, "超期 条").text
    assert "没有超期" in town.ask(office, "超期 武清区").text
    assert "12" in town.ask(office, "本周到期 武清区").text


def test_a_unit_sees_its_own_by_group_and_nobody_elses(town: Town) -> None:
    liaison = town.join("市水务局")
    assert "北辰区　1 项" in town.ask(liaison, "我的任务 按区").text
    assert "只能" in (said := town.ask(liaison, "超期 武清区").text) or "本单位" in said
    assert "按牵头" not in town.ask(liaison, "我的任务").labels


def test_pages_of_a_view_turn_within_it(town: Town, office: Person) -> None:
    town.bring(
        "整改方案（翻页）\n印发日期：2021年5月20日\n序号,反馈问题,整改措施,责任单位,整改时限\n"
        + "\n".join(f"{n},问题{n},整改{n},{'宁河区' if n % 2 else '宝坻区'},2022年12月31日前" for n in range(101, 115))
    )
    first = town.ask(office, "我的任务 按区")
    second = town.press(office, first, "下一页")
    assert "宁河区" in first.text + second.text
    assert "第 2/" in second.text
    assert "上一页" in second.labels
