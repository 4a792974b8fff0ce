"""A bulletin that was issued, printed again: the same figures, since it is computed as of the same moment."""

import re
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.post import Bulletin
from bot.domain.refusal import Refusal
from bot.usecases.act import Act
from bot.usecases.bulletin import unsaid_before
from bot.usecases.digest import bulletin_facts, digest_at

# 第23期 · 2022年第23期 · 23期 · issue 23 · no. 23
ISSUE = re.compile(r"(?:(\d{4})\s*年?\s*)?(?:第?\s*(\d{1,2})\s*期|(?:issue|no\.?)\s*(\d{1,2}))", re.IGNORECASE)


def issue_asked(text: str) -> tuple[int | None, int, str] | None:
    """(year if said, issue, what follows) of a call for an issue; None when it asks for something else."""
    found = ISSUE.match(text.strip())
    if found is None:
        return None
    year, issue = int(found[1]) if found[1] else None, int(found[2] or found[3])
    return year, issue, text.strip()[found.end() :].strip()


def issued(act: Act, year: int | None, issue: int) -> Bulletin:
    """The newest correction of the issue. Refusals: no_such_issue."""
    every = select(Bulletin).where(Bulletin.state == "issued")
    wanted = every.where(Bulletin.issue == issue)
    if year is not None:
        wanted = wanted.where(Bulletin.year == year)
    order = (col(Bulletin.year).desc(), col(Bulletin.as_of).desc(), col(Bulletin.correction).desc())
    row = act.session.exec(wanted.order_by(*order)).first()
    if row is None:
        newest = act.session.exec(every.order_by(*order)).first()
        raise Refusal("no_such_issue", issue=issue, newest=newest.issue if newest else 0)
    return row


def printed(act: Act, year: int | None, issue: int, scope: str) -> tuple[Bulletin, dict[str, Any]]:
    """The issue with the facts it was said with. Refusals: no_such_issue, bad_scope."""
    row = issued(act, year, issue)
    return row, bulletin_facts(act, digest_at(act, row.as_of, scope), scope) | said_with(act, row, scope)


def said_with(act: Act, row: Bulletin, scope: str) -> dict[str, Any]:
    """What an issued bulletin says besides its figures."""
    # What the office wrote of all units stands in the whole bulletin only.
    own = list(row.next_steps) if scope == "all" else []
    return {
        "correction": row.correction,
        "reason": row.reason,
        "own_steps": own,
        "missed_issues": unsaid_before(act, row),
    }


def issued_at(act: Act, as_of: datetime) -> Bulletin | None:
    """The newest correction of the bulletin issued as of this very moment."""
    wanted = select(Bulletin).where(Bulletin.state == "issued", Bulletin.as_of == as_of)
    return act.session.exec(wanted.order_by(col(Bulletin.correction).desc())).first()
