"""What a plan's file was understood to say, for the words: counts, units, three cards, differences, questions."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.drafting import Draft, MeasureDraft, QuestionDraft, TaskDraft
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_tasks
from bot.usecases.act import Act
from bot.usecases.plan_draft import PARTS, Comparison, key_of, names_of, summary

CARDS = 3
MEASURES_SHOWN = 2
NAMES_SHOWN = 3
LISTED = 8
CHOICES = 6
WORDS = 120  # characters of a text that is only shown
# What an import must ask. A missing number gets the next free one; 已完成 is asked with its evidence, on the task.
ASKED = ("deadline", "unit")
# Wording a file may correct with a reason; dates, units and measures have ways of their own.
CORRECTABLE = frozenset({"problem", "objective", "text"})


def understood(act: Act, draft: Draft, against: Comparison) -> dict[str, Any]:
    """The facts of the message that shows a file before anything is written."""
    told = summary(draft, against)
    changes = differences(act, draft, against)
    return {name: told[name] for name in ("plan", "plans", "issued", "tasks", "measures", "milestones", "units")} | {
        "parts": [_part(draft, part) for part in PARTS if told["units_by_part"][part]],
        "cards": [card(draft.tasks[index]) for index in _samples(draft, against)],
        "added": len(against.added),
        "changes": changes[:LISTED],
        "changed": len(changes),
        "wording": sum(bool(CORRECTABLE & set(change["what"])) for change in changes),
        "missing": against.missing[: 4 * LISTED],
        "missing_count": len(against.missing),
        "aside": len([q for q in of_added(draft, against) if q.kind not in ASKED]),
        "mended": list(draft.mended),
    }


def _part(draft: Draft, part: str) -> dict[str, Any]:
    names = list(dict.fromkeys(name for task in draft.tasks for name in names_of(task, part)))  # type: ignore[arg-type]
    return {"part": str(part), "count": len(names), "names": names[:NAMES_SHOWN]}


def _samples(draft: Draft, against: Comparison) -> list[int]:
    """Three tasks to check the reading by: the first, the one with most measures, one that is asked about or the last.

    Of what the file adds, if it adds anything.
    """
    listed = against.added or list(range(len(draft.tasks)))
    asked = [q.task for q in draft.questions if q.kind in ASKED and q.task in set(listed)]
    longest = max(listed, key=lambda index: len(draft.tasks[index].measures))
    wanted = dict.fromkeys([listed[0], longest, *asked[:1], listed[-1], *listed])
    return sorted(list(wanted)[:CARDS])


def card(task: TaskDraft) -> dict[str, Any]:
    return {
        "number": task.source_number,
        "title": task.title,
        "parts": [{"part": str(part), "names": names_of(task, part)[:NAMES_SHOWN]} for part in PARTS[:3]],
        "measures": [_measure(measure) for measure in task.measures[:MEASURES_SHOWN]],
        "more": max(len(task.measures) - MEASURES_SHOWN, 0),
    }


def _measure(measure: MeasureDraft) -> dict[str, Any]:
    reading = measure.reading
    return {
        "text": short(measure.text, 40),
        "phrase": short(measure.deadline_phrase, 40),
        "kind": reading.kind,
        "due": reading.due.isoformat() if reading.due else "",
        "stages": len(reading.stages),
        "ongoing": reading.ongoing,
    }


def short(text: str, most: int = WORDS) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def differences(act: Act, draft: Draft, against: Comparison) -> list[dict[str, Any]]:
    """Where known tasks differ from the file: number, title, `what` (problem, objective, text, deadline, measures,
    units), and of the first difference of wording how it stands and how the file has it."""
    if not against.changed:
        return []
    there = {(task.plan, task.source_number or task.problem): task for task in load_tasks(act.session)}
    found = []
    for drafted in draft.tasks:
        task = there.get(key_of(draft, drafted))
        if task is not None and task.number in against.changed:
            found.append(_difference(act, task, drafted))
    return found


def _difference(act: Act, task: TaskSlice, drafted: TaskDraft) -> dict[str, Any]:
    pairs = [("problem", task.problem, drafted.problem), ("objective", task.objective, drafted.objective)]
    what = []
    if len(task.measures) != len(drafted.measures):
        what.append("measures")
    else:
        for own, new in zip(task.measures, drafted.measures, strict=True):
            pairs += [("text", own.text, new.text), ("deadline", own.phrase, new.deadline_phrase)]
    differing = [pair for pair in pairs if pair[1] != pair[2]]
    what += [name for name, _, _ in differing]
    own_units = {str(part): sorted(act.unit(unit) for unit in task.units.get(part, [])) for part in PARTS}
    if own_units != {str(part): sorted(names_of(drafted, part)) for part in PARTS}:
        what.append("units")
    _, before, after = differing[0] if differing else ("", "", "")
    return {
        "number": task.number,
        "title": task.title,
        "what": list(dict.fromkeys(what)),
        "before": short(before, 60),
        "after": short(after, 60),
    }


def of_added(draft: Draft, against: Comparison) -> list[QuestionDraft]:
    """The questions of what the file adds: what stands on the ledger keeps its own."""
    added = set(against.added)
    return [question for question in draft.questions if question.task in added]


def to_ask(draft: Draft, against: Comparison) -> list[dict[str, Any]]:
    """What must be asked, each thing once: with its key, how often it stands and where first."""
    groups: dict[str, list[QuestionDraft]] = {}
    for question in of_added(draft, against):
        if question.kind in ASKED:
            groups.setdefault(question.key, []).append(question)
    return [_asked(draft, key, group) for key, group in groups.items()]


def _asked(draft: Draft, key: str, group: Sequence[QuestionDraft]) -> dict[str, Any]:
    first = group[0]
    task = draft.tasks[first.task]
    measures = task.measures if first.measure is None else (task.measures[first.measure],)
    tasks = _once(draft.tasks[question.task].source_number for question in group)
    return {
        "key": key,
        "kind": first.kind,
        "note": first.note,
        "phrase": short(first.phrase),
        "written": first.phrase,
        "choices": list(first.choices),
        "where": first.where,
        "places": len(group),
        "alike": [number for number in tasks if number][:LISTED],
        "number": task.source_number,
        "title": task.title,
        "text": short(measures[0].text, 60),
        "part": first.part,
    }


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
