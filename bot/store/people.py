"""Finding people, groups and units."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam
from sqlalchemy import select as select_core
from sqlmodel import Session, col, select

from bot.domain.ledger import Unit
from bot.domain.people import Group, Member, Role
from bot.store.carry import table_of
from bot.store.engine import forget, remember, remembered
from bot.store.prepared import Prepared

# Asked with every update: kept, since to build a statement anew costs more than to run it.
_UNIT_NAMES = select(Unit.id, Unit.name)
_MEMBER = table_of(Member)
_MEMBER_FIELDS = [column.key for column in _MEMBER.c]
_BY_USER = Prepared(select_core(_MEMBER).where(_MEMBER.c.user_id == bindparam("user_id"), _MEMBER.c.left_at.is_(None)))


def unit_names(session: Session) -> dict[int, str]:
    """Names by id."""
    known: dict[int, str] | None = remembered(session, "unit")
    if known is None:
        known = {row.id: row.name for row in session.connection().execute(_UNIT_NAMES)}
        remember(session, "unit", known)
    return known


def unit_by_name(session: Session, name: str) -> Unit | None:
    return session.exec(select(Unit).where(Unit.name == name)).first()


def ensure_unit(session: Session, name: str, kind: str = "department") -> Unit:
    """The unit of that name; it stands in the ledger afterwards."""
    found = unit_by_name(session, name)
    if found is None:
        found = Unit(name=name, kind=kind)
        session.add(found)
        session.flush()
        forget(session, "unit")
    return found


def member_by_user(session: Session, user_id: int) -> Member | None:
    """Who this Telegram account is; a copy the session does not watch, which is half the work."""
    rows = _BY_USER.rows(session, {"user_id": user_id})
    return Member(**dict(zip(_MEMBER_FIELDS, rows[0], strict=True))) if rows else None


def member_by_id(session: Session, member_id: int | None) -> Member | None:
    return session.get(Member, member_id) if member_id is not None else None


def present(
    session: Session, *, roles: Iterable[Role] | None = None, units: Sequence[int] | None = None
) -> list[Member]:
    """People who have joined and not left, in the order they joined."""
    statement = select(Member).where(col(Member.left_at).is_(None)).order_by(col(Member.id))
    if roles is not None:
        statement = statement.where(col(Member.role).in_(list(roles)))
    if units is not None:
        statement = statement.where(col(Member.unit_id).in_(units))
    return list(session.exec(statement))


def people_names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.connection().execute(select(Member.id, Member.name))}


def people_and_units(session: Session) -> dict[int, str]:
    """Names with the unit before them, for where nothing else says the unit."""
    rows = session.connection().execute(
        select(Member.id, Member.name, Unit.name).outerjoin(Unit, col(Unit.id) == Member.unit_id)
    )
    return {id_: f"{unit or ''} {name}".strip() for id_, name, unit in rows}


def group_by_chat(session: Session, chat_id: int, topic_id: int = 0) -> Group | None:
    """The work group of a chat, by its topic first."""
    rows = session.exec(select(Group).where(Group.chat_id == chat_id, col(Group.left_at).is_(None))).all()
    return next((group for group in rows if group.topic_id == topic_id), rows[0] if rows else None)


def bound_groups(session: Session) -> list[Group]:
    return list(session.exec(select(Group).where(col(Group.left_at).is_(None)).order_by(col(Group.id))))


def lost_groups(session: Session) -> dict[int, Group]:
    """Unit → the last of its work groups, where it has put the bot out and no other is tied to the unit."""
    groups = session.exec(select(Group).where(col(Group.unit_id).is_not(None)).order_by(col(Group.id))).all()
    held = {group.unit_id for group in groups if group.left_at is None}
    return {group.unit_id: group for group in groups if group.unit_id is not None and group.unit_id not in held}
