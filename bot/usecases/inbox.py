"""What comes in: chat updates are stored before they are confirmed, handled once, and parked when they cannot be."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session, col, select

from bot.domain.people import Member
from bot.domain.post import Inbox, Lane, Outbox
from bot.store import inbox, outbox

TRIES = 3
# Every kind of update this bot understands; Telegram sends no others.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


class Ledger(Protocol):
    """What chat and web know of the store: it opens transactions."""

    def reading(self) -> AbstractContextManager[Session]: ...

    def writing(self, *, durable: bool = False) -> AbstractContextManager[Session]: ...


def receive(session: Session, bot_id: int, updates: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Every update stands in the inbox afterwards, exactly once, however often it is delivered; how many were new."""
    return inbox.keep(session, [_row(bot_id, update, now) for update in updates])


def _row(bot_id: int, update: Mapping[str, Any], now: datetime) -> Inbox:
    payload = _storable(update)
    written = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    # The hash is there because a bot idle for a week gets its update ids from a new, random start.
    key = f"{bot_id}:{update['update_id']}:{hashlib.sha256(written.encode()).hexdigest()[:16]}"
    return Inbox(key=key, chat_id=chat_of(payload), payload=payload, received_at=now)


def _storable(value: Any) -> Any:
    """The same JSON without what a database refuses (NUL, half a surrogate pair), for it would stop the intake."""
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", "")
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat whose updates must stay in order; the person, for a button without its message; 0 for none."""
    for kind, body in update.items():
        if kind == "update_id" or not isinstance(body, Mapping):
            continue
        chat = body.get("chat") or (body.get("message") or {}).get("chat") or body.get("from") or {}
        if isinstance(chat.get("id"), int):
            return int(chat["id"])
    return 0


def stumble(session: Session, row: Inbox, error: str, now: datetime, locale: str) -> bool:
    """One more failed try; after the third the update is parked: sender and office are told. True when parked."""
    parked = row.attempts + 1 >= TRIES
    inbox.note_failure(session, row, error, parked=parked)
    if parked:
        outbox.queue(session, _apology(session, row, now, locale))
        facts = {"reference": row.id, "name": _name(row.payload), "error": error.partition(":")[0]}
        outbox.tell_office(session, f"parked:{row.id}", "parked_notice", facts, now)
    return parked


def _apology(session: Session, row: Inbox, now: datetime, locale: str) -> list[Outbox]:
    if row.chat_id == 0 or (row.chat_id < 0 and not _addressed(row.payload)):
        return []
    sender = _sender(row.payload)
    member = session.exec(select(Member).where(Member.user_id == sender, col(Member.left_at).is_(None))).first()
    message = _message(row.payload)
    return [
        *_unpressed(row, now),
        Outbox(
            key=f"parked:{row.id}",
            chat_id=row.chat_id,
            topic_id=message.get("message_thread_id", 0) if message.get("is_topic_message") else 0,
            kind="parked_apology",
            locale=member.locale if member else locale,
            facts={"reference": row.id},
            replies_to=None if "callback_query" in row.payload else message.get("message_id"),
            lane=Lane.REPLY,
            created_at=now,
        ),
    ]


def _unpressed(row: Inbox, now: datetime) -> list[Outbox]:
    """A button whose press could not be handled stops waiting."""
    query = row.payload.get("callback_query")
    facts = {"query_id": query["id"], "alert": False} if query else {}
    answer = Outbox(
        key=f"parked:{row.id}:answer",
        chat_id=row.chat_id,
        method="answer",
        kind="",
        facts=facts,
        lane=Lane.REPLY,
        created_at=now,
    )
    return [answer] if query else []


def _message(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    body = payload.get("callback_query", {}).get("message") or payload.get("message") or payload.get("edited_message")
    return body or {}


def _addressed(payload: Mapping[str, Any]) -> bool:
    """In a group only what was meant for the bot gets an apology: a button, a command, a reply."""
    message = _message(payload)
    text = message.get("text") or message.get("caption") or ""
    return "callback_query" in payload or text.startswith("/") or "reply_to_message" in message


def _person(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    bodies = (body for name, body in payload.items() if name != "update_id" and isinstance(body, Mapping))
    return next((body["from"] for body in bodies if "from" in body), {})


def _sender(payload: Mapping[str, Any]) -> int:
    return int(_person(payload).get("id", 0))


def _name(payload: Mapping[str, Any]) -> str:
    person = _person(payload)
    return " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
