"""Days counted by a calendar nobody knows yet say so wherever they are printed."""

from collections.abc import Iterable
from datetime import date

from bot.usecases.act import Act


def unknown_years(act: Act, days: Iterable[date | str | None]) -> list[int]:
    """The years of these days (ISO text, perhaps a moment, or dates) whose working days are not announced yet."""
    read = [date.fromisoformat(day[:10]) if isinstance(day, str) and day else day for day in days]
    return act.office.calendar.unknown(day for day in read if isinstance(day, date))
