"""What happens is told to everybody who listens: pages over SSE, tests that wait for the next message."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

BACKLOG = 10_000


class Bus:
    """Listeners get every event; an event is only built when somebody listens. Waiters wake when a chat moves."""

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._bells: defaultdict[int, set[asyncio.Future[None]]] = defaultdict(set)
        self.closed = False

    def tell(self, event: Callable[[], dict[str, Any]]) -> None:
        if not self.listeners:
            return
        made = event()
        for listener in list(self.listeners):
            if listener.qsize() < BACKLOG:
                listener.put_nowait(made)

    def listen(self) -> asyncio.Queue[dict[str, Any] | None]:
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        if self.closed:
            queue.put_nowait(None)
        self.listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        self.listeners.discard(queue)

    def ring(self, chat_id: int) -> None:
        for bell in self._bells.pop(chat_id, ()):
            if not bell.done():
                bell.set_result(None)

    async def moved(self, chat_id: int, seconds: float) -> None:
        """Returns when something moves in the chat, or after `seconds`."""
        bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bells[chat_id].add(bell)
        try:
            await asyncio.wait_for(bell, seconds)
        except TimeoutError:
            return
        finally:
            self._bells[chat_id].discard(bell)

    def close(self) -> None:
        """Ends every stream and wait, so that the server can stop."""
        self.closed = True
        for listener in self.listeners:
            listener.put_nowait(None)
        for chat_id in list(self._bells):
            self.ring(chat_id)
