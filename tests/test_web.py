"""The web side: health, metrics, and the webhook entrance that stores before it answers."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from nodes import a_message, now, queued, rows, running
from sqlmodel import Session

from bot.domain.post import Inbox, Outbox
from bot.sandbox.running import serve
from bot.store import outbox
from bot.store.engine import Store
from bot.usecases.inbox import receive
from bot.web.entrance import Entrance
from bot.web.metrics import Metrics
from bot.web.pages import create_web
from bot.web.pulse import Pulse

SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
UPDATE = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 7}, "from": {"id": 7}, "text": "12 60%"}}


class Web:
    """A web side with a webhook, and the knobs a test needs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.time = 0.0
        self.pulse = Pulse(lambda: self.time)
        self.metrics = Metrics(store, self.pulse)
        self.stored = 0
        entrance = Entrance("https://duban.example/hook/telegram", "s3cret", self.keep, self.count)
        app = create_web(self.metrics, self.pulse, webhook=entrance)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://duban")

    def keep(self, updates: Any) -> int:
        with self.store.writing(durable=True) as session:
            return receive(session, 99, updates, now())

    def count(self) -> None:
        self.stored += 1

    async def post(self, body: bytes | dict[str, Any] = UPDATE, headers: dict[str, str] = SECRET) -> int:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return (await self.client.post("/hook/telegram", content=content, headers=headers)).status_code


@pytest.fixture
async def web(store: Store) -> AsyncIterator[Web]:
    found = Web(store)
    async with found.client:
        yield found


async def test_it_is_healthy_while_everything_goes_on(web: Web) -> None:
    assert (await web.client.get("/healthz")).json() == {"ok": True, "ill": [], "seconds_since": {}}
    web.pulse.expect("poll", 60)
    web.time = 59
    assert (await web.client.get("/healthz")).status_code == 200
    web.time = 61
    ill = await web.client.get("/healthz")
    assert (ill.status_code, ill.json()["ill"], ill.json()["seconds_since"]) == (503, ["poll"], {"poll": 61.0})
    web.pulse.beat("poll")
    assert (await web.client.get("/healthz")).status_code == 200


async def test_a_node_that_stands_by_is_healthy(web: Web) -> None:
    web.pulse.expect("poll", 60)
    web.pulse.forget("poll")
    web.pulse.beat("poll")
    web.time = 1000
    assert (await web.client.get("/healthz")).status_code == 200


async def test_metrics_tell_lanes_outcomes_and_what_waits(web: Web) -> None:
    web.metrics.said("sent", "reply")
    web.metrics.said("sent", "reply")
    web.metrics.said("uncertain", "digest")
    queued(web.store, a_message(7, lane=3), a_message(7, lane=3), a_message(7, state="uncertain"))
    await web.post()
    page = (await web.client.get("/metrics")).text.splitlines()
    assert 'duban_messages_total{lane="reply",outcome="sent"} 2.0' in page
    assert 'duban_messages_total{lane="digest",outcome="uncertain"} 1.0' in page
    assert 'duban_outbox{lane="digest",state="waiting"} 2.0' in page
    assert "duban_inbox_waiting 1.0" in page
    assert "duban_messages_uncertain 1.0" in page


async def test_an_update_is_stored_before_the_answer_and_once(web: Web) -> None:
    assert [await web.post(), await web.post()] == [200, 200]
    assert [row.payload for row in rows(web.store, Inbox)] == [UPDATE]
    assert web.stored == 1


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (UPDATE, {}, 403),
        (UPDATE, {"X-Telegram-Bot-Api-Secret-Token": "guess"}, 403),
        (b"x" * ((1 << 20) + 1), SECRET, 413),
        (b"no json", SECRET, 400),
        (b"[1]", SECRET, 400),
        (b'{"update_id": "1"}', SECRET, 400),
        (b"[" * 100_000, SECRET, 400),
    ],
)
async def test_what_is_no_update_of_ours_is_refused(
    web: Web, body: bytes | dict[str, Any], headers: dict[str, str], status: int
) -> None:
    assert await web.post(body, headers) == status
    assert rows(web.store, Inbox) == []


async def test_what_cannot_be_stored_is_asked_for_again(web: Web) -> None:
    Inbox.__table__.drop(web.store.engine)  # type: ignore[attr-defined]
    assert await web.post() == 500
    Inbox.__table__.create(web.store.engine)  # type: ignore[attr-defined]
    assert await web.post() == 200


async def test_other_paths_and_methods_are_nobodys(web: Web) -> None:
    assert (await web.client.get("/hook/telegram")).status_code == 405
    assert (await web.client.post("/hook")).status_code == 404


def test_by_webhook_from_the_sandbox_to_the_answer(store: Store) -> None:
    """The whole way: setWebhook with its secret, the entrance on a port of its own, the reply."""
    import threading

    import uvicorn

    from bot.sandbox.running import listen

    def reply(session: Session, row: Inbox, at: Any) -> None:
        outbox.queue(session, [a_message(row.chat_id, key=f"r{row.id}", text=row.payload["message"]["text"])])

    listener = listen()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook/telegram"
    with serve() as sandbox:
        wang = sandbox.user("王某", started=True)
        with running(store, sandbox, reply, webhook_url=url) as node:
            pulse = Pulse()
            entrance = Entrance(url, "s3cret", node.intake.keep, lambda: node.loop.call_soon_threadsafe(node.desk.wake))
            app = create_web(Metrics(store, pulse), pulse, webhook=entrance)
            server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            wang.send("12 60%")
            assert wang.expect("12 60%")
            info = sandbox.call("getWebhookInfo")["result"]
            assert (info["url"], sorted(info["allowed_updates"])) == (
                url,
                ["callback_query", "edited_message", "message", "my_chat_member"],
            )
            server.should_exit = True
            thread.join(10)
    listener.close()
    assert [row.state for row in rows(store, Outbox)] == ["sent"]


def test_the_age_on_the_page_is_that_of_a_real_clock() -> None:
    pulse = Pulse()
    pulse.expect("round", 10)
    time.sleep(0.05)
    assert 0.04 < pulse.ages()["round"] < 5
