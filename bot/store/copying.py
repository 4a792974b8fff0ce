"""A ledger's copy to try things on: into a SQLite file, from either database, the original untouched."""

from pathlib import Path

from sqlalchemy import insert, select
from sqlmodel import SQLModel

from bot.store.engine import Store

CHUNK = 5000
# What is on its way in or out belongs to the original only.
LEFT_OUT = frozenset({"inbox", "outbox", "lease", "notice", "clock_round", "subscription"})


def copy(store: Store, file: Path) -> Store:
    """The ledger, its people and its reminder clock in a new SQLite file."""
    fresh = Store(f"sqlite:///{file}")
    SQLModel.metadata.create_all(fresh.engine)
    with store.reading() as source, fresh.writing() as target:
        target.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in SQLModel.metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            rows = source.connection().execute(select(table)).mappings()
            while part := rows.fetchmany(CHUNK):
                target.connection().execute(insert(table), [dict(row) for row in part])
    return fresh
