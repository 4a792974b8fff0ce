"""汇总: a lead's report drafted from what the units under it said last, measure by measure."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ledger import Part
from bot.domain.people import UNIT_PEOPLE, Member
from bot.domain.periods import Office
from bot.domain.refusal import Refusal
from bot.domain.reporting import require_own
from bot.domain.slices import MeasureSlice, Said, TaskSlice
from bot.domain.standing import silent_units

LONGEST = 300  # characters of one unit's text in the draft; the whole stays with its own report


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit said last of a measure; `said` None: nothing yet. `silent`: nothing in this period."""

    unit_id: int
    said: Said | None
    silent: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    measure: MeasureSlice
    shares: tuple[Share, ...]

    @property
    def texts(self) -> list[tuple[int, Said]]:
        """Units that have said something in words, in the measure's order."""
        return [(share.unit_id, share.said) for share in self.shares if share.said is not None and share.said.text]


def gather(task: TaskSlice, person: Member, now: datetime, office: Office) -> list[Gathered]:
    """The measures other units work on under the person's lead, each with what they said last.

    Refusals: not_your_task, not_lead, task_closed, nothing_to_assemble (no other unit works on it).
    """
    require_own(task, person)
    if person.role not in UNIT_PEOPLE or person.unit_id not in task.units.get(Part.LEAD, []):
        raise Refusal("not_lead", task=task.number)
    if task.finished:
        raise Refusal("task_closed", task=task.number, state=str(task.state))
    silent = set(silent_units(task, now, office))
    found = []
    for measure in task.measures:
        units = [unit for unit in measure.workers if unit != person.unit_id]
        if units and person.unit_id in measure.reporters:
            shares = tuple(Share(unit, measure.said.get(unit), unit in silent) for unit in units)
            found.append(Gathered(measure, shares))
    if not found:
        raise Refusal("nothing_to_assemble", task=task.number)
    return found


def stamp(gathered: list[Gathered]) -> int:
    """Changes whenever one of the units has said something more."""
    return max((share.said.report_id for each in gathered for share in each.shares if share.said), default=0)
