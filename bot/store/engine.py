"""The only place that opens sessions: SQLite or PostgreSQL, one transaction for each thing done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlmodel import Session, create_engine


class Store:
    """A database: `reading()` for a consistent look, `writing()` for one transaction that holds or leaves nothing."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database not in (None, "", ":memory:"):
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self._write_engine = self.engine.execution_options(writing=True)
        # SQLite has one writer; waiting here is fair and immediate, its own busy wait sleeps and polls.
        self._writer: Any = threading.RLock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A look that sees one moment however long it takes, while others go on writing."""
        # SQLite's readers always do; PostgreSQL's see each statement's own moment unless they ask.
        engine = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Session]:
        """One transaction, committed at the end of the block and rolled back if it raises.

        `durable`: on SQLite the commit reaches the disk before the block ends, together with every commit before
        it; elsewhere (WAL, synchronous=NORMAL) only a power cut, never a crash, can take back the last ones.
        """
        engine = self._write_engine.execution_options(durable=True) if durable else self._write_engine
        with self._writer, Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """What the block wrote is undone if it raises, and what was read before must be read again.

    Said to the driver directly: SQLAlchemy's own nested transaction costs as much as five statements.
    """
    session.flush()
    cursor = session.connection().connection.cursor()
    cursor.execute("SAVEPOINT here")
    try:
        yield
        session.flush()
    except BaseException:
        # Of savepoints of one name the innermost is meant, on SQLite and on PostgreSQL.
        # If even this fails, so will every statement after it, and the transaction with them.
        with suppress(Exception):
            cursor.execute("ROLLBACK TO SAVEPOINT here")
            cursor.execute("RELEASE SAVEPOINT here")
        session.expunge_all()
        session.info.clear()
        raise
    cursor.execute("RELEASE SAVEPOINT here")


def remember(session: Session, table: str, value: Any) -> None:
    """What was looked up in a table with every update is kept until the transaction ends or the table is written."""
    session.info[table] = value


def remembered(session: Session, table: str) -> Any:
    """None when it must be looked up."""
    return session.info.get(table)


def forget(session: Session, table: str) -> None:
    """The table was written."""
    session.info.pop(table, None)


def _postgresql(url: str) -> Engine:
    return create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late to be IMMEDIATE, so transactions are opened below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writing"):
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('durable') else 'NORMAL'}")
            # A transaction that reads first and writes later fails at once as "locked": take the lock at the start.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("BEGIN")

    return engine
