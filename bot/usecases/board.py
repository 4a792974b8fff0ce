"""一图: the facts of the picture of a moment, the bulletin's own."""

from datetime import datetime
from typing import Any

from bot.usecases.act import Act
from bot.usecases.digest import digest_at, digest_json, scope_title
from bot.usecases.facts import task_line


def board_facts(act: Act, as_of: datetime, scope: str) -> dict[str, Any]:
    """Refusals: bad_scope."""
    found = digest_at(act, as_of, scope)
    facts = digest_json(act, found)
    wanted = ("as_of", "year", "issue", "totals", "rates", "units", "due_in_30_days")
    pressing = [{**task_line(act, row), "expected": row.expected} for row in (*found.overdue, *found.behind)]
    head = {"scope": scope_title(act, scope), "office": act.office.name}
    return {name: facts[name] for name in wanted} | head | {"pressing": pressing}
