"""One finding of a running list while it is being read: what is its own, and what is one measure's."""

import re
from dataclasses import dataclass, field, replace

from bot.documents.plan_files.listing import Line
from bot.domain.numbering import last_number, numbered, value_of
from bot.domain.plan_fields import ROLE_FIELDS, Field
from bot.domain.plan_rows import Cell, Row

PER_MEASURE: frozenset[Field] = frozenset({"deadline", "person", *ROLE_FIELDS})
ONE_LINE: frozenset[Field] = frozenset({"number", "category", "deadline", "person", "contact", *ROLE_FIELDS})
_UNFINISHED = re.compile(r"[、，；,;：:和及]$")


@dataclass(slots=True)
class Finding:
    """One finding being read: its own cells, its measures' cells, and the labels met since the last measure."""

    category: str
    where: str
    number: str = ""
    cells: dict[Field, Cell] = field(default_factory=dict)
    measures: list[dict[Field, Cell]] = field(default_factory=list)
    measure_style: str = ""
    last_measure: int = 0
    after: dict[Field, Cell] = field(default_factory=dict)
    last: Field | None = None

    def seen(self) -> set[Field]:
        return {*self.cells, *self.after, *(found for measure in self.measures for found in measure)}

    def add(self, name: Field, text: str, where: str) -> None:
        """A labelled value; after a measure it is not yet known whose it is."""
        self.last = name
        if name == "measure":
            self.add_measure(text, where)
            return
        holder = self.after if self.measures and name in PER_MEASURE else self.cells
        holder[name] = _longer(holder.get(name), text, where)

    def add_measure(self, text: str, where: str) -> None:
        """A measure with its number, or the text that goes on with the last one."""
        style = numbered(text)[0]
        if not text:
            return
        if not self.measures or (style and (style == self.measure_style or not self.measure_style)):
            self._own_labels()
            self.measures.append({"measure": Cell(text, where)})
            self.measure_style = self.measure_style or style
            self.last_measure = last_number(text)
            return
        self.measures[-1]["measure"] = _longer(self.measures[-1]["measure"], text, where)

    def _own_labels(self) -> None:
        """Another measure follows: the labels since the last one were that one's own."""
        if self.measures:
            self.measures[-1].update(self.after)
            self.after = {}

    def go_on(self, text: str, where: str) -> None:
        """A line without label or number goes on with what came last."""
        if self.last == "measure":
            self.add_measure(text, where)
        elif self.last is not None:
            holder = self.after if self.last in self.after else self.cells
            holder[self.last] = _longer(holder.get(self.last), text, where)

    def unfinished(self) -> bool:
        """The last value ends in the middle of a list, or has not begun."""
        value = self.after.get(self.last or "other") or self.cells.get(self.last or "other")
        return value is None or not value.text or bool(_UNFINISHED.search(value.text))

    def continues(self, line: Line) -> bool:
        """Is this numbered line the next measure?"""
        if self.last == "measure" and not self.measures:
            return True
        return line.style == self.measure_style and value_of(line.number) == self.last_measure + 1

    def rows(self) -> list[Row]:
        """One row per measure; what belongs to the finding as a whole is repeated as merged from the first."""
        own = {name for measure in self.measures[:-1] for name in measure}
        for name, cell in self.after.items():
            (self.measures[-1] if name in own else self.cells).setdefault(name, cell)
        if self.number:
            self.cells.setdefault("number", Cell(str(value_of(self.number) or self.number), self.where))
        shared = {name: cell for name, cell in self.cells.items() if cell.text}
        rows = [Row(self.where, shared | (self.measures[0] if self.measures else {}), self.category)]
        covered = {name: replace(cell, merged=True) for name, cell in shared.items()}
        return rows + [Row(measure["measure"].where, covered | measure, self.category) for measure in self.measures[1:]]


def _longer(cell: Cell | None, text: str, where: str) -> Cell:
    if cell is None or not cell.text:
        return Cell(text, where if cell is None or text else cell.where)
    return Cell(f"{cell.text}\n{text}" if text else cell.text, cell.where)
