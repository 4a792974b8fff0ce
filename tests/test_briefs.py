"""Judging many tasks at once says what the rules say of each: for any ledger, at any moment, on both databases."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_drafts import CALENDAR
from sqlmodel import Session, SQLModel

from bot.domain.brief_slices import stages_of
from bot.domain.briefs import Verdict, judge
from bot.domain.cadence import CadenceChange
from bot.domain.ledger import (
    DueChange,
    Measure,
    MeasureUnit,
    Milestone,
    Move,
    Part,
    Plan,
    Report,
    State,
    Task,
    TaskUnit,
    Unit,
)
from bot.domain.periods import Office
from bot.domain.policy import CADENCES, Policy
from bot.domain.process import HandOver
from bot.domain.reminding import met
from bot.domain.standing import BEHIND, DUE_SOON, OVERDUE, UNREPORTED, standing, unchanged_will_do
from bot.store.briefs import Choice, load_briefs
from bot.store.carry import add_many
from bot.store.engine import Store
from bot.store.ledger import load_tasks
from bot.usecases.act import Act
from bot.usecases.judged import judged
from bot.usecases.unit_days import Today

SHANGHAI = ZoneInfo("Asia/Shanghai")
ISSUED = date(2022, 1, 10)
START = datetime(2022, 1, 10, 9, tzinfo=SHANGHAI)
OFFICE = Office(SHANGHAI, CALENDAR, Policy())
UNITS = range(1, 6)


@pytest.fixture(scope="module")
def ledger() -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="duban-briefs-") as folder:
        store = Store(f"sqlite:///{Path(folder)}/duban.db")
        SQLModel.metadata.create_all(store.engine)
        yield store
        store.close()


@given(seed=st.integers(0, 10**9), day=st.integers(0, 420), hour=st.integers(0, 23))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_judged_at_once_are_judged_like_each(ledger: Store, seed: int, day: int, hour: int) -> None:
    moment = START + timedelta(days=day, hours=hour)
    with passing(ledger) as session:
        enter(session, Random(seed), tasks=12)
        holds(session, moment)


@pytest.mark.parametrize("seed", range(3))
def test_on_either_database(any_store: Store, seed: int) -> None:
    with passing(any_store) as session:
        enter(session, Random(seed), tasks=20)
        for day in (3, 40, 200, 400):
            holds(session, START + timedelta(days=day, hours=day % 24))


def holds(session: Session, moment: datetime) -> None:
    before = OFFICE.previous(OFFICE.week(moment)).end
    briefs = load_briefs(session, [moment, before], OFFICE)
    for n, at in enumerate((moment, before)):
        assert told(judge(briefs, n, at, OFFICE)) == by_the_rules(session, at)
    as_they_stand = load_briefs(session, [moment], OFFICE, past=False)
    assert told(judge(as_they_stand, 0, moment, OFFICE), dated=False) == by_the_rules(session, moment, past=False)
    some = load_briefs(session, [moment], OFFICE, Choice("unit_ids", [2, 3]), past=False)
    assert told(judge(some, 0, moment, OFFICE), dated=False) == by_the_rules(session, moment, units={2, 3}, past=False)
    now, then = judged(Act(session, OFFICE, moment), (moment, before), unit_id=2)
    assert told(now) == by_the_rules(session, moment, unit_id=2)
    days_hold(session, moment)
    assert unasked(told(then)) == unasked(by_the_rules(session, before, unit_id=2))


def days_hold(session: Session, now: datetime) -> None:
    """A unit's day, its stages and what 无变化 may be said of, as each task's own rules have it."""
    days = Today(Act(session, OFFICE, now), UNITS)
    sunday = max(6 - OFFICE.today(now).weekday(), 3)
    for unit in UNITS:
        found = [standing(task, now, OFFICE) for task in load_tasks(session, unit_id=unit) if task.registered_at <= now]
        active, day = [row for row in found if not row.task.finished], days.of(unit)
        soon = [row for row in active if row.has(DUE_SOON) and row.days_left is not None and row.days_left <= sunday]
        assert sorted(day.verdicts) == sorted(row.task.id for row in found)
        assert numbers(day.open) == [row.task.number for row in active]
        assert numbers(day.overdue) == [row.task.number for row in active if row.has(OVERDUE)]
        assert numbers(day.this_week) == [row.task.number for row in soon]
        assert numbers(day.behind) == [row.task.number for row in active if row.has(BEHIND) and row not in soon]
        owed = [row for row in active if unit in row.silent]
        assert numbers(day.owed) == [row.task.number for row in owed]
        assert day.unchanged == sum(unchanged_will_do(row, unit) for row in owed)
        assert numbers(day.unsigned) == [row.task.number for row in active if row.task.received[unit] is None]
        for row in found:
            stages = {stage.id: stage[1:4] for stage in stages_of(day.verdicts[row.task.id])}
            measures = row.task.measures
            assert stages == {s.id: (m.ordinal, s.effective, met(row.task, m, s)) for m in measures for s in m.stages}


def numbers(verdicts: list[Verdict]) -> list[int]:
    return [each.number for each in verdicts]


def unasked(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Without who is silent, which is not asked of the week before."""
    return [(*row[:-2], row[-2] - {UNREPORTED}) for row in rows]


def told(verdicts: list[Verdict], *, dated: bool = True) -> list[tuple[Any, ...]]:
    """What the two ways must agree on; since when a task is finished is asked of the past only."""
    return [
        (
            *(v.number, v.state, v.upkeep, v.progress, v.expected, v.due, v.original_due, v.days_left),
            *(v.finished_at if dated else None, set(v.flags), v.silent),
        )
        for v in verdicts
    ]


def by_the_rules(
    session: Session, at: datetime, *, past: bool = True, units: set[int] | None = None, unit_id: int | None = None
) -> list[tuple[Any, ...]]:
    tasks = load_tasks(session, as_of=at if past else None, unit_id=unit_id)
    tasks = [task for task in tasks if task.registered_at <= at]
    if units is not None:
        tasks = [task for task in tasks if any(units & set(each) for each in task.units.values())]
    rows = []
    for task in tasks:
        found = standing(task, at, OFFICE)
        figures = (0, None) if task.finished else (found.progress, found.expected)
        finished_at = task.finished_at if task.finished and past else None
        rows.append(
            (
                *(task.number, str(task.state), task.upkeep, *figures, found.due, task.original_due, found.days_left),
                *(finished_at, set(found.flags), found.silent),
            )
        )
    return rows


@contextmanager
def passing(store: Store) -> Iterator[Session]:
    """A ledger that is gone afterwards."""
    with Session(store._write_engine, expire_on_commit=False) as session, session.begin() as transaction:
        yield session
        transaction.rollback()


def enter(session: Session, chance: Random, tasks: int) -> None:
    """Tasks of every kind: staged, dateless, upkeep, extended, finished, returned, reopened, passed on, corrected."""
    add_many(session, [Unit(id=n, name=f"第{n}号单位") for n in UNITS])
    plans = [Plan(id=n, title=f"方案{n}", issued=ISSUED + timedelta(days=30 * n), registered_at=START) for n in (1, 2)]
    add_many(session, plans)
    for number in range(1, tasks + 1):
        enter_task(session, chance, number)


def enter_task(session: Session, chance: Random, number: int) -> None:
    begun = START + timedelta(days=chance.choice((0, 0, 0, 30, 90)))
    steps = life(chance, begun)
    cycle, state, _ = steps[-1]
    task = Task(
        id=number,
        number=number * 2 if chance.random() < 0.5 else 1000 - number,
        plan_id=chance.choice((1, 2)),
        title=f"第{number}项",
        problem="问题",
        cadence=chance.choice((*CADENCES, "weekly", "weekly")),
        cycle=cycle,
        state=state,
        registered_at=begun,
    )
    add_many(session, [task])
    add_many(session, [Move(task_id=number, cycle=c, state=s, at=at) for c, s, at in steps])
    named = chance.sample(UNITS, chance.randint(1, 4))
    parts = [(unit, chance.choice((Part.LEAD, Part.RESPONSIBLE, Part.RESPONSIBLE, Part.VERIFYING))) for unit in named]
    signed = [begun if chance.random() < 0.6 else None for _ in parts]
    add_many(
        session,
        [
            TaskUnit(task_id=number, unit_id=unit, part=part, handed_over_at=begun, received_at=at)
            for (unit, part), at in zip(parts, signed, strict=True)
        ],
    )
    for ordinal in range(1, chance.choice((1, 1, 2, 3)) + 1):
        enter_measure(session, chance, task, ordinal, parts)
    if chance.random() < 0.15:
        handed(session, chance, task, parts)
    if chance.random() < 0.1:
        row = CadenceChange(task_id=number, before="weekly", after=task.cadence, at=begun + timedelta(days=100))
        add_many(session, [row])


def life(chance: Random, begun: datetime) -> list[tuple[int, State, datetime]]:
    steps = [(1, State.REGISTERED, begun)]
    at = begun
    ways = [
        [State.IN_PROGRESS],
        [State.HANDED_OVER, State.IN_PROGRESS],
        [State.FINISHED],
        [State.IN_PROGRESS, State.FINISHED, State.CLOSE_OUT_ASKED, State.RETURNED],
        [State.IN_PROGRESS, State.FINISHED, State.CLOSE_OUT_ASKED, State.RETURNED, State.FINISHED],
        [State.IN_PROGRESS, State.FINISHED, State.ACCEPTED, State.STRUCK_OFF],
    ]
    for state in chance.choice(ways):
        at += timedelta(days=chance.choice((0, 1, 20, 90)))
        steps.append((1, state, at))
    if steps[-1][1] == State.STRUCK_OFF and chance.random() < 0.4:
        steps.append((2, State.HANDED_OVER, at + timedelta(days=10)))
        steps.append((2, State.IN_PROGRESS, at + timedelta(days=11)))
    return steps


def enter_measure(session: Session, chance: Random, task: Task, ordinal: int, parts: list[tuple[int, Part]]) -> None:
    id_ = (task.id or 0) * 10 + ordinal
    ongoing = chance.random() < 0.3
    row = Measure(id=id_, task_id=task.id or 0, ordinal=ordinal, text="措施", ongoing=ongoing)
    add_many(session, [row])
    theirs = [(unit, part) for unit, part in parts if chance.random() < 0.8]
    if chance.random() < 0.2:
        # One unit may both lead and do the work.
        theirs += [(unit, Part.LEAD) for unit, part in theirs[:1] if part == Part.RESPONSIBLE]
    add_many(session, [MeasureUnit(measure_id=id_, unit_id=unit, part=part) for unit, part in theirs])
    due = ISSUED + timedelta(days=chance.randint(20, 150))
    for place in range(0 if ongoing and chance.random() < 0.7 else chance.randint(0, 3)):
        stage = Milestone(
            id=id_ * 10 + place,
            task_id=task.id or 0,
            measure_id=id_,
            ordinal=place + 1,
            due=due,
            internal_due=due - timedelta(days=9) if chance.random() < 0.2 else None,
            quantity=chance.choice((None, None, 30 + 20 * place)),
        )
        add_many(session, [stage])
        if chance.random() < 0.3:
            extended(session, chance, task, stage)
        due += timedelta(days=chance.randint(0, 90))
    reports(session, chance, task, id_, [unit for unit, _ in theirs])


def extended(session: Session, chance: Random, task: Task, stage: Milestone) -> None:
    at = START + timedelta(days=chance.randint(5, 200))
    changes = []
    for n in range(chance.randint(1, 2)):
        before = stage.due - timedelta(days=30 * (2 - n))
        name = chance.choice(("due", "due", "internal_due"))
        changes.append(
            DueChange(
                task_id=task.id or 0,
                milestone_id=stage.id or 0,
                cycle=chance.choice((1, task.cycle)),
                field=name,
                before=before if chance.random() < 0.7 else None,
                after=stage.due,
                reason="招标流标",
                at=at + timedelta(days=30 * n),
            )
        )
    add_many(session, changes)


def reports(session: Session, chance: Random, task: Task, measure_id: int, units: list[int]) -> None:
    rows = []
    for _ in range(chance.randint(0, 8) if units else 0):
        at = START + timedelta(days=chance.randint(0, 400), hours=chance.randint(0, 12))
        ended = at + timedelta(days=chance.randint(0, 40)) if chance.random() < 0.2 else None
        rows.append(
            Report(
                task_id=task.id or 0,
                measure_id=measure_id,
                cycle=chance.choice((1, 1, task.cycle)),
                unit_id=chance.choice(units),
                percent=chance.choice((None, 10, 40, 75, 100, 100)),
                whole=chance.random() < 0.2,
                at=at,
                recorded_at=at,
                ended_at=ended,
            )
        )
    add_many(session, rows)


def handed(session: Session, chance: Random, task: Task, parts: list[tuple[int, Part]]) -> None:
    before: dict[str, list[int]] = {}
    for unit, part in parts:
        before.setdefault(str(part), []).append(6 - unit)
    row = HandOver(
        task_id=task.id or 0,
        cycle=1,
        from_unit_id=6 - parts[0][0],
        to_unit_id=parts[0][0],
        reason="机构调整",
        before={"task": before, "measures": {}},
        at=START + timedelta(days=chance.randint(10, 300)),
    )
    add_many(session, [row])
