"""The bot's updates: one queue, confirmed by offset over a long poll, or pushed to a webhook (see webhook.py)."""

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusals import OTHER_POLLER, conflict

ALL_TYPES = (
    "message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result",
    "callback_query", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "message_reaction", "message_reaction_count", "chat_boost", "removed_chat_boost",
)  # fmt: skip
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
DEFAULT_TYPES = frozenset(ALL_TYPES) - NOT_BY_DEFAULT
GATHER = 0.001
CONFLICT_PAUSE = 3.0
ANSWER_BYTES = 1 << 22


@dataclass(slots=True)
class Update:
    """An update as it will be sent; written out once, so that it shows the moment it was made."""

    id: int
    chat_id: int
    body: str
    done: bool = False


class Updates:
    """Everything not yet confirmed, in order. `allowed` holds for updates made from now on, as in Telegram."""

    def __init__(self, first_id: int = 700_000_001) -> None:
        self.waiting: deque[Update] = deque()
        self.next_id = first_id
        self.allowed: frozenset[str] = DEFAULT_TYPES
        self._poll: asyncio.Future[str] | None = None
        self._poll_stops: asyncio.Event | None = None
        self._next_conflict = 0.0
        self.on_put: Any = None

    def put(self, kind: str, payload: dict[str, Any], chat_id: int) -> None:
        """Queues an update if the bot asked for its kind."""
        if kind not in self.allowed:
            return
        body = json.dumps({"update_id": self.next_id, kind: payload}, ensure_ascii=False, separators=(",", ":"))
        update = Update(self.next_id, chat_id, body)
        self.next_id += 1
        self.waiting.append(update)
        if self._poll is not None and not self._poll.done():
            self._poll.set_result("news")
        if self.on_put is not None:
            self.on_put(update)

    def allow(self, kinds: list[str] | None) -> bool:
        """Takes the allowed_updates argument (None: as before; empty: the default); True when it changed."""
        if kinds is None:
            return False
        known = frozenset(kind for kind in kinds if kind in ALL_TYPES)
        wanted = known or DEFAULT_TYPES
        changed = wanted != self.allowed
        self.allowed = wanted
        return changed

    def pending(self) -> int:
        self.drop_done()
        return sum(1 for update in self.waiting if not update.done)

    def drop_done(self) -> None:
        """Forgets what a webhook took, as far as the head of the queue."""
        while self.waiting and self.waiting[0].done:
            self.waiting.popleft()

    def confirm(self, offset: int) -> None:
        """Forgets every update before `offset`."""
        while self.waiting and self.waiting[0].id < offset:
            self.waiting.popleft()

    def forget_all(self) -> None:
        self.waiting.clear()

    def _take(self, offset: int, limit: int) -> list[Update]:
        if offset < 0:
            offset += self.next_id
        if 0 < offset <= self.next_id + 10:
            self.confirm(offset)
        taken: list[Update] = []
        size = 0
        for update in self.waiting:
            size += len(update.body)
            if len(taken) == limit or size > ANSWER_BYTES:
                break
            if not update.done:
                taken.append(update)
        return taken

    async def get(self, offset: int, limit: int, timeout: float) -> str:
        """The JSON array getUpdates answers; waits up to `timeout` seconds for news. A waiting poll ends with 409."""
        taken = self._take(offset, limit)
        if not taken and timeout > 0:
            self.interrupt(OTHER_POLLER)
            poll: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            self._poll = poll
            try:
                outcome = await asyncio.wait_for(poll, timeout)
            except TimeoutError:
                outcome = ""
            finally:
                if self._poll is poll:
                    self._poll = None
            if outcome and outcome != "news":
                await self._conflict(outcome)
            if outcome:
                await asyncio.sleep(GATHER)
            taken = self._take(offset, limit)
        return "[" + ",".join(update.body for update in taken) + "]"

    def interrupt(self, reason: str) -> None:
        """Ends the poll that waits now, if any, with a conflict."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(reason)
        self._poll = None

    async def _conflict(self, reason: str) -> None:
        """Raises 409: at once, but a further one only after three seconds, so that two pollers do not spin."""
        now = time.monotonic()
        if now < self._next_conflict:
            await asyncio.sleep(CONFLICT_PAUSE)
        else:
            self._next_conflict = now + CONFLICT_PAUSE
        raise conflict(reason)
