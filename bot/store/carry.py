"""Carrying out a decision: listed changes, additions, notices and audit entries, all in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import Session, SQLModel

from bot.domain.audit import GENESIS, canonical, link
from bot.domain.decision import Change, Decision, Deed, Removal
from bot.domain.ledger import Event
from bot.domain.refusal import Refusal
from bot.store.engine import forget, remember, remembered
from bot.store.prepared import Prepared

AUDIT_LOCK = 20210205
EVENT: Table = Event.__table__  # type: ignore[attr-defined]
LAST_HASH = Prepared(select(EVENT.c.hash).order_by(EVENT.c.id.desc()).limit(1))


def carry_out(session: Session, decision: Decision, *, at: datetime, actor: str, cause: str = "") -> None:
    """Everything the decision lists is true afterwards, and the rows added know their ids.

    Refusals: changed_meanwhile (somebody else changed a row after it was read; nothing is written).
    """
    for change in decision.changes:
        apply(session, change)
    for removal in decision.removals:
        remove(session, removal)
    for row in decision.additions:
        add(session, row)
    for notice in decision.notices:
        add_once(session, notice)
    record(session, decision.events, at=at, actor=actor, cause=cause)


def table_of(row: SQLModel | type[SQLModel]) -> Table:
    table: Table = row.__table__  # type: ignore[union-attr]
    return table


def apply(session: Session, change: Change) -> None:
    table = table_of(change.table)
    where = [table.c.id == change.id, *(table.c[name] == value for name, value in change.only_if.items())]
    fields = dict(change.fields)
    if change.version is not None:
        where.append(table.c.version == change.version)
        fields["version"] = change.version + 1
    forget(session, table.name)
    if session.connection().execute(update(table).where(*where).values(fields)).rowcount != 1:
        raise Refusal("changed_meanwhile")


def remove(session: Session, removal: Removal) -> None:
    table = table_of(removal.table)
    if session.connection().execute(delete(table).where(table.c.id == removal.id)).rowcount != 1:
        raise Refusal("changed_meanwhile")


def values_of(row: SQLModel) -> dict[str, Any]:
    return {column.key: row.__dict__.get(column.key) for column in table_of(row).columns}


def _unnamed(table: Table, names: Sequence[str]) -> dict[str, Any]:
    """The defaults of columns for which no value is given."""
    defaults = {column.key: column.default for column in table.columns if column.key not in names}
    return {name: each.arg for name, each in defaults.items() if isinstance(each, ScalarElementColumnDefault)}


@cache
def _insertion(table: Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table).values(_unnamed(table, names)), names)


@cache
def _insertion_with_id(table: Table, names: tuple[str, ...]) -> Prepared:
    """Of one row, that gives its id where that is the database's to choose."""
    return Prepared(insert(table).values(_unnamed(table, names)).returning(*table.primary_key.columns), names)


@cache
def _insertion_once(
    table: Table, names: tuple[str, ...], dialect: str, on: tuple[str, ...], *, telling: bool
) -> Prepared:
    """`telling`: gives the key of each row that was added."""
    make: Any = sqlite_insert if dialect == "sqlite" else postgresql_insert
    statement = make(table).values(_unnamed(table, names)).on_conflict_do_nothing(index_elements=list(on))
    return Prepared(statement.returning(*table.primary_key.columns) if telling else statement, names)


def add(session: Session, row: SQLModel) -> None:
    table = table_of(row)
    values = _without_id(row)
    forget(session, table.name)
    if "id" in table.c and "id" not in values:
        row.__dict__["id"] = _insertion_with_id(table, tuple(values)).rows(session, values)[0][0]
    else:
        _insertion(table, tuple(values)).rows(session, values)


def add_many(session: Session, rows: Sequence[SQLModel]) -> None:
    """Many rows of one table at once; their ids are not needed afterwards."""
    if rows:
        add_values(session, type(rows[0]), [_without_id(row) for row in rows])


def add_values(session: Session, table: type[SQLModel], listed: Sequence[dict[str, Any]]) -> None:
    """Many rows of one table at once, given as values that all have the same names: of thousands, rows would cost more
    than the database does.
    """
    if listed:
        forget(session, table_of(table).name)
        _insertion(table_of(table), tuple(listed[0])).many(session, listed)


def _without_id(row: SQLModel) -> dict[str, Any]:
    """Its values; no id unless it has one."""
    values = values_of(row)
    if values.get("id") is None:
        values.pop("id", None)
    return values


def add_in_order(session: Session, rows: Sequence[SQLModel]) -> None:
    """Many rows of one table at once; each knows its id afterwards."""
    if not rows:
        return
    table = table_of(rows[0])
    forget(session, table.name)
    listed = [{name: value for name, value in values_of(row).items() if name != "id"} for row in rows]
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    for row, id_ in zip(rows, session.connection().execute(statement, listed).scalars(), strict=True):
        row.__dict__["id"] = id_


def add_once(session: Session, row: SQLModel, *, on: Sequence[str] = ("key",)) -> bool:
    """Add the row unless one with its unique key stands there already: then somebody said it first. True if added."""
    table = table_of(row)
    values = _without_id(row)
    dialect = session.connection().dialect.name
    made = _insertion_once(table, tuple(values), dialect, tuple(on), telling=True).rows(session, values)
    if made and "id" in table.c:
        row.__dict__["id"] = made[0][0]
    return bool(made)


def add_many_once(session: Session, rows: Sequence[SQLModel], *, on: Sequence[str] = ("key",)) -> None:
    """Many rows of one table, except those whose unique key stands there already."""
    if rows:
        add_values_once(session, type(rows[0]), [_without_id(row) for row in rows], on=on)


def add_values_once(
    session: Session, table: type[SQLModel], listed: Sequence[dict[str, Any]], *, on: Sequence[str] = ("key",)
) -> None:
    """As `add_values`, except those whose unique key stands there already."""
    if listed:
        dialect, names = session.get_bind().dialect.name, tuple(listed[0])
        _insertion_once(table_of(table), names, dialect, tuple(on), telling=False).many(session, listed)


def record(session: Session, deeds: Iterable[Deed], *, at: datetime, actor: str, cause: str = "") -> None:
    """Append to the audit trail. On PostgreSQL appenders queue up, for a chain has one end; SQLite has one writer."""
    deeds = list(deeds)
    if not deeds:
        return
    previous = _end_of_chain(session)
    rows = []
    for deed in deeds:
        event = Event(
            at=at,
            actor=actor,
            kind=deed.kind,
            task_id=deed.task_id,
            before=canonical(deed.before),
            after=canonical(deed.after),
            cause=cause,
            previous_hash=previous,
            hash="",
        )
        event.__dict__["hash"] = previous = link(previous, event)
        rows.append(event)
    add_many(session, rows)
    remember(session, EVENT.name, previous)


def _end_of_chain(session: Session) -> str:
    """The last hash. Nobody else appends until this transaction has ended, so it is looked up once in it."""
    known: str | None = remembered(session, EVENT.name)
    if known is not None:
        return known
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": AUDIT_LOCK})
    last = LAST_HASH.rows(session, {})
    return last[0][0] if last else GENESIS
