"""A slice of the ledger as it stood at a moment: what the rules look at. The store loads it; nobody writes it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.ledger import FINISHED_STATES, WORKING, Part, State


@dataclass(slots=True)
class Stage:
    """A milestone: official date, internal date, the official date it first had, cumulative percent due if stated."""

    id: int
    due: date
    internal_due: date | None
    original_due: date
    quantity: int | None
    label: str = ""

    @property
    def effective(self) -> date:
        """The date people are reminded of: the internal one where the office set one."""
        return self.internal_due or self.due


@dataclass(slots=True)
class Said:
    """A unit's latest word on a measure; `percent` is carried forward when the last report gave none."""

    unit_id: int
    percent: int | None
    whole: bool
    at: datetime
    text: str = ""
    report_id: int = 0


@dataclass(slots=True)
class MeasureSlice:
    id: int
    ordinal: int
    text: str
    phrase: str
    kind: str
    ongoing: bool
    units: dict[str, list[int]] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    said: dict[int, Said] = field(default_factory=dict)

    @property
    def due(self) -> date | None:
        return self.stages[-1].due if self.stages else None

    @property
    def upkeep(self) -> bool:
        """长期坚持 and nothing else: no date, never late, never at 100 %."""
        return self.ongoing and not self.stages

    @property
    def workers(self) -> list[int]:
        """Who does the work: the responsible units, or the leads where nobody else is named."""
        return self.units.get(Part.RESPONSIBLE) or self.units.get(Part.LEAD, [])

    @property
    def reporters(self) -> list[int]:
        """Lead and responsible units, in order, each once."""
        return list(dict.fromkeys(unit for part in WORKING for unit in self.units.get(part, [])))

    @property
    def progress(self) -> int:
        """The lead's own figure for the whole once it gave one, else the floored mean of the workers' latest."""
        if not self.said:
            return 0
        # A lead that has handed its part on, or was none, no longer speaks for all.
        whole = [s for s in self.said.values() if s.whole and s.percent is not None and s.unit_id in self.reporters]
        if whole:
            return max(whole, key=lambda said: said.at).percent or 0
        workers = self.workers
        if not workers:
            return 0
        percents = [self.said[unit].percent or 0 for unit in workers if unit in self.said]
        return sum(percents) // len(workers)


@dataclass(slots=True)
class TaskSlice:
    id: int
    number: int
    plan_id: int
    plan: str
    issued: date
    source_number: str
    title: str
    problem: str
    objective: str
    category: str
    cadence: str
    cycle: int
    state: str
    version: int
    registered_at: datetime
    units: dict[str, list[int]] = field(default_factory=dict)
    received: dict[int, datetime | None] = field(default_factory=dict)
    measures: list[MeasureSlice] = field(default_factory=list)
    finished_at: datetime | None = None
    questions: int = 0
    # When the present cycle began, if it followed a relapse.
    reopened_at: datetime | None = None

    @property
    def finished(self) -> bool:
        return self.state in FINISHED_STATES

    @property
    def struck_off(self) -> bool:
        return self.state in (State.STRUCK_OFF, State.KEPT_UP)

    @property
    def upkeep(self) -> bool:
        for measure in self.measures:
            if not measure.upkeep:
                return False
        return bool(self.measures)

    @property
    def due(self) -> date | None:
        """The last milestone's official date."""
        # A plain loop: every list and bulletin asks this of every task, several times.
        latest: date | None = None
        for measure in self.measures:
            for stage in measure.stages:
                if latest is None or stage.due > latest:
                    latest = stage.due
        return latest

    @property
    def original_due(self) -> date | None:
        latest: date | None = None
        for measure in self.measures:
            for stage in measure.stages:
                if latest is None or stage.original_due > latest:
                    latest = stage.original_due
        return latest

    @property
    def internal_due(self) -> date | None:
        internal = [stage.effective for measure in self.measures for stage in measure.stages]
        if any(stage.internal_due for measure in self.measures for stage in measure.stages):
            return max(internal)
        return None

    @property
    def progress(self) -> int:
        """The floored mean of the measures; pure upkeep counts only when there is nothing else."""
        counted = [measure for measure in self.measures if not measure.upkeep] or self.measures
        return sum(measure.progress for measure in counted) // len(counted) if counted else 0

    @property
    def workers(self) -> list[int]:
        """Units that answer for the task and report on it: lead and responsible, each once."""
        return list(dict.fromkeys(unit for part in WORKING for unit in self.units.get(part, [])))

    def parts_of(self, unit_id: int | None) -> list[str]:
        return [part for part, units in self.units.items() if unit_id in units]

    def last_said(self, unit_id: int | None = None) -> Said | None:
        """The latest report on any measure, of one unit or of all."""
        said = [
            each
            for measure in self.measures
            for each in measure.said.values()
            if unit_id is None or each.unit_id == unit_id
        ]
        return max(said, key=lambda each: each.at, default=None)
