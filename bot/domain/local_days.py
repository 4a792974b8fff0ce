"""What a place adds to the calendar (config/workdays/local.toml): days off or worked, and its own seasons.

The flood season (汛期) and the heating season (采暖季) are set by each place; without a setting a deadline that names
one is asked about, never guessed (domain.md §2).
"""

import difflib
import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from bot.domain.refusal import Refusal

MonthDay = tuple[int, int]
Season = tuple[MonthDay, MonthDay]

# What a season is called in the settings, and how plans write it.
SEASON_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "flood": ("汛期",),
        "main_flood": ("主汛期",),
        "heating": ("采暖季", "采暖期", "供暖季", "供暖期", "供热季", "供热期", "取暖季", "取暖期"),
        "fishing_ban": ("禁渔期", "休渔期"),
        "low_water": ("枯水期",),
        "high_water": ("丰水期",),
        "rain": ("雨季",),
    }
)
SEASON_OF: Mapping[str, str] = MappingProxyType({word: key for key, words in SEASON_WORDS.items() for word in words})
KNOWN = ("off", "work", "season")
_DAY = re.compile(r"(\d\d)-(\d\d)")


def read_local(mapping: Mapping[str, Any]) -> tuple[dict[date, bool], dict[str, Season]]:
    """(day → whether people work there, season → first and last day of it, month and day each).

    Refuses (local_days): an unknown name, a day that is none, or one that is off and worked at once.
    """
    for name in mapping:
        if name not in KNOWN:
            raise _wrong(name, mapping[name], ", ".join(KNOWN), KNOWN)
    days: dict[date, bool] = {}
    for name, works in (("off", False), ("work", True)):
        given = mapping.get(name, [])
        for day in given if isinstance(given, list) else [given]:
            if type(day) is not date or days.get(day, works) != works:
                raise _wrong(name, day, "2027-05-04")
            days[day] = works
    return days, _seasons(mapping.get("season", {}))


def _seasons(given: Any) -> dict[str, Season]:
    if not isinstance(given, Mapping):
        raise _wrong("season", given, "[season]")
    seasons: dict[str, Season] = {}
    for name, value in given.items():
        if name not in SEASON_WORDS:
            raise _wrong(f"season.{name}", value, ", ".join(SEASON_WORDS), SEASON_WORDS)
        days = [_month_day(each) for each in value] if isinstance(value, list) and len(value) == 2 else []
        if len(days) != 2 or days[0] is None or days[1] is None:
            raise _wrong(f"season.{name}", value, '["06-15", "09-15"]')
        seasons[name] = (days[0], days[1])
    return seasons


def _month_day(text: Any) -> MonthDay | None:
    """A day that every year has."""
    found = _DAY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(2021, month, day)
    except ValueError:
        return None
    return month, day


def _wrong(name: str, value: Any, expected: str, known: Any = ()) -> Refusal:
    near = difflib.get_close_matches(name.rpartition(".")[2], list(known), n=1, cutoff=0.5)
    given = {"name": name, "value": str(value)[:60], "expected": expected, "nearest": near[0] if near else ""}
    return Refusal("local_days", **given, file="", line=0)
