"""The clock's rounds for people: due moments become notices, notices become one folded message a person and day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlmodel import col, select

from bot.domain.brief_slices import stages_of, with_measures
from bot.domain.briefs import Verdict, judge
from bot.domain.noise import HELD, is_red_notice
from bot.domain.people import Member, Role
from bot.domain.periods import Period
from bot.domain.post import Lane, Moment, Notice, Outbox, Round
from bot.domain.reminding import daily_hour, deadline_notices, fold_at, hears_of_deadline, plan_moments, quiet
from bot.domain.slices import TaskSlice
from bot.store import carry, notices
from bot.store.briefs import Choice, load_briefs
from bot.store.carry import table_of
from bot.store.collector import uncollected
from bot.store.handed import deputies
from bot.store.handlers import handlers
from bot.store.notices import Due
from bot.store.people import present
from bot.usecases import missed
from bot.usecases.act import Act, member_message
from bot.usecases.daily import office_day, unit_day
from bot.usecases.unit_days import Today
from bot.usecases.waiting_rounds import pending_day, pending_lines

BATCH = 20_000
MOMENT = table_of(Moment)


def plan(act: Act, tasks: Iterable[TaskSlice]) -> int:
    """The reminder clock knows every milestone of these tasks; rows already there stay. → rows planned."""
    rows = [row for task in tasks for row in plan_moments(task, act.office)]
    carry.add_values_once(act.session, Moment, rows)
    return len(rows)


def replan(act: Act, task: TaskSlice) -> None:
    """A date has moved: what was not yet said of the task is forgotten and planned anew.

    Days before the new date that have passed already are not said afterwards: people hear of the date itself today.
    """
    act.session.connection().execute(MOMENT.delete().where(MOMENT.c.task_id == task.id, MOMENT.c.said_at.is_(None)))
    rows = [row for row in plan_moments(task, act.office) if row["offset"] > 0 or row["due_at"] > act.now]
    carry.add_values_once(act.session, Moment, rows)


def expand_due(act: Act) -> int:
    """Every due moment has become a notice for each person it concerns. → notices made.

    Of several missed offsets of one milestone the latest speaks, and the others are said to have been missed; of what
    was past already when it came onto the ledger, only the latest. What is already met is not said at all.
    """
    c = MOMENT.c
    due = act.session.connection().execute(
        select(c.id, c.task_id, c.milestone_id, c.day, c.offset, c.due_at)  # type: ignore[call-overload]
        .where(c.due_at <= act.now, c.said_at.is_(None))
        .order_by(c.due_at, c.id)
        .limit(BATCH)
    )
    rows = due.all()
    said = 0
    if rows:
        with uncollected():
            said = _expand(act, rows)
    if len(rows) < BATCH:
        missed.note_look(act)
    return said


def _expand(act: Act, rows: Sequence[Any]) -> int:
    by_stage: dict[int, list[Any]] = {}
    for row in rows:
        by_stage.setdefault(row.milestone_id, []).append(row)
    said, further = _say(act, by_stage)
    carry.add_values_once(act.session, Notice, said)
    carry.add_many_once(act.session, further)
    notices.moments_said(act.session, [row.id for row in rows], act.now)
    return len(said)


def _say(act: Act, by_stage: Mapping[int, Sequence[Any]]) -> tuple[list[dict[str, Any]], list[Moment]]:
    """What is to be said of these milestones (id → its due moments), to each whom it concerns; and when again."""
    since = missed.last_look(act)
    latest = {id_: max(rows, key=lambda row: int(row.offset)) for id_, rows in by_stage.items()}
    briefs = load_briefs(act.session, [act.now], act.office, Choice("due"), past=False)
    people: dict[int, list[Member]] = {}
    for member in present(act.session, roles=[Role.LIAISON, Role.HEAD]):
        people.setdefault(member.unit_id or 0, []).append(member)
    handling: dict[int, set[int]] = {}
    for (task_id, _), (_, handler) in handlers(act.session).items():
        handling.setdefault(task_id, set()).add(handler.id or 0)
    hours: dict[tuple[int, bool], datetime] = {}
    said: list[dict[str, Any]] = []
    further: list[Moment] = []
    for found in judge(briefs, 0, act.now, act.office, silence=False):
        for stage in stages_of(found):
            row = latest.get(stage.id)
            if row is None or stage.day != row.day or stage.met:
                continue
            spoken = [*missed.overtaken(act, by_stage[stage.id], row, since), row]
            if row.offset > 0:
                again = _again(act, found, stage.id, row, since)
                further += again
                spoken += [each for each in again if each.said_at is not None]
            late = spoken[-1].offset > 0
            for each in spoken:
                gone = each is not spoken[-1]
                hear: list[tuple[int, datetime]] = []
                for member in hears_of_deadline(stage.units, each.offset, people, handling.get(found.id, ())):
                    id_ = member.id or 0
                    if gone and member.joined_at > each.due_at:
                        continue
                    if (id_, late) not in hours:
                        hours[id_, late] = fold_at(member, act.now, act.office, red=late)
                    hear.append((id_, hours[id_, late]))
                said += deadline_notices(found.number, found.id, stage.ordinal, each, hear, missed=gone)
    return said, further


def _again(act: Act, found: Verdict, stage_id: int, last: Any, since: date) -> list[Moment]:
    """What follows the last listed moment of an overdue milestone: those missed meanwhile, as said, and the next."""
    task = with_measures(found)
    stage = next(stage for measure in task.measures for stage in measure.stages if stage.id == stage_id)
    following = missed.repeated(act, task, stage, last, since)
    for moment in following:
        moment.said_at = act.now if moment.due_at <= act.now else None
    return following


def ask_reports(act: Act) -> int:
    """On the first working day of a reporting week, and on the day of its cut-off, who owes a report is asked.

    Whoever was asked on the first is down for the second; who has reported until then is spared it, which is counted.
    → people asked. The round's name is its lock: it is done once, late or twice. Weeks that passed unasked while the
    clock stood still are asked about now, as missed.
    """
    period, asked = act.office.week(act.now), 0
    kinds = ("ask", "nudge") if act.office.policy.week.nudge else ("ask",)
    for kind in kinds:
        due = act.now >= _asking_moment(act, kind, period)
        if not due or act.session.get(Round, f"{kind}:{period.key}") is not None:
            continue
        if kind == "ask":
            asked += _ask_missed(act, kinds)
        asked += _ask(act, kind, period, act.now)
    return asked


def _ask_missed(act: Act, kinds: Sequence[str]) -> int:
    """A new week begins: what was not asked in those before it, because the clock stood still."""
    asked = 0
    for period in missed.periods_since_asked(act):
        for kind in kinds:
            moment = _asking_moment(act, kind, period)
            asked += _ask(act, kind, period, moment, late=True)
    return asked


def _asking_moment(act: Act, kind: str, period: Period) -> datetime:
    day = period.start.date() + timedelta(days=1)
    day = act.office.calendar.next_working(day) if kind == "ask" else period.end.date()
    return act.office.at(day, time(0))


def _ask(act: Act, kind: str, period: Period, moment: datetime, *, late: bool = False) -> int:
    """Who owes a report at that moment is asked for it. `late`: the moment has passed."""
    name, after = f"{kind}:{period.key}", f"ask:{period.key}" if kind == "nudge" else ""
    # Another node did this round first: nothing to do.
    if not carry.add_once(act.session, Round(name=name, at=act.now), on=("name",)):
        return 0
    with uncollected():
        verdicts = judge(load_briefs(act.session, [moment], act.office, past=late), 0, moment, act.office)
    owing = {unit for found in verdicts for unit in found.silent}
    before = _asked(act, after) if after and not late else set()
    people = [m for m in present(act.session, roles=[Role.LIAISON]) if m.unit_id in owing or m.id in before]
    # A head is asked for what was passed on to him.
    silent = {(found.id, unit) for found in verdicts for unit in found.silent}
    heads = {m.id: m for key, (_, m) in handlers(act.session).items() if key in silent and m.role == Role.HEAD}
    people += heads.values()
    asking = [
        Notice(
            key=f"{name}:m{member.id}",
            member_id=member.id or 0,
            kind=kind,
            facts={"missed": True} if late else {},
            created_at=act.now,
            fold_at=fold_at(member, act.now, act.office),
        )
        for member in missed.there(people, moment)
    ]
    carry.add_many_once(act.session, asking)
    return len(asking)


def _asked(act: Act, name: str) -> set[int]:
    return set(act.session.exec(select(Notice.member_id).where(col(Notice.key).startswith(f"{name}:m"))))


def fold(act: Act) -> int:
    """Whoever has notices waiting at this hour has got one folded message with all of them. → messages queued.

    At most one a person and day; in quiet hours and on days of rest nothing goes out; notices that have become
    pointless (reported, finished) are withdrawn, and if nothing remains nothing is said.
    """
    waiting = notices.due(act.session, act.now, BATCH)
    if not waiting:
        return 0
    with uncollected():
        return _fold(act, waiting)


def _fold(act: Act, waiting: Sequence[Due]) -> int:
    today = act.office.today(act.now)
    rest = not act.office.calendar.is_working(today)
    if rest:
        # Nothing but what is red, and that only where the policy says so.
        waiting = [notice for notice in waiting if is_red_notice(notice.kind, notice.facts)]
    standing_in = deputies(act.session, today)
    by_member: dict[int, list[Due]] = {}
    for notice in waiting:
        # Who is away hears through the deputy.
        deputy = standing_in.get(notice.member_id)
        by_member.setdefault((deputy.id if deputy else None) or notice.member_id, []).append(notice)
    people = {member.id or 0: member for member in present(act.session)}
    done = _keys_today(act, today)
    notices.close(
        act.session, [n for id_ in by_member if id_ not in people for n in by_member[id_]], _gone(act, "left")
    )
    hear = [
        people[id_]
        for id_ in by_member
        if id_ in people and _key(today, id_) not in done and _may_hear(act, people[id_], red=rest)
    ]
    days = Today(act, {member.unit_id for member in hear if member.unit_id is not None})
    folded = [_fold_for(days, member, by_member[member.id or 0], people) for member in hear]
    pointless = [notice for each in folded for notice in each.pointless]
    notices.close(act.session, pointless, _gone(act, "pointless"))
    queued = notices.queue_once(act.session, [each.row for each in folded if each.row is not None])
    said = [notice for each in folded if each.row is not None and each.row.key in queued for notice in each.said]
    notices.close(act.session, said, {"said_at": act.now})
    return len(queued)


def _may_hear(act: Act, member: Member, *, red: bool) -> bool:
    """The day's message may go: its hour has come. What was too late for yesterday's goes with the rest of today's."""
    hour = act.office.at(act.office.today(act.now), daily_hour(member))
    return act.now >= hour and not quiet(member, act.now, act.office, red=red)


def _gone(act: Act, why: str) -> dict[str, Any]:
    return {"withdrawn_at": act.now, "why_withdrawn": why}


def _key(today: date, member_id: int) -> str:
    return f"daily:{today}:m{member_id}"


def _keys_today(act: Act, today: date) -> set[str]:
    return set(act.session.exec(select(Outbox.key).where(col(Outbox.key).startswith(f"daily:{today}:m"))))


class Folded(NamedTuple):
    """A person's message of the day, None if nothing remains; what it says, and what is pointless by now."""

    row: Outbox | None
    said: list[Due]
    pointless: list[Due]


def _fold_for(days: Today, member: Member, waiting: Sequence[Due], people: Mapping[int, Member]) -> Folded:
    act = days.act
    asked = [notice for notice in waiting if notice.kind == "pending"]
    others = [notice for notice in waiting if notice.kind != "pending"]
    pending = pending_lines(act, member) if asked else []
    if others or member.role == Role.OFFICE:
        compose = office_day if member.role == Role.OFFICE else unit_day
        facts, wanted, pointless = compose(days, member, others)
    else:
        facts, wanted, pointless = pending_day(act, member), [], []
    wanted, pointless = (wanted + asked, pointless) if pending else (wanted, pointless + asked)
    if not wanted:
        return Folded(None, [], pointless)
    away = {notice.member_id for notice in waiting if notice.member_id != member.id}
    facts["stands_in_for"] = [people[id_].name for id_ in sorted(away) if id_ in people]
    facts["pending"] = pending
    facts["held"] = [notice.facts for notice in wanted if notice.kind == HELD]
    facts["missed"] = missed.missed_facts(wanted, days.numbers(member))
    if facts["held"]:
        facts["buttons"] = [*facts["buttons"], [["held", "held", {"count": len(facts["held"])}]]]
    if pending:
        facts["buttons"] = [[["pending", "pending", {"count": len(pending)}]], *facts["buttons"]]
    key, about = _key(act.office.today(act.now), member.id or 0), {"tasks": facts["numbers"]}
    return Folded(member_message(member, "daily", facts, key, Lane.REMINDER, about, act.now), wanted, pointless)
