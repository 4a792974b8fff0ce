"""Small facts about this ledger by name: what the clock has seen, when it last looked, the bot's own name."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from bot.domain.post import Meta
from bot.store.carry import table_of

MARKS = table_of(Meta)


def marked(session: Session, name: str) -> str | None:
    """None: never noted."""
    value: str | None = session.connection().execute(select(MARKS.c.value).where(MARKS.c.name == name)).scalar()
    return value


def mark(session: Session, name: str, value: str) -> None:
    """Noted or noted anew; of two nodes that note at once, the second waits for the first."""
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = make(MARKS).values(name=name, value=value)
    session.connection().execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
