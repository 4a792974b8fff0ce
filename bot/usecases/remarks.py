"""Remarks on a task: a leader's instruction (批示), a verifier's opinion, the office's urging, a unit's difficulty."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Note
from bot.domain.people import Member, Role, require
from bot.domain.post import Lane
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task
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
    told = act.tell(_hears(act, task, kind), "remark", facts, key=f"note:{note.id}", lane=Lane.URGENT, about=about)
    return {**facts, "told": told}


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
        act.carry(
            Decision(
                changes=[Change(Note, note.id or 0, {"answered_at": act.moment}, only_if={"answered_at": None})],
                events=[Deed("instruction_answered", task.id, {"note": note.id}, {"text": text})],
            )
        )
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
        }
        for note in rows
    ]


def local(act: Act, moment: datetime) -> str:
    return act.office.local(moment).isoformat()
