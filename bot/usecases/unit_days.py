"""What the day looks like for each unit, worked out once for all whom the clock folds a message for in one go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlmodel import col, select

from bot.domain.brief_slices import has_spoken, stages_of, standing_of
from bot.domain.brief_texts import units as read_units
from bot.domain.briefs import Verdict, judge, workers_of
from bot.domain.extension import OPEN
from bot.domain.people import Member, Role
from bot.domain.process import Extension
from bot.domain.silence import Snooze
from bot.domain.slices import TaskSlice
from bot.domain.standing import BEHIND, DUE_SOON, OVERDUE, may_be_unchanged
from bot.domain.urging import URGING, Sheet
from bot.store.briefs import Choice, load_briefs
from bot.store.collector import uncollected
from bot.store.handlers import elsewhere
from bot.usecases.act import Act
from bot.usecases.facts import brief_line
from bot.usecases.office_days import office_facts
from bot.usecases.receipts import late_receipts
from bot.usecases.remarks import instruction_line, open_instructions
from bot.usecases.sheets import lines_of, rows_of


@dataclass(slots=True)
class UnitDay:
    """One unit's tasks as they stand: `owed` are those it still has to report on, `unsigned` to sign for.

    Lists are in the order of the tasks' numbers; `this_week` is what is due by its end. `answers` are instructions that
    wait for an answer, `sheets` 督办单 as facts, `under` the ids of tasks with an open one, `unchanged` how many of the
    owed ones 无变化 may be said of.
    """

    verdicts: dict[int, Verdict] = field(default_factory=dict)
    open: list[Verdict] = field(default_factory=list)
    overdue: list[Verdict] = field(default_factory=list)
    this_week: list[Verdict] = field(default_factory=list)
    behind: list[Verdict] = field(default_factory=list)
    owed: list[Verdict] = field(default_factory=list)
    unsigned: list[Verdict] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    under: set[int] = field(default_factory=set)
    unchanged: int = 0


@dataclass
class Today:
    """The days of these units, and what people have silenced; loaded in a handful of statements when asked for."""

    act: Act
    units: Collection[int]
    _lines: dict[int, dict[str, Any]] = field(default_factory=dict)
    _unmet: dict[int, set[tuple[int, str]]] = field(default_factory=dict)

    def of(self, unit_id: int | None) -> UnitDay:
        return self._days.get(unit_id or 0) or UnitDay()

    def line(self, found: Verdict) -> dict[str, Any]:
        """A task as a line of the message: no more than its words print."""
        if found.id not in self._lines:
            self._lines[found.id] = brief_line(self.act, standing_of(found))
        return self._lines[found.id]

    def numbers(self, member: Member) -> dict[int, int]:
        """Number of each task of the person's unit, by id."""
        return {id_: found.number for id_, found in self.of(member.unit_id).verdicts.items()}

    def unmet(self, found: Verdict) -> set[tuple[int, str]]:
        """What is left to remind of: measure and day of each stage that is not met."""
        if found.id not in self._unmet:
            left = {(stage.ordinal, stage.day.isoformat()) for stage in stages_of(found) if not stage.met}
            self._unmet[found.id] = left
        return self._unmet[found.id]

    @cached_property
    def office(self) -> dict[str, Any]:
        """The office's day, as facts."""
        return office_facts(self.act)

    @cached_property
    def unsigned(self) -> set[int]:
        """Ids of the tasks that nobody has signed for in time."""
        return {row["task_id"] for row in late_receipts(self.act)}

    def pending(self, task_id: int) -> list[Extension]:
        """Extensions of the task that wait for a decision."""
        return self._pending.get(task_id, [])

    def snoozed(self, member: Member) -> dict[int, date]:
        """Tasks (by id) this person has snoozed, and until when."""
        return self._snoozes.get(member.id or 0, {})

    def passed(self, member: Member) -> set[int]:
        """Ids of the tasks a colleague who hears today handles for this person; a head passes nothing out of sight."""
        return set() if member.role == Role.HEAD else self._elsewhere.get(member.id or 0, set())

    def of_person(self, member: Member) -> UnitDay:
        """The unit's day with what this person still has to report on; on a day of rest only what is overdue."""
        day, passed = self.of(member.unit_id), self.passed(member)
        if not self.act.office.calendar.is_working(self.act.office.today(self.act.now)):
            return UnitDay(day.verdicts, day.open, day.overdue)
        if not passed:
            return day
        owed = [found for found in day.owed if found.id not in passed]
        return replace(
            day,
            owed=owed,
            unchanged=sum(_unchanged_will_do(found, member.unit_id or 0, day.under) for found in owed),
        )

    @cached_property
    def _elsewhere(self) -> dict[int, set[int]]:
        return elsewhere(self.act.session, self.act.office.today(self.act.now), self.units)

    @cached_property
    def _days(self) -> dict[int, UnitDay]:
        with uncollected():
            # Of most units it costs less to look at everything than to choose.
            few = 2 * len(self.units) < len(self.act.names)
            choice = Choice("unit_ids", sorted(self.units)) if few else Choice()
            briefs = load_briefs(self.act.session, [self.act.now], self.act.office, choice, past=False)
            verdicts = judge(briefs, 0, self.act.now, self.act.office)
            days = {unit: UnitDay() for unit in self.units}
            horizon = max(6 - self.act.office.today(self.act.now).weekday(), 3)
            for found in verdicts:
                _share_out(found, days, horizon)
        for note in open_instructions(self.act):
            for unit, day in days.items():
                asked = day.verdicts.get(note.task_id)
                if asked is not None and not asked.finished and unit in workers_of(asked.units):
                    day.answers.append(instruction_line(self.act, note, asked.number))
        for sheet, told in self._sheets():
            day = days[sheet.unit_id]
            day.sheets.append(told)
            if sheet.series != URGING:
                day.under.add(sheet.task_id)
        for unit, day in days.items():
            day.unchanged = sum(_unchanged_will_do(found, unit, day.under) for found in day.owed)
        return days

    def _sheets(self) -> list[tuple[Sheet, dict[str, Any]]]:
        """The units' sheets that wait for a reply, the first due first, and each as facts."""
        found = rows_of(self.act, Sheet.state == "issued", col(Sheet.unit_id).in_(self.units))
        found.sort(key=lambda sheet: (sheet.reply_by or date.max, sheet.id))
        return list(zip(found, lines_of(self.act, found), strict=True))

    @cached_property
    def _pending(self) -> dict[int, list[Extension]]:
        found: dict[int, list[Extension]] = {}
        for row in self.act.session.exec(select(Extension).where(col(Extension.state).in_(OPEN))):
            found.setdefault(row.task_id, []).append(row)
        return found

    @cached_property
    def _snoozes(self) -> dict[int, dict[int, date]]:
        today = self.act.office.today(self.act.now)
        found: dict[int, dict[int, date]] = {}
        for row in self.act.session.exec(select(Snooze).where(Snooze.until >= today)):
            found.setdefault(row.member_id, {})[row.task_id] = row.until
        return found


def _share_out(found: Verdict, days: Mapping[int, UnitDay], horizon: int) -> None:
    """The task stands in the day of each unit that has any part in it."""
    flags, late = found.flags, OVERDUE in found.flags
    soon = DUE_SOON in flags and found.days_left is not None and found.days_left <= horizon
    behind = BEHIND in flags and not soon
    everybody, unsigned = _parts(found)
    for unit in everybody:
        day = days.get(unit)
        if day is None:
            continue
        day.verdicts[found.id] = found
        if found.finished:
            continue
        day.open.append(found)
        if late:
            day.overdue.append(found)
        elif soon:
            day.this_week.append(found)
        elif behind:
            day.behind.append(found)
        if unit in found.silent:
            day.owed.append(found)
        if unit in unsigned:
            day.unsigned.append(found)


def _parts(found: Verdict) -> tuple[Collection[int], Collection[int]]:
    """Units with any part in the task, and those that have not signed for it."""
    if isinstance(found.source, TaskSlice):
        received = found.source.received
        return received, [unit for unit, at in received.items() if at is None]
    texts = read_units(found.units if isinstance(found.units, str) else None)
    return texts.everybody, texts.unsigned


def _unchanged_will_do(found: Verdict, unit_id: int, under: Collection[int]) -> bool:
    return may_be_unchanged(found.flags, found.id in under) and has_spoken(found, unit_id)
