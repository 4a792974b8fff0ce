"""What a person can do: write, reply, send pictures and files, press, edit, react, block. Updates follow to the bot."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox.entities import utf16_length
from bot.sandbox.formatting import TEXT_LIMIT, find_entities, tidy
from bot.sandbox.refusals import ApiError, PeopleError
from bot.sandbox.render import administrator_rights, chat_json, message_json, user_json
from bot.sandbox.state import Callback, Chat, Media, Message, User
from bot.sandbox.world import World

CALLBACKS_KEPT = 10_000


@dataclass(slots=True)
class Parcel:
    """A file a person attaches; pictures go as photos unless `as_document`."""

    name: str
    mime: str
    data: bytes
    as_document: bool = False


def the_user(world: World, user_id: int) -> User:
    user = world.users.get(user_id)
    if user is None:
        raise PeopleError(404, f"no user {user_id}")
    return user


def the_chat(world: World, chat_id: int) -> Chat:
    chat = world.chats.get(chat_id)
    if chat is None:
        raise PeopleError(404, f"no chat {chat_id}")
    return chat


def the_message(chat: Chat, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None:
        raise PeopleError(404, f"no message {message_id} in chat {chat.id}")
    return message


def _may_speak(world: World, user: User, chat: Chat) -> None:
    if chat.private:
        if chat.id != user.id:
            raise PeopleError(403, f"user {user.id} has no part in the private chat {chat.id}")
        if user.blocked:
            raise PeopleError(409, f"user {user.id} blocked the bot: unblock first")
        user.started = True
    elif chat.upgraded_to is not None:
        raise PeopleError(409, f"group {chat.id} became the supergroup {chat.upgraded_to}")
    elif not chat.has(user.id):
        raise PeopleError(403, f"user {user.id} is no member of chat {chat.id}")


def bot_sees(world: World, chat: Chat, message: Message) -> bool:
    """Whether the bot is told of a person's message: privacy mode shows it commands and replies to itself only.

    A plain @mention is not shown (core.telegram.org/bots/features, privacy mode); an administrator sees everything.
    """
    if chat.private:
        return True
    if not chat.has(world.bot.id):
        return False
    if not world.privacy or chat.status_of(world.bot.id) == "administrator":
        return True
    target = chat.messages.get(message.reply_to) if message.reply_to is not None else None
    if target is not None and target.sender_id == world.bot.id:
        return True
    if not message.text.startswith("/"):
        return False
    _, _, addressee = message.text.split(maxsplit=1)[0].partition("@")
    return not addressee or addressee.lower() == world.bot.username.lower()


def _tell_bot(world: World, kind: str, chat: Chat, message: Message) -> None:
    if bot_sees(world, chat, message):
        world.updates.put(kind, message_json(world, chat, message), chat.id)


def _pieces(text: str) -> list[str]:
    """A long text as a client sends it: several messages of at most 4096 UTF-16 units."""
    pieces: list[str] = []
    piece: list[str] = []
    units = 0
    for char in text:
        size = utf16_length(char)
        if units + size > TEXT_LIMIT:
            pieces.append("".join(piece))
            piece, units = [], 0
        piece.append(char)
        units += size
    pieces.append("".join(piece))
    return pieces


def send_text(
    world: World, user: User, chat: Chat, text: str, *, reply_to: int | None = None, thread_id: int | None = None
) -> list[Message]:
    """The person writes; a text over 4096 units becomes several messages, as in the apps."""
    _may_speak(world, user, chat)
    cleaned, _ = tidy(text, [])
    if not cleaned:
        raise PeopleError(400, "nothing to send")
    thread_id = _thread_of(chat, reply_to, thread_id)
    has_read(world, chat, user.id, chat.said[-1][0] if chat.said else 0)
    sent = []
    pieces = [cleaned] if len(cleaned) * 2 <= TEXT_LIMIT or utf16_length(cleaned) <= TEXT_LIMIT else _pieces(cleaned)
    for piece in pieces:
        message = world.say(
            chat, user.id, text=piece, entities=find_entities(piece), reply_to=reply_to, thread_id=thread_id
        )
        _tell_bot(world, "message", chat, message)
        sent.append(message)
    return sent


def has_read(world: World, chat: Chat, user_id: int, stamp: int) -> None:
    """The person has seen all that was said here up to the stamp; who writes has."""
    if stamp > chat.read.get(user_id, 0):
        chat.read[user_id] = stamp
        world.changes += 1
        world.bus.tell(lambda: {"type": "read", "chat": chat.id, "user": user_id, "stamp": stamp})


def _thread_of(chat: Chat, reply_to: int | None, thread_id: int | None) -> int | None:
    if reply_to is not None:
        target = the_message(chat, reply_to)
        return target.thread_id if thread_id is None else thread_id
    if thread_id is not None and thread_id not in chat.topics:
        raise PeopleError(404, f"no topic {thread_id} in chat {chat.id}")
    return thread_id


def send_files(
    world: World,
    user: User,
    chat: Chat,
    parcels: list[Parcel],
    *,
    caption: str = "",
    reply_to: int | None = None,
    thread_id: int | None = None,
) -> list[Message]:
    """One file or an album; the caption stands under the first, and the bot gets one message for each."""
    _may_speak(world, user, chat)
    if not 1 <= len(parcels) <= 10:
        raise PeopleError(400, "an album holds 2 to 10 files")
    thread_id = _thread_of(chat, reply_to, thread_id)
    try:
        media = [_stored(world, parcel) for parcel in parcels]
    except ApiError as refusal:
        raise PeopleError(400, refusal.description) from None
    albums = {kind: _album([one for one in media if one.kind == kind]) for kind in ("photo", "document")}
    text, _ = tidy(caption, [])
    has_read(world, chat, user.id, chat.said[-1][0] if chat.said else 0)
    sent = []
    for one in media:
        message = world.say(
            chat,
            user.id,
            text=text,
            entities=find_entities(text),
            media=one,
            album=albums[one.kind],
            reply_to=reply_to,
            thread_id=thread_id,
        )
        _tell_bot(world, "message", chat, message)
        sent.append(message)
        text = ""
    return sent


def _album(media: list[Media]) -> str:
    """An id for two and more of one kind; pictures and documents never share an album."""
    return str(14_000_000_000_000_000 + secrets.randbelow(10**15)) if len(media) > 1 else ""


def _stored(world: World, parcel: Parcel) -> Media:
    picture = parcel.mime in {"image/png", "image/jpeg", "image/webp"} and not parcel.as_document
    return world.files.photo(parcel.data) if picture else world.files.document(parcel.data, parcel.name, parcel.mime)


def edit_text(world: World, user: User, chat: Chat, message: Message, text: str) -> Message:
    """The person edits a message of his own; the bot gets edited_message."""
    if message.sender_id != user.id or message.service is not None:
        raise PeopleError(403, "only one's own message can be edited")
    _may_speak(world, user, chat)
    cleaned, _ = tidy(text, [])
    if not cleaned and message.media is None:
        raise PeopleError(400, "nothing to send")
    message.versions.append((message.edit_date or message.date, message.text, message.entities))
    message.text, message.entities = cleaned, find_entities(cleaned)
    message.edit_date = world.clock.unix()
    world.changed(chat, message, by_bot=False)
    _tell_bot(world, "edited_message", chat, message)
    return message


def delete_own(world: World, user: User, chat: Chat, message: Message) -> None:
    """The person deletes a message of his own; a bot is not told of that."""
    if message.sender_id != user.id and not chat.private:
        raise PeopleError(403, "only one's own message can be deleted")
    world.remove(chat, message.id)


def find_button(message: Message, *, data: str = "", label: str = "") -> dict[str, Any]:
    """The button with this callback data, or with this label (exact, else the only one that contains it)."""
    buttons = [button for row in message.buttons for button in row]
    for button in buttons:
        if (data and button.get("callback_data") == data) or (label and button["text"] == label):
            return button
    near = [button for button in buttons if label and label in button["text"]]
    if len(near) == 1:
        return near[0]
    shown = ", ".join(button["text"] for button in buttons) or "none"
    raise PeopleError(404, f"no button {label or data} on message {message.id}; buttons: {shown}")


def press(world: World, user: User, chat: Chat, message: Message, button: dict[str, Any]) -> Callback:
    """The person presses a callback button; the bot gets callback_query with the whole message."""
    if (chat.private and chat.id != user.id) or (not chat.private and not chat.has(user.id)):
        raise PeopleError(403, f"user {user.id} has no part in chat {chat.id}")
    if "callback_data" not in button:
        raise PeopleError(400, f"the button {button['text']!r} asks nothing of the bot")
    number = str(world.next_id("callback") * 1000 + secrets.randbelow(1000))
    callback = Callback(number, user.id, chat.id, message.id, button["callback_data"], time.monotonic())
    world.callbacks[number] = callback
    if len(world.callbacks) > CALLBACKS_KEPT:
        world.callbacks.pop(next(iter(world.callbacks)))
    payload = {
        "id": number,
        "from": user_json(user),
        "message": message_json(world, chat, message),
        "chat_instance": str(7_000_000_000_000 + abs(chat.id)),
        "data": callback.data,
    }
    world.updates.put("callback_query", payload, chat.id)
    return callback


def react(world: World, user: User, chat: Chat, message: Message, emoji: str) -> None:
    """The person reacts (an empty emoji takes it back); the bot is told if it asked for message_reaction."""
    old = message.reactions.get(user.id, [])
    new = [emoji] if emoji else []
    if new:
        message.reactions[user.id] = new
    else:
        message.reactions.pop(user.id, None)
    world.changes += 1
    world.tell_message("edit", chat, message)
    if chat.private or chat.status_of(world.bot.id) == "administrator":
        payload = {
            "chat": chat_json(world, chat),
            "message_id": message.id,
            "user": user_json(user),
            "date": world.clock.unix(),
            "old_reaction": [{"type": "emoji", "emoji": one} for one in old],
            "new_reaction": [{"type": "emoji", "emoji": one} for one in new],
        }
        world.updates.put("message_reaction", payload, chat.id)


def block(world: World, user: User, blocked: bool) -> None:
    """The person stops the bot, or lets it speak again; the bot gets my_chat_member."""
    if user.blocked == blocked:
        return
    user.blocked = blocked
    world.changes += 1
    statuses = ("member", "kicked") if blocked else ("kicked", "member")
    payload = membership_json(world, the_chat(world, user.id), user, statuses)
    world.updates.put("my_chat_member", payload, user.id)
    world.bus.tell(lambda: {"type": "chats"})


def membership_json(world: World, chat: Chat, actor: User, statuses: tuple[str, str]) -> dict[str, Any]:
    """ChatMemberUpdated about the bot itself: from the first status to the second."""

    def side(status: str) -> dict[str, Any]:
        shown: dict[str, Any] = {"user": user_json(world.bot), "status": status}
        if status == "kicked":
            shown["until_date"] = 0
        if status == "administrator":
            shown |= {"can_be_edited": False, "is_anonymous": False}
            shown |= administrator_rights(chat, world.bot, world.bot.id)
        return shown

    return {
        "chat": chat_json(world, chat),
        "from": user_json(actor),
        "date": world.clock.unix(),
        "old_chat_member": side(statuses[0]),
        "new_chat_member": side(statuses[1]),
    }
