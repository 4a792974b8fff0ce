"""The measures of one finding: several in a cell, several rows, their deadlines and units in cells of any extent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.deadlines import Reading
from bot.domain.drafting.reads import NOBODY, Reads, effective, joined
from bot.domain.drafting.shapes import MeasureDraft
from bot.domain.drafting.spoken import own_reading, spoken_deadline
from bot.domain.drafting.terms import Terms, terms_of
from bot.domain.numbering import items_of
from bot.domain.plan_fields import ROLE_FIELDS, Field
from bot.domain.plan_rows import Cell, Row
from bot.domain.unit_phrases import UnitsReading


@dataclass(slots=True)
class Part:
    """One measure on the way to its draft: its own terms, and the cells of its row that hold for it."""

    terms: Terms
    where: str
    deadline: Cell | None
    units: dict[Field, Cell]
    own_units: UnitsReading | None = None
    reading: Reading | None = None
    asked: Reading | None = None  # how the phrase reads by itself, where it must be asked
    answer: str | None = None
    phrase: str = ""
    shared: bool = False  # the deadline's cell holds for several measures at once
    asked_at: str = ""
    doubt: str = ""  # what the cell itself leaves open, see bot.domain.plan_rows.Cell


def parts_of(rows: Sequence[Row], own_text: Cell, reads: Reads) -> list[Part]:
    """The measures of a finding's rows in order; a finding without any gets one with its own words."""
    found: list[Part] = []
    deadline: Cell | None = None
    units: dict[Field, Cell] = {}
    has_measures = any("measure" in row.cells for row in rows)
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        cells = row.cells
        # Within one finding a blank cell says the same as the one above; of the unit columns all or none.
        deadline = cells.get("deadline", deadline)
        units = {name: cells[name] for name in ROLE_FIELDS if name in cells} or units
        text = cells.get("measure") if has_measures else own_text
        if text is None:
            continue
        extent = tuple(f"{cell.where}\n{cell.text}" for cell in (text, deadline, *units.values()) if cell is not None)
        if extent in seen or (not has_measures and seen and not _fresh(row)):
            continue
        seen.add(extent)
        items = _items(text.text, reads) if has_measures else [text.text]
        block = _shares(units, len(items), reads)
        found += [
            Part(terms_of(item, reads), text.where, deadline, units, own)
            for item, own in zip(items, block, strict=True)
        ]
    _read_deadlines(found, reads)
    for part in found:
        _take_answer(part, rows[0].where, reads)
    return found


def _fresh(row: Row) -> bool:
    return any(name in row.cells and not row.cells[name].merged for name in ("deadline", *ROLE_FIELDS))


def _items(text: str, reads: Reads) -> list[str]:
    items = items_of(text)
    lines = text.split("\n")
    if len(items) == 1 and len(lines) > 1:
        # Unnumbered lines are measures of their own when each says who or when.
        terms = [terms_of(line, reads) for line in lines]
        if all(term.units or term.deadline for term in terms):
            return lines
    return items


def _shares(units: dict[Field, Cell], count: int, reads: Reads) -> list[UnitsReading | None]:
    """（1）市水务局；（2）市农业农村委 beside two measures: each has its own; None where the cell holds for all."""
    if count < 2:
        return [None] * count
    listed = {name: items_of(cell.text) for name, cell in units.items()}
    if not any(len(items) == count for items in listed.values()):
        return [None] * count
    shares: list[UnitsReading | None] = []
    for at in range(count):
        found = NOBODY
        for name, items in listed.items():
            found = joined(
                found, reads.units(items[at] if len(items) == count else units[name].text, name, units[name].where)
            )
        shares.append(found)
    return shares


def _read_deadlines(parts: list[Part], reads: Reads) -> None:
    for group in _sharing_a_cell(parts):
        cell = group[0].deadline
        if cell is None:
            continue
        items = items_of(cell.text)
        shared = reads.deadlines_of_measures(cell.text, len(group)) if len(group) > 1 else None
        for at, part in enumerate(group):
            part.asked_at = cell.where
            if shared is not None:
                part.phrase, part.reading = cell.text, shared[at]
            elif len(group) > 1 and len(items) == len(group):
                part.phrase, part.reading = items[at], reads.deadline(items[at])
            else:
                part.phrase, part.reading, part.doubt = cell.text, reads.deadline_cell(cell), cell.doubt
                part.shared = len(group) > 1
    for part in parts:
        if part.terms.deadline:
            part.phrase, part.reading = part.terms.deadline, reads.deadline(part.terms.deadline)
            part.asked_at, part.doubt = part.where, ""
        elif part.reading is None or part.shared:
            _take_spoken(part, reads)


def _take_spoken(part: Part, reads: Reads) -> None:
    """A day in the measure's own sentence, where no cell speaks of this measure alone."""
    spoken = spoken_deadline(part.terms.text)
    own = own_reading(spoken, part.phrase, part.reading, reads) if spoken else None
    if own is not None:
        part.phrase, part.reading = own
        part.asked_at, part.doubt = part.where, ""
    elif part.reading is None:
        part.reading = reads.deadline("")


def _take_answer(part: Part, where: str, reads: Reads) -> None:
    """What a person said to the question of a deadline is read in its place; the plan's own words stay."""
    assert part.reading is not None
    if part.reading.kind != "ask":
        return
    part.asked = part.reading
    choices = [day.isoformat() for day in part.reading.choices]
    note = f"cell_{part.doubt}" if part.doubt else part.reading.note
    part.answer = reads.answer(note, part.phrase, choices, part.asked_at or where)
    if part.answer is not None:
        part.reading = reads.deadline(part.answer)


def _sharing_a_cell(parts: list[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in parts:
        if group and _place(part.deadline) != _place(group[0].deadline):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _place(cell: Cell | None) -> tuple[str, str]:
    return (cell.where, cell.text) if cell else ("", "")


def units_of_part(part: Part, whole: UnitsReading, reads: Reads) -> UnitsReading:
    """The measure's own bracket wins over its row, its row over the finding as a whole."""
    row = part.own_units or reads.block(part.units)
    around = effective(row, whole) if row != NOBODY else whole
    return effective(reads.units(part.terms.units, where=part.where), around) if part.terms.units else around


def drafted(part: Part, units: UnitsReading) -> MeasureDraft:
    assert part.reading is not None
    return MeasureDraft(part.terms.text, part.phrase, part.reading, units, part.where)
