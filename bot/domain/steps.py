"""The ladder's steps as policy data (config/policy.toml, [[ladder.step]]), read and validated.

提醒 itself is the reminder clock ([reminders]); the ladder begins where reminding has not helped (domain.md §2).
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import time
from typing import Any

from bot.domain.refusal import Refusal

COLOURS = ("", "blue", "yellow", "red")
HEARERS = ("liaison", "head", "office", "leader")
# Steps whose word stands in the catalogue; a step with another name brings its own.
NAMED = ("blue", "yellow", "red", "notice", "summons", "accountability")


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. Of its triggers those that are set count, each for its own cause; 0 and false are unset.

    `due_soon_days`: so near the deadline, with less done than is due · `missed`: so many reports missed in a row ·
    `behind` · `overdue` · `after_days`: so many working days after the step before was issued.
    """

    name: str
    colour: str = ""
    word: str = ""
    due_soon_days: int = 0
    missed: int = 0
    behind: bool = False
    overdue: bool = False
    after_days: int = 0
    automatic: bool = False
    hears: tuple[str, ...] = ("liaison", "head")
    reply_days: int = 3

    def frozen(self) -> dict[str, Any]:
        """The copy a climb keeps, so that a later change of policy does not change what is already under way."""
        return {**asdict(self), "hears": list(self.hears)}


def thawed(copy: Mapping[str, Any]) -> Step:
    return Step(**{**copy, "hears": tuple(copy["hears"])})


@dataclass(frozen=True, slots=True)
class Ladder:
    """`reply_at`: the hour by which a sheet is answered on its last day. `leader_days`: working days after the office
    was told of an unanswered sheet, or of a decision that waits, until a leader is. `urge_days`: to answer a 催办."""

    reply_at: time = time(17)
    leader_days: int = 3
    urge_days: int = 3
    step: tuple[Step, ...] = (
        Step("blue", "blue", due_soon_days=3, missed=1, automatic=True),
        Step("yellow", "yellow", behind=True, missed=2),
        Step("red", "red", overdue=True, hears=("liaison", "head", "leader")),
        Step("notice", after_days=5, hears=("liaison", "head", "leader")),
        Step("summons", after_days=10, hears=("head", "leader")),
        Step("accountability", after_days=10, hears=("head", "leader")),
    )


def bad_policy(name: str, value: Any, expected: str, known: Iterable[str] = ()) -> Refusal:
    """A mistake in the policy, with the nearest of the `known` names. Who read the file adds `file` and `line`; `nth`
    tells several tables of one name apart, from 1."""
    near = difflib.get_close_matches(name.rpartition(".")[2], list(known), n=1, cutoff=0.5)
    given = {"name": name, "value": str(value)[:60], "expected": expected, "nearest": near[0] if near else ""}
    return Refusal("bad_policy", **given, nth=0, file="", line=0)


def read_steps(given: Any, place: str) -> tuple[Step, ...]:
    """`[[ladder.step]]` in the order of the climb; they replace the default ones. Refusals: bad_policy."""
    if not isinstance(given, list) or not given or not all(isinstance(each, Mapping) for each in given):
        raise bad_policy(place, given, "[[ladder.step]]")
    steps: list[Step] = []
    for nth, each in enumerate(given, 1):
        try:
            step = _read(each, place)
            if step.name in [other.name for other in steps]:
                raise bad_policy(f"{place}.name", step.name, "a name once")
        except Refusal as refusal:
            refusal.facts["nth"] = nth
            raise
        steps.append(step)
    return tuple(steps)


def _read(given: Mapping[str, Any], place: str) -> Step:
    plain = Step("")
    values: dict[str, Any] = {}
    known = {each.name: getattr(plain, each.name) for each in fields(Step)}
    for name, value in given.items():
        if name not in known:
            raise bad_policy(f"{place}.{name}", value, ", ".join(known), known)
        values[name] = _value(name, known[name], value, f"{place}.{name}")
    step = replace(plain, **values)
    if not step.name or (step.name not in NAMED and not step.word):
        raise bad_policy(f"{place}.name", step.name, ", ".join(NAMED))
    if not (step.due_soon_days or step.missed or step.behind or step.overdue or step.after_days):
        triggers = "due_soon_days, missed, behind, overdue, after_days"
        raise bad_policy(f"{place}.{step.name}", step.name, triggers)
    return step


def _value(name: str, default: Any, value: Any, place: str) -> Any:
    if name == "hears":
        if isinstance(value, list) and value and all(each in HEARERS for each in value):
            return tuple(value)
        raise bad_policy(place, value, ", ".join(HEARERS))
    if name == "colour" and value not in COLOURS:
        raise bad_policy(place, value, ", ".join(COLOURS[1:]))
    natural = type(value) is int and 0 <= value <= 366
    if natural if type(default) is int else type(value) is type(default):
        return value
    raise bad_policy(place, value, type(default).__name__)
