"""The rows below a header: sections, notes and totals are told from the tasks."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.documents.plan_files.grid import Grid, GridCell
from bot.documents.plan_files.headers import Header
from bot.documents.plan_files.secrecy import refuse_graded
from bot.documents.plan_files.titles import SECTION, is_date_line, is_note, is_section, is_total, plain, section_name
from bot.domain.numbering import numbered
from bot.domain.plan_fields import ROLE_FIELDS, Field
from bot.domain.plan_rows import Cell, Row
from bot.domain.refusal import Refusal

_CATEGORY = re.compile(r"(?:方面|领域|类|要素|部分)$")


class TableRows:
    """Reads the rows below one header, remembering the section it is in and the lines that are no rows."""

    def __init__(self, grid: Grid, header: Header, lines: Sequence[GridCell]) -> None:
        self._grid = grid
        self._columns = header.columns
        self._known = [column for column, found in header.columns.items() if found != "other"]
        self._section = ""
        # Without a column of problems the headings between the rows are the problems.
        self._headed = not {"problem", "task", "title"} & header.fields
        self._problem: Cell | None = None
        self.lines = list(lines)

    def read(self, start: int, end: int, tick: Callable[[int], None]) -> Iterator[Row]:
        for at in range(start, end):
            tick(1)
            cells = self._grid.rows[at]
            own = [(column, cell) for column, cell in enumerate(cells) if cell.own]
            if own and not self._aside(own, cells):
                yield Row(self._grid.where(at), self._fields(cells), self._section)

    def _aside(self, own: list[tuple[int, GridCell]], cells: Sequence[GridCell]) -> bool:
        """True for a row that is no task: a total, a note, a section's heading, a bare number."""
        column, first = own[0]
        if is_total(first.text):
            return True
        if is_note(first.text) and self._columns.get(column) in ("number", "category", "problem", "task", "other"):
            self.lines += [cell for _, cell in own]
            return True
        if len(own) == 1:
            return self._single(column, first, cells)
        if len(own) == 2 and self._columns.get(column) == "number" and SECTION.match(f"{first.text.rstrip('、.')}、"):
            heading = own[1][1]
            if len(heading.text) <= 40 and "。" not in heading.text:
                self._open_section(f"{first.text}、{heading.text}", heading.where)
                return True
        return False

    def _open_section(self, text: str, where: str) -> None:
        name = section_name(text)
        if self._headed and not _CATEGORY.search(name):
            self._problem = Cell(text, where)
        else:
            self._section, self._problem = name, None

    def _single(self, column: int, cell: GridCell, cells: Sequence[GridCell]) -> bool:
        field = self._columns.get(column, "other")
        spanning = cell.width >= max(2, 0.6 * len(self._known))
        if any(covered.down for covered in cells) and not spanning:
            return False
        if is_date_line(cell.text) or (spanning and len(cell.text) > 60 and not self._headed):
            self.lines.append(cell)
            return True
        heading = is_section(cell.text) and field not in ("deadline", "remark", "progress", *ROLE_FIELDS)
        if spanning or heading or (field in ("number", "category") and not plain(cell.text).strip(".-、()").isdigit()):
            self._open_section(cell.text, cell.where)
            return True
        if field == "number":
            return True  # a line of the form prepared and never filled in
        if field == "other":
            self.lines.append(cell)
            return True
        return False

    def _fields(self, cells: Sequence[GridCell]) -> Mapping[Field, Cell]:
        found: dict[Field, Cell] = {}
        for column, field in self._columns.items():
            cell = cells[column]
            if field == "other" or cell.right or not (cell.text or cell.fault):
                continue
            if cell.fault:
                reason = "plan_cell_formula" if cell.fault == "=" else "plan_cell_error"
                raise Refusal(reason, where=cell.where, value=cell.fault)
            if field == "secrecy":
                refuse_graded(cell)
                continue
            found[field] = _together(found.get(field), cell)
        return self._below_heading(found) if self._problem else found

    def _below_heading(self, found: dict[Field, Cell]) -> dict[Field, Cell]:
        """The heading's number and words are the finding's; the rows' own numbers count its measures."""
        assert self._problem is not None
        _, number, rest = numbered(self._problem.text)
        own: dict[Field, Cell] = {name: cell for name, cell in found.items() if name != "number"}
        heading: dict[Field, Cell] = {"problem": replace(self._problem, text=rest)}
        if number:
            heading["number"] = replace(self._problem, text=number)
        self._problem = replace(self._problem, merged=True)
        return {**heading, **own}


def _together(before: Cell | None, cell: GridCell) -> Cell:
    """Two columns of one field (市级责任单位, 区级责任单位) are read as one cell."""
    if before is None:
        return Cell(cell.text, cell.where, cell.down, cell.doubt)
    return Cell(f"{before.text}；{cell.text}", before.where, before.merged and cell.down, before.doubt or cell.doubt)
