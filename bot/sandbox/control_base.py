"""What every route of the people's side shares: errors as JSON, the chat and the message a path names."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox import people
from bot.sandbox.refusals import PeopleError
from bot.sandbox.state import Chat, Message
from bot.sandbox.world import World

Json = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def answering(action: Callable[[World, Request], Awaitable[Any]], world: World) -> Endpoint:
    """An endpoint that answers what the action returns, or why it cannot be done."""

    async def endpoint(request: Request) -> Response:
        try:
            result = await action(world, request)
        except PeopleError as error:
            return JSONResponse({"error": error.reason}, status_code=error.status)
        except (KeyError, ValueError, TypeError) as error:
            return JSONResponse({"error": f"bad request: {error!r}"}, status_code=400)
        return result if isinstance(result, Response) else JSONResponse(result)

    return endpoint


async def body_of(request: Request) -> Json:
    """The JSON of a request ({} when it has none)."""
    raw = await request.body()
    given = json.loads(raw) if raw else {}
    if not isinstance(given, dict):
        raise ValueError("an object is expected")
    return given


def chat_of(world: World, request: Request) -> Chat:
    return people.the_chat(world, int(request.path_params["chat"]))


def message_of(world: World, request: Request) -> tuple[Chat, Message]:
    chat = chat_of(world, request)
    return chat, people.the_message(chat, int(request.path_params["message"]))
