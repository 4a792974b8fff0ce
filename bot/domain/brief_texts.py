"""The short texts that briefs are stored as (store/brief_rows.py), each read once however many tasks share it.

Officials write the same dates, units and figures again and again: among 100,000 tasks there are a few thousand texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from bot.domain.ledger import WORKING, Part
from bot.domain.slices import MeasureSlice, Said, Stage

PARTS = {str(part)[0]: part for part in Part}
REMEMBERED = 1 << 16
# When a report came, in a text of what was said: in the period that is asked about, or after the moment asked about.
WITHIN, LATER = "1", "2"
MOMENTS = 2  # that briefs are loaded for at most
SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Dates:
    """A measure's stages (official date, internal date, percent due if stated), and the last official date."""

    stages: tuple[tuple[date, date | None, int | None], ...]
    due: date | None

    def as_stages(self, ids: str | None = None) -> list[Stage]:
        numbers = [int(each) for each in ids.split()] if ids else [0] * len(self.stages)
        return [
            Stage(number, due, internal, due, quantity)
            for number, (due, internal, quantity) in zip(numbers, self.stages, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Units:
    """Who has which part, in order, and who of them has not signed for it.

    `places`: the units in the order of the text, so that what was said at a place is said by that unit. `reporters`:
    lead and responsible, each once. `everybody`: each unit once.
    """

    by_part: dict[str, list[int]]
    places: tuple[int, ...]
    reporters: tuple[int, ...]
    everybody: tuple[int, ...]
    unsigned: frozenset[int]


@dataclass(frozen=True, slots=True)
class Words:
    """What the units of a measure said last: the measure's progress, and at which places of the text …

    `working` somebody does the work, `owed` and is not at 100 % while the measure is not either, `spoken` ever
    reported, `fresh` in the period, `late` after the moment; `quiet` somebody owes and is not fresh, `quiet_upkeep` the
    same if the measure is upkeep. `undecided`: of several figures for the whole the latest is not known here.
    """

    progress: int
    working: tuple[int, ...]
    owed: tuple[int, ...]
    spoken: tuple[int, ...]
    fresh: tuple[int, ...]
    late: tuple[int, ...]
    quiet: tuple[int, ...]
    quiet_upkeep: tuple[int, ...]
    undecided: bool


@lru_cache(REMEMBERED)
def dates(text: str | None) -> Dates:
    """`2022-06-17,2022-06-15,60 2022-12-31,,`: due, internal date, percent of each stage."""
    stages = []
    for each in (text or "").split():
        due, internal, quantity = each.split(",")
        inside = date.fromisoformat(internal) if internal else None
        stages.append((date.fromisoformat(due), inside, int(quantity) if quantity else None))
    return Dates(tuple(stages), max((stage[0] for stage in stages), default=None))


@lru_cache(REMEMBERED)
def units(text: str | None) -> Units:
    """`12l 5r-`: unit and first letter of its part; `-` where nobody signed for it."""
    by_part: dict[str, list[int]] = {}
    places: list[int] = []
    signed: set[int] = set()
    for each in (text or "").split():
        word = each.removesuffix("-")
        unit = int(word[:-1])
        by_part.setdefault(PARTS[word[-1]], []).append(unit)
        places.append(unit)
        if word == each:
            signed.add(unit)
    reporters = dict.fromkeys(unit for part in WORKING for unit in by_part.get(part, []))
    return Units(by_part, tuple(places), tuple(reporters), tuple(dict.fromkeys(places)), frozenset(places) - signed)


@lru_cache(REMEMBERED)
def words(text: str | None) -> tuple[Words, ...]:
    """`l/ r60,0,1/55,0,0`: of each unit the first letter of its part, and for each moment its last word by then:
    percent, whether of the whole, and when; nothing if it was silent. → for each moment what was said."""
    listed = (text or "").split()
    moments = listed[0].count("/") + 1 if listed else MOMENTS
    said = [each[1:].split("/") for each in listed]
    return tuple(_words([each[0] for each in listed], [each[n] for each in said]) for n in range(moments))


def _words(parts: Sequence[str], texts: Sequence[str]) -> Words:
    said: dict[int, Said] = {}
    when: dict[int, str] = {}
    for place, each in enumerate(texts):
        if each:
            percent, whole, when[place] = each.split(",")
            said[place] = Said(place, int(percent) if percent else None, whole == "1", SOME_TIME)
    by_part: dict[str, list[int]] = {part: [n for n, p in enumerate(parts) if p == part[0]] for part in WORKING}
    # Each place a unit of its own: then the rule that works out a measure's progress holds as it stands.
    measure = MeasureSlice(0, 1, "", "", "", False, by_part, [], said)
    progress = measure.progress
    undone = tuple(n for n in measure.workers if n not in said or said[n].percent != 100)
    owed = undone if progress < 100 else ()
    fresh = tuple(n for n in said if when[n] == WITHIN)
    return Words(
        progress,
        tuple(measure.workers),
        owed,
        tuple(said),
        fresh,
        tuple(n for n in said if when[n] == LATER),
        tuple(n for n in owed if n not in fresh),
        tuple(n for n in measure.workers if n not in fresh),
        sum(each.whole and each.percent is not None for each in said.values()) > 1,
    )
