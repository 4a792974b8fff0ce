"""The inbox: chat updates stored before they are confirmed, each taken exactly once."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from bot.domain.post import Inbox
from bot.store.carry import table_of, values_of

INBOX = table_of(Inbox)
# Written out, not bound: SQLite uses the partial index only when it reads the same words as in the index.
IS_NEW = text("state = 'new'")
_TAKE = (
    update(INBOX)
    .where(IS_NEW, INBOX.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="handled")
    .returning(INBOX.c.id)
)
_GIVE_BACK = update(INBOX).where(INBOX.c.id.in_(bindparam("ids", expanding=True))).values(state="new")


def keep(session: Session, rows: Sequence[Inbox]) -> int:
    """Each row stands in the inbox afterwards, once; how many were not there before."""
    if not rows:
        return 0
    make: Any = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = make(INBOX).on_conflict_do_nothing(index_elements=["key"]).returning(INBOX.c.id)
    listed = [{name: value for name, value in values_of(row).items() if name != "id"} for row in rows]
    return len(session.connection().execute(statement, listed).all())


def waiting(session: Session, limit: int, *, besides: Collection[int] = ()) -> list[Inbox]:
    """The oldest updates nobody has handled, in the order they came, without those of the chats `besides`."""
    found = select(Inbox).where(IS_NEW).order_by(INBOX.c.id).limit(limit)
    if besides:
        found = found.where(INBOX.c.chat_id.not_in(besides))
    return list(session.scalars(found))


def take(session: Session, ids: Sequence[int]) -> set[int]:
    """Marks these updates as handled; the ids that were still new. Of the others another node has seen to it."""
    return set(session.connection().execute(_TAKE, {"ids": list(ids)}).scalars())


def give_back(session: Session, ids: Sequence[int]) -> None:
    """What this transaction took but did not get to is new again."""
    if ids:
        session.connection().execute(_GIVE_BACK, {"ids": list(ids)})


def note_failure(session: Session, row: Inbox, error: str, *, parked: bool) -> None:
    """The update counts one more failure; it is new again, or parked for good."""
    session.connection().execute(
        update(INBOX)
        .where(INBOX.c.id == row.id, INBOX.c.state != "parked")
        .values(attempts=INBOX.c.attempts + 1, error=error, state="parked" if parked else "new")
    )


def count(session: Session, state: str) -> int:
    where = IS_NEW if state == "new" else INBOX.c.state == state
    return session.connection().execute(select(func.count()).select_from(INBOX).where(where)).scalar_one()
