"""Looking at the ledger: my tasks, a task's card and history, what is due, overdue, and searching."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Event, Evidence, Move, Question, Report, Task
from bot.domain.people import SEES_ALL
from bot.domain.reporting import may_finish, require_own
from bot.domain.slices import MeasureSlice, TaskSlice
from bot.domain.standing import BEHIND, DUE_SOON, OVERDUE, Standing, standing
from bot.store.ledger import load_task, load_tasks
from bot.store.people import people_and_units, people_names
from bot.usecases import grouping
from bot.usecases.act import Act
from bot.usecases.case_files import SCAN, case_of
from bot.usecases.case_history import case_entries, untold
from bot.usecases.close_out import may_apply, timeline
from bot.usecases.correction_facts import corrections_of
from bot.usecases.extension_facts import internal_by, may_ask, on_card, steps_of
from bot.usecases.facts import last_working, measure_object, task_line, task_object
from bot.usecases.handover import hand_overs_of
from bot.usecases.indicators import indicator_entries
from bot.usecases.indicators import of_task as indicators_of
from bot.usecases.passing import names_of, passings_of
from bot.usecases.passing import on_card as on_card_handlers
from bot.usecases.receipts import receipts_of
from bot.usecases.remarks import notes_of
from bot.usecases.rhythm import cadence_changes_of
from bot.usecases.sheets import of_task

URGENCY = {OVERDUE: 0, BEHIND: 1, DUE_SOON: 2}


def visible(act: Act) -> list[Standing]:
    """Every task the person may see, as it stands now."""
    everything = act.person.role in SEES_ALL
    tasks = load_tasks(act.session, unit_id=None if everything else act.person.unit_id or 0)
    return [standing(task, act.now, act.office) for task in tasks]


def urgency(found: Standing) -> tuple[int, bool, int, int]:
    days = found.days_left
    return (URGENCY.get(found.colour, 3), days is None, days or 0, found.task.number)


def my_tasks(act: Act, which: str = "open", view: str = "") -> dict[str, Any]:
    """我的任务 by urgency; which: open (default), overdue, due, all; `view`: see grouping.chosen.

    → {"tasks": lines, "open", "which", "unit"}.
    """
    mine = visible(act)
    keep: dict[str, Callable[[Standing], bool]] = {
        "open": lambda found: not found.task.finished,
        "overdue": lambda found: found.has(OVERDUE),
        "due": lambda found: found.has(DUE_SOON) or found.has(OVERDUE),
        "all": lambda found: True,
    }
    chosen = sorted(filter(keep[which], mine), key=urgency)
    unit_id = act.person.unit_id
    handling = names_of(act, [found.task for found in chosen])
    lines = grouping.chosen(act, chosen, view)
    return {
        "which": which,
        "unit": act.unit(unit_id),
        "open": sum(not found.task.finished for found in mine),
        "tasks": [line | {"handlers": handling[line["number"]]} for line in lines],
        "to_report": [found.task.number for found in mine if unit_id in found.silent],
    }


def due_within(act: Act, days: int, view: str = "") -> dict[str, Any]:
    """Open tasks due in so many days, the nearest first."""
    rows = [row for row in visible(act) if not row.task.finished and row.days_left is not None]
    chosen = sorted(
        (row for row in rows if 0 <= (row.days_left or 0) <= days), key=lambda row: (row.days_left, row.task.number)
    )
    until = act.office.today(act.now) + timedelta(days=days)
    return {"days": days, "until": until.isoformat(), "tasks": grouping.chosen(act, chosen, view)}


def days_to_sunday(act: Act) -> int:
    return 6 - act.office.today(act.now).weekday()


def days_to_month_end(act: Act) -> int:
    today = act.office.today(act.now)
    return monthrange(today.year, today.month)[1] - today.day


def overdue(act: Act, view: str = "") -> dict[str, Any]:
    chosen = sorted((row for row in visible(act) if row.has(OVERDUE)), key=lambda row: row.days_left or 0)
    return {"tasks": grouping.chosen(act, chosen, view)}


def search(act: Act, words: str) -> dict[str, Any]:
    """Tasks in whose wording, units or measures every word occurs, as far as the person may see them."""
    wanted = words.lower().split()

    def text(found: Standing) -> str:
        task = found.task
        parts = [task.title, task.problem, task.objective, task.category, task.plan, str(task.number)]
        parts += [m.text for m in task.measures] + [act.unit(unit) for units in task.units.values() for unit in units]
        return "\n".join(parts).lower()

    chosen = [row for row in visible(act) if all(word in text(row) for word in wanted)]
    return {"words": words, "tasks": [task_line(act, row) for row in sorted(chosen, key=urgency)]}


def title_of(act: Act, number: int) -> str:
    """Refusals: no_such_task, not_your_task."""
    task = load_task(act.session, number)
    require_own(task, act.person)
    return task.title


def card(act: Act, number: int) -> dict[str, Any]:
    """Everything on a task's card. Refusals: no_such_task, not_your_task."""
    task = load_task(act.session, number)
    require_own(task, act.person)
    return card_facts(act, task)


def card_facts(act: Act, task: TaskSlice) -> dict[str, Any]:
    found = standing(task, act.now, act.office)
    last_week = act.office.previous(act.office.week(act.now))
    then = load_task_at(act, task, last_week.end)
    missed = set(standing(then, last_week.end, act.office).silent) if then and not task.finished else set()
    latest = task.last_said()
    return {
        **task_object(act, found),
        "objective": task.objective,
        "days_left": found.days_left,
        "flag": found.colour,
        "measures": [
            {
                **measure_object(act, task.number, m),
                "days_late": _days_late(act, m),
                "workers": [act.unit(unit) for unit in m.workers],
                "said_at": _said_at(act, m),
                "missed": [act.unit(unit) for unit in m.workers if unit in missed],
            }
            for m in task.measures
        ],
        "latest": {"at": act.office.local(latest.at).isoformat(), "unit": act.unit(latest.unit_id), "text": latest.text}
        if latest and latest.text
        else None,
        "evidence": evidence_count(act, task.id),
        "indicators": indicators_of(act, task),
        "questions": task.questions,
        "mine": act.person.unit_id in task.workers,
        "unsigned": task.received.get(act.person.unit_id or 0, act.now) is None,
        "extensions": on_card(act, task),
        "original_due": task.original_due.isoformat() if task.original_due else None,
        "internal_by": internal_by(act, task),
        "handlers": on_card_handlers(act, task),
        "can_extend": may_ask(act, task),
        "cadence": task.cadence,
        **last_working(act, found),
        "sheets": [sheet for sheet in of_task(act, task) if sheet["state"] == "issued"],
        "life": timeline(act, task),
        "stamp": case.stamp if (case := case_of(act, task)) else "",
        "can_apply": may_apply(act, task),
        "can_finish": may_finish(task, act.person),
        "notes": [note for note in notes_of(act, task) if not note["answered"] and note["kind"] != "urging"],
    }


def missed_units(act: Act, number: int) -> list[tuple[int, str]]:
    """Units that work on the task and said nothing of it last week. Refusals: no_such_task."""
    task = load_task(act.session, number)
    last_week = act.office.previous(act.office.week(act.now))
    then = load_task_at(act, task, last_week.end)
    missed = standing(then, last_week.end, act.office).silent if then else ()
    return [(unit, act.unit(unit)) for unit in missed]


def load_task_at(act: Act, task: TaskSlice, moment: Any) -> TaskSlice | None:
    found = load_tasks(act.session, ids=[task.id], as_of=moment)
    return found[0] if found else None


def _days_late(act: Act, measure: MeasureSlice) -> int:
    due = measure.due
    if due is None or measure.progress >= 100:
        return 0
    return max((act.office.today(act.now) - due).days, 0)


def _said_at(act: Act, measure: MeasureSlice) -> str | None:
    last = max((said.at for said in measure.said.values()), default=None)
    return act.office.local(last).isoformat() if last else None


def evidence_count(act: Act, task_id: int) -> int:
    rows = select(Evidence.id).where(
        Evidence.task_id == task_id, col(Evidence.withdrawn_at).is_(None), Evidence.kind != SCAN
    )
    return len(act.session.exec(rows).all())


def reports_of(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """Every report on the task, oldest first, with what was corrected or taken back."""
    people = people_names(act.session)
    measures = {measure.id: measure for measure in task.measures}
    # Figures carried over to another unit (转办) are no reports of anybody's.
    said = (Report.task_id == task.id, col(Report.source).not_like("handed:%"))
    rows = act.session.exec(select(Report).where(*said).order_by(col(Report.at), col(Report.id)))
    return [
        {
            "id": row.id,
            "measure": f"{task.number}.{measures[row.measure_id].ordinal}",
            "unit": act.unit(row.unit_id),
            "by": people.get(row.member_id or 0, ""),
            "cycle": row.cycle,
            "percent": row.percent,
            "stated": row.stated,
            "text": row.text,
            "unchanged": row.unchanged,
            "on_behalf": row.on_behalf,
            "at": act.office.local(row.at).isoformat(),
            "ended": row.ended_why,
        }
        for row in rows
    ]


def questions_of(act: Act, task_id: int) -> list[dict[str, Any]]:
    rows = act.session.exec(
        select(Question)
        .where(Question.task_id == task_id, col(Question.answered_at).is_(None))
        .order_by(col(Question.id))
    )
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "where": row.place,
            "phrase": row.phrase,
            "note": row.note,
            "choices": row.choices,
        }
        for row in rows
    ]


def history(act: Act, number: int) -> dict[str, Any]:
    """What happened to a task, newest day first. Refusals: no_such_task, not_your_task."""
    task = load_task(act.session, number)
    require_own(task, act.person)
    entries = [{**row, "what": "report"} for row in reports_of(act, task)]
    entries += [{**row, "what": "note"} for row in notes_of(act, task)]
    cases = case_entries(act, task)
    entries += [*cases, *untold(_moves(act, task), cases)]
    entries += _sheet_steps(act, task)
    entries += [*cadence_changes_of(act, task), *indicator_entries(act, task)]
    entries += [*receipts_of(act, task), *hand_overs_of(act, task), *steps_of(act, task), *corrections_of(act, task)]
    entries += passings_of(act, task)
    # Of one moment the later step stands first, as days do.
    entries.reverse()
    entries.sort(key=lambda entry: entry["at"], reverse=True)
    return {"number": task.number, "title": task.title, "entries": entries}


def _sheet_steps(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """What became of each sheet: issued, received, answered."""
    steps = [
        {"what": "sheet", "step": step, "at": sheet[step], "sheet": sheet}
        for sheet in of_task(act, task)
        for step in ("issued", "received", "answered")
    ]
    return [step for step in steps if step["at"]]


def _moves(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    people = people_and_units(act.session)
    rows = act.session.exec(select(Move).where(Move.task_id == task.id).order_by(col(Move.at), col(Move.id)))
    return [
        {
            "what": "move",
            "state": row.state,
            "cycle": row.cycle,
            "text": row.text,
            "by": people.get(row.member_id or 0, ""),
            "at": act.office.local(row.at).isoformat(),
        }
        for row in rows
    ]


def events_of(act: Act, task_id: int) -> Sequence[Event]:
    return act.session.exec(select(Event).where(Event.task_id == task_id).order_by(col(Event.id))).all()


def titles_of_unit(act: Act) -> dict[int, str]:
    """Of the person's own open tasks, by number."""
    return {found.task.number: found.task.title for found in visible(act) if not found.task.finished}


def numbers_of_unit(act: Act) -> list[int]:
    """Numbers of the person's own tasks, for examples and buttons: those still open first."""
    if act.person.role in SEES_ALL:
        return list(act.session.exec(select(Task.number).order_by(col(Task.number))))
    return [found.task.number for found in sorted(visible(act), key=lambda found: found.task.finished)]
