"""The desk where plans are read and written: one at a time, beside the chats, taken up again after a restart."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from bot.domain.importing import ImportDraft
from bot.usecases.import_work import ImportWork

log = logging.getLogger(__name__)
# Seconds: a safety net only, for what another node took in and for drafts that grow old.
LOOK_AGAIN = 5.0
# Seconds between two edits of the progress message: a chat takes one message a second, and answers come first.
EVERY = 2.0
FETCH_TRIES, FETCH_WAIT = 3, 1.0


class Source(Protocol):
    """Where files come from (bot.delivery.telegram.Files)."""

    async def fetch(self, file_id: str) -> bytes: ...


class ImportDesk:
    """Does the slow work of imports while `run` runs. `said`: there may be news in the outbox."""

    def __init__(self, work: ImportWork, source: Source, *, said: Callable[[], None]) -> None:
        self._work = work
        self._source = source
        self._said = said
        self._news = asyncio.Event()
        self._quiet = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """A draft may wait. Call it on the loop this runs on."""
        self._quiet.clear()
        self._news.set()

    async def idle(self) -> None:
        """Returns when no draft waits to be read or written."""
        self.wake()
        await self._quiet.wait()

    def stop(self) -> None:
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        self._stopping = False
        while not self._stopping:
            try:
                draft = await asyncio.to_thread(self._work.next)
            except Exception:
                log.exception("imports: the ledger is out of reach")
                draft = None
            if draft is None:
                await self._wait()
            else:
                await self._handle(draft)
                self._said()

    async def _wait(self) -> None:
        if not self._news.is_set():
            self._quiet.set()
            self._said()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), LOOK_AGAIN)
        self._news.clear()

    async def _handle(self, draft: ImportDraft) -> None:
        try:
            if draft.state == "writing":
                await asyncio.to_thread(self._work.write, draft)
                return
            if draft.state == "planning":
                await asyncio.to_thread(self._work.plan, draft)
                return
            data = await self._fetch(draft)
            if data is None:
                await asyncio.to_thread(self._work.refuse, draft, "import_not_fetched", {"name": draft.name})
                return
            await asyncio.to_thread(self._work.read, draft, data, _Teller(self._work, draft, self._wake_sender()))
        except Exception as error:
            with suppress(Exception):
                await asyncio.to_thread(self._work.stumbled, draft, error)
            await asyncio.sleep(FETCH_WAIT * 2 ** min(draft.attempts, 6))

    def _wake_sender(self) -> Callable[[], None]:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._said)

        return wake

    async def _fetch(self, draft: ImportDraft) -> bytes | None:
        """The file's bytes; b"" where there is none to fetch, None when it does not come."""
        file_id = draft.source.get("file_id")
        if not file_id or draft.sheets:
            return b""
        for attempt in range(FETCH_TRIES):
            try:
                return await self._source.fetch(file_id)
            except Exception as error:
                log.warning("imports: file of draft %s did not come (try %d): %s", draft.id, attempt + 1, error)
                await asyncio.sleep(FETCH_WAIT * 2**attempt)
        return None


class _Teller:
    """Tells how far the reading is, not more often than a chat bears."""

    def __init__(self, work: ImportWork, draft: ImportDraft, said: Callable[[], None]) -> None:
        self._work, self._draft, self._said = work, draft, said
        self._last = time.monotonic()

    def __call__(self, stage: str, done: int, of: int) -> None:
        if time.monotonic() - self._last < EVERY:
            return
        self._last = time.monotonic()
        self._work.tell(self._draft, stage, done, of)
        self._said()
