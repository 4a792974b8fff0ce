"""The ladder's rounds: once a working day it climbs by facts; whatever ends a cause stops its climb within a second."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as select_rows

from bot.domain import ladder as rules
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ladder import FINAL, Case
from bot.domain.ledger import Event, Move
from bot.domain.people import UNIT_PEOPLE, Role
from bot.domain.post import Round
from bot.domain.slices import TaskSlice
from bot.domain.urging import Climb, Sheet
from bot.store import carry
from bot.store.carry import table_of
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases import ladder_silence, sheets
from bot.usecases.act import Act

CLIMB, EVENT, MOVE, SHEET = table_of(Climb), table_of(Event), table_of(Move), table_of(Sheet)


def climb(act: Act) -> int:
    """Once a working day, at the hour of the bulletin's draft: causes ended, climbs taken up again, steps climbed,
    sheets issued or drafted, and whoever is silent passed on one level up. → messages queued.

    The round's name is its lock: it is done once, late or twice, on one node or several.
    """
    if not act.office.policy.ladder.step:
        return 0
    today = act.office.today(act.now)
    name = f"ladder:{today}"
    if act.now < act.office.at(today, act.office.policy.week.draft) or not act.office.calendar.is_working(today):
        return 0
    if act.session.get(Round, name) is not None:
        return 0
    # Before anybody of the office has joined there is nobody to sign out what is drafted.
    if not present(act.session, roles=[Role.OFFICE]):
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    tasks = {task.id: task for task in load_tasks(act.session)}
    asked = since_asked(act, tasks.values())
    rows = _climbs(act)
    for row in rows:
        if row.ended_at is None:
            _end_if_over(act, row, tasks[row.task_id], asked)
    _settle_by_hand(act, tasks)
    rows = _climbs(act)
    issued, resumed = _climb_all(act, tasks, asked, rows)
    said = sheets.publish(act, issued) + sheets.publish(act, resumed, again=today.isoformat())
    # What was drafted (拟) stands in the office's daily message until it is decided.
    sheets.add_notices(act)
    return (
        said
        + ladder_silence.chase(act)
        + ladder_silence.tell_silence(act)
        + ladder_silence.tell_unreached(act, tasks.values())
    )


def since_asked(act: Act, tasks: Iterable[TaskSlice]) -> dict[int, dict[int, datetime]]:
    """Task id → unit → from when it could be asked to report: it has people, and the cycle has begun."""
    joined: dict[int, datetime] = {}
    for member in present(act.session, roles=UNIT_PEOPLE):
        joined.setdefault(member.unit_id or 0, member.joined_at)
    begun: dict[tuple[int, int], datetime] = {
        (task_id, cycle): at
        for task_id, cycle, at in act.session.connection().execute(
            select(MOVE.c.task_id, MOVE.c.cycle, func.min(MOVE.c.at))
            .where(MOVE.c.cycle > 1)
            .group_by(MOVE.c.task_id, MOVE.c.cycle)
        )
    }
    return {
        task.id: {
            unit: max(joined[unit], begun.get((task.id, task.cycle), task.registered_at))
            for unit in task.workers
            if unit in joined
        }
        for task in tasks
    }


def _climbs(act: Act, *where: Any) -> list[Climb]:
    # Changes are written past the session's own copies: read them again.
    statement = select_rows(Climb).where(*where).order_by(col(Climb.id)).execution_options(populate_existing=True)
    return list(act.session.exec(statement))


# Ending.


def stop_ended(act: Act) -> int:
    """Every tick: tasks on which something happened since their open climbs were looked at. → climbs that ended."""
    newest = select(func.max(EVENT.c.id)).where(EVENT.c.task_id == CLIMB.c.task_id).scalar_subquery()
    statement = select(CLIMB.c.id, newest).where(CLIMB.c.ended_at.is_(None), newest > CLIMB.c.seen)
    stirred = {row[0]: row[1] for row in act.session.connection().execute(statement)}
    if not stirred:
        return 0
    rows = _climbs(act, col(Climb.id).in_(list(stirred)))
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({row.task_id for row in rows}))}
    asked = since_asked(act, tasks.values())
    ended = sum(_end_if_over(act, row, tasks[row.task_id], asked) for row in rows)
    _look(act, list(stirred))
    return ended


def _look(act: Act, ids: Sequence[int]) -> None:
    """These climbs have been looked at with all that happened so far."""
    if ids:
        newest = select(func.coalesce(func.max(EVENT.c.id), 0)).where(EVENT.c.task_id == CLIMB.c.task_id)
        statement = CLIMB.update().where(CLIMB.c.id.in_(list(ids))).values(seen=newest.scalar_subquery())
        act.session.connection().execute(statement)


def _end_if_over(act: Act, row: Climb, task: TaskSlice, asked: dict[int, dict[int, datetime]]) -> bool:
    why = rules.why_ended(row, task, asked[task.id], act.now, act.office)
    if not why:
        return False
    event = Deed("ladder_ended", task.id, {"step": row.step, "cause": row.cause, "unit": row.unit_id}, {"why": why})
    fields = {"ended_at": act.now, "ended_why": why}
    act.carry(Decision(changes=[Change(Climb, row.id or 0, fields, only_if={"ended_at": None})], events=[event]))
    for sheet in _sheets_of(act, row):
        after = {"drafted": "withdrawn", "issued": "settled"}.get(sheet.state)
        if after is not None:
            act.carry(_sheet_is(sheet, {"state": after, "ended_at": act.now}))
            sheets.withdraw_notices(act, sheet.id or 0)
    return True


def _sheets_of(act: Act, row: Climb) -> list[Sheet]:
    statement = select_rows(Sheet).where(Sheet.climb_id == row.id).execution_options(populate_existing=True)
    return list(act.session.exec(statement))


def _sheet_is(sheet: Sheet, fields: dict[str, Any]) -> Decision:
    event = Deed("sheet_state", sheet.task_id, {"sheet": sheet.id, "state": sheet.state}, {"state": fields["state"]})
    return Decision(changes=[Change(Sheet, sheet.id or 0, fields, sheet.version)], events=[event])


def _settle_by_hand(act: Act, tasks: dict[int, TaskSlice]) -> None:
    """A sheet or urging by hand asks nothing any more of a task that is finished."""
    for row in act.session.exec(select_rows(Sheet).where(Sheet.state == "issued", col(Sheet.climb_id).is_(None))).all():
        if tasks[row.task_id].finished:
            act.carry(_sheet_is(row, {"state": "settled", "ended_at": act.now}))
            sheets.withdraw_notices(act, row.id or 0)


# Climbing.


def _climb_all(
    act: Act, tasks: dict[int, TaskSlice], asked: dict[int, dict[int, datetime]], rows: list[Climb]
) -> tuple[list[Sheet], list[Sheet]]:
    """Every case one step up, where its facts say so; what is not automatic is drafted only. → sheets issued, sheets
    that wait for a reply again."""
    runs: dict[tuple[int, int, str, str, int], list[Climb]] = {}
    standing: dict[int, list[Climb]] = {}
    for row in rows:
        runs.setdefault(rules.run_of(row), []).append(row)
        standing.setdefault(row.task_id, []).append(row)
    issued: list[Sheet] = []
    resumed: list[Sheet] = []
    for task in tasks.values():
        found = rules.cases(task, asked[task.id], act.now, act.office)
        for case in found:
            resumed += _take_up_again(act, runs.get(case.run, []))
        # The highest first: beside it the lower ones have nothing to say.
        reached = [(rules.next_rung(case, runs.get(case.run, []), act.now, act.office), case) for case in found]
        for rung, case in sorted(((r, c) for r, c in reached if r is not None), key=lambda pair: -pair[0]):
            if rules.leads_over(case, standing.get(task.id, []), rung):
                continue
            made = _take(act, case, rung, runs.get(case.run, []))
            if made is not None:
                row, sheet, automatic = made
                standing.setdefault(task.id, []).append(row)
                issued += [sheet] if automatic else []
    _look(act, [row.id or 0 for each in standing.values() for row in each if row.ended_at is None])
    return issued, resumed


def _take(act: Act, case: Case, rung: int, climbed: Sequence[Climb]) -> tuple[Climb, Sheet, bool] | None:
    """The step is taken: its climb on record and its document drafted, or issued where the policy says automatic."""
    steps = rules.ladder_of(climbed, act.office)
    step = steps[rung]
    row = Climb(
        key=case.key(step),
        task_id=case.task.id,
        cycle=case.task.cycle,
        unit_id=case.unit_id,
        cause=case.cause,
        step=step.name,
        rung=rung,
        basis=case.basis,
        steps=[each.frozen() for each in steps],
        facts=case.facts,
        at=act.now,
        since=act.now,
    )
    # Another node climbed it first: nothing to do.
    if not carry.add_once(act.session, row):
        return None
    after = {"step": step.name, "cause": case.cause, "basis": case.basis, "unit": case.unit_id, **case.facts}
    act.record(Deed("ladder_climbed", case.task.id, {}, after))
    sheet = sheets.make(
        act, case.task, case.unit_id, step, key=row.key, cause=case.cause, facts=case.facts, climb=row.id
    )
    return row, sheets.give_out(act, sheet, None) if step.automatic else sheet, step.automatic


def _take_up_again(act: Act, climbed: Sequence[Climb]) -> list[Sheet]:
    """What had stopped the run was taken back (a report undone, a finished task returned): it stands again where it
    stood, its working days count from now; its drafts wait again. → its sheets that wait for a reply again."""
    issued: list[Sheet] = []
    for row in climbed:
        if row.ended_at is None or row.ended_why in FINAL:
            continue
        event = Deed("ladder_resumed", row.task_id, {"ended": row.ended_why}, {"step": row.step, "cause": row.cause})
        fields = {"ended_at": None, "ended_why": "", "since": act.now}
        act.carry(Decision(changes=[Change(Climb, row.id or 0, fields)], events=[event]))
        row.__dict__.update(fields)
        for sheet in _sheets_of(act, row):
            if sheet.state == "withdrawn":
                act.carry(_sheet_is(sheet, {"state": "drafted", "ended_at": None}))
            elif sheet.state == "settled":
                renewed = act.office.calendar.add(act.office.today(act.now), sheet.reply_days)
                act.carry(_sheet_is(sheet, {"state": "issued", "ended_at": None, "reply_by": renewed, "chased": 0}))
                issued.append(sheets.by_id(act, sheet.id or 0))
    return issued
