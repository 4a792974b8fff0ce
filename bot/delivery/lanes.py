"""Lanes: which waiting message leaves next. Replies overtake broadcasts; within a lane each chat keeps its order."""

import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import replace

from bot.delivery.pacing import Chat, Overall
from bot.domain.post import Lane
from bot.store.outbox import Entry

# Telegram does not count these against its limits on messages.
UNCOUNTED = frozenset({"answer", "delete", "action", "commands"})
REPLIES = frozenset({Lane.REPLY, Lane.URGENT})


def counted(entry: Entry) -> bool:
    return entry.method not in UNCOUNTED


class Lanes:
    """Messages known to wait, and the pace they may leave at. `now` is monotonic seconds; no clock is read here."""

    def __init__(self, pace: float, chat_pace: float, group_pace_per_minute: float) -> None:
        self._overall = Overall(pace)
        self._chat_pace = chat_pace
        self._group_pace = group_pace_per_minute
        self._queues: dict[int, OrderedDict[int, deque[Entry]]] = {int(lane): OrderedDict() for lane in Lane}
        self._uncounted: deque[Entry] = deque()
        self._held = dict.fromkeys((int(lane) for lane in Lane), 0)
        self._known: set[int] = set()
        self._chats: dict[int, Chat] = {}
        self._under_way: set[int] = set()
        self._leaves_at: dict[int, float] = {}
        self._closed_until = -math.inf

    def __len__(self) -> int:
        """How many wait here; those under way not counted."""
        return sum(self._held.values())

    def held(self, lane: int) -> int:
        return self._held[lane]

    def put(self, entries: Sequence[Entry]) -> None:
        """They wait their turn, each once."""
        for entry in entries:
            if entry.id not in self._known:
                self._known.add(entry.id)
                self._held[entry.lane] += 1
                self._queue(entry).append(entry)

    def put_back(self, entry: Entry) -> None:
        """It waits again, first of its chat in its lane."""
        self._known.add(entry.id)
        self._held[entry.lane] += 1
        self._queue(entry).appendleft(entry)
        if counted(entry):
            self._queues[entry.lane].move_to_end(entry.chat_id, last=False)

    def take(self, now: float, ahead: float = 0.0) -> Entry | None:
        """The next one that may leave now, or in `ahead` seconds; then not before `leaves_at`.

        It is under way until `finished`, and its chat waits for it.
        """
        if self._closed_until > now:
            return None
        if self._uncounted:
            self._held[self._uncounted[0].lane] -= 1
            return self._uncounted.popleft()
        for lane, chats in self._queues.items():
            room = self._overall.ready_at(now, reply=lane in REPLIES) if chats else math.inf
            if room <= now + ahead:
                for chat_id in chats:
                    ready = self._chat_ready_at(chat_id, now)
                    if ready <= now + ahead:
                        return self._start(lane, chat_id, max(now, room, ready))
        return None

    def leaves_at(self, entry: Entry) -> float:
        """When what was taken may leave."""
        return self._leaves_at.get(entry.id, -math.inf)

    def next_at(self, now: float) -> float:
        """The earliest moment at which `take` may find one, if nothing else happens before; infinity for none."""
        earliest = now if self._uncounted else math.inf
        for lane, chats in self._queues.items():
            room = self._overall.ready_at(now, reply=lane in REPLIES) if chats else math.inf
            for chat_id in chats:
                if earliest <= room:
                    break
                earliest = min(earliest, max(room, self._chat_ready_at(chat_id, now)))
        return max(earliest, self._closed_until)

    def leave(self, entry: Entry, now: float) -> None:
        """A counted message leaves for the entry's chat: at `take`, and again for each further part of a long one."""
        if counted(entry):
            self._overall.leave(now, reply=entry.lane in REPLIES)
            self._chat(entry.chat_id).leave(now)

    def stayed(self, entry: Entry) -> None:
        """It was taken but did not leave after all."""
        if counted(entry):
            self._overall.stayed()

    def answered(self, entry: Entry, left: float, now: float) -> None:
        """The message that left at `left` was answered at `now`, well or badly."""
        if counted(entry):
            self._overall.answered(left, now)
            self._chat(entry.chat_id).answered(now)

    def part_ready_at(self, entry: Entry, now: float) -> float:
        """When a further part of a message under way may leave."""
        room = self._overall.ready_at(now, reply=entry.lane in REPLIES)
        return max(now, self._closed_until, room, self._chat(entry.chat_id).ready_at(now))

    def finished(self, entry: Entry) -> None:
        """It is no longer under way: the next message of its chat may leave."""
        self._known.discard(entry.id)
        self._leaves_at.pop(entry.id, None)
        if counted(entry):
            self._under_way.discard(entry.chat_id)

    def clear(self) -> None:
        """Nothing is known to wait, and nothing is under way; what was learnt about pace and chats stays."""
        for chats in self._queues.values():
            chats.clear()
        self._uncounted.clear()
        self._known.clear()
        self._under_way.clear()
        self._leaves_at.clear()
        self._held = dict.fromkeys(self._held, 0)
        self._overall.nothing_under_way()

    def closed(self, chat_id: int | None, now: float) -> bool:
        """Whether the chat, or (None) the whole way out, is closed just now."""
        return (self._closed_until if chat_id is None else self._chat(chat_id).closed_until) > now

    def close(self, until: float) -> None:
        """Nothing at all leaves before `until`."""
        self._closed_until = max(self._closed_until, until)

    def close_chat(self, chat_id: int, until: float) -> None:
        chat = self._chat(chat_id)
        chat.closed_until = max(chat.closed_until, until)

    def refused(self, chat_id: int, until: float, now: float) -> None:
        """Telegram said "too many" (429) and closed something until `until`; whose limit it was it does not tell.

        A group's, or that of a chat we just sent a burst to, is taken for the chat's own. A chat that had no burst,
        or a second chat refused meanwhile, means everybody.
        """
        others = any(chat.closed_until > now for known, chat in self._chats.items() if known != chat_id)
        if others or not self._chat(chat_id).bursting(now):
            self.close(until)
        self.close_chat(chat_id, until)

    def move_chat(self, old: int, new: int) -> None:
        """What waits for the old id waits for the new one."""
        for chats in self._queues.values():
            if old in chats:
                moved = [replace(entry, chat_id=new) for entry in chats.pop(old)]
                chats.setdefault(new, deque()).extendleft(reversed(moved))

    def forget_idle(self, now: float) -> None:
        """Chats whose pace is fully recovered need not be remembered."""
        self._chats = {id_: chat for id_, chat in self._chats.items() if not chat.idle(now)}

    def _queue(self, entry: Entry) -> deque[Entry]:
        if not counted(entry):
            return self._uncounted
        return self._queues[entry.lane].setdefault(entry.chat_id, deque())

    def _start(self, lane: int, chat_id: int, at: float) -> Entry:
        chats = self._queues[lane]
        entry = chats[chat_id].popleft()
        if chats[chat_id]:
            # The next turn is another chat's.
            chats.move_to_end(chat_id)
        else:
            del chats[chat_id]
        self._held[lane] -= 1
        self._under_way.add(chat_id)
        self._leaves_at[entry.id] = at
        self.leave(entry, at)
        return entry

    def _chat_ready_at(self, chat_id: int, now: float) -> float:
        return math.inf if chat_id in self._under_way else self._chat(chat_id).ready_at(now)

    def _chat(self, chat_id: int) -> Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            group = self._group_pace if chat_id < 0 else None
            chat = self._chats[chat_id] = Chat(self._chat_pace, group)
        return chat
