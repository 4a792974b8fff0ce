"""Plans written as running text, and what Word adds: automatic numbers, forms, broken tables."""

from datetime import date, datetime
from typing import Any

import messy_plan as messy
import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from plan_drafts import HEADER, WHOLE, draft, drafted, dues, listed

# Paragraph lists and Word


def test_a_list_whose_findings_are_numbered_paragraphs() -> None:
    found = listed(
        """某市整改任务清单
一、贯彻落实新发展理念不够深入。一些部门重发展轻保护。
责任单位：各区人民政府
督导单位：市生态环境局
整改时限：立行立改，长期坚持
整改目标：提高认识。
整改措施：
1.加强学习。
2.完善制度。
二、独流减河淤积。
责任单位：静海区委、区政府
整改时限：2022年底前
整改目标：完成清淤。
整改措施：1.排查。2.清淤。
天津市整改办
2021年5月20日
""",
        issued=None,
    )
    assert [task.source_number for task in found.tasks] == ["1", "2"]
    assert [[measure.text for measure in task.measures] for task in found.tasks] == [
        ["加强学习。", "完善制度。"],
        ["排查。", "清淤。"],
    ]
    assert found.tasks[0].problem == "贯彻落实新发展理念不够深入。一些部门重发展轻保护。"
    assert found.tasks[1].units.responsible == ("静海区",)
    assert (found.plans[0].title, found.issued) == ("某市整改任务清单", date(2021, 5, 20))


def test_a_list_in_single_paragraphs() -> None:
    line = "问题：河道淤积。整改目标：清淤。整改措施：（1）排查；（2）清淤。责任单位：市水务局。整改时限：2022年底前。"
    found = listed(f"一、{line}\n二、{line}")
    assert [(task.source_number, len(task.measures), task.objective) for task in found.tasks] == [
        ("1", 2, "清淤。"),
        ("2", 2, "清淤。"),
    ]
    assert dues(found) == ["2022-12-31", "2022-12-31"]
    assert not found.questions


def test_labels_inside_one_paragraph_may_belong_to_each_measure() -> None:
    found = listed(
        "问题1：淤积。整改措施：（1）排查。责任单位：市水务局。整改时限：2021年底前。"
        "（2）清淤。责任单位：静海区。整改时限：2022年底前。"
    )
    assert [measure.units.responsible for measure in found.tasks[0].measures] == [("市水务局",), ("静海区",)]
    assert dues(found) == ["2021-12-31", "2022-12-31"]


def test_headings_name_their_findings_or_their_sections() -> None:
    tail = "整改措施：清淤\n责任单位：市水务局\n整改时限：2022年底前\n"
    named = listed(f"一、关于河道淤积\n问题：河道淤积严重。\n{tail}二、关于扬尘\n问题：扬尘大。\n{tail}")
    assert [(task.source_number, task.title, task.category) for task in named.tasks] == [
        ("1", "关于河道淤积", ""),
        ("2", "关于扬尘", ""),
    ]
    sections = listed(f"一、水\n问题1：淤积。\n{tail}问题2：黑臭。\n{tail}二、大气方面\n问题3：扬尘大。\n{tail}")
    assert [(task.source_number, task.category) for task in sections.tasks] == [
        ("1", "水"),
        ("2", "水"),
        ("3", "大气方面"),
    ]


def test_sections_above_numbered_findings() -> None:
    tail = "责任单位：市水务局\n整改时限：2022年底前\n整改措施：\n（1）排查\n（2）整治\n"
    found = listed(f"一、水环境方面\n1.河道淤积。\n{tail}2.水体黑臭。\n{tail}二、大气环境方面\n3.扬尘大。\n{tail}")
    assert [(task.source_number, task.category, len(task.measures)) for task in found.tasks] == [
        ("1", "水环境方面", 2),
        ("2", "水环境方面", 2),
        ("3", "大气环境方面", 2),
    ]


@pytest.mark.parametrize(
    ("one", "two"), [("【问题1】", "【问题2】"), ("任务1 ", "任务2 "), ("整改任务一：", "整改任务二：")]
)
def test_findings_that_name_themselves_with_their_number(one: str, two: str) -> None:
    text = (
        "某市整改方案\n2021年5月20日印发\n{}河道淤积。\n【整改措施】清淤\n【责任单位】静海区\n【整改时限】2022年6月底前"
    )
    found = listed(f"{text.format(one)}\n{two}扬尘。\n整改措施：抑尘\n责任单位：市住建委\n整改时限：2021年底前")
    assert [(task.source_number, task.problem) for task in found.tasks] == [("1", "河道淤积。"), ("2", "扬尘。")]
    assert [dues(found, 0), dues(found, 1)] == [["2022-06-30"], ["2021-12-31"]]


def test_measures_numbered_like_the_findings() -> None:
    tail = "责任单位：市水务局\n整改时限：2022年底前\n整改措施：\n1.排查\n2.整治\n"
    found = listed(f"1.河道淤积。\n{tail}2.水体黑臭。\n{tail}3.扬尘大。\n{tail}")
    assert [(task.source_number, task.problem, len(task.measures)) for task in found.tasks] == [
        ("1", "河道淤积。", 2),
        ("2", "水体黑臭。", 2),
        ("3", "扬尘大。", 2),
    ]


def test_words_automatic_numbers_are_seen() -> None:
    document = Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, _abstract_list(90, "chineseCountingThousand", "%1、"))
    for list_id in (90,):
        number = OxmlElement("w:num")
        number.set(qn("w:numId"), str(list_id))
        link = OxmlElement("w:abstractNumId")
        link.set(qn("w:val"), "90")
        number.append(link)
        numbering.append(number)
    document.add_paragraph("某市整改方案")
    for problem in ("河道淤积。", "水体黑臭。"):
        _number(document.add_paragraph(problem), 90)
        document.add_paragraph("整改措施：治理")
        document.add_paragraph("责任单位：市水务局")
        document.add_paragraph("整改时限：2022年底前")
    table = document.add_table(rows=3, cols=len(HEADER))
    for column, label in enumerate(HEADER):
        table.cell(0, column).text = label
    for row in (1, 2):
        _number(table.cell(row, 0).paragraphs[0], 90)
        for column, text in enumerate(["扬尘。", "", "洒水", "市水务局", "2022年底前"], start=1):
            table.cell(row, column).text = text
    found = draft(messy.saved(document), "plan.docx")
    assert [task.source_number for task in found.tasks] == ["1", "2", "3", "4"]


def _abstract_list(list_id: int, shape: str, text: str) -> Any:
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), str(list_id))
    level = OxmlElement("w:lvl")
    level.set(qn("w:ilvl"), "0")
    for tag, value in (("w:start", "1"), ("w:numFmt", shape), ("w:lvlText", text)):
        child = OxmlElement(tag)
        child.set(qn("w:val"), value)
        level.append(child)
    abstract.append(level)
    return abstract


def _number(paragraph: Any, list_id: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = list_id


def test_one_form_per_finding() -> None:
    document = Document()
    document.add_paragraph("某市整改方案")
    for number in ("1", "2"):
        rows = [
            ("序号", number),
            ("整改问题", f"河道淤积{number}"),
            ("整改措施", "（1）排查；（2）清淤"),
            ("实施主体", "静海区政府"),
            ("整改时限", "2022年底前"),
        ]
        table = document.add_table(rows=len(rows), cols=2)
        for at, values in enumerate(rows):
            for column, value in enumerate(values):
                table.cell(at, column).text = value
    found = draft(messy.saved(document), "plan.docx")
    assert [(task.source_number, task.problem, len(task.measures)) for task in found.tasks] == [
        ("1", "河道淤积1", 2),
        ("2", "河道淤积2", 2),
    ]
    assert found.tasks[1].measures[0].where == "表2 第3行第2列"


def test_deleted_words_are_not_read() -> None:
    document = Document()
    table = document.add_table(rows=2, cols=len(HEADER))
    for row, values in enumerate([HEADER, WHOLE]):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    run = table.cell(1, 1).paragraphs[0].add_run("旧")._r
    deleted = OxmlElement("w:del")
    run.addprevious(deleted)
    deleted.append(run)
    assert draft(messy.saved(document), "plan.docx").tasks[0].problem == "河道淤积。"


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_a_table_pasted_as_text(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (HEADER, WHOLE))
    assert len(listed(text).tasks) == 1


def test_an_old_workbook_is_read_with_its_merged_cells() -> None:
    rows = [HEADER, [1, *WHOLE[1:]], ["", "", "", "建设闸站", "静海区", datetime(2023, 6, 30)]]
    data = messy.as_xls(rows, merged=[(1, 2, 0, 0), (1, 2, 1, 1)])
    found = draft(data, "plan.xls")
    assert [(task.source_number, len(task.measures)) for task in found.tasks] == [("1", 2)]
    assert dues(found) == ["2022-12-31", "2023-06-30"]
    assert found.tasks[0].measures[1].where == "清单!D3"


def test_an_old_workbooks_first_of_a_month_is_asked() -> None:
    """Its formats are not known to us: the cell may show 2022年6月."""
    found = draft(messy.as_xls([HEADER, [*WHOLE[:5], datetime(2022, 6, 1)]]), "plan.xls")
    question = found.questions[0]
    assert (question.where, question.choices) == ("清单!F2", ("2022-06-01", "2022-06-30"))
    assert question.note == "cell_first_of_month"


def test_a_word_table_broken_in_two_goes_on() -> None:
    document = Document()
    document.add_paragraph("某市整改方案")
    for rows in ([HEADER, WHOLE], [["2", *WHOLE[1:]]]):
        table = document.add_table(rows=len(rows), cols=len(HEADER))
        for at, values in enumerate(rows):
            for column, value in enumerate(values):
                table.cell(at, column).text = value
    found = draft(messy.saved(document), "plan.docx")
    assert [(task.source_number, task.where) for task in found.tasks] == [("1", "表1 第2行"), ("2", "表2 第1行")]


def test_headings_over_measures_are_the_findings() -> None:
    rows = [["一、河道淤积问题"], ["1", "排查", "市水务局", "2021年底前"], ["2", "清淤", "静海区", "2022年底前"]]
    found = drafted(*rows, ["二、扬尘问题"], *rows[1:], header=["序号", "整改措施", "责任单位", "整改时限"])
    assert [(task.source_number, task.problem, len(task.measures)) for task in found.tasks] == [
        ("1", "河道淤积问题", 2),
        ("2", "扬尘问题", 2),
    ]


def test_what_comes_after_the_last_finding_is_no_part_of_it() -> None:
    found = listed(
        """某区整改方案
一、总体要求
全面整改。
二、主要任务
（一）问题一：河道淤积。
1.整改目标：清淤。
2.整改措施：
（1）排查。
（2）清淤。
3.责任单位：静海区政府
4.整改时限：2022年底前
三、保障措施
（一）加强领导。
（二）严格督导。
"""
    )
    task = found.tasks[0]
    assert (task.source_number, task.category, task.objective) == ("1", "主要任务", "清淤。")
    assert [(measure.text, measure.deadline_phrase) for measure in task.measures] == [
        ("排查。", "2022年底前"),
        ("清淤。", "2022年底前"),
    ]
