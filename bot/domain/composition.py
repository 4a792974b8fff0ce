"""看构成: the tasks behind a number of a bulletin or list, and the parts whose sum proves it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.digest import TOTALS, Digest, bucket, due_by, in_time, members_of
from bot.domain.periods import Office
from bot.domain.standing import BEHIND, ON_SCHEDULE, OVERDUE, Standing

# Numbers besides the totals: the denominator of the punctuality rate, its numerator, the rest; who did not report.
DUE, IN_TIME, NOT_IN_TIME, UNREPORTED = "due", "in_time", "not_in_time", "unreported"
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
WITHIN = re.compile(r"in(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Parts:
    """`of` = the sum of what `names` and `units` (by id) count; both empty where the totals' own sums prove it."""

    of: int
    names: dict[str, int]
    units: dict[int, int]


def stamp(moment: datetime) -> int:
    """A moment as a button carries it, in microseconds: a report of the same second is on one side of it."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(stamped: int) -> datetime:
    return EPOCH + stamped * MICROSECOND


def within(days: int) -> str:
    """The name of the number 'open tasks due in so many days'."""
    return f"in{days}"


def tasks_behind(name: str, found: Digest, office: Office) -> list[Standing]:
    """Raises ValueError for a number no bulletin prints."""
    if name in TOTALS:
        return members_of(name, found.standings)
    if name == UNREPORTED:
        return list({row.task.id: row for _, row in found.unreported}.values())
    if days := WITHIN.fullmatch(name):
        return _due_in(int(days[1]), found)
    due = [row for row in found.standings if due_by(row.task, found.as_of, office)]
    if name == DUE:
        return due
    if name in (IN_TIME, NOT_IN_TIME):
        return [row for row in due if in_time(row.task, office) is (name == IN_TIME)]
    raise ValueError(name)


def _due_in(days: int, found: Digest) -> list[Standing]:
    """As the bulletin's outlook, for any number of days: the nearest first."""
    rows = [row for row in found.standings if not row.task.finished and row.days_left is not None]
    chosen = [row for row in rows if 0 <= (row.days_left or 0) <= days]
    return sorted(chosen, key=lambda row: (row.days_left or 0, row.task.number))


def parts(name: str, rows: Sequence[Standing], found: Digest, office: Office) -> Parts:
    """What the number is the sum of."""
    if name in (DUE, IN_TIME, NOT_IN_TIME):
        due = tasks_behind(DUE, found, office)
        timely = sum(in_time(row.task, office) for row in due)
        return Parts(len(due), {IN_TIME: timely, NOT_IN_TIME: len(due) - timely}, {})
    if name == UNREPORTED:
        # A shared task is owed by each of its units: pairs are counted, as the bulletin counts them.
        units = Counter(unit for unit, _ in found.unreported)
        return Parts(len(found.unreported), {}, dict(units))
    if name not in TOTALS:
        counted = Counter(bucket(row) for row in rows)
        kinds = [kind for kind in (ON_SCHEDULE, BEHIND, OVERDUE, "kept_up") if counted[kind]]
        return Parts(len(rows), {kind: counted[kind] for kind in kinds}, {})
    return Parts(len(rows), {}, {})


def moves(name: str, now: Digest, before: Digest) -> tuple[list[int], list[int]]:
    """Tasks (numbers) that came under a total since the week before, and those that left it."""
    here = {row.task.number for row in members_of(name, now.standings)}
    there = {row.task.number for row in members_of(name, before.standings)}
    return sorted(here - there), sorted(there - here)
