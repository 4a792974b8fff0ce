"""A paper as a docx, from a text of the words: `# ` its title, `^ ` a centred line, `## ` a heading, `~ ` a footnote,
`| a | b` a row of a table.

The first row of a table comes again on each page, and gives the columns' widths in millimetres: `| 项 12 | 任务 40`.
"""

import re
from collections.abc import Mapping
from html import unescape
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.text.paragraph import Paragraph

from bot.words import say

BODY, TITLE = "仿宋", "宋体"
TEXT, SMALL, HEAD = 12, 10, 18
COLUMN = re.compile(r"(.*\S) +(\d+)$")


def paper(locale: str, name: str, facts: Mapping[str, Any]) -> bytes:
    """The document of the word `paper.NAME` with these facts."""
    return write_paper(unescape(say(locale, f"paper.{name}", **flat(facts))))


def flat(fact: Any) -> Any:
    """The facts with every text in one line and without bars: both part the paper's own lines and columns."""
    if isinstance(fact, str):
        return " ".join(fact.replace("|", "/").split())
    if isinstance(fact, Mapping):
        return {name: flat(each) for name, each in fact.items()}
    return [flat(each) for each in fact] if isinstance(fact, list | tuple) else fact


def write_paper(text: str) -> bytes:
    """The document's bytes. Raises ValueError when a table's first row gives no widths."""
    document = Document()
    _page(document)
    table: Any = None
    for line in text.splitlines():
        if not line.startswith("| "):
            table = None
            _line(document, line)
            continue
        cells = [cell.strip() for cell in line[2:].split(" | ")]
        if table is None:
            table = _table(document, cells)
        else:
            row = table.add_row()
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for cell, text_of_cell in zip(row.cells, cells, strict=True):
                _fill(cell, text_of_cell)
    for each in document.tables:
        _keep_widths(each)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _line(document: Any, line: str) -> None:
    if line.startswith("# "):
        title = _paragraph(document, line[2:], size=HEAD, bold=True, font=TITLE)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif line.startswith("^ "):
        _paragraph(document, line[2:]).alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif line.startswith("## "):
        heading = _paragraph(document, line[3:], bold=True)
        heading.paragraph_format.space_before = Pt(6)
        heading.paragraph_format.keep_with_next = True
    elif line.startswith("~ "):
        _paragraph(document, line[2:], size=SMALL).paragraph_format.space_before = Pt(6)
    elif line.strip():
        _paragraph(document, line)


def _table(document: Any, cells: list[str]) -> Any:
    columns = [COLUMN.fullmatch(cell) for cell in cells]
    table = document.add_table(rows=1, cols=len(cells))
    table.style, table.autofit = "Table Grid", False
    for column, found, cell in zip(table.columns, columns, table.rows[0].cells, strict=True):
        if found is None:
            raise ValueError(f"no widths: {cells}")
        column.width = Mm(int(found[2]))
        _fill(cell, found[1], bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def _keep_widths(table: Any) -> None:
    """Word believes the cells, not the columns."""
    for column in table.columns:
        for cell in column.cells:
            cell.width = column.width


def _fill(cell: Any, text: str, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    _say(paragraph, text, size=SMALL, bold=bold)


def _page(document: Any) -> None:
    """A4 with narrow margins: it is to stay one page."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(1.8)
    section.left_margin = section.right_margin = Cm(1.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY, Pt(TEXT)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)


def _paragraph(document: Any, text: str, *, size: int = TEXT, bold: bool = False, font: str = BODY) -> Paragraph:
    paragraph: Paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    _say(paragraph, text, size=size, bold=bold, font=font)
    return paragraph


def _say(paragraph: Paragraph, text: str, *, size: int, bold: bool = False, font: str = BODY) -> None:
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.name, run.font.size = font, Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
