"""Inviting, joining, leaving, and what a person sets for themselves."""

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import Group, Invitation, Member, Role, own_name, require
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.store import people as roster
from bot.usecases.absence import leave_duties, take_duties
from bot.usecases.act import Act

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 12
# Leaders, readers and the office itself belong to bodies that no plan names as a unit.
UNITLESS = frozenset({Role.LEADER, Role.VIEWER, Role.OFFICE})


def code_hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def invite(
    act: Act, unit: str, role: str, *, expires: timedelta, machine_now: datetime, registry: Registry
) -> dict[str, Any]:
    """A single-use code for one person; only its hash is kept. → {"code", "expires_at", "unit", "role"}.

    Refusals: not_your_right, no_such_role, no_such_unit (near: names).
    """
    if act.member is not None:
        require(act.member, "invite")
    if role not in set(Role):
        raise Refusal("no_such_role", role=role, roles=", ".join(Role))
    name = unit.strip() if role in UNITLESS and unit.strip() else known_unit(act, unit, registry)
    found = roster.ensure_unit(act.session, name, kind_of(registry, name))
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    row = Invitation(
        code_hash=code_hash(code),
        unit_id=found.id,
        role=role,
        invited_by=act.member.name if act.member else "",
        created_at=machine_now,
        expires_at=machine_now + expires,
    )
    event = Deed("invite", None, {}, {"unit": name, "role": role, "expires_at": row.expires_at})
    act.carry(Decision(additions=[row], events=[event]))
    return {"code": code, "expires_at": row.expires_at, "unit": name, "role": role}


def known_unit(act: Act, text: str, registry: Registry) -> str:
    """The canonical name of a unit of the registry or of the ledger. Refusals: no_such_unit."""
    found = registry.find(text)
    if found is not None:
        return found.name
    if text.strip() and roster.unit_by_name(act.session, text.strip()) is not None:
        return text.strip()
    raise Refusal("no_such_unit", unit=text, near=registry.near(text))


def kind_of(registry: Registry, name: str) -> str:
    found = registry.find(name)
    return found.kind if found else "unit"


def join(act: Act, code: str, user_id: int, name: str, *, machine_now: datetime, locale: str) -> Member:
    """The person is bound to the code's unit and role, and the code is used up.

    Refusals: bad_code (unknown, used or expired: a stranger is not told which), already_joined.
    """
    row = act.session.exec(select(Invitation).where(Invitation.code_hash == code_hash(code))).first()
    present = roster.member_by_user(act.session, user_id)
    if row is None or row.used_at is not None or row.expires_at <= machine_now:
        if row is not None and present is not None and row.used_by == present.id:
            raise Refusal("already_joined", unit=act.unit(present.unit_id), role=present.role)
        raise Refusal("bad_code")
    if present is not None:
        _leave(act, present, "joined anew")
    member = Member(
        user_id=user_id,
        name=own_name(name, act.unit(row.unit_id)),
        unit_id=row.unit_id,
        role=row.role,
        locale=locale,
        invited_by=row.invited_by,
        joined_at=act.now,
    )
    act.carry(Decision(additions=[member]))
    act.member = member
    used = Change(Invitation, row.id or 0, {"used_at": machine_now, "used_by": member.id}, only_if={"used_at": None})
    act.carry(
        Decision(
            changes=[used],
            events=[Deed("join", None, {}, {"member": member.id, "unit": row.unit_id, "role": row.role})],
        )
    )
    take_duties(act, member)
    return member


def ensure_office(act: Act, user_id: int, name: str, office_unit: str, locale: str) -> Member:
    """Who stands in DUBAN_OFFICE is of the office from the start, without a code."""
    unit = roster.ensure_unit(act.session, office_unit, "office")
    member = Member(
        user_id=user_id,
        name=own_name(name, office_unit),
        unit_id=unit.id,
        role=Role.OFFICE,
        locale=locale,
        joined_at=act.now,
        invited_by="",
    )
    act.carry(Decision(additions=[member], events=[Deed("join", None, {}, {"user": user_id, "role": Role.OFFICE})]))
    return member


def _leave(act: Act, member: Member, why: str) -> None:
    act.carry(
        Decision(
            changes=[Change(Member, member.id or 0, {"left_at": act.now}, member.version)],
            events=[Deed("leave", None, {"member": member.id}, {"why": why})],
        )
    )
    leave_duties(act, member)


def dismiss(act: Act, member_id: int) -> Member:
    """The office removes somebody. Refusals: not_your_right, no_such_member, not_yourself."""
    require(act.person, "members")
    found = roster.member_by_id(act.session, member_id)
    if found is None or found.left_at is not None:
        raise Refusal("no_such_member")
    if found.id == act.person.id:
        raise Refusal("not_yourself")
    _leave(act, found, "removed by the office")
    return found


def name_of(act: Act, member_id: int) -> str:
    """Refusals: not_your_right, no_such_member."""
    require(act.person, "members")
    found = roster.member_by_id(act.session, member_id)
    if found is None or found.left_at is not None:
        raise Refusal("no_such_member")
    return found.name


def members(act: Act) -> list[Member]:
    """Refusals: not_your_right."""
    require(act.person, "members")
    return roster.present(act.session)


def set_own(act: Act, kind: str, **fields: Any) -> None:
    """The person's own settings are these now (locale, quiet hours, hour of the daily message)."""
    person = act.person
    before = {name: getattr(person, name) for name in fields}
    act.carry(
        Decision(
            changes=[Change(Member, person.id or 0, fields, person.version)],
            events=[Deed(kind, None, before, dict(fields))],
        )
    )
    # Changes are written past the copy at hand: what is said of the person next is said of the new settings.
    person.__dict__.update(fields)


def parse_quiet(text: str) -> tuple[time | None, time | None]:
    """`22:00-08:00`, or off/关 for none. Refusals: bad_hours."""
    plain = text.strip().replace("：", ":").replace("—", "-").replace("–", "-").replace("至", "-").replace("~", "-")
    if plain.lower() in ("off", "关", "關", "无", "none"):
        return None, None
    start, separator, end = plain.partition("-")
    try:
        if not separator:
            raise ValueError
        return _clock(start), _clock(end)
    except ValueError:
        raise Refusal("bad_hours", text=text) from None


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour) % 24 if int(hour) == 24 else int(hour), int(minute or 0))


def bind_group(act: Act, chat_id: int, topic_id: int, title: str, unit: str, registry: Registry) -> Group:
    """The group (and its topic) is the unit's, or the office's when no unit is named.

    Refusals: not_your_right, no_such_unit.
    """
    require(act.person, "bind")
    unit_id = None
    if unit:
        name = known_unit(act, unit, registry)
        unit_id = roster.ensure_unit(act.session, name, kind_of(registry, name)).id
    found = act.session.exec(select(Group).where(Group.chat_id == chat_id, Group.topic_id == topic_id)).first()
    event = Deed("bind_group", None, {}, {"chat": chat_id, "topic": topic_id, "unit": unit})
    group = Group(
        chat_id=chat_id, topic_id=topic_id, title=title, unit_id=unit_id, bound_by=act.person.id, bound_at=act.now
    )
    if found is not None:
        fields = {name: getattr(group, name) for name in ("title", "unit_id", "bound_by", "bound_at", "left_at")}
        act.carry(Decision(changes=[Change(Group, found.id or 0, fields)], events=[event]))
        # Changes are written past the session's own copy.
        act.session.refresh(found)
        return found
    act.carry(Decision(additions=[group], events=[event]))
    return group


def open_invitations(act: Act, machine_now: datetime) -> int:
    statement = select(Invitation.id).where(col(Invitation.used_at).is_(None), Invitation.expires_at > machine_now)
    return len(act.session.exec(statement).all())
