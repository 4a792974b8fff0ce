"""Indicators by chat: set by the office, reported by the units, and what they mean for the close-out."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from cast import PLAN, Cast, a_cast, finished

from bot.domain.indicators import IndicatorValue, Target, read_target, read_value

# One task for each test that would stand in another's way.
MORE = "".join(
    f"{number},{title},{title}问题,{title}目标,{title},武清区,,,,市生态环境局,2022年6月30日前\n"
    for number, title in ((7, "再生水"), (8, "空气质量"), (9, "湿地"), (10, "近岸海域"))
)


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    with a_cast(PLAN + MORE) as found:
        yield found


@pytest.mark.parametrize(
    ("text", "name", "at_least", "number", "measured_in"),
    [
        ("再生水利用率 ≥ 90%", "再生水利用率", True, "90", "%"),
        ("再生水利用率不低于９０％", "再生水利用率", True, "90", "%"),
        ("PM2.5 at most 39 µg/m³", "PM2.5", False, "39", "µg/m³"),
        ("优良断面 >= 15", "优良断面", True, "15", ""),
        ("湿地面积：至少 1,875.5 平方公里", "湿地面积", True, "1875.5", "平方公里"),
    ],
)
def test_a_target_is_read_as_it_is_written(text: str, name: str, at_least: bool, number: str, measured_in: str) -> None:
    assert read_target(text) == Target(name, at_least, Decimal(number), measured_in)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("87.5", ("", "87.5", "", "")),
        ("87.5%原因：管网未通", ("", "87.5", "%", "管网未通")),
        ("PM2.5 35", ("PM2.5", "35", "", "")),
        ("pm2.5：35 µg/m³ reason dust", ("PM2.5", "35", "µg/m³", "dust")),
        ("优良断面 15 个", ("优良断面", "15", "个", "")),
        ("大概差不多", None),
        ("87.5% 已完成", None),
    ],
)
def test_a_value_is_read_with_its_name_and_reason(text: str, read: tuple[str, str, str, str] | None) -> None:
    found = read_value(text, ["PM2.5"])
    assert read == (found and (found.name, str(found.number), found.measured_in, found.reason))


def test_an_indicator_short_of_its_target_keeps_the_close_out_back_until_it_is_explained(cast: Cast) -> None:
    assert "≥ 90%" in cast.ask(cast.office, "指标 5 设 再生水利用率 ≥ 90%")
    assert "≤ 3 毫克" in cast.ask(cast.office, "/indicator 5 set 氨氮 <= 3 毫克")
    finished(cast)
    refused = cast.ask(cast.water, "申请销号 5")
    assert "再生水利用率 未报（目标 ≥ 90%）" in refused
    assert "氨氮 未报" in refused
    assert "已达到" in cast.ask(cast.district, "指标 5 氨氮 2.4")
    short = cast.ask(cast.district, "指标 5 再生水利用率 87.5%")
    assert "未达到" in short
    assert "原因" in short
    refused = cast.ask(cast.water, "申请销号 5")
    assert "87.5%" in refused
    assert "氨氮" not in refused
    assert cast.state()[0] == "finished"
    assert "原因：管网未通" in cast.ask(cast.water, "指标 5 再生水 87.5 原因 管网未通")

    # Who agrees and who verifies see them; from then on they stay as they are.
    assert "已申请销号" in cast.ask(cast.water, "申请销号 5")
    for person, asked in ((cast.water_head, "请同意"), (cast.verifier, "请核查")):
        seen = cast.told(person, asked).text
        assert "再生水利用率 87.5%，目标 ≥ 90%，未达到（原因：管网未通）" in seen
        assert "氨氮 2.4 毫克，目标 ≤ 3 毫克，已达到" in seen
        cast.ask(person, "同意 5")
    before = cast.state()
    assert "不再变动" in cast.ask(cast.district, "指标 5 再生水利用率 95")
    assert "不再变动" in cast.ask(cast.office, "指标 5 设 再生水利用率 ≥ 80%")
    assert cast.state() == before
    assert "退回" in cast.ask(cast.office, "退回 5 照片不清")
    assert "已达到" in cast.ask(cast.district, "指标 5 再生水利用率 95")


def test_values_are_a_history_with_who_and_when(cast: Cast) -> None:
    cast.ask(cast.office, "指标 7 设 利用率 ≥ 50%")
    for value in (20, 30, 45):
        assert f"{value}%" in cast.ask(cast.district, f"指标 7 {value}")
    assert [row.value for row in cast.town.rows(IndicatorValue)][-3:] == ["20", "30", "45"]
    card = cast.ask(cast.district, "任务 7")
    assert "指标 利用率 45%，目标 ≥ 50%，未达到" in card
    assert "20%" not in card
    told = cast.ask(cast.office, "历史 7")
    assert all(f"指标 利用率 {value}%　武清区" in told for value in (20, 30, 45))
    assert "指标 利用率 目标 ≥ 50%" in told
    assert "指标报数" in cast.ask(cast.office, "审计 7")
    assert "利用率 45%" in cast.ask(cast.district, "指标")
    assert "利用率" in cast.ask(cast.office, "/indicator")


def test_a_value_without_a_name_asks_of_which_and_counts_once(cast: Cast) -> None:
    cast.ask(cast.office, "指标 8 设 PM2.5 ≤ 39 µg/m³")
    cast.ask(cast.office, "指标 8 优良天数 ≥ 264 天")
    count = len(cast.town.rows(IndicatorValue))
    asked = cast.town.ask(cast.district, "指标 8 41 原因 沙尘天气")
    assert "哪个指标" in asked.text
    assert len(cast.town.rows(IndicatorValue)) == count
    kept = cast.press(cast.district, asked, "PM2.5")
    assert "PM2.5 41 µg/m³，目标 ≤ 39 µg/m³，未达到（原因：沙尘天气）" in kept
    assert len(cast.town.rows(IndicatorValue)) == count + 1
    # The unit of measurement says which, too.
    assert "优良天数 270 天，目标 ≥ 264 天，已达到" in cast.ask(cast.district, "指标 8 270天")


def test_a_new_target_asks_for_its_own_reason_and_a_dropped_one_for_nothing(cast: Cast) -> None:
    cast.ask(cast.office, "指标 9 设 湿地面积 ≥ 800 公顷")
    assert "已是" in cast.ask(cast.office, "指标 9 设 湿地面积 ≥ 800 公顷")
    cast.ask(cast.district, "指标 9 780 原因 汛期")
    cast.ask(cast.district, "进度 9 100% 已完成")
    cast.photo(cast.district, 9, 77)
    cast.ask(cast.district, "自查完成 9")
    assert "780 公顷，目标 ≥ 875 公顷，未达到" in cast.ask(cast.office, "指标 9 设 湿地面积 ≥ 875 公顷")
    assert "湿地面积 780 公顷（目标 ≥ 875 公顷）" in cast.ask(cast.district, "申请销号 9")
    assert "没有这个指标" in cast.ask(cast.office, "指标 9 取消 绿地")
    assert "已取消" in cast.ask(cast.office, "指标 9 取消 湿地面积")
    assert "已申请销号" in cast.ask(cast.district, "申请销号 9")


def test_only_the_office_sets_and_only_who_does_the_work_reports(cast: Cast) -> None:
    assert "没有设指标" in cast.ask(cast.district, "指标 10 70.4")
    cast.ask(cast.office, "指标 10 设 优良水质 ≥ 70.4%")
    before = cast.state(10)
    for person in (cast.district, cast.verifier, cast.leader):
        assert "已定" not in cast.ask(person, "指标 10 设 优良水质 ≥ 10%")
    for person in (cast.water, cast.verifier, cast.leader, cast.office):
        assert "已记" not in cast.ask(person, "指标 10 99%")
    assert "没有第 10 项" in cast.ask(cast.water, "指标 10")
    assert "请写数值" in cast.ask(cast.district, "指标 10 快好了")
    assert "单位不符" in cast.ask(cast.district, "指标 10 3 微克")
    assert "请写名称" in cast.ask(cast.office, "指标 10 设 优良水质")
    assert cast.state(10) == before
