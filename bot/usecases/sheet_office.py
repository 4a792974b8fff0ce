"""What the office does with sheets: issue them by hand, sign out or drop what the ladder drafted; and 催办."""

from typing import Any

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ladder import addressees
from bot.domain.people import UNIT_PEOPLE, Member, Role, require
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.domain.standing import owes, standing
from bot.domain.steps import Step
from bot.domain.urging import HAND, URGING, Climb, Sheet
from bot.store.ledger import load_task, load_tasks
from bot.usecases import sheets
from bot.usecases.act import Act


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
        draft = sheets.make(act, task, unit, step, key=key, cause=HAND, facts=_figures(act, task), climb=None)
        issued.append(sheets.give_out(act, _worded(act, draft, text), act.person))
    told = sheets.publish(act, issued)
    return {"sheets": [sheets.sheet_facts(act, sheet, task) for sheet in issued], "told": told}


def _figures(act: Act, task: TaskSlice) -> dict[str, Any]:
    found = standing(task, act.now, act.office)
    due = found.due.isoformat() if found.due else ""
    return {"progress": found.progress, "expected": found.expected, "days_left": found.days_left, "due": due}


def _worded(act: Act, sheet: Sheet, text: str) -> Sheet:
    if not text.strip():
        return sheet
    event = Deed("sheet_worded", sheet.task_id, {"text": sheet.text}, {**sheets.named(sheet), "text": text.strip()})
    act.carry(Decision(changes=[Change(Sheet, sheet.id or 0, {"text": text.strip()}, sheet.version)], events=[event]))
    return sheets.by_id(act, sheet.id or 0)


def draft_of(act: Act, sheet_id: int) -> tuple[Sheet, TaskSlice]:
    """A draft that still waits. Refusals: not_your_right, sheet_decided, cause_ended."""
    require(act.person, "sheet")
    sheet = sheets.by_id(act, sheet_id)
    if sheet.state == "withdrawn":
        raise Refusal("cause_ended")
    if sheet.state != "drafted":
        raise Refusal("sheet_decided")
    return sheet, load_tasks(act.session, ids=[sheet.task_id])[0]


def show_draft(act: Act, sheet_id: int) -> dict[str, Any]:
    """The draft's facts. Refusals: those of `draft_of`."""
    sheet, task = draft_of(act, sheet_id)
    return sheets.sheet_facts(act, sheet, task)


def sign_out(act: Act, sheet_id: int) -> dict[str, Any]:
    """签发: the draft has its number and is on its way. Refusals: those of `draft_of`."""
    sheet, task = draft_of(act, sheet_id)
    issued = sheets.give_out(act, sheet, act.person)
    return {**sheets.sheet_facts(act, issued, task), "told": sheets.publish(act, [issued])}


def sign_out_all(act: Act, newest: int) -> dict[str, Any]:
    """全部签发: every draft that was listed, up to the `newest` of them; what was drafted since waits for its own look.

    → {"sheets": as issued, "told"}. Refusals: not_your_right, no_drafts.
    """
    require(act.person, "sheet")
    waiting = [sheet for sheet in sheets.drafts(act) if (sheet.id or 0) <= newest]
    if not waiting:
        raise Refusal("no_drafts")
    issued = [sheets.give_out(act, sheet, act.person) for sheet in waiting]
    return {"sheets": sheets.lines_of(act, issued), "told": sheets.publish(act, issued)}


def reword(act: Act, sheet_id: int, text: str) -> dict[str, Any]:
    """改: the draft says this instead. Refusals: those of `draft_of`, sheet_words_missing."""
    sheet, task = draft_of(act, sheet_id)
    if not text.strip():
        raise Refusal("sheet_words_missing", task=task.number)
    return sheets.sheet_facts(act, _worded(act, sheet, text), task)


def drop(act: Act, sheet_id: int) -> dict[str, Any]:
    """不发: the draft goes nowhere, and its ladder does not go on from it. Refusals: those of `draft_of`."""
    sheet, task = draft_of(act, sheet_id)
    changes = [Change(Sheet, sheet_id, {"state": "dropped", "ended_at": act.now}, sheet.version)]
    if sheet.climb_id is not None:
        changes.append(Change(Climb, sheet.climb_id, {"ended_at": act.now, "ended_why": "dropped"}))
    act.carry(Decision(changes=changes, events=[Deed("sheet_dropped", task.id, {}, sheets.named(sheet))]))
    return sheets.sheet_facts(act, sheet, task)


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
        step = Step(URGING, reply_days=act.office.policy.ladder.urge_days)
        key = f"urge:{task.number}:{unit}:{act.cause}:{act.now.isoformat()}"
        draft = sheets.make(act, task, unit, step, key=key, cause=URGING, facts=_figures(act, task), climb=None)
        issued.append(sheets.give_out(act, _worded(act, draft, text), act.person))
    told = sheets.publish(act, issued)
    return {"sheets": [sheets.sheet_facts(act, sheet, task) for sheet in issued], "told": told}
