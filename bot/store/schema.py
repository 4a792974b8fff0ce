"""Which version of the tables a database has, without loading Alembic: the numbered files say which is newest."""

from pathlib import Path

from sqlalchemy import inspect, text

from bot.store.engine import Store

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest() -> str:
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*_*.py"))


def current(store: Store) -> str | None:
    """The database's version; None for an empty one."""
    if not inspect(store.engine).has_table("alembic_version"):
        return None
    with store.engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def up_to_date(store: Store) -> bool:
    return current(store) == newest()
