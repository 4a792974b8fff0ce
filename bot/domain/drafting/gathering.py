"""Which rows are one finding: its number and problem say so, standing once, merged, blank, repeated or as 同上."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.domain.numbering import numbered, value_of
from bot.domain.plan_fields import Field
from bot.domain.plan_rows import Cell, Row, Sheet

_DITTO = re.compile(r"(?:内容)?同(?:上|前)(?:行|述|一?项|格)?[。.]?|[〃″＂\"”“’'`´〞々]{1,2}|-?[〃″\"]-?")
_NUMBER_ENDS = re.compile(r"^(?:NO\.?|第|序号)|[、.．:：)）项号条]+$|^[(（]", re.IGNORECASE)
_SUB_NUMBER = re.compile(r"(\d+)[-－—–.．](\d+)")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of one finding, 同上 resolved. `number` is as a number where it can be ("一、" → "1")."""

    plan: int
    number: str
    number_cell: Cell | None
    numbers_given: bool  # the table numbers its findings, so one without is a question
    rows: tuple[Row, ...]


def gather(sheet: Sheet, plan: int) -> Iterator[Gathered]:
    """The findings of a sheet in order."""
    rows = list(_without_dittos(sheet.rows))
    has_numbers = any("number" in row.cells for row in rows)
    group: list[Row] = []
    for row in rows:
        if group and not _goes_on(group, row):
            yield _gathered(group, plan, has_numbers)
            group = []
        group.append(row)
    if group:
        yield _gathered(group, plan, has_numbers)


def plain_number(text: str) -> str:
    """ "1."、"（一）"、"第1项"、"０１" → "1"; anything else without white space."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    bare = _NUMBER_ENDS.sub("", _NUMBER_ENDS.sub("", plain))
    value = value_of(bare) if bare else 0
    return str(value) if value else plain


def _without_dittos(rows: Iterable[Row]) -> Iterator[Row]:
    above: dict[Field, Cell] = {}
    for row in rows:
        cells = dict(row.cells)
        for name, cell in row.cells.items():
            if _DITTO.fullmatch(cell.text.strip()) and name in above:
                cells[name] = Cell(above[name].text, cell.where, merged=name in ("number", "problem", "task"))
        above |= cells
        yield replace(row, cells=cells)


def _goes_on(group: list[Row], row: Row) -> bool:
    """Does this row still belong to the finding whose rows have been gathered so far?"""
    number, problem = row.cells.get("number"), _problem_cell(row)
    first = _first(group, "number")
    same_problem = problem is None or problem.merged or problem.text in {cell.text for cell in _problems(group)}
    if number is None:
        return same_problem and not (problem is not None and problem.merged and not _merged_from(group, problem))
    if number.merged:
        return True
    if first is None:
        return False
    own, before = plain_number(number.text), plain_number(first.text)
    if own == before:
        return same_problem
    return same_problem and bool(_base(own)) and _base(own) in (before, _base(before))


def _merged_from(group: list[Row], problem: Cell) -> bool:
    """A problem merged over several numbers: the row belongs here only if the merged cell began here."""
    return any(cell.where == problem.where or cell.text == problem.text for cell in _problems(group))


def _base(number: str) -> str:
    """ "3-1" and "3.1" number the measures of task 3."""
    found = _SUB_NUMBER.fullmatch(number)
    return found.group(1) if found else ""


def _problem_cell(row: Row) -> Cell | None:
    return next((row.cells[name] for name in ("problem", "task", "title") if name in row.cells), None)


def _problems(group: list[Row]) -> list[Cell]:
    return [cell for row in group if (cell := _problem_cell(row)) is not None]


def _first(group: list[Row], name: Field) -> Cell | None:
    return next((row.cells[name] for row in group if name in row.cells), None)


def _gathered(group: list[Row], plan: int, has_numbers: bool) -> Gathered:
    cell = _first(group, "number")
    number = plain_number(cell.text) if cell else ""
    own = {plain_number(row.cells["number"].text) for row in group if "number" in row.cells}
    if len(own) > 1 and _base(number):
        number = _base(number)
    if cell is None and not has_numbers:
        group, number = _number_out_of_problem(group)
    return Gathered(plan, number, cell, has_numbers, tuple(group))


def _number_out_of_problem(group: list[Row]) -> tuple[list[Row], str]:
    """Without a column of numbers the problem itself may be numbered: "1. 独流减河…"."""
    for name in ("problem", "task"):
        cell = group[0].cells.get(name)
        style, number, rest = numbered(cell.text) if cell else ("", "", "")
        if cell and style and rest:
            bare = replace(cell, text=rest)
            covered = [
                replace(
                    row, cells={**row.cells, name: bare} if row.cells.get(name, cell).text == cell.text else row.cells
                )
                for row in group
            ]
            return covered, str(value_of(number))
    return group, ""
