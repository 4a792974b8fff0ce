"""延期: asking, agreeing, deciding and signing; a date moves together with its reminders, and keeps what it was."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col, select

from bot.domain import extension as rules
from bot.domain.deadlines import Reading, read_deadline
from bot.domain.decision_text import read_decision
from bot.domain.extension import AGREED, ASKED, ESCALATED, GRANTED, OPEN
from bot.domain.ledger import Milestone
from bot.domain.people import UNIT_PEOPLE, Member, Role, require
from bot.domain.post import Lane
from bot.domain.process import Extension
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import Stage, TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import member_by_id, present
from bot.usecases.absence import acting_heads
from bot.usecases.act import Act
from bot.usecases.evidence import Attachment, attach
from bot.usecases.extension_facts import facts_of, may_ask, place_of, rows_of
from bot.usecases.remind import replan
from bot.usecases.waiting import Feature, Told, Waiting

# What waits for whom: state → kind of waiting (its words stand under [waiting]).
KINDS = {ASKED: "extension_agree", AGREED: "extension", ESCALATED: "extension_sign"}


# A reply to [另定日期] begins with it: without a day in it nothing is decided.
OTHER = "@"


def read_day(act: Act, text: str) -> Reading:
    """How a day somebody wrote is read today; year-less and bare forms may turn out to be a question."""
    return read_deadline(text, act.office.today(act.now), act.office.calendar)


def certain_day(act: Act, text: str) -> date:
    """Refusals: day_unclear (days: those it may mean)."""
    reading = read_day(act, text)
    if reading.kind != "date" or reading.due is None:
        choices = [day.isoformat() for day in reading.choices]
        raise Refusal("day_unclear", text=text, days=choices)
    return reading.due


def guide(act: Act, number: int) -> dict[str, Any]:
    """What a person needs to write the request: the dates in force. Refusals: no_such_task and those of asking."""
    task = load_task(act.session, number)
    require_own(task, act.person)
    rules.require_movable(task)
    office = act.person.role == Role.OFFICE
    if not office:
        require(act.person, "extend")
        if not may_ask(act, task):
            asked = rules.could_ask(task, act.person, [])
            raise Refusal("extension_pending" if asked else "no_date_to_move", task=number)
    measures = [m for m in task.measures if m.stages and (office or act.person.unit_id in m.reporters)]
    dates = [
        {
            "place": f"{number}.{m.ordinal}",
            "due": m.stages[-1].due.isoformat(),
            "internal_due": m.stages[-1].internal_due.isoformat() if m.stages[-1].internal_due else None,
        }
        for m in measures
    ]
    return {"number": number, "title": task.title, "dates": dates, "measures": len(task.measures), "office": office}


def ask_extension(
    act: Act, number: int, ordinal: int | None, day: date, reason: str, files: list[Attachment], source: str
) -> dict[str, Any]:
    """申请延期: on record with its papers, and before whoever decides first. → facts of the answer.

    Refusals: no_such_task and those of the rule `ask`; those of `attach` for the papers.
    """
    task = load_task(act.session, number)
    heads = acting_heads(act, act.person.unit_id or 0)
    today = act.office.today(act.now)
    decision, row = rules.ask(
        task, act.person, ordinal, day, reason, at=act.moment, today=today, heads=heads, pending=rows_of(act, task)
    )
    act.carry(decision)
    measure, _ = place_of(task, row)
    if files:
        attach(act, number, files, source=source, ordinal=measure.ordinal)
    facts = facts_of(act, row, task)
    told = _put_before(act, row, task, heads if row.state == ASKED else None)
    return {**facts, "told": told, "papers": len(files), "no_head": row.state == AGREED and row.agreed_by is None}


def _put_before(act: Act, row: Extension, task: TaskSlice, heads: Sequence[Member] | None = None) -> int:
    """Who decides next has it in front of them, with the buttons of what they can do. → how many people."""
    if row.state == ASKED:
        people = list(heads or [])
    else:
        people = present(act.session, roles=[Role.LEADER if row.state == ESCALATED else Role.OFFICE])
    kind = KINDS[row.state]
    buttons: list[list[Any]] = [["approve", f"approve:{kind}:{row.id}"], ["return", f"return:{kind}:{row.id}"]]
    if row.state == AGREED:
        buttons.insert(1, ["other_date", f"other_date:{row.id}"])
    facts = {**facts_of(act, row, task), "buttons": [buttons]}
    others = [member for member in people if member.user_id != act.person.user_id]
    key = f"extension:{row.id}:{row.state}"
    return act.tell(others, "extension_request", facts, key=key, lane=Lane.URGENT, about={"task": task.number})


def waiting(act: Act) -> list[Waiting]:
    """What waits for this person: for a head their unit's requests, for the office what heads agreed to, for a leader
    what goes beyond the cap. Nobody's own."""
    rows = _open_rows(act)
    if not rows:
        return []
    tasks = {task.id: task for task in load_tasks(act.session, ids=sorted({row.task_id for row in rows}))}
    found = []
    for row in rows:
        task = tasks[row.task_id]
        kind = _kind_for(act, row)
        if kind is None or task.finished or row.cycle != task.cycle or _took_part(act, row):
            continue
        facts = facts_of(act, row, task)
        if kind == "extension":
            # Only the office may name another day.
            facts["more"] = [["other_date", f"other_date:{row.id}"]]
        found.append(Waiting(kind, task.number, row.id or 0, task.title, row.agreed_at or row.asked_at, facts))
    return found


def asked_of(act: Act, task: TaskSlice) -> list[dict[str, str]]:
    """Who an open request on this task waits for, in the shape of `turns.whose_turn`; empty when there is none."""
    turn = []
    for row in _pending(act, task):
        state = AGREED if row.state == ASKED and not acting_heads(act, row.unit_id) else row.state
        turn.append({"name": KINDS[state], "unit": act.unit(row.unit_id)})
    return turn


def is_party(act: Act, task: TaskSlice) -> bool:
    """An open request on this task is the person's own, or one they dealt with before."""
    return any(_took_part(act, row) for row in _pending(act, task))


def _pending(act: Act, task: TaskSlice) -> list[Extension]:
    return [row for row in rows_of(act, task) if row.state in OPEN] if not task.finished else []


def _open_rows(act: Act) -> list[Extension]:
    statement = select(Extension).where(col(Extension.state).in_(OPEN)).order_by(col(Extension.id))
    if act.person.role in UNIT_PEOPLE:
        statement = statement.where(Extension.unit_id == act.person.unit_id)
    return list(act.session.exec(statement))


def _kind_for(act: Act, row: Extension) -> str | None:
    """The kind of decision that the request asks of this person just now."""
    role = act.person.role
    if role in UNIT_PEOPLE:
        mine = any(head.id == act.person.id for head in acting_heads(act, row.unit_id))
        return KINDS[ASKED] if row.state == ASKED and mine else None
    if role == Role.OFFICE:
        # The head may have left since: then the office is asked directly.
        headless = row.state == ASKED and not acting_heads(act, row.unit_id)
        return KINDS[AGREED] if row.state == AGREED or headless else None
    return KINDS[ESCALATED] if role == Role.LEADER and row.state == ESCALATED else None


def _took_part(act: Act, row: Extension) -> bool:
    try:
        rules.require_not_own(row, 0, act.person, _parties(act, row))
    except Refusal:
        return True
    return False


def _parties(act: Act, row: Extension) -> list[Member]:
    ids = (row.member_id, row.agreed_by, row.decided_by)
    return [member for id_ in ids if (member := member_by_id(act.session, id_)) is not None]


def approve(act: Act, waits: Waiting, text: str) -> Told:
    """The person's agreement. A head's goes on to the office; the office's moves the date, or asks for what is missing.

    Refusals: own_request, task_closed, changed_meanwhile, day_unclear, not_later, day_past, basis_missing.
    """
    row = _row(act, waits.id)
    rules.require_not_own(row, waits.number, act.person, _parties(act, row))
    task = load_task(act.session, waits.number)
    rules.require_movable(task)
    if waits.kind == KINDS[ASKED]:
        return _agree(act, row, task)
    if waits.kind == KINDS[ESCALATED]:
        return _grant(act, row, task, row.granted or row.wanted, row.basis)
    return _decide(act, row, task, text)


def _agree(act: Act, row: Extension, task: TaskSlice) -> Told:
    act.carry(rules.agree(row, task, act.person, act.moment))
    row = _row(act, row.id or 0)
    told = _put_before(act, row, task)
    return Told("extension_agreed", {**facts_of(act, row, task), "told": told})


def _decide(act: Act, row: Extension, task: TaskSlice, text: str) -> Told:
    """The office's: with the day it names or the one asked for, and the document where the published date moves."""
    said = read_decision(text.removeprefix(OTHER))
    if text.startswith(OTHER) and not said.day:
        raise Refusal("day_missing", task=task.number, understood=said.text)
    day = certain_day(act, said.day) if said.day else row.wanted
    _, stage = place_of(task, row)
    rules.require_later(task, stage, day, act.office.today(act.now))
    if rules.needs_basis(stage, day) and not said.basis:
        return _ask_basis(act, row, task, stage, day)
    if _beyond_cap(act, row, task):
        act.carry(rules.escalate(row, task, act.person, day, said.basis, act.moment))
        row = _row(act, row.id or 0)
        told = _put_before(act, row, task)
        return Told("extension_escalated", {**facts_of(act, row, task), "told": told})
    return _grant(act, row, task, day, said.basis)


def _ask_basis(act: Act, row: Extension, task: TaskSlice, stage: Stage, day: date) -> Told:
    """The reply to the question gives the number; the day the person chose is kept in it."""
    about = {"task": task.number, "kind": "approve", "waiting": [KINDS[AGREED], row.id, day.isoformat()]}
    facts = {"number": task.number, "title": task.title, "due": stage.due.isoformat(), "day": day.isoformat()}
    return Told("ask_basis", {**facts, "about": about, "ask": True})


def _beyond_cap(act: Act, row: Extension, task: TaskSlice) -> bool:
    granted = sum(other.state == GRANTED for other in rows_of(act, task) if other.id != row.id)
    return granted >= act.office.policy.extension_cap


def _grant(act: Act, row: Extension, task: TaskSlice, day: date, basis: str) -> Told:
    _, stage = place_of(task, row)
    rules.require_later(task, stage, day, act.office.today(act.now))
    version = _version(act, stage)
    act.carry(rules.grant(row, task, stage, version, act.person, day, basis, act.moment))
    # Reminders follow the new date in the same transaction.
    task = load_task(act.session, task.number)
    replan(act, task)
    return _decided(act, _row(act, row.id or 0), task)


def _version(act: Act, stage: Stage) -> int:
    found = act.session.exec(select(Milestone.version).where(Milestone.id == stage.id)).one()
    return int(found)


def send_back(act: Act, waits: Waiting, reason: str) -> Told:
    """Refused by the head, the office or the leader; the date stays. Refusals: own_request, changed_meanwhile."""
    row = _row(act, waits.id)
    rules.require_not_own(row, waits.number, act.person, _parties(act, row))
    task = load_task(act.session, waits.number)
    act.carry(rules.refuse(row, task, act.person, reason, act.moment))
    return _decided(act, _row(act, row.id or 0), task)


def _decided(act: Act, row: Extension, task: TaskSlice) -> Told:
    """Who asked, the unit and the office hear of it, and the person who decided has the answer."""
    _, stage = place_of(task, row)
    facts = facts_of(act, row, task) | {"due": stage.due.isoformat(), "original": stage.original_due.isoformat()}
    people = present(act.session, roles=UNIT_PEOPLE, units=[row.unit_id]) + present(act.session, roles=[Role.OFFICE])
    asker = member_by_id(act.session, row.member_id)
    if asker is not None and asker.left_at is None:
        people.append(asker)
    others = list({member.id: member for member in people if member.id != act.person.id}.values())
    act.tell(others, "extension_decided", facts, key=f"extension:{row.id}:{row.state}", about={"task": task.number})
    return Told("extension_decided", facts)


def other_date(act: Act, extension_id: int) -> dict[str, Any]:
    """What the office is asked when it wants to name another day. Refusals: no_longer_waits."""
    from bot.usecases.waiting import by_id

    return by_id(act, KINDS[AGREED], extension_id).facts


def _row(act: Act, extension_id: int) -> Extension:
    """The row as it stands in the database now, whatever this session has read before."""
    statement = select(Extension).where(Extension.id == extension_id).execution_options(populate_existing=True)
    return act.session.exec(statement).one()


def set_internal_date(act: Act, number: int, ordinal: int | None, day: date, reason: str) -> dict[str, Any]:
    """The office's own date, earlier than the published one, recorded as the office's; those who work are told.

    Refusals: no_such_task, task_closed, upkeep_has_no_date and those of `choose_stage` and `set_internal`.
    """
    task = load_task(act.session, number)
    rules.require_movable(task)
    measure, stage = rules.choose_stage(task, None, ordinal)
    today = act.office.today(act.now)
    before = stage.effective
    act.carry(rules.set_internal(task, stage, _version(act, stage), day, reason, act.person, today, act.moment))
    task = load_task(act.session, number)
    replan(act, task)
    facts = {
        "number": number,
        "title": task.title,
        "place": f"{number}.{measure.ordinal}",
        "measures": len(task.measures),
        "before": before.isoformat(),
        "day": day.isoformat(),
        "due": stage.due.isoformat(),
        "reason": reason,
        "by": act.unit(act.person.unit_id),
    }
    people = present(act.session, roles=UNIT_PEOPLE, units=measure.reporters)
    key = f"internal:{stage.id}:{day}:{act.moment.isoformat()}"
    told = act.tell(people, "internal_set", facts, key=key, about={"task": number})
    return {**facts, "told": told}


FEATURE = Feature(kinds=frozenset(KINDS.values()), waiting=waiting, approve=approve, send_back=send_back)
