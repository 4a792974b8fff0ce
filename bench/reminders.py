"""The reminder clock among many tasks × 6 offsets, against one APScheduler job for each of its rows."""

import gc
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

import psutil
from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import func, select

from bench.figures import Figure, at_most, in_turn, median, seconds
from bench.ledgers import SHANGHAI, Shape, a_ledger, due_of, moment_text, office
from bot.domain.periods import Office
from bot.domain.post import Outbox
from bot.store.engine import Store
from bot.usecases import remind
from bot.usecases.act import Act

OFFSETS = (-30, -15, -7, -3, -1, 0)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)  # a Monday, past the hour of the folded message
FULL, SHORT = Shape(100_000, 1_000, most_measures=1), Shape(20_000, 200, most_measures=1)
JOBS = 5_000


def run(short: bool) -> Iterator[Figure]:
    shape = SHORT if short else FULL
    due = shape.tasks // 10
    rows = shape.tasks * len(OFFSETS)
    _, rules = office()
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder:
        file = Path(folder) / "ledger.db"
        store = a_ledger(file, shape, NOW)
        _plan(file, shape)
        try:
            memory = _memory() / JOBS * rows / 2**20
            spent: list[float] = []
            (idle,), (adding,) = in_turn(200, lambda: _nothing(store, rules, spent)), in_turn(3, _jobs)
            yield at_most(
                f"nothing due among {rows:,} moments, processor time",
                median(spent) * 1000,
                1.0,
                "ms",
                f"by the wall {median(idle) * 1000:.2f} ms; an APScheduler job for each: "
                f"{median(adding) / JOBS * rows:.0f} s to add them, {memory:.0f} MB (from {JOBS:,} jobs)",
            )
            # A bot that runs has compiled its statements on the first few.
            _due(file, store, rules, 10, 0, near=True)
            yield from _folded(file, store, rules, due, near=True, days=(1,) if short else (1, 3))
            yield from _folded(file, store, rules, due, near=False, days=(2,) if short else (2, 4))
        finally:
            store.close()


def _folded(file: Path, store: Store, rules: Office, due: int, *, near: bool, days: Sequence[int]) -> Iterator[Figure]:
    """So many due: of neighbouring units, as when one plan's date comes near, or spread over all of them."""
    took = [_due(file, store, rules, due, day, near) for day in days]
    wall, spent, said = median([each[0] for each in took]), median([each[1] for each in took]), took[0][2]
    where = "of one plan's units" if near else "spread over all units"
    yield at_most(
        f"{due:,} due {where}, folded into {said} messages and queued, processor time",
        spent,
        1.0 * due / 10_000,
        "s",
        f"by the wall {wall:.2f} s",
    )


def _plan(file: Path, shape: Shape) -> None:
    """Every milestone's moments; those of the past are said."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany(
            "INSERT INTO moment (key, due_at, kind, task_id, milestone_id, day, offset, said_at) "
            "VALUES (?, ?, 'deadline', ?, ?, ?, ?, ?)",
            _moments(shape),
        )
        connection.execute("ANALYZE")
    connection.close()


def _moments(shape: Shape) -> Iterator[tuple[object, ...]]:
    # With one measure a task and one date a measure, all three have the same number.
    said = moment_text(NOW)
    for task in range(1, shape.tasks + 1):
        day = due_of(task, NOW)
        for offset in OFFSETS:
            at = datetime.combine(day + timedelta(days=offset), datetime.min.time(), SHANGHAI)
            key = f"deadline:{task}:{day}:{offset:+d}"
            yield key, moment_text(at), task, task, day.isoformat(), offset, said if at <= NOW else None


def _nothing(store: Store, rules: Office, spent: list[float]) -> float:
    """Both rounds ask, as they do every second."""
    with store.writing() as session:
        act = Act(session, rules, NOW)
        began = process_time()
        wall = seconds(lambda: (remind.expand_due(act), remind.fold(act)))
        spent.append(process_time() - began)
        return wall


def _due(file: Path, store: Store, rules: Office, count: int, day: int, near: bool) -> tuple[float, float, int]:
    """So many moments of tasks under way fall due; → seconds by the wall and of processor time until they are folded
    and queued, messages queued."""
    now = NOW + timedelta(days=day)
    order = "t.id" if near else "t.id * 7919 % 100003"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "UPDATE moment SET due_at = ? WHERE id IN (SELECT m.id FROM moment m JOIN task t ON t.id = m.task_id "
            f"WHERE m.said_at IS NULL AND m.offset = ? AND t.state = 'in_progress' ORDER BY {order} LIMIT ?)",
            (moment_text(now - timedelta(hours=1)), OFFSETS[day], count),
        )
    connection.close()
    before = _queued(store)
    gc.collect()

    def round_() -> None:
        with store.writing() as session:
            remind.expand_due(Act(session, rules, now))
        with store.writing() as session:
            remind.fold(Act(session, rules, now))

    began = process_time()
    wall = seconds(round_)
    return wall, process_time() - began, _queued(store) - before


def _queued(store: Store) -> int:
    with store.reading() as session:
        return session.exec(select(func.count()).select_from(Outbox)).one()


def _jobs() -> float:
    """Seconds to give APScheduler (in memory, as it is meant to be used) so many jobs, in the order of the tasks."""
    return seconds(lambda: _scheduler().shutdown(wait=False))


def _scheduler() -> BackgroundScheduler:
    scheduler = BackgroundScheduler()
    scheduler.start(paused=True)
    for number in range(JOBS):
        at = NOW + timedelta(days=41 + number % 520, seconds=number)
        scheduler.add_job(print, "date", run_date=at, args=[number], id=f"deadline:{number}", misfire_grace_time=None)
    return scheduler


def _memory() -> int:
    gc.collect()
    process = psutil.Process()
    before = process.memory_info().rss
    scheduler = _scheduler()
    after = process.memory_info().rss
    scheduler.shutdown(wait=False)
    return max(after - before, 0)
