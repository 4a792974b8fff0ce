"""Progress reports: who may say what of which measure, and what becomes of it (design.md §1, the ledger's model)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.decision import Change, Decision, Deed
from bot.domain.ledger import Move, Part, Report, State, Task
from bot.domain.people import Member, Role, require
from bot.domain.refusal import Refusal
from bot.domain.slices import MeasureSlice, Said, TaskSlice


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person said of a task: measure and percent where given, free text, or that nothing changed."""

    number: int
    ordinal: int | None = None
    percent: int | None = None
    text: str = ""
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a claim: the unit's own figure before and after, and the slice as it stands now."""

    task: TaskSlice
    measure: MeasureSlice
    report: Report
    before: int | None
    after: int | None


def require_own(task: TaskSlice, member: Member) -> None:
    """Refusals: not_your_task. Nobody learns more of a task that is none of theirs."""
    if member.role in (Role.LIAISON, Role.HEAD, Role.VERIFIER) and not task.parts_of(member.unit_id):
        raise Refusal("not_your_task", task=task.number)


def measures_of(task: TaskSlice, unit_id: int) -> list[MeasureSlice]:
    """The measures a unit reports on; where it reports on none, those in which it co-operates."""
    mine = [measure for measure in task.measures if unit_id in measure.reporters]
    return mine or [measure for measure in task.measures if unit_id in measure.units.get(Part.COOPERATING, [])]


def speaking_unit(task: TaskSlice, member: Member, ordinal: int | None) -> int:
    """The unit a report is for: the person's own; for the office the one that does the work, or else the lead.

    Refusals: not_your_right, not_your_task.
    """
    require(member, "report")
    if member.role != Role.OFFICE:
        require_own(task, member)
        return member.unit_id or 0
    measures = [measure for measure in task.measures if ordinal in (None, measure.ordinal)]
    workers = list(dict.fromkeys(unit for measure in measures for unit in measure.workers))
    leads = task.units.get(Part.LEAD, [])
    if len(workers) == 1 or not leads:
        return workers[0] if workers else 0
    return leads[0]


def choose_measure(task: TaskSlice, unit_id: int, ordinal: int | None) -> MeasureSlice:
    """The named measure, or the one open measure of the unit.

    Refusals: no_such_measure, not_your_measure, not_your_task, which_measure (choices: ordinals to choose from).
    """
    mine = measures_of(task, unit_id)
    if not mine:
        raise Refusal("not_your_task", task=task.number)
    if ordinal is not None:
        named = next((measure for measure in task.measures if measure.ordinal == ordinal), None)
        if named is None:
            raise Refusal("no_such_measure", task=task.number, measure=ordinal, count=len(task.measures))
        if named not in mine:
            raise Refusal("not_your_measure", task=task.number, measure=ordinal)
        return named
    still_open = [m for m in mine if not m.upkeep and own_percent(m, unit_id) != 100] or mine
    if len(still_open) > 1:
        choices = [{"ordinal": m.ordinal, "text": m.text, "percent": own_percent(m, unit_id)} for m in still_open]
        raise Refusal("which_measure", task=task.number, choices=choices)
    return still_open[0]


def own_percent(measure: MeasureSlice, unit_id: int) -> int | None:
    said = measure.said.get(unit_id)
    return said.percent if said else None


def report(
    task: TaskSlice, member: Member, claim: Claim, *, at: datetime, recorded_at: datetime, source: str
) -> tuple[Decision, Reported]:
    """The report is on the ledger, the task in progress, its receipt given. `at` is the message's own moment.

    Refusals: those of `speaking_unit` and `choose_measure`; task_closed, no_percent_for_cooperating, nothing_said,
    nothing_before.
    """
    unit_id = speaking_unit(task, member, claim.ordinal)
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=task.state)
    if claim.unchanged and claim.ordinal is None and not any(unit_id in m.said for m in measures_of(task, unit_id)):
        raise Refusal("nothing_before", task=task.number)
    measure = choose_measure(task, unit_id, claim.ordinal)
    before = own_percent(measure, unit_id)
    working = unit_id in measure.reporters
    if claim.percent is not None and not working:
        raise Refusal("no_percent_for_cooperating", task=task.number, percent=claim.percent, text=claim.text)
    if claim.unchanged and unit_id not in measure.said:
        raise Refusal("nothing_before", task=task.number)
    if claim.percent is None and not claim.text and not claim.unchanged:
        raise Refusal("nothing_said", task=task.number)
    after = claim.percent if claim.percent is not None else before
    # Words without a figure, and 无变化, leave the figure what it was: the lead's own for the whole, or a unit's.
    kept = unit_id in measure.said and measure.said[unit_id].whole
    made = Report(
        task_id=task.id,
        measure_id=measure.id,
        cycle=task.cycle,
        unit_id=unit_id,
        member_id=member.id,
        percent=after,
        stated=claim.percent is not None,
        text=claim.text,
        unchanged=claim.unchanged,
        whole=kept if claim.percent is None else unit_id not in measure.workers,
        on_behalf=member.role == Role.OFFICE,
        at=at,
        recorded_at=recorded_at,
        source=source,
    )
    place = f"{task.number}.{measure.ordinal}"
    decision = Decision(
        additions=[made],
        events=[
            Deed(
                "report",
                task.id,
                {"measure": place, "percent": before},
                {"measure": place, "unit": unit_id, "percent": after, "text": claim.text, "unchanged": claim.unchanged},
            )
        ],
    )
    decision += begin(task, member, at)
    # The slice is made to show what will be true, so that the answer needs no second look at the store.
    measure.said[unit_id] = Said(unit_id, after, made.whole, at, claim.text)
    return decision, Reported(task, measure, made, before, after)


def begin(task: TaskSlice, member: Member, at: datetime) -> Decision:
    """The task is in progress: the first report says so without being asked."""
    if task.state not in (State.REGISTERED, State.HANDED_OVER, State.RECEIVED, State.RETURNED):
        return Decision()
    return move(task, State.IN_PROGRESS, member, at)


def move(task: TaskSlice, state: State, member: Member | None, at: datetime, text: str = "") -> Decision:
    """The task's current cycle is in `state`, with the step on record."""
    made = Move(
        task_id=task.id, cycle=task.cycle, state=state, at=at, member_id=member.id if member else None, text=text
    )
    decision = Decision(
        changes=[Change(Task, task.id, {"state": state}, task.version)],
        additions=[made],
        events=[Deed("state", task.id, {"state": task.state}, {"state": state, "text": text})],
    )
    task.state, task.version = state, task.version + 1
    return decision


def may_undo(made: Report, now: datetime, minutes: int) -> bool:
    return made.ended_at is None and now - made.recorded_at <= timedelta(minutes=minutes)


def finish(task: TaskSlice, member: Member, text: str, now: datetime) -> Decision:
    """自查完成: the unit that answers for the task has declared its own check. Finished is not struck off.

    Refusals: those of `require_finishable`.
    """
    require_finishable(task, member)
    return move(task, State.FINISHED, member, now, text)


def may_finish(task: TaskSlice, member: Member) -> bool:
    """[自查完成] would succeed for this person."""
    try:
        require_finishable(task, member)
    except Refusal:
        return False
    return True


def require_finishable(task: TaskSlice, member: Member) -> None:
    """Refusals: not_your_right, not_your_task, lead_declares, task_closed, upkeep_never_finishes, measures_open."""
    require(member, "finish")
    require_own(task, member)
    answering = task.units.get(Part.LEAD) or task.units.get(Part.RESPONSIBLE, [])
    if member.unit_id not in answering:
        raise Refusal("lead_declares", task=task.number, units=answering)
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=task.state)
    if task.upkeep:
        raise Refusal("upkeep_never_finishes", task=task.number)
    still_open = [m for m in task.measures if not m.upkeep and m.progress < 100]
    if still_open:
        rows = [{"place": f"{task.number}.{m.ordinal}", "percent": m.progress} for m in still_open]
        raise Refusal("measures_open", task=task.number, measures=rows)
