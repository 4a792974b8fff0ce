"""Signals for the verifier: what deserves a second look before accepting. Never a verdict, never shown as one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any

from bot.domain.periods import Office
from bot.domain.photos import Shot, old

SHORTEST = 4  # characters: "完成" said twice is no copy


@dataclass(frozen=True, slots=True)
class Told:
    """A report as the signals look at it: `place` is the measure (12.2), `due` its last day, None for upkeep."""

    place: str
    unit_id: int
    at: datetime
    percent: int | None
    text: str
    unchanged: bool
    due: date | None


@dataclass(frozen=True, slots=True)
class Signal:
    """`kind` keys its words in [signal]."""

    kind: str
    place: str = ""
    unit_id: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


def signals(reports: Iterable[Told], reused: Sequence[int], office: Office, shots: Sequence[Shot] = ()) -> list[Signal]:
    """What stands out in a cycle's reports (in order of time) and pictures; `reused`: numbers of other tasks with the
    same file."""
    found = [Signal("same_file", facts={"tasks": sorted(set(reused))})] if reused else []
    found += _of_pictures(shots, office.policy.photos.old_days)
    ordered = sorted(reports, key=lambda told: (told.place, told.unit_id, told.at))
    for (place, unit_id), rows in groupby(ordered, key=lambda told: (told.place, told.unit_id)):
        found += [Signal(kind, place, unit_id, facts) for kind, facts in _of_one(list(rows), office)]
    return found


def _of_pictures(shots: Sequence[Shot], old_days: int) -> list[Signal]:
    """Pictures that look like earlier ones, and pictures taken long before they were sent."""
    found = []
    for shot in shots:
        if shot.near_task is not None and shot.near_on is not None:
            near = {"file": shot.place, "task": shot.near_task, "day": shot.near_on.isoformat()}
            found.append(Signal("near_file", facts=near))
        if shot.taken_on is not None and (days := old(shot, old_days)):
            facts = {"file": shot.place, "day": shot.taken_on.isoformat(), "days": days}
            found.append(Signal("old_photo", facts=facts))
    return found


def _of_one(rows: list[Told], office: Office) -> list[tuple[str, dict[str, Any]]]:
    """The signals of one unit's reports on one measure."""
    found: list[tuple[str, dict[str, Any]]] = []
    figures = [0, *(row.percent for row in rows if row.percent is not None)]
    if any(before == 0 and after == 100 for before, after in pairwise(figures)):
        found.append(("jump", {}))
    if any(_copied(before, after) for before, after in pairwise(rows)):
        found.append(("copied", {}))
    frozen = _longest_standstill(rows, office)
    if frozen >= office.policy.frozen_periods:
        found.append(("frozen", {"periods": frozen}))
    if rows[0].due is not None and all(_on_deadline(row, office) for row in rows):
        found.append(("deadline_day", {}))
    return found


def _copied(before: Told, after: Told) -> bool:
    plain = after.text.strip()
    return len(plain) >= SHORTEST and plain == before.text.strip() and not after.unchanged


def _longest_standstill(rows: Sequence[Told], office: Office) -> int:
    """Reporting weeks in a row in which a report was made and the figure, below 100, was the one before."""
    longest, weeks = 0, set[str]()
    last: int | None = None
    for row in rows:
        if row.percent is None or row.percent == 100 or row.percent != last:
            weeks = set()
        if row.percent is not None:
            last = row.percent
            weeks.add(office.week(row.at).key)
        longest = max(longest, len(weeks))
    return longest


def _on_deadline(row: Told, office: Office) -> bool:
    """Reported on its last day, or on the last working day before it."""
    return row.due is not None and office.today(row.at) in (row.due, office.calendar.last_working(row.due))
