"""Intake and desk over HTTP: stored before confirmed, handled once, in order, parked when it cannot be."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from nodes import Node, a_message, an_office_member, echo, now, rows, running, until
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

from bot.chat.intake import TokenRejected
from bot.domain.post import Inbox, Outbox
from bot.domain.refusal import Refusal
from bot.sandbox.client import Sandbox
from bot.sandbox.running import serve
from bot.store import outbox
from bot.store.engine import Store
from bot.usecases.handling import Clerk, said_safely
from bot.usecases.inbox import receive


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve() as found:
        yield found


def text_of(row: Inbox) -> str:
    return str(row.payload.get("message", {}).get("text", ""))


def stored(store: Store, *texts: str, chat_id: int = 7) -> list[Inbox]:
    """Updates of a chat, in the inbox."""
    sender = {"id": chat_id, "first_name": "王某"}
    chat = {"id": chat_id, "type": "private"}
    first = len(rows(store, Inbox)) + 1
    updates = [
        {"update_id": first + n, "message": {"message_id": n, "chat": chat, "from": sender, "text": text}}
        for n, text in enumerate(texts)
    ]
    with store.writing() as session:
        receive(session, 99, updates, now())
    return [row for row in rows(store, Inbox) if row.chat_id == chat_id]


def test_what_is_said_is_answered_once(any_store: Store, sandbox: Sandbox) -> None:
    wang = sandbox.user("王某", started=True)
    with running(any_store, sandbox) as node:
        wang.send("12 60%")
        assert wang.expect("12 60%")
        node.settle()
    assert [row.state for row in rows(any_store, Inbox)] == ["handled"]
    assert len(rows(any_store, Outbox)) == 1


def test_an_update_is_confirmed_only_after_it_is_stored(store: Store, sandbox: Sandbox) -> None:
    wang = sandbox.user("王某", started=True)
    wang.send("12 60%")
    SQLModel.metadata.drop_all(store.engine, [SQLModel.metadata.tables["inbox"]])
    with running(store, sandbox, handle=False, send=False) as node:
        until(lambda: len(node.beats) > 0)
        time.sleep(0.3)
        assert sandbox.stats()["pending_updates"] == 1
        SQLModel.metadata.create_all(store.engine)
        until(lambda: len(rows(store, Inbox)) == 1)
        until(lambda: sandbox.stats()["pending_updates"] == 0)


def test_a_node_that_dies_before_confirming_answers_once(store: Store, sandbox: Sandbox) -> None:
    wang = sandbox.user("王某", started=True)
    wang.send("12 60%")
    # Taken in and handled, but the confirmation never left.
    updates = sandbox.call("getUpdates")["result"]
    with store.writing() as session:
        receive(session, int(sandbox.token.split(":")[0]), updates, now())
    with running(store, sandbox) as node:
        wang.expect("12 60%")
        node.settle()
        until(lambda: sandbox.stats()["pending_updates"] == 0)
    assert len(rows(store, Inbox)) == len(rows(store, Outbox)) == 1


def test_each_chat_is_answered_in_its_order(any_store: Store, sandbox: Sandbox) -> None:
    people = [sandbox.user(f"人{n}", started=True) for n in range(5)]
    with running(any_store, sandbox) as node:
        sandbox.send_many([{"user_id": person.id, "text": str(n)} for n in range(20) for person in people])
        until(lambda: len(rows(any_store, Inbox)) == 100, 10)
        node.settle(30)
    for person in people:
        assert [seen.text for seen in person.messages()] == [str(n) for n in range(20)]


def test_an_update_that_fails_three_times_is_parked_and_its_chat_goes_on(any_store: Store, sandbox: Sandbox) -> None:
    office, wang = sandbox.user("整改办", started=True), sandbox.user("王某", started=True)
    an_office_member(any_store, office.id)

    def handler(session: Session, row: Inbox, at: datetime) -> None:
        echo(session, row, at)
        if text_of(row) == "poison":
            raise ValueError(f"cannot read {text_of(row)}")

    with running(any_store, sandbox, handler) as node:
        sandbox.send_many([{"user_id": wang.id, "text": text} for text in ("before", "poison", "after")])
        assert wang.expect("after")
        node.settle()
        parked = next(row for row in rows(any_store, Inbox) if row.state == "parked")
        apology, notice = [seen.text for seen in wang.messages()][1], office.expect("一条消息未能处理").text
    assert [seen.text.split("\n")[0] for seen in wang.messages()] == ["before", "抱歉，这条消息没有处理成", "after"]
    assert f"编号 {parked.id}" in apology
    assert f"编号 {parked.id}" in notice
    assert "ValueError" in notice
    assert (parked.attempts, parked.error) == (3, "ValueError: cannot read …")


def test_a_press_that_is_parked_is_answered_so_that_the_button_stops_waiting(store: Store) -> None:
    def handler(session: Session, row: Inbox, at: datetime) -> None:
        raise ValueError

    person = {"id": 7, "first_name": "王某"}
    query = {
        "id": "q1",
        "from": person,
        "data": "x",
        "message": {"message_id": 1, "chat": {"id": 7, "type": "private"}},
    }
    with store.writing() as session:
        receive(session, 99, [{"update_id": 1, "callback_query": query}], now())
    clerk = Clerk(store, handler, now, "zh")
    for _ in range(3):
        clerk.handle(clerk.waiting(10, ()))
    answer, apology = rows(store, Outbox)
    assert (answer.method, answer.facts["query_id"], apology.kind) == ("answer", "q1", "parked_apology")


def test_a_parked_update_in_a_group_is_only_apologised_for_when_it_was_meant_for_the_bot(store: Store) -> None:
    def handler(session: Session, row: Inbox, at: datetime) -> None:
        raise ValueError

    stored(store, "聊天", chat_id=-5)
    stored(store, "/my", chat_id=-6)
    clerk = Clerk(store, handler, now, "zh")
    for _ in range(3):
        clerk.handle(clerk.waiting(10, ()))
    assert [row.state for row in rows(store, Inbox)] == ["parked", "parked"]
    assert [row.chat_id for row in rows(store, Outbox)] == [-6]


def test_a_failure_leaves_nothing_of_itself_and_all_of_the_others(any_store: Store) -> None:
    def handler(session: Session, row: Inbox, at: datetime) -> None:
        outbox.queue(session, [a_message(row.chat_id, key=f"r{row.id}")])
        if row.chat_id == 8:
            raise KeyError("x")

    for chat_id in (7, 8, 9):
        stored(any_store, "x", chat_id=chat_id)
    clerk = Clerk(any_store, handler, now, "zh")
    result = clerk.handle(clerk.waiting(10, ()))
    assert (result.done, result.rest) == (2, {8: 1})
    assert [row.chat_id for row in rows(any_store, Outbox)] == [7, 9]
    assert [row.state for row in rows(any_store, Inbox)] == ["handled", "new", "handled"]


def test_two_who_handle_the_same_updates_do_it_once(any_store: Store) -> None:
    done: list[int] = []

    def handler(session: Session, row: Inbox, at: datetime) -> None:
        time.sleep(0.002)
        outbox.queue(session, [a_message(row.chat_id, key=f"{row.id}:{len(done)}")])
        done.append(row.id or 0)

    def work(_: int) -> None:
        clerk = Clerk(any_store, handler, now, "zh")
        while found := clerk.waiting(20, ()):
            clerk.handle(found)

    stored(any_store, *map(str, range(20)))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert sorted(row.state for row in rows(any_store, Inbox)) == ["handled"] * 20
    assert len(rows(any_store, Outbox)) == 20


def test_changed_meanwhile_is_tried_again_and_in_the_end_parked(any_store: Store) -> None:
    seen: Counter[str] = Counter()

    def handler(session: Session, row: Inbox, at: datetime) -> None:
        seen[text_of(row)] += 1
        if text_of(row) == "for ever" or seen[text_of(row)] < 3:
            raise Refusal("changed_meanwhile")
        echo(session, row, at)

    stored(any_store, "twice", "for ever", "after")
    clerk = Clerk(any_store, handler, now, "zh")
    for _ in range(8):
        clerk.handle(clerk.waiting(10, ()))
    assert [row.state for row in rows(any_store, Inbox)] == ["handled", "parked", "handled"]
    assert rows(any_store, Inbox)[0].attempts == 0
    assert [row.kind for row in rows(any_store, Outbox)] == ["echo", "parked_apology", "echo"]


def test_a_transaction_the_database_gave_up_is_done_again_one_by_one(any_store: Store) -> None:
    calls: Counter[str] = Counter()

    def handler(session: Session, row: Inbox, at: datetime) -> None:
        calls[text_of(row)] += 1
        echo(session, row, at)
        if text_of(row) == "b" and calls["b"] == 1:
            raise OperationalError("statement", {}, Exception("deadlock detected"))

    stored(any_store, "a", chat_id=7)
    stored(any_store, "b", chat_id=8)
    clerk = Clerk(any_store, handler, now, "zh")
    clerk.handle(clerk.waiting(10, ()))
    assert calls == {"a": 2, "b": 2}
    assert len(rows(any_store, Outbox)) == 2
    assert [(row.state, row.attempts) for row in rows(any_store, Inbox)] == [("handled", 0)] * 2


def test_a_database_out_of_reach_parks_nothing(store: Store, sandbox: Sandbox) -> None:
    down = threading.Event()
    down.set()

    def handler(session: Session, row: Inbox, at: datetime) -> None:
        if down.is_set():
            session.connection().close()
            raise OperationalError("statement", {}, Exception("server closed the connection"))
        echo(session, row, at)

    wang = sandbox.user("王某", started=True)

    class Down(Store):
        def writing(self, *, durable: bool = False):  # type: ignore[no-untyped-def]
            if down.is_set() and not durable:
                raise OperationalError("BEGIN", {}, Exception("connection refused"))
            return super().writing(durable=durable)

    broken = Down(store.url)
    with running(broken, sandbox, handler) as node:
        wang.send("12 60%")
        until(lambda: len(rows(store, Inbox)) == 1)
        time.sleep(1)
        assert [(row.state, row.attempts) for row in rows(store, Inbox)] == [("new", 0)]
        down.clear()
        assert wang.expect("12 60%")
        node.settle()
    broken.close()


def test_a_long_batch_lets_others_in_between(store: Store) -> None:
    def handler(session: Session, row: Inbox, at: datetime) -> None:
        time.sleep(0.06)

    for chat_id in range(1, 9):
        stored(store, "x", chat_id=chat_id)
    clerk = Clerk(store, handler, now, "zh")
    assert 1 <= clerk.handle(clerk.waiting(10, ())).done <= 3
    states = [row.state for row in rows(store, Inbox)]
    assert states == sorted(states)
    assert "new" in states


def test_a_failing_update_holds_up_its_own_chat_only(store: Store) -> None:
    def handler(session: Session, row: Inbox, at: datetime) -> None:
        outbox.queue(session, [a_message(row.chat_id, key=text_of(row))])
        if text_of(row) == "poison":
            raise ValueError

    def said() -> list[str]:
        return [row.key for row in rows(store, Outbox) if not row.key.startswith("parked")]

    stored(store, "poison", "after", chat_id=7)
    stored(store, "a", "b", chat_id=8)
    clerk = Clerk(store, handler, now, "zh")
    clerk.handle(clerk.waiting(10, ()))
    assert said() == ["a", "b"]
    clerk.handle(clerk.waiting(10, ()))
    assert said() == ["a", "b"]
    clerk.handle(clerk.waiting(10, ()))
    assert said() == ["a", "b", "after"]


def test_an_error_is_kept_without_what_was_written() -> None:
    payload = {"message": {"text": "身份证 120101199001011234", "from": {"first_name": "王某某某"}}}
    error = ValueError("bad value '身份证 120101199001011234' by 王某某某, 120101199001011234\nand more")
    assert said_safely(error, payload) == "ValueError: bad value '…' by …, …"


def test_a_webhook_left_behind_is_removed_before_polling(store: Store, sandbox: Sandbox) -> None:
    sandbox.call("setWebhook", url="https://example.org/old", secret_token="old")
    wang = sandbox.user("王某", started=True)
    with running(store, sandbox):
        wang.send("hello")
        assert wang.expect("hello")
    assert sandbox.call("getWebhookInfo")["result"]["url"] == ""


def test_polling_recovers_from_trouble(store: Store, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    for kind in ("502", "drop"):
        sandbox.fault(kind, "getUpdates")
    sandbox.fault("error", "getUpdates", code=409, description="Conflict: terminated by other getUpdates request")
    wang = sandbox.user("王某", started=True)
    with running(store, sandbox):
        wang.send("hello")
        assert wang.expect("hello", timeout=15)
    assert "somebody else takes in this bot's updates" in caplog.text
    assert sandbox.token not in caplog.text


def test_a_token_telegram_does_not_know_ends_it_with_a_clear_word(store: Store, sandbox: Sandbox) -> None:
    sandbox.token = sandbox.token[:-1] + "x"
    node = Node(store, sandbox)
    node.run()
    assert isinstance(node.failure, TokenRejected)
    assert "DUBAN_TOKEN" in str(node.failure)
    assert sandbox.token not in repr(node.failure)


def test_a_node_stops_at_once_in_the_middle_of_a_long_poll(store: Store, sandbox: Sandbox) -> None:
    with running(store, sandbox) as node:
        until(lambda: len(node.beats) > 0)
        time.sleep(0.3)
        started = time.monotonic()
    assert time.monotonic() - started < 2
    assert node.failure is None
