"""The way to Telegram: one call made, and whatever comes of it sorted into an outcome. Nothing is raised from here."""

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from typing import Any

import httpx
from telegram import Bot, InputFile, InputMedia, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest, HTTPXRequest

from bot.delivery.archive import CannotFetch
from bot.delivery.outcome import FailedForGood, Later, Moved, Outcome, Sent, TargetGone, Uncertain
from bot.delivery.render import Call, Upload

# httpcore looks for sniffio at every lock it takes, and a module that is not there is searched for on the disk each
# time: a sixth of the processor time of sending (measured). Python takes None for "known to be missing".
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# PTB's own way to have `retry_after` as a timedelta, and no warning each time.
os.environ.setdefault("PTB_TIMEDELTA", "true")

CONNECTIONS = 16
LARGEST_FILE = 20 * 1024 * 1024
# Servers close an idle connection after five seconds or more. To be first avoids writing to one that just closed,
# of which nobody knows whether the message arrived.
KEEP_ALIVE = 4.0
# These say the same thing when they are said twice.
REPEATABLE = frozenset(
    {
        "answerCallbackQuery",
        "deleteMessage",
        "editMessageReplyMarkup",
        "editMessageText",
        "pinChatMessage",
        "sendChatAction",
        "setMyCommands",
    }
)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message thread not found")
_DONE_ALREADY = ("message is not modified", "message to delete not found", "query is too old")
_UNREACHABLE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")


def client(read_timeout: float) -> HTTPXRequest:
    """A client of one connection."""
    options = {"limits": httpx.Limits(max_connections=1, keepalive_expiry=KEEP_ALIVE), "verify": _certificates()}
    return HTTPXRequest(1, read_timeout=read_timeout, write_timeout=20, httpx_kwargs=options)


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes 15 ms and a megabyte for each client."""
    return httpx.create_ssl_context()


class Spread(BaseRequest):
    """Takes each request to a client that is free, the one used last first; waits when all are busy.

    One client for each connection, because httpcore looks over all of a pool's at every request. Measured with eight
    messages under way: 3.6 ms of processor time a message through one pool, 1.4 ms through clients of one connection.
    """

    def __init__(self, connections: int, read_timeout: float) -> None:
        self._clients = [client(read_timeout) for _ in range(connections)]
        self._free = list(self._clients)
        self._places = asyncio.Semaphore(connections)

    @property
    def read_timeout(self) -> float | None:
        return self._clients[0].read_timeout

    async def initialize(self) -> None:
        await asyncio.gather(*(each.initialize() for each in self._clients))

    async def shutdown(self) -> None:
        await asyncio.gather(*(each.shutdown() for each in self._clients))

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        async with self._places:
            free = self._free.pop()
            try:
                return await free.do_request(*args, **kwargs)
            finally:
                self._free.append(free)


@asynccontextmanager
async def open_bot(token: str, api_url: str) -> AsyncIterator[Bot]:
    """A bot that speaks to this Bot API server; getMe is not asked here, so that starting needs no network."""
    sending, polling = Spread(CONNECTIONS, read_timeout=20), client(read_timeout=20)
    bot = Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=sending,
        get_updates_request=polling,
    )
    try:
        yield bot
    finally:
        await sending.shutdown()
        await polling.shutdown()


async def raw(bot: Bot, method: str, parameters: dict[str, Any]) -> Any:
    """The answer's result as JSON: PTB's objects would only be built to be thrown away."""
    # With the bare name PTB warns that it has a method of its own; the underscore falls away on the way.
    return await bot.do_api_request(f"{method}_", parameters)


class Telegram:
    """Performs calls through `bot`; `redact` takes the token out of what an error says."""

    def __init__(self, bot: Bot, redact: Callable[[str], str]) -> None:
        self._bot = bot
        self._redact = redact

    async def perform(self, call: Call) -> Outcome:
        try:
            parameters = {name: _sendable(value) for name, value in call.parameters.items()}
            return Sent(_message_ids(await raw(self._bot, call.method, parameters)))
        except TelegramError as error:
            return sort(error, call.method, self._redact)
        except OSError as error:
            return FailedForGood(self._redact(f"{type(error).__name__}: {error}"))


class Files:
    """Fetches files people sent. Telegram lets a bot have at most 20 MB; a server of one's own might send more."""

    def __init__(self, bot: Bot, redact: Callable[[str], str]) -> None:
        self._bot = bot
        self._redact = redact

    async def fetch(self, file_id: str) -> bytes:
        """The bytes of the file. Raises CannotFetch."""
        try:
            file = await raw(self._bot, "getFile", {"file_id": file_id})
            if file.get("file_size", 0) > LARGEST_FILE:
                raise CannotFetch(f"{file['file_size']} bytes", "too_big")
            url = f"{self._bot.base_file_url}/{file['file_path']}"
            content = await self._bot.request.retrieve(url, read_timeout=60)
        except TelegramError as error:
            reason = self._redact(f"{type(error).__name__}: {error.message}")
            raise CannotFetch(reason, _never(error)) from None
        if len(content) > LARGEST_FILE:
            raise CannotFetch(f"{len(content)} bytes", "too_big")
        return content


def _never(error: TelegramError) -> str:
    """Why the file will never come; empty when it may."""
    said = error.message.lower() if isinstance(error, BadRequest) else ""
    if "file is too big" in said:
        return "too_big"
    return "lost" if "invalid file_id" in said or "file_id_invalid" in said else ""


def sort(error: TelegramError, method: str, redact: Callable[[str], str] = str) -> Outcome:
    """What an error of the Bot API or of the network means for the message."""
    reason = redact(f"{type(error).__name__}: {error.message}")
    match error:
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case RetryAfter():
            wait = error.retry_after
            return Later(reason, wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        case Forbidden():
            return FailedForGood(reason, unreachable=True)
        # Of the same family as a timeout, but an answer: it must come first.
        case BadRequest():
            return _refused(reason)
        case NetworkError():
            return _network(error, method, reason)
        case _:
            # A rejected token, a second poller, an answer that is no JSON: nothing about this message, so it waits.
            return Later(reason, everywhere=True)


def _refused(reason: str) -> Outcome:
    lowered = reason.lower()
    if any(phrase in lowered for phrase in _DONE_ALREADY):
        return Sent()
    if any(phrase in lowered for phrase in _GONE):
        return TargetGone(reason)
    return FailedForGood(reason, unreachable=any(phrase in lowered for phrase in _UNREACHABLE))


def _network(error: NetworkError, method: str, reason: str) -> Outcome:
    if isinstance(error.__cause__, _NEVER_LEFT):
        return Later(reason, everywhere=True)
    if error.__cause__ is not None and isinstance(error.__cause__, httpx.HTTPError):
        # Written, perhaps wholly, and no answer: it may have arrived.
        return Later(reason) if method in REPEATABLE else Uncertain(reason)
    if "request entity too large" in reason.lower():
        return FailedForGood(reason)
    if "gateway time" in reason.lower() and method not in REPEATABLE:
        return Uncertain(reason)
    # The server answered that it could not (500, 502, 503): nothing was sent.
    return Later(reason)


def _message_ids(result: Any) -> tuple[int, ...]:
    messages = result if isinstance(result, list) else [result]
    return tuple(
        message["message_id"] for message in messages if isinstance(message, Mapping) and "message_id" in message
    )


def _sendable(value: Any) -> Any:
    """Our files as PTB's, single or in an album."""
    if isinstance(value, Upload):
        return InputFile(_content(value), filename=value.name)
    if isinstance(value, list) and any(isinstance(each, dict) and "media" in each for each in value):
        return [_media(**each) for each in value]
    return value


def _media(type: str, media: Any, caption: str | None = None, parse_mode: str | None = None) -> InputMedia:
    file = InputFile(_content(media), filename=media.name, attach=True) if isinstance(media, Upload) else media
    kind = InputMediaPhoto if type == "photo" else InputMediaDocument
    return kind(media=file, caption=caption, parse_mode=parse_mode)


def _content(upload: Upload) -> bytes:
    return upload.path.read_bytes() if upload.path else upload.content
