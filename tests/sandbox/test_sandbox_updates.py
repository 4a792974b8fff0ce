"""Polling, conflicts, webhook: how updates reach the bot."""

import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from bot.sandbox.refusals import WEBHOOK_ACTIVE


def texts(answer):
    return [update["message"]["text"] for update in answer["result"]]


def test_updates_stay_until_an_offset_confirms_them(api, wang):
    for number in range(3):
        wang.send(f"第{number}条")
    first = api("getUpdates", limit=2)["result"]
    assert [update["update_id"] for update in first] == [first[0]["update_id"], first[0]["update_id"] + 1]
    assert texts(api("getUpdates")) == ["第0条", "第1条", "第2条"]
    assert texts(api("getUpdates", offset=first[-1]["update_id"] + 1)) == ["第2条"]
    assert texts(api("getUpdates")) == ["第2条"]


def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(api, wang):
    for number in range(3):
        wang.send(f"第{number}条")
    assert texts(api("getUpdates", offset=-1)) == ["第2条"]
    assert texts(api("getUpdates")) == ["第2条"]


def test_a_long_poll_answers_at_once_when_something_comes(api, wang):
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(api, "getUpdates", timeout=20)
        time.sleep(0.2)
        started = time.monotonic()
        wang.send("进度 12 60%")
        assert texts(poll.result()) == ["进度 12 60%"]
    assert time.monotonic() - started < 2


def test_a_long_poll_ends_empty_after_its_time(api, wang):
    started = time.monotonic()
    assert api("getUpdates", timeout=1)["result"] == []
    assert 0.9 < time.monotonic() - started < 3


def test_a_second_poller_ends_the_first_with_409(api, wang):
    with ThreadPoolExecutor() as pool:
        first = pool.submit(api, "getUpdates", timeout=20)
        time.sleep(0.2)
        second = pool.submit(api, "getUpdates", timeout=20)
        answer = first.result()
        assert (answer["error_code"], answer["description"]) == (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        )
        wang.send("x")
        assert texts(second.result()) == ["x"]


def test_only_asked_for_kinds_come(api, wang):
    api("getUpdates", allowed_updates=["callback_query"])
    wang.send("不要")
    assert api("getUpdates")["result"] == []
    api("getUpdates", allowed_updates=[])
    wang.send("要")
    assert texts(api("getUpdates")) == ["要"]


def test_edits_come_as_edited_message(api, wang):
    said = wang.send("进度 12 60%")
    wang.edit(said, "进度 12 65%")
    edited = api("getUpdates")["result"][-1]["edited_message"]
    assert (edited["message_id"], edited["text"]) == (said.id, "进度 12 65%")
    assert edited["edit_date"]


class Hook:
    """A bot's webhook: takes what comes, answers with the statuses it was given first."""

    def __init__(self, *statuses: int) -> None:
        statuses_left = list(statuses)
        self.came: list[tuple[str, dict]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.came.append((self.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), body))
                self.send_response(statuses_left.pop(0) if statuses_left else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count: int, timeout: float = 10.0) -> list[tuple[str, dict]]:
        ends = time.monotonic() + timeout
        while len(self.came) < count and time.monotonic() < ends:
            time.sleep(0.01)
        return self.came

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hook():
    running = Hook()
    yield running
    running.close()


def test_a_webhook_gets_updates_in_order_with_its_secret(api, refusal, wang, hook):
    wang.send("之前")
    answer = api("setWebhook", url=hook.url, secret_token="s3cret_-")
    assert answer == {"ok": True, "result": True, "description": "Webhook was set"}
    wang.send("之后")
    came = hook.wait(2)
    assert [(secret, body["message"]["text"]) for secret, body in came] == [("s3cret_-", "之前"), ("s3cret_-", "之后")]
    assert refusal("getUpdates") == f"Conflict: {WEBHOOK_ACTIVE}"
    info = api("getWebhookInfo")["result"]
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)
    assert api("deleteWebhook")["description"] == "Webhook was deleted"
    wang.send("再轮询")
    assert texts(api("getUpdates")) == ["再轮询"]


def test_a_webhook_is_tried_again_and_order_is_kept(api, wang):
    hook = Hook(500, 502)
    try:
        api("setWebhook", url=hook.url)
        wang.send("一")
        wang.send("二")
        came = hook.wait(4)
        assert [body["message"]["text"] for _, body in came] == ["一", "一", "一", "二"]
        info = api("getWebhookInfo")["result"]
        assert info["last_error_message"].startswith("Wrong response from the webhook: 502")
    finally:
        api("deleteWebhook", drop_pending_updates=True)
        hook.close()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"url": "http://example.com/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://example.com:81/x"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "https://e.com/", "secret_token": "有"}, "secret token contains unallowed characters"),
    ],
)
def test_bad_webhooks(refusal, arguments, reason):
    assert refusal("setWebhook", **arguments) == f"Bad Request: {reason}"


def test_a_sandbox_of_its_own_prints_what_a_bot_needs_to_speak_to_it() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bot.sandbox", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            url = running.stdout.readline().strip()
            given = dict(word.split("=") for word in running.stdout.readline().split())
            assert given["DUBAN_API_URL"] == url
            with httpx.Client(transport=httpx.HTTPTransport(retries=10), trust_env=False) as client:
                answer = client.get(f"{url}/bot{given['DUBAN_TOKEN']}/getMe").json()
            assert answer["ok"] is True
        finally:
            running.terminate()
