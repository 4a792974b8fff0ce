"""The sending pace under a sandbox that enforces Telegram's limits: 30 a second overall, one a second to a chat."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from bench.figures import Figure
from bench.ledgers import FIRST_CHAT, SHANGHAI, migrated
from bench.processes import a_bot, a_peer, a_sandbox, until
from bench.replies import BUCKET, READERS
from bench.talking import people
from bot.domain.post import Lane, Outbox
from bot.sandbox.client import Sandbox
from bot.store import outbox
from bot.store.engine import Store

# Counted from here on: the first seconds are bursts and connections being opened.
UNDER_WAY = 60


def run(short: bool) -> Iterator[Figure]:
    """Ours and the peer send at the same time, each to a sandbox of its own."""
    seconds = 10 if short else 60
    readers = range(READERS, READERS + 30 * (seconds + 12))
    with (
        tempfile.TemporaryDirectory(prefix="duban-bench-") as folder,
        a_sandbox(limits=True) as ours,
        a_sandbox(limits=True) as limited,
    ):
        store = Store(migrated(Path(folder) / "ledger.db"))
        for sandbox in (ours, limited):
            people(sandbox, readers)
        people(limited, [FIRST_CHAT])
        _queue(store, readers)
        with (
            a_peer(limited, "limited_bot", str(READERS)),
            a_bot(ours, store.url, Path(folder), pace="29.5", chat_pace="1", group_pace_per_minute="20"),
        ):
            limited.send_many([{"user_id": FIRST_CHAT, "text": f"digests {len(readers)}"}])
            until(lambda: min(_sent(ours), _sent(limited)) >= UNDER_WAY)
            # Thirty leave, then none until the second is over: whole seconds of messages are timed, not messages of
            # some seconds, which would count a gap too many or too few.
            first = _sent(ours)
            until(lambda: _sent(ours) > first)
            before, start = (_sent(ours), _sent(limited)), time.perf_counter()
            while _sent(ours) - before[0] < 30 * seconds and time.perf_counter() - start < 2 * seconds:
                time.sleep(0.005)
            after, took = (_sent(ours), _sent(limited)), time.perf_counter() - start
        refused = [sandbox.stats()["too_many"] for sandbox in (ours, limited)]
        store.close()
    pace, peer = ((end - begin) / took for begin, end in zip(before, after, strict=True))
    what = f"sent under Telegram's limits for {seconds} s"
    beside = f"the limit: 30/s; PTB + AIORateLimiter{BUCKET}: {peer:.1f}/s, {refused[1]} refused"
    met = pace >= 29 and not refused[0]
    yield Figure(what, f"{pace:.2f}/s, {refused[0]} refused with 429", beside, "≥ 29/s, none refused", met)


def _sent(sandbox: Sandbox) -> int:
    """Messages that arrived; those refused do not count."""
    found: Mapping[str, int] = sandbox.stats()["methods"].get("sendmessage", {"calls": 0, "failed": 0})
    return found["calls"] - found["failed"]


def _queue(store: Store, readers: range) -> None:
    """A short message waits for each reader."""
    now = datetime.now(SHANGHAI)
    with store.writing() as session:
        rows = [
            Outbox(
                key=f"bench:{chat}",
                chat_id=chat,
                kind="refusal.no_such_task",
                facts={"task": chat, "own": [], "understood": "", "command": ""},
                lane=Lane.DIGEST,
                created_at=now,
            )
            for chat in readers
        ]
        outbox.queue(session, rows)
