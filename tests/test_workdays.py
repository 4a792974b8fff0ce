"""Working days by the State Council calendar, and the years an office adds."""

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.refusal import Refusal
from bot.domain.workdays import HOLIDAYS, Workdays, read_holiday_blocks, read_workdays

OFFICIAL = Workdays()
README = Path(__file__).parents[1] / "config" / "workdays" / "README.md"
known_days = st.dates(date(2005, 1, 1), date(2025, 12, 1))


def a_year(**changes):
    holiday = {"name": "国庆节", "first": date(2031, 10, 1), "last": date(2031, 10, 7), "make_up": [date(2031, 9, 28)]}
    return {"year": 2031, "holiday": [holiday | changes]}


def test_a_make_up_saturday_is_a_working_day():
    assert OFFICIAL.is_working(date(2021, 9, 18))
    assert not OFFICIAL.is_working(date(2021, 9, 25))


def test_a_holiday_on_a_weekday_is_none():
    assert not OFFICIAL.is_working(date(2021, 10, 7))
    assert OFFICIAL.is_working(date(2021, 10, 8))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2021, 5, 20), 2, date(2021, 5, 24)),
        (date(2021, 9, 30), 1, date(2021, 10, 8)),
        (date(2021, 9, 30), 2, date(2021, 10, 9)),  # a make-up Saturday
        (date(2022, 6, 13), 10, date(2022, 6, 27)),
        (date(2021, 5, 24), -2, date(2021, 5, 20)),
        (date(2021, 10, 3), 0, date(2021, 10, 3)),
    ],
)
def test_counting_working_days(start, count, end):
    assert OFFICIAL.add(start, count) == end


def test_the_nearest_working_day_on_either_side():
    assert OFFICIAL.next_working(date(2021, 10, 1)) == date(2021, 10, 8)
    assert OFFICIAL.last_working(date(2021, 10, 7)) == date(2021, 9, 30)
    assert OFFICIAL.next_working(date(2021, 10, 8)) == date(2021, 10, 8)


@pytest.mark.parametrize(
    ("name", "year", "first", "last"),
    [
        ("国庆节", 2021, date(2021, 10, 1), date(2021, 10, 7)),
        ("春节", 2022, date(2022, 1, 31), date(2022, 2, 6)),
        ("元旦", 2023, date(2022, 12, 31), date(2023, 1, 2)),
        ("劳动节", 2022, date(2022, 4, 30), date(2022, 5, 4)),
        ("中秋节", 2020, date(2020, 10, 1), date(2020, 10, 8)),
        ("国庆节", 2023, date(2023, 9, 29), date(2023, 10, 6)),
    ],
)
def test_the_days_off_of_a_holiday(name, year, first, last):
    assert OFFICIAL.holiday_block(name, year) == (first, last)


def test_an_unannounced_year_is_monday_to_friday_and_says_so():
    assert not OFFICIAL.knows(2031)
    assert OFFICIAL.is_working(date(2031, 10, 1))
    assert not OFFICIAL.is_working(date(2031, 10, 4))
    assert OFFICIAL.holiday_block("国庆节", 2031) is None


def test_a_configured_year_is_known_with_its_make_up_days():
    calendar = Workdays.of([a_year()])
    assert calendar.knows(2031)
    assert not calendar.is_working(date(2031, 10, 1))
    assert calendar.is_working(date(2031, 9, 28))
    assert calendar.holiday_block("国庆节", 2031) == (date(2031, 10, 1), date(2031, 10, 7))


def test_a_single_local_day_off_does_not_make_a_year_known():
    calendar = Workdays({date(2031, 3, 3): False})
    assert not calendar.is_working(date(2031, 3, 3))
    assert not calendar.knows(2031)


def test_an_override_outweighs_the_official_calendar():
    assert Workdays({date(2021, 10, 7): True}).is_working(date(2021, 10, 7))


def test_the_documented_example_is_the_official_year():
    example = re.search(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    mapping = tomllib.loads(example[1])
    days = read_workdays(mapping)
    assert all(OFFICIAL.is_working(day) is works for day, works in days.items())
    irregular = [
        day
        for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(365))
        if OFFICIAL.is_working(day) != (day.weekday() < 5)
    ]
    assert set(irregular) <= set(days)
    blocks = read_holiday_blocks(mapping)
    assert blocks == {(name, 2025): OFFICIAL.holiday_block(name, 2025) for name in HOLIDAYS}


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({"holiday": []}, "workdays_year"),
        ({"year": 20310, "holiday": []}, "workdays_year"),
        ({"year": 2031}, "workdays_empty"),
        ({"year": 2031, "holiday": []}, "workdays_empty"),
        ({"year": 2031, "holiday": ["国庆节"]}, "workdays_holiday"),
        (a_year(name="圣诞节"), "workdays_holiday"),
        (a_year(first=date(2031, 10, 8)), "workdays_days"),
        (a_year(first="10月1日"), "workdays_days"),
        (a_year(last=date(2031, 11, 30)), "workdays_days"),
        (a_year(first=date(2030, 10, 1), last=date(2030, 10, 7)), "workdays_days"),
        (a_year(make_up=[date(2031, 9, 29)]), "workdays_make_up"),
        (a_year(make_up=[date(2031, 10, 4)]), "workdays_make_up"),
        (a_year(make_up=["9月28日"]), "workdays_make_up"),
    ],
)
def test_a_wrong_calendar_is_refused_with_its_reason(mapping, reason):
    with pytest.raises(Refusal) as refused:
        read_workdays(mapping)
    assert refused.value.reason == reason


@given(known_days, st.integers(1, 60))
def test_between_undoes_add(day, count):
    end = OFFICIAL.add(day, count)
    assert OFFICIAL.is_working(end)
    assert OFFICIAL.between(day, end) == count


@given(known_days, st.integers(0, 30), st.integers(0, 30))
def test_counting_in_two_steps_is_counting_at_once(day, first, second):
    assert OFFICIAL.add(OFFICIAL.add(day, first), second) == OFFICIAL.add(day, first + second)


@given(known_days)
def test_the_neighbours_of_a_day_are_the_nearest(day):
    after, before = OFFICIAL.next_working(day), OFFICIAL.last_working(day)
    assert before <= day <= after
    assert (before == day == after) is OFFICIAL.is_working(day)
    assert OFFICIAL.between(day, after) == (0 if after == day else 1)
