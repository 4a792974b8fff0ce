"""Statements handed to the driver as they are: what goes in comes back, and a fault is said as SQLAlchemy says it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from bot.domain.post import Inbox
from bot.store import carry
from bot.store.carry import table_of
from bot.store.engine import Store
from bot.store.prepared import Prepared

INBOX = table_of(Inbox)
BY_KEY = Prepared(
    select(INBOX.c.chat_id, INBOX.c.payload, INBOX.c.received_at).where(
        INBOX.c.key == bindparam("key"), INBOX.c.state == "new"
    )
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def an_update(key: str) -> Inbox:
    return Inbox(key=key, chat_id=-(2**40), payload={"text": "清淤"}, received_at=NOON)


def test_what_is_written_is_read_with_its_types(any_store: Store) -> None:
    with any_store.writing() as session:
        row = an_update("1")
        carry.add(session, row)
        assert row.id is not None
        assert not carry.add_once(session, an_update("1"))
        assert BY_KEY.rows(session, {"key": "1"}) == [(-(2**40), {"text": "清淤"}, NOON)]
        assert not BY_KEY.rows(session, {"key": "2"})


@pytest.mark.parametrize("count", [1, 3])
def test_a_column_that_is_not_named_gets_its_default(any_store: Store, count: int) -> None:
    with any_store.writing() as session:
        values = [{"key": str(n), "chat_id": 7, "payload": {}, "received_at": NOON} for n in range(count)]
        carry.add_values(session, Inbox, values)
        carry.add_values_once(session, Inbox, [*values, {**values[0], "key": "new"}])
    with any_store.reading() as session:
        rows = session.connection().execute(select(INBOX.c.key, INBOX.c.state, INBOX.c.attempts)).all()
        assert sorted(rows) == [*((str(n), "new", 0) for n in range(count)), ("new", "new", 0)]


def test_a_fault_is_sorted_as_sqlalchemy_sorts_it(any_store: Store) -> None:
    with any_store.writing() as session:
        carry.add(session, an_update("1"))
        with pytest.raises(IntegrityError):
            carry.add(session, an_update("1"))
        session.rollback()
