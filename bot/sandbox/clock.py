"""The sandbox's own time: what message dates are made of. Rate limits and patience are monotonic instead."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


class Clock:
    """Real time, or a demo's: set to a moment and running on from there, or standing still, or read from elsewhere."""

    def __init__(self, source: Callable[[], datetime] | None = None) -> None:
        self.source = source
        self._ahead = timedelta()
        self._still: datetime | None = None

    def now(self) -> datetime:
        """An aware moment in China time, whatever zone the source speaks."""
        if self.source is not None:
            return self.source().astimezone(CHINA)
        if self._still is not None:
            return self._still
        return datetime.now(UTC).astimezone(CHINA) + self._ahead

    def unix(self) -> int:
        """Seconds of the Bot API's `date` fields."""
        if self.source is None and self._still is None:
            return int(time.time() + self._ahead.total_seconds())
        return int(self.now().timestamp())

    @property
    def mode(self) -> str:
        if self.source is not None:
            return "demo"
        if self._still is not None:
            return "still"
        return "set" if self._ahead else "real"

    def set(self, moment: datetime, *, running: bool = True) -> None:
        """From now on it is `moment` (aware); it runs on at real speed or stands still."""
        self.source = None
        self._still = None if running else moment.astimezone(CHINA)
        self._ahead = moment - datetime.now(UTC) if running else timedelta()

    def real(self) -> None:
        self.source, self._still, self._ahead = None, None, timedelta()


def next_moment(now: datetime, wish: str) -> datetime:
    """The moment after `now` that a wish names: "+1h", "+2d", "09:00", "monday 09:00"; ValueError for other words."""
    wish = wish.strip().lower()
    if wish.startswith("+"):
        unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[wish[-1]]
        return now + timedelta(**{unit: float(wish[1:-1])})
    day, _, clock = wish.rpartition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if moment <= now:
        moment += timedelta(days=1)
    if day:
        days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        moment += timedelta(days=(days.index(day) - moment.weekday()) % 7)
    return moment
