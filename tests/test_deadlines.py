"""Deadline phrases: the table of domain.md, the phrases of real plans beside it, and the laws."""

import csv
import tomllib
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from opencc import OpenCC
from strategies.deadlines import FULL_WIDTH, disguised, jumbles, staged, timeless, written

from bot.domain.deadlines import Reading, read_deadline, read_measure_deadlines
from bot.domain.deadlines.reading import Note
from bot.domain.workdays import Workdays

ROOT = Path(__file__).parents[1]
BASE = date(2021, 5, 20)
CALENDAR = Workdays()
TABLE = list(csv.DictReader((ROOT / "tests/data/deadlines.tsv").open(encoding="utf-8"), delimiter="\t"))

# What a practitioner reads: a day, the days of stages with =percent, or the kind; after *ask* its note and the days
# it may mean; "upkeep" and "soft" where they hold. The document is dated 2021-05-20.
PHRASES = """
# A day, however it is written
2021年8月15日之前 -> 2021-08-15
2021年12月31号 -> 2021-12-31
2021年十二月廿五日前 -> 2021-12-25
2021年十二月卅一日前 -> 2021-12-31
二○二一年十二月三十一日 -> 2021-12-31
二零二二年六月底前 -> 2022-06-30
贰零贰贰年陆月叁拾日前 -> 2022-06-30
2O22年6月底前 -> 2022-06-30
2021/12/31 -> 2021-12-31
20211231 -> 2021-12-31
2021 12 31 -> 2021-12-31
21/12/31 -> 2021-12-31
31/12/2021 -> 2021-12-31
05/06/2021 -> ask conflict 2021-05-06;2021-06-05
2022．12．31 -> 2022-12-31
2022.6.30日前 -> 2022-06-30
12.31 -> 2021-12-31
6/30 -> 2021-06-30
6-30前 -> 2021-06-30
2021-12-31 00:00:00 -> 2021-12-31
2021年12月31日（星期五）前 -> 2021-12-31
2021年12月31日下班前 -> 2021-12-31
2021年12月31日17:00前 -> 2021-12-31
2021年12月31日24时前 -> 2021-12-31
2021年12月31日0时前 -> ask conflict 2021-12-30;2021-12-31
12⽉31⽇前 -> 2021-12-31
2 0 2 1 年 12 月 3 1 日 -> 2021-12-31
整改时限：2021年12月底前 -> 2021-12-31
於2022年6月30日前完成，長期堅持 -> 2022-06-30 upkeep
國慶節前 -> 2021-09-30
三個月內 -> 2021-08-20
# Months, quarters, years, plans
2022-06 -> 2022-06-30
2021.12 -> 2021-12-31
202112 -> 2021-12-31
2022/6 -> 2022-06-30
2025 -> 2025-12-31
2022底前 -> 2022-12-31
2021年度 -> 2021-12-31
2021年内 -> 2021-12-31
2021年全年 -> 2021-12-31
2021年12月份 -> 2021-12-31
2022年Q3 -> 2022-09-30
2021H1 -> 2021-06-30
2022年前6个月 -> 2022-06-30
2022年1季度 -> 2022-03-31
第四季度 -> 2021-12-31
2022年6月中下旬 -> 2022-06-30
七月中旬 -> 2021-07-20
“十五五”期间 -> 2030-12-31
“十三五”末 -> 2020-12-31
第十四个五年规划期末 -> 2025-12-31
“十四五”末（2025年底前） -> 2025-12-31
本年度 -> 2021-12-31
当年底前 -> 2021-12-31
后年底前 -> 2023-12-31
明年上半年 -> 2022-06-30
本季度末 -> 2021-06-30
下季度末前 -> 2021-09-30
月内 -> 2021-05-31
下月15日前 -> 2021-06-15
30日前 -> 2021-05-30
本周五前 -> 2021-05-21
下周 -> 2021-05-30
年内 -> 2021-12-31
# Windows end with their last day
2021年至2023年 -> 2023-12-31
2021—25年 -> 2025-12-31
2021年6月至12月 -> 2021-12-31
2021年6月—2022年12月 -> 2022-12-31
2021.6-2022.12 -> 2022-12-31
2021年6月1日-15日 -> 2021-06-15
2021年9月至次年3月 -> 2022-03-31
2021-06-01至2021-12-31 -> 2021-12-31
自2021年6月1日起至2022年12月31日止 -> 2022-12-31
自方案印发之日起至2021年12月31日 -> 2021-12-31
6-12月 -> 2021-12-31
1-3月 -> ask year_unclear 2021-03-31;2022-03-31
10月-3月 -> ask backwards 2022-03-31
2021年一季度至三季度 -> 2021-09-30
# Counted from the document's date, in calendar or working days
30日内 -> 2021-06-19
限期7日 -> 2021-05-27
一百二十天内 -> 2021-09-17
72小时内整改到位 -> 2021-05-23
两周内 -> 2021-06-03
半个月内 -> 2021-06-04
半月内 -> 2021-06-04
一个半月内 -> 2021-07-05
一年半内 -> 2022-11-20
10年内 -> 2031-05-20
3个月 -> 2021-08-20
不超过3个月 -> 2021-08-20
30个工作日内 -> 2021-07-02
收到督办单之日起10个工作日内 -> 2021-06-03
自交办之日起15日内 -> 2021-06-04
接到通知后5日内 -> 2021-05-25
2021年6月1日起6个月内 -> 2021-12-01
三至六个月 -> ask span_range 2021-08-20;2021-11-20
3-6个月内 -> ask span_range 2021-08-20;2021-11-20
三年左右 -> ask approximate 2024-05-20
3个月以上 -> ask unread
约半年 -> ask unread
两三个月内 -> ask unread
数月内 -> ask unread
3个月后 -> ask unread
项目批复后3个月内 -> ask event
验收合格后1个月内 -> ask event
# Holidays
端午节前完成 -> 2021-06-11
中秋节前 -> 2021-09-18
十一前 -> 2021-09-30
2022年元旦前 -> 2021-12-31
2022年春节前 -> 2022-01-30
明年五一前 -> 2022-04-29
2022年春节期间 -> 2022-02-06
七一前 -> 2021-06-30
元旦前 -> ask year_unclear 2020-12-31;2021-12-31
五一前 -> ask year_unclear 2021-04-30;2022-04-29
2021年国庆 -> ask before_or_end 2021-09-30;2021-10-07
2028年国庆节前 -> 2028-09-30
2028年春节前 -> ask holiday_unknown
春节后 -> ask after
# A bare period with 前 has two readings
2021年12月以前 -> ask before_or_end 2021-11-30;2021-12-31
2023年二季度前 -> ask before_or_end 2023-03-31;2023-06-30
2024年上半年前 -> ask before_or_end 2023-12-31;2024-06-30
2021年12月下旬前 -> ask before_or_end 2021-12-20;2021-12-31
“十四五”前 -> ask before_or_end 2020-12-31;2025-12-31
8月前 -> ask before_or_end 2021-07-31;2021-08-31
2030年前碳达峰 -> ask before_or_end 2029-12-31;2030-12-31
2024年8月前（含8月） -> 2024-08-31
2022年6月30日（不含）前 -> 2022-06-29
# Without a year: the document's, and asked when that is past
5月20日前 -> 2021-05-20
5月19日前 -> ask year_unclear 2021-05-19;2022-05-19
一季度末 -> ask year_unclear 2021-03-31;2022-03-31
10月底前 -> 2021-10-31
# Stages
2021年底前取得阶段性成效，2025年底前全面完成 -> 2021-12-31;2025-12-31=100
2021年9月底前，完成排查；2021年12月底前，完成整治；2022年6月底前，通过验收 -> 2021-09-30;2021-12-31;2022-06-30
2021年6月30日前完成方案编制，12月31日前完成工程建设 -> 2021-06-30;2021-12-31
2022年3月底前开工建设，年底前建成投运 -> 2022-03-31;2022-12-31
2021年10月底前完成前期工作，次年6月底前完工 -> 2021-10-31;2022-06-30
2021、2022、2023年底前分别完成30%、60%、100% -> 2021-12-31=30;2022-12-31=60;2023-12-31=100
2021年、2022年、2023年分别完成四成、七成、全部 -> 2021-12-31=40;2022-12-31=70;2023-12-31=100
2021年完成20%，2022年完成20%，2023年完成60% -> 2021-12-31=20;2022-12-31=40;2023-12-31=100
2022年底前完成三分之一，2023年底前完成三分之二，2024年底前全部完成 -> 2022-12-31=33;2023-12-31=67;2024-12-31=100
2021年底前完成工程量的一半，2022年6月底前全部完工 -> 2021-12-31=50;2022-06-30=100
2022年底前水质优良率达到70%，2025年底前达到75% -> 2022-12-31;2025-12-31
2021年6、9、12月底前 -> 2021-06-30;2021-09-30;2021-12-31
2022年6月15日、30日前 -> 2022-06-15;2022-06-30
2022年一、三季度末前 -> 2022-03-31;2022-09-30
第一阶段：2021年9月底前；第二阶段：2022年9月底前 -> 2021-09-30;2022-09-30
①2021年6月底前；②2022年6月底前；③长期坚持 -> 2021-06-30;2022-06-30 upkeep
1.2021年6月底前完成排查；2.2022年底前完成整治 -> 2021-06-30;2022-12-31
2022年底前完成，其中一期2021年底前完成 -> 2021-12-31;2022-12-31
2021年9月底前（方案编制）、2022年12月底前（工程建设） -> 2021-09-30;2022-12-31
方案印发后一个月内完成排查，三个月内完成整治 -> 2021-06-20;2021-08-20
2021.12.31 2022.6.30 -> 2021-12-31;2022-06-30
武清区2021年9月底前完成，宝坻区2021年12月底前完成 -> 2021-09-30;2021-12-31
2021年底前（2021年12月31日） -> 2021-12-31
2021年底前（2022年6月底前） -> ask conflict 2021-12-31;2022-06-30
2022年6月底前完成方案，3月底前完工 -> ask backwards 2022-03-31;2023-03-31
# Upkeep, softness, at once, rhythms
2022年3月31日前完成，并长期坚持 -> 2022-03-31 upkeep
2021年12月31日前完成，2022年1月起长期坚持 -> 2021-12-31 upkeep
2021年底前建立长效机制 -> 2021-12-31
2025年底前水质持续改善 -> 2025-12-31
持续推进至2025年底 -> 2025-12-31
长期坚持，每季度报送一次进展 -> ongoing
即日起长期坚持 -> ongoing
从即日起 -> immediate
立行立改，长期坚持 -> immediate upkeep
立行立改，限期30天 -> 2021-06-19
立即整改，2021年5月底前完成 -> 2021-05-31
边整边改 -> immediate
原则上2022年底前 -> 2022-12-31 soft
拟于2022年9月底前完成 -> 2022-09-30 soft
2021年底前（力争10月底前） -> 2021-10-31;2021-12-31 soft
每年6月、12月底前各报送一次 -> recurring
每周五下午5点前 -> recurring
每年汛期前 -> recurring
2021年起每年12月底前 -> recurring
半年一次 -> recurring
每月25日前报送进展，2022年底前完成 -> 2022-12-31
按月调度，2022年6月底前完成 -> 2022-06-30
# Work that looks like time
2021年底前制定三年行动方案 -> 2021-12-31
2022年底前完成《天津市“十四五”规划（2021—2025年）》编制 -> 2022-12-31
按照津政办发〔2021〕5号文件要求，2022年底前完成 -> 2022-12-31
2022年底前完成1号线、2号炉改造 -> 2022-12-31
2025年底前，较2020年下降18% -> 2025-12-31
2025年底前完成2020年度遗留问题整改 -> 2025-12-31
2021年底前，PM2.5浓度下降20% -> 2021-12-31
2022年底前完成38条黑臭水体治理，新增处理能力5万吨/日 -> 2022-12-31
2022年6月底前完成2021年11月发现的问题整改 -> ask unread
2022年前期工作完成 -> 2022-12-31
# What nobody could date
按照国家要求时限完成 -> ask vague
2021年12月31日前（已完成） -> 2021-12-31
已于2020年12月完成 -> ask status 2020-12-31
2023年6月30日（延期至2023年12月31日） -> ask extended 2023-06-30;2023-12-31
原定2021年底，调整为2022年6月底 -> ask extended 2021-12-31;2022-06-30
2021年底前或2022年6月底前 -> ask alternatives 2021-12-31;2022-06-30
原则上2021年底前，最迟2022年6月底前 -> ask alternatives 2021-12-31;2022-06-30 soft
2021年12月31日前后 -> ask approximate 2021-12-31
约2022年6月 -> ask approximate 2022-06-30
2022年年中 -> ask part_of_period 2022-06-30
2022年6月初 -> ask part_of_period
2021年12月31日后 -> ask after
不早于2021年12月31日 -> ask unread
2021年6月起 -> ask start_only
2021年13月底前 -> ask impossible
2021年第五季度 -> ask unread
202X年底前 -> ask unread
2021年 月 日前 -> ask unread
1921年底前 -> ask year_odd
3021年12月31日 -> ask year_odd
Dec 31, 2021 -> ask unread
2021-2022年采暖季前 -> ask season
2021年秋冬季 -> ask season
入冬前 -> ask season
党的二十大召开前 -> ask event
已完成 -> ask status
正在推进 -> ask status
待定 -> ask vague
见备注 -> ask missing
— -> ask missing
44561 -> ask unread
7日 -> ask unread
定期开展 -> ask vague
完成整改 -> ask no_time
"""
ROWS = [line.split(" -> ") for line in PHRASES.splitlines() if " -> " in line]


def read(phrase: str, base: date = BASE) -> Reading:
    return read_deadline(phrase, base, CALENDAR)


def said(reading: Reading) -> str:
    """A reading in the notation of PHRASES."""
    shares = zip(reading.stages, reading.quantities, strict=True)
    words = {
        "date": str(reading.due),
        "staged": ";".join(f"{day}" if share is None else f"{day}={share}" for day, share in shares),
        "ask": f"ask {reading.note} {';'.join(map(str, reading.choices))}".strip(),
    }.get(reading.kind, reading.kind)
    upkeep = " upkeep" if reading.ongoing and reading.kind != "ongoing" else ""
    return words + upkeep + (" soft" if reading.soft else "")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["expression"])
def test_the_table_reads_as_a_practitioner_reads_it(row: dict[str, str]) -> None:
    answer = read(row["expression"]).as_dict()
    assert answer["kind"] == row["kind"]
    assert answer["due"] == (row["due"] or None)
    assert answer["stages"] == (row["stages"].split(";") if row["stages"] else [])
    assert answer["ongoing"] is (row["ongoing"] == "1")
    assert answer["soft"] is (row["soft"] == "1")


@pytest.mark.parametrize(("phrase", "reading"), ROWS, ids=lambda value: value)
def test_phrases_of_real_plans(phrase: str, reading: str) -> None:
    assert said(read(phrase)) == reading


def test_stages_keep_their_words_and_shares() -> None:
    reading = read("2021年底前完成40%，2022年底前完成70%，2023年底前全部完成")
    assert reading.quantities == (40, 70, 100)
    assert reading.labels == ("完成40%", "完成70%", "全部完成")
    assert read("一期2022年10月底前，二期2024年底前").labels == ("一期", "二期")
    assert read("2021年6月底前完成方案编制；2022年底前完成工程建设").labels == ("完成方案编制", "完成工程建设")


def test_a_line_break_ends_a_statement_but_not_a_date() -> None:
    assert said(read("2021年6月底前完成方案\n2022年底前完成工程")) == "2021-06-30;2022-12-31"
    assert said(read("2021年\n12月31日\n前")) == "2021-12-31"


@pytest.mark.parametrize(
    ("phrase", "note", "fragment"),
    [
        ("2020年底前", "past", "2020年底前"),
        ("3个月内", "relative", "3个月内"),
        ("国庆节前", "holiday", "国庆节前"),
        ("2028年国庆节前", "workdays_unknown", "2028年国庆节前"),
        ("力争2022年底前", "soft", "力争"),
        ("12月10日前", "year_assumed", "12月10日前"),
        ("2021年12月31日前（已完成）", "status", "已完成"),
        ("每月5日前", "rhythm", "每月"),
        ("立行立改", "immediate", "立行立改"),
        ("长期坚持", "upkeep", "长期"),
        ("2022年底前", "", ""),
        ("2022年底前完成，2024年汛期前验收", "season", "2024年汛期前"),
        ("2021年底前" * 500, "too_long", ("2021年底前" * 500)[:40]),
    ],
)
def test_a_reading_says_what_is_good_to_know(phrase: str, note: str, fragment: str) -> None:
    reading = read(phrase)
    assert (reading.note, reading.fragment) == (note, fragment)


def test_working_days_of_an_unannounced_year_say_so() -> None:
    reading = read("5个工作日内", date(2031, 9, 29))
    assert (reading.due, reading.note) == (date(2031, 10, 6), "workdays_unknown")


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_note_has_its_words(locale: str) -> None:
    words = tomllib.loads((ROOT / f"bot/words/{locale}/deadline.toml").read_text(encoding="utf-8"))
    assert set(words["deadline_note"]) == set(get_args(Note)) - {""}


# One cell, several measures


@pytest.mark.parametrize(
    ("phrase", "count", "readings"),
    [
        (
            "措施（1）2021年底前，措施（2）（3）2022年6月底前，其余长期坚持",
            4,
            ["2021-12-31", "2022-06-30", "2022-06-30", "ongoing"],
        ),
        ("（1）2021年6月底前；（2）2022年底前", 2, ["2021-06-30", "2022-12-31"]),
        ("①②2021年底前；③长期坚持", 3, ["2021-12-31", "2021-12-31", "ongoing"]),
        ("措施1-3：2022年底前", 3, ["2022-12-31"] * 3),
        ("措施（1）至（3）2022年6月底前完成", 3, ["2022-06-30"] * 3),
        ("第1项2021年底前，第2、3项2022年底前", 3, ["2021-12-31", "2022-12-31", "2022-12-31"]),
        ("第一项：2021年10月；第二项：2022年10月", 2, ["2021-10-31", "2022-10-31"]),
        ("措施一2021年底前，措施二、三2022年6月底前", 3, ["2021-12-31", "2022-06-30", "2022-06-30"]),
        ("措施1 2021年底前，措施2 2022年底前", 2, ["2021-12-31", "2022-12-31"]),
        ("1.2021年6月底前完成排查；2.2022年底前完成整治", 2, ["2021-06-30", "2022-12-31"]),
        ("（一）立行立改；（二）2022年底前完成", 2, ["immediate", "2022-12-31"]),
        ("（1）2022年6月底前；（2）12月底前；（3）长期坚持", 3, ["2022-06-30", "2022-12-31", "ongoing"]),
        ("（1）2021年6月底前完成方案，2021年底前完工；（2）长期坚持", 2, ["2021-06-30;2021-12-31", "ongoing"]),
        ("2021年底前完成措施（1）（2），2022年底前完成措施（3）", 3, ["2021-12-31", "2021-12-31", "2022-12-31"]),
        ("2021年底前完成措施（1），其余2022年底前完成", 3, ["2021-12-31", "2022-12-31", "2022-12-31"]),
        ("2022年底前完成，其中措施（1）2021年底前", 3, ["2021-12-31", "2022-12-31", "2022-12-31"]),
        ("措施（1）尽快，措施（2）2022年底前", 2, ["ask vague", "2022-12-31"]),
        ("措施（1）2021年底前，措施（2）2022年底前", 3, ["2021-12-31", "2022-12-31", "ask measure_unnamed"]),
        ("措施（3）2021年底前", 2, ["ask measure_unknown", "ask measure_unknown"]),
    ],
)
def test_each_measure_gets_its_own_deadline(phrase: str, count: int, readings: list[str]) -> None:
    answers = read_measure_deadlines(phrase, BASE, CALENDAR, count)
    assert answers is not None
    assert [said(answer) for answer in answers] == readings


@pytest.mark.parametrize(
    ("phrase", "count"),
    [
        ("2021年底前", 2),
        ("2021年6月底前；2022年底前", 2),
        ("（1）2021年6月底前；（2）2022年底前", 1),
        ("", 3),
        ("（1）排查；（2）整治", 2),
    ],
)
def test_a_phrase_that_names_no_measure_is_for_all_of_them(phrase: str, count: int) -> None:
    assert read_measure_deadlines(phrase, BASE, CALENDAR, count) is None


# Laws

days = st.dates(date(2015, 1, 1), date(2060, 12, 31))


def lawful(reading: Reading) -> bool:
    """What holds of every reading: see the docstring of Reading."""
    dated = reading.kind in ("date", "staged")
    return (
        (reading.due is not None) is dated
        and list(reading.stages) == sorted(set(reading.stages))
        and bool(reading.stages) is (reading.kind == "staged")
        and (not reading.stages or (len(reading.stages) > 1 and reading.due == reading.stages[-1]))
        and len(reading.stages) == len(reading.quantities) == len(reading.labels)
        and all(share is None or 0 <= share <= 100 for share in reading.quantities)
        and list(reading.choices) == sorted(set(reading.choices))
        and (not reading.choices or reading.kind == "ask")
        and (bool(reading.note) or reading.kind != "ask")
        and (reading.kind != "ongoing" or reading.ongoing)
    )


@given(st.data(), days)
def test_a_date_reads_the_same_however_it_is_written(data: st.DataObject, day: date) -> None:
    phrase = data.draw(written(day).flatmap(disguised))
    assert (read(phrase).kind, read(phrase).due) == ("date", day)


@given(st.data(), st.lists(days, min_size=2, max_size=5, unique=True))
def test_stages_are_ordered_and_the_due_is_the_last(data: st.DataObject, stages: list[date]) -> None:
    reading = read(data.draw(staged(stages)))
    assert reading.kind == "staged"
    assert list(reading.stages) == sorted(stages)
    assert reading.due == max(stages)


@given(jumbles, st.dates(date(2015, 1, 1), date(2030, 1, 1)))
def test_no_text_breaks_it(text: str, base: date) -> None:
    assert lawful(read(text, base))


@given(jumbles, st.integers(1, 5))
def test_no_text_breaks_the_reading_by_measure(text: str, count: int) -> None:
    answers = read_measure_deadlines(text, BASE, CALENDAR, count)
    assert answers is None or (len(answers) == count and all(map(lawful, answers)))


@given(st.sampled_from((date.min, date.max)), jumbles)
def test_no_document_is_too_old_or_too_new_for_it(base: date, text: str) -> None:
    assert lawful(read(text, base))


@given(timeless)
def test_it_never_invents_a_date(text: str) -> None:
    reading = read(text)
    assert reading.due is None
    assert reading.choices == ()


@given(
    st.text(
        st.characters(
            exclude_characters="年月日号天周季旬时前后内底末初今明昨本次当翌即", categories=["Lo", "Po", "Ps"]
        )
    )
)
def test_it_never_invents_a_date_from_other_characters(text: str) -> None:
    assume(not any(name in text for name in ("节", "旦", "五", "十", "国庆", "清", "中秋", "端午")))
    assert read(text).due is None


@given(st.integers(2016, 2040), st.integers(1, 12), st.integers(29, 99))
def test_a_day_that_does_not_exist_is_asked(year: int, month: int, day: int) -> None:
    assume(day > monthrange(year, month)[1])
    for phrase in (f"{year}年{month}月{day}日前", f"{year}.{month}.{day}", f"{year}-{month:02}-{day}"):
        assert read(phrase).kind == "ask"


@given(
    st.sampled_from([row["expression"] for row in TABLE] + [phrase for phrase, _ in ROWS]), st.sampled_from(" 　\n\t")
)
def test_space_around_and_width_make_no_difference(phrase: str, space: str) -> None:
    assert read(f"{space}{phrase}{space}") == read(phrase)
    assert read(phrase.translate(FULL_WIDTH)) == read(phrase)


@pytest.mark.parametrize("phrase", [row["expression"] for row in TABLE] + [phrase for phrase, _ in ROWS])
def test_old_characters_read_the_same(phrase: str) -> None:
    assert said(read(OpenCC("s2t").convert(phrase))) == said(read(phrase))


@given(st.integers(1, 400))
def test_days_and_months_count_from_the_document(count: int) -> None:
    assert read(f"{count}天内").due == BASE + timedelta(days=count)
    assert read(f"{count}个工作日内").due == CALENDAR.add(BASE, count)
