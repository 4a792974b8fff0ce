"""A town for tests: the real bot polling the sandbox over HTTP, a small plan, people who join by their codes."""

import asyncio
import atexit
import contextlib
import re
import shutil
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from bot.app import House
from bot.delivery.telegram import open_bot
from bot.demo import DemoClock
from bot.domain.policy import NoisePolicy
from bot.domain.steps import Ladder
from bot.node import Node, machine_clock
from bot.sandbox.client import Group, Person, Sandbox
from bot.sandbox.running import serve
from bot.sandbox.said import Said
from bot.settings import load_settings, shipped
from bot.store.migrate import upgrade
from bot.usecases import import_plan, people, plan_draft, rounds

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAILY = re.compile(r"\d+月\d+日 周")
NOON = datetime(2022, 6, 13, 12, tzinfo=SHANGHAI)  # a Monday
PLAN = """整改方案（测试）
印发日期：2021年5月20日
序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限
7,独流减河清淤,独流减河淤积,恢复行洪,清淤,市水务局,,,,市生态环境局,2022年6月15日前
12,入河排口整治,排口底数不清,全部建档,（1）排查建档（市水务局，2022年6月17日前）；（2）排口整治（北辰区，2022年6月17日前）；（3）排口整治（武清区，2022年6月17日前）,市水务局,,市财政局,,市生态环境局,2022年6月17日前
18,渗滤液积存处置,渗滤液积存,全部处置,处置,市城市管理委,,,,市生态环境局,2022年5月31日前
23,北运河清淤,北运河淤积,清淤,清淤,武清区,,,,市生态环境局,2022年12月31日前
31,再生水管网,管网不足,建成管网,（1）一期；（2）二期,市水务局,,市财政局,,市生态环境局,2022年6月17日前
38,水质监测,监测不足,持续监测,持续监测,市水务局,,,,市生态环境局,长期坚持
"""
# Who has a part of its own in some test, and so is none of the units below.
TAKEN = {"市财政局", "市生态环境局", "市整改办"}
COLUMNS = "序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限"


@dataclass(frozen=True, slots=True)
class Bureau:
    """A unit with tasks nobody else touches, as of Monday 13 June 2022.

    `one` and `two` (two measures) are due on the 17th, `late` was due on 31 May; `far` (市财政局 co-operates) and
    `later` are due at the end of 2023 and on schedule from 31% on; `upkeep` never ends.
    """

    unit: str
    first: int

    @property
    def one(self) -> int:
        return self.first

    @property
    def two(self) -> int:
        return self.first + 1

    @property
    def late(self) -> int:
        return self.first + 2

    @property
    def far(self) -> int:
        return self.first + 3

    @property
    def later(self) -> int:
        return self.first + 4

    @property
    def upkeep(self) -> int:
        return self.first + 5


def bureaus(count: int = 20) -> list[Bureau]:
    """So many units of the registry, the first with the tasks 11 to 16, the next with 21 to 26."""
    registry = tomllib.loads(shipped("units.toml").read_text(encoding="utf-8"))
    names = [name for kind in ("district", "department", "zone", "enterprise") for name in registry[kind]]
    units = [name for name in names if name not in TAKEN][:count]
    assert len(units) == count, f"the registry has {len(units)} units to give"
    return [Bureau(unit, 10 * n + 1) for n, unit in enumerate(units, 1)]


def a_plan_of(count: int = 20) -> str:
    """A plan with the six tasks of each of so many units."""
    lines = ["整改方案（各单位）", "印发日期：2021年5月20日", COLUMNS]
    for each in bureaus(count):
        tasks = (
            (each.one, "河道清淤", "清淤", "", "2022年6月17日前"),
            (each.two, "管网建设", "（1）一期管网；（2）二期管网", "", "2022年6月17日前"),
            (each.late, "积存处置", "处置", "", "2022年5月31日前"),
            (each.far, "厂站扩建", "扩建", "市财政局", "2023年12月31日前"),
            (each.later, "湿地修复", "修复", "", "2023年12月31日前"),
            (each.upkeep, "水质监测", "持续监测", "", "长期坚持"),
        )
        for number, title, measures, helping, due in tasks:
            lines.append(
                f"{number},{title},{title}问题,{title}目标,{measures},{each.unit},,{helping},,市生态环境局,{due}"
            )
    return "\n".join(lines)


@cache
def _migrated() -> Path:
    """An empty ledger of this version, made once for all towns of this process."""
    folder = tempfile.mkdtemp(prefix="duban-ledger-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(f"sqlite:///{folder}/duban.db")
    return Path(folder) / "duban.db"


class Town:
    """`clock` is set by hand or by `travel`; `settle` waits until all that was said is answered."""

    def __init__(
        self,
        sandbox: Sandbox,
        folder: Path,
        *,
        now: datetime = NOON,
        plan: str = PLAN,
        ladder: bool = False,
        noise: bool = False,
        **given: Any,
    ) -> None:
        """`ladder`: without it the policy has no steps, and what the ladder would say interrupts nobody. `noise`:
        without it nothing is held back, for a test's day is longer than anybody's."""
        self.sandbox = sandbox
        if "database_url" not in given:
            shutil.copy(_migrated(), folder / "duban.db")
        self.settings = load_settings(
            {},
            token=sandbox.token,
            api_url=sandbox.api_url,
            database_url=given.pop("database_url", f"sqlite:///{folder / 'duban.db'}"),
            data=folder,
            listen="127.0.0.1:0",
            pace=2000,
            chat_pace=2000,
            group_pace_per_minute=2000,
            **given,
        )
        self.house = House.open(self.settings)
        if not noise:
            policy = replace(self.house.office.policy, noise=NoisePolicy(person=0, group=0))
            self.house.office = replace(self.house.office, policy=policy)
        if not ladder:
            policy = replace(self.house.office.policy, ladder=Ladder(step=()))
            self.house.office = replace(self.house.office, policy=policy)
        self.clock = DemoClock(now)
        self._users = 5000
        self._bureaus = iter(bureaus(plan.count("长期坚持")) if plan != PLAN else ())
        if plan:
            self.bring(plan)
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._up.wait(20), "the bot did not start"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._live())

    async def _live(self) -> None:
        self._task = asyncio.current_task()
        async with open_bot(self.settings.token.get_secret_value(), self.settings.api_url) as bot:
            self.node = Node(self.house, bot, self.clock)
            self._up.set()
            await self.node.run()

    def close(self) -> None:
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)
        self.house.store.close()

    def call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def bring(self, text: str, name: str = "plan.csv") -> dict[str, Any]:
        """A plan's text is on the ledger."""
        draft = plan_draft.read_draft(self.house.office, self.house.registry, text.encode(), name, None, None)
        with self.house.acting(self.clock()) as act:
            return import_plan.import_file(act, draft, self.house.registry, confirmed=True)

    def code(self, unit: str, role: str) -> str:
        with self.house.acting(self.clock()) as act:
            made = people.invite(
                act,
                unit,
                role,
                expires=timedelta(days=1),
                machine_now=machine_clock(),
                registry=self.house.registry,
            )
        return str(made["code"])

    def join(self, unit: str, role: str = "liaison", name: str = "") -> Person:
        """A person who has joined and read the welcome."""
        self._users += 1
        person = self.sandbox.user(name or f"{unit}{role}", self._users)
        person.start(self.code(unit, role))
        person.expect("已登记")
        return person

    def bureau(self) -> tuple[Bureau, Person]:
        """The next unit of `a_plan_of` that no test of this town has used, with its liaison."""
        found = next(self._bureaus)
        return found, self.join(found.unit)

    def office(self) -> Person:
        return self.join("市整改办", "office")

    def group(self, title: str, *people: Person, unit: str | None = None, **options: Any) -> Group:
        """A group the bot reads commands in; the first person, of the office, ties it to `unit` ("": the office)."""
        found = self.sandbox.group(title, people, **options)
        if unit is not None:
            people[0].send(f"/bind {unit}".strip(), chat=found)
            people[0].expect("已绑定", chat=found)
        return found

    def travel(self, to: datetime | str) -> None:
        """The clock goes to `to` (a moment, or `06-20 09:00` of 2022), asking every round on its way."""
        if isinstance(to, str):
            to = datetime.fromisoformat(f"2022-{to}").replace(tzinfo=SHANGHAI)
        for at in rounds.looks(self.house.store, self.house.office, self.clock(), to):
            self.clock.set(at)
            self.call(self.node.ask())
            self.call(self.node.delivery.idle())

    def go(self, to: datetime | str) -> None:
        """The clock shows `to` and nothing in between has happened: the bot was down meanwhile."""
        if isinstance(to, str):
            to = datetime.fromisoformat(f"2022-{to}").replace(tzinfo=SHANGHAI)
        self.clock.set(to)
        self.call(self.node.ask())
        self.call(self.node.delivery.idle())

    def settle(self) -> None:
        """Everything said to the bot so far is answered."""
        while self.sandbox.stats()["pending_updates"]:
            time.sleep(0.005)
        self.call(self.node.settle())

    def rows(self, table: type[Any]) -> list[Any]:
        """The rows of a table in the order they were made."""
        with self.house.store.reading() as session:
            return list(session.exec(select(table).order_by(table.id)))

    def ask(self, person: Person, text: str, **where: Any) -> Said:
        """Says it and gives the bot's answer, not what somebody else's doing still had it say."""
        self.settle()
        person.skip(where.get("chat"))
        person.send(text, **where)
        return self._answer(person, where.get("chat"))

    def _answer(self, person: Person, chat: Any = None) -> Said:
        """The next thing said that is not the day's folded message, which the clock may send or rewrite meanwhile."""
        while DAILY.match((said := person.expect(chat=chat)).text):
            pass
        return said

    def reply(self, person: Person, message: Said, text: str) -> Said:
        self.settle()
        person.skip()
        person.reply(message, text)
        return self._answer(person)

    def press(self, person: Person, message: Said, label: str) -> Said:
        self.settle()
        person.skip(message.chat_id)
        person.press(message, label)
        return person.expect(chat=message.chat_id)

    def refused(self, person: Person, message: Said, label: str = "", *, data: str = "") -> str:
        """Presses a button that does nothing but say why not; what it said."""
        self.settle()
        person.skip(message.chat_id)
        answer = person.press(message, label, data=data)
        assert answer.show_alert, f"{label} {data}: {answer}"
        person.expect_nothing(0.05, chat=message.chat_id)
        return answer.text


@contextlib.contextmanager
def a_town(**given: Any) -> Iterator[Town]:
    # The archive may still be putting a last file away.
    kept = tempfile.TemporaryDirectory(prefix="duban-town-", ignore_cleanup_errors=True)
    with kept as folder, serve() as sandbox:
        town = Town(sandbox, Path(folder), **given)
        try:
            yield town
        finally:
            town.close()
