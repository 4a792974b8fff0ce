"""The plan as a workbook: one sheet per plan, A4 landscape, merged cells, repeated header, page numbers."""

from dataclasses import dataclass
from io import BytesIO

from content import Content, Plan
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

# Column widths in Excel's characters, in the order of the headers.
WIDTHS = [5, 8.5, 9, 25, 23, 34, 9, 10, 9, 9, 9, 12.5, 6.5, 5.5]
NARROW = {
    "序号",
    "类别",
    "简称",
    "牵头单位",
    "责任单位",
    "配合单位",
    "督导单位",
    "验收单位",
    "整改时限",
    "责任人",
    "备注",
}
SIZE, LINE = 9, 13.0  # points
# Printed at this percentage; not "fit to width", with which Excel ignores the breaks between tasks.
SCALE, PAPER_HEIGHT, EDGE, HEADER_HEIGHT = 79, 595, 28, 24  # points
RED, INK = "C00000", "000000"
_THIN = Side(style="thin", color="404040")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def workbook(content: Content) -> BytesIO:
    book = Workbook()
    book.remove(book.worksheets[0])
    # Column widths count digits of this font; it has a twin of the same width on every system.
    book._named_styles["Normal"].font = Font("Arial", size=10)  # type: ignore[attr-defined]
    for plan in content.plans:
        _Sheet(book.create_sheet(plan.sheet), content, plan).write()
    book.properties.creator = content.organ
    book.properties.title = content.plans[0].title
    packed = BytesIO()
    book.save(packed)
    return packed


@dataclass
class _Sheet:
    sheet: Worksheet
    content: Content
    plan: Plan
    row: int = 0
    used: float = 0.0  # points of the page, as printed rows go

    def write(self) -> None:
        self._banner(self.plan.title, Font("方正小标宋简体", size=18, color=RED), 34)
        self._banner(self.content.issue_line, Font("仿宋_GB2312", size=10, color=INK), 20)
        for column in range(1, len(WIDTHS) + 1):
            self.sheet.cell(self.row, column).border = Border(bottom=Side(style="medium", color=RED))
        if self.plan.intro:
            self._note(self.plan.intro)
        self._header()
        for rows in self.plan.blocks(self.content.headers):
            self._block(rows)
        self._note(self.plan.footnote)
        self._page()

    def _banner(self, text: str, font: Font, height: float) -> None:
        cell = self._across(text, font, "center")
        self._height(cell.row, height)

    def _note(self, text: str) -> None:
        cell = self._across(text, Font("仿宋_GB2312", size=10, color=INK), "left")
        self._height(cell.row, 8 + 14.5 * lines(text, sum(WIDTHS), 10))

    def _height(self, row: int, height: float) -> None:
        self.sheet.row_dimensions[row].height = round(height, 2)
        self.used += height

    def _across(self, text: str, font: Font, horizontal: str) -> Cell:
        self.row += 1
        self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=len(WIDTHS))
        cell = self.sheet.cell(self.row, 1, text)
        cell.font = font
        cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
        return cell

    def _header(self) -> None:
        self.row += 1
        self._height(self.row, HEADER_HEIGHT)
        for column, header in enumerate(self.content.headers, start=1):
            cell = self.sheet.cell(self.row, column, header)
            cell.font = Font("黑体", size=SIZE + 1)
            cell.fill = PatternFill("solid", fgColor="F2F2F2")
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border = _BOX
            self.sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[column - 1]
        self.sheet.print_title_rows = f"{self.row}:{self.row}"
        self.sheet.freeze_panes = f"D{self.row + 1}"

    def _block(self, rows: list[list[str]]) -> None:
        first = self.row + 1
        for row in rows:
            self.row += 1
            for column, text in enumerate(row, start=1):
                self._cell(column, text)
        spans = [(column, *span) for column in range(len(WIDTHS)) for span in _equal_runs(rows, column)]
        for column, top, bottom in spans:
            if bottom > top:
                for below in range(first + top + 1, first + bottom + 1):
                    self.sheet.cell(below, column + 1).value = None
                self.sheet.merge_cells(
                    start_row=first + top, end_row=first + bottom, start_column=column + 1, end_column=column + 1
                )
        found = heights(rows, spans)
        if self.used + sum(found) > (PAPER_HEIGHT - 3 * EDGE) * 100 / SCALE:
            self.sheet.row_breaks.append(Break(first - 1))
            self.used = HEADER_HEIGHT
        for offset, height in enumerate(found):
            self._height(first + offset, height)

    def _cell(self, column: int, text: str) -> None:
        header = self.content.headers[column - 1]
        cell = self.sheet.cell(self.row, column, int(text) if header == "序号" else text or None)
        cell.font = Font("仿宋_GB2312", size=SIZE)
        horizontal = "center" if header in NARROW else "left"
        cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
        cell.border = _BOX

    def _page(self) -> None:
        page = self.sheet.page_setup
        page.orientation, page.paperSize, page.scale = "landscape", 9, SCALE
        margins = self.sheet.page_margins
        margins.left = margins.right = EDGE / 72
        margins.top = margins.bottom = 1.4 * EDGE / 72
        margins.header = margins.footer = 0.7 * EDGE / 72
        self.sheet.print_options.horizontalCentered = True
        self.sheet.HeaderFooter.oddFooter.center.text = "— &P —"  # type: ignore[union-attr]


def _equal_runs(rows: list[list[str]], column: int) -> list[tuple[int, int]]:
    """(first, last) of each run of equal values; measures are never merged, units and deadlines only when all equal."""
    values = [row[column] for row in rows]
    if len(set(values)) == 1:
        return [(0, len(rows) - 1)]
    return [(n, n) for n in range(len(rows))]


def heights(rows: list[list[str]], spans: list[tuple[int, int, int]]) -> list[float]:
    """Points per row, so that every cell, merged or not, shows all its lines."""
    found = [20.0] * len(rows)
    for column, top, bottom in spans:
        if top == bottom:
            found[top] = max(found[top], 6 + LINE * lines(rows[top][column], WIDTHS[column], SIZE))
    for column, top, bottom in spans:
        need = 6 + LINE * lines(rows[top][column], WIDTHS[column], SIZE)
        missing = need - sum(found[top : bottom + 1])
        if missing > 0:
            for row in range(top, bottom + 1):
                found[row] += missing / (bottom - top + 1)
    return found


def lines(text: str, width: float, size: float) -> int:
    """Lines a text takes in a column: a Chinese character is as wide as the font is high, a digit half of that."""
    room = (width * 7 + 5 - 8) / (size * 96 / 72)
    count = 0
    for line in text.split("\n"):
        ems = sum(1.0 if ord(char) > 0x2000 else 0.55 for char in line)
        # A little less room than measured: punctuation does not begin a line and pulls a character down with it.
        count += max(1, -int(-ems // max(room - 0.6, 1)))
    return count
