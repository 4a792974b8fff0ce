"""The plan as a paper: A4 landscape, a heading for each plan, tables or paragraph lists below, page numbers."""

from io import BytesIO
from typing import cast

from content import Content, Plan, Task
from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

# Column widths in millimetres, in the order of the headers; 277 together.
WIDTHS = [9, 13, 15, 40, 37, 53, 15, 16, 14, 14, 14, 19, 10, 8]
LEFT = {"反馈问题", "整改目标", "整改措施"}
BODY, HEAD, TITLE = "仿宋_GB2312", "黑体", "方正小标宋简体"
RED = RGBColor(0xC0, 0, 0)
KEPT_STYLES = {"Normal", "Heading 1", "Default Paragraph Font", "Normal Table", "Table Grid", "Footer", "No List"}
_DIGITS = "〇一二三四五六七八九"


def paper(content: Content) -> BytesIO:
    document = Document()
    _set_up(document, content)
    for plan in content.plans:
        if plan is not content.plans[0]:
            section = document.add_section(WD_SECTION.NEW_PAGE)
            (_lie if plan.paper == "table" else _stand)(section)
        _front(document, content, plan)
        if plan.paper == "table":
            _table(document, content, plan)
        else:
            for task in plan.tasks:
                _item(document, plan, task)
        document.add_paragraph(plan.footnote, "Plan note")
    packed = BytesIO()
    document.save(packed)
    return packed


def _set_up(document: Paper, content: Content) -> None:
    _lie(document.sections[0])
    properties = document.core_properties
    properties.author, properties.title, properties.comments = content.organ, content.plans[0].title, ""
    _forget_template(document)
    _styles(document)
    _page_number(document.sections[0].footer.paragraphs[0])


def _lie(section: Section) -> None:
    """A landscape page for tables."""
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(10)
    section.top_margin, section.bottom_margin = Mm(14), Mm(14)
    section.footer_distance = Mm(7)


def _stand(section: Section) -> None:
    """A portrait page for running text."""
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(26)
    section.top_margin, section.bottom_margin = Mm(28), Mm(25)
    section.footer_distance = Mm(14)


def _forget_template(document: Paper) -> None:
    """Drop the template's unused styles: they are three quarters of a file that is committed unpacked."""
    for style in list(document.styles):
        if style.name not in KEPT_STYLES:
            style.element.getparent().remove(style.element)
    part = document.part
    for key in [key for key, link in part.rels.items() if link.reltype.endswith("/stylesWithEffects")]:
        part.rels.pop(key)


def _styles(document: Paper) -> None:
    title = document.styles["Heading 1"]
    _dress(title, TITLE, 18, before=4, after=4, centred=True)
    title.font.color.rgb, title.font.bold = RED, False
    _dress(document.styles["Normal"], BODY, 10.5)
    for name, font, size, before, after, centred in (
        ("Plan line", BODY, 10, 0, 6, True),
        ("Plan body", BODY, 10.5, 0, 2, False),
        ("Plan item", HEAD, 12, 12, 3, False),
        ("Plan entry", BODY, 12, 0, 3, False),
        ("Plan note", BODY, 9, 4, 0, False),
        ("Cell head", HEAD, 8, 0, 0, True),
        ("Cell word", BODY, 8, 0, 0, True),
        ("Cell text", BODY, 8, 0, 0, False),
    ):
        style = cast(ParagraphStyle, document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
        _dress(style, font, size, before, after, centred)
    document.styles["Plan body"].paragraph_format.first_line_indent = Pt(21)
    document.styles["Plan item"].paragraph_format.first_line_indent = Pt(24)
    document.styles["Plan entry"].paragraph_format.first_line_indent = Pt(24)


def _dress(
    style: ParagraphStyle, font: str, size: float, before: float = 0, after: float = 0, centred: bool = False
) -> None:
    style.font.name, style.font.size = font, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.0
    shape.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _front(document: Paper, content: Content, plan: Plan) -> None:
    document.add_paragraph(plan.title, "Heading 1")
    # A portrait page is narrower: the day stands on a line of its own.
    line = content.issue_line if plan.paper == "table" else content.issue_line.replace("　印发", "\n印发")
    _rule_below(document.add_paragraph(line, "Plan line"))
    if plan.intro:
        document.add_paragraph(plan.intro, "Plan body").paragraph_format.space_after = Pt(4)


def _rule_below(paragraph: Paragraph) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "3"), ("color", str(RED))):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    # Word wants the parts of a paragraph's properties in their order: the border stands before the spacing.
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _table(document: Paper, content: Content, plan: Plan) -> None:
    blocks = list(plan.blocks(content.headers))
    table = document.add_table(1 + sum(len(rows) for rows in blocks), len(WIDTHS), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _narrow_margins(table)
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Mm(width)
    rows = iter(table.rows)
    header = next(rows)
    header._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, text, width in zip(header.cells, content.headers, WIDTHS, strict=True):
        _fill(cell, text, Mm(width), "Cell head")
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F2F2F2")):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().insert_element_before(shade, "w:vAlign")
    for block in blocks:
        _block([next(rows).cells for _ in block], block, content.headers)


def _narrow_margins(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 30), ("left", 34), ("bottom", 30), ("right", 34)):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(twips))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def _block(rows: list[tuple[_Cell, ...]], texts: list[list[str]], headers: list[str]) -> None:
    """A task's rows; they stay on one page with each other, and columns equal all the way down are merged."""
    for column, header in enumerate(headers):
        whole = len(texts) > 1 and len({row[column] for row in texts}) == 1
        for at, (cells, row) in enumerate(zip(rows, texts, strict=True)):
            cell, text = cells[column], "" if whole and at else row[column]
            style = "Cell text" if header in LEFT else "Cell word"
            _fill(cell, text, Mm(WIDTHS[column]), style, keep=at + 1 < len(rows))
            if whole:
                merge = OxmlElement("w:vMerge")
                merge.set(qn("w:val"), "continue" if at else "restart")
                cell._tc.get_or_add_tcPr().insert_element_before(merge, "w:vAlign")
    for cells in rows:
        whole_row = cells[0]._tc.getparent().get_or_add_trPr()
        whole_row.append(OxmlElement("w:cantSplit"))


def _fill(cell: _Cell, text: str, width: Length, style: str, *, keep: bool = False) -> None:
    cell.width = width
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for order, line in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if order == 0 else cell.add_paragraph()
        paragraph.style = style
        if keep:
            paragraph.paragraph_format.keep_with_next = True
        if line:
            paragraph.add_run(line)


def _item(document: Paper, plan: Plan, task: Task) -> None:
    """A task as a list of paragraphs: "三十一、problem", then one labelled line per field."""
    own = task.cells()
    head = document.add_paragraph(f"{chinese(task.number)}、{task.problem}", "Plan item")
    head.paragraph_format.keep_with_next = True
    measures = plan.numbered(task)
    lines = [f"{label}：{own[label]}" for label in ("类别", "简称", "整改目标")]
    lines += [f"整改措施：{measures[0]}", *measures[1:]]
    labels = ("牵头单位", "责任单位", "配合单位", "督导单位", "验收单位", "整改时限", "责任人", "备注")
    lines += [f"{label}：{own[label]}" for label in labels if own[label]]
    for line in lines:
        paragraph = document.add_paragraph(line, "Plan entry")
        paragraph.paragraph_format.keep_with_next = line is not lines[-1]


def chinese(number: int) -> str:
    """1 → 一, 10 → 十, 41 → 四十一; up to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")
