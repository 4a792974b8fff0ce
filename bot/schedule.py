"""APScheduler only ticks: every second each round is asked what is due. What is due and unsaid is never lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK = 1.0


class Ticker:
    """Calls `ask` at once and then every second, never twice at a time, until stopped.

    In memory and on every node: the rounds' own keys, not the scheduler, keep two nodes from saying a thing twice.
    """

    def __init__(self, ask: Callable[[], Awaitable[None]], seconds: float = TICK) -> None:
        self._ask = ask
        self._scheduler = AsyncIOScheduler()
        # The default grace of one second would silently drop a tick that came late.
        self._scheduler.add_job(
            self._tick, "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None, id="tick"
        )

    async def _tick(self) -> None:
        # Cancelled only when everything ends; the scheduler would log that as an error.
        with suppress(asyncio.CancelledError):
            await self._ask()

    async def run(self) -> None:
        await self._ask()
        self._scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._scheduler.shutdown(wait=False)
