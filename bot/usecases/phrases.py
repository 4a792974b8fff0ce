"""Reading official phrases for people and for the command line (`/when`, read-deadline, read-units)."""

from datetime import date
from typing import Any

from bot.domain.deadlines import Reading, read_deadline
from bot.domain.registry import Registry
from bot.domain.unit_phrases import read_units
from bot.domain.workdays import Workdays

PARTS = ("lead", "responsible", "cooperating", "supervising", "verifying", "ask")


def deadline(text: str, base: date, calendar: Workdays) -> dict[str, Any]:
    """The JSON of `duban read-deadline` (design.md §2); `note` is a key of [deadline_note]."""
    return reading_json(read_deadline(text, base, calendar))


def reading_json(reading: Reading) -> dict[str, Any]:
    return {
        "kind": reading.kind,
        "due": reading.due.isoformat() if reading.due else None,
        "stages": [day.isoformat() for day in reading.stages],
        "quantities": list(reading.quantities),
        "ongoing": reading.ongoing,
        "soft": reading.soft,
        "choices": [day.isoformat() for day in reading.choices],
        "note": reading.note,
        "fragment": reading.fragment,
    }


def units(text: str, registry: Registry) -> dict[str, list[str]]:
    """The JSON of `duban read-units` (design.md §2)."""
    reading = read_units(text, registry)
    return {part: list(getattr(reading, part)) for part in PARTS}
