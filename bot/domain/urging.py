"""The records of urging: each climb of the ladder, and the numbered sheets (督办单) it or the office has issued."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from bot.domain.columns import json_list, json_object, key, maybe_moment, moment
from bot.domain.row import Row

# Series of sheets without a colour: a step of the ladder the office has signed by hand, and a plain 催办.
HAND, URGING = "hand", "urging"


class Climb(Row, table=True):
    """One step of the ladder, taken once for one cause of one unit's task in one cycle.

    `key` = ladder:{task}:c{cycle}:{cause}:{step}:{basis}:u{unit}; `basis` is the due date, or the first period missed.
    `steps` is the ladder as the policy had it when this run began, `rung` the place in it. `since`: from when the next
    step's working days count. It stands until its cause has ended (`ended_at`, `ended_why`); `seen` is the last event
    of the task's trail it was looked at with.
    """

    __table_args__ = (
        Index("ix_climb_task", "task_id", "cycle"),
        Index("ix_climb_open", "id", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )
    id: int | None = key()
    key: str = Field(unique=True)
    task_id: int = Field(foreign_key="task.id")
    cycle: int
    unit_id: int = Field(foreign_key="unit.id")
    cause: str
    step: str
    rung: int
    basis: str
    steps: list[dict[str, Any]] = json_list()
    facts: dict[str, Any] = json_object()
    at: datetime = moment()
    since: datetime = moment()
    issued: bool = False
    seen: int = 0
    ended_at: datetime | None = maybe_moment()
    ended_why: str = ""


class Sheet(Row, table=True):
    """A document to one unit about one task: its number, what it says and asks, its receipt and its reply.

    `series` numbers them: blue, yellow, red, a step without colour, or urging (催办); `number` is given when it is
    issued. State: drafted → issued → answered | settled (its cause has ended); or dropped, withdrawn before issue.
    `chased`: 1 once the head and the office heard that it is unanswered, 2 once a leader has.
    """

    __table_args__ = (
        UniqueConstraint("year", "series", "number"),
        Index("ix_sheet_task", "task_id", "unit_id"),
        Index("ix_sheet_state", "state"),
    )
    id: int | None = key()
    key: str = Field(unique=True)
    task_id: int = Field(foreign_key="task.id")
    cycle: int
    unit_id: int = Field(foreign_key="unit.id")
    climb_id: int | None = Field(default=None, foreign_key="climb.id")
    series: str
    colour: str = ""
    word: str = ""
    year: int
    number: int | None = None
    cause: str = ""
    facts: dict[str, Any] = json_object()
    text: str = ""
    hears: list[str] = json_list()
    reply_days: int = 3
    reply_by: date | None = None
    state: str = "drafted"
    drafted_at: datetime = moment()
    issued_at: datetime | None = maybe_moment()
    issued_by: int | None = Field(default=None, foreign_key="member.id")
    received_at: datetime | None = maybe_moment()
    received_by: int | None = Field(default=None, foreign_key="member.id")
    answered_at: datetime | None = maybe_moment()
    answered_by: int | None = Field(default=None, foreign_key="member.id")
    answer: str = ""
    ended_at: datetime | None = maybe_moment()
    chased: int = 0
    version: int = 1


class SheetSeries(Row, table=True):
    """The last number given in a series of a year."""

    __tablename__ = "sheet_series"
    year: int = Field(primary_key=True)
    series: str = Field(primary_key=True)
    last: int
