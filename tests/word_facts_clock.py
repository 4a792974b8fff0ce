"""What the words of the clock, its settings and its silence are given, in the shapes the use cases pass them."""

from typing import Any

MOMENT = "2022-06-10T17:00:00+08:00"

CLOCK_MESSAGES: dict[str, list[dict[str, Any]]] = {}
CLOCK_REFUSED: dict[str, Any] = {"file": "config/policy.toml", "line": 12, "nearest": "tolerance"}
CLOCK_PRESSED: dict[str, Any] = {}
