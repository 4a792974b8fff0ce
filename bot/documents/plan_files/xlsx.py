"""Workbooks: values and merged regions by calamine, what calamine does not tell (formats, faults, margins) by us."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from bot.documents.plan_files.grid import Grid, GridCell, clean, column_letters, spread
from bot.documents.plan_files.limits import Limits
from bot.documents.plan_files.xlsx_details import Details, read_details, shown_date
from bot.domain.refusal import Refusal

Value = int | float | str | bool | date | datetime | time | timedelta


def read_workbook(data: bytes, name: str, kind: str, limits: Limits) -> Iterator[Grid]:
    """The visible and hidden sheets in order. Refuses with plan_corrupt, plan_encrypted, plan_too_many_rows."""
    try:
        book = calamine.load_workbook(io.BytesIO(data))
    except calamine.PasswordError as locked:
        raise Refusal("plan_encrypted", name=name) from locked
    except calamine.CalamineError as broken:
        raise Refusal("plan_corrupt", name=name) from broken
    details = read_details(data, name) if kind == "xlsx" else {}
    sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    for meta in sheets:
        try:
            sheet = book.get_sheet_by_name(meta.name)
        except calamine.CalamineError as broken:
            raise Refusal("plan_corrupt", name=name) from broken
        grid = _grid(sheet, details.get(meta.name), limits)
        grid.hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        yield grid


def _grid(sheet: calamine.CalamineSheet, details: Details | None, limits: Limits) -> Grid:
    end = sheet.end or (-1, -1)
    height, width = end[0] + 1, end[1] + 1
    if height > limits.rows or height * width > limits.cells:
        raise Refusal("plan_too_many_rows", where=sheet.name, rows=height, limit=limits.rows)
    known = details or Details()
    letters = [column_letters(column) for column in range(width)]
    rows = [
        [_cell(value, f"{letters[column]}{row}", sheet.name, known) for column, value in enumerate(values)]
        for row, values in enumerate(sheet.to_python(skip_empty_area=False) if height else [], start=1)
    ]
    spread(rows, [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []])
    margin = [GridCell(text, sheet.name) for text in (clean(line) for line in known.margins) if text]
    return Grid(sheet.name, rows, lambda row: f"{sheet.name}!{row + 1}", before=margin)


def _cell(value: Value, at: str, sheet: str, details: Details) -> GridCell:
    fault = details.faults.get(at, "")
    if value == "" and not fault:
        return _EMPTY
    text, doubt = _shown(value, details.formats.get(at), details.known)
    return GridCell(text, f"{sheet}!{at}", doubt=doubt, fault=fault)


_EMPTY = GridCell("", "")


def _shown(value: Value, code: str | None, formats_known: bool) -> tuple[str, str]:
    """The value as people see it in the cell, and what remains in doubt about it."""
    if isinstance(value, str):
        return clean(value), ""
    if isinstance(value, bool):
        return ("是" if value else "否"), ""
    if isinstance(value, datetime | date):
        if formats_known:
            return shown_date(value, code or ""), ""
        return shown_date(value, ""), ("first_of_month" if value.day == 1 else "")
    if isinstance(value, int | float):
        return _shown_number(float(value), code or "")
    return str(value), ""


def _shown_number(value: float, code: str) -> tuple[str, str]:
    if "%" in code:
        return f"{round(value * 100, 2):g}%", ""
    if value.is_integer():
        serial = 36526 <= value <= 73050  # 2000-01-01 … 2099-12-31 as spreadsheet days
        return str(int(value)), ("serial" if serial else "")
    text = f"{value:.2f}" if code == "0.00" else repr(round(value, 10))
    return text, ("trailing_zero" if code != "0.00" and 1990 <= value <= 2100 and text.endswith(".1") else "")
