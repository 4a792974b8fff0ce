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
PATIENCE = 60.0


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
        resident: int = sum(each.memory_info().rss for each in [own, *own.children(recursive=True)])
        return resident / 2**20

    def processor(self) -> float:
        """Seconds of processor time it has spent, and the children it has waited for."""
        times = psutil.Process(self.process.pid).cpu_times()
        spent: float = times.user + times.system + times.children_user + times.children_system
        return spent

    def kill(self) -> None:
        """With -9, and gone."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.kill()


def finished(*command: str, **environment: str) -> str:
    """`python -m …` from its start to its end. → what it printed; raises CalledProcessError when it was refused."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=_environment(environment),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Ours without its settings, with compiled modules kept as on any machine, and what is given."""
    dropped = ("DUBAN_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | dict(given)


@contextmanager
def child(*command: str, **environment: str) -> Iterator[Child]:
    """`python -m …` in a process of its own, silent."""
    started = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=_environment(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    running = Child(started)
    try:
        yield running
    finally:
        running.stop()


def free_port() -> int:
    with listen() as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def a_sandbox(*, limits: bool = False) -> Iterator[Sandbox]:
    port = free_port()
    with child("bot.sandbox", "--port", str(port), *(["--limits"] if limits else [])):
        sandbox = Sandbox(f"http://127.0.0.1:{port}", token=TOKEN)
        try:
            sandbox.wait_until_ready(PATIENCE)
            yield sandbox
        finally:
            sandbox.close()


def bot_settings(sandbox: Sandbox, url: str, folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a bot on this sandbox and database, at no pace unless `settings` give one."""
    given = {
        "token": sandbox.token,
        "api_url": sandbox.api_url,
        "database_url": url,
        "data": str(folder),
        "listen": "127.0.0.1:0",
        "pace": UNLIMITED,
        "chat_pace": UNLIMITED,
        "group_pace_per_minute": UNLIMITED,
    }
    return {f"DUBAN_{name.upper()}": value for name, value in (given | settings).items()}


@contextmanager
def a_bot(sandbox: Sandbox, url: str, folder: Path, **settings: str) -> Iterator[Child]:
    """`duban run` polling this sandbox; ready when it has asked for updates."""
    with child("bot", "run", **bot_settings(sandbox, url, folder, **settings)) as running:
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
