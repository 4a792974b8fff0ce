"""Ledgers of any size for measuring, written straight into a migrated SQLite file: a million rows in a few seconds."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import read_calendar, read_registry, read_rules
from bot.domain.periods import Office
from bot.domain.post import Round
from bot.settings import Settings, load_settings
from bot.store.engine import Store

ROOT = Path(__file__).resolve().parent.parent
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_CHAT = 100_000  # liaison n's Telegram id is this plus n
DAY, WEEK = timedelta(days=1), timedelta(days=7)
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a ledger is. Tasks have 1, 2, … `most_measures` measures in turn, each one date; one report a week."""

    tasks: int
    units: int
    weeks: int = 0
    most_measures: int = 3


# A liaison has twelve tasks: four each to lead, to do and to verify (domain.md §5).
CITY = Shape(tasks=200, units=50, weeks=26)


def office() -> tuple[Settings, Office]:
    """The shipped settings and the office they describe."""
    settings = load_settings({})
    return settings, Office(settings.zone, read_calendar(settings), read_rules(settings))


def unit_names(number: int) -> list[str]:
    """The registry's units, then numbered ones."""
    known = [unit.name for unit in read_registry(load_settings({})).units]
    return (known + [f"第{n}号单位" for n in range(1, number + 1)])[:number]


def migrated(file: Path) -> str:
    """An empty ledger in this file. → its database URL."""
    url = f"sqlite:///{file}"
    subprocess.run([sys.executable, "-m", "bot.store.migrate", url], cwd=ROOT, check=True, capture_output=True)
    return url


def a_ledger(file: Path, shape: Shape, now: datetime) -> Store:
    """A ledger of this shape in which every task is under way at `now`, a liaison for each unit."""
    url = migrated(file)
    with sqlite3.connect(file) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")
        for table, columns, rows in _tables(shape, now):
            marks = ",".join("?" * len(columns.split()))
            connection.executemany(f"INSERT INTO {table} ({','.join(columns.split())}) VALUES ({marks})", rows)
        connection.execute("ANALYZE")
    connection.close()
    return Store(url)


def a_quiet_week(store: Store, now: datetime) -> None:
    """The week's rounds count as done: nobody is asked for reports while something else is measured."""
    _, rules = office()
    with store.writing() as session:
        for period in (rules.week(now), rules.week(now + WEEK)):
            session.add_all(Round(name=f"{kind}:{period.key}", at=now) for kind in ("ask", "nudge"))


def _tables(shape: Shape, now: datetime) -> Iterator[tuple[str, str, Iterable[Row]]]:
    issued = now.astimezone(SHANGHAI).date() - timedelta(days=371)
    entered = moment_text(datetime.combine(issued, time(0), SHANGHAI))
    tasks = range(1, shape.tasks + 1)
    measures = [(task, n) for task in tasks for n in range(1, _measures(shape, task) + 1)]
    yield "unit", "id name kind", ((n, name, "department") for n, name in enumerate(unit_names(shape.units), 1))
    yield (
        "member",
        "id user_id name unit_id role locale daily_at quiet_from quiet_to invited_by joined_at version",
        (
            (n, FIRST_CHAT + n, f"联络员{n}", n, "liaison", "zh", "09:00:00", "22:00:00", "08:00:00", "", entered, 1)
            for n in range(1, shape.units + 1)
        ),
    )
    yield "plan", "id title kind issued registered_at", [(1, "整改方案（测量）", "main", issued.isoformat(), entered)]
    yield (
        "task",
        "id number plan_id source_number title problem objective category person_in_charge contact remark "
        "deadline_phrase cadence cycle state registered_at version",
        (
            (
                *(task, task, 1, str(task), f"第{task}项整改任务", "问题的原文" * 12, "目标" * 8, "水环境"),
                *("", "", "", "2022年底前", "weekly", 1, state_of(task), entered, 1),
            )
            for task in tasks
        ),
    )
    yield (
        "task_unit",
        "task_id unit_id part handed_over_at received_at",
        (
            (task, unit, part, entered, entered)
            for task in tasks
            for unit, part in zip(units_of(shape, task), ("lead", "responsible", "verifying"), strict=True)
        ),
    )
    yield (
        "measure",
        "id task_id ordinal text deadline_phrase kind ongoing soft version",
        ((i, task, n, "措施的原文" * 6, "2022年底前", "date", 0, 0, 1) for i, (task, n) in enumerate(measures, 1)),
    )
    yield (
        "measure_unit",
        "measure_id unit_id part",
        (
            (i, unit, part)
            for i, (task, _) in enumerate(measures, 1)
            for unit, part in zip(units_of(shape, task)[:2], ("lead", "responsible"), strict=True)
        ),
    )
    yield (
        "milestone",
        "task_id measure_id ordinal due label version",
        ((task, i, 1, due_of(task, now).isoformat(), "", 1) for i, (task, _) in enumerate(measures, 1)),
    )
    yield "move", "task_id cycle state at text", _moves(tasks, entered, now)
    yield (
        "report",
        "task_id measure_id cycle unit_id percent stated text unchanged whole on_behalf at recorded_at source "
        "ended_why",
        _reports(shape, now),
    )


def units_of(shape: Shape, task: int) -> tuple[int, int, int]:
    """Lead, responsible and verifying unit: each unit leads and does tasks / units of them, in runs."""
    run = max(shape.tasks // shape.units, 1)
    doing = (task - 1) // run % shape.units
    return (doing + 1) % shape.units + 1, doing + 1, (doing + 2) % shape.units + 1


def due_of(task: int, now: datetime) -> date:
    """One in eleven up to eight weeks ago (late, unless finished); the others 41 to 560 days ahead."""
    day = now.astimezone(SHANGHAI).date()
    return day - (task % 56 + 1) * DAY if task % 11 == 0 else day + (41 + task % 520) * DAY


def _measures(shape: Shape, task: int) -> int:
    return 1 + task % shape.most_measures


def state_of(task: int) -> str:
    return "finished" if task % 5 == 0 else "struck_off" if task % 7 == 0 else "in_progress"


def _moves(tasks: Iterable[int], entered: str, now: datetime) -> Iterator[Row]:
    finished, struck_off = moment_text(now - 9 * WEEK), moment_text(now - 4 * DAY)
    for task in tasks:
        yield task, 1, "registered", entered, ""
        yield task, 1, "in_progress", entered, ""
        if state_of(task) != "in_progress":
            yield task, 1, "finished", finished, ""
        if state_of(task) == "struck_off":
            yield task, 1, "struck_off", struck_off, ""


def _reports(shape: Shape, now: datetime) -> Iterator[Row]:
    """Week by week, as they would have come in."""
    first = dict(zip(range(1, shape.tasks + 1), _first_measures(shape), strict=False))
    for week in range(shape.weeks):
        at = moment_text(now - (shape.weeks - week) * WEEK + 3 * DAY)
        percent = min(100, 10 + 90 * (week + 1) // shape.weeks)
        for task in range(1, shape.tasks + 1):
            measure = first[task] + week % _measures(shape, task)
            unit = units_of(shape, task)[1]
            said = 100 if state_of(task) != "in_progress" else percent - task % 40 if percent > 50 else percent // 2
            yield (
                task,
                measure,
                1,
                unit,
                said,
                1,
                "按序推进，已完成管线迁改",
                0,
                0,
                0,
                at,
                at,
                f"bench:{week}:{task}",
                "",
            )


def _first_measures(shape: Shape) -> Iterator[int]:
    numbers = count(1)
    for task in range(1, shape.tasks + 1):
        yield next(numbers)
        for _ in range(_measures(shape, task) - 1):
            next(numbers)


def moment_text(at: datetime) -> str:
    """As the ledger's moments stand in SQLite: UTC, to the microsecond."""
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S.%f")
