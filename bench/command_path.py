"""`/update` end to end, over HTTP, against PTB's echo bot: how many a second, and how soon one is answered.

Each bot is a process of its own with a sandbox of its own; the same messages are said to both in turn.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path

from bench.figures import Figure, at_least, at_most, in_turn, median, p99
from bench.ledgers import FIRST_CHAT, SHANGHAI, Shape, a_ledger, a_quiet_week, state_of, units_of
from bench.processes import a_bot, a_peer, a_sandbox
from bench.talking import answer_times, people, rate
from bot.sandbox.client import Sandbox

# A liaison has twelve tasks: four each to lead, to do and to verify (domain.md §5).
SHAPE = Shape(tasks=200, units=50, weeks=26)
PER_SECOND = 5


def run(short: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder, a_sandbox() as ours, a_sandbox() as echo:
        now = datetime.now(SHANGHAI)
        store = a_ledger(Path(folder) / "ledger.db", SHAPE, now)
        a_quiet_week(store, now)
        store.close()
        with a_bot(ours, store.url, Path(folder)), a_peer(echo, "echo_bot"):
            yield from _measured(ours, echo, short)


def _measured(ours: Sandbox, echo: Sandbox, short: bool) -> Iterator[Figure]:
    chats = [FIRST_CHAT + unit for unit in range(1, SHAPE.units + 1)]
    persons = [people(sandbox, chats) for sandbox in (ours, echo)]
    said = cycle(updates())
    together, rounds = (200, 3) if short else (1000, 5)
    for sandbox in (ours, echo):
        rate(sandbox, list(islice(said, 200)))
    mine, peer = in_turn(
        rounds,
        lambda: rate(ours, list(islice(said, together))),
        lambda: rate(echo, list(islice(said, together))),
    )
    beside = f"PTB echo {median(peer):.0f}/s; ours {median(mine):.0f}/s"
    yield at_least("/update end to end, of an echo's rate", median(mine) / median(peer), 0.5, "×", beside)

    times: list[list[float]] = [[], []]
    for _ in range(2 if short else 5):
        for own, took in zip(persons, times, strict=True):
            took += answer_times(own, islice(said, 25 if short else 60), PER_SECOND)
    beside = (
        f"PTB echo {p99(times[1]) * 1000:.0f} ms; medians {median(times[0]) * 1000:.0f}, {median(times[1]) * 1000:.0f}"
    )
    yield at_most(f"/update at {PER_SECOND}/s, p99 of {len(times[0])}", p99(times[0]) * 1000, 50, "ms", beside)


def updates() -> list[tuple[int, str]]:
    """(person, text): one report on each task that is under way."""
    open_tasks = [task for task in range(1, SHAPE.tasks + 1) if state_of(task) == "in_progress"]
    return [
        (FIRST_CHAT + units_of(SHAPE, task)[1], f"/update {task}.1 {20 + task % 70}% 管线迁改完成{task % 9}处")
        for task in open_tasks
    ]
