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
from bot.domain.deadlines.normal import TRADITIONAL
from bot.domain.deadlines.reading import Note
from bot.domain.workdays import Workdays

ROOT = Path(__file__).parents[1]
BASE = date(2021, 5, 20)
CALENDAR = Workdays()
TABLE = list(csv.DictReader((ROOT / "tests/data/deadlines.tsv").open(encoding="utf-8"), delimiter="\t"))

# deadline_phrases.txt: what a practitioner reads: a day, the days of stages with =percent, or the kind; after *ask* its
# note and the days it may mean; "upkeep" and "soft" where they hold. The document is dated 2021-05-20.
PHRASES = (ROOT / "tests/data/deadline_phrases.txt").read_text(encoding="utf-8")
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
        ("前两项2021年底前，其余2022年底前", 4, ["2021-12-31", "2021-12-31", "2022-12-31", "2022-12-31"]),
        ("最后一项长期坚持，其余2021年底前", 3, ["2021-12-31", "2021-12-31", "ongoing"]),
        ("2021年底前完成（措施3长期坚持）", 3, ["2021-12-31", "2021-12-31", "ongoing"]),
        (
            "2021年底前完成（措施（1）（2）），2022年底前完成（措施（3））",
            3,
            ["2021-12-31", "2021-12-31", "2022-12-31"],
        ),
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


@pytest.mark.parametrize("locale", ["s2t", "s2tw", "s2hk"])
def test_every_character_of_the_grammar_is_known_in_its_old_form(locale: str) -> None:
    grammar = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot/domain/deadlines").glob("*.py"))
    convert = OpenCC(locale).convert
    characters = {char for char in grammar if "\u4e00" <= char <= "\u9fff"} - set(map(chr, TRADITIONAL))
    assert [char for char in sorted(characters) if convert(char).translate(TRADITIONAL) != char] == []


@given(st.integers(1, 400))
def test_days_and_months_count_from_the_document(count: int) -> None:
    assert read(f"{count}天内").due == BASE + timedelta(days=count)
    assert read(f"{count}个工作日内").due == CALENDAR.add(BASE, count)
