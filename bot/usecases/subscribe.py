"""Digests at a person's own hour: daily, weekly or monthly."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed, Removal
from bot.domain.people import Role, Subscription, require
from bot.domain.post import Lane
from bot.domain.refusal import Refusal
from bot.store import carry
from bot.store.people import member_by_id
from bot.usecases.act import Act, member_message
from bot.usecases.bulletin import bulletin_buttons
from bot.usecases.digest import bulletin_facts, digest_at

RHYTHMS = ("daily", "weekly", "monthly")
FARTHEST = 63  # days within which every rhythm returns, the longest holiday included
# A digest in which none of these holds anything has nothing to say.
TOLD = ("overdue", "behind", "due_in_30_days", "unreported", "instructions", "difficulties", "corrections")
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
    same = (SUBSCRIPTION.c.rhythm == rhythm, SUBSCRIPTION.c.scope == scope)
    act.session.connection().execute(SUBSCRIPTION.delete().where(SUBSCRIPTION.c.chat_id == chat_id, *same))
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
    """→ how many subscriptions of the chat have ended. Refusals: not_your_right."""
    rows = [row for row in subscriptions(act, chat_id) if rhythm in (None, row.rhythm)]
    for row in rows:
        end(act, chat_id, row.id or 0)
    return len(rows)


def end(act: Act, chat_id: int, subscription_id: int) -> None:
    """It sends no more. Refusals: not_your_right, too_old."""
    row = _own(act, chat_id, subscription_id)
    event = Deed("unsubscribe", None, {"chat": chat_id, "rhythm": row.rhythm, "scope": row.scope}, {})
    act.carry(Decision(removals=[Removal(Subscription, subscription_id)], events=[event]))


def rest(act: Act, chat_id: int, subscription_id: int, *, paused: bool) -> None:
    """It sends nothing until it is taken up again, and then nothing of what was left out.

    Refusals: not_your_right, too_old.
    """
    row = _own(act, chat_id, subscription_id)
    fields = {"paused": paused, "next_at": next_time(act, row.rhythm, row.day, row.at, act.now)}
    event = Deed("subscription_rests", None, {"paused": row.paused}, {"chat": chat_id, "paused": paused})
    act.carry(Decision(changes=[Change(Subscription, subscription_id, fields)], events=[event]))


def _own(act: Act, chat_id: int, subscription_id: int) -> Subscription:
    """The chat's subscription, of the person; in a group the office may see to anybody's."""
    row = next((row for row in subscriptions(act, chat_id) if row.id == subscription_id), None)
    if row is None:
        raise Refusal("too_old")
    if row.member_id != act.person.id and act.person.role != Role.OFFICE:
        raise Refusal("not_your_right", role=act.person.role)
    return row


def subscriptions(act: Act, chat_id: int) -> list[Subscription]:
    mine = select(Subscription).where(Subscription.chat_id == chat_id).order_by(col(Subscription.id))
    # Changes are written past the session's own copies: read them again.
    return list(act.session.exec(mine.execution_options(populate_existing=True)))


def next_time(act: Act, rhythm: str, day: int | None, at: time, after: datetime) -> datetime:
    """The next such moment after `after`; what falls on a day of rest comes on the next working day, once."""
    today = act.office.today(after)
    for n in range(-FARTHEST, FARTHEST):
        candidate = today + timedelta(days=n)
        if _falls(act, rhythm, day, candidate):
            moment = act.office.at(act.office.calendar.next_working(candidate), at)
            if moment > after:
                return moment
    raise AssertionError("every rhythm returns within two months")


def _falls(act: Act, rhythm: str, day: int | None, candidate: date) -> bool:
    if rhythm == "daily":
        return act.office.calendar.is_working(candidate)
    if rhythm == "weekly":
        return candidate.isoweekday() == (day or 1)
    return candidate.day == (day or 1)


def send_due(act: Act) -> int:
    """Each subscription whose hour has come has queued its digest, once; a daily one with nothing to say is silent."""
    due = select(Subscription).where(Subscription.next_at <= act.now, col(Subscription.paused).is_(False))
    said = 0
    for row in act.session.exec(due).all():
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
    key = f"subscription:{row.id}:{row.next_at.isoformat()}"
    buttons = bulletin_buttons(act, act.now, scope)
    if any(facts[name] for name in TOLD) or any(found.changes.values()):
        facts |= {"correction": 0, "buttons": buttons}
        message = member_message(member, "bulletin", facts, key, Lane.DIGEST, None, act.now)
    else:
        # One line, so that silence never means that the bot has stopped.
        following = act.office.local(next_time(act, row.rhythm, row.day, row.at, act.now))
        facts = {name: facts[name] for name in ("scope", "as_of", "totals", "outlook_days")}
        facts |= {"next": following.isoformat(), "buttons": buttons}
        message = member_message(member, "nothing_new", facts, key, Lane.DIGEST, None, act.now)
    message.chat_id, message.topic_id = row.chat_id, row.topic_id
    return act.post(message)
