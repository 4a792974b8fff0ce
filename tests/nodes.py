"""A node for tests: intake, desk, delivery and archive on a loop of their own, with words of its own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from bot.chat.desk import Desk
from bot.chat.intake import Intake
from bot.delivery.archive import Archive
from bot.delivery.lanes import Lanes
from bot.delivery.render import Renderer
from bot.delivery.secrecy import redactor
from bot.delivery.sending import Sender
from bot.delivery.service import Delivery
from bot.delivery.telegram import Files, Telegram, open_bot
from bot.domain.people import Member, Role
from bot.domain.post import Inbox, Outbox
from bot.sandbox.client import Sandbox
from bot.store import outbox
from bot.store.engine import Store
from bot.usecases.handling import Clerk, Handler
from bot.words import Catalogue, catalogue

WORDS = {
    "message.echo": "{{ text }}",
    "message.broken": "{{ nobody_knows }}",
    "message.unbalanced": "<b>{{ text }}",
    "message.digest": "digest {{ n }}",
    "button.more": "more {{ n }}",
    "ask.percent": "12 60% …",
}


@cache
def words(locale: str) -> Catalogue:
    """The system's own words and those above."""
    found = Catalogue(locale)
    found.sources = catalogue(locale).sources | WORDS
    return found


def now() -> datetime:
    return datetime.now(UTC)


def a_message(chat_id: int, kind: str = "echo", **fields: Any) -> Outbox:
    """A row of the outbox; `text` and every other name the table does not know are facts."""
    own = {name: fields.pop(name) for name in list(fields) if name in Outbox.model_fields}
    facts = own.pop("facts", {}) | fields
    own.setdefault("key", f"{chat_id}:{kind}:{time.monotonic_ns()}")
    return Outbox(chat_id=chat_id, kind=kind, facts=facts, created_at=now(), **own)


def an_office_member(store: Store, user_id: int, name: str = "王某", role: str = Role.OFFICE) -> int:
    with store.writing() as session:
        member = Member(user_id=user_id, name=name, role=role, joined_at=now())
        session.add(member)
        session.flush()
        return member.id or 0


def echo(session: Session, row: Inbox, at: datetime) -> None:
    """Says what it was told, once."""
    message = row.payload.get("message", {})
    said = Outbox(
        key=f"echo:{row.id}", chat_id=row.chat_id, kind="echo", facts={"text": message.get("text", "")}, created_at=at
    )
    outbox.queue(session, [said])


def queued(store: Store, *rows: Outbox) -> None:
    with store.writing() as session:
        outbox.queue(session, rows)


def rows(store: Store, table: type[Any]) -> list[Any]:
    with store.reading() as session:
        return list(session.exec(select(table).order_by(table.id)))


def until(true: Callable[[], bool], timeout: float = 5.0) -> None:
    """Returns when it is true; fails when it is not in time."""
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


@dataclass
class Node:
    """What runs, for the test's own thread; `failure` is what ended it early."""

    store: Store
    sandbox: Sandbox
    handler: Handler = echo
    data: Path = Path("data")
    pace: tuple[float, float, float] = (1000.0, 1000.0, 6000.0)
    poll: bool = True
    handle: bool = True
    send: bool = True
    fetch: bool = False
    webhook_url: str = ""
    beats: list[float] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    failure: BaseException | None = None
    ready: threading.Event = field(default_factory=threading.Event)

    async def main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.stopped = asyncio.Event()
        async with AsyncExitStack() as stack:
            bot = await stack.enter_async_context(open_bot(self.sandbox.token, self.sandbox.api_url))
            redact = redactor(self.sandbox.token)
            lanes = Lanes(*self.pace)
            sender = Sender(Telegram(bot, redact), Renderer(words, self.data), lanes)
            self.delivery = Delivery(self.store, sender, lanes, now, said=lambda *what: self.said.append(what))
            self.desk = Desk(Clerk(self.store, self.handler, now, "zh"), handled=self.delivery.wake)
            self.intake = Intake(
                self.store,
                bot,
                now,
                stored=self.desk.wake,
                beat=lambda: self.beats.append(time.monotonic()),
                webhook_url=self.webhook_url,
                webhook_secret="s3cret" if self.webhook_url else "",
            )
            files = Files(bot, redact)
            self.archive = Archive(self.store, files, self.data / "evidence", now, asked=self.delivery.wake)
            running = [
                part
                for part, wanted in (
                    (self.intake, self.poll),
                    (self.desk, self.handle),
                    (self.delivery, self.send),
                    (self.archive, self.fetch),
                )
                if wanted
            ]
            tasks = [asyncio.create_task(part.run()) for part in running]
            self.ready.set()
            stop = asyncio.create_task(self.stopped.wait())
            await asyncio.wait([*tasks, stop], return_when=asyncio.FIRST_COMPLETED)
            for part in running:
                part.stop()
            await asyncio.gather(*tasks)
            stop.cancel()

    def run(self) -> None:
        try:
            asyncio.run(self.main())
        except BaseException as error:
            self.failure = error
        finally:
            self.ready.set()

    def settle(self, timeout: float = 10.0) -> None:
        """Returns when every stored update is handled and everything that may be said is said."""

        async def idle() -> None:
            if self.handle:
                await self.desk.idle()
            if self.send:
                await self.delivery.idle()

        asyncio.run_coroutine_threadsafe(idle(), self.loop).result(timeout)

    def wake(self) -> None:
        self.loop.call_soon_threadsafe(self.delivery.wake)


@contextmanager
def running(store: Store, sandbox: Sandbox, handler: Handler = echo, **options: Any) -> Iterator[Node]:
    """A node that works until the end of the block and stops in order."""
    node = Node(store, sandbox, handler, **options)
    thread = threading.Thread(target=node.run)
    thread.start()
    node.ready.wait(10)
    try:
        if node.failure is not None:
            raise node.failure
        yield node
    finally:
        if node.failure is None:
            node.loop.call_soon_threadsafe(node.stopped.set)
        thread.join(20)
        assert not thread.is_alive(), "the node did not stop"
