"""What a plan's file was understood to say, and what a person must still say: values, nothing stored yet."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.deadlines.reading import Reading
from bot.domain.drafting.answers import question_key
from bot.domain.unit_phrases.reading import UnitsReading

PlanKind = Literal["main", "special"]
QuestionKind = Literal["deadline", "unit", "number", "progress"]


@dataclass(frozen=True, slots=True)
class PlanDraft:
    title: str
    kind: PlanKind


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """One measure in its own wording; `units` are those that answer for it: its own, else the task's."""

    text: str
    deadline_phrase: str
    reading: Reading
    units: UnitsReading
    where: str


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """One finding. `plan` is an index into Draft.plans; `source_number` is the plan's 序号, "" when it has none.

    `title` is short (at most 16 characters unless the plan gives one); `deadline_phrase` holds the measures' phrases
    in the plan's wording, each once, parted by ；.
    """

    plan: int
    source_number: str
    title: str
    problem: str
    objective: str
    category: str
    units: UnitsReading
    deadline_phrase: str
    person_in_charge: str
    contact: str
    progress: str
    remark: str
    measures: tuple[MeasureDraft, ...]
    where: str


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """What the file leaves open. `task` and `measure` are indices (measure None: the task as a whole); `choices` are
    ISO days for a deadline, names of units for a unit; `note` is a key under [question], or for a deadline
    phrase that was read and left open the reading's own, under [deadline_note]. `answer`: the words a person has put
    in place of the phrase, None while it is open. `part`: of a unit, the role its words stand in."""

    task: int
    measure: int | None
    where: str
    kind: QuestionKind
    phrase: str
    choices: tuple[str, ...]
    note: str
    answer: str | None = None
    part: str = ""

    @property
    def key(self) -> str:
        return question_key(self.note, self.phrase, self.choices if self.kind == "deadline" else (), self.where)


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole file. `units` are the official names of all units that have a role, in order of appearance;
    `mended` is as in bot.domain.plan_rows.Sheet."""

    plans: tuple[PlanDraft, ...]
    issued: date
    tasks: tuple[TaskDraft, ...]
    questions: tuple[QuestionDraft, ...]
    units: tuple[str, ...]
    mended: tuple[int, int] = (0, 0)

    @property
    def open(self) -> tuple[QuestionDraft, ...]:
        """The questions nobody has answered yet."""
        return tuple(question for question in self.questions if question.answer is None)
