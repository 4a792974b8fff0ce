"""A plan's file becomes a draft: every trap of a real one, and every file that must be refused."""

import dataclasses
import io
import json
import random
import re
import time
import tomllib
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import messy_plan as messy
import openpyxl
import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from bot.documents.plan_files import Limits, read_plan_file
from bot.documents.plan_files.reading import read
from bot.domain.drafting import Draft, draft_plan
from bot.domain.drafting.tasks import short_title
from bot.domain.numbering import items_of
from bot.domain.plan_fields import header_field
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.workdays import Workdays
from bot.words import catalogue

ROOT = Path(__file__).parent.parent
REGISTRY = Registry.from_mapping(tomllib.loads((ROOT / "config/units.toml").read_text(encoding="utf-8")))
CALENDAR = Workdays.of([])
HEADER = ["序号", "问题", "整改目标", "整改措施", "责任单位", "整改时限"]
WHOLE = ["1", "河道淤积。", "清淤", "清理河道", "市水务局", "2022年底前"]


def draft(data: bytes, name: str = "plan.xlsx", **known: Any) -> Draft:
    """Read in this process: the same reader as the child's, without its 0.1 s of start."""
    sheets = read(data, name, Limits(), lambda done, of: None)
    return draft_plan(sheets, REGISTRY, CALENDAR, **{"issued": messy.ISSUED, **known})


def drafted(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> Draft:
    return draft(messy.workbook([header, *rows]))


def listed(text: str, **known: Any) -> Draft:
    return draft(text.encode(), "plan.txt", **known)


def refusal_of(data: bytes, name: str = "plan.xlsx", limits: Limits | None = None) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read_plan_file(data, name, limits=limits)
    return refused.value


def refused_here(data: bytes, name: str = "plan.xlsx") -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(data, name, Limits(), lambda done, of: None)
    return refused.value


def placeless(value: Any) -> Any:
    """A draft as plain data, without where each value stood."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.name != "where"]
        return {name: placeless(getattr(value, name)) for name in fields}
    return [placeless(one) for one in value] if isinstance(value, tuple) else value


def dues(found: Draft, task: int = 0) -> list[str | None]:
    return [measure.reading.due.isoformat() if measure.reading.due else None for measure in found.tasks[task].measures]


# The messy plan, whole


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (messy.as_docx(), "plan.docx"),
        (messy.as_csv("gb18030"), "plan.csv"),
        (messy.as_csv("utf-8-sig"), "plan.csv"),
        (messy.as_csv("utf-8"), "plan.csv"),
        (messy.as_text("utf-8"), "plan.txt"),
        (messy.as_text("gb18030"), "plan.txt"),
    ],
)
def test_every_kind_of_file_gives_the_same_draft(data: bytes, name: str) -> None:
    assert placeless(draft(data, name, issued=None)) == placeless(draft(messy.as_xlsx(), issued=None))


def test_the_messy_plan_reads_right() -> None:
    found = draft(messy.as_xlsx(), issued=None)
    assert [(plan.title, plan.kind) for plan in found.plans] == [(messy.TITLE, "main"), (messy.SPECIAL, "special")]
    assert found.issued == date(2021, 5, 20)
    assert [(task.plan, task.source_number, task.category) for task in found.tasks] == [
        (0, "1", "水环境方面"),
        (0, "2", "水环境方面"),
        (0, "3", "大气环境方面"),
        (1, "1", ""),
        (1, "1", ""),
    ]
    assert [len(task.measures) for task in found.tasks] == [3, 3, 1, 1, 1]
    assert dues(found, 0) == ["2021-12-31", "2022-06-30", None]
    assert dues(found, 1) == ["2021-12-31", "2022-06-30", "2022-06-30"]
    assert dues(found, 3) == ["2022-10-31"]
    river = found.tasks[0]
    assert (river.problem, river.title) == (messy.RIVER, "独流减河清淤不到位")
    assert river.measures[1].text == "完成清淤（市农业农村委牵头，2022年6月底前）。"
    assert [measure.units.lead for measure in river.measures] == [("市水务局",), ("市农业农村委",), ("市水务局",)]
    assert river.units.cooperating == ("市财政局", "市发展改革委")
    sewer = found.tasks[1]
    assert sewer.units.lead == ("市水务局",)
    assert len(sewer.units.responsible) == 16
    assert (sewer.units.cooperating, sewer.remark) == (("市财政局", "市发展改革委"), "分年实施")
    assert [(q.task, q.where, q.kind, q.phrase, q.choices) for q in found.questions] == [
        (2, "总表!F10", "unit", "某某指挥部", ()),
        (2, "总表!I10", "deadline", "2024年8月前", ("2024-07-31", "2024-08-31")),
        (2, "总表!J10", "progress", "已完成", ("100%",)),
        (4, "专项!5", "unit", "", ()),
        (4, "专项!5", "deadline", "", ()),
        (4, "专项!A5", "number", "1", ()),
    ]


# Headers


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("序 号", "number"),
        ("编号", "number"),
        ("反馈\n问题", "problem"),
        ("督察反馈问题", "problem"),
        ("整改任务", "task"),
        ("整改目标（公开）", "objective"),
        ("整改措施", "measure"),
        ("牵头单位", "lead"),
        ("市级牵头部门", "lead"),
        ("责任单位", "responsible"),
        ("主责单位", "responsible"),
        ("实施主体", "responsible"),
        ("整改责任单位", "responsible"),
        ("配合单位", "cooperating"),
        ("协办单位", "cooperating"),
        ("督导单位", "supervising"),
        ("牵头督导单位", "supervising"),
        ("监管部门", "supervising"),
        ("验收单位", "verifying"),
        ("核查单位", "verifying"),
        ("责任分工", "units"),
        ("整改时限", "deadline"),
        ("完成时限", "deadline"),
        ("完成\n时间", "deadline"),
        ("时限", "deadline"),
        ("计划完成时间", "deadline"),
        ("实际完成时间", "other"),
        ("责任人", "person"),
        ("联系人", "contact"),
        ("联系人及电话", "contact"),
        ("责任单位联系人", "contact"),
        ("问题类别", "category"),
        ("进展情况", "progress"),
        ("完成情况", "progress"),
        ("备 注", "remark"),
        ("问题简称", "title"),
        ("【密级】", "secrecy"),
    ],
)
def test_a_header_is_known_by_its_synonyms(label: str, field: str) -> None:
    assert header_field(label) == field


@pytest.mark.parametrize(
    ("group", "leaf", "field"),
    [
        ("责任单位", "牵头", "lead"),
        ("牵头单位", "名称", "lead"),
        ("牵头单位", "责任人", "person"),
        ("整改措施及时限", "具体措施", "measure"),
        ("整改措施及时限", "完成时限", "deadline"),
        ("完成情况", "完成时间", "other"),
    ],
)
def test_a_header_of_two_rows_is_read_with_its_group(group: str, leaf: str, field: str) -> None:
    assert header_field(leaf, group) == field


def test_a_two_row_header_under_groups_only() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["任务清单"])
    sheet.append(["基本情况", None, None, "整改要求", None, None])
    sheet.append(["序号", "问题", "目标", "措施", "单位", "时限"])
    sheet.append([1, *WHOLE[1:]])
    sheet.merge_cells("A2:C2")
    sheet.merge_cells("D2:F2")
    task = draft(messy.saved(book)).tasks[0]
    assert (task.problem, task.objective, task.units.responsible) == ("河道淤积。", "清淤", ("市水务局",))


def test_a_row_that_numbers_the_columns_is_no_task() -> None:
    assert len(drafted(["1", "2", "3", "4", "5", "6"], WHOLE).tasks) == 1


def test_a_header_repeated_on_each_page_goes_on_with_the_plan() -> None:
    found = drafted(WHOLE, HEADER, ["2", *WHOLE[1:]])
    assert [(task.plan, task.source_number) for task in found.tasks] == [(0, "1"), (0, "2")]


def test_market_and_district_columns_of_one_role_are_read_together() -> None:
    header = ["序号", "问题", "措施", "市级责任单位", "区级责任单位", "时限"]
    units = drafted(["1", "河道淤积。", "清理", "市水务局", "静海区", "2022年底前"], header=header).tasks[0].units
    assert units.responsible == ("市水务局", "静海区")


def test_a_measure_header_with_several_meanings_stays_a_measure() -> None:
    assert header_field("整改措施及完成时限") == "measure"
    assert header_field("牵头单位及责任人") == "lead"


# Rows that are one finding, and rows that are none


def test_one_problem_merged_over_several_measures() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (HEADER, WHOLE, [None, None, None, "建设闸站", None, "2023年底前"], ["2", *WHOLE[1:]]):
        sheet.append(row)
    for column in "ABCE":
        sheet.merge_cells(f"{column}2:{column}3")
    found = draft(messy.saved(book))
    assert [len(task.measures) for task in found.tasks] == [2, 1]
    assert dues(found) == ["2022-12-31", "2023-12-31"]
    assert [measure.units.responsible for measure in found.tasks[0].measures] == [("市水务局",)] * 2
    assert [measure.where for measure in found.tasks[0].measures] == ["Sheet!D2", "Sheet!D3"]


def test_number_and_problem_repeated_in_every_row_are_one_finding() -> None:
    found = drafted(WHOLE, [*WHOLE[:3], "建设闸站", "市水务局", "2023年底前"])
    assert [len(task.measures) for task in found.tasks] == [2]
    assert not found.questions


def test_numbers_of_measures_belong_to_their_task() -> None:
    found = drafted(["3.1", *WHOLE[1:]], ["3.2", None, None, "建设闸站", "市水务局", "2023年底前"])
    assert [(task.source_number, len(task.measures)) for task in found.tasks] == [("3", 2)]


def test_one_problem_over_several_numbers_is_several_tasks() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (HEADER, WHOLE, ["2", None, None, "建设闸站", "市水务局", "2023年底前"]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    found = draft(messy.saved(book))
    assert [(task.source_number, task.problem) for task in found.tasks] == [("1", "河道淤积。"), ("2", "河道淤积。")]


@pytest.mark.parametrize("ditto", ["同上", "〃", "″", '"', "同前", "同上。"])
def test_the_same_as_above(ditto: str) -> None:
    found = drafted(WHOLE, ["2", "水质超标。", "达标", "治理", ditto, ditto])
    assert found.tasks[1].units.responsible == ("市水务局",)
    assert dues(found, 1) == ["2022-12-31"]
    assert not found.questions


@pytest.mark.parametrize("note", ["注：时限含当日。", "备注：见附件。", "合计", "※ 摘自方案", "填报人：张三"])
def test_notes_and_totals_are_no_tasks(note: str) -> None:
    assert len(drafted(WHOLE, [note, None]).tasks) == 1


def test_a_section_gives_its_tasks_their_category() -> None:
    found = drafted(["一", "大气方面"], WHOLE, ["（二）水方面"], ["2", *WHOLE[1:]])
    assert [task.category for task in found.tasks] == ["大气方面", "水方面"]


def test_a_prepared_line_without_content_is_no_task() -> None:
    assert len(drafted(WHOLE, ["2", None], ["3"]).tasks) == 1


def test_a_sheet_that_is_no_plan_is_passed_over_but_may_date_the_plan() -> None:
    cover = [["天津市整改办"], ["2021年5月20日"], ["联系人", "电话"], ["张三", "123"]]
    found = draft(messy.workbook(cover, [HEADER, WHOLE], names=["封面", "清单"]), issued=None)
    assert (found.issued, len(found.tasks)) == (date(2021, 5, 20), 1)


def test_a_hidden_sheet_is_not_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(messy.workbook([HEADER, WHOLE], [HEADER, WHOLE])))
    book["Sheet2"].sheet_state = "hidden"
    assert len(draft(messy.saved(book)).tasks) == 1


def test_several_tables_under_each_other_are_several_plans() -> None:
    rows = [["某市整改方案"], HEADER, WHOLE, [], ["水污染防治专项整治方案"], HEADER, WHOLE]
    found = draft(messy.workbook(rows))
    assert [(plan.title, plan.kind) for plan in found.plans] == [
        ("某市整改方案", "main"),
        ("水污染防治专项整治方案", "special"),
    ]
    assert [task.plan for task in found.tasks] == [0, 1]


def test_a_sheet_without_title_is_a_plan_by_its_name_and_goes_on_without_one() -> None:
    data = messy.workbook([HEADER, WHOLE], [HEADER, WHOLE], names=["主方案", "大气专项"])
    assert [plan.title for plan in draft(data).plans] == ["主方案", "大气专项"]
    data = messy.workbook([["某市整改方案"], HEADER, WHOLE], [HEADER, ["2", *WHOLE[1:]]])
    assert [plan.title for plan in draft(data).plans] == ["某市整改方案"]
    assert [plan.title for plan in draft(data, title="我的方案").plans] == ["我的方案"]
    assert draft(messy.workbook([HEADER, WHOLE]), "某区整改方案.xlsx").plans[0].title == "某区整改方案"


# Measures


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("（1）排查；（2）整治。", ["排查", "整治。"]),
        ("(1)排查(2)整治(3)管护", ["排查", "整治", "管护"]),
        ("1.排查；2.整治至2、3类水体；3.管护", ["排查", "整治至2、3类水体", "管护"]),
        ("1、排查\n2、整治", ["排查", "整治"]),
        ("①排查②整治", ["排查", "整治"]),
        ("一是排查；二是整治", ["一是排查；二是整治"]),
        ("（一）排查。（二）整治。", ["排查。", "整治。"]),
        ("措施1：排查\n措施2：整治", ["排查", "整治"]),
        ("采取以下措施：（1）排查；（2）整治", ["采取以下措施：排查", "整治"]),
        ("1.排查：（1）甲；（2）乙\n2.整治", ["排查：（1）甲；（2）乙", "整治"]),
        ("PM2.5年均浓度降至3.5以下", ["PM2.5年均浓度降至3.5以下"]),
        ("（3）建立机制", ["建立机制"]),
    ],
)
def test_several_numbered_measures_in_one_cell(text: str, items: list[str]) -> None:
    assert items_of(text) == items


@pytest.mark.parametrize(
    ("measure", "lead", "responsible", "due"),
    [
        ("清淤（市农业农村委牵头，2022年6月底前）", ("市农业农村委",), (), "2022-06-30"),
        ("清淤（责任单位：静海区；完成时限：2022年6月底前）。", (), ("静海区",), "2022-06-30"),
        ("清淤（静海区政府）（2022年6月底前完成）；", (), ("静海区",), "2022-06-30"),
        ("清淤（2022年6月底前）", (), ("市水务局",), "2022-06-30"),
        ("清淤（含北运河段）", (), ("市水务局",), "2021-12-31"),
        ("清淤（不含武清区，约3公里）", (), ("市水务局",), "2021-12-31"),
        ("清淤（2.5公里）", (), ("市水务局",), "2021-12-31"),
        ("清淤。责任单位：静海区。完成时限：2022年6月底前。", (), ("静海区",), "2022-06-30"),
        ("清淤（静海区牵头，2022年6月底前），再建闸。", ("静海区",), (), "2022-06-30"),
    ],
)
def test_a_measure_with_its_own_unit_and_deadline(
    measure: str, lead: tuple[str, ...], responsible: tuple[str, ...], due: str
) -> None:
    found = drafted(["1", "河道淤积。", "", measure, "市水务局", "2021年底前"])
    units = found.tasks[0].measures[0].units
    assert (units.lead, units.responsible, dues(found)) == (lead, responsible, [due])
    assert not found.questions


def test_a_measures_own_units_keep_the_tasks_supervisor() -> None:
    header = ["序号", "问题", "整改措施", "责任单位", "督导单位", "整改时限"]
    found = drafted(["1", "淤积。", "清淤（静海区负责）", "市水务局", "市生态环境局", "2022年底前"], header=header)
    units = found.tasks[0].measures[0].units
    assert (units.responsible, units.supervising) == (("静海区",), ("市生态环境局",))


def test_deadlines_and_units_numbered_like_the_measures() -> None:
    measures, units = "（1）排查；（2）整治", "（1）市水务局；（2）静海区"
    found = drafted(["1", "淤积。", "", measures, units, "（1）2021年底前；（2）2022年6月底前"])
    assert dues(found) == ["2021-12-31", "2022-06-30"]
    assert [measure.units.responsible for measure in found.tasks[0].measures] == [("市水务局",), ("静海区",)]


def test_a_finding_without_measures_gets_one_with_its_own_words() -> None:
    found = drafted(["1", "河道淤积。", "清淤", "", "市水务局", "2022年底前"])
    assert [measure.text for measure in found.tasks[0].measures] == ["河道淤积。"]


def test_problem_and_task_in_one_plan() -> None:
    header = ["序号", "反馈问题", "整改任务", "责任单位", "整改时限"]
    task = drafted(["1", "淤积。", "（1）排查；（2）清淤", "市水务局", "2022年底前"], header=header).tasks[0]
    assert (task.problem, [measure.text for measure in task.measures]) == ("淤积。", ["排查", "清淤"])


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        ("关于独流减河水质不达标的问题。督察发现，……", "独流减河水质不达标"),
        ("督察发现，部分河段长期黑臭，群众反映强烈。", "部分河段长期黑臭"),
        ("一是统筹推进区域流域海域协同治理污染防治工作力度不够", "统筹推进区域流域海域协同治理污…"),
    ],
)
def test_a_short_title_is_the_first_clause(problem: str, title: str) -> None:
    assert short_title(problem) == title
    assert len(title) <= 16


# Values as people see them


def test_dates_and_numbers_read_as_people_see_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*HEADER, "进展"])
    values = [
        (datetime(2022, 6, 1), 'yyyy"年"m"月"'),
        (datetime(2022, 6, 1), "yyyy/m/d"),
        (datetime(2022, 6, 1), "yyyy"),
        (datetime(2022, 6, 1), "[$-804]yyyy年m月;@"),
        (datetime(2022, 6, 1), 'm"月"d"日"'),
    ]
    for number, (value, code) in enumerate(values, start=1):
        sheet.append([float(number), *WHOLE[1:5], value, 0.6])
        sheet.cell(number + 1, 6).number_format = code
        sheet.cell(number + 1, 7).number_format = "0%"
    found = draft(messy.saved(book))
    assert [task.source_number for task in found.tasks] == ["1", "2", "3", "4", "5"]
    assert [task.deadline_phrase for task in found.tasks] == [
        "2022年6月",
        "2022年6月1日",
        "2022年",
        "2022年6月",
        "2022年6月1日",
    ]
    assert dues(found, 0) == ["2022-06-30"]
    assert {task.progress for task in found.tasks} == {"60%"}


@pytest.mark.parametrize(
    ("value", "choices"),
    [(2022.1, ("2022-01-31", "2022-10-31")), (44742, ("2022-06-30",))],
)
def test_a_number_that_may_be_a_date_is_asked(value: float, choices: tuple[str, ...]) -> None:
    found = drafted([*WHOLE[:5], value])
    assert [(q.kind, q.where, q.choices) for q in found.questions] == [("deadline", "Sheet1!F2", choices)]
    assert dues(found) == [None]


@pytest.mark.parametrize(
    ("rows", "kind", "phrase"),
    [
        ([[None, *WHOLE[1:]], ["2", "水质超标。", *WHOLE[2:]]], "number", ""),
        ([WHOLE, ["1", "水质超标。", *WHOLE[2:]]], "number", "1"),
        ([[*WHOLE[:4], "各有关区", WHOLE[5]]], "unit", "各有关区"),
        ([[*WHOLE[:4], "市水无局", WHOLE[5]]], "unit", "市水无局"),
        ([[*WHOLE[:4], "", WHOLE[5]]], "unit", ""),
        ([[*WHOLE[:5], "尽快"]], "deadline", "尽快"),
        ([[*WHOLE[:5], ""]], "deadline", ""),
    ],
)
def test_what_is_open_becomes_a_question(rows: list[list[Any]], kind: str, phrase: str) -> None:
    found = drafted(*rows)
    assert [(question.kind, question.phrase) for question in found.questions] == [(kind, phrase)]


def test_an_unknown_unit_is_asked_with_the_nearest_names() -> None:
    question = drafted([*WHOLE[:4], "市水无局", WHOLE[5]]).questions[0]
    assert question.choices[0] == "市水务局"
    assert (question.where, question.measure) == ("Sheet1!E2", None)


def test_numbers_that_begin_anew_in_each_section_are_no_repetition() -> None:
    assert not drafted(["一、大气方面"], WHOLE, ["二、水方面"], WHOLE).questions


@pytest.mark.parametrize(
    "line", ["印发日期：2021-05-20", "（二〇二一年五月二十日）", "天津市整改办  2021年5月20日", "2021.5.20"]
)
def test_the_day_of_issue(line: str) -> None:
    assert draft(messy.workbook([["某市整改方案"], [line], HEADER, WHOLE]), issued=None).issued == date(2021, 5, 20)


@pytest.mark.parametrize(
    "line",
    ["截至2021年5月20日", "填报日期：2021年5月20日", "2020年3月1日印发的《条例》", "2021年2月5日，督察组反馈意见"],
)
def test_another_day_is_not_the_day_of_issue(line: str) -> None:
    with pytest.raises(Refusal, match="no_issue_date"):
        draft(messy.workbook([["某市整改方案"], [line], HEADER, WHOLE]), issued=None)


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


# What must be refused


def zip_of(parts: dict[str, bytes], source: bytes = b"") -> bytes:
    """The zip `source` with these parts put in or replaced."""
    old = {}
    if source:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            old = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**old, **parts}.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def ole(*streams: str) -> bytes:
    """The head and directory of a compound file with these streams, as much as is needed to tell what it is."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return head + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))


PLAIN = messy.workbook([HEADER, WHOLE])
BROKEN_SHEET = zip_of({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}, PLAIN)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "plan.xlsx", "plan_empty"),
        (b"\xef\xbb\xbf \n", "plan.csv", "plan_empty"),
        (messy.workbook([[]]), "plan.xlsx", "plan_empty"),
        (b"PK\x03\x04 nonsense", "plan.xlsx", "plan_corrupt"),
        (PLAIN[: len(PLAIN) // 2], "plan.xlsx", "plan_corrupt"),
        (BROKEN_SHEET, "plan.xlsx", "plan_corrupt"),
        (zip_of({"word/document.xml": b"<w:document"}), "plan.docx", "plan_corrupt"),
        (b"\x07\x08\x00\x01" * 50, "plan.xlsx", "plan_corrupt"),
        (ole("EncryptionInfo", "EncryptedPackage"), "plan.xlsx", "plan_encrypted"),
        (messy.as_xls([HEADER, WHOLE], password=True), "plan.xls", "plan_encrypted"),
        (ole("WordDocument"), "plan.doc", "plan_old_word"),
        (ole("Workbook"), "plan.xls", "plan_corrupt"),
        (ole("PowerPoint Document"), "plan.xls", "plan_corrupt"),
        (b"%PDF-1.7", "plan.pdf", "plan_wrong_kind"),
        (b"{\\rtf1", "plan.doc", "plan_wrong_kind"),
        ("<html><table><tr><td>序号".encode(), "plan.xls", "plan_wrong_kind"),
        (zip_of({"a.txt": b"a"}), "plan.zip", "plan_wrong_kind"),
        (zip_of({"content.xml": b"a"}), "plan.ods", "plan_wrong_kind"),
        (bytes(range(1, 32)) * 100, "plan.csv", "plan_encoding"),
        (messy.workbook([["姓名", "电话"], ["张三", 1]]), "plan.xlsx", "plan_no_header"),
        ("今天开会。\n散会。".encode(), "plan.txt", "plan_no_header"),
        (messy.workbook([HEADER]), "plan.xlsx", "plan_no_tasks"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(data: bytes, name: str, reason: str) -> None:
    assert refusal_of(data, name).reason == reason


def test_no_header_is_refused_with_the_first_cell() -> None:
    refusal = refused_here(messy.workbook([[], ["", "会议通知"]]))
    assert (refusal.reason, refusal.facts["where"], refusal.facts["text"]) == (
        "plan_no_header",
        "Sheet1!B2",
        "会议通知",
    )


@pytest.mark.parametrize("name", ["plan.csv", "plan.txt", "plan.xls", "plan"])
def test_the_content_counts_and_not_the_name(name: str) -> None:
    assert len(draft(PLAIN, name).tasks) == 1


def test_a_text_under_a_workbooks_name_is_read() -> None:
    assert len(draft(messy.as_csv("utf-8"), "plan.xlsx").tasks) == 5


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    data = zip_of({"xl/media/a.bin": b"\0" * (64 * 1024 * 1024)}, PLAIN)
    assert len(data) < 200_000
    refusal = refusal_of(data)
    assert (refusal.reason, refusal.facts["member"]) == ("plan_bomb", "xl/media/a.bin")
    assert refusal_of(PLAIN, limits=Limits(members=3)).reason == "plan_bomb"
    assert refusal_of(PLAIN, limits=Limits(unpacked_bytes=1000)).reason == "plan_bomb"


def test_an_oversized_file_is_refused() -> None:
    assert refusal_of(PLAIN, limits=Limits(file_bytes=100)).reason == "plan_too_large"
    assert refusal_of(messy.workbook([HEADER, *[WHOLE] * 20]), limits=Limits(rows=10)).reason == "plan_too_many_rows"
    assert refusal_of(messy.as_csv(), "plan.csv", Limits(rows=5)).reason == "plan_too_many_rows"
    assert refusal_of(messy.as_docx(), "plan.docx", Limits(rows=5)).reason == "plan_too_many_rows"
    assert refusal_of(messy.as_text(), "plan.txt", Limits(rows=5)).reason == "plan_too_many_rows"


def test_a_text_beyond_measure_is_refused_with_its_place() -> None:
    refusal = refused_here(f"问题1：{'淤' * 40_000}。\n整改措施：清淤".encode(), "plan.txt")
    assert (refusal.reason, refusal.facts["where"], refusal.facts["chars"]) == ("plan_text_too_long", "第1行", 40_001)


def test_a_cell_at_the_far_end_of_a_sheet_is_refused_and_not_filled_up_to() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["XFD1048576"] = "x"
    refusal = refusal_of(messy.saved(book))
    assert refusal.reason in ("plan_too_many_rows", "plan_too_heavy")


def test_a_file_that_takes_too_long_or_too_much_is_stopped() -> None:
    assert refusal_of(PLAIN, limits=Limits(wall_seconds=0.01)).reason == "plan_too_heavy"
    big = messy.workbook([HEADER, *[[*WHOLE[:3], "清理" * 400, *WHOLE[4:]]] * 4000])
    assert refusal_of(big, limits=Limits(memory_bytes=48 * 1024 * 1024)).reason == "plan_too_heavy"


def test_entities_are_not_expanded() -> None:
    with zipfile.ZipFile(io.BytesIO(messy.as_docx())) as archive:
        body = archive.read("word/document.xml").decode()
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE w [<!ENTITY a0 "lol">{levels}]>'
    body = body.replace("<w:document", f"{laughs}<w:document", 1).replace("扬尘达标", "&a9;", 1)
    refusal = refusal_of(zip_of({"word/document.xml": body.encode()}, messy.as_docx()), "plan.docx")
    assert refusal.reason in ("plan_corrupt", "plan_too_heavy")


def test_an_error_value_is_refused_with_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["E2"] = "#REF!"
    book.active["E2"].data_type = "e"
    refusal = refused_here(messy.saved(book))
    assert (refusal.reason, refusal.facts) == ("plan_cell_error", {"where": "Sheet1!E2", "value": "#REF!"})


def test_a_formula_that_was_never_calculated_is_refused_with_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["F2"] = '=TEXT(TODAY(),"yyyy")'
    refusal = refused_here(messy.saved(book))
    assert (refusal.reason, refusal.facts["where"]) == ("plan_cell_formula", "Sheet1!F2")


def test_faults_outside_the_plans_columns_do_not_matter() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active["K9"] = "=SUM(A1:A2)"
    assert len(draft(messy.saved(book)).tasks) == 1


@pytest.mark.parametrize("source", [messy.as_xlsx(), messy.as_docx(), messy.as_xls([HEADER, WHOLE])])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(source: bytes) -> None:
    for seed in range(12):
        damage = random.Random(seed)
        data = bytearray(source)
        for _ in range(3):
            data[damage.randrange(len(data))] ^= 1 << damage.randrange(8)
        try:
            assert read_plan_file(bytes(data), "plan.xlsx")
        except Refusal as refusal:
            assert refusal.reason in reasons()


# Secrecy


@pytest.mark.parametrize("mark", ["机密★10年", "秘 密", "内部资料　注意保存", "某市整改方案（工作秘密）", "涉密"])
def test_a_marked_plan_is_refused_with_the_cell(mark: str) -> None:
    refusal = refused_here(messy.workbook([["某市整改方案"], ["", "", "", mark], HEADER, WHOLE]))
    assert (refusal.reason, refusal.facts["where"]) == ("plan_secret", "Sheet1!D2")
    assert refused_here(f"{mark}\n".encode() + messy.as_text(), "plan.txt").facts["where"] == "第1行"


@pytest.mark.parametrize("line", ["本表不得填写涉密内容", "请勿发送涉密、内部资料。", "保护商业秘密"])
def test_a_line_that_forbids_secrets_is_no_mark(line: str) -> None:
    assert len(draft(messy.workbook([["某市整改方案"], [line], HEADER, WHOLE, [f"注：{line}"]])).tasks) == 1


def test_a_finding_may_speak_of_secrets() -> None:
    assert len(drafted([WHOLE[0], "涉密单位环境管理缺失，内部资料混乱。", *WHOLE[2:]]).tasks) == 1


def test_marks_in_margins_and_drawings_count() -> None:
    book = openpyxl.load_workbook(io.BytesIO(PLAIN))
    book.active.oddFooter.center.text = "内部资料"
    assert refused_here(messy.saved(book)).facts["where"] == "Sheet1"
    document = Document(io.BytesIO(messy.as_docx()))
    document.sections[0].header.paragraphs[0].text = "秘密★1年"
    assert refused_here(messy.saved(document), "plan.docx").facts["where"] == "页眉"


def test_a_column_of_grades_is_checked() -> None:
    header = [*HEADER, "密级"]
    assert len(drafted([*WHOLE, "公开"], header=header).tasks) == 1
    refusal = refused_here(messy.workbook([header, [*WHOLE, "秘密"]]))
    assert (refusal.reason, refusal.facts["where"]) == ("plan_secret", "Sheet1!G2")


# The subprocess, the words, the pace


def test_the_process_apart_reads_the_same_and_reports_progress() -> None:
    seen: list[tuple[int, int]] = []
    data = messy.workbook([HEADER, *[[number, *WHOLE[1:]] for number in range(1, 1001)]])
    sheets = read_plan_file(data, "plan.xlsx", lambda done, of: seen.append((done, of)))
    assert sheets == read(data, "plan.xlsx", Limits(), lambda done, of: None)
    assert seen[-1] == (1001, 1001)
    assert seen == sorted(seen)
    assert len(seen) > 2


def test_the_reader_imports_neither_the_ledger_nor_telegram() -> None:
    import subprocess
    import sys

    code = "import bot.documents.plan_files.child, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"sqlmodel", "sqlalchemy", "pydantic", "telegram", "openpyxl", "docx", "python_calamine"}


def reasons() -> set[str]:
    """Every reason raised by reading and drafting."""
    sources = [*(ROOT / "bot/documents/plan_files").glob("*.py"), *(ROOT / "bot/domain/drafting").glob("*.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return set(re.findall(r'"(plan_[a-z_]+|no_issue_date)"', text))


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_refusal_and_question_has_its_words(locale: str) -> None:
    words = catalogue(locale)
    names = ["name", "where", "found", "instead", "megabytes", "limit", "member", "members", "rows", "text", "value"]
    facts = dict.fromkeys([*names, "mark", "chars"], "x")
    assert len(reasons()) > 15
    for reason in reasons():
        assert "\n" not in words.say(f"refusal.{reason}", facts)
    notes = [
        "cell_trailing_zero",
        "cell_first_of_month",
        "cell_serial",
        "deadline",
        "number_missing",
        "number_repeated",
        "unit_unknown",
        "unit_open",
        "unit_missing",
        "progress_claimed",
    ]
    for note in notes:
        assert words.say(f"question.{note}", {"phrase": "x", "where": "y"})


def test_five_thousand_rows(capsys: pytest.CaptureFixture[str]) -> None:
    measures = "（1）排查；（2）完成治理（市农业农村委牵头，2022年6月底前）；（3）巩固"
    units = "市水务局牵头，各区人民政府落实"
    rows = [[n, f"第{n}号断面水质超标，整改缓慢。", "达标", measures, units, "2022年底前"] for n in range(1, 5001)]
    data = messy.workbook([HEADER, *rows])
    started = time.perf_counter()
    sheets = read_plan_file(data, "plan.xlsx")
    read_after = time.perf_counter() - started
    found = draft_plan(sheets, REGISTRY, CALENDAR, issued=messy.ISSUED)
    took = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n5,000 rows of xlsx: read {read_after:.2f} s, drafted {took - read_after:.2f} s")
    assert (len(found.tasks), sum(len(task.measures) for task in found.tasks)) == (5000, 15000)
