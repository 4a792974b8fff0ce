"""`make demo`: the sandbox, the real bot polling it, the demonstration plan, a lived year, and a clock to turn.

Nothing is inserted into tables: people join by their codes, reports go through the use cases or, in the last weeks,
through the chat, and the bot's rounds run at every moment that matters in between.
"""

import asyncio
import contextlib
import itertools
import logging
import shutil
import signal
import time
import webbrowser
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import House, read_toml
from bot.delivery.telegram import open_bot
from bot.domain.people import Role
from bot.domain.post import Outbox
from bot.domain.reporting import Claim
from bot.node import Node, machine_clock
from bot.plain import plain
from bot.sandbox.client import Person, Sandbox
from bot.sandbox.running import TOKEN, USERNAME, serve
from bot.settings import Settings, shipped
from bot.store.marks import mark, marked
from bot.store.people import member_by_user
from bot.usecases import import_plan, people, plan_draft, rounds
from bot.usecases import report as reports
from bot.usecases.act import Act
from bot.usecases.moments import moment
from bot.words import catalogue, say

log = logging.getLogger(__name__)
START = "2022-06-13T09:00"
LIVED_FROM = "2022-05-16T06:00"
ENTERED = "2021-05-21T09:00"
FAST = 2000.0  # messages a second: the sandbox is no Telegram to be kind to


class DemoClock:
    """Runs at real speed from wherever it was last set."""

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, now: datetime) -> None:
        self._start, self._began = now.astimezone(UTC), time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


class Demo:
    """The demonstration's bot and story; `travel` and `reset` are what the sandbox is given."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.folder = folder
        self.story: dict[str, Any] = read_toml(shipped("demo/story.toml"))
        self.settings = settings
        # What the sandbox notes before the story is told (who is in the group) is of the story's first day.
        self.clock = DemoClock(moment(START if self._begun() else ENTERED, settings.zone))
        self._loop = asyncio.new_event_loop()
        self._running: asyncio.Task[None] | None = None
        self.node: Node | None = None
        self.sandbox: Sandbox | None = None

    # The sandbox calls these from its own thread.

    def travel(self, to: datetime) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self._call(self._travel(to))
        return said

    def reset(self) -> None:
        self._call(self._start_anew())

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()

    def run(self, sandbox: Sandbox) -> None:
        """Until SIGINT or SIGTERM; the clock's time is then noted and the bot has stopped."""
        self.sandbox = sandbox
        running = self._loop.create_task(self._run())
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, running.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(running)

    async def _run(self) -> None:
        try:
            if self._begun():
                await self._resume()
            else:
                await self._start_anew()
            print(f"Duban's sandbox: {self.sandbox.url if self.sandbox else ''}  (Ctrl+C ends it)", flush=True)
            await asyncio.Event().wait()
        finally:
            await self._stop()

    def _begun(self) -> bool:
        return (self.folder / "ready").exists()

    async def _resume(self) -> None:
        house = House.open(self.settings)
        with house.store.reading() as session:
            found = marked(session, "demo_now")
        if found is not None:
            self.clock.set(datetime.fromisoformat(found))
        await self._open(house)

    async def _start_anew(self) -> None:
        await self._stop()
        for name in ("ready", "duban.db", "duban.db-wal", "duban.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / "evidence", ignore_errors=True)
        house = House.open(self.settings)
        self.clock.set(moment(ENTERED, self.settings.zone))
        codes = self._prepare(house)
        await self._open(house)
        assert self.node is not None
        # The year before the last weeks has no rounds: to the bot nothing of it is missed.
        async with self.node.unasked():
            await self._join(codes)
            await self._tell_the_year()
        await self._live()
        # Killed from now on, the chats must have what the ledger has.
        await asyncio.to_thread(self._sandbox.ask, "POST", "/save")
        (self.folder / "ready").touch()

    async def _open(self, house: House) -> None:
        settings = house.settings
        self.node = Node(house, await self._bot(settings), self.clock)
        self._running = asyncio.create_task(self.node.run())

    async def _bot(self, settings: Settings) -> Any:
        self._stack = contextlib.AsyncExitStack()
        return await self._stack.enter_async_context(
            open_bot(settings.token.get_secret_value(), self.sandbox.api_url if self.sandbox else settings.api_url)
        )

    async def _stop(self) -> None:
        if self._running is None or self.node is None:
            return
        self._note_time(self.node.house)
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup):
            await self._running
        self._running = None
        await self._stack.aclose()
        self.node.house.store.close()

    def _note_time(self, house: House) -> None:
        with house.store.writing() as session:
            mark(session, "demo_now", self.clock().isoformat())

    def _prepare(self, house: House) -> dict[int, str]:
        """The plan is on the ledger and everybody has a code. → user id → code."""
        file = next(shipped("demo").glob("*.xlsx"))
        draft = plan_draft.read_draft(house.office, house.registry, file.read_bytes(), file.name, None, None)
        codes = {}
        with house.acting(self.clock()) as act:
            import_plan.import_file(act, draft, house.registry, confirmed=True)
            for person in self.story["person"]:
                if person["role"]:
                    made = people.invite(
                        act,
                        person["unit"],
                        person["role"],
                        expires=timedelta(days=1),
                        machine_now=machine_clock(),
                        registry=house.registry,
                    )
                    codes[person["user_id"]] = made["code"]
        return codes

    async def _join(self, codes: dict[int, str]) -> None:
        """Everybody opens the chat by their link; the office ties the work group to its unit."""
        for person in self.story["person"]:
            code = codes.get(person["user_id"])
            if code is not None:
                await asyncio.to_thread(self._person(person["user_id"]).start, code)
        await self._settle()
        office = next(p["user_id"] for p in self.story["person"] if p["role"] == Role.OFFICE)
        for group in self.story["group"]:
            await asyncio.to_thread(self._bind, office, group)
        await self._settle()

    def _bind(self, office: int, group: dict[str, Any]) -> None:
        person = self._person(office)
        with contextlib.suppress(Exception):
            self._sandbox.ask("POST", f"/chats/{group['chat_id']}/join", json={"user_id": office})
        person.send(f"/bind {group['unit']}", chat=group["chat_id"])

    @property
    def _sandbox(self) -> Sandbox:
        assert self.sandbox is not None
        return self.sandbox

    def _person(self, user_id: int) -> Person:
        name = next(p["name"] for p in self.story["person"] if p["user_id"] == user_id)
        return self._sandbox.user(name, user_id)

    async def _settle(self) -> None:
        assert self.node is not None
        # The intake's long poll may still hold what was just sent: give it a moment to arrive.
        while self._sandbox.stats()["pending_updates"]:
            self._check()
            await asyncio.sleep(0.01)
        await self.node.settle()

    def _check(self) -> None:
        """Raises what ended the bot, if it has ended: nobody would answer any more."""
        if self._running is not None and self._running.done():
            self._running.result()

    async def _tell_the_year(self) -> None:
        for chatted, lines in itertools.groupby(self._entries(early=True), key=lambda entry: "user_id" in entry):
            await self._happen(list(lines), chatted=chatted)
        self.clock.set(moment(LIVED_FROM, self.settings.zone))

    async def _live(self) -> None:
        """The last weeks of the story: every day with its rounds."""
        for entry in self._entries(early=False):
            await self._travel(entry["at"])
            await self._happen([entry], chatted="user_id" in entry)
        await self._travel(moment(START, self.settings.zone))

    def _entries(self, *, early: bool) -> list[dict[str, Any]]:
        """What happens before the last weeks, or in them, in its order."""
        lived_from, start = (moment(each, self.settings.zone) for each in (LIVED_FROM, START))
        told = [*self.story["report"], *self.story["unchanged"], *self.story["finish"], *self.story["say"]]
        wanted = [each for each in told if (each["at"] < lived_from if early else lived_from <= each["at"] < start)]
        return sorted(wanted, key=lambda entry: entry["at"])

    async def _happen(self, entries: Sequence[dict[str, Any]], *, chatted: bool) -> None:
        """Lines of the story: said in the chat, each at its moment, or told to the use cases in one go."""
        if not chatted:
            await asyncio.to_thread(self._tell_all, entries)
            return
        for entry in entries:
            self.clock.set(entry["at"])
            await asyncio.to_thread(self._say, entry)
            await self._settle()
            for words, label in entry.get("press", ()):
                await asyncio.to_thread(self._press, entry["user_id"], words, label)
                await self._settle()

    def _say(self, entry: dict[str, Any]) -> None:
        """A line of the story that was said in the chat, perhaps with a file."""
        person = self._person(entry["user_id"])
        if "file" not in entry:
            person.send(entry["text"])
            return
        content = entry["content"].encode() if "content" in entry else shipped(f"demo/{entry['file']}").read_bytes()
        person.document(content, name=entry["file"], caption=entry["text"])

    def _press(self, user_id: int, words: str, label: str) -> None:
        """The button of the newest message with these words."""
        person = self._person(user_id)
        person.press([message for message in person.messages() if words in message.text][-1], label)

    def _tell_all(self, entries: Sequence[dict[str, Any]]) -> None:
        assert self.node is not None
        house = self.node.house
        with house.store.writing() as session:
            who = self._speakers(session)
            for entry in entries:
                act = Act(session, house.office, entry["at"], member=who[entry["unit"]], cause="story")
                tell(act, entry)

    def _speakers(self, session: Any) -> dict[str, Any]:
        return {
            person["unit"]: member_by_user(session, person["user_id"])
            for person in self.story["person"]
            if person["role"] == Role.LIAISON
        }

    async def _travel(self, to: datetime) -> list[dict[str, Any]]:
        """The clock has gone to `to`, stopping wherever a round may have something to say. → what it did."""
        assert self.node is not None
        house, done = self.node.house, []
        for at in rounds.looks(house.store, house.office, self.clock(), to):
            before = self._counts()
            self.clock.set(at)
            await self.node.ask()
            # Also what waited for the end of somebody's quiet hours leaves now.
            await self.node.delivery.idle()
            done += self._journal(at, before, self._counts())
        self.clock.set(to)
        self._note_time(house)
        return done

    def _counts(self) -> tuple[int, int]:
        """Reminders said so far, reminders withdrawn so far."""
        assert self.node is not None
        with self.node.house.store.reading() as session:
            ask = session.connection().exec_driver_sql
            said, withdrawn = ask("SELECT count(said_at), count(withdrawn_at) FROM notice").one()
        return int(said), int(withdrawn)

    def _journal(self, at: datetime, before: tuple[int, ...], after: tuple[int, ...]) -> list[dict[str, Any]]:
        """What the clock did at a moment: how much in all, then every message with the reason for it."""
        rows = self._left_since(at)
        daily = sum(row.kind == "daily" for row in rows)
        facts = {"sent": len(rows), "folded": max(after[0] - before[0] - daily, 0), "withdrawn": after[1] - before[1]}
        if not any(facts.values()):
            return []
        assert self.node is not None
        local = self.node.house.office.local
        head = {"at": local(at).isoformat(), "kind": "summary", "to": None}
        head |= {"text": say("zh", "journal.summary", **facts), "text_en": say("en", "journal.summary", **facts)}
        return [head, *(entry_of(row, local(at)) for row in rows)]

    def _left_since(self, at: datetime) -> list[Outbox]:
        """The new messages that were delivered since the clock was set to `at`."""
        from sqlmodel import col, select

        assert self.node is not None
        with self.node.house.store.reading() as session:
            left = Outbox.method == "send", col(Outbox.done_at) >= at
            return list(session.exec(select(Outbox).where(*left).order_by(col(Outbox.id))))


def tell(act: Act, entry: dict[str, Any]) -> None:
    """One line of the story, through the use case a message would have gone through."""
    if "unchanged" in entry:
        reports.rest_unchanged(act, entry["unchanged"], f"story:{entry['at'].isoformat()}:{entry['unit']}")
        return
    if "task" in entry:
        reports.declare_finished(act, entry["task"], entry["text"])
        return
    number, _, ordinal = str(entry["measure"]).partition(".")
    claim = Claim(int(number), int(ordinal or 1), entry.get("percent"), entry["text"])
    reports.report_progress(act, claim, f"story:{entry['at'].isoformat()}:{entry['measure']}")


def entry_of(row: Outbox, at: datetime) -> dict[str, Any]:
    """A message as the clock's journal lists it: its first line, and why the clock said it."""
    text = plain(say(row.locale, f"message.{row.kind}", **row.facts)).strip().splitlines()[0]
    found = {"at": at.isoformat(), "kind": row.kind, "to": row.chat_id, "message_id": row.message_id, "text": text}
    for name, locale in (("why", "zh"), ("why_en", "en")):
        known = catalogue(locale).has(f"journal.{row.kind}")
        found[name] = say(locale, f"journal.{row.kind}" if known else "journal.other", **row.facts)
    return found


def run_demo(settings: Settings, port: int, *, browser: bool) -> None:
    logging.basicConfig(level=logging.WARNING)
    # A tick that comes while the clock is being turned is skipped on purpose.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    folder = (settings.data / "demo").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(
        update={
            "token": type(settings.token)(TOKEN),
            "database_url": f"sqlite:///{folder / 'duban.db'}",
            "data": folder,
            "listen": "127.0.0.1:0",
            "webhook_url": "",
            "pace": FAST,
            "chat_pace": FAST,
            "group_pace_per_minute": FAST,
        }
    )
    page = read_toml(shipped("demo/page.toml"))
    demo = Demo(settings, folder)
    with serve(
        port,
        token=TOKEN,
        bot_username=USERNAME,
        bot_name=page["start"]["bot"],
        personas=page["persona"],
        travel=demo.travel,
        reset=demo.reset,
        clock=demo.clock,
        start_page=page["start"],
        state_dir=folder,
        files={file.name: file for file in shipped("demo").glob("*.csv")},
    ) as sandbox:
        if browser:
            webbrowser.open(sandbox.url)
        demo.run(sandbox)
