"""The people's side of one chat over HTTP: writing, reading, pressing, editing."""

import asyncio
from bisect import bisect_right
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox import people
from bot.sandbox.control_base import body_of, chat_of, message_of
from bot.sandbox.people import Parcel
from bot.sandbox.state import Chat, Message
from bot.sandbox.views import chat_view, message_view
from bot.sandbox.world import World

Json = dict[str, Any]
ANSWER_WAIT = 5.0
PAGE = 60


def shown(world: World, chat: Chat, messages: list[Message]) -> Json:
    return {"messages": [message_view(world, chat, message) for message in messages]}


async def send(world: World, request: Request) -> Json:
    """A person says something: JSON for text, multipart (`file` repeated) for pictures and documents."""
    chat = chat_of(world, request)
    if request.headers.get("content-type", "").startswith("multipart/"):
        return await _send_files(world, request, chat)
    given = await body_of(request)
    user = people.the_user(world, int(given["user_id"]))
    sent = people.send_text(
        world, user, chat, given["text"], reply_to=given.get("reply_to"), thread_id=given.get("thread_id")
    )
    return shown(world, chat, sent)


async def _send_files(world: World, request: Request, chat: Chat) -> Json:
    async with request.form() as form:
        as_document = str(form.get("as", "")) == "document"
        parcels = [
            Parcel(part.filename or "file", part.content_type or "", await part.read(), as_document)
            for part in form.getlist("file")
            if isinstance(part, UploadFile)
        ]
        given = {name: str(value) for name, value in form.items() if not isinstance(value, UploadFile)}
    user = people.the_user(world, int(given["user_id"]))
    reply_to, thread_id = (int(given[name]) if given.get(name) else None for name in ("reply_to", "thread_id"))
    caption = given.get("caption", "")
    sent = people.send_files(world, user, chat, parcels, caption=caption, reply_to=reply_to, thread_id=thread_id)
    return shown(world, chat, sent)


async def send_many(world: World, request: Request) -> Json:
    """Many texts at once, for load: `{"messages": [{"user_id", "text", "chat_id"?, "reply_to"?}]}`."""
    given = await body_of(request)
    ids = []
    for one in given["messages"]:
        user = people.the_user(world, int(one["user_id"]))
        chat = people.the_chat(world, int(one.get("chat_id") or user.id))
        ids += [
            message.id for message in people.send_text(world, user, chat, one["text"], reply_to=one.get("reply_to"))
        ]
    return {"message_ids": ids}


async def messages(world: World, request: Request) -> Json:
    """The chat's messages, newest `limit`, `before` an id; or with `after` a stamp: what came since, waiting for it.

    `by=bot` keeps what the bot said (each message once, as it is now), `wait` is in seconds, `limit` at most 500.
    """
    chat, query = chat_of(world, request), request.query_params
    limit = min(int(query.get("limit", PAGE)), 500)
    if "after" not in query:
        before = int(query.get("before", 0)) or None
        found: list[Message] = []
        for message in reversed(chat.messages.values()):
            if before is None or message.id < before:
                found.append(message)
            if len(found) > limit:
                break
        more = len(found) > limit
        return shown(world, chat, found[:limit][::-1]) | {"more": more, "chat": chat_view(world, chat)}
    after, wait = int(query["after"]), float(query.get("wait", 0))
    by_bot = query.get("by") == "bot"
    ends = asyncio.get_running_loop().time() + wait
    while True:
        news = _said_after(chat, after)[:limit] if by_bot else _after(chat, after)[:limit]
        left = ends - asyncio.get_running_loop().time()
        if news or left <= 0 or world.bus.closed:
            return shown(world, chat, news)
        await world.bus.moved(chat.id, left)


def _said_after(chat: Chat, stamp: int) -> list[Message]:
    found: dict[int, Message] = {}
    for _, message_id in chat.said[bisect_right(chat.said, (stamp, 1 << 62)) :]:
        message = chat.messages.get(message_id)
        if message is not None:
            found[message_id] = message
    return sorted(found.values(), key=lambda message: message.stamp)


def _after(chat: Chat, stamp: int) -> list[Message]:
    return sorted((one for one in chat.messages.values() if one.stamp > stamp), key=lambda message: message.stamp)


async def one_message(world: World, request: Request) -> Json:
    return message_view(world, *message_of(world, request))


async def press(world: World, request: Request) -> Json:
    """Presses a button; with `wait` > 0 (seconds, 5 by default) answers when the bot did, `answered` tells which."""
    chat, message = message_of(world, request)
    given = await body_of(request)
    user = people.the_user(world, int(given["user_id"]))
    button = people.find_button(message, data=given.get("data", ""), label=given.get("label", ""))
    if "callback_data" not in button:
        return {"answered": False, "url": button.get("url", ""), "copy": button.get("copy_text", {}).get("text", "")}
    callback = people.press(world, user, chat, message, button)
    loop = asyncio.get_running_loop()
    ends = loop.time() + float(given.get("wait", ANSWER_WAIT))
    while callback.answer is None and loop.time() < ends and not world.bus.closed:
        await world.bus.moved(chat.id, ends - loop.time())
    answer = callback.answer or {"text": "", "show_alert": False, "url": ""}
    return {"answered": callback.answer is not None, "query_id": callback.id, **answer}


async def edit(world: World, request: Request) -> Json:
    chat, message = message_of(world, request)
    given = await body_of(request)
    user = people.the_user(world, int(given["user_id"]))
    return message_view(world, chat, people.edit_text(world, user, chat, message, given["text"]))


async def react(world: World, request: Request) -> Json:
    chat, message = message_of(world, request)
    given = await body_of(request)
    people.react(world, people.the_user(world, int(given["user_id"])), chat, message, given.get("emoji", ""))
    return message_view(world, chat, message)


async def delete(world: World, request: Request) -> Json:
    chat, message = message_of(world, request)
    people.delete_own(world, people.the_user(world, int(request.query_params["user_id"])), chat, message)
    return {}


async def read(world: World, request: Request) -> Json:
    chat = chat_of(world, request)
    given = await body_of(request)
    user_id, stamp = int(given["user_id"]), int(given["stamp"])
    people.has_read(world, chat, user_id, stamp)
    return {"read": chat.read.get(user_id, 0)}
