"""Counts and times of the Bot API's calls."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

SAMPLES = 4096


@dataclass(slots=True)
class MethodStats:
    calls: int = 0
    failed: int = 0
    total_ms: float = 0.0
    worst_ms: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))


class Stats:
    def __init__(self) -> None:
        self.methods: dict[str, MethodStats] = {}
        self.codes: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()

    def count(self, method: str, code: int, seconds: float, description: str = "") -> None:
        stats = self.methods.get(method) or self.methods.setdefault(method, MethodStats())
        elapsed = seconds * 1000
        stats.calls += 1
        stats.total_ms += elapsed
        stats.worst_ms = max(stats.worst_ms, elapsed)
        stats.recent.append(elapsed)
        self.codes[code] += 1
        if code != 200:
            stats.failed += 1
            self.refusals[description] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "methods": {
                name: {
                    "calls": stats.calls,
                    "failed": stats.failed,
                    "mean_ms": round(stats.total_ms / stats.calls, 3),
                    "p99_ms": round(sorted(stats.recent)[int(len(stats.recent) * 0.99) - 1], 3),
                    "worst_ms": round(stats.worst_ms, 3),
                }
                for name, stats in sorted(self.methods.items())
            },
            "codes": {str(code): count for code, count in sorted(self.codes.items())},
            "refusals": dict(self.refusals.most_common(50)),
            "too_many": self.codes[429],
        }
