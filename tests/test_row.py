"""Rows are made quickly, and are what SQLModel's own would be."""

import pytest
from nodes import now, queued, rows
from sqlmodel import SQLModel

from bot.domain.ledger import Move, Question
from bot.domain.post import Outbox
from bot.domain.row import Row
from bot.store.engine import Store

TABLES = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]


def test_every_table_is_made_of_rows() -> None:
    assert [table.__name__ for table in TABLES if not issubclass(table, Row)] == []


def test_a_row_has_the_defaults_sqlmodel_would_give_it() -> None:
    class Plain(SQLModel):
        """The columns of Outbox that have defaults of both kinds, as no table: SQLModel fills them in itself."""

        id: int | None = None
        method: str = "send"
        facts: dict[str, object] = Outbox.model_fields["facts"]

    row, plain = Outbox(key="a", chat_id=7, kind="echo", created_at=now()), Plain()
    assert {name: getattr(row, name) for name in Plain.model_fields} == plain.model_dump()
    assert row.model_fields_set == {"key", "chat_id", "kind", "created_at"}


def test_rows_share_nothing_that_can_change() -> None:
    one, other = (Question(task_id=1, kind="deadline", place="", phrase="", asked_at=now()) for _ in range(2))
    one.choices.append("2022-06-30")
    assert other.choices == []


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="Move has no sate"):
        Move(task_id=1, cycle=1, sate="registered", at=now())  # type: ignore[call-arg]


def test_a_row_added_and_then_changed_is_written_as_changed(store: Store) -> None:
    row = Outbox(key="a", chat_id=7, kind="echo", created_at=now())
    with store.writing() as session:
        session.add(row)
        session.flush()
        row.kind = "digest"
    assert [(each.key, each.kind) for each in rows(store, Outbox)] == [("a", "digest")]


def test_a_row_can_be_taken_from_another_session(store: Store) -> None:
    queued(store, Outbox(key="a", chat_id=7, kind="echo", created_at=now()))
    [there] = rows(store, Outbox)
    with store.writing() as session:
        session.merge(Outbox(id=there.id, key="a", chat_id=8, kind="echo", created_at=there.created_at))
    assert [each.chat_id for each in rows(store, Outbox)] == [8]
