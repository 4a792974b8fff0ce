"""The bulletin's tables by lead (条) and by district (块): each unit's figures, ranked among its own kind."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.briefs import Verdict
from bot.domain.digest import Digest, UnitLine, lines_of, ranked, sorts
from bot.domain.ledger import Part
from bot.domain.periods import Office
from bot.domain.standing import Standing


def by_lead(standings: Sequence[Standing], as_of: datetime, office: Office) -> list[UnitLine]:
    """A line for each unit that leads a task, of the tasks it leads; a task with two leads counts once for each."""
    led = [Verdict.of(row)._replace(units=tuple(row.task.units.get(Part.LEAD, ()))) for row in standings]
    silent = Counter(unit for found in led for unit in found.silent if unit in (found.units or ()))
    return ranked(lines_of(sorts(led, as_of, office), silent), office.policy.scores.fewest_due)


def among(found: Digest, units: Collection[int], office: Office) -> list[UnitLine]:
    """The digest's own lines of these units, ranked among themselves."""
    return ranked([replace(line) for line in found.units if line.unit_id in units], office.policy.scores.fewest_due)
