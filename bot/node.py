"""A running bot: one of its nodes takes in, handles and sends (the holder of the lease); all of them tick."""

import asyncio
import contextlib
import logging
import signal
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from sqlmodel import Session
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.app import House
from bot.chat.commands import menu_for
from bot.chat.desk import Desk
from bot.chat.dispatch import Dispatcher
from bot.chat.import_desk import ImportDesk
from bot.chat.intake import Intake, TokenRejected
from bot.chat.talk import House as ChatHouse
from bot.delivery.archive import Archive
from bot.delivery.lanes import Lanes
from bot.delivery.render import Renderer
from bot.delivery.secrecy import redactor
from bot.delivery.sending import Sender
from bot.delivery.service import Delivery
from bot.delivery.telegram import Files, Telegram, raw
from bot.domain.people import Role
from bot.schedule import Ticker
from bot.store import lease
from bot.store.marks import mark
from bot.usecases import watch
from bot.usecases.act import Act
from bot.usecases.close_out import after_evidence
from bot.usecases.handling import Clerk
from bot.usecases.import_work import ImportWork
from bot.usecases.rounds import tick
from bot.web.entrance import Entrance
from bot.web.metrics import Metrics
from bot.web.pages import create_web
from bot.web.pulse import Pulse
from bot.words import LOCALES, catalogue, say

log = logging.getLogger(__name__)
LEASE, LEASE_SECONDS, RENEW = "bot", 6.0, 2.0
LONGEST_SILENCE = 60.0
HEAR_FIRST = 20.0


def machine_clock() -> datetime:
    return datetime.now(UTC)


class Node:
    """`clock` is the office's clock (a rehearsal's, a demo's, or the machine's)."""

    def __init__(self, house: House, bot: Bot, clock: Callable[[], datetime], *, rehearsal: bool = False) -> None:
        self.house = house
        self._bot = bot
        self._clock = clock
        self._rehearsal = rehearsal
        self._name = uuid.uuid4().hex
        self._working: asyncio.Task[None] | None = None
        self._standing_by = False
        self.pulse = Pulse()
        self.metrics = Metrics(house.store, self.pulse)
        self._lock = asyncio.Lock()
        self._assemble()

    def _assemble(self) -> None:
        settings, store = self.house.settings, self.house.store
        secrets = (settings.token.get_secret_value(), settings.webhook_secret.get_secret_value())
        redact = redactor(*secrets)
        lanes = Lanes(settings.pace, settings.chat_pace, settings.group_pace_per_minute)
        renderer = Renderer(catalogue, settings.data, rehearsal=self._rehearsal)
        sender = Sender(Telegram(self._bot, redact), renderer, lanes)
        self.delivery = Delivery(store, sender, lanes, self._clock, said=self.metrics.said)
        self.archive = Archive(
            store,
            Files(self._bot, redact),
            settings.data / "evidence",
            self._clock,
            asked=self.delivery.wake,
            settled=self._settled,
            near=self.house.office.policy.photos.near,
        )
        self.desk = Desk(Clerk(store, self._handle, self._clock, settings.locale), handled=self._handled)
        work = ImportWork(store, self.house.office, self.house.registry, self._clock)
        self.importing = ImportDesk(work, Files(self._bot, redact), said=self.delivery.wake)
        self.intake = Intake(
            store,
            self._bot,
            self._clock,
            stored=self.desk.wake,
            beat=lambda: self.pulse.beat("intake"),
            webhook_url=settings.webhook_url,
            webhook_secret=settings.webhook_secret.get_secret_value(),
        )
        self._dispatch: Dispatcher | None = None

    def _handled(self) -> None:
        self.delivery.wake()
        self.archive.wake()
        self.importing.wake()

    def _settled(self, session: Session, task_ids: Collection[int], now: datetime) -> None:
        """An application's list of evidence follows what became of its files."""
        after_evidence(Act(session, self.house.office, now, cause="archive"), task_ids)

    def _handle(self, session: Any, row: Any, now: datetime) -> None:
        assert self._dispatch is not None, "nothing is handled before the bot knows its name"
        self._dispatch(session, row, now)

    async def run(self) -> None:
        """Until cancelled. Raises TokenRejected when Telegram does not know the token."""
        ticker = Ticker(self.ask)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve())
            group.create_task(self._keep_lease())
            group.create_task(self._tick(ticker))

    async def _tick(self, ticker: Ticker) -> None:
        """After a stop people are heard before the clock judges them: who reported meanwhile is not urged to. Not for
        longer than a moment: Telegram may be out of reach, or another node may have the lease."""
        if self._clock is machine_clock:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEAR_FIRST):
                    if await asyncio.to_thread(watch.was_away, self.house.store, self._clock()):
                        await self.intake.caught_up.wait()
                        await self.desk.idle()
        await ticker.run()

    async def ask(self) -> None:
        """One tick of the clock; nothing overtakes another."""
        async with self._lock:
            try:
                said = await asyncio.to_thread(tick, self.house.store, self.house.office, self._clock())
                await self._still_alive()
            except Exception as error:
                log.exception("a round failed; it is asked again in a second")
                with contextlib.suppress(Exception):
                    await asyncio.to_thread(
                        watch.note_failure, self.house.store, self.house.office, self._clock(), type(error).__name__
                    )
                return
            self.pulse.beat("rounds")
            if any(said.values()):
                self.delivery.wake()

    async def _still_alive(self) -> None:
        """Once a minute: the tick is on record, and who watches from outside hears of it."""
        if self._clock is not machine_clock:
            return  # a rehearsal's or demo's clock jumps on purpose
        noted = await asyncio.to_thread(watch.note_tick, self.house.store, self.house.office, self._clock())
        url = self.house.settings.heartbeat_url
        if noted and url:
            try:
                async with httpx.AsyncClient(timeout=5) as client:
                    (await client.get(url)).raise_for_status()
            except httpx.HTTPError as error:
                log.warning("heartbeat: %s", type(error).__name__)

    @contextlib.asynccontextmanager
    async def unasked(self) -> AsyncIterator[None]:
        """No round is asked meanwhile, whatever the clock shows."""
        async with self._lock:
            yield

    async def settle(self) -> None:
        """Everything taken in is handled and everything said is sent."""
        await self.desk.idle()
        # What a progress message says next rewrites it: it must be there.
        await self.delivery.idle()
        await self.importing.idle()
        await self.delivery.idle()

    async def _keep_lease(self) -> None:
        self.pulse.expect("rounds", LONGEST_SILENCE)
        try:
            while True:
                try:
                    held = await asyncio.to_thread(self._hold)
                except Exception:
                    log.exception("the lease could not be asked for")
                    held = False
                if not held and not self._standing_by:
                    log.info("another node has the lease; this one stands by and takes over when it falls silent")
                self._standing_by = not held
                if held and self._working is None:
                    self._working = asyncio.create_task(self._work())
                elif not held and self._working is not None:
                    await self._rest()
                if self._working is not None and self._working.done():
                    self._working.result()
                await asyncio.sleep(RENEW)
        finally:
            await self._rest()
            with contextlib.suppress(Exception):
                await asyncio.to_thread(self._let_go)

    def _hold(self) -> bool:
        with self.house.store.writing() as session:
            return lease.hold(session, LEASE, self._name, machine_clock(), LEASE_SECONDS)

    def _let_go(self) -> None:
        with self.house.store.writing() as session:
            lease.let_go(session, LEASE, self._name)

    async def _work(self) -> None:
        """What only the holder does: take in, handle, send, fetch."""
        await self._introduce()
        self.pulse.expect("intake", LONGEST_SILENCE)
        async with asyncio.TaskGroup() as group:
            for service in (self.intake, self.desk, self.delivery, self.archive, self.importing):
                group.create_task(service.run())
            self.desk.wake()
            self.delivery.wake()
            self.archive.wake()
            self.importing.wake()

    async def _rest(self) -> None:
        task, self._working = self._working, None
        self.pulse.forget("intake")
        if task is None:
            return
        for service in (self.intake, self.desk, self.delivery, self.archive, self.importing):
            service.stop()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError, Exception):
            await asyncio.wait_for(task, 5)

    async def _introduce(self) -> None:
        """The bot knows its name, and Telegram its commands."""
        me = await self._patiently(lambda: raw(self._bot, "getMe", {}))
        username, settings = str(me.get("username", "")), self.house.settings
        await asyncio.to_thread(self._remember, username)
        # Of the webhook's address the host only: some keep its path secret.
        hooked = urlsplit(settings.webhook_url).netloc
        way = f"webhook at {hooked}" if hooked else f"polling {settings.api_url}"
        database = self.house.store.engine.url.render_as_string(hide_password=True)
        log.info("@%s is up: %s, %s, listening at %s", username, way, database, settings.listen)
        self._dispatch = Dispatcher(
            ChatHouse(
                office=self.house.office,
                registry=self.house.registry,
                bot_name=username,
                office_people=frozenset(settings.office),
                office_unit=settings.office_unit,
                locale=settings.locale,
                rehearsal=self._rehearsal,
                data=settings.data,
            ),
            machine_clock,
        )
        for locale in LOCALES:
            asked: dict[str, Any] = {"commands": menu(locale), "scope": {"type": "all_private_chats"}}
            if locale != settings.locale:
                asked["language_code"] = locale
            with contextlib.suppress(TelegramError):
                await raw(self._bot, "setMyCommands", asked)

    def _remember(self, username: str) -> None:
        facts = {"bot_name": username} | ({"rehearsed": self._clock().isoformat()} if self._rehearsal else {})
        with self.house.store.writing() as session:
            for name, value in facts.items():
                mark(session, name, value)

    async def _patiently(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        wait = 0.5
        while True:
            try:
                return await ask()
            except InvalidToken:
                raise TokenRejected from None
            except TelegramError as error:
                log.warning("no answer from Telegram, again in %.1f s: %s", wait, error.message)
                await asyncio.sleep(wait)
                wait = min(2 * wait, 10.0)

    async def _serve(self) -> None:
        settings = self.house.settings
        entrance = None
        if settings.webhook_url:
            secret = settings.webhook_secret.get_secret_value()
            entrance = Entrance(settings.webhook_url, secret, self.intake.keep, self.desk.wake)
        host, port = settings.host_and_port
        pages = create_web(self.metrics, self.pulse, webhook=entrance)
        server = WebServer(
            uvicorn.Config(pages, host=host, port=port, log_config=None, lifespan="off", access_log=False)
        )
        await server.serve()


class WebServer(uvicorn.Server):
    """Leaves signals alone: the node ends everything together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def menu(locale: str) -> list[dict[str, str]]:
    """The command menu Telegram shows: what a liaison may use, in the words of the locale."""
    names = [command.name for command in menu_for(Role.LIAISON)]
    return [{"command": name, "description": say(locale, f"command.{name}")} for name in names]


async def run_until_stopped(work: Coroutine[Any, Any, None]) -> int:
    """Exit 0 after SIGINT or SIGTERM, 1 when the token is not accepted."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    except BaseExceptionGroup as group:
        rejected = group.subgroup(TokenRejected)
        if rejected is None:
            raise
        log.error("%s", TokenRejected())
        return 1
    return 0
