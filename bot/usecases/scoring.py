"""考核: each unit's score of the year with the event behind every point; what the office alone may add or withdraw."""

import json
from collections import defaultdict
from datetime import date, datetime, time
from typing import Any

from sqlmodel import col, select

from bot.domain import scoring as rules
from bot.domain.decision import Deed
from bot.domain.ledger import Event, Move, Report, State
from bot.domain.people import SEES_ALL, require
from bot.domain.refusal import Refusal
from bot.domain.scoring import Point, Score
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.usecases.act import Act
from bot.usecases.ladder_ends import since_asked

KINDS = ("merit", "merit_withdrawn")


def scores(act: Act) -> list[Score]:
    """Of every unit that does work, this year up to now."""
    since = act.office.at(date(act.office.today(act.now).year, 1, 1), time(0))
    tasks = load_tasks(act.session)
    due: dict[int, int] = defaultdict(int)
    points: dict[int, list[Point]] = {unit: [] for task in tasks for unit in task.workers}
    said, asked = _said(act, since), since_asked(act, tasks)
    for task in tasks:
        fell_due, late = rules.late_points(task, since, act.now, act.office)
        for unit in task.workers:
            due[unit] += fell_due
            if unit in asked[task.id]:
                begun = max(since, asked[task.id][unit])
                missed = rules.missed_points(task, unit, said[task.id, unit], begun, act.now, act.office)
                points[unit] += missed
        for point in late:
            points[point.unit_id].append(point)
    for point in [*_returned(act, tasks, since), *_given(act, since)]:
        points.setdefault(point.unit_id, []).append(point)
    policy = act.office.policy.scores
    return [rules.score(unit, due[unit], found, policy) for unit, found in points.items()]


def _said(act: Act, since: datetime) -> dict[tuple[int, int], list[datetime]]:
    rows = select(Report.task_id, Report.unit_id, Report.at).where(Report.at > since, col(Report.ended_at).is_(None))
    found: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for task_id, unit_id, at in act.session.exec(rows):
        found[task_id, unit_id].append(at)
    return found


def _returned(act: Act, tasks: list[TaskSlice], since: datetime) -> list[Point]:
    by_id = {task.id: task for task in tasks}
    moves = select(Move).where(Move.state == State.RETURNED, Move.at > since, Move.at <= act.now)
    return [
        Point(unit, "returned", act.office.today(move.at), by_id[move.task_id].number, None, move.text)
        for move in act.session.exec(moves.order_by(col(Move.id)))
        for unit in by_id[move.task_id].workers
    ]


def _given(act: Act, since: datetime) -> list[Point]:
    events = select(Event).where(col(Event.kind).in_(KINDS), Event.at > since).order_by(col(Event.id))
    return rules.given_points(
        (row.id or 0, row.kind, act.office.today(row.at), json.loads(row.after)) for row in act.session.exec(events)
    )


def table(act: Act) -> dict[str, Any]:
    """Every unit's score, the best first; a unit's people see their own. → facts."""
    rows = [
        {**_line(act, found), "place": place}
        for place, found in rules.ranked(scores(act))
        if act.person.role in SEES_ALL or found.unit_id == act.person.unit_id
    ]
    policy = act.office.policy.scores
    return {"year": act.office.today(act.now).year, "rows": rows, "base": policy.base, "fewest": policy.fewest_due}


def of_unit(act: Act, name: str) -> dict[str, Any]:
    """One unit's points, each with its event. Refusals: not_your_unit, no_score."""
    if act.person.role not in SEES_ALL and name != act.unit(act.person.unit_id):
        raise Refusal("not_your_unit", unit=name)
    for found in scores(act):
        if act.unit(found.unit_id) == name:
            policy = act.office.policy.scores
            facts = {"year": act.office.today(act.now).year, "base": policy.base, "fewest": policy.fewest_due}
            return {**_line(act, found), **facts, "points": [_cited(act, point) for point in found.points]}
    raise Refusal("no_score", unit=name)


def _line(act: Act, found: Score) -> dict[str, Any]:
    counts = {what: sum(point.what == what for point in found.points) for what in (*rules.FOUND, *rules.GIVEN)}
    return {
        "unit": act.unit(found.unit_id),
        "value": found.value,
        "due": found.due,
        "veto": found.veto,
        "counts": {what: count for what, count in counts.items() if count},
    }


def _cited(act: Act, point: Point) -> dict[str, Any]:
    return {
        "what": point.what,
        "points": rules.weight(point.what, act.office.policy.scores),
        "day": point.day.isoformat(),
        "number": point.number,
        "until": point.until.isoformat() if point.until else None,
        "text": point.text,
        "id": point.id,
    }


def give(act: Act, unit_id: int, what: str, number: int | None, text: str) -> dict[str, Any]:
    """The office gives a unit a bonus, or records that something was falsified; with its reason.

    Refusals: not_your_right, no_such_task, score_reason.
    """
    require(act.person, "score")
    if not text.strip():
        raise Refusal("score_reason", unit=act.unit(unit_id))
    if number is not None:
        load_task(act.session, number)
    given = {"unit": unit_id, "what": what, "number": number, "text": text.strip()}
    act.record(Deed("merit", None, {}, given))
    return of_unit(act, act.unit(unit_id))


def withdraw(act: Act, unit_id: int, merit: int, text: str) -> dict[str, Any]:
    """What the office gave counts no more; both stay in the trail. Refusals: not_your_right, no_such_merit,
    score_reason."""
    require(act.person, "score")
    year = act.office.at(date(act.office.today(act.now).year, 1, 1), time(0))
    if not any(point.id == merit and point.unit_id == unit_id for point in _given(act, year)):
        raise Refusal("no_such_merit")
    if not text.strip():
        raise Refusal("score_reason", unit=act.unit(unit_id))
    act.record(Deed("merit_withdrawn", None, {}, {"merit": merit, "unit": unit_id, "text": text.strip()}))
    return of_unit(act, act.unit(unit_id))
