"""Judged tasks as the slices and stages that lists, buttons and reminders look at."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from bot.domain.brief_texts import dates, units, words
from bot.domain.briefs import SAID_TEXT, Brief, Verdict
from bot.domain.reminding import met, reached
from bot.domain.slices import MeasureSlice, TaskSlice
from bot.domain.standing import Standing


class TaskBrief(TaskSlice):
    """A task without its wording, and without its measures unless they were asked for: to look at them raises."""

    __slots__ = ("_upkeep",)

    def __init__(self, found: Verdict, row: Brief) -> None:
        self.id, self.number, self.title, self.plan_id, self.cadence = row[:5]
        self.state, self.finished_at, self.registered_at = found.state, found.finished_at, row[6]
        self.cycle = 1
        self.units = {} if isinstance(found.units, tuple) else units(found.units).by_part
        self._upkeep = found.upkeep

    @property
    def upkeep(self) -> bool:
        return self._upkeep


class MeasureBrief(MeasureSlice):
    """A measure without its wording, with its progress and without the words it comes from."""

    __slots__ = ("_progress",)

    def __init__(self, row: Brief, n: int) -> None:
        self.id, self.ordinal, self.ongoing = row[8] or 0, row[9], bool(row[10])
        self.units = units(row[13]).by_part
        self.stages = dates(row[11]).as_stages(row[12])
        self._progress = words(row[SAID_TEXT])[n].progress

    @property
    def progress(self) -> int:
        return self._progress


def task_of(found: Verdict) -> TaskSlice:
    """For its number, title, units and state."""
    return found.source if isinstance(found.source, TaskSlice) else TaskBrief(found, found.source[0])


def with_measures(found: Verdict, n: int = 0) -> TaskSlice:
    """For its dates and progress at the n-th moment too; only of an unfinished task, as things stand now."""
    task = task_of(found)
    if not isinstance(found.source, TaskSlice):
        task.measures = [MeasureBrief(row, n) for row in found.source if row[8] is not None]
    return task


def standing_of(found: Verdict) -> Standing:
    """An unfinished task's, for whoever lists it."""
    task = task_of(found)
    return Standing(task, found.progress, found.expected, found.due, found.days_left, found.flags, found.silent)


class StageNow(NamedTuple):
    """A stage of an unfinished task as things stand: `day` is what people are reminded of, `units` who hears of it."""

    id: int
    ordinal: int
    day: date
    met: bool
    units: tuple[int, ...]


def stages_of(found: Verdict) -> Iterator[StageNow]:
    """Every stage of every measure."""
    if isinstance(found.source, TaskSlice):
        task = found.source
        for measure in task.measures:
            for stage in measure.stages:
                hear = tuple(measure.reporters)
                yield StageNow(stage.id, measure.ordinal, stage.effective, met(task, measure, stage), hear)
        return
    for row in found.source:
        if row[11] is not None:
            listed, progress, hear = dates(row[11]).stages, words(row[SAID_TEXT])[0].progress, units(row[13]).reporters
            ids = (row[12] or "").split()
            for place, (due, internal, quantity) in enumerate(listed, 1):
                done = found.finished or reached(progress, quantity, place == len(listed))
                yield StageNow(int(ids[place - 1]), row[9], internal or due, done, hear)


def has_spoken(found: Verdict, unit_id: int) -> bool:
    """The unit has reported on a measure of the task in this cycle."""
    if isinstance(found.source, TaskSlice):
        return found.source.last_said(unit_id) is not None
    return any(
        units(row[13]).places[place] == unit_id for row in found.source for place in words(row[SAID_TEXT])[0].spoken
    )
