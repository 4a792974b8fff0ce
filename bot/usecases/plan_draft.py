"""A plan's file, read and held against the ledger: what it would add, where they differ. Nothing is written here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from typing import Any

from sqlmodel import col, select

from bot.documents.plan_files import read_plan_file
from bot.domain.drafting import Draft, MeasureDraft, TaskDraft, draft_plan
from bot.domain.ledger import Part, Plan
from bot.domain.periods import Office
from bot.domain.plan_rows import Sheet
from bot.domain.registry import Registry
from bot.store.collector import uncollected
from bot.store.ledger import load_tasks
from bot.usecases.act import Act

PARTS = (Part.LEAD, Part.RESPONSIBLE, Part.COOPERATING, Part.SUPERVISING, Part.VERIFYING)
Key = tuple[str, str]


def read_draft(
    office: Office,
    registry: Registry,
    data: bytes,
    name: str,
    title: str | None,
    issued: date | None,
    progress: Callable[[int, int], None] | None = None,
) -> Draft:
    """What the file says. Refusals: those of `read_plan_file` and `draft_plan`, citing cell or paragraph."""
    return drafted(office, registry, read_plan_file(data, name, progress), title, issued)


def drafted(office: Office, registry: Registry, sheets: list[Sheet], title: str | None, issued: date | None) -> Draft:
    """What these sheets say. Refusals: those of `draft_plan`."""
    with uncollected():
        return draft_plan(sheets, registry, office.calendar, title=title, issued=issued)


@dataclass(slots=True)
class Comparison:
    """The file against the ledger: indices of tasks it adds, numbers of tasks that differ or are not in it."""

    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def summary(draft: Draft, against: Comparison) -> dict[str, Any]:
    """The JSON of `duban import` (design.md §2)."""
    return {
        "plan": next((plan.title for plan in draft.plans if plan.kind == "main"), draft.plans[0].title),
        "plans": [plan.title for plan in draft.plans],
        "issued": draft.issued.isoformat(),
        "tasks": len(draft.tasks),
        "measures": sum(len(task.measures) for task in draft.tasks),
        "milestones": sum(len(milestone_dates(m, draft.issued, 0)) for task in draft.tasks for m in task.measures),
        "units": len(draft.units),
        "units_by_part": {
            str(part): len({name for task in draft.tasks for name in names_of(task, part)}) for part in PARTS
        },
        "added": len(against.added),
        "changed": len(against.changed),
        "missing": len(against.missing),
        "changed_tasks": against.changed,
        "missing_tasks": against.missing,
        "mended": list(draft.mended),
        "questions": [
            {"where": q.where, "kind": q.kind, "phrase": q.phrase, "choices": list(q.choices), "note": q.note}
            for q in draft.open
        ],
    }


def milestone_dates(measure: MeasureDraft, issued: date, immediate_days: int) -> list[tuple[date, int | None, str]]:
    """(day, cumulative quantity, label) of each milestone; 立行立改 falls due so many days from hand-over."""
    reading = measure.reading
    if reading.stages:
        return list(zip(reading.stages, reading.quantities, reading.labels, strict=True))
    if reading.due is not None:
        return [(reading.due, None, "")]
    if reading.kind == "immediate":
        return [(issued + timedelta(days=immediate_days), None, "")]
    return []


def names_of(task: TaskDraft, part: Part) -> list[str]:
    """Units with this part in the task or any of its measures, in order, each once."""
    readings = [task.units, *(measure.units for measure in task.measures)]
    return list(dict.fromkeys(chain.from_iterable([getattr(reading, part) for reading in readings])))


def compare(act: Act, draft: Draft) -> Comparison:
    """What the file would add to the ledger, and where they differ; nothing is written."""
    known = _known(act, [plan.title for plan in draft.plans])
    found = Comparison()
    for index, task in enumerate(draft.tasks):
        there = known.pop(key_of(draft, task), None)
        if there is None:
            found.added.append(index)
        elif there[1] != _wording(task):
            found.changed.append(there[0])
    found.missing = sorted(number for number, _ in known.values())
    return found


def key_of(draft: Draft, task: TaskDraft) -> Key:
    """What makes a task the same in two versions of a file: its plan and its number there, or its problem."""
    return draft.plans[task.plan].title, task.source_number or task.problem


def _wording(task: TaskDraft) -> list[Any]:
    measures = [[m.text, m.deadline_phrase] for m in task.measures]
    return [task.problem, task.objective, measures, {str(part): sorted(names_of(task, part)) for part in PARTS}]


def _known(act: Act, titles: Sequence[str]) -> dict[Key, tuple[int, list[Any]]]:
    """Tasks of these plans on the ledger: key → (number, wording)."""
    plans = {
        plan.id: plan.title for plan in act.session.exec(select(Plan).where(col(Plan.title).in_(titles))) if plan.id
    }
    if not plans:
        return {}
    return {
        (plans[task.plan_id], task.source_number or task.problem): (
            task.number,
            [
                task.problem,
                task.objective,
                [[m.text, m.phrase] for m in task.measures],
                {str(part): sorted(act.unit(unit) for unit in task.units.get(part, [])) for part in PARTS},
            ],
        )
        for task in load_tasks(act.session, plan_ids=list(plans))
    }
