"""The pulse: when each thing that should go on for ever was last seen going on. Monotonic seconds come from `now`."""

import time
from collections.abc import Callable


class Pulse:
    """Names of what is expected to beat, each with the longest silence that is still healthy."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._longest: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def expect(self, name: str, longest: float) -> None:
        """From now on a silence of more than `longest` seconds is an illness."""
        self._longest[name] = longest
        self._last[name] = self._now()

    def beat(self, name: str) -> None:
        """It goes on; what nobody expects is not listened to."""
        if name in self._longest:
            self._last[name] = self._now()

    def forget(self, name: str) -> None:
        """It is no longer expected here: another node does it now."""
        self._longest.pop(name, None)
        self._last.pop(name, None)

    def ages(self) -> dict[str, float]:
        """Seconds since each was last seen."""
        now = self._now()
        return {name: now - last for name, last in self._last.items()}

    def ill(self) -> list[str]:
        return [name for name, age in self.ages().items() if age > self._longest[name]]
