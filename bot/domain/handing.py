"""转办 and 代办: to whom a unit's part may pass, and who may stand in for whom (domain.md §2, hand-over)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.domain.ledger import Part, Report
from bot.domain.people import UNIT_PEOPLE, Member, Role, require
from bot.domain.process import Absence
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import TaskSlice


def choose_giver(task: TaskSlice, named: int | None) -> int:
    """The unit whose part passes on: the one named, or the only one that works on the task.

    Refusals: not_working_on_it, which_giver (units: ids to choose from).
    """
    if named is not None:
        if named not in task.workers:
            raise Refusal("not_working_on_it", task=task.number, unit=named)
        return named
    if len(task.workers) != 1:
        raise Refusal("which_giver", task=task.number, units=task.workers)
    return task.workers[0]


def require_passable(task: TaskSlice, member: Member, giver: int, taker: int, reason: str) -> None:
    """Refusals: not_your_right, task_closed, already_theirs, verifier_would_do, assign_form."""
    require(member, "assign")
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=task.state)
    if taker == giver or taker in task.workers:
        raise Refusal("already_theirs", task=task.number)
    if set(task.parts_of(taker)) & {Part.VERIFYING, Part.SUPERVISING}:
        raise Refusal("verifier_would_do", task=task.number)
    if not reason.strip():
        raise Refusal("assign_form", task=task.number, understood="")


def require_passable_within(task: TaskSlice, member: Member) -> int:
    """The unit whose part a person of it passes on to a colleague.

    Refusals: not_your_right, not_your_task, not_working_on_it, task_closed.
    """
    require(member, "pass_within")
    require_own(task, member)
    unit = member.unit_id or 0
    if unit not in task.workers:
        raise Refusal("not_working_on_it", task=task.number, unit=unit)
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=task.state)
    return unit


def choose_colleague(task: TaskSlice, member: Member, text: str, people: Iterable[Member]) -> tuple[Member, str]:
    """The person of the unit whose name the text begins with, or of the only name its first word is a part of.

    `people`: liaisons and heads of the unit. → (person, the rest of the text: the reason). Refusals: no_colleagues,
    colleague_form, which_colleague (names to choose from).
    """
    unit = list(people)
    names = [each.name for each in unit if each.id != member.id]
    if not names:
        raise Refusal("no_colleagues", task=task.number)
    if not text.strip():
        raise Refusal("colleague_form", task=task.number, names=names)
    whole = [each for each in unit if text == each.name or text.startswith(f"{each.name} ")]
    if len(whole) == 1:
        return whole[0], text.removeprefix(whole[0].name).strip()
    word, _, rest = text.partition(" ")
    near = whole or [each for each in unit if word in each.name]
    if len(near) != 1:
        raise Refusal("which_colleague", task=task.number, name=word, names=names)
    return near[0], rest.strip()


def require_other(task: TaskSlice, member: Member, taker: Member, handling: int | None) -> None:
    """`handling`: who handles the task now. One's own is taken back from a colleague, never passed to oneself.

    Refusals: passed_to_self, already_handling.
    """
    if taker.id == handling and taker.id != member.id:
        raise Refusal("already_handling", task=task.number, name=taker.name)
    if taker.id == member.id and handling in (None, member.id):
        raise Refusal("passed_to_self", task=task.number)


def units_as_they_stand(task: TaskSlice) -> dict[str, dict[str, object]]:
    """What a HandOver keeps of the units before it."""
    return {
        "task": {str(part): list(units) for part, units in task.units.items()},
        "measures": {str(m.id): {str(part): list(units) for part, units in m.units.items()} for m in task.measures},
    }


def carried(task: TaskSlice, giver: int, taker: int, member: Member, recorded_at: datetime) -> list[Report]:
    """The former unit's last figures, as the new unit's starting point: progress does not fall back to nothing.

    They keep the moment they were said at, so that nothing counts as reported by the new unit.
    """
    return [
        Report(
            task_id=task.id,
            measure_id=measure.id,
            cycle=task.cycle,
            unit_id=taker,
            member_id=member.id,
            percent=said.percent,
            whole=said.whole,
            on_behalf=True,
            at=said.at,
            recorded_at=recorded_at,
            source=f"handed:{task.number}.{measure.ordinal}",
        )
        for measure in task.measures
        if giver in measure.reporters and (said := measure.said.get(giver)) is not None and said.percent is not None
    ]


def could_stand_in(member: Member, colleague: Member) -> bool:
    """A deputy is of the same unit and of the same kind: liaison and head for each other, else the same role."""
    if colleague.id == member.id or colleague.unit_id != member.unit_id:
        return False
    same = {Role(member.role), Role(colleague.role)}
    return len(same) == 1 or same <= UNIT_PEOPLE


def choose_deputy(member: Member, name: str, colleagues: Sequence[Member]) -> Member:
    """The colleague of that name, or of the only name it is a part of.

    Refusals: nobody_stands_in, no_such_colleague (names to choose from).
    """
    could = [each for each in colleagues if could_stand_in(member, each)]
    if not could:
        raise Refusal("nobody_stands_in")
    exact = [each for each in could if each.name == name]
    near = exact or [each for each in could if name and name in each.name]
    if len(near) != 1:
        raise Refusal("no_such_colleague", name=name, names=[each.name for each in could])
    return near[0]


def be_away(
    member: Member, deputy: Member, until: date, today: date, standing: Iterable[Absence], at: datetime
) -> Absence:
    """Refusals: away_past, deputy_away (the deputy is away too: nobody would hear)."""
    if until < today:
        raise Refusal("away_past", day=until.isoformat())
    if any(row.member_id == deputy.id for row in standing):
        raise Refusal("deputy_away", name=deputy.name)
    return Absence(member_id=member.id or 0, deputy_id=deputy.id or 0, until=until, at=at)
