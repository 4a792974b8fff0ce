"""Template filters: dates, numbers and coloured words as each locale writes them. Facts come as JSON: dates are ISO."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
DOTS = {"overdue": "🔴", "behind": "🟡", "due_soon": "🔵", "unreported": "⚪", "on_schedule": "🟢"}


def as_date(value: str | date) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def as_moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def number(value: int) -> str:
    """A task's number as it stands in lists: two digits at least."""
    return f"{value:02d}"


def signed(value: int) -> str:
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"


def day_zh(value: str | date) -> str:
    found = as_date(value)
    return f"{found.month}月{found.day}日"


def day_en(value: str | date) -> str:
    found = as_date(value)
    return f"{found.day} {MONTHS[found.month - 1]}"


def full_day_zh(value: str | date) -> str:
    return f"{as_date(value).year}年{day_zh(value)}"


def full_day_en(value: str | date) -> str:
    return f"{day_en(value)} {as_date(value).year}"


def month_zh(value: str | date) -> str:
    found = as_date(value)
    return f"{found.year}年{found.month}月"


def month_en(value: str | date) -> str:
    found = as_date(value)
    return f"{MONTHS[found.month - 1]} {found.year}"


def duration_zh(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


def duration_en(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def clock(value: str | datetime) -> str:
    return as_moment(value).strftime("%H:%M")


def month_day(value: str | date) -> str:
    """06-14: a day of these weeks, in a list."""
    return as_date(value).strftime("%m-%d")


def near_day(value: str | date, days_left: int) -> str:
    """06-15, the list's short form; with its year unless that is the year of today, `days_left` before it."""
    found = as_date(value)
    return found.strftime("%m-%d") if (found - timedelta(days=days_left)).year == found.year else found.isoformat()


def iso(value: str | date) -> str:
    return as_date(value).isoformat()


def share(n: int, of: int) -> str:
    """A rate with one decimal; of nothing there is no rate."""
    return f"{100 * n / of:.1f}%" if of else "—"


def dot(flag: str) -> str:
    return DOTS.get(flag, "")


def filters_for(locale: str) -> dict[str, Callable[..., Any]]:
    chinese = locale == "zh"
    return {
        "no": number,
        "signed": signed,
        "day": day_zh if chinese else day_en,
        "full_day": full_day_zh if chinese else full_day_en,
        "month": month_zh if chinese else month_en,
        "duration": duration_zh if chinese else duration_en,
        "weekday": lambda value: WEEKDAYS[locale][as_date(value).weekday()],
        "clock": clock,
        "near": near_day,
        "month_day": month_day,
        "iso": iso,
        "dot": dot,
        "share": share,
    }
