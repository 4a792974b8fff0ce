"""The noise budget (domain.md §5): so many messages a day that the clock sends of itself; the rest is folded.

Answers never count, and what a person's own act sends to another (a request to decide, an instruction) counts but is
never held back: somebody waits for it. What is red is never held back either.
"""

from typing import Any

from bot.domain.people import Role
from bot.domain.policy import NoisePolicy
from bot.domain.post import Outbox

# Said at its hour or not at all: the day's message, the bulletin and its draft, and that the clock is in trouble.
AT_ITS_HOUR = frozenset({"daily", "bulletin", "bulletin_draft", "clock_was_away", "round_failed"})
HELD = "held"
RED_STEPS = frozenset({"red", "notice", "summons", "accountability"})


def may_wait(row: Outbox) -> bool:
    """It may be folded into the next day's message."""
    return row.kind not in AT_ITS_HOUR and not row.key.startswith("subscription:") and not is_red(row.facts)


def is_red(facts: dict[str, Any]) -> bool:
    """It is about something overdue, or a step of the ladder from red on."""
    listed = facts.get("sheets", ())
    sheets = [*(listed if isinstance(listed, list) else ()), *([facts["sheet"]] if "sheet" in facts else ())]
    return any(sheet.get("cause") == "overdue" or sheet.get("series") in RED_STEPS for sheet in sheets)


def is_red_notice(kind: str, facts: dict[str, Any]) -> bool:
    """A reminder of what is overdue."""
    return kind == "deadline" and facts["offset"] > 0


def room(role: str, policy: NoisePolicy, *, bulletin_day: bool) -> int | None:
    """How many messages beside those at their hour a person may get in a day; None: no limit.

    One is kept for the day's message; on the day of the bulletin one for that, and for the office one for its draft.
    """
    if not policy.person:
        return None
    own = {Role.OFFICE: 2, Role.LEADER: 1}.get(Role(role), 0) if bulletin_day else 0
    return max(policy.person - 1 - own, 0)
