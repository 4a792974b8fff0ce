"""kill -9 at random moments during 500 reports: none that Telegram was told of is lost, none is made twice."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select
from town import a_plan_of, bureaus

from bot.app import House
from bot.domain.ledger import Report
from bot.domain.post import Inbox
from bot.node import machine_clock
from bot.sandbox.running import serve
from bot.settings import load_settings
from bot.usecases import import_plan, people, plan_draft
from bot.usecases.moments import span

REPORTS, LIAISONS, KILLS = 500, 10, 5
ENOUGH = 100.0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_reports_survive_kill_minus_nine(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> None:
    url = f"sqlite:///{tmp_path}/duban.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    with serve() as sandbox:
        settings = load_settings({}, token=sandbox.token, database_url=url, data=tmp_path, api_url=sandbox.api_url)
        house = House.open(settings)
        some = bureaus(LIAISONS)
        draft = plan_draft.read_draft(house.office, house.registry, a_plan_of(LIAISONS).encode(), "p.csv", None, None)
        codes = []
        with house.acting() as act:
            import_plan.import_file(act, draft, house.registry, confirmed=True)
            for each in some:
                codes.append(
                    people.invite(
                        act,
                        each.unit,
                        "liaison",
                        expires=span("1d"),
                        machine_now=machine_clock(),
                        registry=house.registry,
                    )["code"]
                )
        staff = [sandbox.user(each.unit, 7000 + n) for n, each in enumerate(some)]
        for person, code in zip(staff, codes, strict=True):
            person.start(code)
        sent = []
        for n in range(REPORTS):
            who = n % LIAISONS
            text = f"进度 {some[who].far} {n * 100 // REPORTS}% 第{n}次"
            sent.append({"user_id": staff[who].id, "text": text})
        chance = random.Random(20210205)
        bot = start(sandbox.api_url, sandbox.token, url, tmp_path)
        try:
            wait_until(lambda: len(handled(house)) >= LIAISONS)
            for part in range(KILLS):
                sandbox.send_many(sent[part * REPORTS // KILLS : (part + 1) * REPORTS // KILLS])
                time.sleep(chance.uniform(0.05, 0.6))
                bot.kill()
                bot.wait()
                bot = start(sandbox.api_url, sandbox.token, url, tmp_path)
            wait_until(lambda: len(texts(house)) >= REPORTS and not sandbox.stats()["pending_updates"])
        finally:
            bot.kill()
            bot.wait()
        counted = Counter(texts(house))
        house.store.close()
    assert counted == Counter(f"第{n}次" for n in range(REPORTS))


def start(api_url: str, token: str, url: str, folder: Path) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    given = {
        "DUBAN_API_URL": api_url,
        "DUBAN_TOKEN": token,
        "DUBAN_DATABASE_URL": url,
        "DUBAN_DATA": str(folder),
        "DUBAN_LISTEN": "127.0.0.1:0",
        "DUBAN_PACE": "2000",
        "DUBAN_CHAT_PACE": "2000",
    }
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", "bot", "run"], env=clean | given, stdout=log, stderr=log)


def handled(house: House) -> list[int | None]:
    with house.store.reading() as session:
        return list(session.exec(select(Inbox.id).where(Inbox.state == "handled")))


def texts(house: House) -> list[str]:
    with house.store.reading() as session:
        return list(session.exec(select(Report.text)))


def wait_until(done: object) -> None:
    ends = time.monotonic() + ENOUGH
    while not done():  # type: ignore[operator]
        assert time.monotonic() < ends, "it did not come to an end"
        time.sleep(0.2)
