"""Many tasks judged at once: the rules of standing.py, with what many tasks share worked out once.

A brief is what labels need of a task and no more: its rows as the store gives them, with dates, units and figures as
short texts (brief_texts.py). tests/test_briefs.py holds it to the rules: for any ledger and moment, the same labels.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from bot.domain.brief_texts import dates, units, words
from bot.domain.ledger import FINISHED_STATES, State
from bot.domain.periods import Office
from bot.domain.policy import CADENCES
from bot.domain.slices import MeasureSlice, TaskSlice
from bot.domain.standing import BEHIND, DUE_SOON, ON_SCHEDULE, OVERDUE, UNREPORTED, Standing, expected_share, standing

FINISHED = frozenset(str(state) for state in FINISHED_STATES)
STRUCK_OFF = frozenset((str(State.STRUCK_OFF), str(State.KEPT_UP)))


class Brief(NamedTuple):
    """One measure of a task and the task's own fields beside it, as the store gives them: a task is a run of these.

    A task without measures is one, with None for them. `state` and `finished_at` are as they stand now. The last four
    are texts; `said` holds what each unit had said last by each moment asked about.
    """

    id: int
    number: int
    title: str
    plan_id: int
    cadence: str
    state: str
    registered_at: datetime
    finished_at: datetime | None
    measure_id: int | None
    ordinal: int
    ongoing: int
    dates: str | None
    stage_ids: str | None
    units: str | None
    said: str | None


Run = Sequence[Brief]
# Where in a Brief it stands what was said: rows are read by place, for in the hundred thousands names cost too much.
SAID_TEXT = 14


class DateMove(NamedTuple):
    """A date of a milestone was moved; `field` is due or internal_due, `before` its value until `at`."""

    milestone_id: int
    field: str
    before: date | None
    at: datetime


class Verdict(NamedTuple):
    """A task's labels at a moment. Of a finished task, progress and expected share are not worked out: 0 and None.

    `flags` are those of a Standing, `silent` unit ids, `original_due` the last date before any extension. `source`:
    what was judged. `units` says who answers for the task; equal for tasks of the same units (`workers_of` reads it).
    """

    id: int
    number: int
    units: str | tuple[int, ...] | None
    source: Run | TaskSlice
    state: str
    finished_at: datetime | None
    upkeep: bool
    progress: int
    expected: int | None
    due: date | None
    original_due: date | None
    days_left: int | None
    flags: tuple[str, ...]
    silent: tuple[int, ...]

    @property
    def finished(self) -> bool:
        return self.state in FINISHED

    @property
    def struck_off(self) -> bool:
        return self.state in STRUCK_OFF

    @classmethod
    def of(cls, found: Standing) -> "Verdict":
        task = found.task
        progress, expected = (0, None) if task.finished else (found.progress, found.expected)
        return cls(
            id=task.id,
            number=task.number,
            units=tuple(task.workers),
            source=task,
            state=str(task.state),
            finished_at=task.finished_at if task.finished else None,
            upkeep=task.upkeep,
            progress=progress,
            expected=expected,
            due=found.due,
            original_due=task.original_due,
            days_left=found.days_left,
            flags=found.flags,
            silent=found.silent,
        )


def _verdict(values: tuple[Any, ...]) -> Verdict:
    """Of the hundred thousands: Verdict(…) takes three times as long."""
    return tuple.__new__(Verdict, values)


def workers_of(said: str | tuple[int, ...] | None) -> tuple[int, ...]:
    """Units that answer for a task, lead and responsible, from what a Verdict says of them."""
    return said if isinstance(said, tuple) else units(said).reporters


@dataclass(slots=True)
class Briefs:
    """All rows, the runs of tasks one after another by number. `units`: task → text; `issued`: plan → day of issue.

    `steps`: task → (state, moment) of those that changed their state since the earliest moment; `moved`: task → its
    moved dates in order; `odd`: tasks whose story a brief does not tell, for which `plainly` gives slices as they
    stood at the n-th moment. Not `past`: all is as it stands, whatever the moment.
    """

    rows: Sequence[Brief]
    units: Mapping[int, str]
    issued: Mapping[int, date]
    steps: Mapping[int, Sequence[tuple[str, datetime]]]
    moved: Mapping[int, Sequence[DateMove]]
    odd: frozenset[int]
    plainly: Callable[[Sequence[int], int], Sequence[TaskSlice]]
    past: bool

    def runs(self) -> Iterator[Run]:
        rows, start, last = self.rows, 0, None
        for place, row in enumerate(rows):
            if row[0] != last:
                if place:
                    yield rows[start:place]
                start, last = place, row[0]
        if rows:
            yield rows[start:]


def judge(briefs: Briefs, n: int, moment: datetime, office: Office, *, silence: bool = True) -> list[Verdict]:
    """The labels of every task that stood on the ledger at the n-th moment the briefs were loaded for, by number.

    Without `silence`, who has not reported is not asked.
    """
    judging = Judging(briefs, n, moment, office, silence)
    found = [verdict for run in briefs.runs() if (verdict := judging.of(run)) is not None]
    left = judging.left
    if left:
        found += [Verdict.of(standing(task, moment, office)) for task in briefs.plainly(left, n)]
        found.sort(key=lambda verdict: verdict.number)
    return found


@dataclass(slots=True)
class Judging:
    """One pass over briefs at a moment, and what it remembers on the way. `left`: tasks to be judged plainly."""

    briefs: Briefs
    n: int
    moment: datetime
    office: Office
    silence: bool
    left: list[int] = field(default_factory=list)
    today: date = field(init=False)
    since: dict[str, datetime | None] = field(init=False)
    storied: set[int] = field(init=False)
    tolerance: int = field(init=False)
    soon: int = field(init=False)
    _days: dict[str | None, tuple[date | None, int | None]] = field(default_factory=dict)
    _shares: dict[int, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.today = self.office.today(self.moment)
        since = {c: asked_since(self.moment, c, self.office) if self.silence else None for c in CADENCES}
        # As the ledger has its moments: of two zones each comparison would work out both offsets anew.
        self.since = {cadence: at.astimezone(UTC) if at else None for cadence, at in since.items()}
        self.moment = self.moment.astimezone(UTC)
        self.tolerance, self.soon = self.office.policy.tolerance, self.office.policy.due_soon_days
        self.storied = {*self.briefs.odd, *self.briefs.steps, *self.briefs.moved}

    def of(self, run: Run) -> Verdict | None:
        """None if the task was not yet known at the moment, or is left to be judged plainly."""
        row = run[0]
        id_, state, registered_at, finished_at = row[0], row[5], row[6], row[7]
        if registered_at > self.moment:
            return None
        source, original = run, None
        if id_ in self.storied:
            if id_ in self.briefs.odd:
                self.left.append(id_)
                return None
            if id_ in self.briefs.steps:
                state, finished_at = state_at(self.briefs.steps[id_], state, self.moment)
            if id_ in self.briefs.moved:
                run, original = dates_then(run, self.briefs.moved[id_], self.moment if self.briefs.past else None)
        text = self.briefs.units.get(id_)
        due, days_left, upkeep = self._dated(run)
        named, dated = (id_, row[1], text, source, state), (due, original or due, days_left)
        if state in FINISHED:
            return _verdict((*named, finished_at, upkeep, 0, None, *dated, (), ()))
        figures = self._figures(run, upkeep)
        if figures is None:
            self.left.append(id_)
            return None
        progress, expected = figures
        since = self.since[row[4]]
        silent = silent_of(run, text, self.n) if since is not None and registered_at <= since else ()
        behind = expected is not None and progress + self.tolerance < expected
        soon = days_left is not None and 0 <= days_left <= self.soon
        flags = _flags(days_left is not None and days_left < 0, behind, soon, bool(silent))
        return _verdict((*named, None, upkeep, progress, expected, *dated, flags, silent))

    def _dated(self, run: Run) -> tuple[date | None, int | None, bool]:
        """The last date of all and the days until then, and whether there is upkeep and nothing else."""
        if len(run) == 1:
            row = run[0]
            found = self._day(row[11])
            return found[0], found[1], row[11] is None and row[10] == 1
        known = [self._day(row[11]) for row in run if row[11] is not None]
        due, days_left = max(known, default=(None, None))
        return due, days_left, not known and all(row[10] for row in run)

    def _day(self, text: str | None) -> tuple[date | None, int | None]:
        found = self._days.get(text)
        if found is None:
            due = dates(text).due
            found = self._days[text] = (due, (due - self.today).days if due else None)
        return found

    def _figures(self, run: Run, upkeep: bool) -> tuple[int, int | None] | None:
        """Progress and expected share, as TaskSlice.progress and task_expected have them; None if undecided."""
        plan_id = run[0][3]
        known = self._shares.get(plan_id)
        if known is None:
            known = self._shares[plan_id] = {}
        total, counted, shares = 0, 0, []
        for row in run:
            text = row[11]
            said = words(row[SAID_TEXT])[self.n]
            if said.undecided:
                return None
            if upkeep or text is not None or row[10] == 0:
                total += said.progress
                counted += 1
            if text is not None:
                if text not in known:
                    known[text] = self._share(plan_id, text)
                shares.append(known[text])
        return total // counted if counted else 0, int(sum(shares) / len(shares)) if shares else None

    def _share(self, plan_id: int, text: str) -> float:
        measure = MeasureSlice(0, 1, "", "", "", False, {}, dates(text).as_stages())
        return expected_share(measure, self.briefs.issued[plan_id], self.today) or 0.0


@cache
def _flags(overdue: bool, behind: bool, soon: bool, unreported: bool) -> tuple[str, ...]:
    """An unfinished task's, in the order in which a Standing lists them; overdue goes before behind."""
    held = [(OVERDUE, overdue), (BEHIND, behind and not overdue), (DUE_SOON, soon)]
    held += [(ON_SCHEDULE, not overdue and not behind), (UNREPORTED, unreported)]
    return tuple(flag for flag, holds in held if holds)


def asked_since(moment: datetime, cadence: str, office: Office) -> datetime | None:
    """When the period began for which tasks of this rhythm are asked for a report just now; None outside its week."""
    period = office.period(moment, cadence)
    return period.start if office.week(moment).end == period.end else None


def silent_of(run: Run, units_text: str | None, n: int) -> tuple[int, ...]:
    """Units that owe a report for the period and have not reported in it, in the task's order."""
    said = [words(row[SAID_TEXT])[n] for row in run]
    for row, each in zip(run, said, strict=True):
        if each.late or (each.quiet_upkeep if row[10] and row[11] is None else each.quiet):
            break
    else:
        return ()
    owing: set[int] = set()
    reported: set[int] = set()
    late: set[int] = set()
    for row, each in zip(run, said, strict=True):
        places = units(row[13]).places
        owing.update([places[place] for place in (each.working if row[10] and row[11] is None else each.owed)])
        reported.update([places[place] for place in each.fresh])
        late.update([places[place] for place in each.late])
    owing -= reported - late
    return tuple([unit for unit in units(units_text).reporters if unit in owing])


def state_at(history: Sequence[tuple[str, datetime]], state: str, moment: datetime) -> tuple[str, datetime | None]:
    """The state the steps had led to by the moment, and since when it is finished."""
    finished_at = None
    for step, at in history:
        if at > moment:
            break
        state = step
        if step == State.FINISHED:
            finished_at = at
        elif step not in FINISHED:
            finished_at = None
    return state, finished_at


def dates_then(run: Run, moves: Sequence[DateMove], moment: datetime | None) -> tuple[Run, date | None]:
    """The task with the dates it had at the moment (None for now), and the last date of all before any was moved."""
    then: dict[tuple[int, str], date | None] = {}
    first: dict[int, date] = {}
    for milestone_id, name, before, at in moves:
        if name == "due" and before is not None:
            first.setdefault(milestone_id, before)
        if moment is not None and at > moment:
            then.setdefault((milestone_id, name), before)
    original: list[date] = []
    changed = []
    for row in map(Brief._make, run):
        texts = []
        for stage in dates(row.dates).as_stages(row.stage_ids):
            due = then.get((stage.id, "due"), stage.due)
            if due is None:
                continue  # which day is meant, the office had not yet said
            original.append(first.get(stage.id, stage.due))
            internal = then.get((stage.id, "internal_due"), stage.internal_due)
            texts.append(f"{due},{internal or ''},{'' if stage.quantity is None else stage.quantity}")
        changed.append(row._replace(dates=" ".join(texts) or None))
    return changed, max(original, default=None)
