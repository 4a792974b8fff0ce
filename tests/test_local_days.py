"""The place's own days and seasons (config/workdays/local.toml) move what is read and counted by them."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.app import read_calendar
from bot.doctor import rules
from bot.domain.deadlines import read_deadline
from bot.domain.refusal import Refusal
from bot.domain.workdays import Workdays
from bot.settings import Settings, load_settings, shipped

BASE = date(2021, 5, 20)
TIANJIN = {"season": {"flood": ["06-15", "09-15"], "main_flood": ["07-15", "08-31"], "heating": ["11-01", "03-31"]}}


def with_local(folder: Path, text: str) -> Settings:
    shutil.copytree(shipped("workdays"), folder / "workdays")
    (folder / "workdays" / "local.toml").write_text(text, encoding="utf-8")
    return load_settings({}, workdays=str(folder / "workdays"), config=str(shipped("duban.toml")))


@pytest.mark.parametrize(
    ("phrase", "read"),
    [
        ("2024年汛期前", "2024-06-14"),
        ("汛期来临前", "2021-06-14"),
        ("2022年主汛期前", "2022-07-14"),
        ("2022年汛期结束前", "2022-09-15"),
        ("2022年汛期末", "2022-09-15"),
        ("2022年供暖期开始前", "2022-10-31"),
        ("2021-2022年采暖季前", "2021-10-31"),
        ("2021-2022年采暖季结束前", "2022-03-31"),
        ("2022年采暖季结束前", "ask year_unclear 2022-03-31 2023-03-31"),
        ("2022年汛期", "ask before_or_end 2022-06-14 2022-09-15"),
        ("2022年禁渔期前", "ask season"),
        ("2020-2022年采暖季前", "ask season"),
        ("每年汛期前", "recurring"),
        ("汛期安全检查，2022年底前完成", "2022-12-31"),
    ],
)
def test_a_season_is_read_by_the_setting(phrase: str, read: str) -> None:
    found = read_deadline(phrase, BASE, Workdays.of((), TIANJIN))
    asked = ["ask", found.note, *map(str, found.choices)]
    assert read == (str(found.due) if found.due else " ".join(asked) if found.kind == "ask" else found.kind)


def test_without_a_setting_a_season_is_asked_and_with_another_it_moves(tmp_path: Path) -> None:
    asked = read_deadline("2024年汛期前", BASE, read_calendar(load_settings({}, config=str(shipped("duban.toml")))))
    assert (asked.kind, asked.note) == ("ask", "season")
    settings = with_local(tmp_path, '[season]\nflood = ["05-10", "09-30"]\n')
    moved = read_deadline("2024年汛期前", BASE, read_calendar(settings))
    assert (moved.due, moved.note) == (date(2024, 5, 9), "season_local")


def test_a_local_day_off_or_worked_goes_before_the_calendar(tmp_path: Path) -> None:
    calendar = read_calendar(with_local(tmp_path, "off = [2022-06-13]\nwork = [2022-06-12]\n"))
    assert [calendar.is_working(date(2022, 6, day)) for day in (10, 12, 13, 14)] == [True, True, False, True]
    assert calendar.add(date(2022, 6, 10), 2) == date(2022, 6, 14)


def test_a_local_day_off_on_national_day_does_not_make_a_year_known() -> None:
    calendar = Workdays.of((), {"off": [date(2030, 10, 1)]})
    assert not calendar.knows(2030)
    assert calendar.unknown([date(2030, 5, 1), date(2022, 5, 1), None, date(2029, 1, 1)]) == [2029, 2030]


@pytest.mark.parametrize(
    ("text", "line", "name", "near"),
    [
        ('[season]\nfloods = ["06-15", "09-15"]', 2, "season.floods", "flood"),
        ('[season]\n\nflood = ["06-31", "09-15"]', 3, "season.flood", ""),
        ('[season]\nheating = ["02-29", "03-31"]', 2, "season.heating", ""),
        ('off = ["2022-06-13"]', 1, "off", ""),
        ("off = [2022-06-13]\nwork = [2022-06-13]", 2, "work", ""),
        ("offf = [2022-06-13]", 1, "offf", "off"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, text: str, line: int, name: str, near: str) -> None:
    settings = with_local(tmp_path, text)
    with pytest.raises(Refusal, match="local_days") as refused:
        read_calendar(settings)
    facts = refused.value.facts
    assert (facts["line"], facts["name"], facts["nearest"]) == (line, name, near)
    said = next(finding for finding in rules(settings) if finding["what"] == "workdays")
    assert said["level"] == "bad"
    assert f"local.toml 第 {line} 行" in said["text"]
