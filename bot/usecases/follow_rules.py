"""A setting that should move a date moves it: what the clock still has to say follows the rules as they are now."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot.domain.periods import Office
from bot.domain.post import Moment
from bot.domain.reminding import met, moment_values, next_overdue, plan_moments
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.domain.workdays import OFFICIAL_YEARS
from bot.store import carry
from bot.store.carry import table_of
from bot.store.ledger import load_tasks
from bot.store.marks import mark, marked
from bot.usecases import rhythm
from bot.usecases.act import Act

MOMENT = table_of(Moment)
KNOWN = "rules"


def follow_rules(act: Act) -> int:
    """After a change of the reminders, the rhythms, the calendar or the zone: the reminder clock and the rhythms of
    tasks are those of the new rules. What was said stays said, and what had passed by then is not said afterwards.

    → reminders that moved, came or went, and rhythms that changed.
    """
    print_ = fingerprint(act.office)
    known = marked(act.session, KNOWN)
    if known == print_:
        return 0
    mark(act.session, KNOWN, print_)
    # A ledger that was never looked at was planned by these rules.
    if known is None:
        return 0
    return rhythm.follow_policy(act) + plan_anew(act, load_tasks(act.session))


def fingerprint(office: Office) -> str:
    """Names the rules that fix when something is said."""
    policy, calendar = office.policy, office.calendar
    days = sorted(calendar.extra.items()), sorted(calendar.local.items()), OFFICIAL_YEARS
    rules = asdict(policy.reminders), asdict(policy.cadence), days, office.zone.key
    return hashlib.sha256(repr(rules).encode()).hexdigest()


@dataclass(slots=True)
class Changes:
    """What becomes of the reminder clock: rows that move, rows that come, rows (by id) that go."""

    moved: list[dict[str, Any]] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


def plan_anew(act: Act, tasks: Iterable[TaskSlice]) -> int:
    """The unsaid moments of these tasks stand where the rules put them now. → moments moved, added and dropped."""
    by_stage, changes = _rows(act), Changes()
    for task in tasks:
        planned: dict[int, list[dict[str, Any]]] = {}
        for row in plan_moments(task, act.office):
            planned.setdefault(row["milestone_id"], []).append(row)
        for measure in task.measures:
            for stage in measure.stages:
                rows = by_stage.get(stage.id, [])
                _compare(act, changes, task, stage, rows, planned.get(stage.id, []))
                changes.added += _resumed(act, task, measure, stage, rows)
    _carry(act, changes)
    return len(changes.moved) + len(changes.added) + len(changes.gone)


def _compare(
    act: Act,
    changes: Changes,
    task: TaskSlice,
    stage: Stage,
    rows: Sequence[Any],
    planned: Sequence[dict[str, Any]],
) -> None:
    """One milestone's rows beside what the rules plan for it."""
    listed = {row["key"]: row for row in planned}
    last = _last_said(rows)
    for row in rows:
        if row.said_at is None:
            goes_on = row.day == stage.effective and 0 < last < row.offset
            wanted = listed.get(row.key) or (_repeat(act, task, stage, row.offset) if goes_on else None)
            if wanted is None:
                changes.gone.append(row.id)
            elif wanted["due_at"] != row.due_at:
                changes.moved.append({"row": row.id, "at": wanted["due_at"]})
    known = {row.key for row in rows}
    changes.added += [row for row in planned if row["key"] not in known and row["due_at"] > act.now]


def _rows(act: Act) -> dict[int, list[Any]]:
    """The moments of every milestone, said and unsaid."""
    c = MOMENT.c
    statement = select(c.id, c.key, c.milestone_id, c.day, c.offset, c.due_at, c.said_at)
    found: dict[int, list[Any]] = {}
    for row in act.session.connection().execute(statement):
        found.setdefault(row.milestone_id, []).append(row)
    return found


def _repeat(act: Act, task: TaskSlice, stage: Stage, offset: int) -> dict[str, Any] | None:
    """A moment beyond the listed ones: the overdue milestone is said again and again, as long as the policy has it."""
    rules = act.office.policy.reminders
    if not rules.after_every or offset <= max(rules.after, default=0):
        return None
    return moment_values(task, stage, offset, act.office)


def _last_said(rows: Sequence[Any]) -> int:
    return max((row.offset for row in rows if row.said_at is not None), default=0)


def _resumed(
    act: Act, task: TaskSlice, measure: MeasureSlice, stage: Stage, rows: Sequence[Any]
) -> list[dict[str, Any]]:
    """An overdue milestone that the old rules had said for the last time goes on by the new ones."""
    last = _last_said(rows)
    waiting = any(row.said_at is None for row in rows)
    if waiting or last <= 0 or met(task, measure, stage):
        return []
    following = next_overdue(task, stage, last, act.now, act.office)
    if following is None or following.due_at <= act.now:
        return []
    return [moment_values(task, stage, following.offset, act.office)]


def _carry(act: Act, changes: Changes) -> None:
    connection = act.session.connection()
    if changes.moved:
        statement = update(MOMENT).where(MOMENT.c.id == bindparam("row")).values(due_at=bindparam("at"))
        connection.execute(statement, changes.moved)
    for start in range(0, len(changes.gone), 500):
        connection.execute(delete(MOMENT).where(MOMENT.c.id.in_(changes.gone[start : start + 500])))
    carry.add_values_once(act.session, Moment, changes.added)
