"""Laws of the pure rules: periods and cut-offs, what is due by now, where a task stands, totals, days, whose figure."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from plan_drafts import CALENDAR

from bot.domain.digest import TOTALS, bucket, count, digest, members_of, ranked, unit_lines
from bot.domain.ledger import Part, State
from bot.domain.past_days import past_day, split_past_day
from bot.domain.people import Member, Role
from bot.domain.periods import Office
from bot.domain.policy import Policy
from bot.domain.reminding import fold_at, moment_for, next_overdue, quiet
from bot.domain.reporting import Claim, report
from bot.domain.slices import MeasureSlice, Said, Stage, TaskSlice
from bot.domain.standing import (
    BEHIND,
    DUE_SOON,
    ON_SCHEDULE,
    OVERDUE,
    expected_share,
    silent_units,
    standing,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Office(SHANGHAI, CALENDAR, Policy())
ISSUED = date(2021, 5, 20)
MOMENT = timedelta(microseconds=1)
FEWEST = OFFICE.policy.scores.fewest_due
# A busy machine is no broken law.
law = settings(max_examples=40, deadline=None)
LEAD, FIRST, SECOND, OTHER = 1, 2, 3, 4

days = st.dates(date(2021, 1, 1), date(2025, 12, 31))
moments = st.datetimes(datetime(2021, 1, 4), datetime(2025, 12, 28), timezones=st.just(SHANGHAI))
cadences = st.sampled_from(["weekly", "monthly", "quarterly"])
percents = st.integers(0, 100)


@st.composite
def stages(draw: st.DrawFn) -> list[Stage]:
    """None to four dates after the plan's issue, in order, with growing quantities where they are stated."""
    dates = sorted(draw(st.sets(st.dates(date(2021, 6, 1), date(2024, 12, 31)), max_size=4)))
    quantities = sorted(draw(st.lists(st.integers(1, 99), min_size=len(dates), max_size=len(dates))))
    stated = draw(st.lists(st.booleans(), min_size=len(dates), max_size=len(dates)))
    return [
        Stage(n, day, None, day, quantity if told else None)
        for n, (day, quantity, told) in enumerate(zip(dates, quantities, stated, strict=True))
    ]


@st.composite
def measures(draw: st.DrawFn, ordinal: int = 1) -> MeasureSlice:
    found = draw(stages())
    workers = draw(st.sampled_from([[FIRST], [FIRST, SECOND], []]))
    said = {
        unit: Said(unit, draw(st.none() | percents), False, draw(moments))
        for unit in draw(st.sets(st.sampled_from(workers or [LEAD])))
    }
    units: dict[str, list[int]] = {Part.LEAD: [LEAD], Part.RESPONSIBLE: workers}
    return MeasureSlice(
        ordinal, ordinal, "措施", "", "date", draw(st.booleans()) if found else True, units, found, said
    )


@st.composite
def tasks(draw: st.DrawFn, number: int = 1) -> TaskSlice:
    made = [draw(measures(n)) for n in range(1, draw(st.integers(1, 3)) + 1)]
    state = draw(st.sampled_from(list(State)))
    task = a_task(made, number=number, state=state)
    task.cadence = draw(cadences)
    task.finished_at = draw(moments) if task.finished else None
    return task


def a_task(made: list[MeasureSlice], *, number: int = 1, state: str = State.IN_PROGRESS) -> TaskSlice:
    workers = list(dict.fromkeys(unit for measure in made for unit in measure.units.get(Part.RESPONSIBLE, [])))
    return TaskSlice(
        id=number,
        number=number,
        plan_id=1,
        plan="方案",
        issued=ISSUED,
        source_number=str(number),
        title=f"任务{number}",
        problem="",
        objective="",
        category="",
        cadence="weekly",
        cycle=1,
        state=state,
        version=1,
        registered_at=datetime(2021, 5, 20, tzinfo=SHANGHAI),
        units={Part.LEAD: [LEAD], Part.RESPONSIBLE: workers},
        measures=made,
    )


def dated(*found: tuple[date, int | None]) -> MeasureSlice:
    made = [Stage(n, day, None, day, quantity) for n, (day, quantity) in enumerate(found)]
    return MeasureSlice(1, 1, "措施", "", "date", False, {Part.LEAD: [LEAD]}, made)


def ledgers(size: int = 8) -> st.SearchStrategy[list[TaskSlice]]:
    return st.lists(tasks(), max_size=size).map(lambda made: [replace(t, id=n, number=n) for n, t in enumerate(made)])


# Periods and cut-offs.


@law
@given(moments, cadences)
def test_every_moment_belongs_to_one_period_and_periods_leave_no_gap(moment: datetime, cadence: str) -> None:
    period = OFFICE.period(moment, cadence)
    assert period.start < moment <= period.end
    assert OFFICE.period(period.end, cadence) == period
    assert OFFICE.previous(period, cadence).end == period.start
    assert OFFICE.period(period.end + MOMENT, cadence).start == period.end


@law
@given(moments)
def test_a_cut_off_is_on_a_working_day_at_its_hour_and_in_a_week_of_its_own(moment: datetime) -> None:
    period = OFFICE.week(moment)
    assert CALENDAR.is_working(period.end.date())
    assert period.end.timetz().replace(tzinfo=None) == OFFICE.policy.week.cut_off
    following = OFFICE.week(period.end + MOMENT)
    assert period.end.isocalendar()[:2] < following.end.isocalendar()[:2]
    assert OFFICE.first_working_day_after(period) > period.end.date()


@law
@given(moments)
def test_a_month_and_a_quarter_are_made_of_whole_weeks(moment: datetime) -> None:
    week, month, quarter = (OFFICE.period(moment, cadence) for cadence in ("weekly", "monthly", "quarterly"))
    assert quarter.start <= month.start <= week.start
    assert week.end <= month.end <= quarter.end
    assert OFFICE.week(month.end).end == month.end


@law
@given(days)
def test_a_deadline_ends_at_midnight_of_its_day(day: date) -> None:
    end = OFFICE.end_of(day)
    assert OFFICE.today(end - MOMENT) == day
    assert OFFICE.today(end) == day + timedelta(days=1)


# What is due by now.


@law
@given(measures(), days, days)
def test_what_is_due_by_now_never_falls_and_stays_between_nothing_and_all(
    measure: MeasureSlice, one: date, other: date
) -> None:
    earlier, later = (expected_share(measure, ISSUED, day) for day in sorted((one, other)))
    if not measure.stages:
        assert earlier is None
        assert later is None
        return
    assert earlier is not None
    assert later is not None
    assert 0 <= earlier <= later <= 100


@law
@given(measures())
def test_a_stage_asks_for_what_it_states_and_the_last_for_all(measure: MeasureSlice) -> None:
    for stage in measure.stages[:-1]:
        if stage.quantity is not None:
            assert expected_share(measure, ISSUED, stage.due) == pytest.approx(stage.quantity)
    if measure.stages:
        assert expected_share(measure, ISSUED, measure.stages[-1].due) == 100
        assert expected_share(measure, ISSUED, ISSUED) == 0


@law
@given(st.integers(1, 5), st.integers(1, 300))
def test_stages_that_state_nothing_ask_for_equal_shares(stages_in_all: int, apart: int) -> None:
    ends = [ISSUED + timedelta(days=2 * apart * n) for n in range(1, stages_in_all + 1)]
    measure = dated(*((day, None) for day in ends))
    for n, day in enumerate(ends, 1):
        assert expected_share(measure, ISSUED, day) == pytest.approx(100 * n / stages_in_all)
        half_way = expected_share(measure, ISSUED, day - timedelta(days=apart))
        assert half_way == pytest.approx(100 * (n - 0.5) / stages_in_all)


def test_the_due_share_by_hand() -> None:
    """40 % by the end of 2021, the rest by the end of 2022: on 2 July 2022 half of the second stage has gone."""
    measure = dated((date(2021, 12, 31), 40), (date(2022, 12, 31), None))
    assert expected_share(measure, ISSUED, date(2022, 7, 2)) == pytest.approx(40 + 60 * 183 / 365)


# Where a task stands.


@law
@given(tasks(), moments)
def test_labels_never_contradict_each_other(task: TaskSlice, now: datetime) -> None:
    found = standing(task, now, OFFICE)
    assert not (found.has(OVERDUE) and (found.has(BEHIND) or found.has(DUE_SOON)))
    if task.finished:
        assert found.flags == ()
        return
    assert found.has(ON_SCHEDULE) != (found.has(OVERDUE) or found.has(BEHIND))
    assert found.has(OVERDUE) == (task.due is not None and now >= OFFICE.end_of(task.due))
    if task.upkeep:
        assert not found.has(OVERDUE)
        assert not found.has(BEHIND)
    assert found.progress == task.progress
    assert found.days_left == ((task.due - now.date()).days if task.due else None)


@law
@given(tasks(), moments, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_time_alone_never_takes_a_task_out_of_overdue(task: TaskSlice, now: datetime, later: timedelta) -> None:
    if standing(task, now, OFFICE).has(OVERDUE):
        assert standing(task, now + later, OFFICE).has(OVERDUE)


@law
@given(tasks(), moments, percents)
def test_more_progress_never_puts_a_task_behind(task: TaskSlice, now: datetime, more: int) -> None:
    before = standing(task, now, OFFICE)
    for measure in task.measures:
        for unit in measure.workers:
            said = measure.said.get(unit)
            measure.said[unit] = Said(unit, max(more, (said.percent if said else None) or 0), False, now)
    after = standing(task, now, OFFICE)
    assert after.progress >= before.progress
    assert not after.has(BEHIND) or before.has(BEHIND)


@law
@given(tasks(), moments)
def test_who_has_reported_in_the_period_is_not_silent_and_nobody_else_is_asked(task: TaskSlice, now: datetime) -> None:
    for measure in task.measures:
        measure.said = {unit: said for unit, said in measure.said.items() if said.at <= now}
    silent = silent_units(task, now, OFFICE)
    assert set(silent) <= set(task.workers)
    assert not (task.finished and silent)
    for unit in silent:
        measure = next(m for m in task.measures if unit in m.workers)
        measure.said[unit] = Said(unit, 10, False, now)
        assert unit not in silent_units(task, now, OFFICE)


@law
@given(st.lists(percents, min_size=1, max_size=6), st.none() | percents)
def test_a_measures_progress_is_the_units_mean_rounded_down_or_the_leads_own_figure(
    figures: list[int], whole: int | None
) -> None:
    units = list(range(10, 10 + len(figures)))
    now = datetime(2022, 6, 13, tzinfo=SHANGHAI)
    said = {unit: Said(unit, figure, False, now) for unit, figure in zip(units, figures, strict=True)}
    measure = MeasureSlice(1, 1, "", "", "date", False, {Part.LEAD: [LEAD], Part.RESPONSIBLE: units}, [], said)
    assert measure.progress == sum(figures) // len(figures)
    if whole is not None:
        measure.said[LEAD] = Said(LEAD, whole, True, now)
        assert measure.progress == whole


@law
@given(percents, st.booleans(), st.sampled_from(["unchanged", "words"]))
def test_words_without_a_figure_leave_the_figure_what_it_was(percent: int, whole: bool, how: str) -> None:
    """无变化 of a lead does not turn what was one unit's figure into one for the whole, nor the other way."""
    now = datetime(2022, 6, 13, 12, tzinfo=SHANGHAI)
    units: dict[str, list[int]] = {Part.LEAD: [LEAD], Part.RESPONSIBLE: [FIRST, SECOND]}
    said = {LEAD: Said(LEAD, percent, whole, now), FIRST: Said(FIRST, 20, False, now)}
    measure = MeasureSlice(1, 1, "措施", "", "date", False, units, [], said)
    before = measure.progress
    lead = Member(id=1, user_id=1, name="李某", unit_id=LEAD, role=Role.LIAISON)
    claim = Claim(1, 1, unchanged=True) if how == "unchanged" else Claim(1, 1, text="继续推进")
    _, made = report(a_task([measure]), lead, claim, at=now, recorded_at=now, source="")
    assert (made.report.whole, made.report.percent) == (whole, percent)
    assert measure.progress == before


# Totals.


@law
@given(ledgers(), moments)
def test_totals_never_overlap_and_always_add_up(made: list[TaskSlice], now: datetime) -> None:
    found = digest(made, now, OFFICE)
    totals = found.totals
    assert totals["tasks"] == len(made) == totals["finished"] + totals["in_progress"] + totals["kept_up"]
    assert totals["in_progress"] == totals[ON_SCHEDULE] + totals[BEHIND] + totals[OVERDUE]
    assert totals["struck_off"] <= totals["finished"]
    for name in TOTALS:
        assert len(members_of(name, found.standings)) == totals[name]
    apart = [members_of(name, found.standings) for name in ("finished", "kept_up", ON_SCHEDULE, BEHIND, OVERDUE)]
    assert Counter(id(row) for rows in apart for row in rows) == Counter(id(row) for row in found.standings)
    assert [bucket(row) for row in found.overdue] == [OVERDUE] * totals[OVERDUE]
    assert all(0 <= rate.n <= rate.of for rate in found.rates.values())


@law
@given(ledgers(), moments)
def test_a_shared_task_counts_once_in_the_total_and_once_for_each_of_its_units(
    made: list[TaskSlice], now: datetime
) -> None:
    rows = [standing(task, now, OFFICE) for task in made]
    lines = unit_lines(rows, now, OFFICE)
    assert sum(line.totals["tasks"] for line in lines) == sum(len(task.workers) for task in made)
    for line in lines:
        mine = [row for row in rows if line.unit_id in row.task.workers]
        assert line.totals == count(mine)
        assert 0 <= line.on_time <= line.due <= line.totals["tasks"]


@law
@given(ledgers(), moments)
def test_ties_share_a_rank_and_a_rank_counts_who_is_better(made: list[TaskSlice], now: datetime) -> None:
    lines = ranked(unit_lines([standing(task, now, OFFICE) for task in made], now, OFFICE), FEWEST)
    for line in lines:
        compared = [each for each in lines if each.due >= FEWEST]
        better = sum(each.completion.share > line.completion.share for each in compared)
        assert line.rank == (1 + better if line in compared else None)
        assert line.rank_by_count == 1 + sum(each.completion.n > line.completion.n for each in lines)


# When it is said.


clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
people = st.builds(
    lambda daily, start, end: Member(
        id=1, user_id=1, name="李某", unit_id=1, role=Role.LIAISON, daily_at=daily, quiet_from=start, quiet_to=end
    ),
    clocks,
    st.none() | clocks,
    st.none() | clocks,
)


@law
@given(people, moments)
def test_a_daily_message_is_never_for_quiet_hours_a_day_of_rest_or_the_past(member: Member, now: datetime) -> None:
    at = fold_at(member, now, OFFICE)
    assert at >= now
    assert not quiet(member, at, OFFICE)
    assert at - now < timedelta(days=14)


@law
@given(days, st.integers(-30, 30))
def test_what_falls_on_a_day_of_rest_is_said_on_the_working_day_before_and_what_is_late_on_the_next(
    day: date, offset: int
) -> None:
    measure = dated((day, None))
    row = moment_for(a_task([measure]), measure.stages[0], offset, OFFICE)
    said, nominal = OFFICE.today(row.due_at), day + timedelta(days=offset)
    assert CALENDAR.is_working(said)
    if CALENDAR.is_working(nominal):
        assert said == nominal
    assert (said >= nominal) if offset > 0 else (said <= nominal)
    assert not any(
        CALENDAR.is_working(min(said, nominal) + timedelta(days=n)) and n for n in range(1, abs((said - nominal).days))
    )


@law
@given(days, moments)
def test_what_stays_late_is_said_again_and_never_for_a_day_that_has_passed(day: date, now: datetime) -> None:
    measure = dated((day, None))
    listed = max(OFFICE.policy.reminders.after)
    row = next_overdue(a_task([measure]), measure.stages[0], listed, now, OFFICE)
    assert row is not None
    assert row.offset > listed
    assert OFFICE.today(row.due_at) >= min(now.date(), day + timedelta(days=row.offset))
    assert (row.offset - listed) % OFFICE.policy.reminders.after_every == 0


# Days that have been.


@law
@given(days, st.dates(date(2022, 1, 1), date(2024, 12, 31)))
def test_a_day_without_its_year_is_the_latest_that_has_been(meant: date, today: date) -> None:
    written = f"{meant.month}月{meant.day}日"
    if (meant.month, meant.day) == (2, 29):
        return
    found = past_day(written, today, CALENDAR)
    assert found is not None
    assert (found.month, found.day) == (meant.month, meant.day)
    assert timedelta(0) <= today - found <= timedelta(days=366)
    assert split_past_day(f"{written} 武清区") == (written, "武清区")
    assert past_day(meant.isoformat(), today, CALENDAR) == meant


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("昨天", "2022-06-12"),
        ("前天", "2022-06-11"),
        ("今天", "2022-06-13"),
        ("周五", "2022-06-10"),
        ("上周五", "2022-06-10"),
        ("星期一", "2022-06-13"),
        ("6-10", "2022-06-10"),
        ("12月31日", "2021-12-31"),
        ("2022.6.10", "2022-06-10"),
    ],
)
def test_days_as_people_name_them(written: str, day: str) -> None:
    assert past_day(written, date(2022, 6, 13), CALENDAR) == date.fromisoformat(day)


@law
@given(st.text(max_size=30), days)
def test_a_day_that_cannot_be_read_is_none_and_nothing_else(text: str, today: date) -> None:
    day, rest = split_past_day(text)
    assert day in text
    assert len(day) + len(rest) <= len(text)
    found = past_day(text, today, CALENDAR)
    assert found is None or isinstance(found, date)


def test_midnight_is_no_hour_to_speak() -> None:
    member = Member(id=1, user_id=1, name="李某", unit_id=1, role=Role.LIAISON)
    assert fold_at(member, datetime(2022, 6, 11, tzinfo=SHANGHAI), OFFICE) == OFFICE.at(date(2022, 6, 13), time(9))
