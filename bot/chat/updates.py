"""An update as it was stored, read as python-telegram-bot knows it."""

from typing import Any

from telegram import Update

# What is left of a message when some other part of it cannot be read.
SPOKEN = frozenset(
    {"message_id", "date", "edit_date", "chat", "from", "text", "caption", "photo", "document", "media_group_id"}
    | {"message_thread_id", "is_topic_message", "migrate_to_chat_id", "reply_to_message"}
)


def read_update(payload: dict[str, Any]) -> Update:
    """The update; of one with a part this version of Telegram's API has otherwise, only what we act on.

    An older server's poll lacks a field that the library demands (TypeError): no reason to park the message.
    """
    try:
        return Update.de_json(payload, None)
    except (TypeError, KeyError, ValueError):
        return Update.de_json({name: _spoken(part) for name, part in payload.items()}, None)


def _spoken(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if "message_id" not in part:
        return {name: _spoken(value) if name == "message" else value for name, value in part.items()}
    kept = {name: value for name, value in part.items() if name in SPOKEN}
    return {name: _spoken(value) if name == "reply_to_message" else value for name, value in kept.items()}
