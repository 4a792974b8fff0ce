"""What stands in a person's folded message of the day: the unit's day, or the office's, as facts for its words."""

from collections.abc import Collection, Container, Sequence
from datetime import date
from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Question
from bot.domain.people import Member
from bot.domain.post import Notice
from bot.domain.reminding import met
from bot.domain.standing import BEHIND, DUE_SOON, OVERDUE, Standing, standing, unchanged_will_do
from bot.store.ledger import load_tasks
from bot.usecases.act import Act
from bot.usecases.extension_facts import may_ask_each
from bot.usecases.facts import task_line
from bot.usecases.ladder_silence import office_counts
from bot.usecases.receipts import late_by_unit, late_receipts
from bot.usecases.remarks import unanswered
from bot.usecases.sheets import LISTED, drafts, drafts_buttons, lines_of, open_lines, under_sheet
from bot.usecases.silence import audible, snoozed, without_snoozed

Day = tuple[dict[str, Any], list[Notice], list[Notice]]


def unit_day(act: Act, member: Member, notices: Sequence[Notice]) -> Day:
    """The unit's day: late, due, behind, to sign for, to report. → (facts, notices it says, pointless notices)."""
    tasks = load_tasks(act.session, unit_id=member.unit_id)
    standings = {task.id: standing(task, act.now, act.office) for task in tasks}
    owed = [found for found in standings.values() if member.unit_id in found.silent]
    answers = unanswered(act, [task for task in tasks if not task.finished and member.unit_id in task.workers])
    asked = {answer["note"] for answer in answers}
    pointless = [notice for notice in notices if _pointless(notice, standings, bool(owed), member, asked)]
    wanted = [notice for notice in notices if notice not in pointless]
    heard = audible(act, member, wanted, {task.id: task for task in tasks})
    named = {notice.task_id for notice in heard if notice.task_id}
    silent = snoozed(act, member)
    active = without_snoozed([found for found in standings.values() if not found.task.finished], silent)
    overdue = [found for found in active if found.has(OVERDUE)]
    due = [found for found in active if found not in overdue and _this_week(act, found)]
    behind = [found for found in active if found.has(BEHIND) and found not in due]
    news = [found for found in active if found.task.id in named and found not in [*overdue, *due, *behind]]
    unsigned = [f.task.number for f in active if f.task.received.get(member.unit_id or 0, act.now) is None]
    shown = [*overdue, *due, *behind, *news]
    rest = [found.task.number for found in owed if found not in shown]
    period = act.office.week(act.now)
    lines = act.office.policy.reminders.lines
    sheets = open_lines(act, member.unit_id or 0)
    under = under_sheet(act, member.unit_id)
    facts: dict[str, Any] = {
        "today": act.office.today(act.now).isoformat(),
        "unit": act.unit(member.unit_id),
        "open": sum(not found.task.finished for found in standings.values()),
        "overdue": [task_line(act, found) for found in _by_date(overdue)[:lines]],
        "due": [task_line(act, found) for found in _by_date(due)[:lines]],
        "behind": [task_line(act, found) for found in _by_date(behind)[:lines]],
        "coming": [task_line(act, found) for found in _by_date(news)[:lines]],
        "counts": {"overdue": len(overdue), "due": len(due), "behind": len(behind), "coming": len(news)},
        "folded": sum(max(len(group) - lines, 0) for group in (overdue, due, behind, news)),
        "unsigned": unsigned,
        "answers": answers[:lines],
        "sheets": sheets[:lines],
        "rest": rest,
        "to_report": [found.task.number for found in owed],
        "example": next((found.task.number for found in [*_by_date(shown), *owed] if _mine(found, member)), None),
        "cut_off": act.office.local(period.end).isoformat(),
        "numbers": [found.task.number for found in active],
        "buttons": _day_buttons(member, _by_date([*overdue, *due, *behind, *news]), owed, unsigned, under),
    }
    if sheets:
        row = [["answer_n", f"answer:{sheet['id']}", {"n": sheet["n"]}] for sheet in sheets[:3]]
        facts["buttons"].insert(-1, row)
    in_need = [found.task for found in _by_date([*overdue, *due])]
    facts["buttons"][-1:-1] = extend_buttons(may_ask_each(act, in_need, member))
    return facts, heard, pointless


def _day_buttons(
    member: Member,
    shown: Sequence[Standing],
    owed: Sequence[Standing],
    unsigned: Sequence[int],
    under_sheet: Collection[int],
) -> list[list[list[Any]]]:
    """Report what is most urgent, or the rest in one tap: only what would succeed."""
    mine = [found for found in shown if _mine(found, member)]
    numbers = list(dict.fromkeys(found.task.number for found in [*mine, *owed]))[:3]
    rows: list[list[list[Any]]] = []
    if numbers:
        rows.append([["report", f"report:{number}", {"n": number}] for number in numbers])
    rest = [f for f in owed if unchanged_will_do(f, member.unit_id or 0, under_sheet)]
    second: list[list[Any]] = [["offer_rest", "offer_rest", {"count": len(rest)}]] if rest else []
    if unsigned:
        second.insert(0, ["sign_all", "ack:all", {"count": len(unsigned)}])
    rows.append([*second, ["my", "my:open:0"]])
    if shown:
        rows[-1].append(["why", "why"])
    return rows


def _mine(found: Standing, member: Member) -> bool:
    """The person may report on it: their unit leads it or does the work."""
    return member.unit_id in found.task.workers


def _waits_for_receipt(found: Standing, member: Member) -> bool:
    received = found.task.received
    return member.unit_id in received and received[member.unit_id] is None


def _by_date(rows: Sequence[Standing]) -> list[Standing]:
    return sorted(rows, key=lambda found: (found.days_left is None, found.days_left, found.task.number))


def _this_week(act: Act, found: Standing) -> bool:
    """Due by the Sunday of this week, or soon in the sense of the policy."""
    sunday = 6 - act.office.today(act.now).weekday()
    return found.has(DUE_SOON) and found.days_left is not None and found.days_left <= max(sunday, 3)


def extend_buttons(numbers: Sequence[int]) -> list[list[list[Any]]]:
    """[延期 07]: for what is due or overdue and may still be extended; one row of three."""
    row: list[list[Any]] = [["extend_n", f"extend:{number}", {"n": number}] for number in numbers[:3]]
    return [row] if row else []


def _pointless(
    notice: Notice, standings: dict[int, Standing], owes: bool, member: Member, asked: Container[int]
) -> bool:
    if notice.kind in ("ask", "nudge"):
        return not owes
    found = standings.get(notice.task_id or 0)
    if found is None or found.task.finished:
        return True
    if notice.kind == "instruction":
        return notice.facts["note"] not in asked
    if notice.kind == "unsigned":
        return not _waits_for_receipt(found, member)
    if notice.kind == "deadline":
        day = date.fromisoformat(notice.facts["day"])
        for measure in found.task.measures:
            if measure.ordinal == notice.facts["measure"]:
                return not any(s.effective == day and not met(found.task, measure, s) for s in measure.stages)
    return False


def office_day(act: Act, member: Member, notices: Sequence[Notice]) -> Day:
    """The office's day: open questions of imports and late tasks. → (facts, notices it says, pointless notices)."""
    questions = len(act.session.exec(select(Question.id).where(col(Question.answered_at).is_(None))).all())
    standings = [standing(task, act.now, act.office) for task in load_tasks(act.session)]
    overdue = [found for found in standings if found.has(OVERDUE)]
    lines = act.office.policy.reminders.lines
    facts: dict[str, Any] = {
        "today": act.office.today(act.now).isoformat(),
        "unit": act.unit(member.unit_id),
        "open": sum(not found.task.finished for found in standings),
        "overdue": [task_line(act, found) for found in _by_date(overdue)[:lines]],
        "due": [],
        "behind": [],
        "coming": [],
        "counts": {"overdue": len(overdue), "due": 0, "behind": 0, "coming": 0},
        "folded": max(len(overdue) - lines, 0),
        "unsigned": [],
        "rest": [],
        "to_report": [],
        "example": None,
        "questions": questions,
        "receipts": late_by_unit(act)[:lines],
        "urging": office_counts(act, [found.task for found in standings]),
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
        "numbers": [found.task.number for found in overdue],
        "buttons": [[["who", "who"], ["overdue", "overdue:0"]]],
    }
    waiting = drafts(act)
    facts["drafts"] = lines_of(act, waiting[:LISTED])
    facts["buttons"][:0] = drafts_buttons(waiting)
    unsigned = {row["task_id"] for row in late_receipts(act)}
    pointless = [notice for notice in notices if notice.kind == "unsigned" and notice.task_id not in unsigned]
    return facts, [notice for notice in notices if notice not in pointless], pointless
