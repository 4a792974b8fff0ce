"""Alembic's entrance: the tables as declared in domain/, on the engine that `migrate.upgrade` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON
from sqlmodel.sql.sqltypes import AutoString

from bot.domain.columns import UtcDateTime
from bot.store.tables import METADATA


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
            target_metadata=METADATA,
            render_as_batch=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
