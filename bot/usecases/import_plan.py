"""A plan's file becomes the ledger: shown first, applied in one transaction, never deleting, never overwriting.

Official wording and deadlines change only by an explicit, recorded correction: a file that differs is reported as
changed and leaves the ledger as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.cadence import by_policy
from bot.domain.decision import Deed
from bot.domain.drafting import Draft, TaskDraft
from bot.domain.ledger import (
    Measure,
    MeasureUnit,
    Milestone,
    Move,
    Part,
    Plan,
    Question,
    Report,
    State,
    Task,
    TaskUnit,
    Unit,
)
from bot.domain.people import Role
from bot.domain.post import Lane, Notice
from bot.domain.registry import Registry
from bot.domain.reminding import fold_at
from bot.store import carry
from bot.store.collector import uncollected
from bot.store.ledger import load_tasks
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.open_questions import count_open
from bot.usecases.plan_draft import (
    PARTS,
    Comparison,
    compare,
    milestone_dates,
    names_of,
    summary,
)
from bot.usecases.remind import plan as plan_moments


def import_file(act: Act, draft: Draft, registry: Registry, *, confirmed: bool) -> dict[str, Any]:
    """The summary of a file against the ledger; with `confirmed` what it adds stands on the ledger afterwards."""
    with uncollected():
        against = compare(act, draft)
        if confirmed:
            apply(act, draft, against, registry)
        return summary(draft, against)


def apply(act: Act, draft: Draft, against: Comparison, registry: Registry, *, reminders: bool = True) -> list[int]:
    """The tasks the file adds stand on the ledger, handed over, with their open questions. → their numbers.

    They enter at the plan's issue date, so that the past can be asked about from that day on. Without `reminders` the
    caller plans them next (`plan_reminders`): for a large plan they are half of the work.
    """
    if not against.added:
        return []
    entered = act.office.at(draft.issued, time(0))
    plans = _plans(act, draft, entered)
    units = _units(act, draft, registry)
    tasks = _tasks(act, draft, against.added, plans, entered)
    _parts(act, draft, tasks, units, entered)
    measures = _measures(act, draft, tasks)
    _measure_parts(act, draft, measures, units)
    _milestones(act, draft, tasks, measures)
    _moves(act, draft, tasks, measures, units, entered)
    _questions(act, draft, tasks, measures)
    slices = load_tasks(act.session, ids=[task.id or 0 for task in tasks.values()])
    if reminders:
        plan_moments(act, slices)
    titles = {i: draft.plans[draft.tasks[i].plan].title for i in tasks}
    act.record(*(Deed("import", t.id, {}, {"number": t.number, "plan": titles[i]}) for i, t in tasks.items()))
    numbers = sorted(task.number for task in tasks.values())
    _hand_over(act, slices, bool(draft.open))
    return numbers


def plan_reminders(act: Act, numbers: Sequence[int]) -> None:
    """What is to be said of these tasks, and when, stands in the reminder clock; said twice, it stands there once."""
    ids = act.session.exec(select(Task.id).where(col(Task.number).in_(numbers))).all()
    plan_moments(act, load_tasks(act.session, ids=[id_ or 0 for id_ in ids]))


def _plans(act: Act, draft: Draft, entered: datetime) -> dict[str, int]:
    known = {plan.title: plan.id or 0 for plan in act.session.exec(select(Plan))}
    main: int | None = None
    for plan in draft.plans:
        if plan.title not in known:
            parent = main if plan.kind == "special" else None
            row = Plan(title=plan.title, kind=plan.kind, parent_id=parent, issued=draft.issued, registered_at=entered)
            carry.add(act.session, row)
            known[plan.title] = row.id or 0
        if plan.kind == "main":
            main = known[plan.title]
    return known


def _units(act: Act, draft: Draft, registry: Registry) -> dict[str, int]:
    known = {unit.name: unit.id or 0 for unit in act.session.exec(select(Unit))}
    wanted = dict.fromkeys(name for task in draft.tasks for part in PARTS for name in names_of(task, part))
    rows = []
    for name in wanted:
        if name not in known:
            found = registry.find(name)
            rows.append(Unit(name=name, kind=found.kind if found else "unit"))
    carry.add_in_order(act.session, rows)
    return known | {row.name: row.id or 0 for row in rows}


def _tasks(
    act: Act, draft: Draft, added: Sequence[int], plans: Mapping[str, int], entered: datetime
) -> dict[int, Task]:
    """A task's number is the plan's own if it is free and never was used, else the next free one."""
    used = set(act.session.exec(select(Task.number)))
    wanted = [_own_number(draft.tasks[index]) for index in added]
    highest = max([*used, *(number for number in wanted if number), 0])
    tasks: dict[int, Task] = {}
    for index, number in zip(added, wanted, strict=True):
        if number is None or number in used:
            highest = number = highest + 1
        used.add(number)
        drafted = draft.tasks[index]
        tasks[index] = Task(
            number=number,
            plan_id=plans[draft.plans[drafted.plan].title],
            source_number=drafted.source_number,
            title=drafted.title,
            problem=drafted.problem,
            objective=drafted.objective,
            category=drafted.category,
            person_in_charge=drafted.person_in_charge,
            contact=drafted.contact,
            remark=drafted.remark,
            deadline_phrase=drafted.deadline_phrase,
            cadence=cadence(drafted, number, act),
            state=State.HANDED_OVER,
            registered_at=entered,
        )
    carry.add_in_order(act.session, list(tasks.values()))
    return tasks


def _own_number(task: TaskDraft) -> int | None:
    plain = task.source_number.strip()
    return int(plain) if plain.isdigit() and 0 < int(plain) < 100_000 else None


def cadence(task: TaskDraft, number: int, act: Act) -> str:
    """How often a report is asked of it (policy)."""
    kinds = [measure.reading.kind for measure in task.measures]
    phrases = [measure.deadline_phrase for measure in task.measures]
    return by_policy(kinds, phrases, task.category, number, act.office.policy.cadence)


def _parts(act: Act, draft: Draft, tasks: Mapping[int, Task], units: Mapping[str, int], entered: datetime) -> None:
    doing = (Part.LEAD, Part.RESPONSIBLE, Part.COOPERATING)
    rows = [
        {
            "task_id": task.id,
            "unit_id": units[name],
            "part": part,
            "handed_over_at": entered,
            "received_at": None if part in doing else entered,
        }
        for index, task in tasks.items()
        for part in PARTS
        for name in names_of(draft.tasks[index], part)
    ]
    carry.add_values(act.session, TaskUnit, rows)


def _measures(act: Act, draft: Draft, tasks: Mapping[int, Task]) -> dict[tuple[int, int], Measure]:
    rows = {
        (index, n): Measure(
            task_id=task.id or 0,
            ordinal=n + 1,
            text=drafted.text,
            deadline_phrase=drafted.deadline_phrase,
            kind=drafted.reading.kind,
            ongoing=drafted.reading.ongoing,
            soft=drafted.reading.soft,
        )
        for index, task in tasks.items()
        for n, drafted in enumerate(draft.tasks[index].measures)
    }
    carry.add_in_order(act.session, list(rows.values()))
    return rows


def _measure_parts(
    act: Act, draft: Draft, measures: Mapping[tuple[int, int], Measure], units: Mapping[str, int]
) -> None:
    """Every measure knows its units: its own, or those of the task where it names none."""
    rows = [
        {"measure_id": measure.id, "unit_id": units[name], "part": part}
        for (index, n), measure in measures.items()
        for part in PARTS
        for name in dict.fromkeys(getattr(draft.tasks[index].measures[n].units, part.value))
    ]
    carry.add_values(act.session, MeasureUnit, rows)


def _milestones(act: Act, draft: Draft, tasks: Mapping[int, Task], measures: Mapping[tuple[int, int], Measure]) -> None:
    rows = [
        Milestone(
            task_id=tasks[index].id or 0,
            measure_id=measure.id or 0,
            ordinal=ordinal,
            due=day,
            quantity=quantity,
            label=label,
        )
        for (index, n), measure in measures.items()
        for ordinal, (day, quantity, label) in enumerate(
            milestone_dates(draft.tasks[index].measures[n], draft.issued, act.office.policy.immediate_days), 1
        )
    ]
    carry.add_many(act.session, rows)


def _moves(
    act: Act,
    draft: Draft,
    tasks: Mapping[int, Task],
    measures: Mapping[tuple[int, int], Measure],
    units: Mapping[str, int],
    entered: datetime,
) -> None:
    """Registered and handed over; what the file says of progress stands as a first report without a figure."""
    states = (State.REGISTERED, State.HANDED_OVER)
    carry.add_values(
        act.session,
        Move,
        [
            {"task_id": task.id, "cycle": 1, "state": state, "at": entered}
            for task in tasks.values()
            for state in states
        ],
    )
    reports = []
    for index, task in tasks.items():
        drafted = draft.tasks[index]
        names = drafted.measures[0].units.responsible or drafted.measures[0].units.lead
        if drafted.progress and names:
            reports.append(
                Report(
                    task_id=task.id or 0,
                    measure_id=measures[index, 0].id or 0,
                    cycle=1,
                    unit_id=units[names[0]],
                    text=drafted.progress,
                    on_behalf=True,
                    at=entered,
                    recorded_at=act.now,
                    source=f"import:{task.number}",
                )
            )
    carry.add_many(act.session, reports)


def _questions(act: Act, draft: Draft, tasks: Mapping[int, Task], measures: Mapping[tuple[int, int], Measure]) -> None:
    rows = [
        Question(
            task_id=tasks[q.task].id or 0,
            measure_id=(measures[q.task, q.measure].id) if q.measure is not None else None,
            kind=q.kind,
            place=q.where,
            phrase=q.phrase,
            note=q.note,
            choices=list(q.choices),
            part=q.part,
            asked_at=act.now,
            answer=q.answer,
            answered_at=None if q.answer is None else act.now,
            answered_by=_own_id(act) if q.answer is not None else None,
        )
        for q in draft.questions
        if q.task in tasks
    ]
    carry.add_many(act.session, rows)


def _hand_over(act: Act, slices: Sequence[Any], asked: bool) -> None:
    """Liaisons already there hear of what is theirs in their next folded message, the office of what is open."""
    notices = []
    for member in present(act.session, roles=[Role.LIAISON]):
        mine = [task for task in slices if member.unit_id in task.workers]
        notices += [
            Notice(
                key=f"handed_over:{task.number}:m{member.id}",
                member_id=member.id or 0,
                kind="handed_over",
                task_id=task.id or 0,
                created_at=act.now,
                fold_at=fold_at(member, act.now, act.office),
            )
            for task in mine
        ]
    carry.add_many_once(act.session, notices)
    if asked:
        # Who has just imported it sees them in the answer.
        office = [member for member in present(act.session, roles=[Role.OFFICE]) if member.id != _own_id(act)]
        count = act.session.exec(select(func.count()).where(col(Question.answered_at).is_(None))).one()
        facts: dict[str, Any] = {"count": count, "buttons": []}
        if answerable := count_open(act):
            facts["buttons"] = [[["open_questions", "import:asked:0", {"count": answerable}]]]
        act.tell(office, "questions", facts, key=f"questions:{act.now.date()}:{count}", lane=Lane.URGENT)


def _own_id(act: Act) -> int | None:
    return act.member.id if act.member else None
