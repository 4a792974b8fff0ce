"""A file of any kind we know becomes sheets of rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from bot.documents.plan_files.docx_body import Block, read_document
from bot.documents.plan_files.forms import form_lines
from bot.documents.plan_files.grid import Grid, GridCell
from bot.documents.plan_files.headers import Header, find_headers
from bot.documents.plan_files.limits import Limits
from bot.documents.plan_files.paragraphs import read_paragraphs
from bot.documents.plan_files.repair import Repair
from bot.documents.plan_files.secrecy import refuse_marked
from bot.documents.plan_files.sniff import kind_of
from bot.documents.plan_files.tables import no_tick, read_grid, read_on, stray_lines
from bot.documents.plan_files.text_files import candidate_tables, decoded, read_lines
from bot.documents.plan_files.titles import strength
from bot.domain.plan_rows import Cell, Sheet
from bot.domain.refusal import Refusal

Progress = Callable[[int, int], None]
_EVERY = 250  # rows between two reports of progress


def read(data: bytes, name: str, limits: Limits, progress: Progress) -> list[Sheet]:
    """Every plan's table, at least one row among them. Refuses with the reasons plan_*, naming the place."""
    kind = kind_of(data, name, limits)
    if kind == "text":
        text = decoded(data, name)
        repair = Repair([text])
        sheets = _read_text(repair(text), name, limits, progress)
    elif kind == "docx":
        blocks, margins = read_document(data, name, limits)
        repair = Repair(cell.text for cell in (*_all_cells(blocks), *margins))
        blocks = [_mended(block, repair) for block in blocks]
        sheets = _read_docx(blocks, _mended_cells(margins, repair), name, limits, progress)
    else:
        # calamine is a binary of some megabytes: only workbooks pay for loading it.
        from bot.documents.plan_files.xlsx import read_workbook

        grids = list(read_workbook(data, name, kind, limits))
        repair = Repair(cell.text for grid in grids for row in (*grid.rows, grid.before) for cell in row)
        sheets = _read_grids([_mended_grid(grid, repair) for grid in grids], name, limits, progress)
    _refuse_long_texts(sheets, limits)
    if not any(sheet.rows for sheet in sheets):
        raise Refusal("plan_no_tasks", name=name, where=sheets[0].name or name)
    mended = repair.readings, repair.simplified
    return [replace(sheet, mended=mended) for sheet in _titled([sheet for sheet in sheets if sheet.rows], repair(name))]


def _mended(block: Block, repair: Repair) -> Block:
    return _mended_cells([block], repair)[0] if isinstance(block, GridCell) else _mended_grid(block, repair)


def _mended_grid(grid: Grid, repair: Repair) -> Grid:
    if repair.needed or repair.forms:
        grid.rows = [_mended_cells(row, repair) for row in grid.rows]
        grid.before = _mended_cells(grid.before, repair)
    return grid


def _mended_cells(cells: Iterable[GridCell], repair: Repair) -> list[GridCell]:
    return [replace(cell, text=repair(cell.text)) if cell.text else cell for cell in cells]


def _titled(sheets: list[Sheet], name: str) -> list[Sheet]:
    """A plan without a title of its own is called by its file's name where that says more than the sheet's."""
    first = sheets[0]
    stem = _stem(name)
    if not first.title and (first.name_says_nothing or strength(stem) > strength(first.name)):
        sheets = [replace(first, title=stem), *sheets[1:]]
    return sheets


def _refuse_long_texts(sheets: list[Sheet], limits: Limits) -> None:
    """What is read next is read by the bot itself: no single text may keep it busy."""
    whole = 0
    for cell in (cell for sheet in sheets for row in sheet.rows for cell in row.cells.values()):
        whole += 0 if cell.merged else len(cell.text)
        if len(cell.text) > limits.cell_chars or whole > limits.text_chars:
            raise Refusal("plan_text_too_long", where=cell.where, chars=len(cell.text), limit=limits.cell_chars)


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]


class _Counter:
    """Turns rows done into progress, not more often than is worth showing."""

    def __init__(self, of: int, progress: Progress) -> None:
        self._done, self._of, self._progress = 0, of, progress

    def __call__(self, rows: int) -> None:
        self._done += rows
        if self._done % _EVERY == 0:
            self._progress(min(self._done, self._of), self._of)

    def finish(self) -> None:
        self._progress(self._of, self._of)


def _read_grids(grids: list[Grid], name: str, limits: Limits, progress: Progress) -> list[Sheet]:
    _refuse_too_much(grids, limits)
    counter = _Counter(sum(len(grid.rows) for grid in grids), progress)
    sheets: list[Sheet] = []
    strays: list[GridCell] = []
    for grid in grids:
        found = read_grid(grid, counter)
        sheets += found
        # A cover or a page of remarks is no plan, but it may carry the day of issue.
        strays += [] if found or grid.hidden else stray_lines(grid)
    counter.finish()
    if not sheets:
        raise _no_header(name, (cell for grid in grids for row in grid.rows for cell in row))
    return [_with_lines(sheet, strays) for sheet in sheets]


def _with_lines(sheet: Sheet, lines: Iterable[GridCell]) -> Sheet:
    return replace(sheet, lines=(*sheet.lines, *(Cell(line.text, line.where) for line in lines)))


def _no_header(name: str, cells: Iterable[GridCell]) -> Refusal:
    first = next((cell for cell in cells if cell.own), None)
    if first is None:
        return Refusal("plan_empty", name=name)
    return Refusal("plan_no_header", name=name, where=first.where, text=first.text[:20])


def _read_docx(
    blocks: list[Block], margins: list[GridCell], name: str, limits: Limits, progress: Progress
) -> list[Sheet]:
    _refuse_too_much([block for block in blocks if isinstance(block, Grid)], limits)
    refuse_marked(margins)
    counter = _Counter(len(blocks), progress)
    sheets: list[Sheet] = []
    text: list[GridCell] = []
    above: tuple[Header, int] | None = None
    for block in blocks:
        counter(1)
        lines, tables = _read_block(block, text)
        text += lines
        if isinstance(block, GridCell) or lines:
            continue
        if tables:
            # Findings written out above a table are a plan of their own; other text belongs to the table.
            sheets += [*read_paragraphs(_stem(name), text), *tables]
            text = []
            above = find_headers(block)[-1], len(block.rows[0])
        elif above and not text and block.rows and len(block.rows[0]) == above[1]:
            sheets[-1] = read_on(sheets[-1], block, above[0])
    listed = read_paragraphs(_stem(name), text)
    refuse_marked(text)
    if not listed and sheets:
        sheets[-1] = _with_lines(sheets[-1], text)
    sheets += listed
    counter.finish()
    if not sheets:
        raise _no_header(name, _all_cells(blocks))
    return [_with_lines(sheet, margins) for sheet in sheets]


def _read_block(block: Block, text: list[GridCell]) -> tuple[list[GridCell], list[Sheet]]:
    """(lines to go on with, tables): a paragraph and a form are lines, a table with a header is a table."""
    if isinstance(block, GridCell):
        return [block], []
    if form := form_lines(block):
        return form, []
    block.before = [line for line in text if len(line.text) <= 120]
    return [], read_grid(block, no_tick)


def _all_cells(blocks: list[Block]) -> Iterator[GridCell]:
    for block in blocks:
        if isinstance(block, GridCell):
            yield block
        else:
            yield from (cell for row in block.rows for cell in row)


def _read_text(text: str, name: str, limits: Limits, progress: Progress) -> list[Sheet]:
    if len(text) > limits.text_chars:
        raise Refusal("plan_too_many_rows", where=name, rows=text.count("\n") + 1, limit=limits.rows)
    for grid in candidate_tables(text, name, limits):
        grid.name = _stem(name)
        try:
            return _read_grids([grid], name, limits, progress)
        except Refusal as refusal:
            if refusal.reason not in ("plan_no_header", "plan_empty"):
                raise
    lines = read_lines(text)
    if len(lines) > limits.rows:
        raise Refusal("plan_too_many_rows", where=name, rows=len(lines), limit=limits.rows)
    refuse_marked(lines)
    sheets = read_paragraphs(_stem(name), lines)
    if not sheets:
        raise _no_header(name, lines)
    progress(len(lines), len(lines))
    return sheets


def _refuse_too_much(grids: list[Grid], limits: Limits) -> None:
    cells = sum(len(grid.rows) * len(grid.rows[0]) for grid in grids if grid.rows)
    if cells > limits.cells:
        rows = sum(len(grid.rows) for grid in grids)
        raise Refusal("plan_too_many_rows", where=grids[0].name, rows=rows, limit=limits.rows)
