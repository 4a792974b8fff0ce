"""督办单: numbered documents to a unit about a task, from draft to reply; urging by hand (催办) is one of them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.noise import is_red
from bot.domain.people import UNIT_PEOPLE, Member, Role
from bot.domain.post import Lane, Notice
from bot.domain.refusal import Refusal
from bot.domain.reminding import fold_at, quiet
from bot.domain.slices import TaskSlice
from bot.domain.steps import Step
from bot.domain.urging import URGING, Climb, Sheet
from bot.store import carry
from bot.store.handed import with_deputies
from bot.store.ledger import load_tasks
from bot.store.people import people_names, present
from bot.store.sheets import next_number
from bot.usecases.act import Act, member_message

LISTED = 12  # drafts named in one message; the rest after these are decided
COLOURS = ("blue", "yellow", "red")
UNIT_ROLES = ("liaison", "head")
NO_FIGURES: dict[str, Any] = {"progress": 0, "expected": None, "days_left": None, "due": "", "missed": 0}


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
        "unknown_years": act.office.calendar.unknown([sheet.reply_by]),
        "days_left": (sheet.reply_by - act.office.today(act.now)).days if sheet.reply_by else None,
        "late": is_late(act, sheet),
        "state": sheet.state,
        "received": _local(act, sheet.received_at),
        "answered": _local(act, sheet.answered_at),
        "answer": sheet.answer,
    }


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
    act.carry(Decision(additions=[sheet], events=[Deed("sheet_drafted", task.id, {}, named(sheet))]))
    return sheet


def named(sheet: Sheet) -> dict[str, Any]:
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
    after = {**named(sheet), **{name: fields[name] for name in ("number", "reply_by")}}
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
        said += announce(act, people, "sheet_copy", facts, key=f"sheetcopy:{sheets[0].id}{again}:{role}", about=about)
    return said


def _tell_unit(act: Act, people: list[Member], sheets: list[Sheet], tasks: dict[int, TaskSlice], again: str) -> int:
    rows = [sheet_facts(act, sheet, tasks[sheet.task_id]) for sheet in sheets]
    if len(rows) == 1:
        row = rows[0]
        facts: dict[str, Any] = {"sheet": row, "buttons": [sheet_buttons(row), [["why", f"why:{row['n']}"]]]}
        about = {"task": row["n"], "sheet": row["id"]}
        return announce(act, people, "sheet", facts, key=f"sheet:{row['id']}{again}", about=about)
    answer = [["answer_n", f"answer:{row['id']}", {"n": row["n"]}] for row in rows[:6]]
    receive: list[list[Any]] = [["receive_sheets", "sheet_ack:all", {"count": len(rows)}], ["why", "why"]]
    about = {"tasks": [row["n"] for row in rows], "sheets": [row["id"] for row in rows]}
    facts = {"sheets": rows, "buttons": [receive, answer[:3], answer[3:]]}
    return announce(act, people, "sheets", facts, key=f"sheets:{rows[0]['id']}{again}", about=about)


def sheet_buttons(row: dict[str, Any]) -> list[list[Any]]:
    """[签收][答复] as far as they would still succeed."""
    if row["state"] != "issued":
        return []
    answer: list[Any] = ["answer_sheet", f"answer:{row['id']}"]
    return [answer] if row["received"] else [["receive_sheet", f"sheet_ack:{row['id']}"], answer]


def announce(
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
        if quiet(member, act.now, act.office, red=is_red(facts)):
            row.not_before = fold_at(member, act.now, act.office, red=is_red(facts))
        said += act.post(row)
    return said


# Looking.


def drafts(act: Act) -> list[Sheet]:
    """Drafts that wait for the office, the oldest first."""
    return rows_of(act, Sheet.state == "drafted")


def drafts_buttons(waiting: Sequence[Sheet]) -> list[list[list[Any]]]:
    """[全部签发][逐条看]: of those that wait only the listed are signed out, not what came later or lower."""
    listed = waiting[:LISTED]
    if not listed:
        return []
    more = len(waiting) > len(listed)
    every: list[Any] = ["sign_out_all", f"sheet_issue_all:{listed[-1].id}", {"count": len(listed), "more": more}]
    return [[every, ["drafts", "drafts", {"count": len(waiting)}]]]


def rows_of(act: Act, *where: Any) -> list[Sheet]:
    # Changes are written past the session's own copies: read them again.
    statement = select(Sheet).where(*where).order_by(col(Sheet.id)).execution_options(populate_existing=True)
    return list(act.session.exec(statement))


def by_id(act: Act, sheet_id: int) -> Sheet:
    """Refusals: no_such_sheet."""
    found = rows_of(act, Sheet.id == sheet_id)
    if not found:
        raise Refusal("no_such_sheet")
    return found[0]


def open_of(act: Act, unit_id: int) -> list[Sheet]:
    """The unit's sheets that wait for its reply, the first due first."""
    found = rows_of(act, Sheet.state == "issued", Sheet.unit_id == unit_id)
    return sorted(found, key=lambda sheet: (sheet.reply_by or date.max, sheet.id))


def under_sheet(act: Act, unit_id: int | None) -> set[int]:
    """Ids of the unit's tasks with an open 督办单: 其余无变化 never speaks for them."""
    return {sheet.task_id for sheet in open_of(act, unit_id or 0) if sheet.series != URGING}


def open_lines(act: Act, unit_id: int) -> list[dict[str, Any]]:
    """待答复: the unit's open sheets as facts."""
    return lines_of(act, open_of(act, unit_id))


def unanswered(act: Act) -> list[Sheet]:
    """Sheets whose hour of reply has passed."""
    return [sheet for sheet in rows_of(act, Sheet.state == "issued") if is_late(act, sheet)]


def lines_of(act: Act, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({sheet.task_id for sheet in sheets}))}
    return [sheet_facts(act, sheet, tasks[sheet.task_id]) for sheet in sheets]


def of_task(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """Every sheet issued on the task, oldest first, as far as the person may see: a unit its own, a lead all."""
    person = act.member
    found = rows_of(act, Sheet.task_id == task.id, col(Sheet.number).is_not(None))
    if person is not None and person.role in UNIT_PEOPLE and person.unit_id not in task.units.get("lead", []):
        found = [sheet for sheet in found if sheet.unit_id == person.unit_id]
    return [sheet_facts(act, sheet, task) for sheet in found]


def add_notices(act: Act) -> int:
    """On the day a reply is due, and each working day until it has come, the unit's daily message speaks of the sheet;
    and the office's of drafts that wait and sheets that are unanswered."""
    today = act.office.today(act.now)
    due = [s for s in rows_of(act, Sheet.state == "issued") if s.reply_by is not None and s.reply_by <= today]
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
