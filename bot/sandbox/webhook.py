"""Updates pushed to the bot's own URL: in order within a chat, several chats at once, again until the bot says 2xx."""

import asyncio
import re
import time
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.sandbox.arguments import Call
from bot.sandbox.refusals import bad
from bot.sandbox.updates import DEFAULT_TYPES, Update
from bot.sandbox.world import World

LOCAL = {"127.0.0.1", "localhost", "::1"}
PORTS = {80, 88, 443, 8443}
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
SECRET = re.compile(r"[A-Za-z0-9_-]*")


class Webhook:
    """One address and the pushes under way; each chat has its own line, `max_connections` lines move at once."""

    def __init__(self, world: World, url: str, secret: str, max_connections: int) -> None:
        self.world = world
        self.url = url
        self.secret = secret
        self.max_connections = max_connections
        self.last_error: tuple[int, str] | None = None
        self._lines: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(max_connections)
        limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=16)
        self._client = httpx.AsyncClient(timeout=60.0, limits=limits, trust_env=False)
        world.updates.on_put = self.push
        for update in list(world.updates.waiting):
            self.push(update)

    def push(self, update: Update) -> None:
        line = self._lines.get(update.chat_id)
        if line is not None:
            line.append(update)
            return
        self._lines[update.chat_id] = deque([update])
        task = asyncio.get_running_loop().create_task(self._run_line(update.chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_line(self, chat_id: int) -> None:
        line = self._lines[chat_id]
        while line:
            await self._deliver(line[0])
            line.popleft()
        del self._lines[chat_id]

    async def _deliver(self, update: Update) -> None:
        wait = FIRST_WAIT
        while True:
            async with self._room:
                asked = await self._post(update)
            if asked is None:
                update.done = True
                self.world.updates.drop_done()
                return
            await asyncio.sleep(max(wait, asked))
            wait = min(wait * 2, LONGEST_WAIT)

    async def _post(self, update: Update) -> float | None:
        """One try: None when the bot took it, else the seconds it asked to wait (0 when it did not say)."""
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        try:
            answer = await self._client.post(self.url, content=update.body.encode(), headers=headers)
        except httpx.TimeoutException:
            return self._failed("Read timeout expired")
        except httpx.ConnectError:
            return self._failed("Connection refused")
        except httpx.HTTPError as error:
            return self._failed(f"Connection failed: {error}")
        if answer.is_success:
            return None
        self._failed(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
        after = answer.headers.get("Retry-After", "")
        return float(after) if after.isdigit() else 0.0

    def _failed(self, reason: str) -> float:
        self.last_error = (int(time.time()), reason)
        return 0.0

    async def close(self) -> None:
        if self.world.updates.on_put == self.push:
            self.world.updates.on_put = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise bad("bad webhook: Wrong HTTP URL") from None
    local = host in LOCAL
    if parts.scheme not in {"http", "https"} or not host:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.scheme == "http" and not local:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if not local and (port or 443) not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return url


async def set_webhook(world: World, call: Call) -> tuple[bool, str]:
    """Starts pushing to `url` (plain http on loopback only), or stops when it is empty; any waiting poll ends."""
    url = call.text("url").strip()
    if not url:
        return await delete_webhook(world, call)
    _checked_url(url)
    secret = call.text("secret_token")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    connections = call.integer("max_connections", 40, 1, 100)
    given = call.structure("allowed_updates", "allowed_updates") if call.text("allowed_updates") else None
    world.updates.allow(given if isinstance(given, list) else None)
    if call.flag("drop_pending_updates"):
        world.updates.forget_all()
    old: Webhook | None = world.webhook
    if old is not None:
        same = (old.url, old.secret, old.max_connections) == (url, secret, connections)
        if same and not call.flag("drop_pending_updates"):
            return True, "Webhook is already set"
        await old.close()
    world.updates.interrupt("terminated by setWebhook request")
    world.webhook = Webhook(world, url, secret, connections)
    return True, "Webhook was set"


async def delete_webhook(world: World, call: Call) -> tuple[bool, str]:
    if call.flag("drop_pending_updates"):
        world.updates.forget_all()
    old: Webhook | None = world.webhook
    if old is None:
        return True, "Webhook is already deleted"
    world.webhook = None
    await old.close()
    return True, "Webhook was deleted"


def get_webhook_info(world: World, call: Call) -> dict[str, Any]:
    hook: Webhook | None = world.webhook
    shown: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": world.updates.pending(),
    }
    if hook is not None:
        shown |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
        if hook.last_error is not None:
            shown["last_error_date"], shown["last_error_message"] = hook.last_error
    if world.updates.allowed != DEFAULT_TYPES:
        shown["allowed_updates"] = sorted(world.updates.allowed)
    return shown
