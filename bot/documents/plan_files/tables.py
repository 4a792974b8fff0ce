"""A grid becomes sheets: which rows are titles and headers, and which table each row belongs to."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.documents.plan_files.grid import Grid, GridCell
from bot.documents.plan_files.headers import Header, find_headers
from bot.documents.plan_files.secrecy import refuse_marked
from bot.documents.plan_files.table_rows import TableRows
from bot.documents.plan_files.titles import is_note, strength, title_among
from bot.domain.plan_rows import Cell, Sheet

Tick = Callable[[int], None]


def no_tick(rows: int) -> None:
    """For who does not count."""


def read_grid(grid: Grid, tick: Tick = no_tick) -> list[Sheet]:
    """The tables of one grid, in order; none when it has no plan's header.

    Refuses with plan_secret, plan_cell_error, plan_cell_formula, each naming the cell.
    """
    headers = [] if grid.hidden else find_headers(grid)
    refuse_marked([GridCell(grid.name, grid.name), *grid.before])
    if not headers:
        refuse_marked(cell for row in grid.rows for cell in row if cell.own and len(cell.text) <= 40)
        return []
    sheets: list[Sheet] = []
    starts = [_first_title_row(grid, headers, order) for order in range(len(headers))]
    for order, header in enumerate(headers):
        end = starts[order + 1] if order + 1 < len(headers) else len(grid.rows)
        titles = [cell for row in grid.rows[starts[order] : header.top] for cell in row if cell.own]
        reader = TableRows(grid, header, titles + grid.before if order == 0 else titles)
        rows = tuple(reader.read(header.bottom + 1, end, tick))
        refuse_marked(reader.lines)
        title = title_among(titles) or (title_among(grid.before, certain=True) if order == 0 else "")
        sheets.append(Sheet(grid.name, title, rows, tuple(Cell(line.text, line.where) for line in reader.lines)))
    return _continued(sheets)


def read_on(sheet: Sheet, grid: Grid, above: Header) -> Sheet:
    """A table without a header that goes on with the columns of the one above it (Word breaks long tables so)."""
    reader = TableRows(grid, above, [])
    rows = tuple(reader.read(0, len(grid.rows), no_tick))
    refuse_marked(reader.lines)
    lines = tuple(Cell(line.text, line.where) for line in reader.lines)
    return replace(sheet, rows=sheet.rows + rows, lines=sheet.lines + lines)


def stray_lines(grid: Grid) -> list[GridCell]:
    """What a sheet without a plan says: a cover may carry the date of issue."""
    return [cell for row in grid.rows[:60] for cell in row if cell.own and len(cell.text) <= 80]


def _continued(sheets: list[Sheet]) -> list[Sheet]:
    """A header repeated without a title of its own goes on with the plan above it."""
    found: list[Sheet] = []
    for sheet in sheets:
        if found and not sheet.title:
            last = found.pop()
            sheet = replace(last, rows=last.rows + sheet.rows, lines=last.lines + sheet.lines)
        found.append(sheet)
    return found


def _first_title_row(grid: Grid, headers: Sequence[Header], order: int) -> int:
    """Where the lines above a header begin; above a later header only if one of them names another plan."""
    top = headers[order].top
    if order == 0:
        return 0
    first = top
    floor = headers[order - 1].bottom + 1
    while first > floor and _is_line(grid.rows[first - 1]):
        first -= 1
    lines = [cell for row in grid.rows[first:top] for cell in row if cell.own and not is_note(cell.text)]
    if not any(strength(line.text) for line in lines):
        return top
    while is_note(next((cell.text for cell in grid.rows[first] if cell.own), "")):
        first += 1
    return first


def _is_line(row: Sequence[GridCell]) -> bool:
    own = [cell for cell in row if cell.own]
    return not own or (len(own) == 1 and not any(cell.down for cell in row))
