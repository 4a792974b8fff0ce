"""Delivery over HTTP, through the sandbox's Bot API: what becomes of messages in good and bad times."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nodes import Node, a_message, an_office_member, now, queued, rows, running, until

from bot.domain.ledger import Evidence, Plan, Task
from bot.domain.people import Group, Member
from bot.domain.post import Lane, Outbox
from bot.sandbox.client import Person, Sandbox
from bot.sandbox.images import plain_png
from bot.sandbox.running import serve
from bot.store import outbox
from bot.store.engine import Store


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve() as found:
        yield found


@pytest.fixture
def wang(sandbox: Sandbox) -> Person:
    return sandbox.user("王某", started=True)


@pytest.fixture
def sender(store: Store, sandbox: Sandbox, tmp_path: Path) -> Iterator[Node]:
    """A node that only sends."""
    with running(store, sandbox, poll=False, handle=False, data=tmp_path) as node:
        yield node


def said(node: Node, *messages: Outbox) -> list[Outbox]:
    """These messages queued, and their rows once all is said."""
    queued(node.store, *messages)
    node.settle()
    return [row for row in rows(node.store, Outbox) if row.key in {message.key for message in messages}]


def calls(sandbox: Sandbox, method: str) -> int:
    return int(sandbox.stats()["methods"].get(method.lower(), {}).get("calls", 0))


def test_a_message_is_said_and_its_id_kept(sender: Node, wang: Person) -> None:
    (row,) = said(sender, a_message(wang.id, text="第1号", buttons=[[["more", "m:1", {"n": 3}]]]))
    seen = wang.expect("第1号")
    assert seen.labels == ["more 3"]
    assert (row.state, row.message_id) == ("sent", seen.id)


def test_a_card_is_edited_in_place_and_the_same_again_is_no_error(sender: Node, wang: Person) -> None:
    (first,) = said(sender, a_message(wang.id, text="60%"))
    for _ in range(2):
        (edit,) = said(sender, a_message(wang.id, method="edit", edits=first.message_id, text="80%"))
        assert (edit.state, edit.message_id) == ("sent", first.message_id)
    assert [seen.text for seen in wang.messages()] == ["80%"]


def test_an_edit_of_a_message_that_is_gone_is_sent_anew(sender: Node, wang: Person) -> None:
    (row,) = said(sender, a_message(wang.id, method="edit", edits=4711, text="80%"))
    assert wang.expect("80%").id == row.message_id


def test_a_press_is_answered(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    (card,) = said(sender, a_message(wang.id, text="card", buttons=[[["more", "m:1", {"n": 3}]]]))
    assert card.state == "sent"

    def queries() -> list[dict[str, Any]]:
        updates = sandbox.call("getUpdates")["result"]
        return [update["callback_query"] for update in updates if "callback_query" in update]

    wang.press(wang.expect("card"), "more 3", wait=0)
    (answer,) = said(
        sender, a_message(0, method="answer", facts={"query_id": queries()[0]["id"], "text": "<已记>", "alert": True})
    )
    assert answer.state == "sent"
    assert calls(sandbox, "answerCallbackQuery") == 1


def test_a_long_text_comes_in_parts_and_each_can_be_replied_to(sender: Node, wang: Person) -> None:
    text = "\n".join("整改" * 100 for _ in range(50))
    said(sender, a_message(wang.id, text=text, about={"task": 12}))
    parts = wang.expect_all()
    assert "\n".join(part.text for part in parts) == text
    about = {row.message_id: row.about for row in rows(sender.store, Outbox)}
    assert about == {part.id: {"task": 12} for part in parts}


def test_a_very_long_text_comes_as_a_file(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    text = "\n".join("整改" * 100 for _ in range(100))
    said(sender, a_message(wang.id, text=text))
    seen = wang.expect("全文见附件")
    assert seen.media is not None
    assert sandbox.file(seen.media).decode("utf-8-sig") == text


def test_pictures_and_albums_come_from_the_data_folder(sender: Node, wang: Person, tmp_path: Path) -> None:
    (tmp_path / "before.png").write_bytes(plain_png(40, 30))
    (tmp_path / "after.png").write_bytes(plain_png(40, 30))
    said(sender, a_message(wang.id, method="photo", facts={"file": "before.png", "text": "整改前"}))
    assert wang.expect("整改前").media
    files = [{"file": "before.png"}, {"file": "after.png"}]
    (row,) = said(sender, a_message(wang.id, method="album", facts={"files": files, "text": "前后对比"}))
    album = wang.expect_all()
    assert len(album) == 2
    assert album[0].text == "前后对比"
    assert row.state == "sent"


def test_a_broken_template_fails_one_message_and_nothing_else(sender: Node, wang: Person) -> None:
    messages = [a_message(wang.id, "broken"), a_message(wang.id, "unbalanced", text="x"), a_message(wang.id, text="好")]
    broken, unbalanced, good = said(sender, *messages)
    assert [broken.state, unbalanced.state, good.state] == ["failed", "failed", "sent"]
    assert "nobody_knows" in broken.error
    assert "can't find end tag" in unbalanced.error
    assert sorted(sender.said) == [("failed", "reply"), ("failed", "reply"), ("sent", "reply")]
    assert wang.expect("好")


def test_retry_after_is_honoured_to_the_full_and_by_everybody(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    li = sandbox.user("李某", started=True)
    sandbox.fault("429", "sendMessage", retry_after=2)
    queued(sender.store, a_message(wang.id, text="one"))
    started = time.monotonic()
    sender.wake()
    until(lambda: calls(sandbox, "sendMessage") == 1)
    queued(sender.store, a_message(li.id, text="two"))
    sender.settle()
    assert time.monotonic() - started >= 2
    assert wang.expect("one")
    assert li.expect("two")
    assert calls(sandbox, "sendMessage") == 3
    assert [row.state for row in rows(sender.store, Outbox)] == ["sent", "sent"]


def test_who_blocked_the_bot_is_reported_once_and_reachable_when_back(
    sender: Node, wang: Person, sandbox: Sandbox
) -> None:
    li = sandbox.user("李某", started=True)
    an_office_member(sender.store, wang.id)
    an_office_member(sender.store, li.id, "李某", "liaison")
    li.block()
    first, second = said(sender, a_message(li.id, text="1"), a_message(li.id, text="2"))
    assert (first.state, second.state) == ("failed", "failed")
    sender.settle()
    assert [seen.text.split("\n")[0] for seen in wang.expect_all()] == ["李某 收不到消息"]
    assert rows(sender.store, Member)[1].unreachable_since is not None
    li.unblock()
    li.send("在")
    said(sender, a_message(li.id, text="3"))
    assert rows(sender.store, Member)[1].unreachable_since is None


def test_a_group_that_becomes_a_supergroup_is_followed(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    group = sandbox.group("水务局工作群", [wang])
    with sender.store.writing() as session:
        session.add(Group(chat_id=group.id, title="水务局工作群", bound_at=now()))
    new = group.upgrade()
    found = said(sender, a_message(group.id, text="1"), a_message(group.id, text="2"), a_message(group.id, text="3"))
    assert [(row.state, row.chat_id) for row in found] == [("sent", new.id)] * 3
    assert [seen.text for seen in wang.messages(new)] == ["1", "2", "3"]
    assert rows(sender.store, Group)[0].chat_id == new.id


def test_a_group_that_removed_the_bot_is_left(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    an_office_member(sender.store, wang.id)
    group = sandbox.group("水务局工作群", [wang])
    with sender.store.writing() as session:
        session.add(Group(chat_id=group.id, title="水务局工作群", bound_at=now()))
    group.kick_bot()
    (row,) = said(sender, a_message(group.id, text="1"))
    assert row.state == "failed"
    assert wang.expect("水务局工作群")
    assert rows(sender.store, Group)[0].left_at is not None


def test_a_topic_that_is_gone_costs_no_message(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    group = sandbox.group("水务局工作群", [wang], supergroup=True, forum=True)
    (row,) = said(sender, a_message(group.id, text="1", topic_id=4711))
    assert row.state == "sent"
    assert [seen.text for seen in wang.messages(group)] == ["1"]


def test_a_message_that_may_have_arrived_is_not_repeated(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    sandbox.fault("drop_after", "sendMessage")
    (row,) = said(sender, a_message(wang.id, text="1"))
    assert row.state == "uncertain"
    assert [seen.text for seen in wang.messages()] == ["1"]
    (after,) = said(sender, a_message(wang.id, text="2"))
    assert after.state == "sent"
    assert [seen.text for seen in wang.messages()] == ["1", "2"]


def test_a_server_error_is_tried_again_in_order(sender: Node, wang: Person, sandbox: Sandbox) -> None:
    sandbox.fault("500", "sendMessage")
    sandbox.fault("502", "sendMessage")
    first, second = said(sender, a_message(wang.id, text="1"), a_message(wang.id, text="2"))
    assert [seen.text for seen in wang.messages()] == ["1", "2"]
    assert (first.attempts, second.attempts) == (3, 1)


def test_a_server_that_cannot_be_reached_costs_nothing(store: Store, sandbox: Sandbox) -> None:
    wang = sandbox.user("王某", started=True)
    there, sandbox.api_url = sandbox.api_url, "http://127.0.0.1:9"
    with running(store, sandbox, poll=False, handle=False) as node:
        queued(store, a_message(wang.id, text="1"))
        node.wake()
        until(lambda: rows(store, Outbox)[0].attempts == 2)
        assert rows(store, Outbox)[0].state in ("waiting", "sending")
    sandbox.api_url = there
    with running(store, sandbox, poll=False, handle=False) as node:
        node.settle()
    assert [seen.text for seen in wang.messages()] == ["1"]


def test_what_was_under_way_at_a_crash_is_sent_and_what_was_dropped_is_not(
    store: Store, sandbox: Sandbox, wang: Person
) -> None:
    queued(store, *(a_message(wang.id, text=str(n)) for n in range(3)))
    with store.writing() as session:
        outbox.claim(session, [1, 2])
        session.connection().execute(outbox.OUTBOX.update().where(outbox.OUTBOX.c.id == 3).values(state="dropped"))
    with running(store, sandbox, poll=False, handle=False) as node:
        node.settle()
    assert [seen.text for seen in wang.messages()] == ["0", "1"]


def test_a_message_withdrawn_while_it_waits_for_its_pace_is_not_sent(
    store: Store, sandbox: Sandbox, wang: Person
) -> None:
    with running(store, sandbox, poll=False, handle=False, pace=(1000, 2, 60)) as node:
        queued(store, *(a_message(wang.id, text=str(n)) for n in range(5)))
        node.wake()
        until(lambda: calls(sandbox, "sendMessage") == 3)
        with store.writing() as session:
            session.connection().execute(outbox.OUTBOX.update().where(outbox.OUTBOX.c.id == 4).values(state="dropped"))
        node.settle()
    assert [seen.text for seen in wang.messages()] == ["0", "1", "2", "4"]


def test_a_hundred_digests_and_a_reply_never_meet_a_429(store: Store, sandbox: Sandbox, wang: Person) -> None:
    people = [sandbox.user(f"人{n}", started=True) for n in range(100)]
    sandbox.limits(True, overall_per_second=30, chat_burst=3)
    with running(store, sandbox, poll=False, handle=False, pace=(29.5, 1, 20)) as node:
        queued(store, *(a_message(person.id, text="周报", lane=Lane.DIGEST) for person in people))
        node.wake()
        until(lambda: calls(sandbox, "sendMessage") > 20)
        asked = time.monotonic()
        queued(store, a_message(wang.id, text="答复"))
        node.wake()
        assert wang.expect("答复", timeout=0.5)
        assert time.monotonic() - asked < 0.5
        node.settle()
    assert sandbox.stats()["codes"].get("429", 0) == 0
    assert all(row.state == "sent" for row in rows(store, Outbox))


def test_what_has_its_hour_waits_for_it(sender: Node, wang: Person) -> None:
    (early, later) = said(
        sender,
        a_message(wang.id, text="later", not_before=now() + timedelta(seconds=1.5)),
        a_message(wang.id, text="now"),
    )
    assert {early.state, later.state} == {"waiting", "sent"}
    until(lambda: rows(sender.store, Outbox)[0].state == "sent")
    assert [seen.text for seen in wang.messages()] == ["now", "later"]


def a_task(store: Store, number: int) -> int:
    with store.writing() as session:
        plan = session.get(Plan, 1) or Plan(id=1, title="方案", issued=now().date(), registered_at=now())
        task = Task(number=number, plan_id=1, title="", problem="", registered_at=now())
        session.add_all([plan, task])
        session.flush()
        return task.id or 0


def evidence(store: Store, task: int, member: int, file_id: str) -> None:
    with store.writing() as session:
        row = Evidence(
            task_id=task, member_id=member, cycle=1, kind="photo", file_id=file_id, file_name="前.png", at=now()
        )
        session.add(row)


def file_ids(sandbox: Sandbox) -> list[str]:
    updates = sandbox.call("getUpdates")["result"]
    found = [update["message"] for update in updates if "message" in update]
    return [m["photo"][-1]["file_id"] if "photo" in m else m["document"]["file_id"] for m in found]


def test_evidence_is_fetched_into_the_archive_and_seen_again_on_another_task(
    store: Store, sandbox: Sandbox, wang: Person, tmp_path: Path
) -> None:
    member, first, second = an_office_member(store, wang.id), a_task(store, 7), a_task(store, 12)
    wang.document(b"one and the same", name="a.pdf")
    wang.document(b"one and the same", name="b.pdf")
    for task, file_id in zip((first, second), file_ids(sandbox), strict=True):
        evidence(store, task, member, file_id)
    with running(store, sandbox, poll=False, handle=False, send=False, fetch=True, data=tmp_path):
        until(lambda: all(row.state == "fetched" for row in rows(store, Evidence)))
    one, other = rows(store, Evidence)
    assert one.sha256 == other.sha256
    assert (one.size, one.seen_on_task, other.seen_on_task) == (16, None, first)
    kept = tmp_path / "evidence" / one.sha256[:2] / one.sha256
    assert kept.read_bytes() == b"one and the same"
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path != kept and "db" not in path.name] == []


def test_evidence_telegram_does_not_know_is_asked_for_again(
    store: Store, sandbox: Sandbox, wang: Person, tmp_path: Path
) -> None:
    evidence(store, a_task(store, 7), an_office_member(store, wang.id), "never-given")
    with running(store, sandbox, poll=False, handle=False, fetch=True, data=tmp_path):
        assert "07" in wang.expect("佐证未存档").text
    assert rows(store, Evidence)[0].state == "failed"


def test_evidence_that_does_not_come_is_tried_again_later(
    store: Store, sandbox: Sandbox, wang: Person, tmp_path: Path
) -> None:
    wang.document(b"bytes", name="a.pdf")
    evidence(store, a_task(store, 7), an_office_member(store, wang.id), file_ids(sandbox)[0])
    sandbox.fault("500", "getFile")
    with running(store, sandbox, poll=False, handle=False, send=False, fetch=True, data=tmp_path):
        until(lambda: rows(store, Evidence)[0].attempts == 1)
    row = rows(store, Evidence)[0]
    assert row.state == "pending"
    assert timedelta(seconds=2) < row.next_attempt_at - now() <= timedelta(seconds=5)
