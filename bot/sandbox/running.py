"""Running the sandbox: in a background thread for tests, or as a process of its own (`python -m bot.sandbox`)."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from bot.sandbox.client import Sandbox
from bot.sandbox.server import SandboxApp, create_app

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
USERNAME = "duban_sandbox_bot"


def configured(app: SandboxApp, **options: Any) -> uvicorn.Config:
    """Quiet and quick: no access log, connections kept alive, an open stream never holds up the end."""
    return uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        lifespan="on",
        backlog=2048,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        server_header=False,
        date_header=False,
        **options,
    )


def listen(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one."""
    # The protocol is named because asyncio switches Nagle off only for sockets that say TCP: 40 ms a call otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


class QuickServer(uvicorn.Server):
    """A server that ends at once: uvicorn's own looks every 0.1 s whether it should, and then waits 0.1 s more."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        await self.lifespan.shutdown()


@contextmanager
def serve(port: int = 0, *, token: str = TOKEN, bot_username: str = USERNAME, **demo: Any) -> Iterator[Sandbox]:
    """Runs a sandbox in a background thread and gives a client to it; `demo` goes to create_app. Stops at the end."""
    app = create_app(token=token, bot_username=bot_username, **demo)
    server = QuickServer(configured(app))
    listener = listen(port)
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve(sockets=[listener]))
        loop.close()

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sandbox = Sandbox(url, token=token, bot_username=bot_username)
    try:
        sandbox.wait_until_ready()
        yield sandbox
    finally:
        sandbox.close()
        if not loop.is_closed():
            loop.call_soon_threadsafe(app.stop)
            loop.call_soon_threadsafe(server.ending.set)
        thread.join(timeout=10)
        listener.close()
