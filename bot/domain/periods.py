"""Reporting periods, from cut-off to cut-off (design.md §1): a report after the cut-off counts in the next one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.policy import DAYS, Policy
from bot.domain.workdays import Workdays

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# The least there is between two moments: a period begins that much after the cut-off before it.
MOMENT = timedelta(microseconds=1)
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Period:
    """Moments m with start < m <= end belong to it; `end` is its cut-off. Both are aware, in the office's zone."""

    start: datetime
    end: datetime

    @property
    def year(self) -> int:
        return self.end.isocalendar().year

    @property
    def issue(self) -> int:
        """The number of the week, and of the bulletin that reports on it (ISO week of the cut-off)."""
        return self.end.isocalendar().week

    @property
    def key(self) -> str:
        return self.end.date().isoformat()


@dataclass(frozen=True, slots=True)
class Office:
    """Where and by which rules the office works: zone, working days, policy, its name. Passed to every rule that needs
    a day."""

    zone: ZoneInfo
    calendar: Workdays
    policy: Policy
    name: str = "市整改办"
    # Every rule about a moment asks for its period, every rule about a task when its day ends: each is worked out once.
    _periods: dict[tuple[datetime, str], Period] = field(default_factory=dict, repr=False, compare=False)
    _latest: dict[str, Period] = field(default_factory=dict, repr=False, compare=False)
    _ends: dict[date, datetime] = field(default_factory=dict, repr=False, compare=False)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def today(self, moment: datetime) -> date:
        """The local day: at 07:00 in Shanghai, UTC still says yesterday."""
        return self.local(moment).date()

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone)

    def end_of(self, day: date) -> datetime:
        """A deadline ends at 24:00 local."""
        found = self._ends.get(day)
        if found is None:
            if len(self._ends) > REMEMBERED:
                self._ends.clear()
            found = self._ends[day] = self.at(day + DAY, time(0))
        return found

    def cut_off_of_week(self, day: date) -> datetime | None:
        """The cut-off in the Monday-to-Sunday week of `day`; None when the whole week is a holiday."""
        monday = day - timedelta(days=day.weekday())
        regular = monday + timedelta(days=DAYS.index(self.policy.week.cut_off_day))
        before = [regular - n * DAY for n in range((regular - monday).days + 1)]
        after = [monday + n * DAY for n in range(6, (regular - monday).days, -1)]
        for candidate in before + after:
            if self.calendar.is_working(candidate):
                return self.at(candidate, self.policy.week.cut_off)
        return None

    def cut_offs(self, since: date) -> Iterator[datetime]:
        """Weekly cut-offs from the week of `since` on, without end."""
        day = since
        while True:
            found = self.cut_off_of_week(day)
            if found is not None:
                yield found
            day += WEEK

    def week(self, moment: datetime) -> Period:
        return self.period(moment, "weekly")

    def period(self, moment: datetime, cadence: str) -> Period:
        """The period a moment belongs to, for a cadence: weekly, monthly or quarterly (ending at its last cut-off)."""
        # Most are asked about now: the week in which the last one lay.
        near = self._latest.get(cadence)
        if near is not None and near.start < moment <= near.end:
            return near
        found = self._periods.get((moment, cadence))
        if found is None:
            if len(self._periods) > REMEMBERED:
                self._periods.clear()
            found = self._periods[moment, cadence] = self._work_out(self.local(moment), cadence)
        self._latest[cadence] = found
        return found

    def _work_out(self, local: datetime, cadence: str) -> Period:
        start: datetime | None = None
        previous: datetime | None = None
        for cut_off in self.cut_offs(_well_before(local.date(), cadence)):
            if previous is not None and _bucket(previous, cadence) != _bucket(cut_off, cadence):
                if previous >= local and start is not None:
                    return Period(start, previous)
                start = previous
            previous = cut_off
        raise AssertionError("cut-offs never end")

    def previous(self, period: Period, cadence: str = "weekly") -> Period:
        return self.period(period.start, cadence)

    def first_working_day_after(self, period: Period) -> date:
        return self.calendar.next_working(period.end.date() + DAY)


def _well_before(day: date, cadence: str) -> date:
    return day - timedelta(days={"weekly": 28, "monthly": 75, "quarterly": 200}[cadence])


def _bucket(cut_off: datetime, cadence: str) -> tuple[int, int]:
    if cadence == "weekly":
        return (cut_off.toordinal(), 0)
    return (cut_off.year, cut_off.month if cadence == "monthly" else (cut_off.month - 1) // 3)
