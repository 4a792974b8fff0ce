"""Databases of an older version upgrade with their data, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import bot.domain.importing
import bot.domain.process
import bot.domain.silence
import bot.domain.urging  # noqa: F401
from bot.store.engine import Store
from bot.store.migrate import revisions, upgrade

PLAN = "INSERT INTO plan (title, kind, issued, registered_at) VALUES ('方案', 'main', '2021-05-20', '2021-05-20 00:00')"
TASK = (
    "INSERT INTO task (number, plan_id, source_number, title, problem, objective, category, person_in_charge, contact,"
    " remark, deadline_phrase, cadence, cycle, state, registered_at, version)"
    " VALUES (7, 1, '7', '清淤', '淤积', '', '', '', '', '', '', 'weekly', 1, 'in_progress', '2021-05-20 00:00', 1)"
)
NOTE = (
    "INSERT INTO note (task_id, cycle, kind, text, at) VALUES (1, 1, 'instruction', '限期整改', '2022-06-13 09:00:00')"
)
EVENT = (
    "INSERT INTO event (at, actor, kind, before, after, cause, previous_hash, hash)"
    " VALUES ('2022-06-13 09:00:00', 'clock', 'import', '{}', '{}', '', '0', '1')"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/duban.db"
    return str(request.getfixturevalue("postgres_url"))


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement."""
    store = Store(url)
    try:
        with store.writing() as session:
            for statement in statements:
                found = session.connection().execute(text(statement))
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        store.close()


def test_a_ledger_of_the_first_version_keeps_its_data(url: str) -> None:
    upgrade(url, "0001")
    run(url, PLAN, TASK, NOTE)
    upgrade(url)
    assert run(url, "SELECT number, title, state FROM task") == [(7, "清淤", "in_progress")]
    assert run(url, "SELECT text, answer FROM note") == [("限期整改", "")]


def test_the_migrated_tables_are_those_the_code_declares(url: str) -> None:
    upgrade(url)
    store = Store(url)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []
    assert len(set(revisions(store.engine))) == 1
    store.close()


def test_upgrading_again_changes_nothing(url: str) -> None:
    upgrade(url)
    run(url, PLAN, TASK)
    upgrade(url)
    assert run(url, "SELECT count(*) FROM task") == [(1,)]


HARM = {
    "sqlite": [
        "UPDATE event SET actor = 'nobody'",
        "DELETE FROM event",
        EVENT.replace("INSERT", "INSERT OR REPLACE").replace("'clock'", "'nobody'"),
        EVENT.replace("INSERT", "INSERT OR REPLACE").replace("(at,", "(id, at,").replace("('2022", "(1, '2023"),
    ],
    "postgresql": [
        "UPDATE event SET actor = 'nobody'",
        "DELETE FROM event",
        "TRUNCATE event",
        "TRUNCATE event CASCADE",
    ],
}


def test_the_database_itself_guards_the_audit_trail(url: str) -> None:
    upgrade(url)
    run(url, EVENT)
    for harm in HARM[url.partition("+")[0].partition(":")[0]]:
        with pytest.raises(DBAPIError, match="append-only"):
            run(url, harm)
    assert run(url, "SELECT actor FROM event") == [("clock",)]
