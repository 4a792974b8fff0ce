"""One call of the Bot API: its method and arguments, read from the query, a form, JSON or multipart."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Receive, Scope

from bot.sandbox.files import UPLOAD_LIMIT
from bot.sandbox.refusals import TOO_LARGE, ApiError, bad

FORM_SLACK = 1 << 20


@dataclass(slots=True)
class Upload:
    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Call:
    """Arguments are kept as sent; the readers below turn them into what Telegram makes of them."""

    method: str
    arguments: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.arguments.get(name, "")
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else json.dumps(value, ensure_ascii=False)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise bad(f'parameter "{name}" is required')
        return value

    def integer(self, name: str, default: int = 0, low: int = -(2**31), high: int = 2**31 - 1) -> int:
        value = self.text(name).strip()
        try:
            number = int(value) if value else default
        except ValueError:
            number = 0
        return min(max(number, low), high)

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def structure(self, name: str, what: str) -> Any:
        """An argument that is JSON; None when it is not given."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None

    def message_id(self, name: str = "message_id") -> int:
        return max(0, self.integer(name))


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > UPLOAD_LIMIT + FORM_SLACK:
            raise ApiError(*TOO_LARGE)
        yield chunk
        if not message.get("more_body"):
            return


async def read_call(method: str, scope: Scope, receive: Receive) -> Call:
    """Reads the whole request; 413 for more than 50 MB, as Telegram's front does."""
    headers = dict(scope["headers"])
    kind = headers.get(b"content-type", b"").decode("latin-1")
    call = Call(method)
    if scope["query_string"]:
        call.arguments.update(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if kind.startswith("multipart/form-data"):
        if int(headers.get(b"content-length", b"0") or 0) > UPLOAD_LIMIT + FORM_SLACK:
            async for _ in _body(receive):
                pass
            raise ApiError(*TOO_LARGE)
        await _read_multipart(call, Request(scope, receive))
        return call
    body = b"".join([chunk async for chunk in _body(receive)])
    if not body:
        return call
    if kind.startswith("application/json"):
        try:
            given = json.loads(body)
        except ValueError:
            raise bad("can't parse request body as JSON object") from None
        if not isinstance(given, dict):
            raise bad("can't parse request body as JSON object")
        call.arguments.update(given)
    else:
        call.arguments.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return call


async def _read_multipart(call: Call, request: Request) -> None:
    async with request.form(max_part_size=1 << 22) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data = await value.read()
                if len(data) > UPLOAD_LIMIT:
                    raise ApiError(*TOO_LARGE)
                call.uploads[name] = Upload(value.filename or "file", value.content_type or "", data)
            else:
                call.arguments[name] = value
