"""Limits and faults: 429 with retry_after, server errors, answers that never come."""

import time

import httpx
import pytest

from bot.sandbox.limits import Limits
from bot.sandbox.refusals import ApiError


def test_a_chat_takes_a_short_burst_then_one_a_second(sandbox, api, wang):
    sandbox.limits(True)
    answers = [api("sendMessage", chat_id=wang.id, text=str(number)) for number in range(7)]
    refused = [answer for answer in answers if not answer["ok"]]
    assert [answer["ok"] for answer in answers[:5]] == [True] * 5
    assert refused[0] == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    time.sleep(1.05)
    assert api("sendMessage", chat_id=wang.id, text="later")["ok"]
    assert sandbox.stats()["too_many"] == len(refused)


def test_thirty_a_second_overall(sandbox, api):
    sandbox.limits(True)
    people = [sandbox.user(f"人{number}", started=True) for number in range(32)]
    answers = [api("sendMessage", chat_id=person.id, text="x")["ok"] for person in people]
    assert answers.count(True) >= 30
    assert answers[:30] == [True] * 30


def test_twenty_a_minute_to_a_group(sandbox, api, wang):
    group = sandbox.group("群", [wang])
    sandbox.limits(True, chat_burst=100)
    answers = [api("sendMessage", chat_id=group.id, text="x") for _ in range(21)]
    assert [answer["ok"] for answer in answers] == [True] * 20 + [False]
    assert 55 <= answers[-1]["parameters"]["retry_after"] <= 60


def test_who_does_not_wait_is_refused_again():
    limits = Limits()
    limits.rules.on = True
    limits.rules.chat_burst = 1
    limits.spend(1, group=False)
    for _ in range(3):
        with pytest.raises(ApiError, match="retry after 1"):
            limits.spend(1, group=False)
    limits.spend(2, group=False)


def test_an_album_counts_as_its_messages():
    limits = Limits()
    limits.rules.on = True
    limits.rules.chat_burst = 10
    limits.spend(1, group=False, messages=10)
    with pytest.raises(ApiError, match="Too Many Requests"):
        limits.spend(1, group=False)


def test_errors_on_demand(sandbox, api, wang):
    sandbox.fault("429", "sendMessage", times=2, retry_after=7)
    sandbox.fault("500", "sendMessage")
    sandbox.fault("error", "sendMessage", code=403, description="Forbidden: user is deactivated")
    answers = [api("sendMessage", chat_id=wang.id, text="x") for _ in range(5)]
    assert [answer.get("error_code") for answer in answers] == [429, 429, 500, 403, None]
    assert answers[0]["parameters"] == {"retry_after": 7}
    assert [said.text for said in wang.chat()] == ["x"]
    assert api("getMe")["ok"]


def test_a_bad_gateway_answers_html(sandbox, wang):
    sandbox.fault("502", "getMe")
    answer = httpx.get(f"{sandbox.url}/bot{sandbox.token}/getMe", trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")


def send(sandbox, wang, timeout=30.0):
    url = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    return httpx.post(url, json={"chat_id": wang.id, "text": "x"}, timeout=timeout, trust_env=False)


def test_a_message_arrives_though_its_answer_does_not(sandbox, wang):
    sandbox.fault("hang", "sendMessage", seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        send(sandbox, wang, timeout=0.3)
    assert wang.expect().text == "x"


def test_a_connection_is_dropped_before_or_after_the_call(sandbox, wang):
    sandbox.fault("drop", "sendMessage")
    with pytest.raises(httpx.TransportError):
        send(sandbox, wang)
    assert wang.chat() == []
    sandbox.fault("drop_after", "sendMessage")
    with pytest.raises(httpx.TransportError):
        send(sandbox, wang)
    assert [said.text for said in wang.chat()] == ["x"]


def test_a_slow_answer_and_faults_for_one_chat(sandbox, api, wang):
    li = sandbox.user("李某", started=True)
    sandbox.fault("slow", "sendMessage", seconds=0.4, chat_id=li.id)
    started = time.monotonic()
    assert api("sendMessage", chat_id=wang.id, text="x")["ok"]
    assert time.monotonic() - started < 0.3
    assert api("sendMessage", chat_id=li.id, text="x")["ok"]
    assert time.monotonic() - started > 0.4


def test_a_fault_for_any_method_spares_polling(sandbox, api):
    sandbox.fault("500")
    assert api("getUpdates")["ok"]
    assert api("getMe")["error_code"] == 500
