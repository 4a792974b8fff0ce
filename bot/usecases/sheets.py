"""督办单: numbered documents to a unit about a task, from draft to reply; urging by hand (催办) is one of them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.digest import Digest
from bot.domain.ladder import addressees
from bot.domain.ledger import Task
from bot.domain.people import UNIT_PEOPLE, Member, Role, require
from bot.domain.post import Lane, Notice
from bot.domain.refusal import Refusal
from bot.domain.reminding import fold_at, quiet
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.domain.standing import owes, standing
from bot.domain.steps import Step
from bot.domain.urging import Climb, Sheet
from bot.store import carry
from bot.store.carry import table_of
from bot.store.handed import with_deputies
from bot.store.ledger import load_task, load_tasks
from bot.store.people import people_names, present
from bot.store.sheets import next_number
from bot.usecases.act import Act, member_message

SHEET, NOTICE = table_of(Sheet), table_of(Notice)
HAND, URGING = "hand", "urging"
COLOURS = ("blue", "yellow", "red")
UNIT_ROLES = ("liaison", "head")


# What a sheet says.


def sheet_facts(act: Act, sheet: Sheet, task: TaskSlice) -> dict[str, Any]:
    """One sheet as plain facts: its name and number, the task, what it says, until when and what became of it."""
    people = people_names(act.session)
    return {
        "id": sheet.id,
        "n": task.number,
        "title": task.title,
        "series": sheet.series,
        "colour": sheet.colour,
        "word": sheet.word,
        "serial": sheet.number,
        "year": sheet.year,
        "unit": act.unit(sheet.unit_id),
        "cause": sheet.cause,
        "figures": {**NO_FIGURES, **sheet.facts},
        "text": sheet.text,
        "issued": _local(act, sheet.issued_at),
        "by": people.get(sheet.issued_by or 0, ""),
        "reply_by": sheet.reply_by.isoformat() if sheet.reply_by else None,
        "reply_at": act.office.policy.ladder.reply_at.strftime("%H:%M"),
        "days_left": (sheet.reply_by - act.office.today(act.now)).days if sheet.reply_by else None,
        "late": is_late(act, sheet),
        "state": sheet.state,
        "received": _local(act, sheet.received_at),
        "answered": _local(act, sheet.answered_at),
        "answer": sheet.answer,
    }


NO_FIGURES: dict[str, Any] = {"progress": 0, "expected": None, "days_left": None, "due": "", "missed": 0}


def _local(act: Act, moment: datetime | None) -> str | None:
    return act.office.local(moment).isoformat() if moment else None


def reply_moment(act: Act, day: date) -> datetime:
    return act.office.at(day, act.office.policy.ladder.reply_at)


def is_late(act: Act, sheet: Sheet) -> bool:
    """It waits for a reply whose hour has passed."""
    return sheet.state == "issued" and sheet.reply_by is not None and reply_moment(act, sheet.reply_by) < act.now


# Making and issuing.


def make(
    act: Act,
    task: TaskSlice,
    unit_id: int,
    step: Step,
    *,
    key: str,
    cause: str,
    facts: dict[str, Any],
    climb: int | None,
) -> Sheet:
    """A draft of the step's document to the unit; it has no number yet."""
    sheet = Sheet(
        key=key,
        task_id=task.id,
        cycle=task.cycle,
        unit_id=unit_id,
        climb_id=climb,
        series=step.name,
        colour=step.colour,
        word=step.word,
        year=act.office.today(act.now).year,
        cause=cause,
        facts=facts,
        hears=list(step.hears),
        reply_days=step.reply_days,
        drafted_at=act.now,
    )
    act.carry(Decision(additions=[sheet], events=[Deed("sheet_drafted", task.id, {}, _named(sheet))]))
    return sheet


def _named(sheet: Sheet) -> dict[str, Any]:
    return {"series": sheet.series, "number": sheet.number, "unit": sheet.unit_id, "cause": sheet.cause}


def give_out(act: Act, sheet: Sheet, person: Member | None) -> Sheet:
    """The sheet is issued: it has its number and the day by which it is to be answered. → as it stands now.

    Refusals: changed_meanwhile.
    """
    today = act.office.today(act.now)
    fields = {
        "state": "issued",
        "year": today.year,
        "number": next_number(act.session, today.year, sheet.series),
        "reply_by": act.office.calendar.add(today, sheet.reply_days),
        "issued_at": act.now,
        "issued_by": person.id if person else None,
    }
    changes = [Change(Sheet, sheet.id or 0, fields, sheet.version)]
    if sheet.climb_id is not None:
        changes.append(Change(Climb, sheet.climb_id, {"issued": True, "since": act.now}))
    after = {**_named(sheet), **{name: fields[name] for name in ("number", "reply_by")}}
    act.carry(Decision(changes=changes, events=[Deed("sheet_issued", sheet.task_id, {}, after)]))
    return by_id(act, sheet.id or 0)


def publish(act: Act, issued: Sequence[Sheet], again: str = "") -> int:
    """Sheets just issued are on their way: to each unit in one message, to who hears a copy in one. → messages.

    `again`: the day on which sheets that were settled wait for a reply once more.
    """
    if not issued:
        return 0
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({sheet.task_id for sheet in issued}))}
    by_unit: dict[tuple[int, tuple[str, ...]], list[Sheet]] = {}
    copies: dict[str, list[Sheet]] = {}
    for sheet in issued:
        own = tuple(role for role in UNIT_ROLES if role in sheet.hears)
        by_unit.setdefault((sheet.unit_id, own), []).append(sheet)
        for role in sheet.hears:
            if role not in UNIT_ROLES:
                copies.setdefault(role, []).append(sheet)
    said = 0
    for (unit_id, roles), sheets in by_unit.items():
        people = present(act.session, roles=[Role(role) for role in roles], units=[unit_id]) if roles else []
        said += _tell_unit(act, people, sheets, tasks, again)
    for role, sheets in copies.items():
        people = [m for m in present(act.session, roles=[Role(role)]) if act.member is None or m.id != act.member.id]
        rows = [sheet_facts(act, sheet, tasks[sheet.task_id]) for sheet in sheets]
        about = {"tasks": [row["n"] for row in rows]} if len(rows) > 1 else {"task": rows[0]["n"]}
        card = [[["card", f"card:{rows[0]['n']}"]]]
        facts = {"sheets": rows, "buttons": card if len(rows) == 1 else []}
        said += tell(act, people, "sheet_copy", facts, key=f"sheetcopy:{sheets[0].id}{again}:{role}", about=about)
    return said


def _tell_unit(act: Act, people: list[Member], sheets: list[Sheet], tasks: dict[int, TaskSlice], again: str) -> int:
    rows = [sheet_facts(act, sheet, tasks[sheet.task_id]) for sheet in sheets]
    if len(rows) == 1:
        row = rows[0]
        facts: dict[str, Any] = {"sheet": row, "buttons": [sheet_buttons(row)]}
        about = {"task": row["n"], "sheet": row["id"]}
        return tell(act, people, "sheet", facts, key=f"sheet:{row['id']}{again}", about=about)
    answer = [["answer_n", f"answer:{row['id']}", {"n": row["n"]}] for row in rows[:6]]
    receive = [["receive_sheets", "sheet_ack:all", {"count": len(rows)}]]
    about = {"tasks": [row["n"] for row in rows], "sheets": [row["id"] for row in rows]}
    facts = {"sheets": rows, "buttons": [receive, answer[:3], answer[3:]]}
    return tell(act, people, "sheets", facts, key=f"sheets:{rows[0]['id']}{again}", about=about)


def sheet_buttons(row: dict[str, Any]) -> list[list[Any]]:
    """[签收][答复] as far as they would still succeed."""
    if row["state"] != "issued":
        return []
    answer: list[Any] = ["answer_sheet", f"answer:{row['id']}"]
    return [answer] if row["received"] else [["receive_sheet", f"sheet_ack:{row['id']}"], answer]


def tell(
    act: Act,
    people: Iterable[Member],
    kind: str,
    facts: dict[str, Any],
    *,
    key: str,
    about: dict[str, Any] | None = None,
) -> int:
    """Each person and their deputy is told once under the key; in quiet hours it waits until these have ended."""
    said = 0
    for member in with_deputies(act.session, people, act.office.today(act.now)):
        row = member_message(member, kind, facts, f"{key}:m{member.id}", Lane.URGENT, about, act.now)
        if quiet(member, act.now, act.office):
            row.not_before = fold_at(member, act.now, act.office)
        said += act.post(row)
    return said


# The office.


def issue_by_hand(act: Act, number: int, ordinal: int | None, colour: str, text: str) -> dict[str, Any]:
    """`/sheet N colour text`: issued at once to who answers for the task, or for the named measure who does the work.

    → the sheets. Refusals: no_such_task, not_your_right, no_such_measure, task_closed.
    """
    require(act.person, "sheet")
    task = load_task(act.session, number)
    if task.finished:
        raise Refusal("task_closed", task=number, state=str(task.state))
    named = next((measure for measure in task.measures if measure.ordinal == ordinal), None)
    if ordinal is not None and named is None:
        raise Refusal("no_such_measure", task=number, measure=ordinal, count=len(task.measures))
    step = next((s for s in act.office.policy.ladder.step if s.colour == colour), Step(colour, colour))
    issued = []
    for unit in named.workers if named else addressees(task):
        key = f"sheet:hand:{task.number}:{unit}:{act.cause}:{act.now.isoformat()}"
        draft = make(act, task, unit, step, key=key, cause=HAND, facts=_figures(act, task), climb=None)
        issued.append(give_out(act, _worded(act, draft, text), act.person))
    told = publish(act, issued)
    return {"sheets": [sheet_facts(act, sheet, task) for sheet in issued], "told": told}


def _figures(act: Act, task: TaskSlice) -> dict[str, Any]:
    found = standing(task, act.now, act.office)
    due = found.due.isoformat() if found.due else ""
    return {"progress": found.progress, "expected": found.expected, "days_left": found.days_left, "due": due}


def _worded(act: Act, sheet: Sheet, text: str) -> Sheet:
    if not text.strip():
        return sheet
    event = Deed("sheet_worded", sheet.task_id, {"text": sheet.text}, {**_named(sheet), "text": text.strip()})
    act.carry(Decision(changes=[Change(Sheet, sheet.id or 0, {"text": text.strip()}, sheet.version)], events=[event]))
    return by_id(act, sheet.id or 0)


def draft_of(act: Act, sheet_id: int) -> tuple[Sheet, TaskSlice]:
    """A draft that still waits. Refusals: not_your_right, sheet_decided, cause_ended."""
    require(act.person, "sheet")
    sheet = by_id(act, sheet_id)
    if sheet.state == "withdrawn":
        raise Refusal("cause_ended")
    if sheet.state != "drafted":
        raise Refusal("sheet_decided")
    return sheet, load_tasks(act.session, ids=[sheet.task_id])[0]


def show_draft(act: Act, sheet_id: int) -> dict[str, Any]:
    """The draft's facts. Refusals: those of `draft_of`."""
    sheet, task = draft_of(act, sheet_id)
    return sheet_facts(act, sheet, task)


def sign_out(act: Act, sheet_id: int) -> dict[str, Any]:
    """签发: the draft has its number and is on its way. Refusals: those of `draft_of`."""
    sheet, task = draft_of(act, sheet_id)
    issued = give_out(act, sheet, act.person)
    return {**sheet_facts(act, issued, task), "told": publish(act, [issued])}


def reword(act: Act, sheet_id: int, text: str) -> dict[str, Any]:
    """改: the draft says this instead. Refusals: those of `draft_of`, sheet_words_missing."""
    sheet, task = draft_of(act, sheet_id)
    if not text.strip():
        raise Refusal("sheet_words_missing", task=task.number)
    return sheet_facts(act, _worded(act, sheet, text), task)


def drop(act: Act, sheet_id: int) -> dict[str, Any]:
    """不发: the draft goes nowhere, and its ladder does not go on from it. Refusals: those of `draft_of`."""
    sheet, task = draft_of(act, sheet_id)
    changes = [Change(Sheet, sheet_id, {"state": "dropped", "ended_at": act.now}, sheet.version)]
    if sheet.climb_id is not None:
        changes.append(Change(Climb, sheet.climb_id, {"ended_at": act.now, "ended_why": "dropped"}))
    act.carry(Decision(changes=changes, events=[Deed("sheet_dropped", task.id, {}, _named(sheet))]))
    return sheet_facts(act, sheet, task)


def drafts(act: Act) -> list[Sheet]:
    """Drafts that wait for the office, the oldest first."""
    return _rows(act, Sheet.state == "drafted")


# The unit.


def receive(act: Act, ids: Sequence[int] | None) -> list[dict[str, Any]]:
    """签收 of these sheets, or of all that wait. → those newly received. Refusals: not_your_right, not_your_sheet."""
    require(act.person, "receive")
    unit_id = act.person.unit_id or 0
    found = open_of(act, unit_id) if ids is None else [by_id(act, each) for each in ids]
    if any(sheet.unit_id != unit_id for sheet in found):
        raise Refusal("not_your_sheet")
    done = [sheet for sheet in found if sheet.received_at is None and sheet.state in ("issued", "settled")]
    for sheet in done:
        fields = {"received_at": act.moment, "received_by": act.person.id}
        event = Deed("sheet_received", sheet.task_id, {}, _named(sheet))
        act.carry(Decision(changes=[Change(Sheet, sheet.id or 0, fields, sheet.version)], events=[event]))
    return _facts_of(act, done)


def open_on(act: Act, number: int) -> Sheet:
    """The unit's open sheet on this task that is due first.

    Refusals: no_such_task, not_your_task, no_open_sheet.
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    for sheet in open_of(act, act.person.unit_id or 0):
        if sheet.task_id == task.id:
            return sheet
    raise Refusal("no_open_sheet", task=number)


def ask_answer(act: Act, sheet_id: int) -> dict[str, Any]:
    """The sheet a reply is asked for. Refusals: those of `answer`."""
    sheet = _answerable(act, sheet_id)
    return _facts_of(act, [sheet])[0]


def _answerable(act: Act, sheet_id: int) -> Sheet:
    require(act.person, "receive")
    sheet = by_id(act, sheet_id)
    if sheet.unit_id != act.person.unit_id:
        raise Refusal("not_your_sheet")
    if sheet.state != "issued":
        raise Refusal("sheet_closed")
    return sheet


def answer(act: Act, sheet_id: int, text: str) -> dict[str, Any]:
    """答复: the sheet is answered; its ladder stops only when its cause has ended. Who issued it is told.

    Refusals: not_your_right, not_your_sheet, sheet_closed, answer_form.
    """
    sheet = _answerable(act, sheet_id)
    task = load_tasks(act.session, ids=[sheet.task_id])[0]
    if not text.strip():
        raise Refusal("answer_form", task=task.number)
    facts = _close_answered(act, sheet, task, text.strip())
    author = [member for member in present(act.session) if member.id == sheet.issued_by]
    about = {"task": task.number}
    tell(
        act,
        author,
        "sheet_answered",
        {"sheet": facts, "name": act.person.name},
        key=f"answered:sheet:{sheet.id}",
        about=about,
    )
    return facts


def _close_answered(act: Act, sheet: Sheet, task: TaskSlice, text: str) -> dict[str, Any]:
    fields = {"state": "answered", "answered_at": act.moment, "answered_by": act.person.id, "answer": text}
    if sheet.received_at is None:
        fields |= {"received_at": act.moment, "received_by": act.person.id}
    event = Deed("sheet_answered", task.id, {}, {**_named(sheet), "text": text})
    act.carry(Decision(changes=[Change(Sheet, sheet.id or 0, fields, sheet.version)], events=[event]))
    withdraw_notices(act, sheet.id or 0)
    return sheet_facts(act, by_id(act, sheet.id or 0), task)


def asks_reply(act: Act, sheet_id: int) -> bool:
    """A reply to the sheet's own message answers it. A 催办 asks for a report, so a reply to it is one; and what is
    answered already, or settled, no longer takes replies from a unit that goes on reporting."""
    sheet = by_id(act, sheet_id)
    return sheet.series != URGING and sheet.state == "issued"


def answer_urgings(act: Act, task: TaskSlice, unit_id: int, text: str) -> None:
    """A unit's report on the task answers what it was urged to report (催办), and nothing else."""
    if act.person.role not in UNIT_PEOPLE:
        return
    for sheet in _rows(act, Sheet.state == "issued", Sheet.series == URGING, Sheet.unit_id == unit_id):
        if sheet.task_id == task.id:
            _close_answered(act, sheet, task, text)


def withdraw_notices(act: Act, sheet_id: int) -> None:
    """What was still to be said of the sheet in a daily message is said no more."""
    c = NOTICE.c
    waiting = c.key.startswith(f"sheet:{sheet_id}:"), c.said_at.is_(None), c.withdrawn_at.is_(None)
    values = {"withdrawn_at": act.now, "why_withdrawn": "answered"}
    act.session.connection().execute(NOTICE.update().where(*waiting).values(values))


# 催办.


def urged_units(task: TaskSlice, person: Member) -> list[int]:
    """Whom this person may urge on the task: the office all who have work left; its lead the units that do the work.

    Refusals: not_your_task, not_lead.
    """
    if person.role == Role.OFFICE:
        return [unit for unit in task.workers if owes(task, unit)] or addressees(task)
    require_own(task, person)
    if person.role not in UNIT_PEOPLE or person.unit_id not in task.units.get("lead", []):
        raise Refusal("not_lead", task=task.number)
    workers = [unit for measure in task.measures for unit in measure.workers]
    districts = [unit for unit in workers if unit != person.unit_id and owes(task, unit)]
    if not districts:
        raise Refusal("nobody_to_urge", task=task.number)
    return list(dict.fromkeys(districts))


def urge(act: Act, number: int, text: str, unit_id: int | None = None) -> dict[str, Any]:
    """催办 on one task: a numbered sheet to each unit urged, or only to `unit_id`. → the sheets and how many were told.

    Refusals: no_such_task, task_closed and those of `urged_units`; nobody_to_urge.
    """
    task = load_task(act.session, number)
    units = urged_units(task, act.person)
    if unit_id is not None:
        may = set(task.workers) - {act.person.unit_id} if act.person.role == Role.OFFICE else set(units)
        units = [unit for unit in [unit_id] if unit in may]
    if task.finished:
        raise Refusal("task_closed", task=number, state=str(task.state))
    if not units:
        raise Refusal("nobody_to_urge", task=number)
    issued = []
    for unit in units:
        step = Step(URGING, reply_days=act.office.policy.ladder.step[0].reply_days)
        key = f"urge:{task.number}:{unit}:{act.cause}:{act.now.isoformat()}"
        draft = make(act, task, unit, step, key=key, cause=URGING, facts=_figures(act, task), climb=None)
        issued.append(give_out(act, _worded(act, draft, text), act.person))
    told = publish(act, issued)
    return {"sheets": [sheet_facts(act, sheet, task) for sheet in issued], "told": told}


# Looking.


def _rows(act: Act, *where: Any) -> list[Sheet]:
    # Changes are written past the session's own copies: read them again.
    statement = select(Sheet).where(*where).order_by(col(Sheet.id)).execution_options(populate_existing=True)
    return list(act.session.exec(statement))


def by_id(act: Act, sheet_id: int) -> Sheet:
    """Refusals: no_such_sheet."""
    found = _rows(act, Sheet.id == sheet_id)
    if not found:
        raise Refusal("no_such_sheet")
    return found[0]


def open_of(act: Act, unit_id: int) -> list[Sheet]:
    """The unit's sheets that wait for its reply, the first due first."""
    found = _rows(act, Sheet.state == "issued", Sheet.unit_id == unit_id)
    return sorted(found, key=lambda sheet: (sheet.reply_by or date.max, sheet.id))


def under_sheet(act: Act, unit_id: int | None) -> set[int]:
    """Ids of the unit's tasks with an open 督办单: 其余无变化 never speaks for them."""
    return {sheet.task_id for sheet in open_of(act, unit_id or 0) if sheet.series != URGING}


def open_lines(act: Act, unit_id: int) -> list[dict[str, Any]]:
    """待答复: the unit's open sheets as facts."""
    return _facts_of(act, open_of(act, unit_id))


def unanswered(act: Act) -> list[Sheet]:
    """Sheets whose hour of reply has passed."""
    return [sheet for sheet in _rows(act, Sheet.state == "issued") if is_late(act, sheet)]


def _facts_of(act: Act, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({sheet.task_id for sheet in sheets}))}
    return [sheet_facts(act, sheet, tasks[sheet.task_id]) for sheet in sheets]


def lines_of(act: Act, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    return _facts_of(act, sheets) if sheets else []


def of_task(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """Every sheet issued on the task, oldest first, as far as the person may see: a unit its own, a lead all."""
    person = act.member
    found = _rows(act, Sheet.task_id == task.id, col(Sheet.number).is_not(None))
    if person is not None and person.role in UNIT_PEOPLE and person.unit_id not in task.units.get("lead", []):
        found = [sheet for sheet in found if sheet.unit_id == person.unit_id]
    return [sheet_facts(act, sheet, task) for sheet in found]


def in_bulletin(act: Act, found: Digest, since: datetime) -> dict[str, Any]:
    """Section 督办单: issued after `since` and by `as_of`, and those unanswered at `as_of`, as it stood then."""
    tasks = {row.task.id: row.task for row in found.standings}
    rows = _rows(act, col(Sheet.issued_at) <= found.as_of, Sheet.series != URGING)
    rows = [sheet for sheet in rows if sheet.task_id in tasks]
    issued = [sheet for sheet in rows if sheet.issued_at is not None and sheet.issued_at > since]
    late = [sheet for sheet in rows if _late_at(act, sheet, found.as_of)]
    return {
        name: [_short(act, s, tasks[s.task_id]) for s in each] for name, each in (("issued", issued), ("late", late))
    }


def _late_at(act: Act, sheet: Sheet, moment: datetime) -> bool:
    closed = sheet.answered_at or sheet.ended_at
    waited = sheet.reply_by is not None and reply_moment(act, sheet.reply_by) < moment
    return waited and (closed is None or closed > moment)


def _short(act: Act, sheet: Sheet, task: TaskSlice) -> dict[str, Any]:
    names = {"series": sheet.series, "colour": sheet.colour, "word": sheet.word, "serial": sheet.number}
    return {"n": task.number, "unit": act.unit(sheet.unit_id), **names}


def numbers_of(act: Act, ids: Iterable[int]) -> list[int]:
    """Numbers of the tasks with these ids."""
    return list(act.session.exec(select(Task.number).where(col(Task.id).in_(list(ids))).order_by(col(Task.number))))


def add_notices(act: Act) -> int:
    """On the day a reply is due, and each working day until it has come, the unit's daily message speaks of the sheet;
    and the office's of drafts that wait and sheets that are unanswered."""
    today = act.office.today(act.now)
    due = [s for s in _rows(act, Sheet.state == "issued") if s.reply_by is not None and s.reply_by <= today]
    notices = [
        Notice(
            key=f"sheet:{sheet.id}:{today}:m{member.id}",
            member_id=member.id or 0,
            kind="sheet",
            task_id=sheet.task_id,
            facts={"sheet": sheet.id},
            created_at=act.now,
            fold_at=fold_at(member, act.now, act.office),
        )
        for sheet in due
        for member in present(act.session, roles=[Role.LIAISON, Role.HEAD], units=[sheet.unit_id])
    ]
    if drafts(act) or unanswered(act):
        notices += [
            Notice(
                key=f"drafts:{today}:m{member.id}",
                member_id=member.id or 0,
                kind="drafts",
                created_at=act.now,
                fold_at=fold_at(member, act.now, act.office),
            )
            for member in present(act.session, roles=[Role.OFFICE])
        ]
    carry.add_many_once(act.session, notices)
    return len(notices)
