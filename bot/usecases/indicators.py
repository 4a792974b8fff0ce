"""指标 of tasks: set and dropped by the office, reported by the units, shown against their targets."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from bot.domain import indicators as rules
from bot.domain.indicators import Gauge, Indicator, IndicatorValue, Measured, Target
from bot.domain.people import SEES_ALL
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice
from bot.store.ledger import load_task, load_tasks
from bot.store.people import people_names
from bot.usecases.act import Act


def gauges_of(act: Act, tasks: Sequence[TaskSlice]) -> dict[int, list[Gauge]]:
    """Task id → its indicators in the order they were set, each with the last value of the task's present cycle.

    A value outlives a new target of the same name, as long as both are measured in the same unit.
    """
    cycles = {task.id: task.cycle for task in tasks}
    wanted = select(Indicator).where(col(Indicator.task_id).in_(cycles)).order_by(col(Indicator.id))
    rows = {row.id: row for row in act.session.exec(wanted)}
    values = select(IndicatorValue).where(col(IndicatorValue.indicator_id).in_(rows)).order_by(col(IndicatorValue.id))
    last: dict[tuple[int, str, str], IndicatorValue] = {}
    for value in act.session.exec(values) if rows else ():
        of = rows[value.indicator_id]
        if value.cycle == cycles[of.task_id]:
            last[_same(of)] = value
    found: dict[int, list[Gauge]] = {}
    for row in rows.values():
        if row.ended_at is None:
            found.setdefault(row.task_id, []).append(Gauge(row, last.get(_same(row))))
    return found


def _same(indicator: Indicator) -> tuple[int, str, str]:
    return indicator.task_id, indicator.name.casefold(), indicator.measured_in


def gauges(act: Act, task: TaskSlice) -> list[Gauge]:
    return gauges_of(act, [task]).get(task.id, [])


def indicator_rows(act: Act, found: Sequence[Gauge]) -> list[dict[str, Any]]:
    """As messages show them; `value`, `at`, `unit` and `by` are empty where nothing was reported."""
    names = people_names(act.session) if found else {}
    return [_row(act, gauge, names) for gauge in found]


def _row(act: Act, gauge: Gauge, names: dict[int, str]) -> dict[str, Any]:
    indicator, value = gauge.indicator, gauge.value
    return {
        "id": indicator.id,
        "name": indicator.name,
        "target": rules.target_text(indicator),
        "value": rules.with_unit(value.value, indicator.measured_in) if value else "",
        "reason": value.reason if value and (gauge.explained or gauge.reached) else "",
        "reached": gauge.reached,
        "settled": gauge.settled,
        "at": act.office.local(value.at).isoformat() if value else "",
        "unit": act.unit(value.unit_id) if value else "",
        "by": names.get(value.member_id, "") if value else "",
    }


def of_task(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the card and for those who decide on an application."""
    return indicator_rows(act, gauges(act, task))


def show(act: Act, number: int) -> dict[str, Any]:
    """→ {"number", "title", "indicators", "reports", "sets"}: whether this person may report or set them now.

    Refusals: no_such_task, not_your_task.
    """
    task = _own(act, number)
    open_ = not task.struck_off and task.state not in rules.UNDER_DECISION
    return {
        "number": number,
        "title": task.title,
        "indicators": of_task(act, task),
        "reports": open_ and act.person.unit_id in task.workers,
        "sets": open_ and act.person.role == "office",
    }


def listing(act: Act) -> list[dict[str, Any]]:
    """The tasks with indicators that the person may see, by number: {"number", "title", "indicators"}."""
    everything = act.person.role in SEES_ALL
    tasks = load_tasks(act.session, unit_id=None if everything else act.person.unit_id or 0)
    found = gauges_of(act, tasks)
    return [
        {"number": task.number, "title": task.title, "indicators": indicator_rows(act, found[task.id])}
        for task in sorted(tasks, key=lambda task: task.number)
        if task.id in found
    ]


def set_target(act: Act, number: int, wanted: Target) -> dict[str, Any]:
    """Refusals: no_such_task and those of the rule."""
    task = load_task(act.session, number)
    act.carry(rules.set_target(task, wanted, gauges(act, task), act.person, act.now))
    return _one(act, task, wanted.name)


def drop(act: Act, number: int, name: str) -> dict[str, Any]:
    """Refusals: no_such_task, no_such_indicator and those of the rule."""
    task = _own(act, number)
    found = gauges(act, task)
    gauge = next((each for each in found if each.indicator.name.casefold() == name.strip().casefold()), None)
    if gauge is None:
        raise _none_such(act, task, found, name)
    act.carry(rules.drop(task, gauge, act.person, act.now))
    return {"number": number, "title": task.title, "indicator": indicator_rows(act, [gauge])[0]}


def names_on(act: Act, number: int) -> list[str]:
    """Refusals: no_such_task, not_your_task."""
    return [each.indicator.name for each in gauges(act, _own(act, number))]


def choices(act: Act, number: int, said: Measured) -> list[dict[str, Any]]:
    """The indicators a value may be of. Refusals: no_such_task, not_your_task, no_such_indicator."""
    task = _own(act, number)
    found = gauges(act, task)
    meant = rules.meant(found, said)
    if not meant:
        raise _none_such(act, task, found, said.name)
    return indicator_rows(act, meant)


def record(act: Act, number: int, indicator_id: int, value: str, reason: str) -> dict[str, Any]:
    """The value counts from now on. Refusals: no_such_task, no_such_indicator and those of the rule."""
    task = _own(act, number)
    found = gauges(act, task)
    gauge = next((each for each in found if each.indicator.id == indicator_id), None)
    if gauge is None:
        raise _none_such(act, task, found, "")
    decision, _ = rules.record_value(task, gauge, Decimal(value), reason.strip(), act.person, act.now)
    act.carry(decision)
    return _one(act, task, gauge.indicator.name)


def _own(act: Act, number: int) -> TaskSlice:
    task = load_task(act.session, number)
    require_own(task, act.person)
    return task


def _one(act: Act, task: TaskSlice, name: str) -> dict[str, Any]:
    rows = of_task(act, task)
    row = next(each for each in rows if each["name"].casefold() == name.casefold())
    left = [each["name"] for each in rows if not each["settled"] and each is not row]
    return {"number": task.number, "title": task.title, "indicator": row, "left": left}


def _none_such(act: Act, task: TaskSlice, found: Sequence[Gauge], name: str) -> Refusal:
    return Refusal(
        "no_such_indicator", task=task.number, indicators=indicator_rows(act, found), understood=name.strip()[:40]
    )


def indicator_entries(act: Act, task: TaskSlice) -> list[dict[str, Any]]:
    """For the history: targets set and dropped, and every value."""
    names = people_names(act.session)
    rows = {
        row.id: row
        for row in act.session.exec(select(Indicator).where(Indicator.task_id == task.id).order_by(col(Indicator.id)))
    }
    entries = []
    for row in rows.values():
        facts = {"name": row.name, "target": rules.target_text(row)}
        entries.append(
            {"what": "indicator", "at": act.office.local(row.at).isoformat(), "by": names.get(row.member_id, "")}
            | facts
        )
        # A target that another one followed at once is told by that one.
        if row.ended_at is not None and not _followed(row, list(rows.values())):
            at, by = act.office.local(row.ended_at).isoformat(), names.get(row.ended_by or 0, "")
            entries.append({"what": "indicator_dropped", "at": at, "by": by} | facts)
    values = select(IndicatorValue).where(col(IndicatorValue.indicator_id).in_(rows)).order_by(col(IndicatorValue.id))
    for value in act.session.exec(values) if rows else ():
        of = rows[value.indicator_id]
        entries.append(
            {
                "what": "indicator_value",
                "at": act.office.local(value.at).isoformat(),
                "by": names.get(value.member_id, ""),
                "unit": act.unit(value.unit_id),
                "name": of.name,
                "value": rules.with_unit(value.value, of.measured_in),
                "text": value.reason,
            }
        )
    return entries


def _followed(row: Indicator, rows: Sequence[Indicator]) -> bool:
    return any(
        each.at == row.ended_at and each.name.casefold() == row.name.casefold() and each.id != row.id for each in rows
    )
