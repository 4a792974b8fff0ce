"""Sending one message: its calls made in order and at their pace, and the verdict on what became of it."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.delivery.lanes import Lanes
from bot.delivery.outcome import FailedForGood, Later, Moved, Outcome, Sent, TargetGone, Uncertain
from bot.delivery.render import PREPARED, BadMessage, Call, Renderer
from bot.store.outbox import Ack, Entry, Letter

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
# A server that answers "I cannot" to one message so often will not change its mind.
MOST_TRIES = 20


class Channel(Protocol):
    """The way out of the house: bot.delivery.telegram.Telegram, or another leaf."""

    async def perform(self, call: Call) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message, for its row (`ack`) and for its chat; `again` is to be tried once more."""

    name: str
    chat_id: int
    ack: Ack
    again: Entry | None = None
    moved_to: int | None = None
    unreachable: bool = False


class Sender:
    """Says one message after another to a channel, and learns from the answers how long to hold back."""

    def __init__(
        self,
        channel: Channel,
        renderer: Renderer,
        lanes: Lanes,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._channel = channel
        self._renderer = renderer
        self._lanes = lanes
        self._monotonic = monotonic
        self._sleep = sleep
        self._failures: Counter[int | None] = Counter()

    async def send(self, entry: Entry, row: Letter) -> Verdict:
        """Never raises: whatever happens to this message is its verdict."""
        try:
            if row.method in PREPARED:
                await asyncio.to_thread(self._renderer.prepare, row)
            calls = self._renderer.calls(row)
        except (BadMessage, OSError) as error:
            self._lanes.stayed(entry)
            return self._verdict(entry, row, FailedForGood(str(error)), [])
        ids: list[int] = []
        outcome: Outcome = Sent()
        for number, call in enumerate(calls):
            outcome = await (self._further(entry, call) if number else self._call(entry, call))
            if not isinstance(outcome, Sent):
                break
            ids += outcome.message_ids
        return self._verdict(entry, row, outcome, ids)

    async def _further(self, entry: Entry, call: Call) -> Outcome:
        """A further part of a long message: to send the first part again with it would say that twice."""
        outcome: Outcome = Later("not yet tried")
        for _ in range(MOST_TRIES):
            while (wait := self._lanes.part_ready_at(entry, self._monotonic()) - self._monotonic()) > 0:
                await self._sleep(min(wait, 1.0))
            self._lanes.leave(entry, self._monotonic())
            outcome = await self._call(entry, call)
            if not isinstance(outcome, Later):
                return outcome
            self._hold_back(entry, outcome)
        return FailedForGood(f"tried {MOST_TRIES} times: {outcome}")

    async def _call(self, entry: Entry, call: Call) -> Outcome:
        left = self._monotonic()
        try:
            outcome = await self._channel.perform(call)
            if isinstance(outcome, TargetGone) and call.instead:
                outcome = await self._channel.perform(call.instead)
        except Exception as error:
            # No channel should raise; whether the message arrived is then anybody's guess.
            log.exception("message %d: the channel broke", entry.id)
            outcome = Uncertain(type(error).__name__)
        self._lanes.answered(entry, left, self._monotonic())
        return FailedForGood(outcome.reason) if isinstance(outcome, TargetGone) else outcome

    def _verdict(self, entry: Entry, row: Letter, outcome: Outcome, ids: list[int]) -> Verdict:
        if isinstance(outcome, Later) and outcome.seconds is None and not outcome.everywhere and self._hopeless(row):
            outcome = FailedForGood(f"tried {row.attempts + 1} times: {outcome.reason}")
        match outcome:
            case Sent():
                self._failures.pop(None, None)
                self._failures.pop(entry.chat_id, None)
                if not ids and row.method in ("edit", "markup") and row.edits:
                    ids = [row.edits]
                return Verdict("sent", entry.chat_id, Ack(entry.id, "sent", tuple(ids)))
            case Later():
                self._hold_back(entry, outcome)
                log.info("message %d waits: %s", entry.id, outcome.reason)
                return Verdict("later", entry.chat_id, Ack(entry.id, "waiting", error=outcome.reason), again=entry)
            case Moved():
                log.info("group %d has become %d", entry.chat_id, outcome.chat_id)
                again = replace(entry, chat_id=outcome.chat_id)
                ack = Ack(entry.id, "waiting")
                return Verdict("later", entry.chat_id, ack, again=again, moved_to=outcome.chat_id)
            case Uncertain():
                log.warning("message %d (%s) may or may not have arrived: %s", entry.id, row.kind, outcome.reason)
                return Verdict("uncertain", entry.chat_id, Ack(entry.id, "uncertain", tuple(ids), outcome.reason))
            case FailedForGood() | TargetGone():
                log.warning("message %d (%s) will not arrive: %s", entry.id, row.kind, outcome.reason)
                ack = Ack(entry.id, "failed", tuple(ids), outcome.reason)
                gone = isinstance(outcome, FailedForGood) and outcome.unreachable and row.method != "commands"
                return Verdict("failed", entry.chat_id, ack, unreachable=gone)

    @staticmethod
    def _hopeless(row: Letter) -> bool:
        return row.attempts + 1 >= MOST_TRIES

    def _hold_back(self, entry: Entry, outcome: Later) -> None:
        """Honours what Telegram asked for to the full; where it asked nothing, the waits grow with each failure."""
        now = self._monotonic()
        if outcome.seconds is not None:
            self._lanes.refused(entry.chat_id, now + outcome.seconds, now)
            return
        scope = None if outcome.everywhere else entry.chat_id
        if self._lanes.closed(scope, now):
            # Several were under way when the trouble began; it is one trouble.
            return
        self._failures[scope] += 1
        wait = min(FIRST_WAIT * 2 ** min(self._failures[scope] - 1, 10), LONGEST_WAIT)
        if scope is None:
            self._lanes.close(now + wait)
        else:
            self._lanes.close_chat(scope, now + wait)
