"""The outbox, the inbox and the lease on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from nodes import a_message, an_office_member, queued, rows
from sqlalchemy import text

from bot.domain.people import Group, Member, Role, Subscription
from bot.domain.post import Inbox, Lane, Outbox
from bot.store import inbox, outbox
from bot.store.engine import Store
from bot.store.lease import hold, let_go
from bot.store.outbox import Ack
from bot.usecases.inbox import receive
from bot.usecases.traffic import traffic

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def message_update(update_id: int, chat_id: int = 7, **message: object) -> dict[str, object]:
    chat = {"id": chat_id, "type": "private"}
    return {"update_id": update_id, "message": {"message_id": 1, "chat": chat, "from": {"id": 7}} | message}


def states(store: Store) -> list[str]:
    return [row.state for row in rows(store, Outbox)]


def test_the_same_key_is_queued_once(any_store: Store) -> None:
    queued(any_store, a_message(1, key="a"), a_message(1, key="b"))
    queued(any_store, a_message(1, key="b"), a_message(1, key="c"))
    assert [row.key for row in rows(any_store, Outbox)] == ["a", "b", "c"]


def test_messages_are_claimed_once_and_dropped_ones_never(any_store: Store) -> None:
    queued(any_store, a_message(1, key="a"), a_message(1, key="b", state="dropped"), a_message(1, key="c"))
    with any_store.writing() as session:
        assert [letter.id for letter in outbox.claim(session, [1, 2, 3])] == [1, 3]
    with any_store.writing() as session:
        assert outbox.claim(session, [1, 2, 3]) == []


def test_messages_wait_for_their_moment(any_store: Store) -> None:
    queued(any_store, a_message(1, key="a", not_before=LATER), a_message(1, key="b"), a_message(1, key="c", lane=3))
    with any_store.reading() as session:
        assert [entry.id for entry in outbox.waiting(session, Lane.REPLY, NOON, 10)] == [2]
        assert [entry.id for entry in outbox.waiting(session, Lane.REPLY, LATER, 10)] == [1, 2]
        assert [entry.id for entry in outbox.waiting(session, Lane.DIGEST, NOON, 10)] == [3]


def test_outcomes_stand_in_the_rows(any_store: Store) -> None:
    queued(any_store, *(a_message(1, key=key) for key in "abc"))
    with any_store.writing() as session:
        outbox.claim(session, [1, 2, 3])
        acks = [Ack(1, "sent", (501,)), Ack(2, "waiting", error="Later"), Ack(3, "uncertain", error="TimedOut")]
        outbox.acknowledge(session, acks, NOON)
    sent, again, uncertain = rows(any_store, Outbox)
    assert (sent.state, sent.message_id, sent.done_at) == ("sent", 501, NOON)
    assert (again.state, again.attempts, again.done_at) == ("waiting", 1, None)
    assert (uncertain.state, uncertain.error) == ("uncertain", "TimedOut")


def test_what_a_stopped_sender_left_waits_again(any_store: Store) -> None:
    queued(any_store, a_message(1, key="a"), a_message(1, key="b"))
    with any_store.writing() as session:
        outbox.claim(session, [1])
    with any_store.writing() as session:
        assert outbox.release(session) == 1
    assert states(any_store) == ["waiting", "waiting"]


def test_every_part_of_a_long_message_can_be_replied_to(any_store: Store) -> None:
    queued(any_store, a_message(1, key="a", about={"task": 12}))
    with any_store.writing() as session:
        outbox.claim(session, [1])
        outbox.acknowledge(session, [Ack(1, "sent", (501, 502, 503))], NOON)
    found = {row.message_id: (row.about, row.state) for row in rows(any_store, Outbox)}
    assert found == dict.fromkeys((501, 502, 503), ({"task": 12}, "sent"))


def test_finding_what_waits_uses_the_index_of_what_waits(store: Store) -> None:
    with store.reading() as session:
        queries = (
            (outbox._WAITING[Lane.REPLY], {"now": NOON.isoformat(), "most": 10}, "ix_outbox_waiting"),
            (inbox.select(inbox.INBOX).where(inbox.IS_NEW).order_by(inbox.INBOX.c.id), {}, "ix_inbox_waiting"),
        )
        for statement, values, index in queries:
            plan = session.connection().execute(text(f"EXPLAIN QUERY PLAN {statement}"), {"lane_1": 0} | values)
            assert index in " ".join(row.detail for row in plan)


def test_a_group_takes_everything_with_it_when_it_migrates(any_store: Store) -> None:
    member = an_office_member(any_store, 7)
    queued(any_store, a_message(-5, key="a"), a_message(-6, key="b"))
    with any_store.writing() as session:
        session.add(Group(chat_id=-5, bound_at=NOON))
        session.add(Group(chat_id=-5, topic_id=3, bound_at=NOON))
        session.add(Group(chat_id=-1005, topic_id=3, bound_at=NOON))
        session.add(
            Subscription(chat_id=-5, member_id=member, rhythm="weekly", at=NOON.time(), next_at=NOON, created_at=NOON)
        )
    with any_store.writing() as session:
        outbox.move_chat(session, -5, -1005)
    assert [row.chat_id for row in rows(any_store, Outbox)] == [-1005, -6]
    # The topic bound under both ids stays as it is bound under the new one.
    assert [row.chat_id for row in rows(any_store, Group)] == [-1005, -5, -1005]
    assert [row.chat_id for row in rows(any_store, Subscription)] == [-1005]


def test_the_office_hears_once_that_somebody_is_out_of_reach(any_store: Store) -> None:
    an_office_member(any_store, 1)
    an_office_member(any_store, 2)
    li = an_office_member(any_store, 9, "李某", Role.LIAISON)
    for _ in range(2):
        with any_store.writing() as session:
            outbox.mark_unreachable(session, 9, NOON)
    told = rows(any_store, Outbox)
    assert [(row.chat_id, row.kind, row.facts) for row in told] == [
        (1, "unreachable", {"name": "李某"}),
        (2, "unreachable", {"name": "李某"}),
    ]
    with any_store.writing() as session:
        assert session.get_one(Member, li).unreachable_since == NOON
        outbox.mark_reached(session, [9])
    with any_store.reading() as session:
        assert session.get_one(Member, li).unreachable_since is None


def test_the_office_is_not_told_of_itself(any_store: Store) -> None:
    an_office_member(any_store, 1)
    with any_store.writing() as session:
        outbox.mark_unreachable(session, 1, NOON)
    assert rows(any_store, Outbox) == []


def test_a_group_that_removed_the_bot_is_left_and_reported(any_store: Store) -> None:
    an_office_member(any_store, 1)
    with any_store.writing() as session:
        session.add(Group(chat_id=-5, title="水务局工作群", bound_at=NOON))
    for _ in range(2):
        with any_store.writing() as session:
            outbox.mark_unreachable(session, -5, NOON)
    assert rows(any_store, Group)[0].left_at == NOON
    assert [row.facts for row in rows(any_store, Outbox)] == [{"title": "水务局工作群"}]


def test_an_update_delivered_again_changes_nothing(any_store: Store) -> None:
    updates = [message_update(1, text="12 60%"), message_update(2, text="好的")]
    with any_store.writing() as session:
        assert receive(session, 99, updates, NOON) == 2
    with any_store.writing() as session:
        assert receive(session, 99, [*updates, message_update(3, text="新")], NOON) == 1
    assert [row.chat_id for row in rows(any_store, Inbox)] == [7, 7, 7]


def test_an_update_id_used_anew_for_another_update_is_another_update(any_store: Store) -> None:
    with any_store.writing() as session:
        receive(session, 99, [message_update(1, text="旧")], NOON)
        receive(session, 99, [message_update(1, text="新")], NOON)
    assert [row.payload["message"]["text"] for row in rows(any_store, Inbox)] == ["旧", "新"]


@pytest.mark.parametrize("hostile", ["nul \0 inside", "half a pair \ud83d", "\udc00"])
def test_a_text_no_database_takes_does_not_stop_the_intake(any_store: Store, hostile: str) -> None:
    with any_store.writing() as session:
        assert receive(session, 99, [message_update(1, text=hostile), message_update(2, text="🔵 好")], NOON) == 2
    first, second = (row.payload["message"]["text"] for row in rows(any_store, Inbox))
    assert "\0" not in first
    assert first.encode()
    assert second == "🔵 好"


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"update_id": 1, "edited_message": {"chat": {"id": -5}, "from": {"id": 7}}}, -5),
        ({"update_id": 1, "callback_query": {"from": {"id": 7}, "message": {"chat": {"id": -5}}}}, -5),
        ({"update_id": 1, "callback_query": {"from": {"id": 7}, "inline_message_id": "x"}}, 7),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": -5}, "from": {"id": 7}}}, -5),
        ({"update_id": 1}, 0),
        ({"update_id": 1, "message": "not what it should be"}, 0),
    ],
)
def test_the_chat_of_an_update(store: Store, update: dict[str, object], chat: int) -> None:
    with store.writing() as session:
        receive(session, 99, [update], NOON)
    assert rows(store, Inbox)[0].chat_id == chat


def test_of_two_takers_each_update_goes_to_one(any_store: Store) -> None:
    with any_store.writing() as session:
        receive(session, 99, [message_update(n) for n in range(1, 41)], NOON)

    def take_all() -> set[int]:
        taken: set[int] = set()
        for number in range(1, 41):
            with any_store.writing() as session:
                taken |= inbox.take(session, [number])
        return taken

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: take_all(), range(2))
    assert one | other == set(range(1, 41))
    assert not one & other


def test_one_holds_the_lease_until_it_runs_out(any_store: Store) -> None:
    def ask(holder: str, now: datetime) -> bool:
        with any_store.writing() as session:
            return hold(session, "node", holder, now, 8)

    assert ask("a", NOON)
    assert not ask("b", NOON + timedelta(seconds=7))
    assert ask("a", NOON + timedelta(seconds=7))
    assert not ask("b", NOON + timedelta(seconds=14))
    assert ask("b", NOON + timedelta(seconds=16))
    assert not ask("a", NOON + timedelta(seconds=17))


def test_a_lease_let_go_is_free_at_once_and_only_its_holder_lets_go(any_store: Store) -> None:
    with any_store.writing() as session:
        assert hold(session, "node", "a", NOON, 8)
        let_go(session, "node", "b")
        assert not hold(session, "node", "b", NOON, 8)
        let_go(session, "node", "a")
        assert hold(session, "node", "b", NOON, 8)


def test_of_many_nodes_asking_at_once_one_gets_the_lease(any_store: Store) -> None:
    def ask(number: int) -> bool:
        with any_store.writing() as session:
            return hold(session, "node", f"node{number}", NOON, 8)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 1


def test_the_traffic_is_counted(any_store: Store) -> None:
    queued(any_store, a_message(1), a_message(1, lane=3), a_message(1, state="uncertain"), a_message(1, state="sent"))
    with any_store.writing() as session:
        receive(session, 99, [message_update(1)], NOON)
    with any_store.reading() as session:
        found = traffic(session)
    assert found.inbox_waiting == 1
    assert found.messages == {("reply", "waiting"): 1, ("digest", "waiting"): 1, ("reply", "uncertain"): 1}
    assert found.in_state("waiting") == 2
