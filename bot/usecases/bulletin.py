"""The office's Monday: the bulletin is drafted at 08:00, issued at 09:00 unless held, corrected as a correction.

The bulletin is as of the cut-off (domain.md §4): whoever reports afterwards is in the next one.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from bot.domain.composition import stamp
from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import Member, Role, require
from bot.domain.periods import MOMENT, Period
from bot.domain.post import Bulletin, Lane, Outbox
from bot.domain.refusal import Refusal
from bot.store import carry
from bot.store.people import bound_groups, present
from bot.usecases.act import Act
from bot.usecases.digest import bulletin_facts, digest_at, short_scope

WAITING = ("draft", "held")


def last_closed(act: Act) -> Period:
    """The last reporting week whose cut-off has passed."""
    return act.office.previous(act.office.week(act.now))


def draft_due(act: Act) -> int:
    """On the first working day after the cut-off the office has the draft. → messages queued.

    A week that closed before anybody had joined, or with an empty ledger, has no bulletin. Weeks that passed while the
    clock stood still have theirs: issued with this one, which names them.
    """
    period = last_closed(act)
    day = act.office.first_working_day_after(period)
    if act.now < act.office.at(day, act.office.policy.week.draft) or _known(act, period):
        return 0
    return sum(_draft(act, each) for each in [*_unissued_before(act, period), period])


def _unissued_before(act: Act, period: Period) -> Iterator[Period]:
    """The weeks between the newest bulletin, or else the first who joined, and this one."""
    newest = act.session.exec(select(func.max(Bulletin.as_of)).where(Bulletin.as_of < period.end)).one()
    since = newest or min((member.joined_at for member in present(act.session)), default=period.end)
    following = act.office.week(since + MOMENT)
    while following.end < period.end:
        yield following
        following = act.office.week(following.end + MOMENT)


def _draft(act: Act, period: Period) -> int:
    issue_at = act.office.at(act.office.first_working_day_after(period), act.office.policy.week.issue)
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
    office = [member for member in people if member.role == Role.OFFICE]
    return act.tell(office, "bulletin_draft", _draft_facts(act, row), key=f"draft:{row.id}", about={"bulletin": row.id})


def _draft_facts(act: Act, row: Bulletin) -> dict[str, Any]:
    """The draft as it stands: its figures, its next steps, whether it is held, and the buttons that would succeed."""
    found = digest_at(act, row.as_of)
    first: list[list[Any]] = [["issue", f"issue:{row.id}"], ["next_steps", f"next_steps:{row.id}"]]
    if row.state == "draft":
        first.insert(1, ["hold", f"hold:{row.id}"])
    buttons = [first] if row.state in WAITING else []
    if buttons and found.unreported:
        buttons.append([["urge_silent", "urge:silent"]])
    return bulletin_facts(act, found) | {
        "issue_at": act.office.local(row.issue_at).isoformat(),
        "own_steps": list(row.next_steps),
        "state": row.state,
        "buttons": buttons,
    }


def _refresh_drafts(act: Act, bulletin_id: int) -> int:
    """Everybody of the office who has the draft sees it as it stands now. → messages rewritten."""
    row = _by_id(act, bulletin_id)
    # A draft's own messages are those not yet rewritten: draft:ID:mMEMBER, without a further part.
    rows = act.session.exec(select(Outbox).where(col(Outbox.key).startswith(f"draft:{row.id}:m"))).all()
    facts = _draft_facts(act, row)
    rewritten = [each for each in rows if each.key.count(":") == 2 and each.message_id is not None]
    return sum(
        act.post(
            Outbox(
                key=f"{each.key}:r{len(rows)}",
                chat_id=each.chat_id,
                member_id=each.member_id,
                method="edit",
                kind="bulletin_draft",
                locale=each.locale,
                facts=facts,
                about={"bulletin": row.id},
                edits=each.message_id,
                lane=Lane.URGENT,
                created_at=act.now,
            )
        )
        for each in rewritten
    )


def _known(act: Act, period: Period) -> bool:
    statement = select(Bulletin.id).where(Bulletin.year == period.year, Bulletin.issue == period.issue)
    return act.session.exec(statement).first() is not None


def issue_due(act: Act) -> int:
    """Every draft whose hour has come and that nobody holds is issued; after downtime only the newest is said."""
    waiting = select(Bulletin).where(Bulletin.state == "draft", Bulletin.issue_at <= act.now)
    # What another node is issuing just now is not waited for, only to find it issued.
    rows = act.session.exec(waiting.order_by(col(Bulletin.as_of)).with_for_update(skip_locked=True)).all()
    newest = act.session.exec(select(func.max(Bulletin.as_of))).one()
    said = 0
    for row in rows:
        said += _issue(act, row, None, aloud=row.as_of == newest)
    return said


def issue(act: Act, bulletin_id: int | None = None) -> Bulletin:
    """签发: the draft or held bulletin goes out now. Refusals: not_your_right, nothing_to_issue, changed_meanwhile."""
    require(act.person, "bulletin")
    row = _waiting(act, bulletin_id, WAITING, "nothing_to_issue")
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
    _refresh_drafts(act, row.id or 0)
    return row


def steps_to_edit(act: Act, bulletin_id: int) -> dict[str, Any]:
    """The next steps as the draft would print them. Refusals: not_your_right, nothing_to_issue."""
    require(act.person, "bulletin")
    row = _waiting(act, bulletin_id, WAITING, "nothing_to_issue")
    return {"year": row.year, "issue": row.issue, **_steps(act, row)}


def _steps(act: Act, row: Bulletin) -> dict[str, Any]:
    facts = bulletin_facts(act, digest_at(act, row.as_of))
    return {"next_steps": facts["next_steps"], "own_steps": list(row.next_steps)}


def set_next_steps(act: Act, bulletin_id: int, text: str) -> dict[str, Any]:
    """The lines are the bulletin's next steps, instead of the computed ones; the draft shows them at once.

    Refusals: not_your_right, nothing_to_issue, changed_meanwhile.
    """
    require(act.person, "bulletin")
    row = _waiting(act, bulletin_id, WAITING, "nothing_to_issue")
    steps = [plain for line in text.splitlines() if (plain := line.strip(" \t　;；。"))]
    event = Deed("next_steps", None, {"steps": row.next_steps}, {"year": row.year, "issue": row.issue, "steps": steps})
    change = Change(Bulletin, row.id or 0, {"next_steps": steps}, only_if={"state": row.state})
    act.carry(Decision(changes=[change], events=[event]))
    _refresh_drafts(act, row.id or 0)
    return {"year": row.year, "issue": row.issue, "own_steps": steps, "state": row.state}


def to_correct(act: Act, reason: str) -> Bulletin:
    """The newest issued bulletin, which a correction would follow. Refusals: not_your_right, nothing_to_correct,
    correction_reason."""
    require(act.person, "bulletin")
    newest = select(Bulletin).where(Bulletin.state == "issued")
    old = act.session.exec(newest.order_by(col(Bulletin.as_of).desc(), col(Bulletin.correction).desc())).first()
    if old is None:
        raise Refusal("nothing_to_correct")
    if not reason.strip():
        raise Refusal("correction_reason", year=old.year, issue=old.issue)
    return old


def correction_draft(act: Act, reason: str) -> dict[str, Any]:
    """What 更正 would send out, to be looked at first: its number, reason, figures.

    Refusals: those of `to_correct`.
    """
    old = to_correct(act, reason)
    named = {"id": old.id, "correction": old.correction + 1, "reason": reason.strip()}
    return {**bulletin_facts(act, digest_at(act, old.as_of)), **named, "own_steps": list(old.next_steps)}


def correct(act: Act, reason: str) -> Bulletin:
    """更正: the newest issued bulletin is computed anew for the same moment and goes out as the next correction of it,
    with the reason; the issued one stays as it was said.

    Refusals: those of `to_correct`, changed_meanwhile.
    """
    old = to_correct(act, reason)
    row = Bulletin(
        year=old.year,
        issue=old.issue,
        correction=old.correction + 1,
        as_of=old.as_of,
        state="issued",
        next_steps=list(old.next_steps),
        reason=reason.strip(),
        drafted_at=act.now,
        issue_at=act.now,
        issued_at=act.now,
        issued_by=act.person.id,
    )
    # Somebody else has just issued the same correction.
    if not carry.add_once(act.session, row, on=("year", "issue", "correction")):
        raise Refusal("changed_meanwhile")
    after = {"year": row.year, "issue": row.issue, "correction": row.correction, "reason": row.reason}
    act.record(Deed("bulletin_corrected", None, {}, after))
    publish(act, row)
    return row


def _by_id(act: Act, bulletin_id: int) -> Bulletin:
    # Changes are written past the session's own copy: read it again.
    statement = select(Bulletin).where(Bulletin.id == bulletin_id).execution_options(populate_existing=True)
    return act.session.exec(statement).one()


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
    _refresh_drafts(act, row.id or 0)
    return publish(act, row) if aloud else 0


def publish(act: Act, row: Bulletin) -> int:
    """To the office, the leaders and the bound groups; a unit's group gets its unit's own figures."""
    facts = bulletin_facts(act, digest_at(act, row.as_of))
    own = {"correction": row.correction, "reason": row.reason, "own_steps": list(row.next_steps)}
    own["missed_issues"] = unsaid_before(act, row)
    facts |= {**own, "buttons": bulletin_buttons(act, row.as_of, "all")}
    name = f"bulletin:{row.year}-{row.issue}-{row.correction}"
    people = [m for m in present(act.session, roles=[Role.OFFICE, Role.LEADER]) if m.joined_at <= row.issue_at]
    said = act.tell(people, "bulletin", facts, key=name, lane=Lane.DIGEST)
    for group in bound_groups(act.session):
        scope = f"unit:{act.unit(group.unit_id)}" if group.unit_id else "all"
        group_facts = bulletin_facts(act, digest_at(act, row.as_of, scope), scope)
        # What the office wrote of all units stands in the whole bulletin only.
        group_facts |= {**own, "own_steps": own["own_steps"] if scope == "all" else []}
        group_facts["buttons"] = bulletin_buttons(act, row.as_of, scope)
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


def unsaid_before(act: Act, row: Bulletin) -> list[int]:
    """Numbers of the issues that went before this one unsaid: their hour had passed when they were drafted."""
    issued = select(Bulletin).where(Bulletin.as_of < row.as_of, Bulletin.state == "issued", Bulletin.correction == 0)
    found: list[int] = []
    if row.correction:
        return found
    for each in act.session.exec(issued.order_by(col(Bulletin.as_of).desc())):
        if each.issued_by is not None or each.drafted_at <= each.issue_at or each.drafted_at < row.drafted_at:
            break
        found.insert(0, each.issue)
    return found


def composition_button(act: Act, as_of: datetime, scope: str, name: str = "menu") -> list[list[list[Any]]]:
    """看构成: opens the choice of numbers, or one of them; each opens the tasks behind it as they stood."""
    return [[["composition", f"of:{name}:{stamp(as_of)}:{short_scope(act, scope)}"]]]


def bulletin_buttons(act: Act, as_of: datetime, scope: str) -> list[list[list[Any]]]:
    """看构成, and the same figures on paper."""
    about = f"{stamp(as_of)}:{short_scope(act, scope)}"
    papers = [["board", f"board:{about}"], ["bulletin_word", f"word:{about}"], ["ledger_excel", f"excel:{about}"]]
    return [[*composition_button(act, as_of, scope)[0], *papers]]
