"""What a conversation must look up: who speaks, in which group, what an earlier message was and was about."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Evidence, Report
from bot.domain.people import Group, Member
from bot.domain.post import Inbox, Outbox
from bot.store import outbox
from bot.store.people import group_by_chat, member_by_user
from bot.usecases.act import Act

ALBUM_SPAN = 40  # how many messages of the chat apart the pictures of one album may be


def speaker(session: Session, user_id: int) -> Member | None:
    return member_by_user(session, user_id)


def group_of(act: Act, chat_id: int, topic_id: int) -> Group | None:
    return group_by_chat(act.session, chat_id, topic_id)


def about(act: Act, chat_id: int, message_id: int) -> dict[str, Any] | None:
    """What one of our own messages was about; None for a message that is not ours."""
    statement = (
        select(Outbox.about)
        .where(Outbox.chat_id == chat_id, Outbox.message_id == message_id)
        .order_by(col(Outbox.id).desc())
    )
    found = act.session.exec(statement).first()
    return dict(found) if found else None


def earlier(act: Act, inbox_id: int, chat_id: int) -> dict[str, Any] | None:
    """The payload of an earlier update of the same chat."""
    row = act.session.get(Inbox, inbox_id)
    return row.payload if row is not None and row.chat_id == chat_id else None


def album(act: Act, chat_id: int, inbox_id: int, media_group_id: str) -> Sequence[tuple[int, dict[str, Any]]]:
    """(inbox id, payload) of the messages that arrived as one album, in order."""
    rows = act.session.exec(
        select(Inbox)
        .where(Inbox.chat_id == chat_id, col(Inbox.id).between(inbox_id - ALBUM_SPAN, inbox_id + ALBUM_SPAN))
        .order_by(col(Inbox.id))
    ).all()
    return [
        (row.id or 0, row.payload)
        for row in rows
        if row.payload.get("message", {}).get("media_group_id") == media_group_id
    ]


def recorded(act: Act, chat_id: int, message_id: int) -> bool:
    """The message has already made a report."""
    found = select(Report.id).where(col(Report.source).startswith(f"{chat_id}:{message_id}:"))
    return act.session.exec(found).first() is not None


def line_recorded(act: Act, source: str) -> bool:
    """This line of a message has already made a report, be it taken back since."""
    return act.session.exec(select(Report.id).where(Report.source == source)).first() is not None


def attached(act: Act, chat_id: int, message_id: int) -> bool:
    """The message's file is evidence already."""
    found = select(Evidence.id).where(col(Evidence.source).startswith(f"{chat_id}:{message_id}:"))
    return act.session.exec(found).first() is not None


def reachable(act: Act, member: Member, yes: bool) -> None:
    """The person has blocked the bot, or let it in again."""
    if yes == (member.unreachable_since is None):
        return
    if not yes:
        outbox.mark_unreachable(act.session, member.user_id, act.now)
        act.record(Deed("unreachable", None, {}, {"member": member.id}))
        return
    fields = {"unreachable_since": None}
    act.carry(
        Decision(
            changes=[Change(Member, member.id or 0, fields, member.version)],
            events=[Deed("reachable", None, {}, {"member": member.id})],
        )
    )


def group_left(act: Act, group: Group) -> None:
    outbox.mark_unreachable(act.session, group.chat_id, act.now)
    act.record(Deed("group_left", None, {"chat": group.chat_id, "unit": group.unit_id}, {}))


def group_moved(act: Act, group: Group, chat_id: int) -> None:
    """A group that became a supergroup has a new id; its binding moves along."""
    event = Deed("group_moved", None, {"chat": group.chat_id}, {"chat": chat_id})
    act.carry(Decision(changes=[Change(Group, group.id or 0, {"chat_id": chat_id})], events=[event]))
