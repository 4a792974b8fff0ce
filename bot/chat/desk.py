"""The desk: takes waiting updates and has them handled, one chat's in order, different chats at once."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from bot.domain.post import Inbox
from bot.usecases.handling import Clerk, Handled

log = logging.getLogger(__name__)

# Updates handed over at once. While another is at work it is one at a time: of two transactions that each
# touch many rows, on PostgreSQL, one often waits for the other and the other for it.
BATCH = 32
# Seconds: a safety net only, for what another node took in.
LOOK_AGAIN = 1.0
RETRY_WAITS = (0.2, 1.0)
LONGEST_WAIT = 10.0


class Desk:
    """Hands waiting updates to the clerk while `run` runs, to at most `workers` threads at once.

    `handled` is called after each transaction: there may be replies in the outbox.
    """

    def __init__(self, clerk: Clerk, *, handled: Callable[[], None], workers: int = 1) -> None:
        self._clerk = clerk
        self._handled = handled
        self._workers = workers
        self._news = asyncio.Event()
        self._quiet = asyncio.Event()
        self._stopping = False
        self._at_work: set[asyncio.Task[None]] = set()
        self._busy: set[int] = set()
        self._resting: dict[int, float] = {}
        self._trouble = 0.0

    def wake(self) -> None:
        """There may be news in the inbox. Call it on the loop this runs on."""
        self._quiet.clear()
        self._news.set()

    async def idle(self) -> None:
        """Returns when every update in the inbox is handled or parked."""
        self.wake()
        await self._quiet.wait()

    def stop(self) -> None:
        """`run` ends once the updates in hand are handled."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        self._stopping = False
        while not self._stopping:
            self._news.clear()
            rows = await self._next()
            if rows:
                self._start(rows)
            elif rows is not None and not self._at_work and not self._resting and not self._news.is_set():
                self._quiet.set()
            if not rows or len(self._at_work) >= self._workers:
                await self._wait()
        while self._at_work:
            await asyncio.wait(self._at_work)

    async def _next(self) -> list[Inbox] | None:
        """The updates to handle next; none if everybody is at work, None if there was no looking."""
        if len(self._at_work) >= self._workers:
            return []
        now = time.monotonic()
        self._resting = {chat_id: until for chat_id, until in self._resting.items() if until > now}
        besides = self._busy | set(self._resting)
        try:
            return await asyncio.to_thread(self._clerk.waiting, 1 if self._at_work else BATCH, besides)
        except Exception:
            await self._hold_off()
            return None

    def _start(self, rows: list[Inbox]) -> None:
        chats = {row.chat_id for row in rows}
        self._busy |= chats
        task = asyncio.create_task(self._work(rows, chats))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _work(self, rows: list[Inbox], chats: set[int]) -> None:
        try:
            self._rest(await asyncio.to_thread(self._clerk.handle, rows))
            self._trouble = 0.0
        except Exception:
            await self._hold_off()
        finally:
            self._busy -= chats
            self._news.set()
        self._handled()

    def _rest(self, result: Handled) -> None:
        for chat_id, tries in result.rest.items():
            self._resting[chat_id] = time.monotonic() + RETRY_WAITS[min(tries, len(RETRY_WAITS)) - 1]

    async def _hold_off(self) -> None:
        """The ledger is out of reach. The updates lie in it, safe; to count this against them would park them all."""
        self._trouble = min(2 * self._trouble or 0.5, LONGEST_WAIT)
        log.exception("desk: the ledger is out of reach; again in %.1f s", self._trouble)
        await asyncio.sleep(self._trouble)

    async def _wait(self) -> None:
        until = min(self._resting.values(), default=time.monotonic() + LOOK_AGAIN)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), max(0.0, min(until - time.monotonic(), LOOK_AGAIN)))
