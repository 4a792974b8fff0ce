"""减负账单 (domain.md §5): what Duban cost people in a month, in messages and in time, and what it spared them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Two actions of one person so close together are one sitting; longer gaps are not time spent here.
PAUSE = timedelta(minutes=2)


@dataclass(slots=True)
class Burden:
    """Of one person, or summed up. `sent`: messages nobody asked for; `answers`: to what they said or pressed.

    `told`: reminders said, all of them within `daily` messages; `withdrawn`: not said, their cause being
    gone. `seconds`: time between actions of one sitting.
    """

    people: int = 0
    sent: int = 0
    answers: int = 0
    daily: int = 0
    told: int = 0
    withdrawn: int = 0
    reports: int = 0
    unchanged: int = 0
    seconds: int = 0

    def add(self, other: "Burden") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def folded(self) -> int:
        """Messages that were spared by saying several reminders in one."""
        return max(self.told - self.daily, 0)


def month_before(day: date) -> tuple[date, date]:
    """The calendar month before that of `day`: its first day, and the first day after it."""
    end = day.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def sittings(moments: Iterable[datetime]) -> int:
    """Seconds between neighbouring actions, without the pauses; one action alone cannot be measured and counts none."""
    spent = timedelta()
    before: datetime | None = None
    for moment in sorted(moments):
        if before is not None and moment - before <= PAUSE:
            spent += moment - before
        before = moment
    return round(spent.total_seconds())
