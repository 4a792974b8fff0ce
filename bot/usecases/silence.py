"""/snooze and /mute: what a person asks not to hear for a while, on every reminder path, and never red."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from bot.domain.decision import Change, Decision, Deed
from bot.domain.people import Member
from bot.domain.post import Notice
from bot.domain.refusal import Refusal
from bot.domain.reminding import fold_at
from bot.domain.reporting import require_own
from bot.domain.silence import Snooze, snooze_until
from bot.domain.slices import TaskSlice
from bot.domain.standing import OVERDUE
from bot.store import noise
from bot.store.carry import table_of
from bot.store.ledger import load_task
from bot.store.notices import Due
from bot.usecases.act import Act
from bot.usecases.lists import visible

NOTICE = table_of(Notice)


def snooze(act: Act, number: int, days: int) -> dict[str, Any]:
    """The task is silent for this person until the end of a day, and the history says so.

    Refusals: no_such_task, not_your_task and those of `snooze_until`.
    """
    task = load_task(act.session, number)
    require_own(task, act.person)
    until = snooze_until(task, days, _given(act, task), act.now, act.office)
    row = Snooze(task_id=task.id, member_id=act.person.id or 0, cycle=task.cycle, until=until, at=act.now)
    event = Deed("snooze", task.id, {}, {"member": act.person.id, "until": until})
    act.carry(Decision(additions=[row], events=[event]))
    left = act.office.policy.silence.snoozes - _given(act, task)
    return {"number": number, "title": task.title, "until": until.isoformat(), "left": left}


def _given(act: Act, task: TaskSlice) -> int:
    statement = select(func.count()).where(
        Snooze.task_id == task.id, Snooze.member_id == act.person.id, Snooze.cycle == task.cycle
    )
    return act.session.exec(statement).one()


def mute(act: Act, until: datetime | None) -> dict[str, Any]:
    """Folded messages wait until then, except those with something overdue. → what is silenced, and what never is.

    Refusals: mute_too_long.
    """
    longest = act.now + timedelta(days=act.office.policy.silence.mute_days)
    if until is not None and until > longest:
        raise Refusal("mute_too_long", longest=act.office.policy.silence.mute_days)
    person = act.person
    act.carry(
        Decision(
            changes=[Change(Member, person.id or 0, {"muted_until": until}, person.version)],
            events=[Deed("mute", None, {}, {"member": person.id, "until": until})],
        )
    )
    mine = [found for found in visible(act) if not found.task.finished]
    red = red_of(act)
    return {
        "until": act.office.local(until).isoformat() if until else None,
        "silenced": len(mine) - len(red),
        "red": red,
    }


def red_of(act: Act) -> list[int]:
    """Numbers of the person's tasks that are overdue: no silence swallows them."""
    return [found.task.number for found in visible(act) if not found.task.finished and found.has(OVERDUE)]


def audible(
    act: Act,
    member: Member,
    notices: Sequence[Due],
    silent: Mapping[int, date],
    red: Container[int],
    asleep: date | None = None,
) -> list[Due]:
    """The notices this person is to hear now; the others wait until the silence ends.

    `silent`: tasks the person has snoozed, and until when; `red`: tasks that are overdue and never silenced; `asleep`:
    until when nothing is asked, because all that is owed is snoozed.
    """
    heard = []
    for notice in notices:
        silent_until = asleep if notice.kind in ("ask", "nudge") else silent.get(notice.task_id or 0)
        if silent_until is not None and notice.task_id not in red:
            _postpone(act, [notice], act.office.at(silent_until + timedelta(days=1), time(0)), member)
        else:
            heard.append(notice)
    muted = member.muted_until
    if muted is not None and muted > act.now and not any(notice.task_id in red for notice in heard):
        _postpone(act, heard, muted, member)
        return []
    return heard


def _postpone(act: Act, notices: Sequence[Due], until: datetime, member: Member) -> None:
    if notices:
        at = fold_at(member, until, act.office)
        ids = [notice.id for notice in notices]
        act.session.connection().execute(update(NOTICE).where(NOTICE.c.id.in_(ids)).values(fold_at=at))


def show_held(act: Act) -> int:
    """What the noise budget held back from the person goes out now. → messages."""
    return noise.release(act.session, act.person.id or 0)


def snoozes_of(act: Act, task_id: int) -> Sequence[Snooze]:
    return act.session.exec(select(Snooze).where(Snooze.task_id == task_id).order_by(col(Snooze.id))).all()
