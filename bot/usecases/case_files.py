"""Loading case files (一案一档), who may decide on them, and what their deciders are shown."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from bot.domain.close_out import OPEN, CaseFile, evidence_list, verifying_units
from bot.domain.ledger import Evidence, Report, Task, TaskUnit
from bot.domain.people import SEES_ALL, Member, Role
from bot.domain.photos import Shot
from bot.domain.process import CloseOut, Objection, PublicNotice, Signature, Verification
from bot.domain.refusal import Refusal
from bot.domain.signals import Told, signals
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import member_by_id, people_names, present
from bot.usecases.absence import acting_heads
from bot.usecases.act import Act
from bot.usecases.indicators import of_task as indicators_of

Row = TypeVar("Row", bound=SQLModel)
SCAN = "scan"  # the kind of a file that shows a signature on paper
LISTED = 10  # files named in a message; the rest by one tap


def open_cases(act: Act, states: Sequence[str]) -> list[CaseFile]:
    """Applications in these states, as far as the person may see them: their unit's, or all."""
    everything = Role(act.person.role) in SEES_ALL
    return all_cases(act, states, unit_id=None if everything else act.person.unit_id or 0)


def all_cases(act: Act, states: Sequence[str], unit_id: int | None = None) -> list[CaseFile]:
    """Applications in these states, the oldest first; of the tasks in which a unit has a part, or of all."""
    wanted = select(CloseOut).where(col(CloseOut.state).in_(states)).order_by(col(CloseOut.id))
    if unit_id is not None:
        mine = select(TaskUnit.task_id).where(TaskUnit.unit_id == unit_id)
        wanted = wanted.where(col(CloseOut.task_id).in_(mine))
    rows = apart(act, act.session.exec(wanted))
    if not rows:
        return []
    tasks = {task.id: task for task in load_tasks(act.session, ids=[row.task_id for row in rows])}
    return [_filled(act, tasks[row.task_id], row) for row in rows]


def case_of(act: Act, task: TaskSlice) -> CaseFile | None:
    """The application of the task's present cycle that still goes on."""
    found = last_case(act, task)
    return found if found is not None and found.close_out.state in OPEN else None


def last_case(act: Act, task: TaskSlice) -> CaseFile | None:
    """The last application of the task's present cycle, over or not."""
    rows = apart(
        act,
        act.session.exec(
            select(CloseOut)
            .where(CloseOut.task_id == task.id, CloseOut.cycle == task.cycle)
            .order_by(col(CloseOut.id).desc())
            .limit(1)
        ),
    )
    return _filled(act, task, rows[0]) if rows else None


def returned_before(act: Act, case: CaseFile) -> list[dict[str, str]]:
    """Why the application before this one was returned, measure by measure; empty when this is the first."""
    before = (
        select(Verification.reasons)
        .join(CloseOut, col(CloseOut.id) == Verification.close_out_id)
        .where(
            CloseOut.task_id == case.task.id,
            CloseOut.cycle == case.task.cycle,
            col(CloseOut.id) < case.close_out.id,
            Verification.kind == "returned",
        )
        .order_by(col(Verification.id).desc())
    )
    return list(act.session.exec(before).first() or [])


def require_case(act: Act, number: int, step: str) -> CaseFile:
    """The open application on a task. Refusals: no_such_task, not_now (there is none)."""
    task = load_task(act.session, number)
    found = case_of(act, task)
    if found is None:
        raise Refusal("not_now", task=number, state=str(task.state), step=step)
    return found


def apart(act: Act, rows: Iterable[Row]) -> list[Row]:
    """The rows, no longer watched by the session: rules look at them and note on them what will be true, and only
    what a decision lists may be written."""
    found = list(rows)
    for row in found:
        act.session.expunge(row)
    return found


def _filled(act: Act, task: TaskSlice, row: CloseOut) -> CaseFile:
    asker = member_by_id(act.session, row.member_id)
    assert asker is not None
    case = CaseFile(task, row, asker)
    session, id_ = act.session, row.id
    found = select(Verification).where(Verification.close_out_id == id_).order_by(col(Verification.id))
    case.verifications = apart(act, session.exec(found))
    published = select(PublicNotice).where(PublicNotice.close_out_id == id_).order_by(col(PublicNotice.id))
    notices = apart(act, session.exec(published))
    if notices:
        case.notice = notices[-1]
        objections = select(Objection).where(col(Objection.notice_id).in_([row.id for row in notices]))
        case.objections = apart(act, session.exec(objections.order_by(col(Objection.id))))
    spots = [found.id for found in case.verifications if found.kind == "spot"]
    case.pictures = _spot_pictures(act, spots) if spots else []
    signed = select(Signature).where(Signature.close_out_id == id_, col(Signature.void_at).is_(None))
    case.signatures = apart(act, session.exec(signed.order_by(col(Signature.id))))
    return case


def _spot_pictures(act: Act, spots: Sequence[int | None]) -> list[Evidence]:
    shown = select(Evidence).where(col(Evidence.spot_id).in_(spots), col(Evidence.withdrawn_at).is_(None))
    return list(act.session.exec(shown.order_by(col(Evidence.id))))


def spot_rows(case: CaseFile) -> list[dict[str, Any]]:
    """The checks on the spot as messages show them: day, people, conclusion, how many pictures."""
    return [
        {**found.spot, "pictures": sum(row.spot_id == found.id for row in case.pictures)}
        for found in case.verifications
        if found.kind == "spot"
    ]


def verifiers(act: Act, task: TaskSlice) -> list[Member]:
    """Who verifies: the verifiers of the verifying or supervising units; without any in Duban, the office."""
    units = verifying_units(task)
    people = present(act.session, roles=[Role.VERIFIER], units=units) if units else []
    return people or present(act.session, roles=[Role.OFFICE])


def heads(act: Act, units: Sequence[int]) -> list[Member]:
    """Heads of these units, and who stands in for one who is away."""
    return list({member.id: member for unit in units for member in acting_heads(act, unit)}.values())


def unit_people(act: Act, task: TaskSlice) -> list[Member]:
    return present(act.session, roles=[Role.LIAISON, Role.HEAD], units=task.workers)


def live_evidence(act: Act, task: TaskSlice) -> list[Evidence]:
    """The files that stand as evidence in the task's present cycle, oldest first; the scan of a signature is none, nor
    is a picture of a check on the spot."""
    rows = act.session.exec(
        select(Evidence)
        .where(Evidence.task_id == task.id, Evidence.cycle == task.cycle, col(Evidence.withdrawn_at).is_(None))
        .order_by(col(Evidence.id))
    )
    return [row for row in rows if row.state != "failed" and row.kind != SCAN and row.spot_id is None]


def evidence_now(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    return evidence_list(live_evidence(act, task))


def bare_measures(act: Act, task: TaskSlice, rows: Sequence[Evidence]) -> list[str]:
    """Measures that have no file of their own (`12.2`)."""
    of_report = {row.report_id for row in rows if row.measure_id is None and row.report_id is not None}
    reported = act.session.exec(select(Report.measure_id).where(col(Report.id).in_(of_report))).all()
    covered = {row.measure_id for row in rows} | set(reported)
    return [f"{task.number}.{m.ordinal}" for m in task.measures if m.id not in covered and not m.upkeep]


def unproven(act: Act, task: TaskSlice, rows: Sequence[Evidence]) -> list[str]:
    """Measures (`12.2`) whose claim no file bears out; one sent for the task as a whole bears out all of them."""
    if any(row.measure_id is None and row.report_id is None for row in rows):
        return []
    return bare_measures(act, task, rows)


def bundle(act: Act, case: CaseFile) -> dict[str, Any]:
    """What every decider is shown of an application: who, what, the files with their hashes, and the signals."""
    task, close_out = case.task, case.close_out
    rows = live_evidence(act, task)
    return {
        "number": task.number,
        "title": task.title,
        "unit": act.unit(close_out.unit_id),
        "by": case.asker.name,
        "asked": act.office.local(close_out.asked_at).isoformat(),
        "text": close_out.text,
        "count": len(rows),
        "files": [
            {"kind": row.kind, "name": row.file_name, "hash": (row.sha256 or "")[:8], "state": row.state}
            for row in rows[:LISTED]
        ],
        "bare": bare_measures(act, task, rows),
        "indicators": indicators_of(act, task),
        "stamp": case.stamp,
    }


def signal_facts(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """The signals of the task's present cycle, for the verifier: never a verdict."""
    measures = {measure.id: measure for measure in task.measures}
    rows = act.session.exec(
        select(Report)
        .where(Report.task_id == task.id, Report.cycle == task.cycle, col(Report.ended_at).is_(None))
        .order_by(col(Report.at), col(Report.id))
    )
    told = [
        Told(
            f"{task.number}.{measures[row.measure_id].ordinal}",
            row.unit_id,
            row.at,
            row.percent,
            row.text,
            row.unchanged,
            measures[row.measure_id].due,
        )
        for row in rows
    ]
    files = live_evidence(act, task)
    elsewhere = {row.seen_on_task for row in files if row.seen_on_task is not None}
    numbers = act.session.exec(select(Task.number).where(col(Task.id).in_(elsewhere))).all() if elsewhere else []
    return [
        {"kind": found.kind, "place": found.place, "unit": act.unit(found.unit_id), **found.facts}
        for found in signals(told, list(numbers), act.office, _shots(act, task, files))
    ]


def _shots(act: Act, task: TaskSlice, files: Sequence[Evidence]) -> list[Shot]:
    """The pictures that tell something of themselves; the very same file is said of as such, not as a likeness."""
    telling = [row for row in files if row.taken_on or (row.near_id and row.seen_on_task is None)]
    if not telling:
        return []
    places = file_numbers(act, task)
    near = [row.near_id for row in telling if row.near_id]
    earlier = select(Evidence.id, Evidence.at, Task.number).join(Task, col(Task.id) == Evidence.task_id)
    found = {
        id_: (number, day_of(act, at))
        for id_, at, number in act.session.exec(earlier.where(col(Evidence.id).in_(near)))
    }
    shots = []
    for row in telling:
        number, day = found.get(row.near_id, (None, None)) if row.seen_on_task is None else (None, None)
        shots.append(Shot(places[row.id or 0], day_of(act, row.at), row.taken_on, number, day))
    return shots


def day_of(act: Act, at: datetime) -> date:
    return act.office.local(at).date()


def file_numbers(act: Act, task: TaskSlice) -> dict[int, int]:
    """Id of a file → its number in the task's list: the order in which they came, withdrawn ones counted."""
    ids = act.session.exec(select(Evidence.id).where(Evidence.task_id == task.id).order_by(col(Evidence.id)))
    return {id_ or 0: n for n, id_ in enumerate(ids, 1)}


def name_of(act: Act, member_id: int | None) -> str:
    return people_names(act.session).get(member_id or 0, "")
