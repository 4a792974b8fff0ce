"""Digests at a person's own hour: daily, weekly or monthly."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Decision, Deed
from bot.domain.people import Subscription, require
from bot.domain.post import Lane, Outbox
from bot.domain.refusal import Refusal
from bot.store import carry
from bot.store.people import member_by_id
from bot.usecases.act import Act
from bot.usecases.bulletin import composition_button
from bot.usecases.digest import bulletin_facts, digest_at

RHYTHMS = ("daily", "weekly", "monthly")
SUBSCRIPTION = carry.table_of(Subscription)


def subscribe(
    act: Act, chat_id: int, topic_id: int, rhythm: str, day: int | None, at: time, scope: str
) -> Subscription:
    """The chat gets a digest of the scope at that hour; asking again changes the hour.

    `day`: 1-7 from Monday for weekly, 1-28 for monthly. Refusals: not_your_right, bad_rhythm.
    """
    require(act.person, "subscribe")
    if rhythm not in RHYTHMS:
        raise Refusal("bad_rhythm", text=rhythm)
    unsubscribe(act, chat_id, rhythm)
    row = Subscription(
        chat_id=chat_id,
        topic_id=topic_id,
        member_id=act.person.id or 0,
        rhythm=rhythm,
        day=day,
        at=at,
        scope=scope,
        next_at=next_time(act, rhythm, day, at, act.now),
        created_at=act.now,
    )
    event = Deed("subscribe", None, {}, {"chat": chat_id, "rhythm": rhythm, "day": day, "at": str(at), "scope": scope})
    act.carry(Decision(additions=[row], events=[event]))
    return row


def unsubscribe(act: Act, chat_id: int, rhythm: str | None = None) -> int:
    """→ how many subscriptions of the chat have ended."""
    where = [SUBSCRIPTION.c.chat_id == chat_id]
    if rhythm is not None:
        where.append(SUBSCRIPTION.c.rhythm == rhythm)
    ended = act.session.connection().execute(SUBSCRIPTION.delete().where(*where)).rowcount
    if ended:
        act.record(Deed("unsubscribe", None, {"chat": chat_id, "count": ended}, {}))
    return ended


def subscriptions(act: Act, chat_id: int) -> list[Subscription]:
    return list(
        act.session.exec(select(Subscription).where(Subscription.chat_id == chat_id).order_by(col(Subscription.id)))
    )


def next_time(act: Act, rhythm: str, day: int | None, at: time, after: datetime) -> datetime:
    """The next such moment after `after`; a daily one falls on working days only."""
    today = act.office.today(after)
    for n in range(63):
        candidate = today + timedelta(days=n)
        if _falls(act, rhythm, day, candidate) and act.office.at(candidate, at) > after:
            return act.office.at(candidate, at)
    raise AssertionError("every rhythm returns within two months")


def _falls(act: Act, rhythm: str, day: int | None, candidate: date) -> bool:
    if rhythm == "daily":
        return act.office.calendar.is_working(candidate)
    if rhythm == "weekly":
        return candidate.isoweekday() == (day or 1)
    return candidate.day == (day or 1)


def send_due(act: Act) -> int:
    """Each subscription whose hour has come has queued its digest, once; a daily one with nothing to say is silent."""
    rows = act.session.exec(select(Subscription).where(Subscription.next_at <= act.now)).all()
    said = 0
    for row in rows:
        said += _send(act, row)
        act.session.connection().execute(
            SUBSCRIPTION.update()
            .where(SUBSCRIPTION.c.id == row.id)
            .values(next_at=next_time(act, row.rhythm, row.day, row.at, act.now))
        )
    return said


def _send(act: Act, row: Subscription) -> bool:
    member = member_by_id(act.session, row.member_id)
    if member is None or member.left_at is not None:
        return False
    scope = row.scope
    found = digest_at(act, act.now, scope)
    facts: dict[str, Any] = bulletin_facts(act, found, scope)
    if row.rhythm == "daily" and not (found.overdue or found.behind or found.due_soon):
        return False
    facts |= {"correction": 0, "buttons": composition_button(act, act.now, scope) if row.chat_id > 0 else []}
    return act.post(
        Outbox(
            key=f"subscription:{row.id}:{row.next_at.isoformat()}",
            chat_id=row.chat_id,
            topic_id=row.topic_id,
            member_id=member.id,
            kind="bulletin",
            locale=member.locale,
            facts=facts,
            lane=Lane.DIGEST,
            created_at=act.now,
        )
    )
