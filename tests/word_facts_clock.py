"""What the words of the clock, its settings and its silence are given, in the shapes the use cases pass them."""

from typing import Any

MOMENT = "2022-06-10T17:00:00+08:00"

CLOCK_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "cadence": [{"number": 7, "title": "清淤", "cadence": "monthly", "own": own} for own in (True, False)],
    "cadence_set": [
        {"number": 7, "title": "清淤", "before": "weekly", "after": after, "own": own, "next": MOMENT}
        for after, own in (("monthly", True), ("quarterly", False))
    ],
}
CLOCK_REFUSED: dict[str, Any] = {"cadence": "monthly", "file": "config/policy.toml", "line": 12, "nearest": "tolerance"}
CLOCK_PRESSED: dict[str, Any] = {"cadence": "monthly"}
