"""The rules' numbers as data (config/policy.toml); every rule takes the policy as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from typing import Any

from bot.domain.refusal import Refusal

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CADENCES = ("weekly", "monthly", "quarterly")


@dataclass(frozen=True, slots=True)
class Reminders:
    """Days before and after a milestone on which its people are reminded (default of domain.md §2)."""

    before: tuple[int, ...] = (30, 15, 7, 3, 1, 0)
    after: tuple[int, ...] = (1, 3, 7)
    after_every: int = 7
    lines: int = 8


@dataclass(frozen=True, slots=True)
class WeekPolicy:
    cut_off_day: str = "fri"
    cut_off: time = time(17)
    draft: time = time(8)
    issue: time = time(9)
    nudge: bool = True


@dataclass(frozen=True, slots=True)
class CadencePolicy:
    normal: str = "weekly"
    immediate: str = "weekly"
    ongoing: str = "quarterly"


@dataclass(frozen=True, slots=True)
class Policy:
    tolerance: int = 10
    due_soon_days: int = 7
    outlook_days: int = 30
    immediate_days: int = 30
    undo_minutes: int = 10
    receipt_days: int = 1
    reminders: Reminders = field(default_factory=Reminders)
    week: WeekPolicy = field(default_factory=WeekPolicy)
    cadence: CadencePolicy = field(default_factory=CadencePolicy)


def read_policy(tables: Mapping[str, Any]) -> Policy:
    """A policy from parsed TOML. Refusals: bad_policy (name, value)."""
    policy: Policy = _filled(Policy(), tables, "")
    return policy


def _filled(default: Any, given: Mapping[str, Any], prefix: str) -> Any:
    known = {each.name: getattr(default, each.name) for each in fields(default)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        place = prefix + name
        if name not in known:
            raise Refusal("bad_policy", name=place, value=value, expected=", ".join(known))
        values[name] = _value(known[name], value, place)
    return replace(default, **values)


def _value(default: Any, value: Any, place: str) -> Any:
    if hasattr(default, "__dataclass_fields__") and isinstance(value, Mapping):
        return _filled(default, value, f"{place}.")
    if isinstance(default, bool) and isinstance(value, bool):
        return value
    if isinstance(default, time) and (found := _time(value)) is not None:
        return found
    if isinstance(default, tuple) and isinstance(value, list) and all(_natural(each) for each in value):
        return tuple(value)
    if isinstance(default, int) and not isinstance(default, bool) and _natural(value):
        return value
    choices = DAYS if place.endswith("_day") else CADENCES if place.startswith("cadence.") else None
    if isinstance(default, str) and choices is not None and value in choices:
        return value
    raise Refusal("bad_policy", name=place, value=value, expected=", ".join(choices) if choices else str(default))


def _natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 3660


def _time(value: Any) -> time | None:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
