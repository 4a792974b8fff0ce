"""From the command line to the first poll, and the memory of an idle bot, against PTB and SQLModel alone."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from bench.figures import Figure, at_most, in_turn, median
from bench.ledgers import CITY, FIRST_CHAT, SHANGHAI, a_ledger, a_quiet_week
from bench.processes import Child, a_bot, a_peer, a_sandbox, called, until
from bench.talking import people
from bot.sandbox.client import Sandbox


def run(short: bool) -> Iterator[Figure]:
    rounds, rest = (2, 2.0) if short else (5, 10.0)
    memory: list[list[float]] = [[], []]
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder, a_sandbox() as sandbox:
        now = datetime.now(SHANGHAI)
        store = a_ledger(Path(folder) / "ledger.db", CITY, now)
        a_quiet_week(store, now)
        store.close()

        def ours() -> AbstractContextManager[Child]:
            return a_bot(sandbox, store.url, Path(folder))

        def peer() -> AbstractContextManager[Child]:
            return a_peer(sandbox, "bare_bot", f"sqlite:///{folder}/bare.db")

        _first_poll(sandbox, ours, 0.0, [])
        _first_poll(sandbox, peer, 0.0, [])
        mine, bare = in_turn(
            rounds,
            lambda: _first_poll(sandbox, ours, rest, memory[0]),
            lambda: _first_poll(sandbox, peer, rest, memory[1]),
        )
    beside = f"PTB + SQLModel alone {median(bare):.2f} s"
    yield at_most("warm start to the first poll", median(mine), 2.5, "s", beside)
    yield at_most(
        f"memory after {rest:.0f} idle seconds",
        median(memory[0]),
        120,
        "MB",
        f"PTB + SQLModel alone {median(memory[1]):.0f} MB",
    )


def _first_poll(
    sandbox: Sandbox, start: Callable[[], AbstractContextManager[Child]], rest: float, memory: list[float]
) -> float:
    """Seconds from the start of the process until its first poll is answered: something waits, so that is at once."""
    [person] = people(sandbox, [FIRST_CHAT + 1]).values()
    person.send("/whoami")
    sandbox.forget_stats()
    began = time.perf_counter()
    with start() as running:
        until(lambda: called(sandbox, "getupdates") > 0)
        took = time.perf_counter() - began
        time.sleep(rest)
        memory.append(running.memory())
    return took
