"""Bringing a database to this version of the tables, with its data. Alembic is imported only here."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from bot.store.engine import Store

HERE = Path(__file__).parent / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["engine"] = engine
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """The database has the tables of that revision; what stood in them stands in them still."""
    store = Store(url)
    try:
        command.upgrade(_config(store.engine), revision)
    finally:
        store.close()


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """(revision of the database, newest revision)."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory(str(HERE)).get_current_head()


if __name__ == "__main__":
    upgrade(sys.argv[1])
