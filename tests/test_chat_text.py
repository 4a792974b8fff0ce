"""What people type in chat: report lines, receipts, 无变化, pasted paragraphs, and the laws."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from bot.domain.chat_text import (
    ReportLine,
    RestUnchanged,
    alike,
    is_receipt,
    is_unchanged,
    normalise,
    numbered_by_title,
    read_report_line,
    rest_in,
    rest_unchanged,
    split_paragraph,
)
from bot.domain.refusal import Refusal

with (Path(__file__).parent / "data/reports.tsv").open(encoding="utf-8", newline="") as file:
    TABLE = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def whole(text: str) -> int | None:
    return int(text) if text else None


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["line"])
def test_a_line_reads_as_it_was_meant(row: dict[str, str]) -> None:
    expected = ReportLine(
        whole(row["number"]), whole(row["measure"]), whole(row["percent"]), row["text"], row["unchanged"] == "1"
    )
    assert read_report_line(row["line"]) == expected


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len({row["line"] for row in TABLE}) == len(TABLE) >= 100


@pytest.mark.parametrize(
    "line", ["12 120%", "第12项 101%", "12 完成130%", "150% 清淤", "12 百分之一百二十", "1260% 清淤"]
)
def test_more_than_a_hundred_is_refused(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_report_line(line)
    assert refused.value.reason == "percent_range"
    assert refused.value.facts["percent"] > 100


@pytest.mark.parametrize("line", ["12 -5%", "第12项 -5% 返工", "12 −5%", "-5%"])
def test_less_than_nothing_is_refused(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_report_line(line)
    assert (refused.value.reason, refused.value.facts) == ("percent_range", {"percent": -5})


def test_a_figure_above_a_hundred_within_the_words_is_no_progress() -> None:
    assert read_report_line("12 清淤完成年度任务的120%") == ReportLine(12, text="清淤完成年度任务的120%")


def test_words_are_like_the_titles_that_share_most_with_them() -> None:
    titles = {7: "独流减河清淤", 12: "入河排口整治", 23: "北运河清淤"}
    assert alike("清淤完成", titles) == [7, 23]
    assert alike("北运河清淤完成", titles) == [23]
    assert alike("已开工 60%", titles) == []


def test_digits_run_together_are_cut_only_where_one_cut_fits_my_tasks() -> None:
    assert read_report_line("1260% 清淤完成", {12}) == ReportLine(12, percent=60, text="清淤完成")
    with pytest.raises(Refusal):
        read_report_line("1215%", {1, 12, 121})  # 12 and 15%, or 121 and 5%


@pytest.mark.parametrize(
    "line",
    [
        *("", "  ", "，。", "12、13 无变化", "12 13 14 同上周", "7、12项均完成60%", "7，12 60%", "12 60%，13 80%"),
        *("第7项清淤完成62%；第12项排口整治完成90%", "12 60%；13 无变化"),
    ],
)
def test_a_line_of_nothing_or_of_several_tasks_is_no_report_line(line: str) -> None:
    assert read_report_line(line) is None


# Receipts

RECEIPTS = [
    *(
        "收到",
        "收到。",
        "收到！",
        "已收到",
        "收悉",
        "好的",
        "好的收到",
        "好的，收到",
        "收到，好的！",
        "已阅",
        "已阅知",
        "知悉",
    ),
    *(
        "已知悉",
        "知道了",
        "明白",
        "了解",
        "１",
        "1",
        "+1",
        "👍",
        "👍🏻",
        "👌",
        "🙏",
        "OK",
        "ok",
        "Ok！",
        "okay",
        "收到请放心",
    ),
    *(
        "收到，请放心",
        "收到，马上落实",
        "好的，立即安排",
        "收到谢谢",
        "市水务局收到",
        "市水务局 收到",
        "武清区政府收到",
    ),
    *("【收到】", "[强]", "嗯嗯", "好嘞", "遵照执行", "收到1", "是的", "收到 收到"),
    *("roger", "Received", "Noted,thanks", "got it", "thank you", "noted with thanks"),
]


@pytest.mark.parametrize("text", RECEIPTS)
def test_a_receipt_is_only_a_receipt(text: str) -> None:
    assert is_receipt(text)


NO_RECEIPTS = [
    *("收到，已完成60%", "好的，12无变化", "12", "11", "无变化", "同意", "已完成", "收到，但6月底完不成", "材料未收到"),
    *("检测报告已收到", "资金没收到", "？", "12好的", "清淤完成", "不明白", "收到群众来信3件", "困难", "60%", "", "  "),
    *("收到请回复", "收到 12 60%"),
]


@pytest.mark.parametrize("text", NO_RECEIPTS)
def test_a_word_more_and_it_is_no_receipt(text: str) -> None:
    assert not is_receipt(text)


# 无变化


@pytest.mark.parametrize(
    "text",
    [
        *(
            "无变化",
            "没变化",
            "無變化",
            "没有变化。",
            "同上周",
            "与上周相同",
            "和上周一样",
            "暂无变化",
            "本周无变化",
            "进度无变化",
            "不变",
        ),
        *(
            "无新进展",
            "无明显变化",
            "No change",
            "no changes",
            "same",
            "same as last week",
            "unchanged",
            "均无变化",
            "无 变 化",
        ),
    ],
)
def test_unchanged_in_its_many_wordings(text: str) -> None:
    assert is_unchanged(text)


@pytest.mark.parametrize(
    "text", ["", "水质无变化", "无变化，等待招标", "变化", "12 无变化", "方案变化较大", "无变化率", "相同"]
)
def test_anything_more_is_not_merely_unchanged(text: str) -> None:
    assert not is_unchanged(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("其余无变化", None),
        ("其余 8 项无变化", 8),
        ("其余８项无變化", 8),
        ("其余八项无变化。", 8),
        ("其他的都无变化", None),
        ("其它任务均无变化", None),
        ("剩余3项同上周", 3),
        ("其余的 没变化", None),
        ("rest same", None),
        ("The rest: no change", None),
        ("the other 8 tasks unchanged", 8),
        ("remaining 8 items: no change", 8),
        ("others unchanged", None),
    ],
)
def test_the_rest_unchanged_and_how_many(text: str, count: int | None) -> None:
    assert rest_unchanged(text) == RestUnchanged(count)


@pytest.mark.parametrize(
    "text", ["", "无变化", "12 无变化", "其余水质无变化", "其余 8 项 60%", "第7项62%；其余无变化", "其余"]
)
def test_what_does_not_speak_of_the_whole_rest(text: str) -> None:
    assert rest_unchanged(text) is None


def test_a_sentence_about_the_rest_is_found_in_a_paragraph() -> None:
    assert rest_in("第7项清淤完成62%；其余8项无变化。") == RestUnchanged(8)
    assert rest_in("第7项清淤完成62%。") is None


# Paragraphs

OWN = {7, 12, 13, 31}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "第7项清淤完成62%；第12项排口整治完成90%，余4个。",
            [ReportLine(7, None, 62, "清淤完成62%"), ReportLine(12, None, 90, "排口整治完成90%，余4个")],
        ),
        ("12 95% 二标段完工\n31 无变化", [ReportLine(12, None, 95, "二标段完工"), ReportLine(31, unchanged=True)]),
        (
            "7 60%，12 80%，31无变化",
            [ReportLine(7, None, 60), ReportLine(12, None, 80), ReportLine(31, unchanged=True)],
        ),
        ("12 13 无变化", [ReportLine(12, unchanged=True), ReportLine(13, unchanged=True)]),
        ("12 3 60%", []),
        ("12.1 60%，12.2 80%", [ReportLine(12, 1, 60), ReportLine(12, 2, 80)]),
        ("12、13 无变化", [ReportLine(12, unchanged=True), ReportLine(13, unchanged=True)]),
        ("7、12项均完成60%", [ReportLine(7, None, 60, "均完成60%"), ReportLine(12, None, 60, "均完成60%")]),
        (
            "本周进展如下：\n1、第7项：完成62%。\n2、第12项：42个排口完成38个，预计6月15日完成。\n其余无变化。",
            [ReportLine(7, None, 62), ReportLine(12, text="42个排口完成38个，预计6月15日完成")],
        ),
        ("第12.2项 90%；第7项 无變化", [ReportLine(12, 2, 90), ReportLine(7, unchanged=True)]),
        ("12 完成42个排口中的38个，7月底前全部完成", [ReportLine(12, text="完成42个排口中的38个，7月底前全部完成")]),
        ("第99项完成60%；第12项完成80%", [ReportLine(12, None, 80)]),
        ("第12项完成80%，与第7项一并推进", [ReportLine(12, None, 80, "与第7项一并推进")]),
        (
            "市水务局本周进展：\n（一）07 清淤，完成62%；（二）12号任务，完成90%，余4个。",
            [ReportLine(7, None, 62, "清淤，完成62%"), ReportLine(12, None, 90, "任务，完成90%，余4个")],
        ),
        ("12月15日开会；7天内报送", []),
        ("今天下雨", []),
        ("", []),
    ],
)
def test_a_pasted_paragraph_is_parted_into_my_tasks(text: str, lines: list[ReportLine]) -> None:
    assert split_paragraph(text, OWN) == lines


def test_a_paragraph_may_name_tasks_by_their_titles() -> None:
    titles = {7: "独流减河清淤", 12: "入河排口整治", 13: "管网", 31: "再生水厂", 32: "再生水厂"}
    text = "一、独流減河清淤：完成62%，二标段完工。\n二、入河排口整治完成90%；管网 30%；再生水厂 40%。推进入河排口整治工作。"
    lines = split_paragraph(numbered_by_title(text, titles), titles)
    assert [(line.number, line.percent) for line in lines] == [(7, 62), (12, 90)]
    assert lines[0].text == "独流減河清淤：完成62%，二标段完工"


def test_nobody_without_tasks_reports_anything() -> None:
    assert split_paragraph("第7项清淤完成62%", ()) == []


# Laws

in_traditional = OpenCC("s2t").convert

PIECES = [
    *(
        "12",
        "7",
        ".",
        "2",
        " ",
        "\n",
        "，",
        "；",
        "。",
        "%",
        "％",
        "60",
        "100",
        "第",
        "项",
        "号",
        "#",
        "-",
        "、",
        "和",
        "（",
        "）",
    ),
    *(
        "完成",
        "进度",
        "达到",
        "无变化",
        "無變化",
        "其余",
        "均",
        "清淤",
        "个",
        "月",
        "日",
        "百分之",
        "六十",
        "收到",
        "率",
        "由",
        "到",
        "½",
        "①",
    ),
]
texts = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


def read_all(text: str) -> list[ReportLine]:
    """Everything both readers find; nothing where a percentage is out of range."""
    with suppress(Refusal):
        return [line for line in (read_report_line(text),) if line] + split_paragraph(text, {7, 12})
    return []


@given(texts)
def test_reading_raises_nothing_but_a_refusal_and_keeps_the_wording(text: str) -> None:
    for line in read_all(text):
        assert line.text in text
        assert line.percent is None or 0 <= line.percent <= 100
        assert line.number is None or line.number > 0
        assert not (line.unchanged and line.percent is not None)


@given(texts)
def test_the_compared_form_keeps_every_position(text: str) -> None:
    assert len(normalise(text)) == len(text)


@given(texts)
def test_a_receipt_never_holds_progress(text: str) -> None:
    line = read_report_line(text) if is_receipt(text) else None
    assert line is None or (line.percent is None and not line.unchanged)


NUMBER_FORMS = ("{n} ", "#{n} ", "第{n}项", "第{n}项 ", "{n}号 ", "进度 {n} ", "进度{n}，", "{n}：", "任务{n} ", "{n}-")
PERCENT_FORMS = ("{p}%", "{p} %", "{p}％", "百分之{p}")
WORDS = ("清淤完成", "二标段完工，余4个待迁改", "招标已完成", "")


@settings(deadline=None)  # the first conversion loads its dictionary
@given(
    st.integers(1, 999),
    st.integers(0, 100),
    st.sampled_from(NUMBER_FORMS),
    st.sampled_from(PERCENT_FORMS),
    st.sampled_from(WORDS),
    st.booleans(),
)
def test_a_report_reads_the_same_in_all_its_forms(
    number: int, percent: int, number_form: str, percent_form: str, words: str, wide: bool
) -> None:
    head = number_form.format(n=number) + percent_form.format(p=percent)
    if wide:
        head = head.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    line = f"{head} {words}"
    assert read_report_line(line) == ReportLine(number, None, percent, words)
    traditional = read_report_line(in_traditional(line))
    assert traditional == ReportLine(number, None, percent, in_traditional(words))
