"""A town for tests: the real bot polling the sandbox over HTTP, a small plan, people who join by their codes."""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import House
from bot.delivery.telegram import open_bot
from bot.demo import DemoClock
from bot.node import Node, machine_clock
from bot.sandbox.client import Person, Sandbox
from bot.sandbox.said import Said
from bot.settings import load_settings
from bot.usecases import import_plan, people, plan_draft, rounds

SHANGHAI = ZoneInfo("Asia/Shanghai")
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


class Town:
    """`clock` is set by hand or by `travel`; `settle` waits until all that was said is answered."""

    def __init__(self, sandbox: Sandbox, folder: Path, *, now: datetime = NOON, plan: str = PLAN, **given: Any) -> None:
        self.sandbox = sandbox
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
        self.clock = DemoClock(now)
        self._users = 5000
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

    def travel(self, to: datetime | str) -> None:
        """The clock goes to `to` (a moment, or `06-20 09:00` of 2022), asking every round on its way."""
        if isinstance(to, str):
            to = datetime.fromisoformat(f"2022-{to}").replace(tzinfo=SHANGHAI)
        for at in rounds.looks(self.house.store, self.house.office, self.clock(), to):
            self.clock.set(at)
            self.call(self.node.ask())
            self.call(self.node.delivery.idle())

    def settle(self) -> None:
        while self.sandbox.stats()["pending_updates"]:
            pass
        self.call(self.node.settle())

    def ask(self, person: Person, text: str, **where: Any) -> Said:
        """Says it and gives the bot's answer."""
        person.skip(where.get("chat"))
        person.send(text, **where)
        return person.expect(chat=where.get("chat"))

    def reply(self, person: Person, message: Said, text: str) -> Said:
        person.skip()
        person.reply(message, text)
        return person.expect()

    def press(self, person: Person, message: Said, label: str) -> Said:
        person.skip()
        person.press(message, label)
        return person.expect()


@contextlib.contextmanager
def a_town(**given: Any) -> Iterator[Town]:
    from bot.sandbox.running import serve

    with tempfile.TemporaryDirectory(prefix="duban-town-") as folder, serve() as sandbox:
        town = Town(sandbox, Path(folder), **given)
        try:
            yield town
        finally:
            town.close()
