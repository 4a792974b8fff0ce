"""editMessage…, deleteMessage, pins, answers to pressed buttons, reactions."""

import time
from typing import Any

from bot.sandbox.arguments import Call
from bot.sandbox.checks import find_message, link_preview, writable
from bot.sandbox.formatting import TEXT_LIMIT, read_text
from bot.sandbox.keyboards import read_markup
from bot.sandbox.methods_send import input_media, read_caption
from bot.sandbox.refusals import NOT_MODIFIED, QUERY_TOO_OLD, bad
from bot.sandbox.render import message_json
from bot.sandbox.state import Chat, Message
from bot.sandbox.world import World

Json = dict[str, Any]
VERSIONS_KEPT = 50
DELETABLE_FOR = 48 * 3600
CALLBACK_LIFETIME = 30.0
REACTIONS = {
    "\U0001f44d", "\U0001f44e", "\u2764", "\U0001f525", "\U0001f44f", "\U0001f389", "\U0001f64f", "\U0001f44c",
    "\U0001f4af", "\U0001f914", "\U0001f440", "\U0001f91d", "\u270d", "\U0001fae1", "\U0001f192",
}  # fmt: skip


def _editable(world: World, call: Call) -> tuple[Chat, Message]:
    chat, message = find_message(world, call, "message to edit")
    keyboard = message.markup is not None and "inline_keyboard" not in message.markup
    if message.sender_id != world.bot.id or message.service is not None or message.origin is not None or keyboard:
        raise bad("message can't be edited")
    return chat, message


def _edit(world: World, chat: Chat, message: Message, **changes: Any) -> Json:
    """Writes the changes if they change anything; counts against the limits as a message does."""
    if all(getattr(message, name) == value for name, value in changes.items()):
        raise bad(NOT_MODIFIED)
    world.limits.spend(chat.id, not chat.private)
    if "text" in changes and (message.text, message.entities) != (changes["text"], changes["entities"]):
        message.versions.append((message.edit_date or message.date, message.text, message.entities))
        del message.versions[:-VERSIONS_KEPT]
    for name, value in changes.items():
        setattr(message, name, value)
    message.edit_date = max(world.clock.unix(), 1)
    world.changed(chat, message, by_bot=True)
    return message_json(world, chat, message)


def edit_message_text(world: World, call: Call) -> Json:
    source = call.text("text")
    if not source:
        raise bad("message text is empty")
    preview = link_preview(call)
    text, entities = read_text(source, call.text("parse_mode"), call.arguments.get("entities"), limit=TEXT_LIMIT)
    markup = read_markup(call.arguments.get("reply_markup"), inline_only=True)
    chat, message = _editable(world, call)
    if message.media is not None:
        raise bad("there is no text in the message to edit")
    return _edit(world, chat, message, text=text, entities=entities, markup=markup, preview=preview)


def edit_message_caption(world: World, call: Call) -> Json:
    text, entities = read_caption(call)
    markup = read_markup(call.arguments.get("reply_markup"), inline_only=True)
    chat, message = _editable(world, call)
    if message.media is None:
        raise bad("there is no caption in the message to edit")
    above = call.flag("show_caption_above_media")
    return _edit(world, chat, message, text=text, entities=entities, markup=markup, caption_above=above)


def edit_message_reply_markup(world: World, call: Call) -> Json:
    markup = read_markup(call.arguments.get("reply_markup"), inline_only=True)
    chat, message = _editable(world, call)
    return _edit(world, chat, message, markup=markup)


def edit_message_media(world: World, call: Call) -> Json:
    """Another photo or document in place of the one shown; a text message may become one with media."""
    call.required("media")
    item = call.structure("media", "input media")
    markup = read_markup(call.arguments.get("reply_markup"), inline_only=True)
    chat, message = _editable(world, call)
    text, entities = read_caption(call, item if isinstance(item, dict) else {})
    media = input_media(world, call, item)
    return _edit(world, chat, message, media=media, text=text, entities=entities, markup=markup)


def _deletable(world: World, chat: Chat, message: Message) -> bool:
    young = world.clock.unix() - message.date < DELETABLE_FOR
    if message.service is not None and "group_chat_created" in message.service:
        return False
    own = message.sender_id == world.bot.id
    if chat.private:
        return young
    return (own and young) or chat.status_of(world.bot.id) == "administrator"


def delete_message(world: World, call: Call) -> bool:
    if not call.text("chat_id"):
        raise bad("chat identifier is not specified")
    chat, message = find_message(world, call, "message to delete")
    if not _deletable(world, chat, message):
        raise bad("message can't be deleted for everyone")
    world.remove(chat, message.id)
    return True


def delete_messages(world: World, call: Call) -> bool:
    ids = call.structure("message_ids", "message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > 100:
        raise bad("too many message identifiers specified")
    chat = writable(world, call.text("chat_id"))
    for number in ids:
        message = chat.messages.get(int(number))
        if message is not None and _deletable(world, chat, message):
            world.remove(chat, message.id)
    return True


def _may_pin(world: World, chat: Chat) -> None:
    if chat.private or (chat.type == "group" and chat.has(world.bot.id)):
        return
    if chat.status_of(world.bot.id) != "administrator" or not chat.bot_admin_rights.get("can_pin_messages", True):
        raise bad("not enough rights to manage pinned messages in the chat")


def _told_of_pins(world: World, chat: Chat) -> bool:
    world.changes += 1
    pinned = chat.pinned[-1] if chat.pinned else None
    world.bus.tell(lambda: {"type": "pinned", "chat": chat.id, "message_id": pinned})
    world.bus.ring(chat.id)
    return True


def pin_chat_message(world: World, call: Call) -> bool:
    chat, message = find_message(world, call, "message to pin")
    _may_pin(world, chat)
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    return _told_of_pins(world, chat)


def unpin_chat_message(world: World, call: Call) -> bool:
    chat = writable(world, call.text("chat_id"))
    _may_pin(world, chat)
    message_id = call.message_id() or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(message_id)
    return _told_of_pins(world, chat)


def unpin_all_chat_messages(world: World, call: Call) -> bool:
    chat = writable(world, call.text("chat_id"))
    _may_pin(world, chat)
    chat.pinned.clear()
    return _told_of_pins(world, chat)


def answer_callback_query(world: World, call: Call) -> bool:
    """Answers a pressed button once and in time (about half a minute)."""
    callback = world.callbacks.get(call.text("callback_query_id").strip())
    if len(call.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    if callback is None or callback.answer is not None or time.monotonic() - callback.asked > CALLBACK_LIFETIME:
        raise bad(QUERY_TOO_OLD)
    url = call.text("url")
    if url and not url.startswith(("t.me/", "https://t.me/", f"tg://resolve?domain={world.bot.username}")):
        raise bad("URL_INVALID")
    answer = {"text": call.text("text"), "show_alert": call.flag("show_alert"), "url": url}
    callback.answer = answer
    event = {"type": "answer", "chat": callback.chat_id, "user": callback.user_id, "query": callback.id, **answer}
    world.bus.tell(lambda: event | {"message_id": callback.message_id, "data": callback.data})
    world.bus.ring(callback.chat_id)
    return True


def set_message_reaction(world: World, call: Call) -> bool:
    chat, message = find_message(world, call, "message to react")
    given = call.structure("reaction", "reaction types") or []
    if not isinstance(given, list) or len(given) > 1:
        raise bad("REACTIONS_TOO_MANY")
    emoji = [str(one.get("emoji", "")) for one in given if isinstance(one, dict)]
    if any(one.replace("\ufe0f", "") not in REACTIONS for one in emoji):
        raise bad("REACTION_INVALID")
    if emoji:
        message.reactions[world.bot.id] = emoji
    else:
        message.reactions.pop(world.bot.id, None)
    world.changes += 1
    world.tell_message("edit", chat, message)
    return True
