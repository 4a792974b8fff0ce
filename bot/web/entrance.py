"""The webhook entrance: an update is in the inbox, on the disk, before Telegram hears that it arrived."""

import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

log = logging.getLogger(__name__)

LARGEST_BODY = 1 << 20
SECRET_HEADER = "x-telegram-bot-api-secret-token"


@dataclass(frozen=True, slots=True)
class Entrance:
    """`keep` stores updates durably (it blocks); `stored` is called on the loop afterwards."""

    url: str
    secret: str
    keep: Callable[[Sequence[Mapping[str, Any]]], int]
    stored: Callable[[], None]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"

    async def receive(self, request: Request) -> Response:
        """200 once stored; 403 without the secret, 413 when too big, 400 when it is no update, 500 to be sent again."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        update = _update(body)
        if update is None:
            return Response(status_code=400)
        try:
            new = await run_in_threadpool(self.keep, [update])
        except Exception:
            log.exception("webhook: an update could not be stored; Telegram will send it again")
            return Response(status_code=500)
        if new:
            self.stored()
        return Response(status_code=200)


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is too big, whatever its header says."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        return None
    return update
