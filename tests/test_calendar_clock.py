"""The clock and the calendar: year ends, leap days, daylight saving, jumps of the clock, years nobody knows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_ledger import WATER, Ledger, a_plan
from sqlmodel import Session

from bot.domain.people import Member
from bot.domain.periods import Office
from bot.domain.policy import Policy, Reminders
from bot.domain.post import Notice, Outbox
from bot.domain.reminding import fold_at, moment_for, quiet, shifted
from bot.domain.slices import MeasureSlice, Stage, TaskSlice
from bot.domain.standing import OVERDUE, standing
from bot.domain.steps import Ladder
from bot.domain.workdays import Workdays
from bot.usecases import sheet_office
from bot.usecases.act import Act
from bot.usecases.calendar_facts import unknown_years
from bot.usecases.subscribe import next_time
from bot.usecases.watch import note_tick
from bot.words import catalogue

SHANGHAI, NEW_YORK, SYDNEY = (ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Australia/Sydney"))
ZONES = [SHANGHAI, NEW_YORK, SYDNEY, ZoneInfo("Asia/Urumqi"), ZoneInfo("Pacific/Chatham"), ZoneInfo("UTC")]
SOME = settings(max_examples=40, deadline=None)
# One calendar for every zone.
PLAIN = Workdays()


def an_office(zone: ZoneInfo = SHANGHAI, calendar: Workdays = PLAIN) -> Office:
    return Office(zone, calendar, Policy())


def a_task(due: date, issued: date = date(2020, 1, 2)) -> tuple[TaskSlice, Stage]:
    stage = Stage(1, due, None, due, None)
    task = TaskSlice(1, 7, 1, "", issued, "7", "清淤", "", "", "", "weekly", 1, "in_progress", 1, datetime.now(UTC))
    return task, stage


def local(moment: datetime, zone: ZoneInfo = SHANGHAI) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


# Deadlines.


@pytest.mark.parametrize(
    ("due", "offset", "said"),
    [
        (date(2022, 12, 31), -1, "2022-12-30"),  # New Year's block begins on the 31st: Friday the 30th
        (date(2022, 12, 31), 1, "2023-01-03"),  # after New Year
        (date(2024, 2, 29), 0, "2024-02-29"),
        (date(2024, 3, 1), -1, "2024-02-29"),
        (date(2023, 3, 1), -1, "2023-02-28"),
        (date(2022, 1, 29), -1, "2022-01-28"),
        (date(2022, 2, 6), 1, "2022-02-07"),  # the first day after Spring Festival
        (date(2022, 10, 8), 0, "2022-10-08"),  # a Saturday on which people work
    ],
)
def test_a_reminder_falls_on_a_working_day_across_month_and_year(due: date, offset: int, said: str) -> None:
    office = an_office()
    row = moment_for(*a_task(due), offset, office)
    assert local(row.due_at) == f"{said} 00:00"


@pytest.mark.parametrize(
    ("due", "last"),
    [
        (date(2022, 12, 31), date(2022, 12, 30)),
        (date(2022, 6, 30), date(2022, 6, 30)),
        (date(2022, 6, 18), date(2022, 6, 17)),
    ],
)
def test_a_deadline_on_a_day_of_rest_names_the_last_working_day(due: date, last: date) -> None:
    assert shifted(due, an_office()) == last


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, SYDNEY], ids=str)
def test_a_deadline_ends_at_midnight_of_the_office_whatever_its_zone(zone: ZoneInfo) -> None:
    office, (task, stage) = an_office(zone), a_task(date(2022, 3, 13))  # in New York an hour is missing that night
    task.measures = [MeasureSlice(1, 1, "", "", "date", False, {"lead": [1]}, [stage])]
    end = office.end_of(date(2022, 3, 13))
    assert local(end, zone) == "2022-03-14 00:00"
    before, after = (standing(task, moment, office) for moment in (end - timedelta(seconds=1), end))
    assert (before.has(OVERDUE), after.has(OVERDUE)) == (False, True)


# Zones with daylight saving.


def a_member(daily: time = time(9), quiet_from: time | None = None, quiet_to: time | None = None) -> Member:
    return Member(user_id=1, name="", role="liaison", daily_at=daily, quiet_from=quiet_from, quiet_to=quiet_to,
                  joined_at=datetime(2022, 1, 1, tzinfo=UTC))  # fmt: skip


def test_the_daily_hour_stays_nine_on_both_sides_of_a_change_of_the_clocks() -> None:
    office, member = an_office(NEW_YORK), a_member()
    moment = datetime(2022, 3, 10, 12, tzinfo=NEW_YORK)
    said = []
    for _ in range(4):
        moment = fold_at(member, moment + timedelta(hours=16), office)
        said.append((local(moment, NEW_YORK), moment.astimezone(UTC).hour))
    assert said == [
        ("2022-03-11 09:00", 14),
        ("2022-03-14 09:00", 13),  # the clocks went forward on Sunday
        ("2022-03-15 09:00", 13),
        ("2022-03-16 09:00", 13),
    ]


def test_an_hour_the_clocks_skip_still_gets_its_message_and_one_they_repeat_gets_one() -> None:
    office = Office(NEW_YORK, Workdays.of((), {"work": [date(2022, 3, 13), date(2022, 11, 6)]}), Policy())
    for day in (date(2022, 3, 13), date(2022, 11, 6)):
        member = a_member(time(2, 30) if day.month == 3 else time(1, 30))
        at = fold_at(member, office.at(day, time(0)), office)
        assert office.today(at) == day
        later = fold_at(member, at + timedelta(seconds=1), office)
        # Said once that day: what comes later goes at once, under the key of the same day.
        assert office.today(later) == day


@SOME
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2020, 1, 1), datetime(2025, 12, 1), timezones=st.just(UTC)),
    st.times(),
    st.one_of(st.none(), st.tuples(st.times(), st.times())),
)
def test_a_folded_message_never_falls_into_rest_or_quiet(
    zone: ZoneInfo, now: datetime, daily: time, hours: tuple[time, time] | None
) -> None:
    office = an_office(zone)
    member = a_member(daily.replace(fold=0), *(hours or (None, None)))
    at = fold_at(member, now, office)
    assert at >= now
    assert not quiet(member, at, office)
    assert at - now < timedelta(days=14)


@SOME
@given(
    st.sampled_from(ZONES),
    st.sampled_from(["weekly", "monthly", "quarterly"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
)
def test_periods_tile_the_time_without_gap_or_overlap(zone: ZoneInfo, cadence: str, moment: datetime) -> None:
    office = an_office(zone)
    period = office.period(moment, cadence)
    assert period.start < moment <= period.end
    following = office.period(period.end + timedelta(microseconds=1), cadence)
    assert following.start == period.end
    assert office.previous(following, cadence) == period


@SOME
@given(st.dates(date(2020, 1, 1), date(2027, 12, 1)), st.integers(0, 40), st.booleans())
def test_counting_working_days_there_and_back_is_home_again(day: date, count: int, local_off: bool) -> None:
    calendar = Workdays.of((), {"off": [day + timedelta(days=3)]}) if local_off else PLAIN
    start = calendar.next_working(day)
    end = calendar.add(start, count)
    assert calendar.is_working(end)
    assert calendar.between(start, end) == count
    assert calendar.add(end, -count) == start


# Year ends.


def test_the_last_bulletin_of_a_year_is_numbered_by_its_cut_off() -> None:
    office = an_office()
    weeks = []
    period = office.week(datetime(2020, 12, 15, tzinfo=SHANGHAI))
    for _ in range(4):
        period = office.week(period.end + timedelta(microseconds=1))
        weeks.append((local(period.end), period.year, period.issue))
    assert weeks == [
        ("2020-12-25 17:00", 2020, 52),
        ("2020-12-31 17:00", 2020, 53),  # New Year's Day is a Friday: the week's last working day
        ("2021-01-08 17:00", 2021, 1),
        ("2021-01-15 17:00", 2021, 2),
    ]


def test_a_week_that_is_all_holiday_has_no_cut_off_and_no_bulletin() -> None:
    office = an_office()
    before = office.week(datetime(2022, 1, 27, 12, tzinfo=SHANGHAI))
    after = office.week(before.end + timedelta(microseconds=1))
    assert [local(before.end), local(after.end)] == ["2022-01-28 17:00", "2022-02-11 17:00"]


def test_monthly_reports_are_asked_at_the_last_cut_off_of_each_month_over_a_year() -> None:
    office = an_office()
    period, ends = office.period(datetime(2023, 12, 15, tzinfo=UTC), "monthly"), []
    for _ in range(4):
        ends.append(local(period.end)[:10])
        period = office.period(period.end + timedelta(microseconds=1), "monthly")
    assert ends == ["2023-12-29", "2024-01-26", "2024-02-23", "2024-03-29"]


# A clock that jumps.


def settled(ledger: Ledger) -> set[str]:
    return {row.key for row in ledger.rows(Outbox)} | {row.key for row in ledger.rows(Notice)}


def a_ledger(folder: Path, now: datetime, due: str = "2024年2月29日前", issued: str = "2023年12月1日") -> Ledger:
    ledger = Ledger(folder, a_plan((7, "清淤", WATER, "", due), issued=issued), now)
    policy = replace(ledger.house.office.policy, ladder=Ladder(step=()))
    ledger.house.office = replace(ledger.house.office, policy=policy)
    ledger.join(WATER)
    return ledger


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_clock_that_jumps_back_says_nothing_again(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path, at("2024-02-19 08:00"))
    ledger.travel(at("2024-02-28 12:00"))
    said = settled(ledger)
    assert any(key.startswith("daily:") for key in said)
    for moment in ("2024-02-20 09:00", "2024-02-26 10:00", "2024-02-28 12:01"):
        ledger.tick(at(moment))
    assert settled(ledger) == said


def test_a_clock_that_jumps_over_a_leap_day_says_it_once(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path, at("2024-02-28 18:00"))
    ledger.tick(at("2024-03-01 09:30"))
    ledger.tick(at("2024-03-01 09:31"))
    notices = [row.facts["offset"] for row in ledger.rows(Notice) if row.kind == "deadline"]
    assert notices == [1]
    daily = [row for row in ledger.rows(Outbox) if row.kind == "daily"]
    assert [row.key for row in daily] == [f"daily:2024-03-01:m{daily[0].member_id}"]
    assert daily[0].facts["overdue"][0]["days_left"] == -1


def test_downtime_over_new_year_is_one_message_on_the_first_working_day(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path, at("2022-12-29 18:00"), "2022年12月31日前", "2022年1月4日")
    ledger.travel(at("2023-01-04 08:00"))
    said = [local(row.created_at) for row in ledger.rows(Outbox) if row.kind == "daily"]
    assert said == ["2022-12-30 09:00", "2023-01-03 09:00"]


def test_a_stop_is_told_to_the_office_and_a_jump_back_is_not(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path, at("2024-02-19 08:00"))
    office = ledger.join("市整改办", "office")
    store, rules = ledger.house.store, ledger.house.office
    for moment in ("2024-02-19 08:00", "2024-02-19 08:02", "2024-02-19 07:00", "2024-02-19 07:05"):
        note_tick(store, rules, at(moment))
    assert ledger.told(office, "clock_was_away") == []
    note_tick(store, rules, at("2024-02-20 06:00"))
    note_tick(store, rules, at("2024-02-20 06:00"))
    (told,) = ledger.told(office, "clock_was_away")
    assert told.facts["since"] == "2024-02-19T07:05:00+08:00"


# Years nobody knows.


def test_what_is_counted_in_a_year_nobody_knows_says_so(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, a_plan((7, "清淤", WATER, "", "2031年6月15日前")), at("2031-06-02 08:00"))
    office, liaison = ledger.join("市整改办", "office"), ledger.join(WATER)
    ledger.travel(at("2031-06-17 12:00"))
    bulletins = ledger.told(office, "bulletin")
    assert bulletins
    assert all(row.facts["unknown_years"] == [2031] for row in bulletins)
    with ledger.act(office) as act:
        sheet_office.issue_by_hand(act, 7, None, "blue", "请说明")
    assert ledger.told(liaison, "sheet")[0].facts["sheet"]["unknown_years"] == [2031]
    with ledger.act(liaison) as act:
        assert unknown_years(act, ["2031-06-17T17:00:00+08:00", date(2022, 1, 1), None]) == [2031]
    # 15 June 2031 is a Sunday, by any calendar.
    lines = [line for row in ledger.told(liaison, "daily") for line in row.facts["due"]]
    assert {line["last_working"] for line in lines} == {"2031-06-13"}
    said = catalogue("zh").say(
        "message.daily", next(row.facts for row in ledger.told(liaison, "daily") if row.facts["due"])
    )
    assert "最后一个工作日 6月13日（2031年放假调休安排尚未公布，暂按周一至周五计）" in said


def test_a_notice_put_into_the_settings_makes_the_year_known_and_moves_the_day() -> None:
    day = date(2031, 10, 1)
    year = {"year": 2031, "holiday": [{"name": "国庆节", "first": day, "last": date(2031, 10, 7)}]}
    before, after = an_office(), an_office(calendar=Workdays.of([year]))
    assert not before.calendar.knows(2031)
    assert after.calendar.knows(2031)
    rows = [moment_for(*a_task(date(2031, 10, 6)), 1, office).due_at for office in (before, after)]
    assert [local(moment)[:10] for moment in rows] == ["2031-10-07", "2031-10-08"]


# Subscriptions.


@SOME
@given(
    st.sampled_from(ZONES),
    st.sampled_from([("daily", None), ("weekly", 1), ("weekly", 7), ("monthly", 1), ("monthly", 28)]),
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),
    st.times(),
)
def test_a_subscription_comes_on_a_working_day_after_now_and_not_twice(
    zone: ZoneInfo, rhythm: tuple[str, int | None], now: datetime, clock: time
) -> None:
    office = an_office(zone)
    act = Act(Session(), office, now)
    first = next_time(act, *rhythm, clock, now)
    assert first > now
    assert office.calendar.is_working(office.today(first))
    assert next_time(act, *rhythm, clock, first) > first


def test_reminders_of_a_policy_without_any_say_nothing() -> None:
    office = Office(SHANGHAI, PLAIN, Policy(reminders=Reminders(before=(), after=(), after_every=0)))
    assert moment_for(*a_task(date(2022, 6, 18)), 0, office).day == date(2022, 6, 18)
    assert quiet(a_member(), datetime(2022, 6, 18, 12, tzinfo=SHANGHAI), office)
