"""Pacing: how many messages may leave, overall, per chat and per group. Seconds of a monotonic clock come in as `now`.

Telegram's limits (core.telegram.org/bots/faq): 30 a second overall, about one a second per chat with short bursts,
20 a minute per group. They are counted where a message arrives, not where it leaves. So a place in a window is given
back a full window after the *answer*, less most of the quickest round trip: a message held up on its way keeps its
place for longer, and however the network bunches messages up, no window on the other side sees more than are allowed.
"""

import heapq
import math
from collections import deque

CHAT_BURST = 3
GROUP_WINDOW = 60.0
# Telegram's second, and a hair more.
SECOND = 1.005
# A quickest round trip is forgotten so slowly (seconds a message) that a minute of slow ones is not taken for the rule:
# once they are quick again, a place given back too early would be one message too many in a window.
FORGOTTEN = 0.000001
# The quickest way there and the quickest way back may be two messages': together quicker than any round trip was.
SURE, UNSURE = 0.95, 0.003
# Of fewer round trips the quickest is no measure: the first ones open connections.
FEW = 60
# So long after somebody's reply, broadcasts leave this many places of the overall window free for the next ones.
REPLIES_EXPECTED_FOR = 30.0
KEPT_FOR_REPLIES = 5


class Overall:
    """At most `pace` messages, rounded up, in any second. Broadcasts are spread evenly, at `pace` and not above, so
    that a reply need not wait for the next second.
    """

    def __init__(self, pace: float) -> None:
        self._places = math.ceil(pace)
        self._window = max(SECOND, 1 / pace)
        self._interval = 1 / pace
        self._in_flight = 0
        self._answered: list[float] = []
        self._next_broadcast = 0.0
        self._last_reply = -math.inf
        self._round_trip = math.inf
        self._trips = 0
        self._reserve = min(KEPT_FOR_REPLIES, self._places // 4)

    def ready_at(self, now: float, *, reply: bool) -> float:
        """From when one more may leave; infinity when only an answer to one under way can make room."""
        held_for = self._held_for()
        while self._answered and self._answered[0] + held_for <= now:
            heapq.heappop(self._answered)
        reserve = 0 if reply or now - self._last_reply > REPLIES_EXPECTED_FOR else self._reserve
        over = self._in_flight + len(self._answered) - (self._places - reserve)
        if over >= 0:
            if over >= len(self._answered):
                return math.inf
            room = heapq.nsmallest(over + 1, self._answered)[-1] + held_for
        else:
            room = now
        return room if reply else max(room, self._next_broadcast)

    def leave(self, now: float, *, reply: bool) -> None:
        self._in_flight += 1
        if reply:
            self._last_reply = now
        else:
            # A late wake-up is made up for, up to a third of a second: or else every one of them would lower the pace.
            self._next_broadcast = max(self._next_broadcast, now - 10 * self._interval) + self._interval

    def stayed(self) -> None:
        """What was about to leave did not: its place is free at once."""
        self._in_flight -= 1

    def nothing_under_way(self) -> None:
        self._in_flight = 0

    def answered(self, left: float, now: float) -> None:
        self._trips += 1
        self._round_trip = min(now - left, self._round_trip + FORGOTTEN)
        self._in_flight -= 1
        heapq.heappush(self._answered, now)

    def _held_for(self) -> float:
        """Seconds from its answer for which a message holds its place; by the round trips known by now."""
        return self._window - (max(0.0, SURE * self._round_trip - UNSURE) if self._trips >= FEW else 0.0)


class Chat:
    """One private chat or group: `per_second` with a short burst and, for a group, `per_minute`."""

    __slots__ = ("_due", "_interval", "_minute", "_per_minute", "closed_until")

    def __init__(self, per_second: float, per_minute: float | None) -> None:
        self._interval = 1 / per_second
        self._per_minute = None if per_minute is None else max(1, math.floor(per_minute))
        self._minute: deque[float] = deque()
        self._due = -math.inf
        self.closed_until = -math.inf

    def ready_at(self, now: float) -> float:
        ready = max(self.closed_until, self._due - (CHAT_BURST - 1) * self._interval)
        while self._minute and self._minute[0] + GROUP_WINDOW <= now:
            self._minute.popleft()
        if self._per_minute is not None and len(self._minute) >= self._per_minute:
            ready = max(ready, self._minute[-self._per_minute] + GROUP_WINDOW)
        return max(now, ready)

    def leave(self, now: float) -> None:
        self._due = max(self._due, now) + self._interval

    def answered(self, now: float) -> None:
        if self._per_minute is not None:
            self._minute.append(now)

    def bursting(self, now: float) -> bool:
        """More was just sent here than the long-term pace allows: a 429 is this chat's own."""
        return self._due > now + 1.5 * self._interval or self._per_minute is not None

    def idle(self, now: float) -> bool:
        return not self._minute and max(self._due, self.closed_until) <= now
