"""Spans of time counted from a day: 3个月内, 限2个工作日, 半年内, 一年半, 24小时内."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.deadlines.days import DAY, Frame, month_end
from bot.domain.deadlines.reading import Unclear

Unit = Literal["month", "day", "workday"]

SPAN = re.compile(
    r"(?<![0-9.])(?:(?P<low>[0-9]{1,3})(?:个月|个?工作日|[天日年周])?[-至到])?(?:(?P<number>[0-9]{1,3})|(?P<half>半))"
    r"(?P<unit>个半月|个月|(?<=半)月(?=[之以]?内)|个季度|年|个?(?:周|星期|礼拜)(?![边围一二三四五六日天])|个?(?:工作日|自然日|日历天|小时)|天|日)"
    r"(?P<more>半)?(?:时间|左右(?=[之以]内))?(?P<close>[之以]?内(?![部容涝河]))?"
)
# What one of each counts, and what 半 stands for before (半年) or after it (一年半): months and days.
MEASURES: dict[str, tuple[Unit, int]] = {
    "月": ("month", 1), "半月": ("month", 1), "季度": ("month", 3), "年": ("month", 12),
    "周": ("day", 7), "星期": ("day", 7), "礼拜": ("day", 7), "天": ("day", 1), "日": ("day", 1),
    "自然日": ("day", 1), "日历天": ("day", 1), "工作日": ("workday", 1),
}  # fmt: skip
HALVES = {"年": (6, 0), "月": (0, 15), "半月": (0, 15)}
HOURS_A_DAY = 24
LONGEST_YEARS = 20
LIMITED = re.compile(r"限[期时于]?$|时限[为:]?$")


@dataclass(frozen=True, slots=True)
class Span:
    """A count of months, days or working days; `low` the lower end of a range such as 3至6个月; `closed` by 内."""

    text: str
    unit: Unit
    count: int
    days: int = 0
    low: int | None = None
    closed: bool = False

    def due_from(self, start: date, frame: Frame) -> date:
        """The last day of the span; the starting day is not counted. Raises Unclear for a range of lengths."""
        due = self._count(self.count, start, frame)
        if self.low is not None:
            raise Unclear("span_range", self.text, (self._count(self.low, start, frame), due))
        return due

    def _count(self, count: int, start: date, frame: Frame) -> date:
        if self.unit == "workday":
            return frame.calendar.add(start, count)
        if self.unit == "day":
            return start + DAY * count
        year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
        return date(year, month + 1, min(start.day, month_end(year, month + 1).day)) + DAY * self.days


def read_span(text: str, at: int) -> tuple[Span, int] | None:
    """The span that begins at `at` and where it ends; None when none does."""
    match = SPAN.match(text, at)
    if not match or _is_point(match):
        return None
    unit = match["unit"].removeprefix("个")
    closed = bool(match["close"])
    if match["half"]:
        months, days = HALVES.get(unit, (0, 0))
        return (Span(match[0], "month", months, days, closed=closed), match.end()) if months or days else None
    number, low = int(match["number"]), int(match["low"]) if match["low"] else None
    if unit == "小时":
        number, low, unit = -(-number // HOURS_A_DAY), low and -(-low // HOURS_A_DAY), "天"
    counted_in, each = MEASURES[unit]
    months, days = HALVES.get(unit, (0, 0)) if match["more"] or unit == "半月" else (0, 0)
    return Span(match[0], counted_in, number * each + months, days, low and low * each, closed), match.end()


def _is_point(match: re.Match[str]) -> bool:
    """30日, 21年, 2021-2025年: points of the calendar, unless 内 closes a short enough span."""
    unit, closed = match["unit"], match["close"]
    if unit == "年":
        return bool(match["number"]) and (
            int(match["number"]) > LONGEST_YEARS or (len(match["number"]) > 1 and not closed)
        )
    return unit == "日" and not closed and not LIMITED.search(match.string[: match.start()])
