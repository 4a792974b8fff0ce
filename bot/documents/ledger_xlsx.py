"""The ledger as a workbook to print and to filter: a row a measure, a task's own cells merged over its measures."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from bot.words import say

# (column, width in characters, of the task and so merged over its measures)
COLUMNS: tuple[tuple[str, int, bool], ...] = (
    ("number", 6, True),
    ("plan", 16, True),
    ("source_number", 9, True),
    ("task", 18, True),
    ("problem", 34, True),
    ("objective", 26, True),
    ("state", 10, True),
    ("flags", 10, True),
    ("task_progress", 9, True),
    ("measure_number", 8, False),
    ("measure", 36, False),
    ("lead", 16, False),
    ("responsible", 18, False),
    ("cooperating", 16, False),
    ("supervising", 14, False),
    ("verifying", 14, False),
    ("deadline", 18, False),
    ("due", 12, False),
    ("internal_due", 12, False),
    ("progress", 9, False),
    ("last_at", 12, False),
    ("last_unit", 14, False),
    ("last_text", 36, False),
)
# What a column's values are, where they are no plain text or number.
WORDED = {"state": "state", "flags": "flag"}
LISTED = ("lead", "responsible", "cooperating", "supervising", "verifying")
DAYS = ("due", "internal_due", "last_at")
PERCENTS = ("task_progress", "progress")
LINE = 13.5  # points
HEAD = 2  # rows above the first task: title, headings
THIN = Side(style="thin", color="B8B8B8")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
WRAPPED = Alignment(wrap_text=True, vertical="center")
FONT = "宋体"


def write_ledger(locale: str, tasks: Iterable[Mapping[str, Any]], as_of: str) -> bytes:
    """The workbook's bytes.

    tasks: mappings with the values of the task's columns and `measures`, mappings with those of a measure; days are
    ISO text, percents whole numbers, labels and states lists of keys of their words. as_of: an ISO moment.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = say(locale, "ledger.sheet")
    sheet.append([unescape(say(locale, "ledger.title", as_of=as_of))])
    sheet.append([unescape(say(locale, f"ledger.{name}")) for name, _, _ in COLUMNS])
    for task in tasks:
        _task(sheet, locale, task)
    _dress(sheet)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _task(sheet: Any, locale: str, task: Mapping[str, Any]) -> None:
    measures = task["measures"] or [{}]
    first = sheet.max_row + 1
    last = first + len(measures) - 1
    for row, measure in enumerate(measures, first):
        for column, (name, _, of_task) in enumerate(COLUMNS, 1):
            if not of_task or row == first:
                _fill(sheet.cell(row, column), locale, name, (task if of_task else measure).get(name))
    for column, (_, _, of_task) in enumerate(COLUMNS, 1):
        if of_task and last > first:
            sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
    # No spreadsheet fits the height of merged cells by itself: a task's own text is shared out over its rows.
    own = -(-_lines(sheet, first, of_task=True) // len(measures))
    for row in range(first, last + 1):
        sheet.row_dimensions[row].height = LINE * max(own, _lines(sheet, row, of_task=False)) + 3


def _lines(sheet: Any, row: int, *, of_task: bool) -> int:
    """How many lines the longest of the row's cells takes, a Chinese character being two wide."""
    longest = 1
    for column, (_, width, its) in enumerate(COLUMNS, 1):
        text = sheet.cell(row, column).value
        if its == of_task and isinstance(text, str):
            wide = sum(1 + (east_asian_width(each) in "WF") for each in text)
            longest = max(longest, -(-wide // (width - 1)))
    return longest


def _fill(cell: Cell, locale: str, name: str, value: Any) -> None:
    if name in WORDED:
        separator = "、" if locale == "zh" else ", "
        value = separator.join(say(locale, f"{WORDED[name]}.{key}") for key in value or ())
    elif name in LISTED:
        value = "、".join(value or ())
    if name in DAYS and value:
        cell.value, cell.number_format = date.fromisoformat(value[:10]), "yyyy-mm-dd"
    elif name in PERCENTS and value is not None:
        cell.value, cell.number_format = value / 100, "0%"
    elif value:
        # Text stays text: "=1+1" in a report is no formula. Control characters no workbook can hold.
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value)) if not isinstance(value, int) else value
        if isinstance(cell.value, str):
            cell.data_type = "s"


def _dress(sheet: Any) -> None:
    """Headings stay in sight and on each printed page; landscape A3, as wide as one page."""
    for column, (_, width, _) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(COLUMNS))
    sheet.cell(1, 1).font = Font(name=FONT, size=16, bold=True)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    for cell in _cells(sheet, HEAD):
        cell.font = Font(name=FONT, size=10, bold=cell.row == HEAD)
        cell.alignment = WRAPPED
        cell.border = BORDER
        if cell.row == HEAD:
            cell.fill = PatternFill("solid", fgColor="E6EEEE")
    sheet.freeze_panes = sheet.cell(HEAD + 1, 5)
    sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(COLUMNS))}{max(sheet.max_row, HEAD)}"
    sheet.print_title_rows = f"1:{HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _cells(sheet: Any, first: int) -> Iterator[Any]:
    for row in sheet.iter_rows(min_row=first, max_col=len(COLUMNS)):
        yield from row
