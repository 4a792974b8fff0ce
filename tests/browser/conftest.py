"""A real chromium, a running demonstration, and what the sandbox's own tests use."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "sandbox"))
READY_WITHIN = 240


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(autouse=True)
def closed_afterwards(browser: Browser) -> Iterator[None]:
    """What a test opened is closed with it: a page nobody looks at goes on drawing whatever is pushed to it."""
    before = browser.contexts
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


class Demo:
    """`make demo` in a folder of its own; it can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
        command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(self.port)]
        log = self.folder / "log"
        with log.open("w") as said:
            environment = clean | {"DUBAN_DATA": str(self.folder)}
            self.running = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        ends = time.monotonic() + READY_WITHIN
        # It says where it is once everything is lived and answers.
        while "Duban's sandbox" not in log.read_text():
            assert self.running.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.2)

    def stop(self, ended_by: signal.Signals = signal.SIGTERM) -> None:
        self.running.send_signal(ended_by)
        self.running.wait(20)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration with its month lived."""
    running = Demo(tmp_path_factory.mktemp("demo"))
    running.start()
    yield running
    running.stop()
