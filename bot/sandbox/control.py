"""The people's side over HTTP (README.md beside this file): what the page and the tests use. All answers are JSON."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import control_chat, groups, people
from bot.sandbox.control_base import answering, body_of, chat_of
from bot.sandbox.refusals import PeopleError
from bot.sandbox.state import User
from bot.sandbox.views import chat_view, user_view
from bot.sandbox.world import World

Json = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]
KEEP_ALIVE = 20.0
ANSWER_WAIT = 5.0
PAGE = 60


async def add_user(world: World, request: Request) -> Json:
    given = await body_of(request)
    number = int(given.get("id") or world.next_id("user"))
    first, _, last = str(given["name"]).partition(" ")
    existing = world.users.get(number)
    user = existing or User(number, first, given.get("last_name", last), given.get("username", ""))
    user.language_code = given.get("language_code", user.language_code)
    user.started = user.started or bool(given.get("started"))
    if existing is None:
        world.add_user(user)
        world.bus.tell(lambda: {"type": "chats"})
    return user_view(user)


async def add_group(world: World, request: Request) -> Json:
    given = await body_of(request)
    members = [people.the_user(world, int(one)) for one in given.get("members", [])]
    chat = groups.create_group(
        world,
        given["title"],
        members,
        chat_id=given.get("id"),
        supergroup=given.get("type") == "supergroup",
        forum=bool(given.get("forum")),
        username=given.get("username", ""),
        with_bot=bool(given.get("bot", True)),
    )
    return chat_view(world, chat)


async def list_users(world: World, request: Request) -> Json:
    return {"users": [user_view(user) for user in world.users.values()]}


async def list_chats(world: World, request: Request) -> Json:
    return {"chats": [chat_view(world, chat) for chat in world.chats.values()]}


async def one_chat(world: World, request: Request) -> Json:
    chat = chat_of(world, request)
    number = request.query_params.get("user_id")
    return chat_view(world, chat, people.the_user(world, int(number)) if number else None)


async def user_action(world: World, request: Request) -> Json:
    """block, unblock."""
    user = people.the_user(world, int(request.path_params["user"]))
    people.block(world, user, request.path_params["action"] == "block")
    return user_view(user)


async def group_action(world: World, request: Request) -> Json:
    """join, leave, add_bot, promote_bot, demote_bot, kick_bot, remove_bot, upgrade, topic."""
    chat, action = chat_of(world, request), request.path_params["action"]
    given = await body_of(request)
    actor = people.the_user(world, int(given.get("user_id") or next(iter(chat.members))))
    statuses = {"add_bot": "member", "demote_bot": "member", "kick_bot": "kicked", "remove_bot": "left"}
    if action in {"join", "leave"}:
        (groups.join if action == "join" else groups.leave)(world, chat, actor)
    elif action == "promote_bot":
        groups.set_bot(world, chat, actor, "administrator", given.get("rights", {}))
    elif action in statuses:
        groups.set_bot(world, chat, actor, statuses[action])
    elif action == "upgrade":
        chat = groups.upgrade(world, chat, actor)
    elif action == "topic":
        topic = groups.open_topic(world, chat, actor.id, given["name"])
        return {"thread_id": topic.thread_id, "name": topic.name}
    else:
        raise PeopleError(404, f"no action {action}")
    return chat_view(world, chat)


async def commands(world: World, request: Request) -> Json:
    chat = chat_of(world, request)
    user = people.the_user(world, int(request.query_params.get("user_id", chat.id)))
    return {"commands": world.scoped_commands(user, chat)}


async def stored_file(world: World, request: Request) -> Response:
    file = world.files.by_id.get(request.path_params["file"])
    if file is None:
        raise PeopleError(404, "no such file")
    inline = file.mime.startswith("image/") and file.mime != "image/svg+xml"
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    if not inline:
        name = file.name.encode("utf-8").hex("%", 1) if file.name else ""
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''%{name}" if name else "attachment"
    data = await asyncio.to_thread(file.read)
    return Response(data, media_type=file.mime if inline else "application/octet-stream", headers=headers)


async def events(world: World, request: Request) -> Response:
    """Everything that happens, as server-sent events."""

    async def stream() -> AsyncIterator[str]:
        queue = world.bus.listen()
        try:
            yield "retry: 1000\n\n"
            while True:
                event: Json | None = {}
                with suppress(TimeoutError):
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE)
                if event is None:
                    return
                yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n" if event else ": still here\n\n"
        finally:
            world.bus.leave(queue)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


def people_routes(world: World) -> list[Route]:
    table: list[tuple[str, str, Callable[[World, Request], Awaitable[Any]]]] = [
        ("GET", "/users", list_users),
        ("POST", "/users", add_user),
        ("POST", "/users/{user:int}/{action}", user_action),
        ("GET", "/chats", list_chats),
        ("POST", "/groups", add_group),
        ("POST", "/send_many", control_chat.send_many),
        ("GET", "/chats/{chat}", one_chat),
        ("GET", "/chats/{chat}/messages", control_chat.messages),
        ("GET", "/chats/{chat}/commands", commands),
        ("POST", "/chats/{chat}/send", control_chat.send),
        ("POST", "/chats/{chat}/read", control_chat.read),
        ("GET", "/chats/{chat}/messages/{message:int}", control_chat.one_message),
        ("DELETE", "/chats/{chat}/messages/{message:int}", control_chat.delete),
        ("POST", "/chats/{chat}/messages/{message:int}/press", control_chat.press),
        ("POST", "/chats/{chat}/messages/{message:int}/edit", control_chat.edit),
        ("POST", "/chats/{chat}/messages/{message:int}/react", control_chat.react),
        ("POST", "/chats/{chat}/{action}", group_action),
        ("GET", "/files/{file}", stored_file),
        ("GET", "/events", events),
    ]
    return [Route(f"/sandbox{path}", answering(action, world), methods=[method]) for method, path, action in table]
