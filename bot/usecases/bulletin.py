"""The office's Monday: the bulletin is drafted at 08:00, issued at 09:00 unless held, corrected as a correction.

The bulletin is as of the cut-off (domain.md §4): whoever reports afterwards is in the next one.
"""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import Member, Role, require
from bot.domain.periods import Period
from bot.domain.post import Bulletin, Lane, Outbox
from bot.domain.refusal import Refusal
from bot.domain.reminding import quiet
from bot.store import carry
from bot.store.people import bound_groups, present
from bot.usecases.act import Act
from bot.usecases.digest import bulletin_facts, digest_at, short_scope


def last_closed(act: Act) -> Period:
    """The last reporting week whose cut-off has passed."""
    return act.office.previous(act.office.week(act.now))


def draft_due(act: Act) -> int:
    """On the first working day after the cut-off the office has the draft. → messages queued.

    A week that closed before anybody had joined, or with an empty ledger, has no bulletin.
    """
    period = last_closed(act)
    day = act.office.first_working_day_after(period)
    if act.now < act.office.at(day, act.office.policy.week.draft) or _known(act, period):
        return 0
    issue_at = act.office.at(day, act.office.policy.week.issue)
    people = present(act.session)
    if not any(member.joined_at <= issue_at for member in people):
        return 0
    found = digest_at(act, period.end)
    row = Bulletin(year=period.year, issue=period.issue, as_of=period.end, drafted_at=act.now, issue_at=issue_at)
    # Another node drafted it first: nothing to do.
    if not found.totals["tasks"] or not carry.add_once(act.session, row, on=("year", "issue", "correction")):
        return 0
    if act.now >= issue_at:
        return 0
    buttons = [[["issue", f"issue:{row.id}"], ["hold", f"hold:{row.id}"]]]
    if found.unreported:
        buttons.append([["urge_silent", "urge:silent"]])
    facts = bulletin_facts(act, found) | {"issue_at": act.office.local(issue_at).isoformat(), "buttons": buttons}
    office = [member for member in people if member.role == Role.OFFICE]
    return act.tell(office, "bulletin_draft", facts, key=f"draft:{period.key}", lane=Lane.URGENT)


def _known(act: Act, period: Period) -> bool:
    statement = select(Bulletin.id).where(Bulletin.year == period.year, Bulletin.issue == period.issue)
    return act.session.exec(statement).first() is not None


def issue_due(act: Act) -> int:
    """Every draft whose hour has come and that nobody holds is issued; after downtime only the newest is said."""
    rows = act.session.exec(
        select(Bulletin).where(Bulletin.state == "draft", Bulletin.issue_at <= act.now).order_by(col(Bulletin.as_of))
    ).all()
    said = 0
    for row in rows:
        said += _issue(act, row, None, aloud=row is rows[-1])
    return said


def issue(act: Act, bulletin_id: int | None = None) -> Bulletin:
    """签发: the draft or held bulletin goes out now. Refusals: not_your_right, nothing_to_issue, changed_meanwhile."""
    require(act.person, "bulletin")
    row = _waiting(act, bulletin_id, ("draft", "held"), "nothing_to_issue")
    _issue(act, row, act.person, aloud=True)
    return row


def hold(act: Act, bulletin_id: int | None = None) -> Bulletin:
    """暂缓: the draft waits for the office. Refusals: not_your_right, nothing_to_hold, changed_meanwhile."""
    require(act.person, "bulletin")
    row = _waiting(act, bulletin_id, ("draft",), "nothing_to_hold")
    act.carry(
        Decision(
            changes=[Change(Bulletin, row.id or 0, {"state": "held"}, only_if={"state": "draft"})],
            events=[Deed("bulletin_held", None, {}, {"year": row.year, "issue": row.issue})],
        )
    )
    return row


def _waiting(act: Act, bulletin_id: int | None, states: tuple[str, ...], reason: str) -> Bulletin:
    statement = select(Bulletin).where(col(Bulletin.state).in_(states)).order_by(col(Bulletin.as_of).desc())
    if bulletin_id is not None:
        statement = statement.where(Bulletin.id == bulletin_id)
    found = act.session.exec(statement).first()
    if found is None:
        raise Refusal(reason)
    return found


def _issue(act: Act, row: Bulletin, person: Member | None, *, aloud: bool) -> int:
    fields = {"state": "issued", "issued_at": act.now, "issued_by": person.id if person else None}
    act.carry(
        Decision(
            changes=[Change(Bulletin, row.id or 0, fields, only_if={"state": row.state})],
            events=[Deed("bulletin_issued", None, {}, {"year": row.year, "issue": row.issue, "as_of": row.as_of})],
        )
    )
    return publish(act, row) if aloud else 0


def publish(act: Act, row: Bulletin) -> int:
    """To the office, the leaders and the bound groups; a unit's group gets its unit's own figures."""
    facts = bulletin_facts(act, digest_at(act, row.as_of))
    facts |= {"correction": row.correction, "buttons": composition_button(act, row.as_of, "all")}
    name = f"bulletin:{row.year}-{row.issue}-{row.correction}"
    people = [m for m in present(act.session, roles=[Role.OFFICE, Role.LEADER]) if m.joined_at <= row.issue_at]
    said = act.tell(people, "bulletin", facts, key=name, lane=Lane.DIGEST)
    for group in bound_groups(act.session):
        scope = f"unit:{act.unit(group.unit_id)}" if group.unit_id else "all"
        group_facts = bulletin_facts(act, digest_at(act, row.as_of, scope), scope)
        group_facts["correction"] = row.correction
        said += act.post(
            Outbox(
                key=f"{name}:g{group.id}",
                chat_id=group.chat_id,
                topic_id=group.topic_id,
                kind="bulletin",
                locale=group.locale,
                facts=group_facts,
                lane=Lane.DIGEST,
                created_at=act.now,
            )
        )
    return said


def composition_button(act: Act, as_of: datetime, scope: str) -> list[list[list[Any]]]:
    """看构成: opens the choice of numbers, each of which opens the tasks behind it as they stood."""
    return [[["composition", f"of:menu:{int(as_of.timestamp())}:{short_scope(act, scope)}"]]]


def urge_silent(act: Act, text: str = "") -> tuple[int, list[str]]:
    """催报: the liaisons of every unit that owes a report for this week are asked now, once a day.

    → people told, and the units. Refusals: not_your_right, nobody_silent.
    """
    require(act.person, "urge")
    from bot.usecases.report import who_is_silent

    rows = who_is_silent(act)
    if not rows:
        raise Refusal("nobody_silent")
    by_unit: dict[int, list[int]] = {}
    for unit, found in rows:
        by_unit.setdefault(unit, []).append(found.task.number)
    told = 0
    today = act.office.today(act.now)
    for unit, numbers in by_unit.items():
        people = present(act.session, roles=[Role.LIAISON], units=[unit])
        loud = [member for member in people if not quiet(member, act.now, act.office)]
        facts = {"unit": act.unit(unit), "tasks": numbers, "text": text, "by": act.unit(act.person.unit_id)}
        told += act.tell(loud, "urge", facts, key=f"urge:{today}", lane=Lane.URGENT, about={"tasks": numbers})
    act.record(Deed("urge", None, {}, {"units": sorted(by_unit), "told": told}))
    return told, [act.unit(unit) for unit in by_unit]
