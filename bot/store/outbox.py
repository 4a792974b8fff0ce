"""The outbox: messages queued in the transaction of their cause, claimed for sending, acknowledged in batches."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.domain.people import Group, Member, Role, Subscription
from bot.domain.post import Lane, Outbox
from bot.store.carry import table_of, values_of

OUTBOX = table_of(Outbox)
# Written out, not bound: the partial index is used only for the very words it was made with.
IS_OPEN = text("state IN ('waiting', 'sending')")
IS_WAITING = text("state = 'waiting'")


@dataclass(frozen=True, slots=True)
class Entry:
    """A waiting message as far as pacing needs to know it."""

    id: int
    chat_id: int
    lane: int
    method: str = "send"


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message: the columns of its row that sending needs (a third of the time of loading the whole)."""

    id: int
    chat_id: int
    topic_id: int
    method: str
    kind: str
    locale: str
    facts: dict[str, Any]
    edits: int | None
    replies_to: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Ack:
    """What became of one message: its new state, and for what was sent the ids it got (the last has the buttons)."""

    id: int
    state: str
    message_ids: tuple[int, ...] = field(default=())
    error: str = ""


def queue(session: Session, rows: Sequence[Outbox]) -> None:
    """The messages wait in the outbox afterwards; what was said under the same key before is not said again."""
    if not rows:
        return
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = make(OUTBOX).on_conflict_do_nothing(index_elements=["key"])
    listed = [{name: value for name, value in values_of(row).items() if name != "id"} for row in rows]
    session.connection().execute(statement, listed)


def tell_office(
    session: Session, key: str, kind: str, facts: dict[str, Any], now: datetime, *, besides: int | None = None
) -> None:
    """Everybody of the office (but the member `besides`) is told once under this key."""
    present = select_rows(Member).where(Member.role == Role.OFFICE, col(Member.left_at).is_(None))
    rows = [
        Outbox(
            key=f"{key}:member{member.id}",
            chat_id=member.user_id,
            member_id=member.id,
            kind=kind,
            locale=member.locale,
            facts=facts,
            lane=Lane.URGENT,
            created_at=now,
        )
        for member in session.exec(present.order_by(col(Member.id)))
        if member.id != besides
    ]
    queue(session, rows)


_WAITING = {
    lane: select(OUTBOX.c.id, OUTBOX.c.chat_id, OUTBOX.c.lane, OUTBOX.c.method)
    .where(
        IS_OPEN,
        IS_WAITING,
        OUTBOX.c.lane == int(lane),
        OUTBOX.c.not_before.is_(None) | (OUTBOX.c.not_before <= bindparam("now")),
    )
    .order_by(OUTBOX.c.id)
    .limit(bindparam("most"))
    for lane in Lane
}


def waiting(session: Session, lane: Lane, now: datetime, limit: int) -> list[Entry]:
    """The first messages of a lane that may leave by now, in the order they were queued."""
    rows = session.connection().execute(_WAITING[lane], {"now": now, "most": limit})
    return [Entry(row.id, row.chat_id, row.lane, row.method) for row in rows]


_LETTER = [OUTBOX.c[each.name] for each in fields(Letter)]
_CLAIM = (
    update(OUTBOX)
    .where(IS_WAITING, OUTBOX.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="sending")
    .returning(*_LETTER)
)


def claim(session: Session, ids: Sequence[int]) -> list[Letter]:
    """Those of these messages that still wait are being sent from now on; what was dropped meanwhile is left out."""
    if not ids:
        return []
    return sorted(
        (Letter(*row) for row in session.connection().execute(_CLAIM, {"ids": list(ids)})), key=lambda letter: letter.id
    )


# An invitation's code is kept as a hash only: once it has been said, the message forgets it too.
_FORGETS = and_(OUTBOX.c.kind == "invited", bindparam("became") != "waiting")
_ACKNOWLEDGE = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == "sending")
    .values(
        state=bindparam("became"),
        message_id=bindparam("message"),
        error=bindparam("why"),
        done_at=bindparam("at"),
        attempts=OUTBOX.c.attempts + 1,
        facts=case((_FORGETS, literal({}, OUTBOX.c.facts.type)), else_=OUTBOX.c.facts),
    )
)


def acknowledge(session: Session, acks: Sequence[Ack], now: datetime) -> None:
    """What became of messages that were being sent stands in their rows; `waiting` means: to be tried again."""
    if not acks:
        return
    listed = [
        {
            "row": ack.id,
            "became": ack.state,
            "message": ack.message_ids[-1] if ack.message_ids else None,
            "why": ack.error[:500],
            "at": None if ack.state == "waiting" else now,
        }
        for ack in acks
    ]
    session.connection().execute(_ACKNOWLEDGE, listed)
    for ack in acks:
        if len(ack.message_ids) > 1:
            _add_parts(session, ack)


def _add_parts(session: Session, ack: Ack) -> None:
    """A message that went out in several parts: each part gets a row, so that a reply to any of them is understood."""
    copied = [c for c in OUTBOX.c if c.name not in ("id", "key", "message_id", "facts")]
    for number, message_id in enumerate(ack.message_ids[:-1], 1):
        part = select(
            OUTBOX.c.key.concat(f"#{number}"), literal(message_id), literal({}, OUTBOX.c.facts.type), *copied
        ).where(OUTBOX.c.id == ack.id)
        names = ["key", "message_id", "facts", *(c.name for c in copied)]
        session.connection().execute(OUTBOX.insert().from_select(names, part))


def release(session: Session) -> int:
    """What a stopped sender left as `sending` waits again; how many that were. Only the holder of the lease may."""
    statement = update(OUTBOX).where(IS_OPEN, text("state = 'sending'")).values(state="waiting")
    return session.connection().execute(statement).rowcount


def move_chat(session: Session, old: int, new: int) -> None:
    """A group has become a supergroup: its bindings, subscriptions and open messages go with it."""
    groups, subscriptions = table_of(Group), table_of(Subscription)
    connection = session.connection()
    connection.execute(update(OUTBOX).where(OUTBOX.c.chat_id == old, IS_OPEN).values(chat_id=new))
    for table, same in ((groups, ("topic_id",)), (subscriptions, ("rhythm", "scope"))):
        there = table.alias()
        twin = select(there.c.id).where(there.c.chat_id == new, *(there.c[name] == table.c[name] for name in same))
        connection.execute(update(table).where(table.c.chat_id == old, ~twin.exists()).values(chat_id=new))


def mark_reached(session: Session, chat_ids: Collection[int]) -> None:
    """People who just got a message are reachable again."""
    people = [chat_id for chat_id in chat_ids if chat_id > 0]
    if people:
        members = table_of(Member)
        session.connection().execute(
            update(members)
            .where(members.c.user_id.in_(people), members.c.unreachable_since.is_not(None))
            .values(unreachable_since=None, version=members.c.version + 1)
        )


def mark_unreachable(session: Session, chat_id: int, now: datetime) -> None:
    """The person, or group, cannot be written to any more; the office is told once each time that happens."""
    if chat_id < 0:
        _mark_left(session, chat_id, now)
        return
    members = table_of(Member)
    newly = (
        update(members)
        .where(members.c.user_id == chat_id, members.c.left_at.is_(None), members.c.unreachable_since.is_(None))
        .values(unreachable_since=now, version=members.c.version + 1)
        .returning(members.c.id, members.c.name)
    )
    for member_id, name in session.connection().execute(newly).all():
        key = f"unreachable:{member_id}:{now.isoformat()}"
        tell_office(session, key, "unreachable", {"name": name}, now, besides=member_id)


def _mark_left(session: Session, chat_id: int, now: datetime) -> None:
    groups = table_of(Group)
    newly = update(groups).where(groups.c.chat_id == chat_id, groups.c.left_at.is_(None)).values(left_at=now)
    titles = session.connection().execute(newly.returning(groups.c.title)).scalars().all()
    if titles:
        key = f"group_lost:{chat_id}:{now.isoformat()}"
        tell_office(session, key, "group_lost", {"title": titles[0]}, now)


def counts(session: Session) -> dict[tuple[int, str], int]:
    """(lane, state) → how many messages; of those already sent only what went wrong."""
    statement = (
        select(OUTBOX.c.lane, OUTBOX.c.state, func.count())
        .where(OUTBOX.c.state.not_in(("sent", "dropped")))
        .group_by(OUTBOX.c.lane, OUTBOX.c.state)
    )
    return {(lane, state): number for lane, state, number in session.connection().execute(statement)}
