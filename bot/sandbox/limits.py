"""Telegram's sending limits (core.telegram.org/bots/faq): 30/s overall, about 1/s a chat, 20/min a group."""

import math
import time
from collections import deque
from dataclasses import dataclass

from bot.sandbox.refusals import too_many


@dataclass(slots=True)
class LimitRules:
    """Numbers of the limits; a chat may burst `chat_burst` messages and refills `chat_per_second`."""

    on: bool = False
    overall_per_second: int = 30
    chat_per_second: float = 1.0
    chat_burst: int = 5
    group_per_minute: int = 20


class Limits:
    """Sliding windows and a bucket per chat, all on monotonic time; who is refused waits its retry_after in full."""

    def __init__(self) -> None:
        self.rules = LimitRules()
        self.refused = 0
        self.spent = 0
        self.forget()

    def forget(self) -> None:
        self._overall: deque[float] = deque()
        self._groups: dict[int, deque[float]] = {}
        self._buckets: dict[int, tuple[float, float]] = {}
        self._banned: dict[int | None, float] = {}

    def spend(self, chat_id: int, group: bool, messages: int = 1) -> None:
        """Counts a sending of `messages` to this chat, or refuses it with 429 and retry_after."""
        if not self.rules.on:
            return
        now = time.monotonic()
        wait = max(self._ban(None, now), self._ban(chat_id, now))
        if wait <= 0:
            wait = self._overall_wait(now, messages)
            if wait > 0:
                self._banned[None] = now + math.ceil(wait)
            else:
                wait = self._group_wait(chat_id, now, messages) if group else 0.0
                wait = wait or self._chat_wait(chat_id, now, messages)
                if wait > 0:
                    self._banned[chat_id] = now + math.ceil(wait)
        if wait > 0:
            self.refused += 1
            raise too_many(max(1, math.ceil(wait)))
        self._count(chat_id, group, now, messages)

    def _ban(self, key: int | None, now: float) -> float:
        return self._banned.get(key, 0.0) - now

    def _overall_wait(self, now: float, messages: int) -> float:
        window = self._overall
        while window and window[0] <= now - 1.0:
            window.popleft()
        over = len(window) + messages - self.rules.overall_per_second
        return window[min(over, len(window)) - 1] + 1.0 - now if over > 0 and window else 0.0

    def _group_wait(self, chat_id: int, now: float, messages: int) -> float:
        window = self._groups.setdefault(chat_id, deque())
        while window and window[0] <= now - 60.0:
            window.popleft()
        over = len(window) + messages - self.rules.group_per_minute
        return window[min(over, len(window)) - 1] + 60.0 - now if over > 0 and window else 0.0

    def _tokens(self, chat_id: int, now: float) -> float:
        tokens, at = self._buckets.get(chat_id, (float(self.rules.chat_burst), now))
        return min(float(self.rules.chat_burst), tokens + (now - at) * self.rules.chat_per_second)

    def _chat_wait(self, chat_id: int, now: float, messages: int) -> float:
        needed = min(messages, self.rules.chat_burst)
        return max(0.0, needed - self._tokens(chat_id, now)) / self.rules.chat_per_second

    def _count(self, chat_id: int, group: bool, now: float, messages: int) -> None:
        self.spent += messages
        self._overall.extend([now] * messages)
        if group:
            self._groups[chat_id].extend([now] * messages)
        self._buckets[chat_id] = (self._tokens(chat_id, now) - messages, now)
