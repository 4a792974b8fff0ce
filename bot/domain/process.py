"""The records of a task's life after the first report: extension, close-out, notice, signatures, look-back.

Each belongs to one cycle of one task; what was decided is never overwritten, only followed by the next record.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from bot.domain.columns import json_list, json_object, key, maybe_moment, moment
from bot.domain.row import Row


class Extension(Row, table=True):
    """延期: asked by a unit, agreed by its head, decided by the office (and, beyond the cap, by a leader).

    State: asked → agreed → (escalated →) granted | refused; lapsed when the task goes to another unit meanwhile.
    `late`: asked after the date had passed.
    """

    __table_args__ = (Index("ix_extension_task", "task_id", "cycle"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    milestone_id: int = Field(foreign_key="milestone.id")
    cycle: int
    unit_id: int = Field(foreign_key="unit.id")
    member_id: int = Field(foreign_key="member.id")
    wanted: date
    reason: str
    late: bool = False
    before: date
    asked_at: datetime = moment()
    state: str = Field(default="asked", index=True)
    agreed_by: int | None = Field(default=None, foreign_key="member.id")
    agreed_at: datetime | None = maybe_moment()
    granted: date | None = None
    basis: str = ""
    decided_by: int | None = Field(default=None, foreign_key="member.id")
    decided_at: datetime | None = maybe_moment()
    leader_by: int | None = Field(default=None, foreign_key="member.id")
    leader_at: datetime | None = maybe_moment()
    answer: str = ""
    version: int = 1


class CloseOut(Row, table=True):
    """An application for strike-off (申请销号) with the file of evidence it was made on.

    `evidence`: [{"id", "unique", "sha256"}] as they stood. State: asked → verifying → accepted → noticed → signing →
    struck_off, or returned, or void.
    """

    __tablename__ = "close_out"
    __table_args__ = (Index("ix_close_out_task", "task_id", "cycle"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id")
    cycle: int
    unit_id: int = Field(foreign_key="unit.id")
    member_id: int = Field(foreign_key="member.id")
    text: str = ""
    evidence: list[dict[str, Any]] = json_list()
    asked_at: datetime = moment()
    state: str = Field(default="asked", index=True)
    ended_at: datetime | None = maybe_moment()
    version: int = 1


class Verification(Row, table=True):
    """What a verifier found: accepted, returned with reasons measure by measure, or an on-the-spot check."""

    id: int | None = key()
    close_out_id: int = Field(foreign_key="close_out.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    member_id: int = Field(foreign_key="member.id")
    kind: str
    text: str = ""
    reasons: list[dict[str, Any]] = json_list()
    spot: dict[str, Any] = json_object()
    at: datetime = moment()


class PublicNotice(Row, table=True):
    """公示 of a finished task. `last_day` by the official calendar; nothing is struck off before it has ended."""

    __tablename__ = "public_notice"
    id: int | None = key()
    close_out_id: int = Field(foreign_key="close_out.id", index=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    published: date
    first_day: date
    last_day: date
    days: int
    working_days: bool
    member_id: int = Field(foreign_key="member.id")
    at: datetime = moment()


class Objection(Row, table=True):
    """异议 during a notice: open until answered; an upheld one reopens verification."""

    id: int | None = key()
    notice_id: int = Field(foreign_key="public_notice.id", index=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    member_id: int = Field(foreign_key="member.id")
    text: str
    at: datetime = moment()
    answer: str = ""
    upheld: bool = False
    answered_by: int | None = Field(default=None, foreign_key="member.id")
    answered_at: datetime | None = maybe_moment()


class Signature(Row, table=True):
    """One countersignature (联签). `seen` is the hash of what was signed; a change of it voids the signature.

    `paper`: {"by", "on", "document", "scan"} of a signature given on paper, which `member_id` of the office recorded.
    """

    __table_args__ = (Index("ix_signature_close_out", "close_out_id", "step"),)
    id: int | None = key()
    close_out_id: int = Field(foreign_key="close_out.id")
    step: int
    name: str
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    member_id: int = Field(foreign_key="member.id")
    seen: str
    at: datetime = moment()
    paper: dict[str, Any] = json_object()
    void_at: datetime | None = maybe_moment()
    void_why: str = ""


class LookBack(Row, table=True):
    """回头看: a check on a fixed day after strike-off; "销号不销责".

    `answer`: why the office lets a failed one rest, with another day to look again; reopening needs no answer.
    """

    __tablename__ = "look_back"
    __table_args__ = (UniqueConstraint("task_id", "cycle", "due"),)
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    cycle: int
    due: date
    passed: bool | None = None
    text: str = ""
    member_id: int | None = Field(default=None, foreign_key="member.id")
    at: datetime | None = maybe_moment()
    answer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    answered_by: int | None = None
    answered_at: datetime | None = maybe_moment()


class Correction(Row, table=True):
    """更正: the office's explicit change of wording, units or a date, with its reason.

    `units_before`: the units as they stood before a correction of units, in the shape of `HandOver.before`.
    """

    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    measure_id: int | None = Field(default=None, foreign_key="measure.id")
    field: str
    before: str
    after: str
    reason: str
    basis: str = ""
    units_before: dict[str, Any] = json_object()
    member_id: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()


class HandOver(Row, table=True):
    """转办: the office passed a unit's working part in a task on to another unit.

    `before`: the units as they stood, {"task": {part: [unit ids]}, "measures": {measure id: {part: [unit ids]}}}, so
    that the past can be read as it was.
    """

    __tablename__ = "hand_over"
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    cycle: int
    from_unit_id: int = Field(foreign_key="unit.id")
    to_unit_id: int = Field(foreign_key="unit.id")
    reason: str
    before: dict[str, Any] = json_object()
    member_id: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()


class TaskHandler(Row, table=True):
    """经办: who of a unit handles its part in a task, because a colleague passed it on to them (转办 within the unit).

    Of one task, cycle and unit only the last row that has not ended counts.
    """

    __tablename__ = "task_handler"
    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    cycle: int
    unit_id: int = Field(foreign_key="unit.id")
    member_id: int = Field(foreign_key="member.id")
    by_member_id: int = Field(foreign_key="member.id")
    reason: str = ""
    at: datetime = moment()
    ended_at: datetime | None = maybe_moment()


class Absence(Row, table=True):
    """Somebody is away until the end of a day; a deputy of the same unit hears and may act meanwhile."""

    id: int | None = key()
    member_id: int = Field(foreign_key="member.id", index=True)
    deputy_id: int = Field(foreign_key="member.id")
    until: date
    at: datetime = moment()
    ended_at: datetime | None = maybe_moment()
