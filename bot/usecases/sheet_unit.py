"""What a unit does with the sheets it gets: receipt and reply, by button, command, reply or, for a 催办, by report."""

from collections.abc import Sequence
from typing import Any

from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import UNIT_PEOPLE, require
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.domain.urging import URGING, Sheet
from bot.store.ledger import load_task, load_tasks
from bot.store.people import present
from bot.usecases import sheets
from bot.usecases.act import Act
from bot.usecases.sheet_recall import recall


def receive(act: Act, ids: Sequence[int] | None) -> list[dict[str, Any]]:
    """签收 of these sheets, or of all that wait. → those newly received. Refusals: not_your_right, not_your_sheet."""
    require(act.person, "receive")
    unit_id = act.person.unit_id or 0
    found = sheets.open_of(act, unit_id) if ids is None else [sheets.by_id(act, each) for each in ids]
    if any(sheet.unit_id != unit_id for sheet in found):
        raise Refusal("not_your_sheet")
    done = [sheet for sheet in found if sheet.received_at is None and sheet.state in ("issued", "settled")]
    for sheet in done:
        fields = {"received_at": act.moment, "received_by": act.person.id}
        event = Deed("sheet_received", sheet.task_id, {}, sheets.named(sheet))
        act.carry(Decision(changes=[Change(Sheet, sheet.id or 0, fields, sheet.version)], events=[event]))
    return sheets.lines_of(act, done)


def open_on(act: Act, number: int) -> Sheet:
    """The unit's open sheet on this task that is due first.

    Refusals: no_such_task, not_your_task, no_open_sheet.
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    for sheet in sheets.open_of(act, act.person.unit_id or 0):
        if sheet.task_id == task.id:
            return sheet
    raise Refusal("no_open_sheet", task=number)


def ask_answer(act: Act, sheet_id: int) -> dict[str, Any]:
    """The sheet a reply is asked for. Refusals: those of `answer`."""
    sheet = _answerable(act, sheet_id)
    return sheets.lines_of(act, [sheet])[0]


def _answerable(act: Act, sheet_id: int) -> Sheet:
    require(act.person, "receive")
    sheet = sheets.by_id(act, sheet_id)
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
    sheets.announce(
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
    event = Deed("sheet_answered", task.id, {}, {**sheets.named(sheet), "text": text})
    act.carry(Decision(changes=[Change(Sheet, sheet.id or 0, fields, sheet.version)], events=[event]))
    recall(act, sheet.id or 0, ended=False)
    return sheets.sheet_facts(act, sheets.by_id(act, sheet.id or 0), task)


def asks_reply(act: Act, sheet_id: int) -> bool:
    """A reply to the sheet's own message answers it. A 催办 asks for a report, so a reply to it is one; and what is
    answered already, or settled, no longer takes replies from a unit that goes on reporting."""
    sheet = sheets.by_id(act, sheet_id)
    return sheet.series != URGING and sheet.state == "issued"


def answer_urgings(act: Act, task: TaskSlice, unit_id: int, text: str) -> None:
    """A unit's report on the task answers what it was urged to report (催办), and nothing else."""
    if act.person.role not in UNIT_PEOPLE:
        return
    for sheet in sheets.rows_of(act, Sheet.state == "issued", Sheet.series == URGING, Sheet.unit_id == unit_id):
        if sheet.task_id == task.id:
            _close_answered(act, sheet, task, text)
