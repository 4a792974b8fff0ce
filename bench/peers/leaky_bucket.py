"""AIORateLimiter's AsyncLimiter, for where `aiolimiter` is not installed: a bucket of `max_rate` that leaks evenly."""

import asyncio


class AsyncLimiter:
    """First come, first served: `max_rate` at once, then one each `time_period / max_rate` seconds."""

    def __init__(self, max_rate: float, time_period: float = 60) -> None:
        self.max_rate = max_rate
        self.time_period = time_period
        self._empty_at = 0.0

    def has_capacity(self, amount: float = 1) -> bool:
        return self._level() + amount <= self.max_rate

    async def acquire(self) -> None:
        now = asyncio.get_running_loop().time()
        wait = max(0.0, (self._level() + 1 - self.max_rate) * self.time_period / self.max_rate)
        self._empty_at = max(self._empty_at, now) + self.time_period / self.max_rate
        await asyncio.sleep(wait)

    def _level(self) -> float:
        left = max(0.0, self._empty_at - asyncio.get_running_loop().time())
        return left * self.max_rate / self.time_period

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, *_: object) -> None:
        return
