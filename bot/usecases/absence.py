"""Who hears and acts while somebody is away, and when a liaison leaves and the next one comes.

Open duties are the unit's; what moves is to whom the clock speaks of them. History stays with whoever made it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col, select

from bot.domain import handing as rules
from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import UNIT_PEOPLE, Member, Role
from bot.domain.post import Lane, Notice
from bot.domain.process import Absence
from bot.domain.refusal import Refusal
from bot.domain.reminding import fold_at
from bot.store.carry import table_of
from bot.store.handed import absences, deputies
from bot.store.ledger import load_tasks
from bot.store.people import member_by_id, present
from bot.usecases.act import Act

NOTICE = table_of(Notice)


def acting_heads(act: Act, unit_id: int) -> list[Member]:
    """Who may agree for the unit: its heads, and the deputies of those who are away."""
    heads = present(act.session, roles=[Role.HEAD], units=[unit_id])
    standing_in = deputies(act.session, act.office.today(act.now))
    extra = [standing_in[head.id] for head in heads if head.id is not None and head.id in standing_in]
    return list({member.id: member for member in [*heads, *extra]}.values())


def go_away(act: Act, until: date, name: str = "", deputy_id: int | None = None) -> dict[str, Any]:
    """The deputy hears what the person would, up to and including `until`; a former absence ends. Both are told.

    Refusals: nobody_stands_in, no_such_colleague, away_past, deputy_away.
    """
    person = act.person
    colleagues = colleagues_of(act)
    if deputy_id is not None:
        name = next((each.name for each in colleagues if each.id == deputy_id), "")
        colleagues = [each for each in colleagues if each.id == deputy_id]
    deputy = rules.choose_deputy(person, name, colleagues)
    today = act.office.today(act.now)
    row = rules.be_away(person, deputy, until, today, absences(act.session, today), act.moment)
    _end(act, person)
    event = Deed("away", None, {}, {"member": person.id, "deputy": deputy.id, "until": until})
    act.carry(Decision(additions=[row], events=[event]))
    facts = _away_facts(act, person, deputy, until)
    waiting = act.session.exec(
        select(Notice.id).where(
            Notice.member_id == person.id, col(Notice.said_at).is_(None), col(Notice.withdrawn_at).is_(None)
        )
    ).all()
    act.tell([deputy], "stand_in", {**facts, "waiting": len(waiting)}, key=f"away:{row.id}", lane=Lane.URGENT)
    return facts


def colleagues_of(act: Act) -> list[Member]:
    """Who could stand in for the person."""
    there = present(act.session, units=[act.person.unit_id or 0])
    return [each for each in there if rules.could_stand_in(act.person, each)]


def _away_facts(act: Act, person: Member, deputy: Member, until: date) -> dict[str, Any]:
    numbers: list[int] = []
    if person.role in UNIT_PEOPLE:
        mine = load_tasks(act.session, unit_id=person.unit_id)
        numbers = [task.number for task in mine if not task.finished and person.unit_id in task.workers]
    return {
        "name": person.name,
        "unit": act.unit(person.unit_id),
        "deputy": deputy.name,
        "until": until.isoformat(),
        "tasks": numbers,
    }


def _end(act: Act, person: Member) -> Absence | None:
    """The person's absence, if one stands, has ended."""
    today = act.office.today(act.now)
    row = next((each for each in absences(act.session, today) if each.member_id == person.id), None)
    if row is not None:
        event = Deed("back", None, {"member": person.id, "until": row.until}, {"deputy": row.deputy_id})
        change = Change(Absence, row.id or 0, {"ended_at": act.moment}, only_if={"ended_at": None})
        act.carry(Decision(changes=[change], events=[event]))
    return row


def come_back(act: Act) -> dict[str, Any]:
    """`/away off`: the person hears for themselves again; the deputy is told. Refusals: not_away."""
    row = _end(act, act.person)
    if row is None:
        raise Refusal("not_away")
    deputy = member_by_id(act.session, row.deputy_id)
    facts = {"name": act.person.name, "deputy": deputy.name if deputy else ""}
    if deputy is not None and deputy.left_at is None:
        act.tell([deputy], "stand_in_over", facts, key=f"back:{row.id}", lane=Lane.URGENT)
    return facts


def absence_of(act: Act) -> dict[str, Any] | None:
    """The person's own absence, if one stands."""
    today = act.office.today(act.now)
    row = next((each for each in absences(act.session, today) if each.member_id == act.person.id), None)
    if row is None:
        return None
    deputy = member_by_id(act.session, row.deputy_id)
    return {"deputy": deputy.name if deputy else "", "until": row.until.isoformat()}


def leave_duties(act: Act, gone: Member) -> list[Member]:
    """What was waiting to be said to who left is said to the colleagues who remain, and they are told. → they."""
    if gone.role not in UNIT_PEOPLE:
        return []
    there = present(act.session, roles=[Role(gone.role)], units=[gone.unit_id or 0])
    remaining = [member for member in there if member.id != gone.id]
    if remaining:
        _move_notices(act, [gone.id or 0], remaining[0])
        facts = _takeover(act, gone.unit_id or 0, [gone.name])
        act.tell(remaining, "taken_over", facts, key=f"left:{gone.id}", lane=Lane.URGENT)
    return remaining


def take_duties(act: Act, newcomer: Member) -> list[str]:
    """A new liaison or head hears what was still to be said to those who left before, if nobody else does. → names."""
    if newcomer.role not in UNIT_PEOPLE:
        return []
    same = select(Member).where(Member.unit_id == newcomer.unit_id, Member.role == newcomer.role)
    everyone: Sequence[Member] = act.session.exec(same.order_by(col(Member.id))).all()
    gone = [member for member in everyone if member.left_at is not None]
    others = [member for member in everyone if member.left_at is None and member.id != newcomer.id]
    if not gone or others:
        return []
    _move_notices(act, [member.id or 0 for member in gone], newcomer)
    names = [gone[-1].name]
    facts = _takeover(act, newcomer.unit_id or 0, names)
    if facts["tasks"]:
        act.tell([newcomer], "taken_over", facts, key=f"joined:{newcomer.id}", lane=Lane.URGENT)
    return names


def _move_notices(act: Act, gone: Sequence[int], to: Member) -> None:
    """Notices not yet said wait for `to` now; those withdrawn only because their reader had left wait again."""
    c = NOTICE.c
    waiting = c.withdrawn_at.is_(None) | (c.why_withdrawn == "left")
    values = {
        "member_id": to.id,
        "withdrawn_at": None,
        "why_withdrawn": "",
        "fold_at": fold_at(to, act.now, act.office),
    }
    act.session.connection().execute(
        NOTICE.update().where(c.member_id.in_(gone), c.said_at.is_(None), waiting).values(values)
    )


def _takeover(act: Act, unit_id: int, names: list[str]) -> dict[str, Any]:
    mine = [task for task in load_tasks(act.session, unit_id=unit_id) if not task.finished]
    return {
        "names": names,
        "unit": act.unit(unit_id),
        "tasks": [task.number for task in mine if unit_id in task.workers],
        "unsigned": [task.number for task in mine if task.received.get(unit_id, act.now) is None],
    }
