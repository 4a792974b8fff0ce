"""Word documents: paragraphs and tables in reading order, with merged cells and automatic numbers, from the XML itself.

python-docx rebuilds a table's merged cells anew for every row asked for and does not count automatic numbers; one
pass over the XML does both.
"""

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bot.documents.plan_files.docx_numbers import Numbering, W
from bot.documents.plan_files.grid import Grid, GridCell, Region, clean, spread
from bot.documents.plan_files.limits import Limits
from bot.domain.refusal import Refusal

Block = GridCell | Grid
_NOTHING = GridCell("", "")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WATERMARK = "{urn:schemas-microsoft-com:vml}textpath"
_SKIPPED = frozenset({_FALLBACK, f"{W}pPr", f"{W}rPr", f"{W}del", f"{W}moveFrom", f"{W}instrText"})


def read_document(data: bytes, name: str, limits: Limits) -> tuple[list[Block], list[GridCell]]:
    """The body's blocks, and the lines of page headers, footers and watermarks. Refuses with plan_corrupt."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
            numbering = Numbering.of(_part(parts, names, "word/numbering.xml"), _part(parts, names, "word/styles.xml"))
            body = ElementTree.fromstring(parts.read("word/document.xml")).find(f"{W}body")
            if body is None:
                raise Refusal("plan_corrupt", name=name)
            margins = [
                GridCell(line, "页眉" if "header" in path else "页脚")
                for path in sorted(names)
                if path.startswith(("word/header", "word/footer"))
                for line in _margin_lines(ElementTree.fromstring(parts.read(path)))
            ]
            return _Reader(numbering, limits).blocks(body), margins
    except (KeyError, ValueError, zipfile.BadZipFile, ElementTree.ParseError, EOFError) as broken:
        raise Refusal("plan_corrupt", name=name) from broken


def _part(parts: zipfile.ZipFile, names: set[str], path: str) -> Element | None:
    return ElementTree.fromstring(parts.read(path)) if path in names else None


def _margin_lines(root: Element) -> Iterator[str]:
    for paragraph in root.iter(f"{W}p"):
        if text := clean(_text(paragraph)):
            yield text
    for mark in root.iter(_WATERMARK):
        if text := clean(mark.get("string", "")):
            yield text


def _text(element: Element) -> str:
    """What stands in a run, paragraph or any part of it; deleted text and drawn duplicates left out."""
    parts: list[str] = []
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{W}t":
            parts.append(child.text or "")
        elif child.tag in (f"{W}tab", f"{W}ptab"):
            parts.append("\t")
        elif child.tag in (f"{W}br", f"{W}cr"):
            parts.append("\n")
        elif child.tag == f"{W}noBreakHyphen":
            parts.append("-")
        else:
            parts.append(_text(child))
            if child.tag == f"{W}p":
                parts.append("\n")
    return "".join(parts)


def _inside(holder: Element, tag: str) -> Iterator[Element]:
    """Children with this tag, also inside content controls, tracked insertions and custom XML."""
    for child in holder:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}smartTag"):
            yield from _inside(child, tag)


class _Reader:
    """Walks a body once, counting paragraphs, tables and automatic numbers as it goes."""

    def __init__(self, numbering: Numbering, limits: Limits) -> None:
        self._numbering = numbering
        self._limits = limits
        self._paragraphs = 0
        self._tables = 0

    def blocks(self, holder: Element) -> list[Block]:
        found: list[Block] = []
        for child in holder:
            if child.tag == f"{W}p":
                if text := self._numbered(child):
                    self._paragraphs += 1
                    found.append(GridCell(text, f"第{self._paragraphs}段"))
            elif child.tag == f"{W}tbl":
                found.append(self._table(child))
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"):
                found += self.blocks(child)
        return found

    def _numbered(self, paragraph: Element) -> str:
        text = clean(_text(paragraph))
        number = self._numbering.next(paragraph)
        return number + text if number and text else text or number

    def _table(self, table: Element) -> Grid:
        self._tables += 1
        order = self._tables
        rows: list[list[GridCell]] = []
        regions: list[Region] = []
        open_regions: dict[int, tuple[int, int]] = {}  # left column -> (top row, right column)
        for row in _inside(table, f"{W}tr"):
            rows.append(self._row(row, order, len(rows), regions, open_regions))
            if len(rows) > self._limits.rows:
                raise Refusal("plan_too_many_rows", where=f"表{order}", rows=len(rows), limit=self._limits.rows)
        for left, (top, right) in open_regions.items():
            regions.append((top, left, len(rows) - 1, right))
        width = max((len(row) for row in rows), default=0)
        for row_cells in rows:
            row_cells += [_NOTHING] * (width - len(row_cells))
        spread(rows, (region for region in regions if region[0] != region[2] or region[1] != region[3]))
        return Grid(f"表{order}", rows, lambda at: f"表{order} 第{at + 1}行")

    def _row(
        self,
        row: Element,
        order: int,
        at: int,
        regions: list[Region],
        open_regions: dict[int, tuple[int, int]],
    ) -> list[GridCell]:
        cells: list[GridCell] = []
        for _ in range(_number(row.find(f"{W}trPr/{W}gridBefore"))):
            cells.append(_NOTHING)
        going_on: set[int] = set()
        for order_in_row, cell in enumerate(_inside(row, f"{W}tc"), start=1):
            left = len(cells)
            right = left + max(_number(cell.find(f"{W}tcPr/{W}gridSpan")), 1) - 1
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") == "continue" and left in open_regions:
                # Word hides whatever stands in a covered cell and does not count its automatic number.
                going_on.add(left)
                cells += [_NOTHING] * (right - left + 1)
                continue
            cells += [GridCell(self._cell_text(cell), f"表{order} 第{at + 1}行第{order_in_row}列")]
            cells += [_NOTHING] * (right - left)
            self._close(left, at, regions, open_regions)
            if merge is not None:
                open_regions[left] = (at, right)
                going_on.add(left)
            elif right > left:
                regions.append((at, left, at, right))
        for left in [left for left in open_regions if left not in going_on]:
            self._close(left, at, regions, open_regions)
        return cells

    @staticmethod
    def _close(left: int, at: int, regions: list[Region], open_regions: dict[int, tuple[int, int]]) -> None:
        if left in open_regions:
            top, right = open_regions.pop(left)
            regions.append((top, left, at - 1, right))

    def _cell_text(self, cell: Element) -> str:
        lines: list[str] = []
        for child in cell:
            if child.tag == f"{W}p":
                lines.append(self._numbered(child))
            elif child.tag == f"{W}tbl":
                lines += [
                    self._cell_text(inner) for row in _inside(child, f"{W}tr") for inner in _inside(row, f"{W}tc")
                ]
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins"):
                lines.append(self._cell_text(child))
        return "\n".join(line for line in lines if line)


def _number(element: Element | None) -> int:
    value = "" if element is None else element.get(f"{W}val", "")
    return min(int(value), 200) if value.isdigit() else 0
