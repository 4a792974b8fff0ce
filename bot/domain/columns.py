"""Column types that hold on SQLite and PostgreSQL alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite knows no zones, so a naive value is refused, not guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value!r}")
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _written(value: datetime | None) -> str | None:
    # Of one zone, two moments of an hour that comes twice are equal and differ in `fold` alone.
    return None if value is None else _as_text(value, value.fold)


@lru_cache(4096)
def _as_text(value: datetime, _fold: int) -> str:
    """As SQLAlchemy keeps moments in SQLite; a round writes thousands of rows with the same few."""
    if value.tzinfo is None:
        raise ValueError(f"a moment without a zone: {value!r}")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


# SQLite only numbers an INTEGER primary key by itself; PostgreSQL gets 64 bits.
Big = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


def key() -> Any:
    return Field(default=None, sa_column=Column(Big, primary_key=True, autoincrement=True))


def moment(*, index: bool = False) -> Any:
    return Field(sa_column=Column(UtcDateTime(), nullable=False, index=index))


def maybe_moment(*, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=True, index=index))


def json_object() -> Any:
    return Field(default_factory=dict, sa_column=Column(Json, nullable=False))


def json_list() -> Any:
    return Field(default_factory=list, sa_column=Column(Json, nullable=False))


def foreign_number(*, index: bool = False, unique: bool = False, nullable: bool = False) -> Any:
    """A 64-bit number given by somebody else, such as a Telegram chat."""
    return Field(
        default=None if nullable else ...,
        sa_column=Column(BigInteger(), nullable=nullable, index=index, unique=unique),
    )
