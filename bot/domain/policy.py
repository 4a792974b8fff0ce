"""The rules' numbers as data (config/policy.toml); every rule takes the policy as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from typing import Any

from bot.domain.steps import Ladder, bad_policy, read_steps

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CADENCES = ("weekly", "monthly", "quarterly")
SIGNERS = ("unit", "lead", "office", "leader")


@dataclass(frozen=True, slots=True)
class Reminders:
    """Days before and after a milestone on which its people are reminded (default of domain.md §2).

    `red_on_rest_days`: what is overdue, and sheets from red on, are said on days of rest too; nothing else ever is.
    """

    before: tuple[int, ...] = (30, 15, 7, 3, 1, 0)
    after: tuple[int, ...] = (1, 3, 7)
    after_every: int = 7
    lines: int = 8
    red_on_rest_days: bool = False


@dataclass(frozen=True, slots=True)
class WeekPolicy:
    cut_off_day: str = "fri"
    cut_off: time = time(17)
    draft: time = time(8)
    issue: time = time(9)
    nudge: bool = True


@dataclass(frozen=True, slots=True)
class CadencePolicy:
    """How often a report is asked. What is said of a task goes before what is said of its category, and both before
    the rest; what the office says in the chat goes before all of it."""

    normal: str = "weekly"
    immediate: str = "weekly"
    ongoing: str = "quarterly"
    category: Mapping[str, str] = field(default_factory=dict)
    task: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """公示: so many days, calendar or working ones, and the telephone printed on it."""

    days: int = 10
    working_days: bool = True
    phone: str = ""


@dataclass(frozen=True, slots=True)
class LookBackPolicy:
    """Days after strike-off; `upkeep_days` where something must be kept up for good."""

    days: tuple[int, ...] = (30, 90)
    upkeep_days: tuple[int, ...] = (90, 180, 270, 360)


@dataclass(frozen=True, slots=True)
class WaitingPolicy:
    """Working days after which a decision that waits is said to who owes it, and to the office."""

    remind: int = 1
    climb: int = 3


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """/snooze and /mute: how long, how often; what is overdue is never silenced."""

    snooze_days: int = 3
    snoozes: int = 2
    mute_days: int = 14


@dataclass(frozen=True, slots=True)
class NoisePolicy:
    """The most messages a day that the clock sends of itself to a person (the folded one included), and to a group.
    What is more is folded into the next day's message; what is red never is."""

    person: int = 4
    group: int = 2


@dataclass(frozen=True, slots=True)
class PhotoPolicy:
    """What is pointed out to the verifier: pictures that differ in at most `near` of 128 bits, and pictures taken
    more than `old_days` days before they were sent."""

    near: int = 10
    old_days: int = 30


@dataclass(frozen=True, slots=True)
class ScorePolicy:
    """考核: points of one event each. `late`, `missed`, `returned` are found and shared by the tasks due, the others
    given by the office; a unit with fewer tasks due than `fewest_due` is not compared."""

    base: int = 100
    late: int = 5
    missed: int = 1
    returned: int = 2
    falsified: int = 20
    early: int = 1
    praised: int = 3
    fewest_due: int = 3


@dataclass(frozen=True, slots=True)
class Policy:
    tolerance: int = 10
    due_soon_days: int = 7
    outlook_days: int = 30
    immediate_days: int = 30
    undo_minutes: int = 10
    receipt_days: int = 1
    extension_cap: int = 2
    frozen_periods: int = 4
    sign_off: tuple[str, ...] = SIGNERS
    reminders: Reminders = field(default_factory=Reminders)
    silence: SilencePolicy = field(default_factory=SilencePolicy)
    noise: NoisePolicy = field(default_factory=NoisePolicy)
    week: WeekPolicy = field(default_factory=WeekPolicy)
    cadence: CadencePolicy = field(default_factory=CadencePolicy)
    notice: NoticePolicy = field(default_factory=NoticePolicy)
    look_back: LookBackPolicy = field(default_factory=LookBackPolicy)
    waiting: WaitingPolicy = field(default_factory=WaitingPolicy)
    photos: PhotoPolicy = field(default_factory=PhotoPolicy)
    ladder: Ladder = field(default_factory=Ladder)
    scores: ScorePolicy = field(default_factory=ScorePolicy)


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
            raise bad_policy(place, value, ", ".join(known), known)
        values[name] = _value(known[name], value, place)
    return replace(default, **values)


def _value(default: Any, value: Any, place: str) -> Any:
    if hasattr(default, "__dataclass_fields__") and isinstance(value, Mapping):
        return _filled(default, value, f"{place}.")
    if isinstance(default, bool) and isinstance(value, bool):
        return value
    if isinstance(default, time) and (found := _time(value)) is not None:
        return found
    if place == "ladder.step":
        return read_steps(value, place)
    if place == "sign_off":
        return _signers(value)
    if place == "notice.phone" and isinstance(value, str):
        return value
    if isinstance(default, tuple) and isinstance(value, list) and all(_natural(each) for each in value):
        return tuple(value)
    if isinstance(default, int) and not isinstance(default, bool) and _natural(value):
        return value
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        return _cadences(value, place)
    choices = DAYS if place.endswith("_day") else CADENCES if place.startswith("cadence.") else None
    if isinstance(default, str) and choices is not None and value in choices:
        return value
    expected = ", ".join(choices) if choices else f"{default:%H:%M}" if isinstance(default, time) else str(default)
    raise bad_policy(place, value, expected)


def _cadences(given: Mapping[str, Any], place: str) -> dict[str, str]:
    for name, value in given.items():
        if value not in CADENCES or (place == "cadence.task" and not name.isdigit()):
            raise bad_policy(f"{place}.{name}", value, ", ".join(CADENCES))
    return dict(given)


def _signers(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and value and all(each in SIGNERS and value.count(each) == 1 for each in value):
        return tuple(value)
    raise bad_policy("sign_off", value, ", ".join(SIGNERS))


def _natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 3660


def _time(value: Any) -> time | None:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
