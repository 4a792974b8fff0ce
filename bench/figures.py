"""What a bench says: figures, each beside its peer and its requirement."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`must` and `met` are empty for a figure that is only told; `peer` names what it was measured beside."""

    what: str
    ours: str
    peer: str = ""
    must: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        verdict = "" if self.met is None else f"must {self.must}: {'met' if self.met else 'missed'}"
        return "  ".join(
            part for part in (f"{self.what}: {self.ours}", self.peer and f"[{self.peer}]", verdict) if part
        )


def at_most(what: str, value: float, limit: float, unit: str, peer: str = "") -> Figure:
    return Figure(what, _written(value, unit), peer, f"≤ {_written(limit, unit)}", value <= limit)


def at_least(what: str, value: float, limit: float, unit: str, peer: str = "") -> Figure:
    return Figure(what, _written(value, unit), peer, f"≥ {_written(limit, unit)}", value >= limit)


def _written(value: float, unit: str) -> str:
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{min(digits, 2)}f} {unit}"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(rounds: int, *works: Callable[[], float]) -> list[list[float]]:
    """A B A B …: what each gave, so that whatever else the machine does falls on all alike."""
    given: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, values in zip(works, given, strict=True):
            values.append(work())
    return given


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p99(values: Sequence[float]) -> float:
    """The value that 99 of 100 do not exceed; of fewer than a hundred, the largest."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]
