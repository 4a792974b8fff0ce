"""From the command line to the first poll, and the memory of an idle bot, against PTB and SQLModel alone."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.figures import Figure, at_most, in_turn, median
from bench.ledgers import CITY, FIRST_CHAT, SHANGHAI, a_ledger, a_quiet_week
from bench.processes import Child, a_bot, a_peer, a_sandbox, called, until
from bench.talking import people
from bot.sandbox.client import Sandbox


def run(short: bool) -> Iterator[Figure]:
    rounds, rest = (2, 1.0) if short else (3, 10.0)
    mine, bare = _Starts(), _Starts()
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder, a_sandbox() as sandbox:
        now = datetime.now(SHANGHAI)
        store = a_ledger(Path(folder) / "ledger.db", CITY, now)
        a_quiet_week(store, now)
        store.close()

        def ours() -> AbstractContextManager[Child]:
            return a_bot(sandbox, store.url, Path(folder))

        def peer() -> AbstractContextManager[Child]:
            return a_peer(sandbox, "bare_bot", f"sqlite:///{folder}/bare.db")

        for start in (ours, peer):
            _Starts().one(sandbox, start, 0.0)
        took, beside = in_turn(rounds, lambda: mine.one(sandbox, ours, rest), lambda: bare.one(sandbox, peer, rest))
    yield at_most(
        "warm start to the first poll",
        median(took),
        2.5,
        "s",
        f"PTB + SQLModel alone {median(beside):.2f} s; of processor time {median(mine.processor):.1f}, "
        f"{median(bare.processor):.1f} s",
    )
    alone = f"PTB + SQLModel alone {median(bare.memory):.0f} MB"
    yield at_most(f"memory after {rest:.0f} idle seconds", median(mine.memory), 120, "MB", alone)


@dataclass(slots=True)
class _Starts:
    """Of each start: processor seconds until the first poll, resident megabytes after a rest."""

    processor: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def one(self, sandbox: Sandbox, start: Callable[[], AbstractContextManager[Child]], rest: float) -> float:
        """Seconds from its start until its first poll is answered: something waits, so that is at once."""
        [person] = people(sandbox, [FIRST_CHAT + 1]).values()
        person.send("/whoami")
        sandbox.forget_stats()
        began = time.perf_counter()
        with start() as running:
            until(lambda: called(sandbox, "getupdates") > 0)
            took = time.perf_counter() - began
            self.processor.append(running.processor())
            time.sleep(rest)
            self.memory.append(running.memory())
        return took
