"""The tables of a plan's file: headers, merged cells, sections, measures, and values as people see them."""

import io
from datetime import date, datetime
from typing import Any

import messy_plan as messy
import openpyxl
import pytest
from plan_drafts import (
    HEADER,
    WHOLE,
    draft,
    drafted,
    dues,
)

from bot.domain.drafting.tasks import short_title
from bot.domain.numbering import items_of
from bot.domain.plan_fields import header_field
from bot.domain.refusal import Refusal

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


def test_city_and_district_columns_of_one_role_are_read_together() -> None:
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
    dated = messy.workbook([["附件1：某市整改方案（2021年5月20日印发）"], HEADER, WHOLE])
    assert [plan.title for plan in draft(dated, issued=None).plans] == ["某市整改方案"]
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


@pytest.mark.parametrize(
    ("measures", "cell", "days"),
    [
        ("（1）一标段清淤，2021年底前完成；（2）二标段清淤", "2022年6月底前", ["2021-12-31", "2022-06-30"]),
        ("（1）2021年9月底前，完成排查；（2）于2022年底前整治", "", ["2021-09-30", "2022-12-31"]),
        ("（1）2021年6月底前出台方案，推进建设；（2）管护", "2022年底前", ["2021-06-30 2022-12-31", "2022-12-31"]),
        ("（1）2022年9月底前完成；（2）管护", "2021年底前", ["ask 2021-12-31 2022-09-30", "2021-12-31"]),
        ("（1）对2020年底前建成的项目排查；（2）管护", "2021年底前", ["2021-12-31", "2021-12-31"]),
        ("（1）《攻坚方案（2021—2023年）》2021年底前印发；（2）长期坚持", "", ["2021-12-31", "ongoing"]),
        ("（1）2024年8月前完成；（2）力争年底前完成", "尽快", ["ask 2024-07-31 2024-08-31", "2021-12-31"]),
        ("（1）2021年底前完成；（2）管护", "措施（1）2022年6月底前，措施（2）2023年底前", ["2022-06-30", "2023-12-31"]),
        ("2021年底前完成清淤。", "2022年底前", ["2022-12-31"]),
    ],
)
def test_a_day_in_the_measures_own_sentence(measures: str, cell: str, days: list[str]) -> None:
    found = drafted(["1", "河道淤积。", "", measures, "静海区", cell])
    readings = [measure.reading for measure in found.tasks[0].measures]
    said = [
        "ask " + " ".join(map(str, one.choices))
        if one.kind == "ask"
        else " ".join(map(str, one.stages)) or str(one.due or one.kind)
        for one in readings
    ]
    assert said == days


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


@pytest.mark.parametrize(
    ("progress", "claimed"),
    [
        ("已完成", True),
        ("已全部完成，长期坚持", True),
        ("完成率100%", True),
        ("已销号", True),
        ("已完成60%", False),
        ("已完成整改方案编制", False),
        ("尚未完成整改", False),
        ("已完成12公里", False),
    ],
)
def test_only_the_whole_said_to_be_done_is_asked_for_its_evidence(progress: str, claimed: bool) -> None:
    found = drafted([*WHOLE, progress], header=[*HEADER, "进展情况"])
    assert [question.kind for question in found.questions] == (["progress"] if claimed else [])


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
