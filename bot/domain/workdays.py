"""Working days: the State Council calendar with its make-up days (调休), and what an office adds to it.

The published calendar comes from the `chinese_calendar` package; it knows no year before its announcement. A later
year comes from `config/workdays/YEAR.toml` (format: `config/workdays/README.md`). For a year nobody knows the week is
Monday to Friday, and `Workdays.knows` says so: whoever prints such a day must say that the calendar is missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import chinese_calendar

from bot.domain.local_days import Season, read_local
from bot.domain.refusal import Refusal

DAY = timedelta(days=1)
Block = tuple[date, date]

OFFICIAL_OFF: Mapping[date, str] = chinese_calendar.holidays
OFFICIAL_MAKE_UP: Mapping[date, str] = chinese_calendar.workdays
OFFICIAL_YEARS = range(min(OFFICIAL_OFF).year, max(OFFICIAL_OFF).year + 1)

# The seven holidays of the Regulation on public holidays, with the name the package gives them.
HOLIDAYS: Mapping[str, str] = MappingProxyType(
    {
        "元旦": "New Year's Day",
        "春节": "Spring Festival",
        "清明节": "Tomb-sweeping Day",
        "劳动节": "Labour Day",
        "端午节": "Dragon Boat Festival",
        "中秋节": "Mid-autumn Festival",
        "国庆节": "National Day",
    }
)
# Festivals of the solar calendar: month and day are known in every year.
FIXED_FESTIVALS: Mapping[str, tuple[int, int]] = MappingProxyType({"元旦": (1, 1), "劳动节": (5, 1), "国庆节": (10, 1)})


@dataclass(frozen=True)
class Workdays:
    """A calendar of working days, as a value.

    `extra` overrides day by day (True = people work); `blocks` holds the holidays of configured years,
    (name, year) -> (first, last) day off. `local` and `seasons` are what the place itself has set (`local_days.py`).
    """

    extra: Mapping[date, bool] = field(default_factory=dict)
    blocks: Mapping[tuple[str, int], Block] = field(default_factory=dict)
    local: Mapping[date, bool] = field(default_factory=dict)
    seasons: Mapping[str, Season] = field(default_factory=dict)

    @classmethod
    def of(cls, years: Iterable[Mapping[str, Any]], local: Mapping[str, Any] | None = None) -> "Workdays":
        """The official calendar with the TOML mappings of `config/workdays/` laid over it; `local`: of local.toml."""
        mappings = list(years)
        extra = {day: works for mapping in mappings for day, works in read_workdays(mapping).items()}
        blocks = {key: block for mapping in mappings for key, block in read_holiday_blocks(mapping).items()}
        return cls(extra, blocks, *read_local(local or {}))

    def knows(self, year: int) -> bool:
        """Whether the year's calendar was announced: by the package, or by an `extra` that holds its 1 October.

        National Day is off in every announced calendar, so a lone local override is not taken for one.
        """
        return year in OFFICIAL_YEARS or date(year, 10, 1) in self.extra

    def unknown(self, days: Iterable[date | None]) -> list[int]:
        """The years of these days whose calendar nobody knows yet: what is counted there in working days may move."""
        return sorted({day.year for day in days if day is not None and not self.knows(day.year)})

    def season(self, name: str, year: int) -> Block | None:
        """First and last day of the local season that begins in the year; None where the place has not set it."""
        if name not in self.seasons:
            return None
        first, last = self.seasons[name]
        return date(year, *first), date(year + (last < first), *last)

    def is_working(self, day: date) -> bool:
        if day in self.local:
            return self.local[day]
        if day in self.extra:
            return self.extra[day]
        if day in OFFICIAL_OFF:
            return False
        return day in OFFICIAL_MAKE_UP or day.weekday() < 5

    def next_working(self, day: date) -> date:
        """That day, or the first working day after it."""
        while not self.is_working(day):
            day += DAY
        return day

    def last_working(self, day: date) -> date:
        """That day, or the last working day before it."""
        while not self.is_working(day):
            day -= DAY
        return day

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, when negative); `day` itself is not counted."""
        step = DAY if count >= 0 else -DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not after `start`."""
        return sum(self.is_working(start + DAY * offset) for offset in range(1, (end - start).days + 1))

    def holiday_block(self, name: str, year: int) -> Block | None:
        """First and last day off of the holiday whose festival day falls in `year`; None when not announced.

        `name` is a key of HOLIDAYS. Days of two holidays announced as one (国庆 and 中秋) are one block.
        """
        if (name, year) in self.blocks:
            return self.blocks[name, year]
        festival = _festival(name, year)
        if festival is None or festival not in OFFICIAL_OFF:
            return None
        first = last = festival
        while first - DAY in OFFICIAL_OFF:
            first -= DAY
        while last + DAY in OFFICIAL_OFF:
            last += DAY
        return first, last


def _festival(name: str, year: int) -> date | None:
    """A day of the holiday in that year: the festival itself, or for lunar ones an announced day of it."""
    if year not in OFFICIAL_YEARS:
        return None
    if name in FIXED_FESTIVALS:
        return date(year, *FIXED_FESTIVALS[name])
    label = HOLIDAYS[name]
    # The package files the 中秋 of 2020, which fell on 1 October, under National Day alone.
    if name == "中秋节" and year == 2020:
        return date(2020, 10, 1)
    return min((day for day, holiday in OFFICIAL_OFF.items() if holiday == label and day.year == year), default=None)


def read_workdays(mapping: Mapping[str, Any]) -> dict[date, bool]:
    """Day -> whether people work, from the TOML form of `config/workdays/YEAR.toml`.

    Refuses (workdays_*): an unknown holiday, days that are no dates or lie backwards, a make-up day on a weekday,
    a day claimed both ways.
    """
    days: dict[date, bool] = {}
    for holiday in _holidays(mapping):
        first, last = _block(holiday)
        for offset in range((last - first).days + 1):
            days[first + DAY * offset] = False
    for holiday in _holidays(mapping):
        for day in holiday.get("make_up", ()):
            _check_make_up(holiday["name"], day, days)
            days[day] = True
    return days


def read_holiday_blocks(mapping: Mapping[str, Any]) -> dict[tuple[str, int], Block]:
    """(name, year of its festival) -> (first, last) day off; refuses what `read_workdays` refuses."""
    return {(holiday["name"], _year(mapping)): _block(holiday) for holiday in _holidays(mapping)}


def _year(mapping: Mapping[str, Any]) -> int:
    year = mapping.get("year")
    if not isinstance(year, int) or not 2004 <= year <= 2100:
        raise Refusal("workdays_year", year=year)
    return year


def _holidays(mapping: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    year = _year(mapping)
    holidays = mapping.get("holiday")
    if not isinstance(holidays, list) or not holidays:
        raise Refusal("workdays_empty", year=year)
    for holiday in holidays:
        if not isinstance(holiday, Mapping) or holiday.get("name") not in HOLIDAYS:
            name = holiday.get("name") if isinstance(holiday, Mapping) else holiday
            raise Refusal("workdays_holiday", name=name, known=list(HOLIDAYS))
        # A New Year block may begin in the December before, and nothing else strays from its year.
        near = all(date(year - 1, 12, 25) <= day <= date(year, 12, 31) for day in _block(holiday))
        if not near:
            raise Refusal("workdays_days", name=holiday["name"])
    return holidays


def _block(holiday: Mapping[str, Any]) -> Block:
    first, last = holiday.get("first"), holiday.get("last")
    if type(first) is not date or type(last) is not date or not 0 <= (last - first).days <= 14:
        raise Refusal("workdays_days", name=holiday["name"])
    return first, last


def _check_make_up(name: str, day: object, days: Mapping[date, bool]) -> None:
    if type(day) is not date or day.weekday() < 5 or day in days:
        raise Refusal("workdays_make_up", name=name, day=day)
