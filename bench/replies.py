"""How soon a command is answered while a broadcast is on its way, against PTB with its AIORateLimiter.

Both bots keep to Telegram's 30 messages a second; each has a sandbox of its own.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from bench.figures import Figure, median, p99
from bench.ledgers import CITY, FIRST_CHAT, SHANGHAI, a_ledger, a_quiet_week, office
from bench.processes import TooLong, a_bot, a_peer, a_sandbox, called, until
from bench.talking import Said, answer_times, people
from bot.domain.post import Lane, Outbox
from bot.sandbox.client import Sandbox
from bot.store import outbox
from bot.store.engine import Store
from bot.usecases.act import Act
from bot.usecases.digest import bulletin_facts, digest_at

READERS = 500_000  # chats that get a digest
PER_SECOND = 5
BUCKET = "" if find_spec("aiolimiter") else " (over a leaky bucket of ours, for aiolimiter is not installed)"


def run(short: bool) -> Iterator[Figure]:
    digests, asked = (250, 25) if short else (1000, 150)
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as folder, a_sandbox() as ours, a_sandbox() as limited:
        now = datetime.now(SHANGHAI)
        store = a_ledger(Path(folder) / "ledger.db", CITY, now)
        a_quiet_week(store, now)
        for sandbox in (ours, limited):
            people(sandbox, range(READERS, READERS + digests))
        with (
            a_bot(ours, store.url, Path(folder), pace="29.5", chat_pace="1", group_pace_per_minute="20"),
            a_peer(limited, "limited_bot", str(READERS)),
        ):
            yield _measured(ours, limited, store, digests, asked)
        store.close()


def _measured(ours: Sandbox, limited: Sandbox, store: Store, digests: int, asked: int) -> Figure:
    """A B A B: ours and the peer idle, ours and the peer behind the same number of digests."""
    said = cycle(commands())
    persons = {id(sandbox): people(sandbox, [id_ for id_, _ in commands()]) for sandbox in (ours, limited)}

    def ask(sandbox: Sandbox, count: int) -> list[float]:
        return answer_times(persons[id(sandbox)], islice(said, count), PER_SECOND)

    ask(ours, 10)
    ask(limited, 10)
    idle, peer_idle = ask(ours, asked), ask(limited, asked // 3)
    _queue_digests(store, digests)
    before = called(ours, "sendmessage")
    until(lambda: called(ours, "sendmessage") > before)
    busy = ask(ours, asked)
    if called(ours, "sendmessage") - before >= digests + asked:
        raise TooLong("the digests were out before the last question was asked")
    before = called(limited, "sendmessage")
    limited.send_many([{"user_id": FIRST_CHAT + 1, "text": f"digests {digests}"}])
    until(lambda: called(limited, "sendmessage") > before)
    [peer_busy] = ask(limited, 1)
    times = p99(busy) / p99(idle)
    medians = f"medians {median(idle) * 1000:.0f}, {median(busy) * 1000:.0f}"
    beside = (
        f"p99 {p99(idle) * 1000:.0f} ms idle, {p99(busy) * 1000:.0f} ms behind them ({medians}); "
        f"PTB + AIORateLimiter{BUCKET} {p99(peer_idle) * 1000:.0f} ms idle, {peer_busy:.0f} s behind them"
    )
    what = f"reply behind {digests:,} queued digests, of its idle p99"
    return Figure(what, f"{times:.1f} ×", beside, "≤ 3 ×", times <= 3)


def commands() -> list[Said]:
    """Each liaison asks for the card of a task of their unit."""
    run = CITY.tasks // CITY.units
    return [(FIRST_CHAT + unit, f"/task {(unit - 1) * run + 1}") for unit in range(1, CITY.units + 1)]


def _queue_digests(store: Store, count: int) -> None:
    """The weekly bulletin waits for so many people."""
    _, rules = office()
    now = datetime.now(SHANGHAI)
    with store.writing() as session:
        act = Act(session, rules, now)
        facts = bulletin_facts(act, digest_at(act, now)) | {"correction": 0, "buttons": []}
        rows = [
            Outbox(
                key=f"bench:{reader}",
                chat_id=READERS + reader,
                kind="bulletin",
                facts=facts,
                lane=Lane.DIGEST,
                created_at=now,
            )
            for reader in range(count)
        ]
        outbox.queue(session, rows)
