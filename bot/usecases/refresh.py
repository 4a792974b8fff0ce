"""The day's folded message keeps up with what its reader has done: rewritten in place, never sent again."""

from datetime import date, time
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.ledger import Report
from bot.domain.people import Member, Role
from bot.domain.post import Lane, Outbox
from bot.store import carry
from bot.store.marks import mark, marked
from bot.store.notices import Due, said_since
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.daily import unit_day
from bot.usecases.unit_days import Today

SEEN = "daily_refreshed_to_report"
# What a report of one's own does not change.
KEPT = ("pending", "held", "stands_in_for", "missed")


def refresh(act: Act) -> int:
    """Whoever's unit has reported since the last look has today's message rewritten. → messages rewritten."""
    seen = int(marked(act.session, SEEN) or 0)
    newest, units = _news(act, seen)
    if newest == seen:
        return 0
    mark(act.session, SEEN, str(newest))
    today = act.office.today(act.now)
    people = present(act.session, roles=[Role.LIAISON, Role.HEAD], units=sorted(units))
    days = Today(act, units)
    return sum(_rewrite(days, member, today, newest) for member in people)


def _news(act: Act, seen: int) -> tuple[int, set[int]]:
    rows = act.session.exec(
        select(Report.unit_id, func.max(Report.id)).where(col(Report.id) > seen).group_by(col(Report.unit_id))
    ).all()
    return max((last or 0 for _, last in rows), default=seen), {unit for unit, _ in rows}


def _rewrite(days: Today, member: Member, today: date, newest: int) -> bool:
    act = days.act
    sent = act.session.exec(
        select(Outbox).where(Outbox.key == f"daily:{today}:m{member.id}", col(Outbox.message_id).is_not(None))
    ).first()
    if sent is None:
        return False
    facts: dict[str, Any] = unit_day(days, member, _said_today(act, member, today))[0]
    facts |= {name: sent.facts[name] for name in KEPT if name in sent.facts}
    if facts.get("pending"):
        facts["buttons"].insert(0, [["pending", "pending", {"count": len(facts["pending"])}]])
    if facts.get("held"):
        facts["buttons"].append([["held", "held", {"count": len(facts["held"])}]])
    row = Outbox(
        key=f"daily:{today}:m{member.id}:r{newest}",
        chat_id=sent.chat_id,
        member_id=member.id,
        method="edit",
        kind="daily",
        locale=member.locale,
        facts=facts,
        about={"tasks": facts["numbers"]},
        edits=sent.message_id,
        lane=Lane.REMINDER,
        created_at=act.now,
    )
    return carry.add_once(act.session, row)


def _said_today(act: Act, member: Member, today: date) -> list[Due]:
    return said_since(act.session, member.id or 0, act.office.at(today, time(0)))
