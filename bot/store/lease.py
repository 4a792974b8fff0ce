"""Which node takes in, handles and sends: the holder of the lease. It runs on machine time, never on a rehearsal's."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from bot.domain.post import Lease
from bot.store.carry import table_of

LEASES = table_of(Lease)


def hold(session: Session, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """True if `holder` holds the lease until `now` + `seconds`: it was free, had run out, or was its own already."""
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    until = now + timedelta(seconds=seconds)
    # One statement: of two nodes that ask at once, the second waits for the first and then finds it taken.
    statement = (
        make(LEASES)
        .values(name=name, holder=holder, until=until)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until},
            where=or_(LEASES.c.holder == holder, LEASES.c.until < now),
        )
        .returning(LEASES.c.holder)
    )
    return session.connection().execute(statement).scalar() == holder


def let_go(session: Session, name: str, holder: str) -> None:
    """The lease is free at once, if it was this holder's: an orderly stop makes nobody wait."""
    session.connection().execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.holder == holder))
