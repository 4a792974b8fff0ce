"""Moments as the databases keep them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from bot.domain.post import Round
from bot.store import carry
from bot.store.engine import Store

TWICE = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def test_an_hour_that_comes_twice_is_kept_apart(any_store: Store) -> None:
    with any_store.writing() as session:
        carry.add_many(session, [Round(name=f"{fold}", at=TWICE.replace(fold=fold)) for fold in (0, 1)])
    with any_store.reading() as session:
        first, second = session.exec(select(Round.at).order_by(Round.name)).all()
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused(any_store: Store) -> None:
    with pytest.raises(ValueError, match="without a zone"), any_store.writing() as session:
        carry.add(session, Round(name="naive", at=datetime(2026, 10, 25, 2, 30)))
