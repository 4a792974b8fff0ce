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
from bot.domain.people import UNIT_PEOPLE, Member, Role
from bot.domain.post import Round
from bot.domain.slices import TaskSlice
from bot.domain.urging import Climb, Sheet
from bot.store import carry
from bot.store.carry import table_of
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases import sheets, waiting
from bot.usecases.act import Act

CLIMB, EVENT, MOVE, SHEET = table_of(Climb), table_of(Event), table_of(Move), table_of(Sheet)


def climb(act: Act) -> int:
    """Once a working day, at the hour of the bulletin's draft: causes ended, climbs taken up again, steps climbed,
    sheets issued or drafted, and whoever is silent passed on one level up. → messages queued.

    The round's name is its lock: it is done once, late or twice, on one node or several.
    """
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
    issued, resumed, drafted = _climb_all(act, tasks, asked, rows)
    said = sheets.publish(act, issued) + sheets.publish(act, resumed, again=today.isoformat())
    said += _tell_drafts(act, drafted, today.isoformat())
    sheets.add_notices(act)
    return said + _chase(act) + _silence(act) + _unreached(act, tasks.values())


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
) -> tuple[list[Sheet], list[Sheet], list[Sheet]]:
    """Every case one step up, where its facts say so. → sheets issued, sheets that wait again, drafts."""
    runs: dict[tuple[int, int, str, str, int], list[Climb]] = {}
    standing: dict[int, list[Climb]] = {}
    for row in rows:
        runs.setdefault(rules.run_of(row), []).append(row)
        standing.setdefault(row.task_id, []).append(row)
    issued: list[Sheet] = []
    resumed: list[Sheet] = []
    drafted: list[Sheet] = []
    for task in tasks.values():
        found = rules.cases(task, asked[task.id], act.now, act.office)
        for case in found:
            again, waiting_again = _take_up_again(act, runs.get(case.run, []))
            resumed += again
            drafted += waiting_again
        # The highest first: beside it the lower ones have nothing to say.
        reached = [(rules.next_rung(case, runs.get(case.run, []), act.now, act.office), case) for case in found]
        for rung, case in sorted(((r, c) for r, c in reached if r is not None), key=lambda pair: -pair[0]):
            if rules.leads_over(case, standing.get(task.id, []), rung):
                continue
            made = _take(act, case, rung, runs.get(case.run, []))
            if made is not None:
                row, sheet, automatic = made
                standing.setdefault(task.id, []).append(row)
                (issued if automatic else drafted).append(sheet)
    _look(act, [row.id or 0 for each in standing.values() for row in each if row.ended_at is None])
    return issued, resumed, drafted


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


def _take_up_again(act: Act, climbed: Sequence[Climb]) -> tuple[list[Sheet], list[Sheet]]:
    """What had stopped the run was taken back (a report undone, a finished task returned): it stands again where it
    stood, its working days count from now. → its sheets that wait for a reply again, and those that wait as drafts."""
    issued: list[Sheet] = []
    drafted: list[Sheet] = []
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
                drafted.append(sheets.by_id(act, sheet.id or 0))
            elif sheet.state == "settled":
                renewed = act.office.calendar.add(act.office.today(act.now), sheet.reply_days)
                act.carry(_sheet_is(sheet, {"state": "issued", "ended_at": None, "reply_by": renewed, "chased": 0}))
                issued.append(sheets.by_id(act, sheet.id or 0))
    return issued, drafted


def _tell_drafts(act: Act, drafted: Sequence[Sheet], today: str) -> int:
    """拟: the office has them in one message, each behind its button."""
    if not drafted:
        return 0
    rows = sheets.lines_of(act, drafted)
    buttons = [["draft", f"sheet_draft:{row['id']}", {"n": row["n"], "colour": row["colour"]}] for row in rows[:12]]
    facts = {"sheets": rows, "buttons": [buttons[i : i + 3] for i in range(0, len(buttons), 3)]}
    about = {"tasks": [row["n"] for row in rows]}
    return sheets.tell(
        act, present(act.session, roles=[Role.OFFICE]), "drafts", facts, key=f"drafts:{today}", about=about
    )


# Silence.


def _chase(act: Act) -> int:
    """A sheet unanswered by its hour is said to the head and the office once, and after some days to a leader once."""
    ladder, calendar, today = act.office.policy.ladder, act.office.calendar, act.office.today(act.now)
    late = sheets.unanswered(act)
    first = [sheet for sheet in late if sheet.chased == 0]
    after = [
        s for s in late if s.chased == 1 and s.reply_by and today >= calendar.add(s.reply_by, 1 + ladder.leader_days)
    ]
    said = 0
    for level, rows in ((1, first), (2, after)):
        for row in rows:
            act.carry(Decision(changes=[Change(Sheet, row.id or 0, {"chased": level}, row.version)]))
        if rows:
            said += _tell_unanswered(act, rows, level)
    return said


def _tell_unanswered(act: Act, rows: Sequence[Sheet], level: int) -> int:
    key = f"unanswered:{level}:{act.office.today(act.now)}"
    if level == 2:
        facts = {"sheets": sheets.lines_of(act, rows)}
        return sheets.tell(act, present(act.session, roles=[Role.LEADER]), "unanswered", facts, key=key)
    said = sheets.tell(
        act, present(act.session, roles=[Role.OFFICE]), "unanswered", {"sheets": sheets.lines_of(act, rows)}, key=key
    )
    for unit in sorted({row.unit_id for row in rows}):
        own = sheets.lines_of(act, [row for row in rows if row.unit_id == unit])
        heads = present(act.session, roles=[Role.HEAD], units=[unit])
        said += sheets.tell(act, heads, "unanswered", {"sheets": own}, key=key)
    return said


def _silence(act: Act) -> int:
    """A decision that waits although its verifier or approver was reminded and the office told, or a draft nobody
    signs out: a leader hears once."""
    policy, calendar, today = act.office.policy, act.office.calendar, act.office.today(act.now)
    days = policy.waiting.climb + policy.ladder.leader_days
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    office = present(act.session, roles=[Role.OFFICE])
    for sheet, row in zip(sheets.drafts(act), sheets.lines_of(act, sheets.drafts(act)), strict=True):
        since = act.office.today(sheet.drafted_at)
        if today >= calendar.add(since, days):
            who = [f"{act.unit(member.unit_id)} {member.name}".strip() for member in office]
            facts = {"kind": "draft", "number": row["n"], "title": row["title"], "since": since.isoformat()}
            rows["draft", sheet.id or 0] = {**facts, "who": who, "id": sheet.id}
    for member in [*present(act.session, roles=[Role.HEAD, Role.VERIFIER]), *office]:
        for found in waiting.waiting_for(Act(act.session, act.office, act.now, member)):
            since = act.office.today(found.since)
            if today < calendar.add(since, days):
                continue
            facts = {"kind": found.kind, "number": found.number, "title": found.title, "since": since.isoformat()}
            row = rows.setdefault((found.kind, found.id), {**facts, "who": [], "id": found.id})
            row["who"].append(f"{act.unit(member.unit_id)} {member.name}".strip())
    fresh = [row for row in rows.values() if _first_time(act, f"silence:{row['kind']}:{row['id']}:{row['since']}")]
    if not fresh:
        return 0
    return sheets.tell(
        act, present(act.session, roles=[Role.LEADER]), "silence", {"rows": fresh}, key=f"silence:{today}"
    )


def _first_time(act: Act, name: str) -> bool:
    return carry.add_once(act.session, Round(name=name, at=act.now), on=("name",))


# Out of reach.


def unreached(act: Act, tasks: Iterable[TaskSlice]) -> list[dict[str, Any]]:
    """Units with work left whom nobody can write to: {"unit_id", "unit", "why", "who", "since", "tasks"} each.

    Why: no_liaison (none joined, or the last has left), or blocked (every liaison has blocked the bot).
    """
    work: dict[int, list[int]] = {}
    for task in tasks:
        for unit in task.workers if not task.finished else ():
            work.setdefault(unit, []).append(task.number)
    people: dict[int, list[Member]] = {}
    for member in present(act.session, roles=[Role.LIAISON]):
        people.setdefault(member.unit_id or 0, []).append(member)
    found = []
    for unit, numbers in work.items():
        liaisons = people.get(unit, [])
        if any(member.unreachable_since is None for member in liaisons):
            continue
        since = max((m.unreachable_since for m in liaisons if m.unreachable_since), default=None)
        found.append(
            {
                "unit_id": unit,
                "unit": act.unit(unit),
                "why": "blocked" if liaisons else "no_liaison",
                "who": [member.name for member in liaisons],
                "since": act.office.local(since).isoformat() if since else "",
                "tasks": numbers,
            }
        )
    return sorted(found, key=lambda row: str(row["unit"]))


def _unreached(act: Act, tasks: Iterable[TaskSlice]) -> int:
    """Each is said once to the unit's heads and once to the office, all of them in one message."""
    today = act.office.today(act.now)
    fresh = [r for r in unreached(act, tasks) if _first_time(act, f"unreached:u{r['unit_id']}:{r['why']}:{r['since']}")]
    if not fresh:
        return 0
    office = present(act.session, roles=[Role.OFFICE])
    said = sheets.tell(act, office, "unreached", {"units": fresh}, key=f"unreached:{today}")
    for row in fresh:
        heads = present(act.session, roles=[Role.HEAD], units=[row["unit_id"]])
        said += sheets.tell(act, heads, "unreached", {"units": [row]}, key=f"unreached:{today}")
    return said


def office_counts(act: Act, tasks: Iterable[TaskSlice]) -> dict[str, int]:
    """For the office's daily message: drafts to sign out, sheets unanswered, units out of reach."""
    return {
        "drafts": len(sheets.drafts(act)),
        "unanswered": len(sheets.unanswered(act)),
        "unreached": len(unreached(act, tasks)),
    }
