"""Processes under measurement: a sandbox, the real bot, a peer; each on loopback, on a free port, ended at the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.ledgers import ROOT
from bot.sandbox.client import Sandbox
from bot.sandbox.running import TOKEN, listen

UNLIMITED = "1000000"
PATIENCE = 30.0


class TooLong(Exception):
    """Something that should have come true in seconds did not."""


def until(true: Callable[[], bool], seconds: float = PATIENCE, pause: float = 0.005) -> None:
    """Returns when it is true. Raises TooLong."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TooLong
        time.sleep(pause)


@dataclass(slots=True)
class Child:
    process: "subprocess.Popen[str]"

    def memory(self) -> float:
        """Resident megabytes, children included."""
        own = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in [own, *own.children(recursive=True)]) / 2**20

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def child(*command: str, **environment: str) -> Iterator[Child]:
    """`python -m …` in a process of its own, silent, with compiled modules kept as on any machine."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    started = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=own | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    running = Child(started)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def a_sandbox(*, limits: bool = False) -> Iterator[Sandbox]:
    with listen() as free:
        port = free.getsockname()[1]
    with child("bot.sandbox", "--port", str(port), *(["--limits"] if limits else [])):
        sandbox = Sandbox(f"http://127.0.0.1:{port}", token=TOKEN)
        try:
            sandbox.wait_until_ready(PATIENCE)
            yield sandbox
        finally:
            sandbox.close()


@contextmanager
def a_bot(sandbox: Sandbox, url: str, folder: Path, **settings: str) -> Iterator[Child]:
    """`duban run` polling this sandbox, at no pace unless `settings` give one; ready when it has asked for updates."""
    environment = {
        "DUBAN_TOKEN": sandbox.token,
        "DUBAN_API_URL": sandbox.api_url,
        "DUBAN_DATABASE_URL": url,
        "DUBAN_DATA": str(folder),
        "DUBAN_LISTEN": "127.0.0.1:0",
        "DUBAN_PACE": UNLIMITED,
        "DUBAN_CHAT_PACE": UNLIMITED,
        "DUBAN_GROUP_PACE_PER_MINUTE": UNLIMITED,
    }
    environment |= {f"DUBAN_{name.upper()}": value for name, value in settings.items()}
    with child("bot", "run", **environment) as running:
        until(lambda: called(sandbox, "getwebhookinfo") > 0)
        yield running


@contextmanager
def a_peer(sandbox: Sandbox, module: str, *arguments: str) -> Iterator[Child]:
    """A script of bench/peers/ with the sandbox's address and token as its first arguments; ready when it polls."""
    with child(f"bench.peers.{module}", sandbox.api_url, sandbox.token, *arguments) as running:
        until(lambda: called(sandbox, "deletewebhook") > 0)
        yield running


def called(sandbox: Sandbox, method: str) -> int:
    """How often the bot called this method, as far as the sandbox has answered."""
    found: Mapping[str, int] = sandbox.stats()["methods"].get(method, {})
    return found.get("calls", 0)
