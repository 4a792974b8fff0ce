"""The heartbeat: who watches from outside hears after good rounds only; the office hears of bad and late ones."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ladder_ledger import WATER, Ledger, a_plan
from town import NOON

from bot.delivery.telegram import open_bot
from bot.demo import DemoClock
from bot.domain.post import Meta, Outbox
from bot.node import HEAR_FIRST, Node, machine_clock
from bot.sandbox.running import serve
from bot.usecases.watch import LAST_TICK

FAR = a_plan((7, "清淤", WATER, "", "2039年12月31日"))


class Watcher:
    """A dead man's switch on the network: it counts the calls and answers with `status`."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200
        watcher = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.calls.append(self.path)
                self.send_response(watcher.status)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}/ping/8f2c"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    found = Watcher()
    yield found
    found.close()


@pytest.fixture
def ledger(tmp_path: Path, watcher: Watcher) -> Ledger:
    found = Ledger(tmp_path, FAR, datetime.now(UTC), heartbeat_url=watcher.url)
    found.join("市整改办", "office")
    return found


def ask(ledger: Ledger, times: int = 1, clock: object = machine_clock) -> None:
    """So many ticks of a node; Telegram is not needed for them."""

    async def ticks() -> None:
        async with open_bot("1:a", "http://127.0.0.1:9") as bot:
            node = Node(ledger.house, bot, clock)  # type: ignore[arg-type]
            for _ in range(times):
                await node.ask()

    asyncio.run(ticks())


def last_tick_was(ledger: Ledger, ago: timedelta) -> None:
    with ledger.house.store.writing() as session:
        session.merge(Meta(name=LAST_TICK, value=(datetime.now(UTC) - ago).isoformat()))


def told(ledger: Ledger) -> list[str]:
    return [row.kind for row in ledger.rows(Outbox) if row.kind in ("round_failed", "clock_was_away")]


def test_a_good_round_is_told_outside_once_a_minute(ledger: Ledger, watcher: Watcher) -> None:
    ask(ledger, 3)
    assert watcher.calls == ["/ping/8f2c"]
    last_tick_was(ledger, timedelta(seconds=61))
    ask(ledger, 2)
    assert watcher.calls == ["/ping/8f2c"] * 2
    assert told(ledger) == []


def test_a_failed_round_is_not_told_outside_but_to_the_office_once_a_day(ledger: Ledger, watcher: Watcher) -> None:
    with ledger.house.store.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE subscription RENAME TO elsewhere")
    ask(ledger, 3)
    assert watcher.calls == []
    assert told(ledger) == ["round_failed"]
    (row,) = [row for row in ledger.rows(Outbox) if row.kind == "round_failed"]
    assert row.facts["error"] == "OperationalError"
    # It goes on by itself as soon as the cause is gone.
    with ledger.house.store.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO subscription")
    ask(ledger)
    assert watcher.calls == ["/ping/8f2c"]


def test_a_round_that_comes_late_is_told_to_the_office(ledger: Ledger, watcher: Watcher) -> None:
    last_tick_was(ledger, timedelta(hours=2))
    ask(ledger, 2)
    assert told(ledger) == ["clock_was_away"]
    assert len(watcher.calls) == 1


def test_after_a_stop_people_are_heard_before_the_clock_speaks(tmp_path: Path) -> None:
    with serve() as sandbox:
        ledger = Ledger(tmp_path, FAR, datetime.now(UTC), api_url=sandbox.api_url, listen="127.0.0.1:0")
        ledger.join("市整改办", "office")
        liaison = ledger.join(WATER)
        sandbox.user("陈某", liaison.user_id).start()
        sandbox.user("陈某", liaison.user_id).send("进度 7 60% 清淤过半")
        last_tick_was(ledger, timedelta(hours=2))
        asyncio.run(lived_until_told(ledger, sandbox.token))
        kinds = [row.kind for row in ledger.rows(Outbox)]
        assert kinds.index("reported") < kinds.index("clock_was_away")


async def lived_until_told(ledger: Ledger, token: str) -> None:
    """A node runs until the office has been told that the clock was away."""
    async with open_bot(token, ledger.house.settings.api_url) as bot:
        running = asyncio.create_task(Node(ledger.house, bot, machine_clock).run())
        async with asyncio.timeout(HEAR_FIRST + 20):
            while "clock_was_away" not in [row.kind for row in ledger.rows(Outbox)]:
                await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.wait([running])


def test_a_watcher_that_is_ill_or_gone_stops_no_round(ledger: Ledger, watcher: Watcher) -> None:
    watcher.status = 500
    ask(ledger)
    watcher.close()
    last_tick_was(ledger, timedelta(minutes=2))
    ask(ledger)
    assert told(ledger) == []
    with ledger.house.store.reading() as session:
        noted = datetime.fromisoformat(session.get_one(Meta, LAST_TICK).value)
    assert datetime.now(UTC) - noted < timedelta(minutes=1)


def test_a_rehearsal_s_clock_proves_nothing_to_the_outside(ledger: Ledger, watcher: Watcher) -> None:
    ask(ledger, 2, DemoClock(NOON))
    assert watcher.calls == []
