"""What a person sees: messages and chats as the page and the tests read them (not the Bot API's objects)."""

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from bot.sandbox.html_out import to_html
from bot.sandbox.state import Chat, Media, Message, User

if TYPE_CHECKING:
    from bot.sandbox.world import World

Json = dict[str, Any]


def full_name(user: User) -> str:
    return f"{user.first_name} {user.last_name}".strip()


def user_view(user: User) -> Json:
    return {
        "id": user.id,
        "name": full_name(user),
        "username": user.username,
        "bot": user.is_bot,
        "started": user.started,
        "blocked": user.blocked,
        "language_code": user.language_code,
    }


def media_view(world: "World", media: Media) -> Json:
    files = [world.files.by_id[file_id] for file_id in media.file_ids if file_id in world.files.by_id]
    if not files:
        return {"kind": media.kind, "file_id": "", "url": "", "name": media.name, "size": 0, "mime": ""}
    file = files[-1]
    shown: Json = {
        "kind": media.kind,
        "file_id": file.id,
        "unique_id": file.unique_id,
        "url": f"/sandbox/files/{file.id}",
        "name": file.name,
        "size": file.size,
        "mime": file.mime,
    }
    if media.kind == "photo":
        shown.update(width=file.width, height=file.height)
    return shown


def button_view(button: Json) -> Json:
    shown: Json = {"text": button["text"]}
    for kind, field in (("callback", "callback_data"), ("url", "url")):
        if field in button:
            return shown | {"kind": kind, "data" if kind == "callback" else "url": button[field]}
    if "copy_text" in button:
        return shown | {"kind": "copy", "copy": button["copy_text"]["text"]}
    return shown | {"kind": "other"}


def message_view(world: "World", chat: Chat, message: Message) -> Json:
    """One message with everything a person can see or press."""
    sender = world.users[message.sender_id]
    shown: Json = {
        "id": message.id,
        "chat_id": chat.id,
        "stamp": message.stamp,
        "date": message.date,
        "from": {"id": sender.id, "name": full_name(sender), "bot": sender.is_bot},
        "text": message.text,
        "html": to_html(message.text, message.entities),
        "entities": message.entities,
        "buttons": [[button_view(button) for button in row] for row in message.buttons],
        "media": media_view(world, message.media) if message.media else None,
        "album": message.album,
        "edit_date": message.edit_date,
        "service": message.service,
        "silent": message.silent,
        "protected": message.protected,
        "thread_id": message.thread_id,
        "reply_to": _reply_view(world, chat, message),
        "versions": [
            {"date": date, "text": text, "html": to_html(text, entities)} for date, text, entities in message.versions
        ],
        "reactions": {str(user): emoji for user, emoji in message.reactions.items()},
        "caption_above": message.caption_above,
    }
    if message.origin:
        shown["forwarded"] = message.origin
    markup = message.markup or {}
    if "inline_keyboard" not in markup and markup:
        shown["markup"] = markup
    return shown


def _reply_view(world: "World", chat: Chat, message: Message) -> Json | None:
    if message.reply_to is None:
        return None
    target = chat.messages.get(message.reply_to)
    if target is None:
        return {"id": message.reply_to, "name": "", "text": "", "gone": True}
    sender = world.users[target.sender_id]
    text = message.quote or target.text or (target.media.name if target.media else "")
    return {"id": target.id, "name": full_name(sender), "text": text[:160], "media": bool(target.media)}


def unread(world: "World", chat: Chat, user_id: int) -> int:
    """How many things the bot said here after what this person read last."""
    after = chat.read.get(user_id, 0)
    recent = {message_id for _, message_id in chat.said[bisect_right(chat.said, (after, 1 << 62)) :]}
    return sum(1 for message_id in recent if message_id in chat.messages)


def chat_view(world: "World", chat: Chat, user: User | None = None) -> Json:
    """A chat's head: title, members, pinned message, the last message, the reply keyboard shown, what is unread."""
    last = next(reversed(chat.messages.values()), None)
    shown: Json = {
        "id": chat.id,
        "type": chat.type,
        "title": full_name(world.bot) if chat.private else chat.title,
        "members": [] if chat.private else [user_view(world.users[one]) for one in chat.members if chat.has(one)],
        "pinned": chat.pinned[-1] if chat.pinned else None,
        "topics": [{"thread_id": topic.thread_id, "name": topic.name} for topic in chat.topics.values()],
        "upgraded_to": chat.upgraded_to,
        "last": message_view(world, chat, last) if last else None,
    }
    if user is not None:
        shown["unread"] = unread(world, chat, user.id)
        shown["read"] = chat.read.get(user.id, 0)
        shown["blocked"] = user.blocked and chat.private
        shown["started"] = user.started or not chat.private
    return shown
