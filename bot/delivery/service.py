"""Delivery: from the outbox to the world, in lanes, several messages under way at once, one to each chat."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.delivery.lanes import REPLIES, Lanes
from bot.delivery.sending import Sender, Verdict
from bot.domain.post import Lane
from bot.store import outbox
from bot.store.engine import Store
from bot.store.outbox import Entry, Letter

log = logging.getLogger(__name__)

PARALLEL = 12
# So many of each lane are known in memory at most, the rest waits in the table; below the second number: look for more.
KNOWN, FEW = 1000, 200
# Seconds before it may leave that a message is claimed: to note it in the outbox takes as long, and at full pace each
# place in Telegram's second would stand empty meanwhile (29.1 messages a second instead of 29.4).
AHEAD = 0.02
# Seconds: a safety net only, for the rows another node queued and those whose `not_before` has come.
LOOK_AGAIN = 1.0
LONGEST_WAIT = 10.0


class Delivery:
    """Sends what waits in the outbox while `run` runs. Only the holder of the lease may run one.

    `clock` tells the ledger's moments, `monotonic` the pace; `said(outcome, lane)` hears of every message done.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        lanes: Lanes,
        clock: Callable[[], datetime],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        said: Callable[[str, str], None] = lambda outcome, lane: None,
    ) -> None:
        self._store = store
        self._sender = sender
        self._lanes = lanes
        self._clock = clock
        self._monotonic = monotonic
        self._said = said
        self._news = asyncio.Event()
        self._quiet = asyncio.Event()
        self._stopping = False
        self._verdicts: list[Verdict] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._reached: set[int] = set()
        self._reached_at = -math.inf
        self._look = True
        self._looked_at = -math.inf

    def wake(self) -> None:
        """There may be news in the outbox. Call it on the loop this runs on."""
        self._look = True
        self._quiet.clear()
        self._news.set()

    async def idle(self) -> None:
        """Returns when nothing that may leave by now waits or is under way."""
        self.wake()
        await self._quiet.wait()

    def stop(self) -> None:
        """`run` ends once the messages under way are answered and what became of them stands in the outbox."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        self._stopping = False
        wait = 0.2
        while not self._stopping:
            try:
                await self._recover()
                wait = 0.2
                while not self._stopping:
                    await self._turn()
            except Exception:
                # What is to be sent lies in the table; nothing is lost by waiting for it.
                log.exception("delivery: trying again in %.1f s", wait)
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        await self._answered()
        await asyncio.to_thread(self._write, [])

    async def _recover(self) -> None:
        """At the start and after trouble: nobody is sending, so whatever stands as being sent waits again."""
        await self._answered()

        def release() -> int:
            self._write([])
            with self._store.writing() as session:
                return outbox.release(session)

        released = await asyncio.to_thread(release)
        if released:
            log.warning("delivery: %d messages were under way when the sender stopped; they are sent again", released)
        self._lanes.clear()
        self.wake()

    async def _answered(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _turn(self) -> None:
        if self._look or self._monotonic() - self._looked_at >= LOOK_AGAIN:
            await self._look_up()
        if self._reached and self._monotonic() - self._reached_at >= LOOK_AGAIN:
            await self._note_reached()
        entries = self._take()
        if entries or self._verdicts:
            rows = await asyncio.to_thread(self._write, [entry.id for entry in entries])
            self._start(entries, rows)
        elif len(self._under_way) >= PARALLEL:
            await self._wait(LOOK_AGAIN)
        elif self._under_way or self._lanes or self._look:
            await self._wait(self._lanes.next_at(self._monotonic()) - AHEAD - self._monotonic())
        elif self._reached:
            await self._note_reached()
        else:
            self._quiet.set()
            await self._wait(LOOK_AGAIN)

    async def _look_up(self) -> None:
        now = self._monotonic()
        often = now - self._looked_at < LOOK_AGAIN
        lanes = [lane for lane in Lane if lane in REPLIES or not often or self._lanes.held(lane) < FEW]
        if not often:
            self._looked_at = now
            self._lanes.forget_idle(now)
        self._look = False
        self._lanes.put(await asyncio.to_thread(self._read, lanes))

    def _read(self, lanes: Sequence[Lane]) -> list[Entry]:
        now = self._clock()
        with self._store.reading() as session:
            return [entry for lane in lanes for entry in outbox.waiting(session, lane, now, KNOWN)]

    def _take(self) -> list[Entry]:
        taken: list[Entry] = []
        while len(taken) + len(self._under_way) < PARALLEL:
            entry = self._lanes.take(self._monotonic(), AHEAD)
            if entry is None:
                break
            taken.append(entry)
        return taken

    def _write(self, ids: Sequence[int]) -> list[Letter]:
        """One transaction: what became of those sent is noted, and these are being sent from now on."""
        verdicts, now = list(self._verdicts), self._clock()
        with self._store.writing() as session:
            outbox.acknowledge(session, [verdict.ack for verdict in verdicts], now)
            _draw_conclusions(session, verdicts, now)
            rows = outbox.claim(session, ids)
        # Only now: had the transaction failed, they would have to be noted again.
        del self._verdicts[: len(verdicts)]
        self._reached.update(verdict.chat_id for verdict in verdicts if verdict.name == "sent")
        return rows

    async def _note_reached(self) -> None:
        """That somebody is reachable again can wait for a moment of calm, or a second."""
        reached, self._reached = self._reached, set()
        self._reached_at = self._monotonic()

        def note() -> None:
            with self._store.writing() as session:
                outbox.mark_reached(session, reached)

        if reached:
            await asyncio.to_thread(note)

    def _start(self, entries: Sequence[Entry], rows: Sequence[Letter]) -> None:
        claimed = {row.id: row for row in rows}
        for entry in entries:
            row = claimed.get(entry.id)
            if row is None:
                # Withdrawn, or seen to by somebody else, since it was looked up.
                self._lanes.stayed(entry)
                self._lanes.finished(entry)
                continue
            task = asyncio.create_task(self._send(entry, row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _send(self, entry: Entry, row: Letter) -> None:
        early = self._lanes.leaves_at(entry) - self._monotonic()
        if early > 0:
            await asyncio.sleep(early)
        verdict = await self._sender.send(entry, row)
        self._verdicts.append(verdict)
        self._lanes.finished(entry)
        if verdict.moved_to is not None:
            self._lanes.move_chat(entry.chat_id, verdict.moved_to)
        if verdict.again is not None:
            self._lanes.put_back(verdict.again)
        self._said(verdict.name, Lane(entry.lane).name.lower())
        self._news.set()

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), max(0.0, min(seconds, LOOK_AGAIN)))
        except TimeoutError:
            return
        self._news.clear()


def _draw_conclusions(session: Session, verdicts: Sequence[Verdict], now: datetime) -> None:
    """What the outcomes say about the chats: out of reach, moved."""
    for verdict in verdicts:
        if verdict.unreachable:
            outbox.mark_unreachable(session, verdict.chat_id, now)
        if verdict.moved_to is not None:
            outbox.move_chat(session, verdict.chat_id, verdict.moved_to)
