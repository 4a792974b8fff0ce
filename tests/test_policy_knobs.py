"""No knob of the policy turns nothing: each is read by the code, and each that should move a date moves it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import bot
from bot.domain.cadence import by_policy
from bot.domain.deadlines import read_deadline
from bot.domain.drafting.shapes import MeasureDraft
from bot.domain.ladder import Case, next_rung
from bot.domain.ledger import Part, State
from bot.domain.look_back import planned
from bot.domain.notice import notice_days
from bot.domain.people import Member, Role
from bot.domain.periods import Office
from bot.domain.policy import Policy
from bot.domain.reminding import fold_at, next_overdue, plan_moments
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.domain.standing import DUE_SOON, standing
from bot.domain.steps import Ladder, Step
from bot.domain.unit_phrases.reading import UnitsReading
from bot.domain.urging import Climb
from bot.domain.workdays import Workdays
from bot.usecases.plan_draft import milestone_dates

ZONE = ZoneInfo("Asia/Shanghai")
SATURDAY = date(2022, 6, 18)
MONDAY = datetime(2022, 6, 13, 8, tzinfo=ZONE)


def leaves(policy: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every knob by its name in the file, with its default."""
    policy = policy or Policy()
    for each in fields(policy):
        value = getattr(policy, each.name)
        if is_dataclass(value):
            yield from leaves(value, f"{prefix}{each.name}.")
        else:
            yield prefix + each.name, value
    if isinstance(policy, Ladder):
        yield from ((f"{prefix}step.{name}", value) for name, value in leaves(Step("blue")))


def turned(name: str, value: Any) -> Office:
    """An office in which this one knob stands otherwise."""
    place, _, last = name.rpartition(".")
    policy = Policy()
    inner = replace(getattr(policy, place), **{last: value}) if place else None
    return Office(ZONE, Workdays(), replace(policy, **({place: inner} if place else {last: value})))


def a_task(kind: str = "date", number: int = 7) -> TaskSlice:
    stages = [Stage(1, SATURDAY, None, SATURDAY, None)] if kind == "date" else []
    measure = MeasureSlice(1, 1, "清淤", "2022年6月18日前", kind, kind == "ongoing", {Part.LEAD: [1]}, stages)
    return TaskSlice(
        id=number,
        number=number,
        plan_id=1,
        plan="方案",
        issued=date(2022, 4, 1),
        source_number="",
        title="清淤",
        problem="",
        objective="",
        category="",
        cadence="weekly",
        cycle=1,
        state=State.IN_PROGRESS,
        version=1,
        registered_at=datetime(2022, 4, 1, tzinfo=ZONE),
        units={Part.LEAD: [1]},
        measures=[measure],
    )


def immediate(office: Office) -> Any:
    reading = read_deadline("立行立改", SATURDAY, Workdays())
    measure = MeasureDraft("清淤", "立行立改", reading, UnitsReading(), "")
    return milestone_dates(measure, SATURDAY, office.policy.immediate_days)


def reminders(office: Office) -> Any:
    return [row["due_at"] for row in plan_moments(a_task(), office)]


def repeated(office: Office) -> Any:
    found = next_overdue(a_task(), a_task().measures[0].stages[0], 7, datetime(2022, 6, 27, tzinfo=ZONE), office)
    return found and found.due_at


def on_sunday(office: Office) -> Any:
    member = Member(id=1, user_id=1, name="李某", unit_id=1, role=Role.LIAISON)
    return fold_at(member, datetime(2022, 6, 19, 8, tzinfo=ZONE), office, red=True)


def rhythm(kind: str, category: str = "", number: int = 7) -> Callable[[Office], Any]:
    return lambda office: by_policy([kind], ["每月"], category, number, office.policy.cadence)


def climbs_again(office: Office) -> Any:
    """The day on which the step after an issued red one is reached."""
    ladder = office.policy.ladder.step
    climb = Climb(key="", task_id=7, cycle=1, unit_id=1, cause="overdue", step="red", rung=2, basis="", at=MONDAY)
    climb.since, climb.issued, climb.steps = MONDAY, True, [step.frozen() for step in ladder]
    case = Case(a_task(), 1, "overdue", "", {"days_left": -1})
    days = [datetime(2022, 6, day, 8, tzinfo=ZONE) for day in range(13, 31)]
    return next((day for day in days if next_rung(case, [climb], day, office) == 3), None)


def later(step: str, days: int) -> tuple[Step, ...]:
    return tuple(replace(each, after_days=days) if each.name == step else each for each in Ladder().step)


MOVES: dict[str, tuple[Any, Callable[[Office], Any]]] = {
    "reminders.before": ((9, 0), reminders),
    "reminders.after": ((2,), reminders),
    "reminders.after_every": (10, repeated),
    "reminders.red_on_rest_days": (True, on_sunday),
    "week.cut_off_day": ("wed", lambda office: office.week(MONDAY).end),
    "week.cut_off": (time(12), lambda office: office.week(MONDAY).end),
    "due_soon_days": (2, lambda office: standing(a_task(), MONDAY, office).has(DUE_SOON)),
    "immediate_days": (10, immediate),
    "cadence.normal": ("monthly", rhythm("date")),
    "cadence.immediate": ("monthly", rhythm("immediate")),
    "cadence.ongoing": ("monthly", rhythm("ongoing")),
    "cadence.category": ({"工程": "monthly"}, rhythm("date", "工程")),
    "cadence.task": ({"7": "monthly"}, rhythm("date")),
    "notice.days": (7, lambda office: notice_days(SATURDAY, office)),
    "notice.working_days": (False, lambda office: notice_days(SATURDAY, office)),
    "look_back.days": (
        (10,),
        lambda office: [row.due for row in planned(a_task(), SATURDAY, office.policy.look_back)],
    ),
    "look_back.upkeep_days": (
        (10,),
        lambda office: [row.due for row in planned(a_task("ongoing"), SATURDAY, office.policy.look_back)],
    ),
    "ladder.step": (later("notice", 8), climbs_again),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_setting_that_should_move_a_date_moves_it(name: str) -> None:
    value, looked_at = MOVES[name]
    plain = Office(ZONE, Workdays(), Policy())
    assert looked_at(turned(name, value)) != looked_at(plain)


def test_every_knob_is_read_somewhere() -> None:
    read: set[str] = set()
    for file in Path(bot.__file__).parent.rglob("*.py"):
        if file.name != "policy.py":
            tree = ast.parse(file.read_text(encoding="utf-8"))
            read |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            # The scores are read by the name of what happened.
            read |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and file.stem == "scoring"}
    assert [name for name, _ in leaves() if name.rpartition(".")[2] not in read] == []


def test_the_shipped_file_names_every_knob() -> None:
    lines = Path("config/policy.toml").read_text(encoding="utf-8").splitlines()
    named = {line.partition("=")[0].strip() for line in lines if "=" in line}
    # A step's own name for its document is shown in a comment: the usual steps have theirs.
    spared = {"ladder.step", "ladder.step.word"}
    assert [name for name, _ in leaves() if name.rpartition(".")[2] not in named and name not in spared] == []
