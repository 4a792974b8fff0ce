"""Reporting progress: one claim, the same again, the rest unchanged, corrections and taking back."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.extension import could_ask
from bot.domain.ledger import Evidence, Move, Report, State, Task, TaskUnit
from bot.domain.people import SEES_ALL, Member, Role
from bot.domain.refusal import Refusal
from bot.domain.reporting import (
    Claim,
    Reported,
    choose_measure,
    finish,
    may_finish,
    move,
    own_percent,
    report,
    require_own,
    speaking_unit,
)
from bot.domain.slices import TaskSlice
from bot.domain.standing import BEHIND, DUE_SOON, OVERDUE, Standing, silent_units, standing, unchanged_will_do
from bot.store.handlers import elsewhere
from bot.store.ledger import load_task, load_tasks
from bot.store.open_matters import OpenMatters, open_matters
from bot.usecases.act import Act
from bot.usecases.case_files import live_evidence, unproven
from bot.usecases.extension_facts import may_ask
from bot.usecases.facts import task_line
from bot.usecases.remarks import answer_open_notes
from bot.usecases.sheet_unit import answer_urgings
from bot.usecases.sheets import under_sheet


def report_progress(act: Act, claim: Claim, source: str) -> dict[str, Any]:
    """The claim is on the ledger. → the facts of the answer: the figure before and after, labels, what is left to do.

    `source` names the message and line, so that its edit or undo finds the report again.
    Refusals: no_such_task and those of the rule `report`.
    """
    task = load_task(act.session, claim.number)
    if claim.unchanged and claim.ordinal is None:
        said = _said_measures(task, speaking_unit(task, act.person, None))
        if len(said) > 1:
            return _each_unchanged(act, claim, said, source)
        claim = replace(claim, ordinal=said[0]) if said else claim
    decision, made = report(task, act.person, claim, at=act.moment, recorded_at=act.now, source=source)
    act.carry(decision + _receipt(act, task, made.report.unit_id))
    waits = _open_matters(act, made)
    if waits.instructions and claim.text:
        answer_open_notes(act, task, claim.text)
    if waits.urgings and not claim.unchanged:
        answer_urgings(act, task, made.report.unit_id, claim.text)
    return reported_facts(act, made, waits)


def _each_unchanged(act: Act, claim: Claim, ordinals: Sequence[int], source: str) -> dict[str, Any]:
    """无变化 of a task with several measures is said of each of them that has a figure to keep."""
    for n, ordinal in enumerate(ordinals):
        facts = report_progress(act, replace(claim, ordinal=ordinal), f"{source}:{ordinal}" if n else source)
    places = " ".join(f"{claim.number}.{ordinal}" for ordinal in ordinals)
    return facts | {"place": places, "after": None}


def check(act: Act, claim: Claim) -> None:
    """Whether the claim would be recorded now; nothing is written. Refusals: those of `report_progress`."""
    task = load_task(act.session, claim.number)
    report(task, act.person, claim, at=act.moment, recorded_at=act.now, source="")


def _open_matters(act: Act, made: Reported) -> OpenMatters:
    return open_matters(act.session, made.task.id, made.report.unit_id, act.office.week(act.now).start)


def guide(act: Act, number: int, ordinal: int | None) -> dict[str, Any]:
    """What a person needs to report by buttons: the measure, or the choices when it could be several.

    Refusals: no_such_task and those of `speaking_unit` and `choose_measure`; task_closed.
    """
    task = load_task(act.session, number)
    unit = speaking_unit(task, act.person, ordinal)
    if task.finished:
        raise Refusal("task_closed", task=number, state=task.state)
    facts: dict[str, Any] = {"number": number, "title": task.title}
    try:
        measure = choose_measure(task, unit, ordinal)
    except Refusal as refusal:
        if refusal.reason != "which_measure":
            raise
        return {**facts, "choices": refusal.facts["choices"]}
    return {
        **facts,
        "ordinal": measure.ordinal,
        "place": f"{number}.{measure.ordinal}",
        "text": measure.text,
        "percent": own_percent(measure, unit),
        "said": unit in measure.said,
        "gives_percent": unit in measure.reporters,
        "due": measure.due.isoformat() if measure.due else None,
        "measures": len(task.measures),
    }


def _receipt(act: Act, task: TaskSlice, unit_id: int) -> Decision:
    """Who reports has received: the receipt is given without asking."""
    if task.received.get(unit_id, act.now) is not None:
        return Decision()
    rows = act.session.exec(
        select(TaskUnit.id).where(
            TaskUnit.task_id == task.id, TaskUnit.unit_id == unit_id, col(TaskUnit.received_at).is_(None)
        )
    ).all()
    fields = {"received_at": act.moment, "received_by": act.person.id}
    return Decision(changes=[Change(TaskUnit, row, fields) for row in rows if row is not None])


def reported_facts(act: Act, made: Reported, waits: OpenMatters) -> dict[str, Any]:
    found = standing(made.task, act.now, act.office)
    left = left_to_report(act, made.report.unit_id, waits.unsaid)
    week = act.office.week(made.report.at)
    return {
        **task_line(act, found),
        "place": f"{made.task.number}.{made.measure.ordinal}",
        "measures": len(made.task.measures),
        "measure_text": made.measure.text,
        "before": made.before,
        "after": made.after,
        "stated": made.report.stated,
        "text": made.report.text,
        "unchanged": made.report.unchanged,
        "whole": made.report.whole,
        "on_behalf": act.unit(made.report.unit_id) if made.report.on_behalf else "",
        "expected": found.expected,
        "week": week.issue,
        "next_week": made.report.at > act.office.week(act.now).end,
        "all_done": all(m.upkeep or m.progress == 100 for m in made.task.measures) and not made.task.upkeep,
        "can_finish": may_finish(made.task, act.person),
        "left": len(left),
        "next": left[0] if left else None,
        "undo_until": undo_until(act),
        "can_extend": found.colour in (BEHIND, DUE_SOON, OVERDUE) and _may_extend(act, made.task, waits),
        "report_id": made.report.id,
        "attached": 0,
    }


def _may_extend(act: Act, task: TaskSlice, waits: OpenMatters) -> bool:
    return may_ask(act, task) if waits.extensions else could_ask(task, act.person, [])


def undo_until(act: Act) -> str:
    """Until when what was just recorded can be taken back."""
    return act.office.local(act.now + timedelta(minutes=act.office.policy.undo_minutes)).isoformat()


def left_to_report(act: Act, unit_id: int, among: Sequence[int]) -> list[int]:
    """Numbers of those of these tasks (ids) that still wait for this period's report, most urgent first."""
    tasks = load_tasks(act.session, ids=among) if among else []
    owed = [task for task in tasks if unit_id in silent_units(task, act.now, act.office)]
    owed.sort(key=lambda task: (task.due is None, task.due, task.number))
    return [task.number for task in owed]


def unit_standings(act: Act, unit_id: int | None) -> list[Standing]:
    tasks = load_tasks(act.session, unit_id=unit_id or 0)
    return [standing(task, act.now, act.office) for task in tasks]


def rest_of(act: Act, besides: Collection[int] = ()) -> tuple[list[Standing], list[Standing]]:
    """What 其余无变化 would report, and what it never does: tasks behind, overdue or under a sheet, which need a word
    of their own. Those named in `besides` are neither.

    Refusals: not_your_right, nothing_left.
    """
    person = act.person
    if person.role not in (Role.LIAISON, Role.HEAD) or person.unit_id is None:
        raise Refusal("not_your_right", action="report", role=person.role)
    passed = _passed(act)
    owed = [
        found
        for found in unit_standings(act, person.unit_id)
        if person.unit_id in found.silent and found.task.id not in passed and found.task.number not in besides
    ]
    under = under_sheet(act, person.unit_id)
    rest = [found for found in owed if unchanged_will_do(found, person.unit_id, under)]
    needs_words = [found for found in owed if found not in rest]
    if not rest:
        raise Refusal("nothing_left", needs_words=[found.task.number for found in needs_words])
    return rest, needs_words


def _passed(act: Act) -> set[int]:
    """Ids of the tasks a colleague who hears today handles for this person, as in the daily message."""
    person = act.person
    if person.role == Role.HEAD or person.unit_id is None:
        return set()
    return elsewhere(act.session, act.office.today(act.now), [person.unit_id]).get(person.id or 0, set())


def rest_unchanged(act: Act, numbers: Sequence[int], source: str) -> list[int]:
    """Each listed task that still is of the rest is reported unchanged, measure by measure. → their numbers."""
    rest, _ = rest_of(act)
    done = []
    for found in rest:
        if found.task.number in numbers:
            for ordinal in _said_measures(found.task, act.person.unit_id):
                claim = Claim(found.task.number, ordinal=ordinal, unchanged=True)
                task = load_task(act.session, found.task.number)
                decision, _ = report(
                    task, act.person, claim, at=act.moment, recorded_at=act.now, source=f"{source}:{claim.number}"
                )
                act.carry(decision)
            done.append(found.task.number)
    if not done:
        raise Refusal("nothing_left", needs_words=[])
    return done


def _said_measures(task: TaskSlice, unit_id: int | None) -> list[int]:
    """The measures the unit has reported on, without those at 100 % as long as there are others."""
    said = [(m.ordinal, m.said[unit_id]) for m in task.measures if unit_id is not None and unit_id in m.said]
    return [ordinal for ordinal, last in said if last.percent != 100] or [ordinal for ordinal, _ in said]


def correct_report(act: Act, claim: Claim, source: str) -> dict[str, Any] | None:
    """An edited message corrects the report it made; both stay in the history. None when it made none.

    Refusals: those of the rule `report`; another_task (an edit may not move a report to another task).
    """
    old = act.session.exec(
        select(Report).where(Report.source == source, col(Report.ended_at).is_(None), Report.member_id == act.person.id)
    ).first()
    if old is None:
        return None
    task = load_task(act.session, claim.number)
    if task.id != old.task_id:
        raise Refusal("another_task", task=claim.number)
    if (claim.text, claim.unchanged, claim.percent) == (old.text, old.unchanged, old.percent if old.stated else None):
        return None
    if claim.ordinal is None:
        claim = replace(claim, ordinal=next(m.ordinal for m in task.measures if m.id == old.measure_id))
    later = _said_since(act, old)
    act.carry(_ended(old, act.moment, "corrected"))
    # Read again without the old report: a figure it no longer states returns to the one before.
    task = load_task(act.session, claim.number)
    decision, made = report(task, act.person, claim, at=act.moment, recorded_at=act.now, source=source)
    made.report.corrects_id = old.id
    if later:
        # What was said since stands; the correction is on record only.
        made.report.ended_at, made.report.ended_why = act.moment, "corrected"
    act.carry(decision)
    waits = _open_matters(act, made)
    return reported_facts(act, replace(made, before=old.percent), waits)


def _said_since(act: Act, old: Report) -> bool:
    newer = select(Report.id).where(
        Report.measure_id == old.measure_id,
        Report.unit_id == old.unit_id,
        col(Report.id) > old.id,
        col(Report.ended_at).is_(None),
    )
    return act.session.exec(newer).first() is not None


def _ended(old: Report, at: datetime, why: str) -> Decision:
    return Decision(
        changes=[Change(Report, old.id or 0, {"ended_at": at, "ended_why": why}, only_if={"ended_at": None})],
        events=[Deed(f"report_{why}", old.task_id, {"report": old.id, "percent": old.percent, "text": old.text}, {})],
    )


def undo(act: Act, report_id: int | None = None) -> dict[str, Any]:
    """The person's last report (with its evidence) or own check of the last minutes is taken back; or the named one.

    Refusals: nothing_to_undo, task_closed.
    """
    since = act.now - timedelta(minutes=act.office.policy.undo_minutes)
    last = act.session.exec(
        select(Report)
        .where(Report.member_id == act.person.id, col(Report.ended_at).is_(None), Report.recorded_at >= since)
        .order_by(col(Report.id).desc())
    ).first()
    if report_id is not None:
        named = act.session.get(Report, report_id)
        if named is None or named.member_id != act.person.id or named.ended_at or named.recorded_at < since:
            raise Refusal("nothing_to_undo", minutes=act.office.policy.undo_minutes)
        return _undo_reports(act, named)
    step = act.session.exec(
        select(Move)
        .where(Move.member_id == act.person.id, Move.state == State.FINISHED, Move.at >= since)
        .order_by(col(Move.id).desc())
    ).first()
    if step is not None and (last is None or step.at >= last.recorded_at) and _still_finished(act, step):
        return _undo_finish(act, step)
    if last is None:
        raise Refusal("nothing_to_undo", minutes=act.office.policy.undo_minutes)
    return _undo_reports(act, last)


def _undo_reports(act: Act, last: Report) -> dict[str, Any]:
    """All that came of one message goes together: several lines, or the rest unchanged.

    Refusals: task_closed (what an own check, or even a strike-off, rests on can no longer be taken back).
    """
    message = ":".join(last.source.split(":")[:2]) + ":"
    rows = act.session.exec(
        select(Report).where(
            Report.member_id == act.person.id, col(Report.ended_at).is_(None), col(Report.source).startswith(message)
        )
    ).all()
    for task in load_tasks(act.session, ids=sorted({row.task_id for row in rows})):
        if task.finished:
            raise Refusal("task_closed", task=task.number, state=task.state)
    decision = Decision()
    for row in rows:
        decision += _ended(row, act.now, "undone")
    pictures = act.session.exec(
        select(Evidence.id).where(
            Evidence.member_id == act.person.id,
            col(Evidence.report_id).in_([row.id for row in rows]),
            col(Evidence.withdrawn_at).is_(None),
        )
    ).all()
    decision.changes += [Change(Evidence, row or 0, {"withdrawn_at": act.now}) for row in pictures]
    act.carry(decision)
    numbers = act.session.exec(
        select(Task.number).where(col(Task.id).in_({row.task_id for row in rows})).order_by(col(Task.number))
    ).all()
    percent = last.percent if last.stated else None
    return {"what": "report", "tasks": list(numbers), "text": last.text, "percent": percent}


def _still_finished(act: Act, step: Move) -> bool:
    newest = act.session.exec(select(func.max(Move.id)).where(Move.task_id == step.task_id)).one()
    return newest == step.id


def _undo_finish(act: Act, step: Move) -> dict[str, Any]:
    task = load_tasks(act.session, ids=[step.task_id])[0]
    act.carry(move(task, State.IN_PROGRESS, act.person, act.now, "undone"))
    return {"what": "finish", "tasks": [task.number], "text": step.text, "percent": None}


def declare_finished(act: Act, number: int, text: str) -> dict[str, Any]:
    """自查完成. Refusals: no_such_task and those of the rule `finish`."""
    task = load_task(act.session, number)
    try:
        act.carry(finish(task, act.person, text, act.now))
    except Refusal as refusal:
        if refusal.reason == "lead_declares":
            refusal.facts["units"] = [act.unit(unit) for unit in refusal.facts["units"]]
        raise
    rows = live_evidence(act, task)
    bare = unproven(act, task, rows)
    return {**task_line(act, standing(task, act.now, act.office)), "text": text, "files": len(rows), "bare": bare}


def acknowledge(act: Act, numbers: Sequence[int]) -> list[int]:
    """签收: the unit has received these tasks. → the numbers newly received (none if all were before).

    Refusals: no_such_task, not_your_task, not_your_right.
    """
    person = act.person
    if person.role not in (Role.LIAISON, Role.HEAD):
        raise Refusal("not_your_right", action="receive", role=person.role)
    done = []
    for number in numbers:
        task = load_task(act.session, number)
        require_own(task, person)
        if task.received.get(person.unit_id or 0) is None:
            act.carry(_receipt(act, task, person.unit_id or 0) + _received(task, person, act.moment))
            act.record(Deed("receipt", task.id, {}, {"unit": person.unit_id}))
            done.append(number)
    return done


def _received(task: TaskSlice, person: Member, at: datetime) -> Decision:
    if task.state not in (State.REGISTERED, State.HANDED_OVER):
        return Decision()
    return move(task, State.RECEIVED, person, at)


def unsigned(act: Act) -> list[int]:
    """Numbers of the unit's tasks that wait for its receipt."""
    unit_id = act.person.unit_id
    statement = (
        select(Task.number)
        .join(TaskUnit, col(TaskUnit.task_id) == Task.id)
        .where(TaskUnit.unit_id == unit_id, col(TaskUnit.received_at).is_(None))
        .order_by(col(Task.number))
        .distinct()
    )
    return list(act.session.exec(statement))


def who_is_silent(act: Act) -> list[tuple[int, Standing]]:
    """谁没报: units that owe a report this week, as far as the person may see."""
    tasks = load_tasks(act.session, unit_id=None if act.person.role in SEES_ALL else act.person.unit_id or 0)
    rows = [(unit, standing(task, act.now, act.office)) for task in tasks for unit in _silent(act, task)]
    return sorted(rows, key=lambda row: (act.unit(row[0]), row[1].task.number))


def _silent(act: Act, task: TaskSlice) -> tuple[int, ...]:
    return silent_units(task, act.now, act.office)
