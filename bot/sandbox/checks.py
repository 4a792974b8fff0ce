"""Who may be written to, what may be replied to, and the one door through which the bot's messages enter a chat."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.arguments import Call
from bot.sandbox.refusals import bad, forbidden
from bot.sandbox.state import Chat, Message
from bot.sandbox.world import World


@dataclass(slots=True)
class Place:
    """Where a new message goes: the chat, the topic, the message it answers."""

    chat: Chat
    thread_id: int | None = None
    reply_to: int | None = None
    quote: str = ""


def find_chat(world: World, given: str) -> Chat:
    """The chat an argument names, by id or by @username of a supergroup; 400 when there is none."""
    if not given:
        raise bad("chat_id is empty")
    if given.startswith("@"):
        number = world.usernames.get(given[1:].lower(), 0)
        if number >= 0:
            raise bad("chat not found")
    else:
        try:
            number = int(given)
        except ValueError:
            raise bad("chat not found") from None
    chat = world.chats.get(number)
    if chat is None or chat.id == world.bot.id:
        raise bad("chat not found")
    return chat


def reading(world: World, call: Call) -> Chat:
    """The chat of a call that only looks; the bot must know it."""
    chat = find_chat(world, call.text("chat_id"))
    if chat.private:
        if not world.users[chat.id].started:
            raise bad("chat not found")
        return chat
    status = chat.status_of(world.bot.id)
    if status == "kicked" and chat.type == "supergroup":
        raise forbidden("bot was kicked from the supergroup chat")
    if status == "left" and chat.type == "supergroup" and not chat.username:
        raise forbidden("bot is not a member of the supergroup chat")
    return chat


def writable(world: World, given: str) -> Chat:
    """The chat the bot is about to write to; refuses for upgraded groups, lost membership, blocked or never started."""
    chat = find_chat(world, given)
    if chat.private:
        user = world.users[chat.id]
        if user.is_bot:
            raise forbidden("bot can't send messages to bots")
        if user.blocked:
            raise forbidden("bot was blocked by the user")
        if not user.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat
    if chat.upgraded_to is not None:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.upgraded_to)
    status = chat.status_of(world.bot.id)
    kind = "group chat" if chat.type == "group" else "supergroup chat"
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {kind}")
    if not chat.has(world.bot.id):
        raise forbidden(f"bot is not a member of the {kind}")
    return chat


def find_place(world: World, call: Call) -> Place:
    """The place a send method names: chat_id, message_thread_id, reply_parameters (or the older two arguments)."""
    reply = _reply_parameters(call)
    chat = writable(world, call.text("chat_id"))
    place = Place(chat)
    wanted = int(reply.get("message_id") or 0)
    if wanted > 0:
        other = str(reply.get("chat_id") or chat.id)
        found = chat.messages.get(wanted) if other in {str(chat.id), f"@{chat.username}"} else None
        if found is None or (found.service is not None and "group_chat_created" in found.service):
            if not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        else:
            place.reply_to, place.thread_id = found.id, found.thread_id
            place.quote = _quote(reply, found)
    thread = call.message_id("message_thread_id")
    if thread:
        place.thread_id = _thread(chat, thread)
    return place


def _reply_parameters(call: Call) -> dict[str, Any]:
    given = call.structure("reply_parameters", "reply parameters")
    if given is None:
        return {
            "message_id": call.message_id("reply_to_message_id"),
            "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
        }
    if not isinstance(given, dict):
        raise bad("object expected as reply parameters")
    if given and "message_id" not in given:
        raise bad('can\'t find field "message_id"')
    if "message_id" in given and not str(given["message_id"]).lstrip("-").isdigit():
        raise bad('field "message_id" must be of type Number')
    return given


def _quote(reply: dict[str, Any], found: Message) -> str:
    quote = str(reply.get("quote") or "")
    if quote and quote not in found.text:
        raise bad("QUOTE_TEXT_INVALID")
    return quote


def _thread(chat: Chat, thread_id: int) -> int:
    topic = chat.topics.get(thread_id)
    if not chat.is_forum or topic is None:
        raise bad("message thread not found")
    if topic.closed:
        raise bad("TOPIC_CLOSED")
    return thread_id


def post(world: World, place: Place, call: Call, **fields: Any) -> Message:
    """The bot's message enters the chat, if the sending limits let it."""
    world.limits.spend(place.chat.id, not place.chat.private)
    return put(world, place, call, **fields)


def put(world: World, place: Place, call: Call, **fields: Any) -> Message:
    """The bot's message enters the chat; the limits were asked before."""
    return world.say(
        place.chat,
        world.bot.id,
        thread_id=place.thread_id,
        reply_to=place.reply_to,
        quote=place.quote,
        protected=call.flag("protect_content"),
        silent=call.flag("disable_notification"),
        **fields,
    )


def find_message(world: World, call: Call, what: str) -> tuple[Chat, Message]:
    """The message an edit, pin or deletion names, in a chat the bot may write to; 400 "{what} not found"."""
    given = call.text("chat_id")
    message_id = call.message_id()
    if not given and not message_id:
        if call.text("inline_message_id"):
            raise bad("MESSAGE_ID_INVALID")
        raise bad("message identifier is not specified")
    chat = writable(world, given)
    if not message_id:
        raise bad("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None:
        raise bad(f"{what} not found")
    return chat, message


def link_preview(call: Call) -> dict[str, Any] | None:
    """link_preview_options, or what disable_web_page_preview says of it."""
    given = call.structure("link_preview_options", "link preview options")
    if given is None:
        return {"is_disabled": True} if call.flag("disable_web_page_preview") else None
    if not isinstance(given, dict):
        raise bad("object expected as link preview options")
    for field in ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"):
        if field in given and not isinstance(given[field], bool):
            raise bad(f'field "{field}" must be of type Boolean')
    return {key: value for key, value in given.items() if value} or None
