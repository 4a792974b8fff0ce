"""People, work groups and invitations; who may do what stands in one table."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlmodel import Field

from bot.domain.columns import foreign_number, key, maybe_moment, moment
from bot.domain.refusal import Refusal
from bot.domain.row import Row


class Role(StrEnum):
    """The six roles of domain.md §3."""

    OFFICE = "office"
    LEADER = "leader"
    HEAD = "head"
    LIAISON = "liaison"
    VERIFIER = "verifier"
    VIEWER = "viewer"


class Member(Row, table=True):
    """A person with one role in one unit. Who left keeps the row, with `left_at`."""

    __table_args__ = (
        Index(
            "ix_member_present",
            "user_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_member_unit", "unit_id", "role"),
    )
    id: int | None = key()
    user_id: int = foreign_number(index=True)
    name: str
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    role: str
    locale: str = "zh"
    daily_at: time = time(9)
    quiet_from: time | None = time(22)
    quiet_to: time | None = time(8)
    invited_by: str = ""
    joined_at: datetime = moment()
    left_at: datetime | None = maybe_moment()
    unreachable_since: datetime | None = maybe_moment()
    muted_until: datetime | None = maybe_moment()
    version: int = 1


class Group(Row, table=True):
    """A work group tied to a unit (or, without one, to the office) and, in a forum, to a topic."""

    __tablename__ = "work_group"
    __table_args__ = (UniqueConstraint("chat_id", "topic_id"),)
    id: int | None = key()
    chat_id: int = foreign_number(index=True)
    topic_id: int = Field(default=0)
    title: str = ""
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    locale: str = "zh"
    bound_by: int | None = Field(default=None, foreign_key="member.id")
    bound_at: datetime = moment()
    left_at: datetime | None = maybe_moment()


class Invitation(Row, table=True):
    """A single-use code; only its SHA-256 is kept. It expires by machine time, whatever a rehearsal's clock says."""

    id: int | None = key()
    code_hash: str = Field(unique=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    role: str
    invited_by: str = ""
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()
    used_by: int | None = Field(default=None, foreign_key="member.id")


class Subscription(Row, table=True):
    """A digest at a fixed hour for a person (private chat) or a group."""

    __table_args__ = (UniqueConstraint("chat_id", "rhythm", "scope"),)
    id: int | None = key()
    chat_id: int = foreign_number()
    topic_id: int = 0
    member_id: int = Field(foreign_key="member.id")
    rhythm: str
    day: int | None = None
    at: time
    scope: str = "all"
    next_at: datetime = moment(index=True)
    created_at: datetime = moment()
    until: date | None = None
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


BETWEEN = " \t\u3000-－—–_·/|｜:："  # what people write between their unit's name and their own


def own_name(name: str, unit: str) -> str:
    """市水务局 陈某, 水务局-陈某 → 陈某: the unit stands beside a name wherever it is shown."""
    for known in (unit, unit.removeprefix("市")):
        rest = name.removeprefix(known)
        if known and rest != name and rest[:1] in BETWEEN and rest.strip(BETWEEN):
            return rest.strip(BETWEEN)
    return name


EVERYONE = frozenset(Role)
UNIT_PEOPLE = frozenset({Role.LIAISON, Role.HEAD})
SEES_ALL = frozenset({Role.OFFICE, Role.LEADER, Role.VIEWER})
# Action → who may; whether the task must be their own is the rule's business (`rules` of each feature).
RIGHTS: dict[str, frozenset[Role]] = {
    "read": EVERYONE,
    "read_all": SEES_ALL,
    "receive": UNIT_PEOPLE,
    "report": UNIT_PEOPLE | {Role.OFFICE},
    "attach": UNIT_PEOPLE | {Role.OFFICE, Role.VERIFIER},
    "finish": UNIT_PEOPLE,
    "indicator": frozenset({Role.OFFICE}),
    "indicator_value": UNIT_PEOPLE,
    "difficulty": UNIT_PEOPLE,
    "extend": UNIT_PEOPLE,
    "set_internal": frozenset({Role.OFFICE}),
    "assign": frozenset({Role.OFFICE}),
    "pass_within": UNIT_PEOPLE,
    "cadence": frozenset({Role.OFFICE}),
    "audit": frozenset({Role.OFFICE}),
    "answer_difficulty": frozenset({Role.OFFICE}),
    "close_out": UNIT_PEOPLE,
    "verify": frozenset({Role.VERIFIER, Role.OFFICE}),
    "publish": frozenset({Role.OFFICE}),
    "object": EVERYONE,
    "strike_off": frozenset({Role.OFFICE}),
    "record_paper": frozenset({Role.OFFICE}),
    "amend": frozenset({Role.OFFICE}),
    "look_back": frozenset({Role.VERIFIER, Role.OFFICE}),
    "reopen": frozenset({Role.OFFICE}),
    "instruct": frozenset({Role.LEADER}),
    "opine": frozenset({Role.VERIFIER}),
    "urge": frozenset({Role.OFFICE}),
    "sheet": frozenset({Role.OFFICE}),
    "score": frozenset({Role.OFFICE}),
    "invite": frozenset({Role.OFFICE}),
    "import": frozenset({Role.OFFICE}),
    "answer_question": frozenset({Role.OFFICE}),
    "bind": frozenset({Role.OFFICE}),
    "members": frozenset({Role.OFFICE}),
    "digest": frozenset({Role.OFFICE, Role.LEADER, Role.VIEWER, Role.HEAD, Role.LIAISON, Role.VERIFIER}),
    "bulletin": frozenset({Role.OFFICE}),
    "subscribe": EVERYONE,
}


def may(role: str, action: str) -> bool:
    return Role(role) in RIGHTS[action]


def require(member: Member, action: str) -> None:
    """Refusals: not_your_right."""
    if not may(member.role, action):
        raise Refusal("not_your_right", action=action, role=member.role)
