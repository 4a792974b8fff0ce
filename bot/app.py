"""The wiring: the one module that knows all the others."""

import asyncio
import logging
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.periods import Office
from bot.domain.policy import Policy, read_policy
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.toml_lines import line_of
from bot.domain.workdays import Workdays
from bot.settings import Settings
from bot.store import schema
from bot.store.collector import collect_seldom
from bot.store.engine import Store
from bot.store.marks import marked
from bot.usecases.act import Act
from bot.usecases.moments import moment

LOCAL_DAYS = "local.toml"


def read_toml(file: Path) -> dict[str, Any]:
    """Refusals: bad_file (name, reason with its line)."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Refusal("bad_file", name=str(file), why=str(error)) from None


def read_calendar(settings: Settings) -> Workdays:
    """The State Council's calendar and what lies in config/workdays/: later years, and the place's own days.

    Refusals: bad_file, workdays_…; local_days with the file and the line of the mistake.
    """
    local = settings.workdays / LOCAL_DAYS
    years = [read_toml(file) for file in sorted(settings.workdays.glob("*.toml")) if file != local]
    own = read_toml(local) if local.exists() else {}
    try:
        return Workdays.of(years, own)
    except Refusal as refusal:
        if refusal.reason == "local_days":
            line = line_of(local.read_text(encoding="utf-8"), refusal.facts["name"])
            refusal.facts.update(file=str(local), line=line)
        raise


def read_registry(settings: Settings) -> Registry:
    return Registry.from_mapping(read_toml(settings.units))


def read_rules(settings: Settings) -> Policy:
    """Refusals: bad_file; bad_policy with the file and the line of the mistake."""
    if not settings.policy.exists():
        return Policy()
    tables = read_toml(settings.policy)
    try:
        return read_policy(tables)
    except Refusal as refusal:
        facts, text = refusal.facts, settings.policy.read_text(encoding="utf-8")
        facts |= {"file": str(settings.policy), "line": line_of(text, facts["name"], facts["nth"])}
        raise


def migrated(store: Store) -> None:
    """The tables are of this version. Alembic runs in a process of its own: it would stay in memory."""
    if schema.up_to_date(store):
        return
    command = [sys.executable, "-m", "bot.store.migrate", store.url]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, capture_output=True, text=True)
    if done.returncode:
        raise Refusal("cannot_migrate", why=done.stderr.strip().splitlines()[-1] if done.stderr else "")


@dataclass(slots=True)
class House:
    """A ledger with its rules: what every verb of the command line works on."""

    settings: Settings
    store: Store
    office: Office
    registry: Registry

    @classmethod
    def open(cls, settings: Settings) -> "House":
        store = Store(absolute(settings.database_url))
        migrated(store)
        office = Office(settings.zone, read_calendar(settings), read_rules(settings), settings.office_unit)
        return cls(settings, store, office, read_registry(settings))

    @contextmanager
    def acting(self, now: datetime | None = None) -> Iterator[Act]:
        """One writing transaction of the office at the command line."""
        with self.store.writing() as session:
            yield Act(session, self.office, now or datetime.now(UTC), cause="command line")

    @contextmanager
    def looking(self) -> Iterator[Act]:
        with self.store.reading() as session:
            yield Act(session, self.office, datetime.now(UTC))

    def moment(self, text: str | None) -> datetime | None:
        """Refusals: bad_moment."""
        return moment(text, self.settings.zone) if text else None

    def bot_name(self) -> str:
        """The bot's @name, known since it first ran."""
        with self.store.reading() as session:
            return marked(session, "bot_name") or ""


def run_bot(settings: Settings, rehearse_at: datetime | None) -> int:
    """Runs until it is told to stop. → the exit code."""
    from bot.delivery.secrecy import keep_out_of_logs
    from bot.delivery.telegram import open_bot
    from bot.node import Node, machine_clock, run_until_stopped

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("apscheduler", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
    keep_out_of_logs(settings.token.get_secret_value(), settings.webhook_secret.get_secret_value())
    house = House.open(settings)
    collect_seldom()
    clock = rehearsal_clock(rehearse_at) if rehearse_at else machine_clock

    async def work() -> None:
        async with open_bot(settings.token.get_secret_value(), settings.api_url) as bot:
            await Node(house, bot, clock, rehearsal=rehearse_at is not None).run()

    return asyncio.run(run_until_stopped(work()))


def rehearsal_clock(start: datetime) -> Callable[[], datetime]:
    """A clock that shows `start` now and goes on at real speed, whatever the machine's clock does meanwhile."""
    began = time.monotonic()
    return lambda: start.astimezone(UTC) + timedelta(seconds=time.monotonic() - began)


def absolute(url: str) -> str:
    """A SQLite address with its whole path, so that a child process elsewhere opens the same file."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == prefix + ":memory:":
        return url
    return prefix + str(Path(url.removeprefix(prefix)).absolute())
