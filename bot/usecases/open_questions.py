"""What an import left open stands on its task as a question to the office, and is answered here, one at a time.

An answer is no change of the plan's wording: the phrase stays; its reading, or the units meant, are added with the
moment, so that past bulletins read as they were.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.deadlines import read_deadline
from bot.domain.deadlines.reading import Reading
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import DueChange, Measure, Milestone, Part, Question, State, Task
from bot.domain.people import UNIT_PEOPLE, require
from bot.domain.post import Lane
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.slices import MeasureSlice, TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.correction import correct
from bot.usecases.import_draft import deadline_said, units_said
from bot.usecases.remind import replan

ANSWERABLE = ("deadline", "unit")
_OPEN = (
    col(Question.answered_at).is_(None),
    col(Question.kind).in_(ANSWERABLE),
    Task.id == Question.task_id,
    col(Task.state).not_in([State.STRUCK_OFF, State.KEPT_UP]),
)


def count_open(act: Act, number: int | None = None) -> int:
    """Of one task, or of all that go on."""
    where = (*_OPEN, Task.number == number) if number else _OPEN
    return act.session.exec(select(func.count()).select_from(Question, Task).where(*where)).one()


def first_open(act: Act, numbers: Sequence[int]) -> int | None:
    """The id of the first one of these tasks."""
    rows = select(func.min(Question.id)).select_from(Question, Task).where(*_OPEN, Task.number >= min(numbers))
    return act.session.exec(rows.where(Task.number <= max(numbers))).one() if numbers else None


def show(act: Act, after: int = 0, number: int | None = None) -> dict[str, Any]:
    """The first open question after that one, of one task or of all; round to the first again.

    Refusals: not_your_right, no_open_questions.
    """
    require(act.person, "answer_question")
    where = (*_OPEN, Task.number == number) if number else _OPEN
    rows = act.session.exec(select(Question, Task.number).where(*where).order_by(col(Question.id))).all()
    if not rows:
        raise Refusal("no_open_questions")
    row, task_number = next(((q, n) for q, n in rows if (q.id or 0) > after), rows[0])
    return facts_of(act, row, load_task(act.session, task_number)) | {"of": len(rows)}


def facts_of(act: Act, row: Question, task: TaskSlice) -> dict[str, Any]:
    measures = _concerned(row, task)
    return {
        "id": row.id,
        "kind": row.kind,
        "note": row.note,
        "phrase": row.phrase,
        "choices": row.choices,
        "where": row.place,
        "part": row.part,
        "number": task.number,
        "title": task.title,
        "text": measures[0].text if measures else "",
    }


def find(act: Act, question_id: int) -> Question:
    """Refusals: not_your_right, question_gone, question_answered."""
    require(act.person, "answer_question")
    row = act.session.get(Question, question_id)
    if row is None or row.kind not in ANSWERABLE:
        raise Refusal("question_gone")
    if row.answered_at is not None:
        raise Refusal("question_answered", text=row.answer or "")
    return row


def answer(act: Act, question_id: int, text: str, registry: Registry, *, reason: str) -> dict[str, Any]:
    """The words stand in place of those that were asked: dates become milestones, units get their part.

    Whoever works on it is told. → {"number", "title", "phrase", "answer", "note"}. Refusals: those of `find`,
    import_day_unclear, import_unit_unclear, struck_off_frozen, those of a correction of units.
    """
    row = find(act, question_id)
    task = load_tasks(act.session, ids=[row.task_id])[0]
    if task.struck_off:
        raise Refusal("struck_off_frozen", task=task.number)
    new = row.note == "unit_unknown" and text.strip() == row.phrase
    if row.kind == "deadline":
        said = deadline_said(act, text, task.issued)
        _date(act, row, task, said)
    else:
        said = row.phrase if new else units_said(registry, text)
        if not new:
            _place(act, row, task, said, registry, reason)
    answered = {"answer": said, "answered_at": act.moment, "answered_by": act.person.id}
    deed = Deed("question_answered", task.id, {"phrase": row.phrase, "place": row.place}, {"answer": said})
    change = Change(Question, row.id or 0, answered, only_if={"answered_at": None})
    act.carry(Decision(changes=[change], events=[deed]))
    facts = {"number": task.number, "title": task.title, "phrase": row.phrase, "answer": said, "note": row.note}
    if row.kind == "deadline":
        people = present(act.session, roles=UNIT_PEOPLE, units=task.workers)
        key = f"question:{row.id}"
        act.tell(people, "question_settled", facts, key=key, lane=Lane.REMINDER, about={"task": task.number})
    return facts


def _concerned(row: Question, task: TaskSlice) -> list[MeasureSlice]:
    if row.measure_id is not None:
        return [measure for measure in task.measures if measure.id == row.measure_id]
    return [measure for measure in task.measures if row.kind != "deadline" or measure.phrase == row.phrase]


def _date(act: Act, row: Question, task: TaskSlice, said: str) -> None:
    """Measures whose date was open have it from now on; those that got one meanwhile keep it."""
    reading = read_deadline(said, task.issued, act.office.calendar)
    measures = [measure for measure in _concerned(row, task) if measure.kind == "ask"]
    added = []
    for measure in measures:
        version = act.session.exec(select(Measure.version).where(Measure.id == measure.id)).one()
        fields = {"kind": reading.kind, "ongoing": reading.ongoing, "soft": reading.soft}
        milestones = [
            Milestone(task_id=task.id, measure_id=measure.id, ordinal=n, due=day, quantity=quantity, label=label)
            for n, (day, quantity, label) in enumerate(_days(act, task, reading), 1)
        ]
        act.carry(Decision(changes=[Change(Measure, measure.id, fields, version)], additions=list(milestones)))
        added += milestones
    # Before this moment there was no date, and the past is to be read so.
    changes = [
        DueChange(
            task_id=task.id,
            milestone_id=each.id or 0,
            cycle=task.cycle,
            field="due",
            before=None,
            after=each.due,
            reason=row.phrase or row.place,
            member_id=act.person.id,
            at=act.moment,
        )
        for each in added
    ]
    act.carry(Decision(additions=list(changes)))
    replan(act, load_task(act.session, task.number))


def _days(act: Act, task: TaskSlice, reading: Reading) -> Sequence[tuple[date, int | None, str]]:
    if reading.stages:
        return list(zip(reading.stages, reading.quantities, reading.labels, strict=True))
    if reading.kind == "immediate":
        return [(act.office.today(act.now) + timedelta(days=act.office.policy.immediate_days), None, "")]
    return [(reading.due, None, "")] if reading.due else []


def _place(act: Act, row: Question, task: TaskSlice, said: str, registry: Registry, reason: str) -> None:
    """The units named stand in the part of the asked words, beside those that stand there already."""
    part = Part(row.part or Part.RESPONSIBLE)
    measure = next((each for each in task.measures if each.id == row.measure_id), None)
    there = [act.unit(unit) for unit in (measure or task).units.get(part, [])]
    names = [name for name in said.split("、") if name]
    wanted = list(dict.fromkeys([*(name for name in there if name != row.phrase), *names]))
    if wanted != there:
        ordinal = measure.ordinal if measure else None
        correct(act, task.number, ordinal, str(part), "、".join(wanted) or "无", reason, registry=registry)
