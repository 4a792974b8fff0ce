"""Remarks on a task: a leader's instruction (批示), a verifier's opinion, the office's urging, a unit's difficulty."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Note
from bot.domain.people import UNIT_PEOPLE, Member, Role, may, require
from bot.domain.policy import Reminders
from bot.domain.post import Lane, Notice, Round
from bot.domain.refusal import Refusal
from bot.domain.reminding import fold_at
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.store import carry
from bot.store.ledger import load_task, load_tasks
from bot.store.people import people_names, present
from bot.usecases.act import Act

# What a reply by this role means, unless it is a report (design.md §2): kind of remark, right it takes.
KIND_OF_ROLE = {
    Role.LEADER: ("instruction", "instruct"),
    Role.VERIFIER: ("opinion", "opine"),
    Role.OFFICE: ("urging", "urge"),
}
COMMAND_OF = {"instruction": "note", "opinion": "note", "urging": "urge", "difficulty": "difficulty"}
# Who hears of each kind, besides the people of the units that do the work.
OFFICE_HEARS = frozenset({"instruction", "opinion", "difficulty"})


def remark(act: Act, number: int, kind: str, text: str) -> dict[str, Any]:
    """The remark is on the ledger and on its way to whom it concerns. → facts of the answer, with how many were told.

    Refusals: no_such_task, not_your_right, not_your_task, nothing_said.
    """
    person = act.person
    right = {"difficulty": "difficulty"} | dict(KIND_OF_ROLE.values())
    require(person, right[kind])
    task = load_task(act.session, number)
    require_own(task, person)
    if not text.strip():
        raise Refusal("nothing_said", task=number, command=COMMAND_OF[kind])
    note = Note(
        task_id=task.id,
        cycle=task.cycle,
        kind=kind,
        unit_id=person.unit_id,
        member_id=person.id,
        text=text.strip(),
        at=act.moment,
    )
    act.carry(Decision(additions=[note], events=[Deed(kind, task.id, {}, {"text": note.text})]))
    facts = {
        "number": task.number,
        "title": task.title,
        "kind": kind,
        "text": note.text,
        "by": person.name,
        "unit": act.unit(person.unit_id),
    }
    about = {"task": task.number, "note": note.id}
    hears = _hears(act, task, kind)
    told = 0
    for yours in (True, False):
        # Only who does the work is asked to answer; the office reads along.
        some = [member for member in hears if (member.role != Role.OFFICE) == yours]
        key, said = f"note:{note.id}", {**facts, "yours": yours}
        told += act.tell(some, "remark", said, key=key, lane=Lane.URGENT, about=about)
    return {**facts, "told": told}


def raised_already(act: Act, number: int, text: str) -> bool:
    """The person has raised the very same difficulty, and nobody has answered it yet."""
    task = load_task(act.session, number)
    same = (Note.task_id == task.id, Note.kind == "difficulty", Note.text == text, Note.member_id == act.person.id)
    return act.session.exec(select(Note.id).where(*same, col(Note.answered_at).is_(None))).first() is not None


def _hears(act: Act, task: TaskSlice, kind: str) -> list[Member]:
    people = present(act.session, roles=[Role.OFFICE]) if kind in OFFICE_HEARS else []
    if kind != "difficulty":
        people += present(act.session, roles=[Role.LIAISON, Role.HEAD], units=task.workers)
    return [member for member in people if member.id != act.person.id]


def answer_open_notes(act: Act, task: TaskSlice, text: str) -> int:
    """A unit's word on a task answers the leader's open instructions on it; who wrote them is told. → how many."""
    rows = act.session.exec(
        select(Note).where(Note.task_id == task.id, Note.kind == "instruction", col(Note.answered_at).is_(None))
    ).all()
    for note in rows:
        act.carry(_answered(act, note, text))
        author = [member for member in present(act.session) if member.id == note.member_id]
        facts = {
            "number": task.number,
            "title": task.title,
            "instruction": note.text,
            "text": text,
            "unit": act.unit(act.person.unit_id),
        }
        act.tell(author, "instruction_answered", facts, key=f"answered:{note.id}", about={"task": task.number})
    return len(rows)


def _answered(act: Act, note: Note, text: str, owner_id: int | None = None) -> Decision:
    fields = {"answered_at": act.moment, "answered_by": act.person.id, "answer": text, "owner_id": owner_id}
    return Decision(
        changes=[Change(Note, note.id or 0, fields, only_if={"answered_at": None})],
        events=[Deed(f"{note.kind}_answered", note.task_id, {"note": note.id}, {"text": text})],
    )


def open_difficulty(act: Act, note_id: int | None) -> bool:
    """The note is a difficulty that this person may answer now."""
    note = act.session.get(Note, note_id) if note_id is not None else None
    return note is not None and note.kind == "difficulty" and may(act.person.role, "answer_difficulty")


def answer_difficulty(act: Act, note_id: int, text: str) -> dict[str, Any]:
    """The office's word on a difficulty: it has an answer and an owner (who answered), and the unit is told.

    Refusals: not_your_right, difficulty_answered (by whom), nothing_said.
    """
    require(act.person, "answer_difficulty")
    note = act.session.exec(select(Note).where(Note.id == note_id).execution_options(populate_existing=True)).one()
    task = load_tasks(act.session, ids=[note.task_id])[0]
    names = people_names(act.session)
    if note.answered_at is not None:
        by = names.get(note.owner_id or note.answered_by or 0, "")
        raise Refusal("difficulty_answered", task=task.number, by=by, text=note.answer)
    if not text.strip():
        raise Refusal("nothing_said", task=task.number, command="difficulty")
    act.carry(_answered(act, note, text.strip(), act.person.id))
    facts = {
        "number": task.number,
        "title": task.title,
        "difficulty": note.text,
        "text": text.strip(),
        "owner": act.person.name,
        "office": act.unit(act.person.unit_id),
    }
    people = present(act.session, roles=UNIT_PEOPLE, units=[note.unit_id or 0])
    about = {"task": task.number}
    told = act.tell(people, "difficulty_answered", facts, key=f"answered:{note.id}", lane=Lane.URGENT, about=about)
    return {**facts, "unit": act.unit(note.unit_id), "told": told}


def open_instructions(act: Act, *, author: int | None = None) -> list[Note]:
    """Instructions nobody has answered yet, the oldest first; of this author."""
    statement = select(Note).where(Note.kind == "instruction", col(Note.answered_at).is_(None))
    if author is not None:
        statement = statement.where(Note.member_id == author)
    return list(act.session.exec(statement.order_by(col(Note.at), col(Note.id))))


def instruction_line(act: Act, note: Note, number: int) -> dict[str, Any]:
    """待答复: an instruction on a unit's task, as its daily message prints it."""
    return {"note": note.id, "number": number, "text": note.text, "at": local(act, note.at)}


def my_instructions(act: Act) -> dict[str, Any]:
    """What a leader has asked for and nobody has answered. Refusals: not_your_right."""
    require(act.person, "instruct")
    notes = open_instructions(act, author=act.person.id)
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({note.task_id for note in notes}))}
    today = act.office.today(act.now)
    rows = [
        {
            "number": tasks[note.task_id].number,
            "title": tasks[note.task_id].title,
            "text": note.text,
            "at": local(act, note.at),
            "days": (today - act.office.today(note.at)).days,
            "units": [act.unit(unit) for unit in tasks[note.task_id].workers],
        }
        for note in notes
    ]
    return {"rows": rows}


def remind_instructions(act: Act) -> int:
    """Once a working day: an instruction without an answer is said again on the days the policy reminds after a date.

    → notices made, one for each liaison of the units that do the work; an answer makes them pointless.
    """
    today = act.office.today(act.now)
    name = f"instructions:{today}"
    if not act.office.calendar.is_working(today) or act.session.get(Round, name) is not None:
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    notes = open_instructions(act)
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({note.task_id for note in notes}))}
    people = present(act.session, roles=[Role.LIAISON])
    notices = [
        Notice(
            key=f"instruction:{note.id}:{step}:m{member.id}",
            member_id=member.id or 0,
            kind="instruction",
            task_id=note.task_id,
            facts={"note": note.id},
            created_at=act.now,
            fold_at=fold_at(member, act.now, act.office),
        )
        for note in notes
        if (step := _step((today - act.office.today(note.at)).days, act.office.policy.reminders)) is not None
        for member in people
        if member.unit_id in tasks[note.task_id].workers
    ]
    carry.add_many_once(act.session, notices)
    return len(notices)


def _step(days: int, policy: Reminders) -> int | None:
    """The latest day of the policy's reminders that has come, counted from the instruction; None before the first."""
    passed = [each for each in policy.after if each <= days]
    if not passed:
        return None
    if policy.after_every and days > max(policy.after):
        return max(policy.after) + (days - max(policy.after)) // policy.after_every * policy.after_every
    return max(passed)


def notes_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    names = people_names(act.session)
    rows = act.session.exec(select(Note).where(Note.task_id == task.id).order_by(col(Note.at), col(Note.id)))
    return [
        {
            "kind": note.kind,
            "text": note.text,
            "by": names.get(note.member_id or 0, ""),
            "unit": act.unit(note.unit_id),
            "at": local(act, note.at),
            "answered": note.answered_at is not None,
            "answer": note.answer,
            "owner": names.get(note.owner_id or 0, ""),
        }
        for note in rows
    ]


def local(act: Act, moment: datetime) -> str:
    return act.office.local(moment).isoformat()
