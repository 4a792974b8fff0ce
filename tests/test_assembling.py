"""A lead assembles what its districts said: as it stands, in its own words, and never behind their back."""

from collections.abc import Iterator

import pytest
from town import Town, a_town

from bot.domain.ledger import Report
from bot.sandbox.client import Person

PLAN = """整改方案（汇总）
印发日期：2021年5月20日
序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限
5,河道清淤,淤积,通畅,清淤,市水务局,北辰区、武清区,,,市生态环境局,2023年12月31日前
6,排口整治,不清,建档,（1）排查（市水务局，2023年6月17日前）；（2）整治（北辰区，2023年6月17日前）；（3）整治（武清区，2023年6月17日前）,市水务局,,,,市生态环境局,2023年6月17日前
8,再生水管网,不足,建成,管网,市水务局,,,,市生态环境局,2023年6月17日前
"""


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan=PLAN) as found:
        yield found


@pytest.fixture(scope="module")
def lead(town: Town) -> Person:
    return town.join("市水务局")


@pytest.fixture(scope="module")
def districts(town: Town) -> tuple[Person, Person]:
    return town.join("北辰区"), town.join("武清区")


def said_of(town: Town, number: int, person: str) -> list[str]:
    with town.house.looking() as act:
        units = dict(act.names)
    tasks = {5: 1, 6: 2, 8: 3}
    return [row.text for row in town.rows(Report) if row.task_id == tasks[number] and units[row.unit_id] == person]


def test_the_draft_holds_each_districts_words_and_who_owes_a_report(
    town: Town, lead: Person, districts: tuple[Person, Person]
) -> None:
    assert "还没有文字" in town.ask(lead, "汇总 5").text
    town.ask(districts[0], "进度 5 70% 一标段完成")
    draft = town.ask(lead, "汇总 5")
    assert "北辰区 70%　6月13日报：一标段完成" in draft.text
    assert "武清区　⚪ 本期未报送" in draft.text
    assert draft.labels == ["照此报送", "催报"]
    sent = town.press(lead, draft, "照此报送")
    assert "已汇总报送" in sent.text
    assert "未报送：武清区" in sent.text
    assert said_of(town, 5, "市水务局") == ["北辰区70%：一标段完成"]
    # The figure stays the mean of the two.
    assert "进度 35%" in town.ask(lead, "任务 5").text


def test_a_draft_that_a_district_has_overtaken_is_shown_anew(
    town: Town, lead: Person, districts: tuple[Person, Person]
) -> None:
    old = town.ask(lead, "/assemble 5")
    town.ask(districts[1], "进度 5 40% 围堰完成")
    assert "刚有单位补报" in town.refused(lead, old, "照此报送")
    new = town.ask(lead, "汇总 5")
    assert "武清区 40%　6月13日报：围堰完成" in new.text
    assert new.labels == ["照此报送"]


def test_a_reply_is_the_leads_own_wording(town: Town, lead: Person, districts: tuple[Person, Person]) -> None:
    town.ask(districts[0], "进度 5 75% 二标段进场")
    draft = town.ask(lead, "汇总 5")
    assert "已记" in town.reply(lead, draft, "两区均已进场，计划汛前完成").text
    assert said_of(town, 5, "市水务局")[-1] == "两区均已进场，计划汛前完成"


def test_each_measure_gets_its_own_units_words(town: Town, lead: Person, districts: tuple[Person, Person]) -> None:
    town.ask(districts[0], "进度 6 50% 完成21个排口")
    town.ask(districts[1], "进度 6 30% 完成9个排口")
    sent = town.press(lead, town.ask(lead, "汇总 6"), "照此报送")
    assert "6.2 “北辰区50%：完成21个排口”" in sent.text
    assert said_of(town, 6, "市水务局") == ["北辰区50%：完成21个排口", "武清区30%：完成9个排口"]


def test_silent_districts_are_urged_from_the_draft(town: Town, lead: Person, districts: tuple[Person, Person]) -> None:
    town.travel("06-21 12:00")
    districts[0].skip()
    town.press(lead, town.ask(lead, "汇总 5"), "催报")
    assert "催办" in districts[0].expect("催办").text


def test_only_a_lead_with_others_under_it_assembles(town: Town, lead: Person, districts: tuple[Person, Person]) -> None:
    assert "汇总" in town.ask(lead, "任务 5").labels
    assert "汇总" not in town.ask(districts[0], "任务 5").labels
    assert "牵头" in town.ask(districts[0], "汇总 5").text
    assert "没有可汇总的" in town.ask(lead, "汇总 8").text
    assert "汇总" not in town.ask(lead, "任务 8").labels
