"""The whole file as one draft."""

from collections.abc import Sequence
from datetime import date

from bot.domain.drafting.answers import Answers
from bot.domain.drafting.gathering import Gathered, gather
from bot.domain.drafting.plans import issue_date, plans_of
from bot.domain.drafting.reads import Reads
from bot.domain.drafting.shapes import Draft, QuestionDraft, TaskDraft
from bot.domain.drafting.tasks import draft_task, units_in_order
from bot.domain.plan_rows import Sheet
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.workdays import Workdays


def draft_plan(
    sheets: Sequence[Sheet],
    registry: Registry,
    calendar: Workdays,
    *,
    title: str | None = None,
    issued: date | None = None,
    answers: Answers | None = None,
) -> Draft:
    """Read the rows of a file. `title` and `issued` win over what the file says; `answers` over what it leaves open.

    Deadlines are read from the day of issue on. Refuses `no_issue_date` when neither the file nor the caller gives
    one, and `plan_no_tasks` (name, where) when no row is a finding.
    """
    plans, places = plans_of(sheets, title)
    day = issued or issue_date(sheets, places)
    if day is None:
        raise Refusal("no_issue_date")
    reads = Reads(registry, calendar, day, answers or {})
    found = [finding for sheet, plan in zip(sheets, places, strict=True) for finding in gather(sheet, plan)]
    if not found:
        name = sheets[0].name if sheets else ""
        raise Refusal("plan_no_tasks", name=name, where=name)
    tasks: list[TaskDraft] = []
    questions: list[QuestionDraft] = []
    for index, finding in enumerate(found):
        task, open_points = draft_task(finding, index, reads)
        tasks.append(task)
        questions += open_points
    questions += _repeated_numbers(found)
    questions.sort(key=lambda question: question.task)
    return Draft(plans, day, tuple(tasks), tuple(questions), units_in_order(tasks, registry.by_name), sheets[0].mended)


def _repeated_numbers(found: Sequence[Gathered]) -> list[QuestionDraft]:
    """Two findings of one plan under one number; numbers that begin anew in each section are no repetition."""
    first: dict[tuple[int, str, str], Gathered] = {}
    questions: list[QuestionDraft] = []
    for index, finding in enumerate(found):
        key = finding.plan, finding.rows[0].category, finding.number
        if finding.number and first.setdefault(key, finding) is not finding:
            where = finding.number_cell.where if finding.number_cell else finding.rows[0].where
            questions.append(QuestionDraft(index, None, where, "number", finding.number, (), "number_repeated"))
    return questions
