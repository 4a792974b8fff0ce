"""公示: drafting the notice, recording its publication, objections and their answers."""

from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot.domain.close_out import CaseFile
from bot.domain.ledger import Task
from bot.domain.notice import answer, notice_days, object_to, publish
from bot.domain.people import Role, require
from bot.domain.process import Extension, Objection
from bot.domain.refusal import Refusal
from bot.domain.slices import TaskSlice
from bot.store.people import member_by_id, present
from bot.usecases import turns
from bot.usecases.act import Act
from bot.usecases.case_files import name_of, require_case, unit_people, verifiers
from bot.usecases.papers import keep
from bot.usecases.waiting import Told, Waiting


def draft(act: Act, number: int, folder: Path) -> dict[str, Any]:
    """拟公示: the notice as a docx under `folder` (DUBAN_DATA). → {"file", "name", …}, the facts of its message.

    Before publication the days printed are those of a notice published today.
    Refusals: not_your_right, no_such_task, not_now.
    """
    require(act.person, "publish")
    case = require_case(act, number, "publish")
    if case.close_out.state not in ("accepted", "noticed"):
        raise Refusal("not_now", task=number, state=str(case.task.state), step="publish")
    # python-docx is slow to load and seldom wanted.
    from bot.documents.notice_docx import write_notice

    published = case.notice.published if case.close_out.state == "noticed" and case.notice else None
    day = published or act.office.today(act.now)
    first, last = notice_days(day, act.office)
    name = f"notice-{number}-{case.task.cycle}-{day.isoformat()}.docx"
    content = write_notice(notice_facts(act, case) | {"published": day, "first_day": first, "last_day": last})
    rule = act.office.policy.notice
    return {
        "file": keep(folder, name, content),
        "name": name,
        "number": number,
        "title": case.task.title,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "days": rule.days,
        "working": rule.working_days,
        "phone": rule.phone,
        "calendar_known": act.office.calendar.knows(last.year),
    }


def notice_facts(act: Act, case: CaseFile) -> dict[str, Any]:
    """What a notice prints (domain.md §4): basis, problem, who, measures, objective, deadline, what was done."""
    task, rule = case.task, act.office.policy.notice
    row = act.session.exec(select(Task).where(Task.id == task.id)).one()
    said = [(m.ordinal, each) for m in task.measures for each in m.said.values() if each.text]
    return {
        "number": task.number,
        "title": task.title,
        "plan": task.plan,
        "source_number": task.source_number,
        "problem": task.problem,
        "units": [act.unit(unit) for unit in task.workers],
        "measures": [measure.text for measure in task.measures],
        "objective": task.objective,
        "deadline": row.deadline_phrase or "；".join(dict.fromkeys(m.phrase for m in task.measures if m.phrase)),
        "due": task.due,
        "extended": _extended(act, task),
        "done": [text for _, text in sorted({(ordinal, each.text) for ordinal, each in said})],
        "summary": case.close_out.text,
        "verifier": next((act.unit(v.unit_id) for v in reversed(case.verifications) if v.kind == "accepted"), ""),
        "days": rule.days,
        "working": rule.working_days,
        "phone": rule.phone,
        "office": act.unit(act.person.unit_id),
    }


def _extended(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """The published dates that were moved in this cycle, the last for each: to when, and on what document."""
    rows = act.session.exec(
        select(Extension)
        .where(Extension.task_id == task.id, Extension.cycle == task.cycle, Extension.state == "granted")
        .order_by(col(Extension.id))
    )
    last = {row.milestone_id: {"day": row.granted, "basis": row.basis} for row in rows if row.basis}
    return list(last.values())


def record_publication(act: Act, found: Waiting, text: str) -> Told:
    """今日公示: the days are fixed and said to everybody concerned. Refusals: those of the rule `publish`."""
    case = require_case(act, found.number, "publish")
    decision, made = publish(case, act.person, act.now, act.office)
    act.carry(decision)
    facts = {
        "number": case.task.number,
        "title": case.task.title,
        "published": made.published.isoformat(),
        "first_day": made.first_day.isoformat(),
        "last_day": made.last_day.isoformat(),
        "days": made.days,
        "working": made.working_days,
        "calendar_known": act.office.calendar.knows(made.last_day.year),
    }
    people = [*unit_people(act, case.task), *verifiers(act, case.task)]
    act.tell(
        [member for member in people if member.id != act.person.id],
        "published",
        facts,
        key=f"published:{made.id}",
        about={"task": case.task.number},
    )
    return Told("published", {**facts, "buttons": [[["draft_notice", f"draft_notice:{case.task.number}"]]]})


def objection(act: Act, number: int, text: str) -> dict[str, Any]:
    """异议 is on record and the office told. → the answer's facts. Refusals: no_such_task, those of `object_to`."""
    case = require_case(act, number, "object")
    decision, made = object_to(case, act.person, text, act.now, act.office)
    act.carry(decision)
    facts = _objection_facts(act, case, made)
    office = present(act.session, roles=[Role.OFFICE])
    about = {"task": number, "waiting": ("objection", made.id), "kind": "objection"}
    act.tell(office, "objection", facts, key=f"objection:{made.id}", about=about)
    return {**facts, "buttons": []}


def _objection_facts(act: Act, case: CaseFile, row: Objection) -> dict[str, Any]:
    author = member_by_id(act.session, row.member_id)
    data = f"objection:{row.id}:"
    return {
        "number": case.task.number,
        "title": case.task.title,
        "text": row.text,
        "by": author.name if author else "",
        "unit": act.unit(author.unit_id) if author else "",
        "last_day": case.notice.last_day.isoformat() if case.notice else "",
        "buttons": [[["uphold", f"approve:{data}"], ["overrule", f"return:{data}"]]],
    }


def open_objections(act: Act) -> list[Waiting]:
    """Objections that wait for the office's answer."""
    if act.person.role != Role.OFFICE:
        return []
    rows = act.session.exec(
        select(Objection, Task.number, Task.title)
        .join(Task, col(Task.id) == Objection.task_id)
        .where(col(Objection.answered_at).is_(None))
        .order_by(col(Objection.id))
    ).all()
    return [Waiting("objection", number, row.id or 0, title, row.at, {"text": row.text}) for row, number, title in rows]


def answer_objection(act: Act, found: Waiting, text: str, *, upheld: bool) -> Told:
    """The answer is on record and told to the objector; an upheld one sends the case back to its verifier.

    Without a reason it is asked for. Refusals: no_longer_waits and those of the rule `answer`.
    """
    case = require_case(act, found.number, "object")
    row = next((each for each in case.open_objections if each.id == found.id), None)
    if row is None:
        raise Refusal("no_longer_waits")
    facts = _objection_facts(act, case, row) | {"upheld": upheld, "buttons": []}
    if not text.strip():
        return Told("ask_objection_answer", facts, ask=True)
    act.carry(answer(case, row, act.person, text, upheld=upheld, now=act.now))
    facts |= {"answer": text.strip(), "answered_by": name_of(act, act.person.id)}
    author = member_by_id(act.session, row.member_id)
    people = unit_people(act, case.task) + ([author] if author and author.left_at is None else [])
    once = {member.id: member for member in people if member.id != act.person.id}
    act.tell(
        once.values(), "objection_answered", facts, key=f"objection_answered:{row.id}", about={"task": case.task.number}
    )
    if upheld:
        turns.ask_verifier(act, case)
    else:
        turns.ask_next(act, case)
    return Told("objection_answered", {**facts, "turn": turns.whose_turn(act, case.task)})
