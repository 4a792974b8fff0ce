"""A ledger's rows in another database of the same tables, from SQLite or PostgreSQL to either."""

from collections.abc import Callable, Collection
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlmodel import Session

from bot.store.engine import Store
from bot.store.tables import METADATA

CHUNK = 5000
# A node's claim to work belongs to the running node.
CLAIMS = frozenset({"lease"})
# What a house notes of itself before anybody has joined: its name, which rounds were asked.
NOTED = frozenset({"meta", "clock_round"})
# What is on its way in or out belongs to the original only, where a copy is for trying things on.
UNDER_WAY = CLAIMS | {"inbox", "outbox", "notice", "clock_round", "subscription"}
Progress = Callable[[int, int], None]


def copy(store: Store, file: Path) -> Store:
    """The ledger, its people and its reminder clock in a new SQLite file, to try things on; the original untouched."""
    fresh = Store(f"sqlite:///{file}")
    METADATA.create_all(fresh.engine)
    with store.reading() as source, fresh.writing() as target:
        copy_rows(source, target, UNDER_WAY)
    return fresh


def copy_rows(
    source: Session, target: Session, left_out: Collection[str] = CLAIMS, progress: Progress = lambda done, of: None
) -> None:
    """Every row of the source stands in the target, which has the same tables and none of these rows."""
    rows_from, to = source.connection(), target.connection()
    if to.dialect.name == "sqlite":
        to.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    tables = [table for table in METADATA.sorted_tables if table.name not in left_out]
    for done, table in enumerate(tables):
        progress(done, len(tables))
        _copy_table(rows_from, to, table)


def is_empty(session: Session) -> bool:
    """Nobody has joined, nothing is planned, nothing was said."""
    tables = [table for table in METADATA.sorted_tables if table.name not in CLAIMS | NOTED]
    return all(session.connection().execute(select(table).limit(1)).first() is None for table in tables)


def clear_notes(session: Session) -> None:
    for table in METADATA.sorted_tables:
        if table.name in NOTED:
            session.connection().execute(delete(table))


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    later: list[tuple[int, dict[str, int]]] = []
    rows = source.execute(select(table).order_by(*table.primary_key)).mappings()
    while part := rows.fetchmany(CHUNK):
        found = [dict(row) for row in part]
        # A row may name a later one of its own table, which PostgreSQL checks at once.
        for row in found:
            named = {column.name: row[column.name] for column in own if row[column.name] is not None}
            if named:
                later.append((row["id"], named))
                row.update(dict.fromkeys(named))
        target.execute(insert(table), found)
    for number, named in later:
        target.execute(update(table).where(table.c.id == number).values(**named))
    if target.dialect.name == "postgresql" and table.autoincrement_column is not None:
        _count_on(target, table)


def _count_on(target: Connection, table: Table) -> None:
    """The next row gets a number after the copied ones."""
    column = table.autoincrement_column
    assert column is not None
    last = target.execute(select(func.max(column))).scalar()
    sequence = target.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
    ).scalar()
    if last is not None and sequence is not None:
        target.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
