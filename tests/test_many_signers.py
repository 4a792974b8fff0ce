"""联签 of one step by sixteen units: asked once, in any order, counted, folded, reminded, and the silent ones named."""

import tomllib

from town import Town, a_town

from bot.sandbox.client import Person
from bot.sandbox.images import plain_png
from bot.settings import shipped

DISTRICTS = tomllib.loads(shipped("units.toml").read_text(encoding="utf-8"))["district"]
NAMES = list(DISTRICTS)[:16]
PLAN = f"""整改方案（测试）
印发日期：2021年5月20日
序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限
5,入河排口,排口未整治,全部整治,排口整治,市水务局,{"、".join(NAMES)},,,市生态环境局,2022年6月30日前
"""


def ask(town: Town, person: Person, text: str) -> str:
    town.settle()
    return town.ask(person, text).text


def told(town: Town, person: Person, words: str) -> list[str]:
    town.settle()
    return [said.text for said in person.messages() if words in said.text]


def test_sixteen_heads_sign_one_step_without_drowning_anybody() -> None:
    assert len(NAMES) == 16
    with a_town(plan=PLAN) as town:
        water_head, water = town.join("市水务局", "head"), town.join("市水务局")
        verifier, office, leader = town.join("市生态环境局", "verifier"), town.office(), town.join("市领导", "leader")
        heads = [town.join(name, "head") for name in NAMES[:14]]
        assert "已记" in ask(town, water, "进度 5 100% 全市排口整治完成")
        water.photo(plain_png(40, 30, 7), caption="佐证 5")
        ask(town, water_head, "自查完成 5")
        ask(town, water_head, "申请销号 5")
        ask(town, verifier, "同意 5")
        ask(town, office, "同意 5")
        town.go("06-28 09:30")
        town.travel("06-28 09:31")

        # Everybody is asked once, and the two units without anybody are said to the office in one message.
        assert all(len(told(town, head, "请联签")) == 1 for head in heads)
        assert "本步 16 家，先后不限" in told(town, heads[0], "请联签")[0]
        (stuck,) = told(town, office, "联签卡住")
        assert NAMES[14] in stuck
        assert NAMES[15] in stuck
        for n, head in enumerate(reversed(heads), 1):
            assert f"{n}/19" in ask(town, head, "同意 5")
        assert all(len(told(town, head, "请联签")) == 1 for head in heads), "a peer's signature asks nobody again"

        # Two sign on paper; then the lead, who sees sixteen signatures folded.
        for name in NAMES[14:]:
            assert "已代录" in ask(town, office, f"纸签 5 {name} 孙某 6月28日 津整改办〔2022〕8号")
        assert "已签 16 个" in told(town, water_head, "请联签")[0]
        for person, n in ((water_head, 17), (office, 18)):
            assert f"{n}/19" in ask(town, person, "同意 5")

        # The leader is silent: reminded by the daily message, and the office hears of it once.
        town.travel("07-04 09:30")
        assert any("联签" in text for text in told(town, leader, "待办 1"))
        assert len(told(town, office, "久未办理")) == 1
        assert "市领导" in told(town, office, "久未办理")[0]
        assert "19/19" in ask(town, leader, "同意 5")
        assert "已销号" in ask(town, office, "同意 5")
