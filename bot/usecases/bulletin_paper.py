"""The bulletin as a paper (domain.md §4): the chat's figures, its lists whole, and tables by lead and by district."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot.domain.ledger import Unit
from bot.domain.standing import Standing
from bot.domain.unit_tables import among, by_lead
from bot.domain.urging import Sheet
from bot.usecases import sheets
from bot.usecases.act import Act
from bot.usecases.digest import bulletin_facts, digest_at, scope_title, unit_line
from bot.usecases.facts import task_line
from bot.usecases.grouping import DISTRICT
from bot.usecases.papers import keep
from bot.usecases.reprint import issued_at, said_with

UNISSUED: dict[str, Any] = {"correction": 0, "reason": "", "own_steps": []}


def bulletin_docx(act: Act, as_of: datetime, scope: str, locale: str) -> bytes:
    """The digest of a moment on paper; where a bulletin was issued as of it, with what the office wrote in that.

    Refusals: bad_scope.
    """
    # python-docx is slow to load and seldom wanted.
    from bot.documents.paper_docx import paper

    return paper(locale, "bulletin", paper_facts(act, as_of, scope))


def kept_bulletin(act: Act, as_of: datetime, scope: str, data: Path) -> dict[str, Any]:
    """The paper under `data` (DUBAN_DATA), in the person's language. → {"file", "as_of", "scope"}"""
    content = bulletin_docx(act, as_of, scope, act.person.locale)
    file = keep(data, f"bulletin-{act.person.id}-{act.now:%Y%m%d-%H%M%S}.docx", content)
    return {"file": file, "as_of": act.office.local(as_of).isoformat(), "scope": scope_title(act, scope)}


def paper_facts(act: Act, as_of: datetime, scope: str) -> dict[str, Any]:
    found = digest_at(act, as_of, scope)
    issued = issued_at(act, as_of)
    whole = scope == "all"
    districts = {unit.id or 0 for unit in act.session.exec(select(Unit).where(Unit.kind == DISTRICT))}
    pressing = [*found.overdue, *found.behind]
    return {
        **bulletin_facts(act, found, scope),
        **(said_with(act, issued, scope) if issued else UNISSUED),
        "leads": [unit_line(act, line) for line in by_lead(found.standings, as_of, act.office)] if whole else [],
        "districts": [unit_line(act, line) for line in among(found, districts, act.office)] if whole else [],
        "pressing": _pressing(act, pressing, {row.task.id: row for row in found.standings}, as_of),
    }


def _pressing(act: Act, rows: Sequence[Standing], whole: dict[int, Standing], as_of: datetime) -> list[dict[str, Any]]:
    """Overdue, then behind: each with its last report and the sheets that stood open at the moment."""
    standing = sheets.rows_of(act, col(Sheet.issued_at) <= as_of, col(Sheet.task_id).in_([row.task.id for row in rows]))
    by_task: dict[int, list[Sheet]] = {}
    for sheet in standing:
        if sheet.ended_at is None or sheet.ended_at > as_of:
            by_task.setdefault(sheet.task_id, []).append(sheet)
    lines = []
    for row in rows:
        last = whole[row.task.id].task.last_said()
        lines.append(
            {
                **task_line(act, row),
                "expected": row.expected,
                "last": {"at": act.office.local(last.at).isoformat(), "text": last.text} if last else None,
                "sheets": [_named(sheet) for sheet in by_task.get(row.task.id, [])],
            }
        )
    return lines


def _named(sheet: Sheet) -> dict[str, Any]:
    return {"series": sheet.series, "word": sheet.word, "serial": sheet.number}
