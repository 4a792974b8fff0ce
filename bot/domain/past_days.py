"""Days that have been, as people name them: 昨天, 上周五, 6月10日 (the latest one), 2022-06-10.

A deadline's reader looks ahead and asks about a day that has passed; here a day without a year is the latest such day
that is not still to come.
"""

import re
from datetime import date, timedelta

from bot.domain.deadlines import read_deadline
from bot.domain.decision_text import split_day
from bot.domain.workdays import Workdays

DAYS_AGO = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2, "前日": 2, "大前天": 3}
_AGO = re.compile(rf"\s*({'|'.join(sorted(DAYS_AGO, key=len, reverse=True))})(?![a-z])", re.IGNORECASE)
_WEEKDAY = re.compile(r"\s*((上|本|这)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天]))")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*-\s*(\d{1,2})")


def split_past_day(text: str) -> tuple[str, str]:
    """(the day as written, the rest) of `昨天 武清区`, `6月10日武清区`; the day is "" when none leads."""
    for pattern in (_AGO, _WEEKDAY):
        found = pattern.match(text)
        if found is not None:
            return found[1], text[found.end() :].strip()
    return split_day(text)


def past_day(text: str, today: date, calendar: Workdays) -> date | None:
    """The day that was meant; a day still to come only where the year was written. None when it cannot be read."""
    plain = text.strip().lower()
    if plain in DAYS_AGO:
        return today - timedelta(days=DAYS_AGO[plain])
    weekday = _WEEKDAY.fullmatch(plain)
    if weekday is not None:
        return _last_weekday(weekday[2], "一二三四五六日".index(weekday[3].replace("天", "日")), today)
    plain = _MONTH_DAY.sub(r"\1/\2", plain) if _MONTH_DAY.fullmatch(plain) else plain
    for year in (today.year, today.year - 1):
        reading = read_deadline(plain, date(year, 1, 1), calendar)
        if reading.kind != "date" or reading.due is None:
            return None
        if reading.due <= today or reading.note != "year_assumed":
            return reading.due
    return None


def _last_weekday(week: str | None, weekday: int, today: date) -> date:
    """周五 is the latest Friday; 上周五 the one of the week before, 本周五 the one of this week."""
    monday = today - timedelta(days=today.weekday())
    if week is None:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    return monday + timedelta(days=weekday - (7 if week == "上" else 0))
