"""Moments and days as people write them on the command line."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.refusal import Refusal

SPANS = {"d": "days", "h": "hours", "m": "minutes", "w": "weeks"}


def moment(text: str, zone: ZoneInfo) -> datetime:
    """ISO; without a zone it is in `zone`, a bare day is its end. Refusals: bad_moment."""
    try:
        if len(text.strip()) == 10:
            return datetime.combine(date.fromisoformat(text.strip()), time(23, 59, 59), zone)
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("bad_moment", text=text) from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def day(text: str) -> date:
    """ISO. Refusals: bad_day."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("bad_day", text=text) from None


def span(text: str) -> timedelta:
    """`7d`, `12h`, `30m`, `2w`. Refusals: bad_span."""
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if not number.isdigit() or unit not in SPANS or int(number) == 0:
        raise Refusal("bad_span", text=text)
    return timedelta(**{SPANS[unit]: int(number)})
