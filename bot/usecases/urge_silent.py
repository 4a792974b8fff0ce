"""催报: everybody who still owes a report for this week is asked now, at most once a day."""

from typing import Any

from bot.domain.decision import Deed
from bot.domain.ledger import Part
from bot.domain.people import UNIT_PEOPLE, Role, require
from bot.domain.post import Lane
from bot.domain.refusal import Refusal
from bot.domain.reminding import quiet
from bot.store.people import present
from bot.usecases.act import Act
from bot.usecases.report import who_is_silent

OUTCOMES = ("units", "again", "resting", "nobody")


def urge_silent(act: Act, text: str = "") -> dict[str, Any]:
    """The liaisons of every unit that owes a report for this week are asked; by a lead unit, those of the other units
    on the tasks it leads.

    → {"told": people, and the units by what became of them: "units" asked now, "again" asked earlier today, "resting"
    in quiet hours or on a day of rest, "nobody" has joined}. Refusals: not_your_right, nobody_silent.
    """
    owing = _owing(act)
    if not owing:
        raise Refusal("nobody_silent")
    found: dict[str, Any] = {"told": 0, **{outcome: [] for outcome in OUTCOMES}}
    today = act.office.today(act.now)
    for unit, numbers in owing.items():
        people = present(act.session, roles=[Role.LIAISON], units=[unit])
        awake = [member for member in people if not quiet(member, act.now, act.office)]
        facts = {"unit": act.unit(unit), "tasks": numbers, "text": text, "by": act.unit(act.person.unit_id)}
        told = act.tell(awake, "urge", facts, key=f"urge:{today}", lane=Lane.URGENT, about={"tasks": numbers})
        outcome = "units" if told else "again" if awake else "resting" if people else "nobody"
        found[outcome].append(act.unit(unit))
        found["told"] += told
    act.record(Deed("urge", None, {}, {"units": sorted(owing), "told": found["told"]}))
    return found


def _owing(act: Act) -> dict[int, list[int]]:
    """Unit → numbers of the tasks it has said nothing of this week."""
    rows = who_is_silent(act)
    if act.person.role in UNIT_PEOPLE:
        own = act.person.unit_id
        rows = [row for row in rows if own in row[1].task.units.get(Part.LEAD, []) and row[0] != own]
    else:
        require(act.person, "urge")
    by_unit: dict[int, list[int]] = {}
    for unit, found in rows:
        by_unit.setdefault(unit, []).append(found.task.number)
    return by_unit
