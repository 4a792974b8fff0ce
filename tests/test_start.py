"""What a start loads and says, and what a long verb shows: each in a process of its own."""

import gc
import os
import pty
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from nodes import until
from town import a_plan_of

from bot.domain.refusal import Refusal
from bot.sandbox.running import listen, serve
from bot.store.collector import uncollected

ROOT = Path(__file__).resolve().parent.parent
# PostgreSQL, migrations, workbooks to write and to read, Word files, photographs, traditional characters, calendars.
WHEN_USED = {"psycopg", "alembic", "openpyxl", "python_calamine", "docx", "lxml", "PIL", "dhash", "opencc", "icalendar"}


def loaded_by(code: str) -> set[str]:
    """The top-level packages in memory after this code ran in a new process."""
    told = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_a_running_bot_holds_nothing_heavy_it_may_never_use() -> None:
    loaded = loaded_by("import bot.__main__, bot.app, bot.node, bot.delivery.telegram")
    assert "telegram" in loaded
    assert loaded & WHEN_USED == set()


def test_a_started_bot_says_once_who_it_is_and_is_silent_afterwards(tmp_path: Path) -> None:
    with serve() as sandbox, listen() as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        settings = {
            "DUBAN_TOKEN": sandbox.token,
            "DUBAN_API_URL": sandbox.api_url,
            "DUBAN_DATABASE_URL": f"sqlite:///{tmp_path}/duban.db",
            "DUBAN_DATA": str(tmp_path),
            "DUBAN_LISTEN": address,
        }
        log = tmp_path / "log"
        with log.open("w") as written:
            bot = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=ROOT,
                env=os.environ | settings,
                stdout=written,
                stderr=written,
            )
        try:
            until(lambda: "is up" in log.read_text(), timeout=60)
            with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
                assert client.get(f"http://{address}/metrics").status_code == 200
        finally:
            bot.terminate()
            bot.wait()
        [line] = log.read_text().splitlines()
    assert line.partition("bot.node ")[2] == (
        f"@{sandbox.bot_username} is up: polling {sandbox.api_url}, sqlite:///{tmp_path}/duban.db, listening at {address}"
    )
    assert sandbox.token not in line


def test_an_import_shows_how_far_it_is_on_a_terminal(tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(a_plan_of(3), encoding="utf-8")
    terminal, its_end = pty.openpty()
    settings = {"DUBAN_DATABASE_URL": f"sqlite:///{tmp_path}/duban.db", "DUBAN_DATA": str(tmp_path), "TERM": "xterm"}
    command = [sys.executable, "-m", "bot", "import", str(plan), "--yes", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, stderr=its_end)
    os.close(its_end)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert done.returncode == 0, shown
    assert [f"{percent}%" for percent in (66, 100) if f"{percent}%" in shown] == ["66%", "100%"]
    assert b"%" not in done.stdout


def test_the_collector_works_again_after_a_refused_import() -> None:
    def refused() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise Refusal("plan_corrupt", name="plan.xlsx")

    with pytest.raises(Refusal):
        refused()
    assert gc.isenabled()
