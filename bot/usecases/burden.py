"""减负账单: how many messages each person and unit got in a month, how many were folded or withdrawn, the time it took.

Counted from what was sent, said and received, never estimated. The office and the leaders get last month's on its
first working day; anybody may ask, a unit's people for their own unit.
"""

from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from sqlmodel import col, func, select

from bot.domain.burden import Burden, month_before, sittings
from bot.domain.ledger import Report
from bot.domain.people import SEES_ALL, Group, Member, Role
from bot.domain.post import Inbox, Lane, Notice, Outbox, Round
from bot.store import carry
from bot.store.people import present
from bot.usecases.act import Act

# What a person reads as a message of its own; an edit, a pop-up answer or a pin is none.
MESSAGES = ("send", "photo", "document", "album", "text_file", "pair")
WEEK = 5  # working days
# Lists the ledger made by itself for those who would otherwise have asked the units for figures.
DERIVED = ("bulletin", "who", "due", "overdue", "rank", "composition", "composition_units", "brief", "brief_paper")


def bill(act: Act, first: date, after: date, unit_id: int | None = None) -> dict[str, Any]:
    """Of everybody, or of one unit's people, from the first day to the one before `after`."""
    since, until = act.office.at(first, time(0)), act.office.at(after, time(0))
    people = {m.id or 0: m for m in _everybody(act, until) if unit_id is None or m.unit_id == unit_id}
    by_person = _of_people(act, people, since, until)
    total = Burden()
    for found in by_person.values():
        total.add(found)
    reporters = sum(found.reports > 0 for found in by_person.values())
    working = [day for day in _days(first, after) if act.office.calendar.is_working(day)]
    return {
        "month": first.isoformat(),
        "unit": act.unit(unit_id),
        **_facts(total),
        "groups": _to_groups(act, since, until, unit_id),
        "days": len(working),
        "a_day": round(total.sent / max(len(people) * len(working), 1), 2),
        "reporters": reporters,
        "week_seconds": round(total.seconds * WEEK / max(reporters * len(working), 1)),
        "forms": _derived(act, people, since, until),
        "rows": _rows(act, people, by_person, by_unit=unit_id is None),
    }


def _facts(found: Burden) -> dict[str, Any]:
    return {**asdict(found), "folded": found.folded}


def _rows(act: Act, people: dict[int, Member], by_person: dict[int, Burden], *, by_unit: bool) -> list[dict[str, Any]]:
    """One line a unit, or a person of the one unit, where anything was sent or reported; the most messages first."""
    summed: dict[str, Burden] = defaultdict(Burden)
    for id_, found in by_person.items():
        summed[act.unit(people[id_].unit_id) if by_unit else people[id_].name].add(found)
    concerned = [row for row in summed.items() if row[1].sent or row[1].reports]
    listed = sorted(concerned, key=lambda row: (-row[1].sent, row[0]))
    return [{"name": name, **_facts(found)} for name, found in listed]


def _everybody(act: Act, until: datetime) -> list[Member]:
    """Who was here before the end, those who left meanwhile too."""
    return list(act.session.exec(select(Member).where(Member.joined_at < until).order_by(col(Member.id))))


def _of_people(act: Act, people: dict[int, Member], since: datetime, until: datetime) -> dict[int, Burden]:
    found = {id_: Burden(people=1) for id_ in people}
    sent = select(Outbox.member_id, Outbox.lane, Outbox.kind, func.count()).where(
        *_sent(since, until), col(Outbox.chat_id) > 0
    )
    for id_, lane, kind, n in act.session.exec(
        sent.group_by(col(Outbox.member_id), col(Outbox.lane), col(Outbox.kind))
    ):
        if id_ in found:
            row = found[id_]
            row.answers, row.sent = row.answers + n * (lane == Lane.REPLY), row.sent + n * (lane != Lane.REPLY)
            row.daily += n * (kind == "daily")
    _add_notices(act, found, since, until)
    said = (Report.at >= since, Report.at < until, col(Report.source).not_like("handed:%"))
    reports = select(Report.member_id, Report.unchanged, func.count()).where(*said)
    for id_, unchanged, n in act.session.exec(reports.group_by(col(Report.member_id), col(Report.unchanged))):
        if id_ in found:
            found[id_].reports += n
            found[id_].unchanged += n * unchanged
    for id_, moments in _actions(act, people, since, until).items():
        found[id_].seconds = sittings(moments)
    return found


def _sent(since: datetime, until: datetime) -> tuple[Any, ...]:
    within = (col(Outbox.done_at) >= since, col(Outbox.done_at) < until)
    return (Outbox.state == "sent", col(Outbox.method).in_(MESSAGES), *within)


def _add_notices(act: Act, found: dict[int, Burden], since: datetime, until: datetime) -> None:
    counted = func.count()
    said = select(Notice.member_id, counted).where(col(Notice.said_at) >= since, col(Notice.said_at) < until)
    for id_, n in act.session.exec(said.group_by(col(Notice.member_id))):
        if id_ in found:
            found[id_].told += n
    gone = (col(Notice.withdrawn_at) >= since, col(Notice.withdrawn_at) < until, Notice.why_withdrawn != "left")
    withdrawn = select(Notice.member_id, counted).where(*gone).group_by(col(Notice.member_id))
    for id_, n in act.session.exec(withdrawn):
        if id_ in found:
            found[id_].withdrawn += n


def _actions(act: Act, people: dict[int, Member], since: datetime, until: datetime) -> dict[int, list[datetime]]:
    """When each wrote or pressed something in the private chat."""
    by_chat = {member.user_id: id_ for id_, member in people.items()}
    rows = select(Inbox.chat_id, Inbox.received_at).where(
        Inbox.received_at >= since, Inbox.received_at < until, col(Inbox.chat_id) > 0
    )
    actions: dict[int, list[datetime]] = defaultdict(list)
    for chat_id, at in act.session.exec(rows):
        if chat_id in by_chat:
            actions[by_chat[chat_id]].append(at)
    return actions


def _to_groups(act: Act, since: datetime, until: datetime, unit_id: int | None) -> int:
    """Unasked messages to work groups: of all, or of the unit's own."""
    chats = select(Group.chat_id)
    if unit_id is not None:
        chats = chats.where(Group.unit_id == unit_id)
    told = (*_sent(since, until), Outbox.lane != Lane.REPLY, col(Outbox.chat_id).in_(chats))
    return act.session.exec(select(func.count()).where(*told)).one()


def _derived(act: Act, people: dict[int, Member], since: datetime, until: datetime) -> int:
    readers = [id_ for id_, member in people.items() if member.role in SEES_ALL]
    made = (*_sent(since, until), col(Outbox.kind).in_(DERIVED), col(Outbox.member_id).in_(readers))
    return act.session.exec(select(func.count()).where(*made)).one()


def _days(first: date, after: date) -> list[date]:
    return [date.fromordinal(n) for n in range(first.toordinal(), after.toordinal())]


def send_due(act: Act) -> int:
    """On the first working day of a month, at the bulletin's hour, the office and the leaders have last month's bill.

    → messages queued. A month in which nothing was sent has none.
    """
    today = act.office.today(act.now)
    day = act.office.calendar.next_working(today.replace(day=1))
    first, after = month_before(today)
    name = f"burden:{first:%Y-%m}"
    if act.now < act.office.at(day, act.office.policy.week.issue) or act.session.get(Round, name) is not None:
        return 0
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    facts = bill(act, first, after)
    if not facts["sent"]:
        return 0
    people = present(act.session, roles=[Role.OFFICE, Role.LEADER])
    return act.tell(people, "burden", facts, key=name, lane=Lane.DIGEST)
