"""One finding becomes a task draft, with the questions it leaves open."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bot.domain.drafting.gathering import Gathered
from bot.domain.drafting.measures import Part, drafted, parts_of, units_of_part
from bot.domain.drafting.reads import NOBODY, ROLES, Reads, joined
from bot.domain.drafting.shapes import QuestionDraft, TaskDraft
from bot.domain.plan_fields import ROLE_FIELDS, Field
from bot.domain.plan_rows import Cell, Row
from bot.domain.unit_phrases import UnitsReading

SHORT_TITLE = 16
_CLAUSE_END = re.compile(r"[。；;，,：:！!？?\n]")
_OPENING = re.compile(
    r"^(?:[一二三四五六七八九十]+是|督察(?:组)?(?:反馈)?(?:发现|指出|认为)|反馈(?:意见)?指出|经查|关于|部分地区存在|目前|近年来|一些地方)[，,：:、]?"
)
# 已完成 claims the whole; 已完成60% and 已完成方案编制 speak of a part.
_CLAIMED = re.compile(
    r"(?<!未)(?:已(?:全部|全面|基本|经|按期)*(?:完成|销号|办结|整改到位)(?:全部)?(?:整改|任务|工作)*(?=$|[^\w]|并|且|100\s*[%％])"
    r"|整改完成(?!\d)|(?<!部分)(?<!未)完成整改(?=$|[^\w])|(?<!\d)100\s*[%％])"
)


def draft_task(found: Gathered, index: int, reads: Reads) -> tuple[TaskDraft, list[QuestionDraft]]:
    """The task of one finding, and its questions in the order of the plan's columns."""
    problem, objective, measured = _wording(found.rows)
    parts = parts_of(measured, problem, reads)
    whole = _units_of_all(measured, reads)
    units = [units_of_part(part, whole, reads) for part in parts]
    nobody = reads.answer("unit_missing", "", (), found.rows[0].where)
    if nobody is not None:
        whole = joined(whole, reads.units(nobody))
        units = [units_of_part(part, whole, reads) for part in parts]
    if whole == NOBODY:
        whole = _union(units)
    task = TaskDraft(
        plan=found.plan,
        source_number=found.number,
        title=_text(found.rows, "title") or short_title(problem.text),
        problem=problem.text,
        objective=objective,
        category=_text(found.rows, "category") or found.rows[0].category,
        units=whole,
        deadline_phrase="；".join(dict.fromkeys(part.phrase for part in parts if part.phrase)),
        person_in_charge=_text(found.rows, "person"),
        contact=_text(found.rows, "contact"),
        progress=_text(found.rows, "progress"),
        remark=_text(found.rows, "remark"),
        measures=tuple(drafted(part, own) for part, own in zip(parts, units, strict=True)),
        where=found.rows[0].where,
    )
    return task, list(_questions(found, task, parts, index, reads))


def short_title(problem: str) -> str:
    """The first clause of a finding, at most 16 characters: what a list shows when the plan gives no short title."""
    text = _OPENING.sub("", _OPENING.sub("", problem.strip()))
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text) if clause.strip()]
    first = next((clause for clause in clauses if len(clause) >= 4), clauses[0] if clauses else text)
    first = _OPENING.sub("", first).strip('“”"（）()、 ') or first
    if len(first) > 5 and first.endswith("问题"):
        first = first.removesuffix("问题").removesuffix("的")
    return first if len(first) <= SHORT_TITLE else f"{first[: SHORT_TITLE - 1]}…"


def _wording(rows: Sequence[Row]) -> tuple[Cell, str, Sequence[Row]]:
    """(problem, objective, rows): where a plan has 问题 and 整改任务, the second says what must be done."""
    problem, task = _together(rows, "problem"), _together(rows, "task")
    objective = _text(rows, "objective")
    if problem is not None and task is not None:
        if not any("measure" in row.cells for row in rows):
            rows = [Row(row.where, _renamed(row), row.category) for row in rows]
        elif not objective:
            objective = task.text
        else:
            problem = Cell(f"{problem.text}\n{task.text}", problem.where)
    found = problem or task or _together(rows, "title") or _together(rows, "measure")
    return found or Cell("", rows[0].where), objective, rows


def _renamed(row: Row) -> dict[Field, Cell]:
    return {("measure" if name == "task" else name): cell for name, cell in row.cells.items()}


def _together(rows: Sequence[Row], name: Field) -> Cell | None:
    cells = [row.cells[name] for row in rows if name in row.cells]
    if not cells:
        return None
    return Cell("\n".join(dict.fromkeys(cell.text for cell in cells)), cells[0].where)


def _text(rows: Sequence[Row], name: Field) -> str:
    cell = _together(rows, name)
    return cell.text if cell else ""


def _units_of_all(rows: Sequence[Row], reads: Reads) -> UnitsReading:
    return _union(reads.block({name: row.cells[name] for name in ROLE_FIELDS if name in row.cells}) for row in rows)


def _union(readings: Iterable[UnitsReading]) -> UnitsReading:
    found = NOBODY
    for reading in readings:
        found = joined(found, reading)
    return found


def _questions(
    found: Gathered, task: TaskDraft, parts: Sequence[Part], index: int, reads: Reads
) -> Iterator[QuestionDraft]:
    if found.numbers_given and not found.number:
        yield QuestionDraft(index, None, task.where, "number", "", (), "number_missing")
    yield from _unit_questions(found, task, parts, index, reads)
    yield from _deadline_questions(task, parts, index)
    progress = _together(found.rows, "progress")
    if progress is not None and _CLAIMED.search(progress.text):
        yield QuestionDraft(index, None, progress.where, "progress", progress.text, ("100%",), "progress_claimed")


def _deadline_questions(task: TaskDraft, parts: Sequence[Part], index: int) -> Iterator[QuestionDraft]:
    """One question per phrase, its readings and place; it concerns the task when it holds for more of its measures."""
    asked_at: dict[tuple[str, str, tuple[date, ...]], list[int]] = {}
    for at, part in enumerate(parts):
        if part.asked is not None:
            asked_at.setdefault((part.asked_at or task.where, part.phrase, part.asked.choices), []).append(at)
    for (where, phrase, days), concerned in asked_at.items():
        part = parts[concerned[0]]
        assert part.asked is not None
        note = f"cell_{part.doubt}" if part.doubt else part.asked.note
        measure = concerned[0] if len(concerned) == 1 and len(parts) > 1 else None
        choices = tuple(day.isoformat() for day in days)
        yield QuestionDraft(index, measure, where, "deadline", phrase, choices, note, part.answer)


def _unit_questions(
    found: Gathered, task: TaskDraft, parts: Sequence[Part], index: int, reads: Reads
) -> Iterator[QuestionDraft]:
    asked: set[tuple[str, str]] = set()
    for row in found.rows:
        for name in ROLE_FIELDS:
            cell = row.cells.get(name)
            if cell is not None and (cell.where, cell.text) not in asked:
                asked.add((cell.where, cell.text))
                yield from _about_units(cell.text, name, cell.where, index, None, reads)
    for at, part in enumerate(parts):
        if part.terms.units:
            yield from _about_units(part.terms.units, "units", part.where, index, at, reads)
    working = {name for measure in task.measures for name in (*measure.units.lead, *measure.units.responsible)}
    answer = reads.answer("unit_missing", "", (), task.where)
    open_words = any(task.units.ask) or any(measure.units.ask for measure in task.measures)
    if answer is not None or (not working and not open_words):
        yield QuestionDraft(index, None, task.where, "unit", "", (), "unit_missing", answer, "responsible")


def _about_units(
    phrase: str, column: Field, where: str, index: int, measure: int | None, reads: Reads
) -> Iterator[QuestionDraft]:
    reading = reads.asked(phrase, column)
    for word in reading.unknown:
        part, answer = reads.part_of(word, phrase, column), reads.answer("unit_unknown", word)
        yield QuestionDraft(index, measure, where, "unit", word, reads.near(word), "unit_unknown", answer, part)
    for word in reading.ask:
        part, answer = reads.part_of(word, phrase, column), reads.answer("unit_open", word, (), where)
        yield QuestionDraft(index, measure, where, "unit", word, reads.candidates(word), "unit_open", answer, part)


def units_in_order(tasks: Iterable[TaskDraft], known: Iterable[str]) -> tuple[str, ...]:
    """The known units of all tasks and measures, each once, in order of appearance."""
    names = set(known)
    found: dict[str, None] = {}
    for task in tasks:
        for reading in (task.units, *(measure.units for measure in task.measures)):
            found |= dict.fromkeys(name for role in ROLES for name in getattr(reading, role) if name in names)
    return tuple(found)
