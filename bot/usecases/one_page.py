"""会前一页纸: one page on a unit before a meeting: what is due, its last promise, what nobody answered, difficulties.

Everything stands on the ledger already; nothing is asked of the unit for it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, func, select

from bot.domain.ledger import Evidence, Note
from bot.domain.people import SEES_ALL
from bot.domain.process import Extension
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.slices import TaskSlice
from bot.domain.standing import BEHIND, OVERDUE, Standing
from bot.domain.urging import Sheet
from bot.store.people import unit_by_name
from bot.usecases.act import Act
from bot.usecases.digest import digest_at
from bot.usecases.facts import task_line
from bot.usecases.papers import keep
from bot.usecases.people import known_unit
from bot.usecases.sheets import open_lines

# What fits on the page; how many there are in all is always said.
DUE_LINES, NOTE_LINES, LONGEST = 8, 5, 60


def unit_asked(act: Act, text: str, registry: Registry) -> int:
    """The id of the unit that is meant: the named one, else one's own. Refusals: unit_missing, no_such_unit,
    not_your_unit, no_tasks_of_unit (it is in the registry and has nothing on the ledger)."""
    person = act.person
    everything = person.role in SEES_ALL
    if not text.strip():
        if everything or person.unit_id is None:
            raise Refusal("unit_missing")
        return person.unit_id
    name = known_unit(act, text, registry)
    if not everything and name != act.unit(person.unit_id):
        raise Refusal("not_your_unit", unit=name)
    found = unit_by_name(act.session, name)
    if found is None or found.id is None:
        raise Refusal("no_tasks_of_unit", unit=name)
    return found.id


def brief(act: Act, unit_id: int) -> dict[str, Any]:
    """The page's facts as of now. Refusals: no_tasks_of_unit, not_your_unit."""
    if act.person.role not in SEES_ALL and unit_id != act.person.unit_id:
        raise Refusal("not_your_unit", unit=act.unit(unit_id))
    found = digest_at(act, act.now, f"u{unit_id}")
    line = next((each for each in found.units if each.unit_id == unit_id), None)
    if line is None:
        raise Refusal("no_tasks_of_unit", unit=act.unit(unit_id))
    working = [row for row in found.standings if unit_id in row.task.workers]
    due = _pressing(act, working)
    tasks = {row.task.id: row.task for row in working}
    promises = _promises(act, unit_id, [row.task for row in due])
    files = _files(act, tasks, unit_id)
    notes = _open_notes(act, tasks, unit_id)
    return {
        "unit": act.unit(unit_id),
        "unit_id": unit_id,
        "as_of": act.office.local(act.now).isoformat(),
        "totals": line.totals,
        "rates": {
            "completion": {"n": line.completion.n, "of": line.completion.of},
            "on_time": {"n": line.on_time, "of": line.due},
        },
        "unreported": line.unreported,
        "due": [
            {**task_line(act, row), "promise": promises.get(row.task.id), "files": files.get(row.task.id, 0)}
            for row in due[:DUE_LINES]
        ],
        "due_count": len(due),
        "days": act.office.policy.outlook_days,
        "instructions": notes["instruction"][:NOTE_LINES],
        "instruction_count": len(notes["instruction"]),
        "difficulties": notes["difficulty"][:NOTE_LINES],
        "difficulty_count": len(notes["difficulty"]),
        "sheets": open_lines(act, unit_id)[:NOTE_LINES],
        "files": sum(files.values()),
        "last_file": _last_file(act, tasks, unit_id),
    }


def _pressing(act: Act, working: Iterable[Standing]) -> list[Standing]:
    """Late, behind, or due within the policy's outlook: the most urgent first."""
    days = act.office.policy.outlook_days
    chosen = [
        row
        for row in working
        if not row.task.finished
        and (row.has(OVERDUE) or row.has(BEHIND) or (row.days_left is not None and row.days_left <= days))
    ]
    far = act.office.policy.outlook_days * 1000
    return sorted(chosen, key=lambda row: (row.days_left if row.days_left is not None else far, row.task.number))


def _promises(act: Act, unit_id: int, tasks: Sequence[TaskSlice]) -> dict[int, dict[str, Any]]:
    """What the unit said last of each task: a report, a reply to a sheet or an instruction, a date it asked for."""
    ids = [task.id for task in tasks]
    latest: dict[int, tuple[datetime, dict[str, Any]]] = {}

    def say(task_id: int, at: datetime, what: str, text: str, day: str | None = None) -> None:
        if task_id not in latest or latest[task_id][0] <= at:
            told = {"what": what, "text": short(text), "day": day, "at": act.office.local(at).isoformat()}
            latest[task_id] = (at, told)

    for task in tasks:
        said = task.last_said(unit_id)
        if said is not None and said.text:
            say(task.id, said.at, "report", said.text)
    own = (col(Sheet.task_id).in_(ids), Sheet.unit_id == unit_id, col(Sheet.answered_at).is_not(None))
    for sheet in act.session.exec(select(Sheet).where(*own).order_by(col(Sheet.id))):
        if sheet.answered_at is not None and sheet.answer:
            say(sheet.task_id, sheet.answered_at, "sheet", sheet.answer)
    answered = (col(Note.task_id).in_(ids), Note.kind == "instruction", col(Note.answered_at).is_not(None))
    for note in act.session.exec(select(Note).where(*answered).order_by(col(Note.id))):
        if note.answered_at is not None and note.answer:
            say(note.task_id, note.answered_at, "instruction", note.answer)
    asked = (col(Extension.task_id).in_(ids), Extension.unit_id == unit_id)
    for row in act.session.exec(select(Extension).where(*asked).order_by(col(Extension.id))):
        say(row.task_id, row.asked_at, "extension", row.reason, row.wanted.isoformat())
    return {task_id: told for task_id, (_, told) in latest.items()}


def _open_notes(act: Act, tasks: dict[int, TaskSlice], unit_id: int) -> dict[str, list[dict[str, Any]]]:
    """Instructions without an answer on the unit's tasks, and its own open difficulties, the oldest first."""
    found: dict[str, list[dict[str, Any]]] = {"instruction": [], "difficulty": []}
    open_ = select(Note).where(col(Note.answered_at).is_(None), col(Note.kind).in_(list(found)))
    today = act.office.today(act.now)
    for note in act.session.exec(open_.order_by(col(Note.at), col(Note.id))):
        task = tasks.get(note.task_id)
        if task is None or (note.kind == "difficulty" and note.unit_id != unit_id):
            continue
        days = (today - act.office.today(note.at)).days
        told = {"number": task.number, "title": task.title, "text": short(note.text), "days": days}
        found[note.kind].append(told | {"at": act.office.local(note.at).isoformat()})
    return found


def short(text: str) -> str:
    """One line of at most so many characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


def _files(act: Act, tasks: dict[int, TaskSlice], unit_id: int) -> dict[int, int]:
    """How many of the unit's files stand as evidence of each task in its present cycle."""
    kept = (Evidence.unit_id == unit_id, col(Evidence.withdrawn_at).is_(None), Evidence.state != "failed")
    rows = select(Evidence.task_id, Evidence.cycle, func.count()).where(*kept)
    counted = act.session.exec(rows.group_by(col(Evidence.task_id), col(Evidence.cycle))).all()
    return {task_id: n for task_id, cycle, n in counted if task_id in tasks and tasks[task_id].cycle == cycle}


def _last_file(act: Act, tasks: dict[int, TaskSlice], unit_id: int) -> dict[str, Any] | None:
    kept = (Evidence.unit_id == unit_id, col(Evidence.withdrawn_at).is_(None), Evidence.state != "failed")
    row = act.session.exec(select(Evidence).where(*kept).order_by(col(Evidence.at).desc()).limit(1)).first()
    if row is None or row.task_id not in tasks:
        return None
    return {"number": tasks[row.task_id].number, "at": act.office.local(row.at).isoformat()}


def paper(act: Act, unit_id: int, folder: Path) -> dict[str, Any]:
    """The page as a docx under `folder` (DUBAN_DATA). → {"file", "name", …}; refusals: those of `brief`."""
    # python-docx is slow to load and seldom wanted.
    from bot.documents.paper_docx import paper as paper_of

    facts = brief(act, unit_id)
    moment = act.office.local(act.now)
    name = f"brief-{unit_id}-{moment:%Y%m%d-%H%M%S}.docx"
    file = keep(folder, name, paper_of(act.person.locale, "brief", facts))
    shown = f"{facts['unit']}-{moment:%Y-%m-%d}.docx"
    return {"file": file, "name": shown, "unit": facts["unit"], "as_of": facts["as_of"]}
