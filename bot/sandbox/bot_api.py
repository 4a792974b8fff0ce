"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>, as one plain ASGI application."""

import asyncio
import inspect
import json
import time
from typing import Any
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from bot.sandbox.arguments import read_call
from bot.sandbox.faults import Fault
from bot.sandbox.files import DOWNLOAD_LIMIT
from bot.sandbox.methods import METHODS
from bot.sandbox.methods_chat import Raw
from bot.sandbox.refusals import METHOD_NOT_FOUND, NOT_FOUND, UNAUTHORIZED, ApiError, too_many
from bot.sandbox.world import World

JSON_HEADERS = (b"content-type", b"application/json")
BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class BotApi:
    """Answers every call; the only place where refusals become JSON."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/file/bot"):
            await self._download(path[9:], send)
            return
        token, _, name = path[4:].partition("/")
        name = name.removeprefix("test/").lower()
        started = time.perf_counter()
        code, description = 200, ""
        try:
            body = await self._answer(token, name, scope, receive)
        except ApiError as refusal:
            code, description = refusal.code, refusal.description
            body = refusal_json(refusal)
            if code == 502:
                body = BAD_GATEWAY
        except Dropped:
            self.world.stats.count(name, 0, time.perf_counter() - started, "dropped")
            await drop(send)
            return
        self.world.stats.count(name, code, time.perf_counter() - started, description)
        kind = (b"content-type", b"text/html") if code == 502 else JSON_HEADERS
        headers = [kind, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": code, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, token: str, name: str, scope: Scope, receive: Receive) -> bytes:
        if unquote(token) != self.world.token:
            raise ApiError(*(UNAUTHORIZED if token.partition(":")[0].isdigit() and ":" in token else NOT_FOUND))
        method = METHODS.get(name)
        if method is None:
            raise ApiError(*METHOD_NOT_FOUND)
        call = await read_call(name, scope, receive)
        fault = self.world.faults.take(name, call.text("chat_id")) if self.world.faults.waiting else None
        if fault is not None:
            await meet_before(fault)
        result = method(self.world, call)
        if inspect.isawaitable(result):
            result = await result
        if fault is not None:
            await meet_after(fault)
        return result_json(result)

    async def _download(self, rest: str, send: Send) -> None:
        token, _, path = rest.partition("/")
        file = self.world.files.by_path.get(unquote(path))
        refusal = None
        if unquote(token) != self.world.token:
            refusal = ApiError(*UNAUTHORIZED)
        elif file is None or file.size > DOWNLOAD_LIMIT:
            refusal = ApiError(404, "Not Found")
        if refusal is not None or file is None:
            body = refusal_json(refusal or ApiError(*NOT_FOUND))
            status, kind = (refusal.code if refusal else 404), b"application/json"
        else:
            body = await asyncio.to_thread(file.read) if file.data is None else file.data
            status, kind = 200, b"application/octet-stream"
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def result_json(result: Any) -> bytes:
    if isinstance(result, Raw):
        return f'{{"ok":true,"result":{result}}}'.encode()
    shown = {"ok": True, "result": result}
    if isinstance(result, tuple):
        shown = {"ok": True, "result": result[0], "description": result[1]}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def refusal_json(refusal: ApiError) -> bytes:
    shown: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        shown["parameters"] = refusal.parameters
    return json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace")


async def meet_before(fault: Fault) -> None:
    """What a fault does to a call before it is carried out."""
    if fault.kind == "429":
        raise too_many(fault.retry_after)
    if fault.kind == "500":
        raise ApiError(500, "Internal Server Error")
    if fault.kind == "502":
        raise ApiError(502, "Bad Gateway")
    if fault.kind == "error":
        raise ApiError(fault.code, fault.description)
    if fault.kind == "drop":
        raise Dropped
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)


async def meet_after(fault: Fault) -> None:
    """What it does once the call was carried out: the caller never learns, or learns late."""
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "drop_after":
        raise Dropped


async def drop(send: Send) -> None:
    """Closes the caller's connection without an answer (under a server that hides it: half an answer)."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
