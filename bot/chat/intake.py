"""Intake: raw updates from Telegram into the inbox, and only then confirmed. The next offset is the confirmation.

PTB's own updater confirms before anything is handled (measured: 900 confirmed, 70 handled, then a crash).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.usecases.inbox import KINDS, Ledger, receive

log = logging.getLogger(__name__)
T = TypeVar("T")

LONG_POLL = 25
MOST_UPDATES = 100
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


class TokenRejected(Exception):
    """Telegram does not know this token: check DUBAN_TOKEN (and DUBAN_API_URL)."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Intake:
    """Takes in updates while `run` runs: by polling, or with `webhook_url` by telling Telegram where to send them.

    `stored` is called after new updates stand in the inbox, `beat` after each good answer from Telegram.
    """

    def __init__(
        self,
        ledger: Ledger,
        bot: Bot,
        clock: Callable[[], datetime],
        *,
        stored: Callable[[], None],
        beat: Callable[[], None] = lambda: None,
        webhook_url: str = "",
        webhook_secret: str = "",
    ) -> None:
        self._ledger = ledger
        self._bot = bot
        self._clock = clock
        self._stored = stored
        self._beat = beat
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._bot_id = int(bot.token.partition(":")[0])
        self._stopped = asyncio.Event()
        self._behind = 0
        # What people had sent before this one began has been stored.
        self.caught_up = asyncio.Event()

    def stop(self) -> None:
        self._stopped.set()

    def _taken_in(self, count: int) -> None:
        self._behind -= count
        if self._behind <= 0:
            self.caught_up.set()

    async def run(self) -> None:
        """Until stopped. Raises TokenRejected when there is no use in going on."""
        self._stopped.clear()
        await self._patiently(self._announce)
        if self._webhook_url:
            while not self._stopped.is_set():
                await self._pause(LONG_POLL)
                await self._patiently(self._check_webhook)
        else:
            await self._poll()

    def keep(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Stored, on the disk, when this returns; how many were new. Blocks: call it in a worker thread."""
        with self._ledger.writing(durable=True) as session:
            return receive(session, self._bot_id, updates, self._clock())

    async def _poll(self) -> None:
        offset = 0
        while not self._stopped.is_set():
            updates = await self._patiently(partial(self._get, offset))
            if updates and await self._patiently(partial(asyncio.to_thread, self.keep, updates)) is not None:
                offset = updates[-1]["update_id"] + 1
                self._stored()
            self._taken_in(len(updates) if updates else self._behind)

    async def _get(self, offset: int) -> list[dict[str, Any]]:
        asked = {"offset": offset, "limit": MOST_UPDATES, "timeout": LONG_POLL, "allowed_updates": list(KINDS)}
        call = asyncio.ensure_future(self._ask("getUpdates", asked))
        stop = asyncio.ensure_future(self._stopped.wait())
        try:
            # A long poll that is given up confirms nothing: what it would have brought comes again.
            await asyncio.wait({call, stop}, return_when=asyncio.FIRST_COMPLETED)
            updates: list[dict[str, Any]] = await call if call.done() else []
        finally:
            stop.cancel()
            call.cancel()
        self._beat()
        return updates

    async def _announce(self) -> None:
        """Polling works only without a webhook, and the other way round. What has waited at Telegram is known now."""
        info = await self._ask("getWebhookInfo")
        # By webhook Telegram brings them in its own time.
        self._behind = 0 if self._webhook_url else int(info.get("pending_update_count", 0))
        self._taken_in(0)
        if self._webhook_url:
            asked = {"url": self._webhook_url, "secret_token": self._webhook_secret, "allowed_updates": list(KINDS)}
            await self._ask("setWebhook", asked)
        elif info["url"]:
            await self._ask("deleteWebhook", {"drop_pending_updates": False})
            log.warning("intake: a webhook was set for this bot; removed, for DUBAN_WEBHOOK_URL is not set")
        self._beat()

    async def _check_webhook(self) -> None:
        """Set again if another program has taken it away."""
        info = await self._ask("getWebhookInfo")
        if info["url"] != self._webhook_url:
            await self._announce()
        self._beat()

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T | None:
        """Does it, trying again with growing waits for as long as it takes; None when stopped meanwhile."""
        wait = FIRST_WAIT
        while not self._stopped.is_set():
            try:
                return await act()
            except InvalidToken:
                raise TokenRejected from None
            except RetryAfter as error:
                asked = error.retry_after
                await self._pause(asked.total_seconds() if isinstance(asked, timedelta) else asked)
                continue
            except Conflict as error:
                log.warning("intake: somebody else takes in this bot's updates (409): %s", error.message)
                if "webhook" in error.message.lower():
                    await self._patiently(self._announce)
            except TelegramError as error:
                log.warning("intake: no answer from Telegram, again in %.1f s: %s", wait, error.message)
            except Exception:
                log.exception("intake: updates could not be stored, and were not confirmed; again in %.1f s", wait)
            await self._pause(wait)
            wait = min(2 * wait, LONGEST_WAIT)
        return None

    async def _ask(self, method: str, parameters: dict[str, Any] | None = None) -> Any:
        """The answer's result as JSON: updates are kept as they came."""
        # With the bare name PTB warns that it has a method of its own; the underscore falls away on the way.
        return await self._bot.do_api_request(f"{method}_", parameters, read_timeout=LONG_POLL + 10)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
