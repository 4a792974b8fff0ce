"""Alembic's entrance: the tables as declared in domain/, on the engine that `migrate.upgrade` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import bot.domain.cadence
import bot.domain.importing
import bot.domain.indicators
import bot.domain.ledger
import bot.domain.people
import bot.domain.post
import bot.domain.process
import bot.domain.silence
import bot.domain.urging  # noqa: F401  (their tables are compared)
from bot.domain.columns import UtcDateTime


def render_item(type_: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Migrations stand on their own: they name plain SQLAlchemy types, not ours."""
    if type_ != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AutoString):
        return "sa.String()"
    if isinstance(item, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run() -> None:
    engine = context.config.attributes["engine"].execution_options(writing=True)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
