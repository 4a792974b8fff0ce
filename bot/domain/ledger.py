"""The ledger's records: plan → task → measure → milestone, and what was decided about them.

Declared once, for every layer. Nothing here loads lazily and nothing here validates: the rules do.
Labels such as 滞后 or 超期 are never stored; `standing.py` computes them for any moment.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from bot.domain.columns import json_list, key, maybe_moment, moment
from bot.domain.row import Row


class Part(StrEnum):
    """A unit's part in a task or measure (domain.md §2)."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    COOPERATING = "cooperating"
    SUPERVISING = "supervising"
    VERIFYING = "verifying"


WORKING = (Part.LEAD, Part.RESPONSIBLE)


class State(StrEnum):
    """Where a cycle of a task stands; done (finished) is not struck off."""

    REGISTERED = "registered"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    CLOSE_OUT_ASKED = "close_out_asked"
    VERIFYING = "verifying"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    NOTICED = "noticed"
    COUNTERSIGNING = "countersigning"
    STRUCK_OFF = "struck_off"
    KEPT_UP = "kept_up"


OPEN_STATES = frozenset({State.REGISTERED, State.HANDED_OVER, State.RECEIVED, State.IN_PROGRESS, State.RETURNED})
FINISHED_STATES = frozenset(State) - OPEN_STATES


class Unit(Row, table=True):
    id: int | None = key()
    name: str = Field(unique=True)
    kind: str = "department"
    parent_id: int | None = Field(default=None, foreign_key="unit.id")


class Plan(Row, table=True):
    id: int | None = key()
    title: str = Field(unique=True)
    kind: str = "main"
    parent_id: int | None = Field(default=None, foreign_key="plan.id")
    issued: date
    registered_at: datetime = moment()


class Task(Row, table=True):
    """One line of the ledger. `number` is global and never used again; `cycle` grows with each relapse."""

    id: int | None = key()
    number: int = Field(unique=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    source_number: str = ""
    title: str
    problem: str
    objective: str = ""
    category: str = ""
    person_in_charge: str = ""
    contact: str = ""
    remark: str = ""
    deadline_phrase: str = ""
    cadence: str = "weekly"
    cycle: int = 1
    state: str = State.REGISTERED
    registered_at: datetime = moment()
    version: int = 1


class TaskUnit(Row, table=True):
    """A unit's part in a task, with its receipt (签收)."""

    __tablename__ = "task_unit"
    __table_args__ = (
        UniqueConstraint("task_id", "unit_id", "part"),
        Index("ix_task_unit_unit", "unit_id", "task_id"),
        Index("ix_task_unit_task", "task_id", "id", "unit_id", "part", "received_at"),
    )
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    unit_id: int = Field(foreign_key="unit.id")
    part: str
    handed_over_at: datetime = moment()
    received_at: datetime | None = maybe_moment()
    received_by: int | None = Field(default=None, foreign_key="member.id")


class Measure(Row, table=True):
    """What is to be done, with its official wording; `kind` is how its deadline reads (deadlines)."""

    __table_args__ = (UniqueConstraint("task_id", "ordinal"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    ordinal: int
    text: str
    deadline_phrase: str = ""
    kind: str = "ask"
    ongoing: bool = False
    soft: bool = False
    version: int = 1


class MeasureUnit(Row, table=True):
    __tablename__ = "measure_unit"
    __table_args__ = (
        UniqueConstraint("measure_id", "unit_id", "part"),
        Index("ix_measure_unit_unit", "unit_id", "measure_id"),
    )
    id: int | None = key()
    measure_id: int = Field(foreign_key="measure.id")
    unit_id: int = Field(foreign_key="unit.id")
    part: str


class Milestone(Row, table=True):
    """A date somebody must meet. `due` is the official one; `internal_due`, if any, is the office's and earlier."""

    __table_args__ = (UniqueConstraint("measure_id", "ordinal"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    measure_id: int = Field(foreign_key="measure.id")
    ordinal: int
    due: date
    internal_due: date | None = None
    quantity: int | None = None
    label: str = ""
    version: int = 1


class DueChange(Row, table=True):
    """A moved deadline: the date before it stays on record, so that the past can be read as it was."""

    __tablename__ = "due_change"
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    milestone_id: int = Field(foreign_key="milestone.id")
    cycle: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    field: str
    before: date | None = None
    after: date | None = None
    reason: str
    basis: str = ""
    member_id: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()


class Question(Row, table=True):
    """What the file left open: asked of the office, never guessed."""

    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    measure_id: int | None = Field(default=None, foreign_key="measure.id")
    kind: str
    place: str
    phrase: str
    note: str = ""
    choices: list[str] = json_list()
    asked_at: datetime = moment()
    # Of a unit: the part the words stand in, so that an answer puts it there.
    part: str = Field(default="", sa_column_kwargs={"server_default": ""})
    answer: str | None = None
    answered_at: datetime | None = maybe_moment()
    answered_by: int | None = Field(default=None, foreign_key="member.id")


class Move(Row, table=True):
    """One step of a task's life; the last one at a moment is its state at that moment."""

    __table_args__ = (Index("ix_move_task", "task_id", "at"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    cycle: int
    state: str
    at: datetime = moment()
    member_id: int | None = Field(default=None, foreign_key="member.id")
    text: str = ""


class Report(Row, table=True):
    """What a unit said about a measure at a moment.

    `percent` is carried forward from the last report unless it was `stated`; `whole`: a lead's figure for all units.
    `ended_at`: undone, or replaced by the report that corrects it.
    """

    __table_args__ = (
        Index("ix_report_measure", "measure_id", "cycle", "unit_id", "at"),
        Index("ix_report_task", "task_id", "at"),
    )
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    measure_id: int = Field(foreign_key="measure.id")
    cycle: int
    unit_id: int = Field(foreign_key="unit.id")
    member_id: int | None = Field(default=None, foreign_key="member.id")
    percent: int | None = None
    stated: bool = False
    text: str = ""
    unchanged: bool = False
    whole: bool = False
    on_behalf: bool = False
    at: datetime = moment()
    recorded_at: datetime = moment()
    source: str = Field(default="", index=True)
    corrects_id: int | None = Field(default=None, foreign_key="report.id")
    ended_at: datetime | None = maybe_moment()
    ended_why: str = ""


class Note(Row, table=True):
    """A remark on a task: instruction (批示), opinion, urging, difficulty; open until answered."""

    __table_args__ = (Index("ix_note_task", "task_id", "at"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    measure_id: int | None = Field(default=None, foreign_key="measure.id")
    cycle: int
    kind: str
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    member_id: int | None = Field(default=None, foreign_key="member.id")
    text: str
    at: datetime = moment()
    answered_at: datetime | None = maybe_moment()
    answered_by: int | None = None
    answer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    owner_id: int | None = None


class Evidence(Row, table=True):
    """A picture or file (佐证). Its row is pending until the bytes lie in the archive under their hash.

    Of a picture: `taken_on` (what it says of itself), `look` (its perceptual hash, 128 bits in hex), `near_id` (the
    earlier picture it resembles). A file that was withdrawn keeps its row. `spot_id`: the check on the spot
    (Verification) a picture belongs to; it is a finding, not what the unit applied with.
    """

    __table_args__ = (Index("ix_evidence_task", "task_id", "at"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    measure_id: int | None = Field(default=None, foreign_key="measure.id")
    report_id: int | None = Field(default=None, foreign_key="report.id")
    cycle: int
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    member_id: int | None = Field(default=None, foreign_key="member.id")
    kind: str
    file_id: str
    file_unique_id: str = Field(default="", index=True)
    file_name: str = ""
    mime: str = ""
    size: int | None = None
    album: str = Field(default="", index=True)
    source: str = Field(default="", index=True)
    at: datetime = moment()
    state: str = Field(default="pending", index=True)
    sha256: str | None = Field(default=None, index=True)
    attempts: int = 0
    next_attempt_at: datetime | None = maybe_moment()
    seen_on_task: int | None = None
    taken_on: date | None = None
    look: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    near_id: int | None = None
    spot_id: int | None = None
    withdrawn_at: datetime | None = maybe_moment()
    withdrawn_by: int | None = None
    withdrawn_why: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Event(Row, table=True):
    """One entry of the audit trail: append-only, each hash covering the one before (domain/audit.py)."""

    id: int | None = key()
    at: datetime = moment()
    actor: str
    kind: str
    task_id: int | None = Field(default=None, index=True)
    before: str = "{}"
    after: str = "{}"
    cause: str = ""
    previous_hash: str
    hash: str = Field(unique=True)
