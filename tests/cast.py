"""Everybody who has a part in one task of two units, by chat through the sandbox, and the way to each step."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlmodel import select
from town import Town, a_town

from bot.domain.ledger import Event
from bot.sandbox.client import Person
from bot.sandbox.images import plain_png
from bot.sandbox.said import NothingCame, Said
from bot.store.ledger import load_task

PLAN = """整改方案（测试）
印发日期：2021年5月20日
序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限
5,龙河治理,龙河水质差,水质达标,（1）清淤；（2）护岸,市水务局,武清区,,,市生态环境局,2022年6月30日前
6,污水直排,污水直排,消除直排,截污,,武清区,,,武清区,2022年6月30日前
"""


@dataclass
class Cast:
    """Everybody who has a part in task 5: two units, their verifier, the office, a leader."""

    town: Town
    water: Person
    water_head: Person
    district: Person
    district_head: Person
    verifier: Person
    office: Person
    leader: Person

    @property
    def everybody(self) -> list[Person]:
        units = [self.water, self.water_head, self.district, self.district_head]
        return [*units, self.verifier, self.office, self.leader]

    def ask(self, person: Person, text: str) -> str:
        # What others have set off is said before, so that the next thing said is the answer.
        self.town.settle()
        return self.town.ask(person, text).text

    def told(self, person: Person, containing: str) -> Said:
        """The last thing the bot said to this person that holds the words."""
        self.town.settle()
        found = [said for said in person.messages() if containing in said.text]
        assert found, f"{person}: nothing said of {containing!r}, but {[s.text for s in person.messages()][-3:]}"
        return found[-1]

    def press(self, person: Person, message: Said, label: str) -> str:
        """Presses and gives what is said next, or what flashes up when nothing is said."""
        self.town.settle()
        person.skip()
        answer = person.press(message, label)
        self.town.settle()
        try:
            return person.expect(timeout=0.3).text
        except NothingCame:
            return answer.text

    def refused(self, text: str, *, besides: Person, why: str = "") -> None:
        """Everybody else tries the same and gets a no that says why; nothing changes."""
        before = self.state()
        for person in self.everybody:
            if person is not besides:
                answer = self.ask(person, text)
                assert any(word in answer for word in ("没有等您", "不能这样做", "未记录", "没有第")), (person, answer)
                if "没有等您" in answer:
                    assert why in answer, (person, answer)
        assert self.state() == before

    def photo(self, person: Person, number: int | str, grey: int) -> str:
        person.skip()
        person.photo(plain_png(40, 30, grey), caption=f"佐证 {number}")
        return person.expect("已收").text

    def state(self, number: int = 5) -> tuple[str, int, int]:
        with self.town.house.looking() as act:
            task = load_task(act.session, number)
            return str(task.state), task.cycle, len(act.session.exec(select(Event.id)).all())


@contextmanager
def a_cast(plan: str = PLAN, **given: Any) -> Iterator[Cast]:
    with a_town(plan=plan, **given) as town:
        water, water_head = town.join("市水务局"), town.join("市水务局", "head")
        district, district_head = town.join("武清区"), town.join("武清区", "head")
        verifier = town.join("市生态环境局", "verifier")
        office, leader = town.join("市整改办", "office"), town.join("市领导", "leader")
        yield Cast(town, water, water_head, district, district_head, verifier, office, leader)


def finished(cast: Cast) -> None:
    """Both measures done, with a picture each, and the own check declared."""
    for n in (1, 2):
        assert "已记" in cast.ask(cast.district, f"进度 5.{n} 60% 施工过半")
        assert "已记" in cast.ask(cast.district, f"进度 5.{n} 100% 第{n}段完工")
        assert "已收" in cast.photo(cast.district, 5, 100 + n)
    assert "自查完成" in cast.ask(cast.water, "自查完成 5 已对照方案逐条核对")


def noticed(cast: Cast) -> None:
    """Applied for, agreed to, accepted and published today."""
    finished(cast)
    cast.ask(cast.water, "申请销号 5")
    cast.ask(cast.water_head, "同意 5")
    cast.ask(cast.verifier, "同意 5")
    assert "已公示" in cast.ask(cast.office, "同意 5")


def signed(cast: Cast) -> None:
    """The notice is over and all four have signed."""
    noticed(cast)
    cast.town.travel("06-28 09:30")
    for person in (cast.district_head, cast.water_head, cast.office, cast.leader):
        assert "已签" in cast.ask(person, "同意 5")
