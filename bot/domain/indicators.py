"""指标: what a task is measured by: a target the office sets, the values the units report, and whether it is reached.

An own check is complete when every indicator has reached its target or a reason is given why not (domain.md §2).
Targets and values are followed by the next, never overwritten.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Field

from bot.domain.columns import key, maybe_moment, moment
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import State
from bot.domain.people import Member, require
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.row import Row
from bot.domain.slices import TaskSlice

# An application is decided on the figures it was made with.
UNDER_DECISION = frozenset(
    {State.CLOSE_OUT_ASKED, State.VERIFYING, State.ACCEPTED, State.NOTICED, State.COUNTERSIGNING}
)
LEAST = ("≥", ">=", "＞＝", "=>", "不低于", "不少于", "不小于", "至少", "at least")
MOST = ("≤", "<=", "＜＝", "=<", "不高于", "不超过", "不多于", "不大于", "至多", "at most")
_NUMBER = r"(?P<number>[-−]?\d{1,12}(?:,\d{3})*(?:\.\d{1,6})?)\s*(?P<unit>\S{0,20})"
_TARGET = re.compile(
    rf"(?P<name>.{{1,60}}?)\s*(?P<sign>{'|'.join(map(re.escape, LEAST + MOST))})\s*{_NUMBER}", re.IGNORECASE
)
_VALUE = re.compile(rf"(?P<name>.{{0,60}}?)\s*[:：=为]?\s*{_NUMBER}")
_REASON = re.compile(r"(?:^|(?<=[\s,，;；。])|(?<=[%％]))(?:原因|理由|reason|because)\s*[:：]?\s*", re.IGNORECASE)
_BETWEEN = " \t\r\n,，;；。"


class Indicator(Row, table=True):
    """A target of a task. Another target under the same name ends this row; `target` is a decimal number."""

    id: int | None = key()
    task_id: int = Field(foreign_key="task.id", index=True)
    name: str
    at_least: bool
    target: str
    measured_in: str = ""
    member_id: int = Field(foreign_key="member.id")
    at: datetime = moment()
    ended_at: datetime | None = maybe_moment()
    ended_by: int | None = Field(default=None, foreign_key="member.id")


class IndicatorValue(Row, table=True):
    """A value a unit reported; `reason`: why it stays short of the target. The last one of a cycle counts."""

    __tablename__ = "indicator_value"
    id: int | None = key()
    indicator_id: int = Field(foreign_key="indicator.id", index=True)
    cycle: int
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    member_id: int = Field(foreign_key="member.id")
    value: str
    reason: str = ""
    at: datetime = moment()


@dataclass(frozen=True, slots=True)
class Target:
    """What the office asks: `name` at least, or at most, so much."""

    name: str
    at_least: bool
    number: Decimal
    measured_in: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What somebody reports; `name` is empty where none was written, `measured_in` likewise."""

    name: str
    number: Decimal
    measured_in: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """An indicator with the value that counts now, if there is one."""

    indicator: Indicator
    value: IndicatorValue | None = None

    @property
    def reached(self) -> bool:
        if self.value is None:
            return False
        now, target = Decimal(self.value.value), Decimal(self.indicator.target)
        return now >= target if self.indicator.at_least else now <= target

    @property
    def explained(self) -> bool:
        """The reason was given against this very target."""
        return self.value is not None and bool(self.value.reason) and self.value.indicator_id == self.indicator.id

    @property
    def settled(self) -> bool:
        return self.reached or self.explained


def read_target(text: str) -> Target | None:
    """`再生水利用率 ≥ 90%`, `PM2.5 at most 39 µg/m³`; None when it is no such thing."""
    found = _TARGET.fullmatch(text.strip(_BETWEEN))
    if found is None or not (name := found["name"].strip(_BETWEEN + ":：")):
        return None
    return Target(name, found["sign"].lower() in LEAST, _number(found["number"]), _unit(found["unit"]))


def read_value(text: str, names: Sequence[str]) -> Measured | None:
    """`87.5`, `再生水利用率 87.5% 原因 管网未通`; a name of `names` may hold figures (PM2.5). None: no value."""
    reason = ""
    if mark := _REASON.search(text):
        text, reason = text[: mark.start()], text[mark.end() :].strip(_BETWEEN)
    text = text.strip(_BETWEEN)
    known = [name for name in names if text.casefold().startswith(name.casefold())]
    name = max(known, key=len, default="")
    found = _VALUE.fullmatch(text[len(name) :].strip())
    if found is None or (name and found["name"].strip()):
        return None
    name = name or found["name"].strip(_BETWEEN)
    return Measured(name, _number(found["number"]), _unit(found["unit"]), reason)


def _number(written: str) -> Decimal:
    return Decimal(written.replace(",", "").replace("−", "-"))


def _unit(written: str) -> str:
    return written.replace("％", "%")


def plain(number: Decimal) -> str:
    """As it is kept and shown: 90, 87.5, without zeros that say nothing."""
    return f"{number.normalize():f}"


def with_unit(number: str, measured_in: str) -> str:
    return f"{number}{measured_in}" if measured_in[:1] in ("%", "‰", "") else f"{number} {measured_in}"


def target_text(indicator: Indicator) -> str:
    return f"{'≥' if indicator.at_least else '≤'} {with_unit(indicator.target, indicator.measured_in)}"


def meant(gauges: Sequence[Gauge], said: Measured) -> list[Gauge]:
    """The indicators a reported value may be of: by its name or a part of it, and by its unit if one was written."""
    named = [gauge for gauge in gauges if gauge.indicator.name.casefold() == said.name.casefold()]
    named = named or [gauge for gauge in gauges if said.name.casefold() in gauge.indicator.name.casefold()]
    return [gauge for gauge in named if said.measured_in in ("", gauge.indicator.measured_in)]


def set_target(task: TaskSlice, wanted: Target, gauges: Sequence[Gauge], member: Member, now: datetime) -> Decision:
    """The office sets a target, in place of the one of that name.

    Refusals: not_your_right, task_closed, indicator_fixed, indicator_same.
    """
    require(member, "indicator")
    _require_open(task)
    made = Indicator(
        task_id=task.id,
        name=wanted.name,
        at_least=wanted.at_least,
        target=plain(wanted.number),
        measured_in=wanted.measured_in,
        member_id=member.id or 0,
        at=now,
    )
    decision = Decision(additions=[made])
    before = next((each.indicator for each in gauges if each.indicator.name.casefold() == wanted.name.casefold()), None)
    if before is not None:
        if target_text(before) == target_text(made):
            raise Refusal("indicator_same", task=task.number, indicator=f"{before.name} {target_text(before)}")
        decision.changes.append(_ended(before, member, now))
    was = {"target": target_text(before)} if before else {}
    facts = {"indicator": made.name, "target": target_text(made)}
    return decision + Decision(events=[Deed("indicator", task.id, was, facts)])


def drop(task: TaskSlice, gauge: Gauge, member: Member, now: datetime) -> Decision:
    """The office takes an indicator off the task; its values stay in the history.

    Refusals: not_your_right, task_closed, indicator_fixed.
    """
    require(member, "indicator")
    _require_open(task)
    facts = {"indicator": gauge.indicator.name, "target": target_text(gauge.indicator)}
    deed = Deed("indicator_dropped", task.id, facts, {})
    return Decision(changes=[_ended(gauge.indicator, member, now)], events=[deed])


def record_value(
    task: TaskSlice, gauge: Gauge, number: Decimal, reason: str, member: Member, now: datetime
) -> tuple[Decision, Gauge]:
    """A unit that does the work says how far the indicator is.

    Refusals: not_your_right, not_your_task, indicator_workers, task_closed, indicator_fixed.
    """
    require(member, "indicator_value")
    require_own(task, member)
    if member.unit_id not in task.workers:
        raise Refusal("indicator_workers", task=task.number)
    _require_open(task)
    indicator = gauge.indicator
    made = IndicatorValue(
        indicator_id=indicator.id or 0,
        cycle=task.cycle,
        unit_id=member.unit_id,
        member_id=member.id or 0,
        value=plain(number),
        reason=reason,
        at=now,
    )
    was = {"value": with_unit(gauge.value.value, indicator.measured_in)} if gauge.value else {}
    facts = {"indicator": indicator.name, "value": with_unit(made.value, indicator.measured_in), "reason": reason}
    decision = Decision(additions=[made], events=[Deed("indicator_value", task.id, was, facts)])
    return decision, Gauge(indicator, made)


def require_settled(task: TaskSlice, gauges: Sequence[Gauge]) -> None:
    """Every indicator is reached or explained. Refusals: indicators_open (which, with their values)."""
    rows = [
        {
            "name": each.indicator.name,
            "target": target_text(each.indicator),
            "value": with_unit(each.value.value, each.indicator.measured_in) if each.value else "",
        }
        for each in gauges
        if not each.settled
    ]
    if rows:
        raise Refusal("indicators_open", task=task.number, indicators=rows)


def _require_open(task: TaskSlice) -> None:
    if task.struck_off:
        raise Refusal("task_closed", task=task.number, state=str(task.state))
    if task.state in UNDER_DECISION:
        raise Refusal("indicator_fixed", task=task.number)


def _ended(indicator: Indicator, member: Member, now: datetime) -> Change:
    fields = {"ended_at": now, "ended_by": member.id}
    return Change(Indicator, indicator.id or 0, fields, only_if={"ended_at": None})
