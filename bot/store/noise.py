"""How much a chat has heard today, and what becomes of a message for which there is no room left."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from bot.domain import noise as rules
from bot.domain.noise import HELD
from bot.domain.people import Member
from bot.domain.periods import Office
from bot.domain.post import Lane, Notice, Outbox
from bot.domain.reminding import fold_at
from bot.store import carry
from bot.store.carry import table_of

OUTBOX = table_of(Outbox)
DAY = timedelta(days=1)
# Room is kept for these, so they take none of the rest.
KEPT = ("daily", "bulletin", "bulletin_draft")


def post_within_budget(session: Session, row: Outbox, office: Office, now: datetime) -> bool:
    """The clock's message is queued, once; beyond the budget a person's is held for the next folded message, and a
    group's goes out on the next working day. → whether it was not queued before."""
    if row.method != "send" or row.lane == Lane.REPLY:
        return carry.add_once(session, row)
    if row.chat_id < 0:
        return _post_to_group(session, row, office, now)
    member = session.get(Member, row.member_id) if row.member_id is not None else None
    left = _room(member, office, now) if member is not None else None
    if member is None or left is None or not rules.may_wait(row):
        return carry.add_once(session, row)
    if heard_today(session, row.chat_id, office, now) < left:
        return carry.add_once(session, row)
    row.state = HELD
    if not carry.add_once(session, row):
        return False
    carry.add_once(session, _notice(row, member, office, now))
    return True


def _room(member: Member, office: Office, now: datetime) -> int | None:
    day = office.first_working_day_after(office.previous(office.week(now)))
    return rules.room(member.role, office.policy.noise, bulletin_day=day == office.today(now))


def heard_today(session: Session, chat_id: int, office: Office, now: datetime) -> int:
    """Messages queued for the chat on this day, answers and what has its room kept apart."""
    c, start = OUTBOX.c, office.at(office.today(now), time(0))
    said = c.method == "send", c.lane > int(Lane.REPLY), c.state != HELD, c.kind.not_in(KEPT if chat_id > 0 else ())
    statement = select(func.count()).where(c.chat_id == chat_id, c.created_at >= start, *said)
    return session.connection().execute(statement).scalar_one()


def _post_to_group(session: Session, row: Outbox, office: Office, now: datetime) -> bool:
    most = office.policy.noise.group
    if most and heard_today(session, row.chat_id, office, now) >= most:
        day = office.calendar.next_working(office.today(now) + DAY)
        row.not_before = office.at(day, office.policy.week.issue)
    return carry.add_once(session, row)


def _notice(row: Outbox, member: Member, office: Office, now: datetime) -> Notice:
    """The held message stands in the next folded one by its first line."""
    return Notice(
        key=f"held:{row.key}",
        member_id=member.id or 0,
        kind=HELD,
        facts={"kind": row.kind, "facts": {**row.facts, "buttons": []}},
        created_at=now,
        fold_at=fold_at(member, now, office),
    )


def release(session: Session, member_id: int) -> int:
    """Everything held back from the person goes out now, as an answer. → messages."""
    c = OUTBOX.c
    held = OUTBOX.update().where(c.member_id == member_id, c.state == HELD)
    return session.connection().execute(held.values(state="waiting", lane=int(Lane.REPLY), not_before=None)).rowcount
