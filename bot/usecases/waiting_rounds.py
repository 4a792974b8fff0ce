"""Who is silent on a decision gets reminded, and after that the office hears of it: verifiers and leaders too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.people import Member, Role
from bot.domain.post import Notice, Round
from bot.domain.reminding import fold_at
from bot.store import carry
from bot.store.people import present
from bot.usecases import signing
from bot.usecases.act import Act
from bot.usecases.waiting import Waiting, waiting_for

LISTED = 5  # decisions named in the daily message; the rest by its button


def working_days(act: Act, waiting: Waiting) -> int:
    """How long it has waited."""
    since = act.office.local(waiting.since).date()
    return act.office.calendar.between(since, act.office.today(act.now))


def remind_waiting(act: Act) -> int:
    """Once each working day: what has waited for a working day joins the daily message of who owes it; what has waited
    for three is said to the office, once. Notices that have ended ask for their first signature. → how much was said.
    """
    today = act.office.today(act.now)
    name = f"waiting:{today}"
    if not act.office.calendar.is_working(today) or act.session.get(Round, name) is not None:
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    said = signing.ask_due(act)
    silent: dict[tuple[str, int], tuple[Waiting, list[Member]]] = {}
    notices: list[Notice] = []
    for member in present(act.session):
        if member.role == Role.VIEWER:
            continue
        owed = [row for row in waiting_for(replace(act, member=member)) if _due(act, row)]
        if owed:
            notices.append(_notice(act, member))
        for row in owed:
            if working_days(act, row) >= act.office.policy.waiting.climb and member.role != Role.OFFICE:
                silent.setdefault((row.kind, row.id), (row, []))[1].append(member)
    carry.add_many_once(act.session, notices)
    return said + len(notices) + sum(_tell_office(act, row, people) for row, people in silent.values())


def _due(act: Act, waiting: Waiting) -> bool:
    """A look-back is said on its day, everything else when it has waited."""
    return waiting.kind == "look_back" or working_days(act, waiting) >= act.office.policy.waiting.remind


def _notice(act: Act, member: Member) -> Notice:
    return Notice(
        key=f"pending:{act.office.today(act.now)}:m{member.id}",
        member_id=member.id or 0,
        kind="pending",
        created_at=act.now,
        fold_at=fold_at(member, act.now, act.office),
    )


def _tell_office(act: Act, waiting: Waiting, people: Sequence[Member]) -> int:
    facts = {
        **_facts(act, waiting),
        "people": [{"unit": act.unit(member.unit_id), "name": member.name} for member in people],
    }
    office = present(act.session, roles=[Role.OFFICE])
    key = f"silent:{waiting.kind}:{waiting.id}:{waiting.since.date()}"
    return act.tell(office, "waits_long", facts, key=key, about={"task": waiting.number})


def _facts(act: Act, waiting: Waiting) -> dict[str, Any]:
    days = working_days(act, waiting)
    own = {name: value for name, value in waiting.facts.items() if name not in ("more", "name", "table")}
    return {**own, "kind": waiting.kind, "number": waiting.number, "title": waiting.title, "days": days}


def pending_lines(act: Act, member: Member) -> list[dict[str, Any]]:
    """What waits for the person, for the daily message, the longest waiting first."""
    return [_facts(act, row) for row in waiting_for(replace(act, member=member))]


def pending_day(act: Act, member: Member) -> dict[str, Any]:
    """The daily message of somebody who has nothing else to hear of: what waits for them, and no more."""
    empty: dict[str, Any] = {name: [] for name in ("overdue", "due", "behind", "coming", "unsigned", "rest")}
    return {
        **empty,
        "today": act.office.today(act.now).isoformat(),
        "unit": act.unit(member.unit_id),
        "open": 0,
        "counts": dict.fromkeys(("overdue", "due", "behind", "coming"), 0),
        "folded": 0,
        "to_report": [],
        "example": None,
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
        "numbers": [],
        "buttons": [],
    }
