"""From a point of time to the days it covers."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bot.domain.deadlines.points import Point
from bot.domain.deadlines.reading import Unclear
from bot.domain.local_days import SEASON_WORDS
from bot.domain.workdays import FIXED_FESTIVALS, Workdays

DAY = timedelta(days=1)
Grain = Literal["day", "xun", "week", "month", "quarter", "half", "year", "plan", "holiday", "season"]

# How far a written year may lie from the document's: the longest goals (2060) are inside, misprints (1921, 2201) not.
YEARS_BACK, YEARS_AHEAD = 20, 45
SHORT_YEARS_BACK = 5


# 上旬 ends on the 10th, 中旬 on the 20th, 下旬 with the month; 中下旬 ends as 下旬 does.
PARTS_OF_MONTH = {
    "上": (1, 10), "中": (11, 20), "下": (21, 31), "上中": (1, 20), "中下": (11, 31),
    "上半": (1, 15), "前半": (1, 15), "下半": (16, 31), "后半": (16, 31),
}  # fmt: skip
# Days that are marked but not taken off; their 前 is the day before all the same.
MARKED_DAYS = {"建党节": (7, 1), "建军节": (8, 1), "环境日": (6, 5)}


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, how long it is by nature, and the year and month it stands for."""

    first: date
    last: date
    grain: Grain
    year: int
    month: int | None = None
    assumed: bool = False  # a holiday of a year whose calendar is not announced


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a phrase stands: the document's date and the year, month and day due that were named before it."""

    base: date
    calendar: Workdays
    year: int | None = None
    month: int | None = None
    due: date | None = None

    def after(self, period: Period, due: date | None) -> "Frame":
        month = period.month if period.month is not None else self.month
        return replace(self, year=period.year, month=month, due=due or self.due)


def month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - DAY


def resolve(point: Point, frame: Frame, year: int | None = None) -> Period:
    """The days the point covers; `year` overrides the year of one that names none. Raises Unclear."""
    if point.plan is not None:
        first_year = 2021 + 5 * (point.plan - 14)
        last_year = first_year + (point.plan_years or 5) - 1
        return Period(date(first_year, 1, 1), date(last_year, 12, 31), "plan", last_year)
    if point.day_shift is not None:
        return _single(frame.base + DAY * point.day_shift)
    if point.week_shift is not None or point.weekday is not None:
        return _week(point, frame)
    year = named_year(point, frame) if year is None else year
    if point.month_shift is not None or point.quarter_shift is not None:
        return _shifted(point, frame)
    if point.holiday:
        return _holiday(point.holiday, year, frame)
    if point.season:
        return _season(point.season, year, frame)
    if point.month is not None or point.day is not None:
        month = point.month if point.month is not None else frame.month or frame.base.month
        return _month(year, month, point)
    return _part_of_year(point, year)


def named_year(point: Point, frame: Frame) -> int:
    """The year written, or the one named before, or the document's."""
    if point.year_shift is not None:
        return frame.base.year + point.year_shift
    if point.year_follows is not None:
        return (frame.year or frame.base.year) + point.year_follows
    if point.year is None:
        return frame.year or frame.base.year
    back = SHORT_YEARS_BACK if point.short_year else YEARS_BACK
    if not frame.base.year - back <= point.year <= frame.base.year + YEARS_AHEAD:
        raise Unclear("year_odd", str(point.year))
    return point.year


def _single(day: date) -> Period:
    return Period(day, day, "day", day.year, day.month)


def _week(point: Point, frame: Frame) -> Period:
    monday = frame.base - DAY * frame.base.weekday() + DAY * 7 * (point.week_shift or 0)
    if point.weekday is not None:
        return _single(monday + DAY * point.weekday)
    return Period(monday, monday + DAY * 6, "week", monday.year, monday.month)


def _shifted(point: Point, frame: Frame) -> Period:
    """本月, 下季度: counted from the document's month; 当月 and 月底 keep to a month named before."""
    start = date(frame.year, frame.month, 1) if point.month_follows and frame.year and frame.month else frame.base
    if point.quarter_shift is not None:
        year, quarter = divmod(start.year * 4 + (start.month - 1) // 3 + point.quarter_shift, 4)
        return _quarters(year, quarter + 1, quarter + 1)
    year, month = divmod(start.year * 12 + start.month - 1 + (point.month_shift or 0), 12)
    return _month(year, month + 1, point)


def _month(year: int, month: int, point: Point) -> Period:
    if not 1 <= month <= 12:
        raise Unclear("impossible", f"{year}年{month}月")
    first, last = date(year, month, 1), month_end(year, month)
    if point.day is not None:
        if not 1 <= point.day <= last.day:
            raise Unclear("impossible", f"{year}年{month}月{point.day}日")
        return _single(first.replace(day=point.day))
    if point.xun:
        start, end = PARTS_OF_MONTH[point.xun]
        return Period(first.replace(day=start), min(first + DAY * (end - 1), last), "xun", year, month)
    return Period(first, last, "month", year, month)


def _quarters(year: int, first: int, last: int) -> Period:
    return Period(date(year, 3 * first - 2, 1), month_end(year, 3 * last), "quarter", year, 3 * last)


def _part_of_year(point: Point, year: int) -> Period:
    if point.quarter is not None:
        return _quarters(year, point.quarter, point.quarter)
    if point.first_quarters is not None:
        return _quarters(year, 1, point.first_quarters)
    if point.half is not None:
        first = date(year, 6 * point.half - 5, 1)
        return Period(first, month_end(year, 6 * point.half), "half", year, 6 * point.half)
    if point.first_months is not None:
        if not 1 <= point.first_months <= 12:
            raise Unclear("impossible", f"前{point.first_months}个月")
        return Period(date(year, 1, 1), month_end(year, point.first_months), "half", year, point.first_months)
    return Period(date(year, 1, 1), date(year, 12, 31), "year", year)


def _holiday(name: str, year: int, frame: Frame) -> Period:
    """The block of days off; an unannounced year has only its festival of the solar calendar, and says so."""
    if name in MARKED_DAYS:
        day = date(year, *MARKED_DAYS[name])
        return Period(day, day, "holiday", year, day.month)
    block = frame.calendar.holiday_block(name, year)
    if block:
        return Period(*block, "holiday", year, block[0].month)
    if name not in FIXED_FESTIVALS:
        raise Unclear("holiday_unknown", f"{year}年{name}")
    day = date(year, *FIXED_FESTIVALS[name])
    return Period(day, day, "holiday", year, day.month, assumed=True)


def _season(name: str, year: int, frame: Frame) -> Period:
    """The local season that begins in the year; asked where the place has not set it (domain.md §2)."""
    block = frame.calendar.season(name, year)
    if block is None:
        raise Unclear("season", SEASON_WORDS[name][0])
    return Period(*block, "season", year, block[0].month)
