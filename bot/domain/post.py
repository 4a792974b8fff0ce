"""What comes in, what goes out, and what the clock still has to say."""

from datetime import date, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from bot.domain.columns import foreign_number, json_list, json_object, key, maybe_moment, moment
from bot.domain.row import Row


class Lane(IntEnum):
    """The order in which waiting messages leave: replies overtake broadcasts."""

    REPLY = 0
    URGENT = 1
    REMINDER = 2
    DIGEST = 3


class Inbox(Row, table=True):
    """A chat update, stored before it is confirmed. `key` = bot id, update id and hash of the payload."""

    __table_args__ = (
        Index("ix_inbox_waiting", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
    )
    id: int | None = key()
    key: str = Field(unique=True)
    chat_id: int = foreign_number()
    payload: dict[str, Any] = json_object()
    received_at: datetime = moment()
    state: str = "new"
    attempts: int = 0
    error: str = ""


class Outbox(Row, table=True):
    """One message to one chat: kind and facts; its words are found when it is sent.

    `about` tells what a reply to the message, once sent as `message_id`, is about. `edits` is the message it
    rewrites. State: waiting → sending → sent | failed | uncertain | dropped.
    """

    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "lane",
            "id",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_outbox_message", "chat_id", "message_id"),
    )
    id: int | None = key()
    key: str = Field(unique=True)
    chat_id: int = foreign_number()
    topic_id: int = 0
    member_id: int | None = None
    method: str = "send"
    kind: str
    locale: str = "zh"
    facts: dict[str, Any] = json_object()
    about: dict[str, Any] = json_object()
    edits: int | None = foreign_number(nullable=True)
    replies_to: int | None = foreign_number(nullable=True)
    lane: int = Lane.REPLY
    state: str = "waiting"
    not_before: datetime | None = maybe_moment()
    attempts: int = 0
    message_id: int | None = foreign_number(nullable=True)
    error: str = ""
    created_at: datetime = moment()
    done_at: datetime | None = maybe_moment()


class Moment(Row, table=True):
    """The reminder clock: a row for each thing that falls due; `due_at <= now` and not yet said is what is due."""

    __table_args__ = (
        Index(
            "ix_moment_due", "due_at", sqlite_where=text("said_at IS NULL"), postgresql_where=text("said_at IS NULL")
        ),
        Index("ix_moment_task", "task_id"),
    )
    id: int | None = key()
    key: str = Field(unique=True)
    due_at: datetime = moment()
    kind: str
    task_id: int = Field(foreign_key="task.id")
    milestone_id: int | None = Field(default=None, foreign_key="milestone.id")
    day: date
    offset: int
    said_at: datetime | None = maybe_moment()


class Notice(Row, table=True):
    """Something a member should hear, waiting for the hour of their one folded message."""

    __table_args__ = (
        Index(
            "ix_notice_waiting",
            "fold_at",
            sqlite_where=text("said_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("said_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index("ix_notice_task", "task_id"),
    )
    id: int | None = key()
    key: str = Field(unique=True)
    member_id: int = Field(foreign_key="member.id")
    kind: str
    task_id: int | None = Field(default=None, foreign_key="task.id")
    facts: dict[str, Any] = json_object()
    created_at: datetime = moment()
    fold_at: datetime = moment()
    said_at: datetime | None = maybe_moment()
    withdrawn_at: datetime | None = maybe_moment()
    why_withdrawn: str = ""


class Round(Row, table=True):
    """A round the clock has completed; its unique name is the lock that keeps two nodes from running it twice."""

    __tablename__ = "clock_round"
    name: str = Field(primary_key=True)
    at: datetime = moment()
    said: int = 0


class Bulletin(Row, table=True):
    """One issue of the weekly bulletin: drafted, perhaps held, issued; a correction is an issue of its own.

    `next_steps`: the office's own, instead of the computed ones. `reason`: of a correction.
    """

    __table_args__ = (UniqueConstraint("year", "issue", "correction"),)
    id: int | None = key()
    year: int
    issue: int
    correction: int = 0
    as_of: datetime = moment()
    state: str = "draft"
    next_steps: list[str] = json_list()
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    drafted_at: datetime = moment()
    issue_at: datetime = moment()
    issued_at: datetime | None = maybe_moment()
    issued_by: int | None = Field(default=None, foreign_key="member.id")


class Lease(Row, table=True):
    """Which node takes in, handles and sends just now; another takes over when `until` has passed."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = moment()


class Meta(Row, table=True):
    """Small facts about this ledger: the bot's name, the polling offset, whether it was rehearsed on."""

    name: str = Field(primary_key=True)
    value: str = ""
