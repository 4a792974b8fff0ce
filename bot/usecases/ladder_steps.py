"""The ladder's steps as they are taken: the cases there are, the rung each has reached, its record and its document."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain import ladder as rules
from bot.domain.decision import Change, Decision, Deed
from bot.domain.ladder import FINAL, Case
from bot.domain.slices import TaskSlice
from bot.domain.steps import Step
from bot.domain.urging import Climb, Sheet
from bot.store import carry
from bot.usecases import sheets
from bot.usecases.act import Act
from bot.usecases.ladder_ends import Asked, sheet_is, sheets_of

Tasks = dict[int, TaskSlice]
# Every case there is, with the climbs of its run.
Found = list[tuple[Case, list[Climb]]]
# A step that was taken: why, its record, and the ladder it belongs to.
Reached = tuple[Case, Climb, Sequence[Step]]


def cases_at(act: Act, tasks: Tasks, asked: Asked, rows: Iterable[Climb], moment: datetime) -> Found:
    """Every case there is at the moment, with the climbs of its run."""
    runs: dict[tuple[int, int, str, str, int], list[Climb]] = {}
    for row in rows:
        runs.setdefault(rules.run_of(row), []).append(row)
    known = [task for task in tasks.values() if task.registered_at <= moment]
    found = [case for task in known for case in rules.cases(task, asked[task.id], moment, act.office)]
    return [(case, runs.get(case.run, [])) for case in found]


def reach(act: Act, found: Found, rows: Iterable[Climb], moment: datetime) -> list[Reached]:
    """The steps that the facts reach at the moment are taken, without a document as yet. `rows`: all climbs."""
    standing: dict[int, list[Climb]] = {}
    for row in rows:
        standing.setdefault(row.task_id, []).append(row)
    reached = [
        (rung, case, climbed)
        for case, climbed in found
        if (rung := rules.next_rung(case, climbed, moment, act.office)) is not None
    ]
    taken: list[Reached] = []
    # Of a task the highest first: beside it the lower ones have nothing to say.
    for rung, case, climbed in sorted(reached, key=lambda each: (each[1].task.number, -each[0])):
        beside = standing.setdefault(case.task.id, [])
        if rules.leads_over(case, beside, rung):
            continue
        steps = rules.ladder_of(climbed, act.office)
        made = _take(act, case, rung, steps, moment)
        if made is not None:
            beside.append(made)
            taken.append((case, made, steps))
    return taken


def _take(act: Act, case: Case, rung: int, steps: Sequence[Step], moment: datetime) -> Climb | None:
    """The step is taken: its climb is on record."""
    step = steps[rung]
    climb = Climb(
        key=case.key(step),
        task_id=case.task.id,
        cycle=case.task.cycle,
        unit_id=case.unit_id,
        cause=case.cause,
        step=step.name,
        rung=rung,
        basis=case.basis,
        steps=[each.frozen() for each in steps],
        facts=case.facts,
        at=moment,
        since=act.now,
    )
    # Another node climbed it first: nothing to do.
    if not carry.add_once(act.session, climb):
        return None
    after = {"step": step.name, "cause": case.cause, "basis": case.basis, "unit": case.unit_id, **case.facts}
    act.record(Deed("ladder_climbed", case.task.id, {}, after))
    return climb


def document(act: Act, case: Case, row: Climb, steps: Sequence[Step]) -> Sheet | None:
    """The step's document is drafted, or issued where the policy says automatic. → the sheet if it was issued."""
    step = steps[row.rung]
    sheet = sheets.make(
        act, case.task, case.unit_id, step, key=row.key, cause=case.cause, facts=case.facts, climb=row.id
    )
    return sheets.give_out(act, sheet, None) if step.automatic else None


def take_up_again(act: Act, climbed: Sequence[Climb]) -> list[Sheet]:
    """What had stopped the run was taken back (a report undone, a finished task returned): it stands again where it
    stood, its working days count from now; its drafts wait again. → its sheets that wait for a reply again."""
    issued: list[Sheet] = []
    for row in climbed:
        if row.ended_at is None or row.ended_why in FINAL:
            continue
        event = Deed("ladder_resumed", row.task_id, {"ended": row.ended_why}, {"step": row.step, "cause": row.cause})
        fields = {"ended_at": None, "ended_why": "", "since": act.now}
        act.carry(Decision(changes=[Change(Climb, row.id or 0, fields)], events=[event]))
        row.__dict__.update(fields)
        for sheet in sheets_of(act, row):
            if sheet.state == "withdrawn":
                act.carry(sheet_is(sheet, {"state": "drafted", "ended_at": None}))
            elif sheet.state == "settled":
                renewed = act.office.calendar.add(act.office.today(act.now), sheet.reply_days)
                act.carry(sheet_is(sheet, {"state": "issued", "ended_at": None, "reply_by": renewed, "chased": 0}))
                issued.append(sheets.by_id(act, sheet.id or 0))
    return issued
