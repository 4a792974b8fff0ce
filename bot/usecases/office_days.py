"""What the day looks like for the office, worked out once for all its people."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.brief_slices import standing_of, task_of
from bot.domain.briefs import Verdict, judge
from bot.domain.ledger import Question
from bot.domain.standing import OVERDUE
from bot.store.briefs import load_briefs
from bot.store.collector import uncollected
from bot.usecases.act import Act
from bot.usecases.facts import brief_line
from bot.usecases.ladder_silence import office_counts
from bot.usecases.receipts import late_by_unit
from bot.usecases.sheets import LISTED, drafts, drafts_buttons, lines_of


def office_facts(act: Act) -> dict[str, Any]:
    """Open questions of imports, late tasks, late receipts, drafts to sign out, silence; for the message's words."""
    with uncollected():
        verdicts = judge(load_briefs(act.session, [act.now], act.office, past=False), 0, act.now, act.office)
    overdue = [found for found in verdicts if OVERDUE in found.flags]
    overdue.sort(key=lambda found: (found.days_left, found.number))
    lines = act.office.policy.reminders.lines
    waiting = drafts(act)
    empty: dict[str, list[Any]] = {name: [] for name in ("due", "behind", "coming", "unsigned", "rest", "to_report")}
    return {
        **empty,
        "today": act.office.today(act.now).isoformat(),
        "open": sum(not found.finished for found in verdicts),
        "overdue": [brief_line(act, standing_of(found)) for found in overdue[:lines]],
        "counts": {"overdue": len(overdue), "due": 0, "behind": 0, "coming": 0},
        "folded": max(len(overdue) - lines, 0),
        "example": None,
        "questions": _questions(act),
        "receipts": late_by_unit(act)[:lines],
        "urging": office_counts(act, _open_tasks(verdicts)),
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
        "numbers": [found.number for found in overdue],
        "drafts": lines_of(act, waiting[:LISTED]),
        "buttons": [*drafts_buttons(waiting), [["who", "who"], ["overdue", "overdue:0"]]],
    }


def _questions(act: Act) -> int:
    return act.session.exec(select(func.count()).select_from(Question).where(col(Question.answered_at).is_(None))).one()


def _open_tasks(verdicts: Sequence[Verdict]) -> list[Any]:
    return [task_of(found) for found in verdicts if not found.finished]
