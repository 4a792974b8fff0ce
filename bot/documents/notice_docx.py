"""The public notice of a finished task (整改完成情况公示) as a docx, from the ledger's own words (domain.md §4)."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

BODY, TITLE = "仿宋", "宋体"
NUMERALS = "一二三四五六七八九十"


def write_notice(facts: Mapping[str, Any]) -> bytes:
    """The document's bytes. `facts`: usecases.notice.notice_facts with published, first_day and last_day (dates)."""
    document = Document()
    _page(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(18)
    _say(title, f"{facts['title']}整改完成情况公示", font=TITLE, size=20, bold=True)
    _text(document, basis(facts))
    for n, (heading, lines) in enumerate(sections(facts)):
        _text(document, f"{NUMERALS[n]}、{heading}", bold=True)
        for line in lines:
            _text(document, line)
    for line in (str(facts["office"]), chinese(facts["published"])):
        end = _text(document, line, indent=False)
        end.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def basis(facts: Mapping[str, Any]) -> str:
    place = f"第{facts['source_number']}项" if facts["source_number"] else f"第{facts['number']}项"
    return (
        f"根据《{facts['plan']}》及整改销号有关规定，{place}“{facts['title']}”已完成整改"
        + (f"，并经{facts['verifier']}验收合格" if facts["verifier"] else "")
        + "，拟予销号。现将整改完成情况公示如下。"
    )


def sections(facts: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """(heading, paragraphs) in the order of a notice; a heading with nothing on the ledger is left out."""
    measures = facts["measures"]
    listed = [f"（{n}）{text}" for n, text in enumerate(measures, 1)] if len(measures) > 1 else list(measures)
    done = [text for text in (facts["summary"], *facts["done"]) if text]
    deadline = facts["deadline"] or (chinese(facts["due"]) if facts["due"] else "")
    moved = "；".join(f"经{row['basis']}批准，延期至{chinese(row['day'])}" for row in facts["extended"])
    rows = [
        ("整改问题", [facts["problem"]]),
        ("实施主体", ["、".join(facts["units"])]),
        ("重点措施", listed),
        ("整改目标", [facts["objective"]]),
        ("整改时限", [f"{deadline}（{moved}）" if moved else deadline]),
        ("完成情况", done),
        ("公示时间", [period(facts)]),
        ("意见反馈", [feedback(facts)]),
    ]
    return [(heading, [text for text in lines if text]) for heading, lines in rows if any(lines)]


def period(facts: Mapping[str, Any]) -> str:
    unit = "个工作日" if facts["working"] else "日"
    return f"{chinese(facts['first_day'])}至{chinese(facts['last_day'])}，共{facts['days']}{unit}。"


def feedback(facts: Mapping[str, Any]) -> str:
    phone = facts["phone"] or "　" * 10
    return (
        f"公示期内如有异议，请以书面或电话方式向{facts['office']}反映，"
        f"并说明事实和理由，便于核实和回复。联系电话：{phone}（工作日）。"
    )


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _page(document: Any) -> None:
    """A4 with the margins of an official paper; the normal font carries its Chinese face too."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY, Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)


def _text(document: Any, text: str, *, bold: bool = False, indent: bool = True) -> Paragraph:
    paragraph: Paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(32)
    _say(paragraph, text, bold=bold)
    return paragraph


def _say(paragraph: Paragraph, text: str, *, font: str = BODY, size: int = 16, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.name, run.font.size = font, Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
