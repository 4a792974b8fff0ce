"""Checks the answer of `duban simulate --json`: `python -m bench.noise year.json` prints figures and broken claims."""

import json
import sys
from pathlib import Path
from typing import Any

# Figure → what must hold of it, in words; each is a line of docs/noise.md.
CLAIMS = (
    ("median_per_person_and_working_day", "at most one message a person and working day (median)"),
    ("max_per_person_and_day", "never more than the cap in a day"),
    ("in_quiet_hours", "nothing in quiet hours"),
    ("on_rest_days", "nothing on a day of rest"),
    ("milestones_not_reminded", "every milestone that came unmet was reminded of"),
    ("tasks_not_climbed", "every overdue task climbed the ladder"),
    ("after_the_end", "nothing of a task after its end"),
)


def broken(figures: dict[str, Any]) -> list[str]:
    """The claims that do not hold."""
    limits = {"median_per_person_and_working_day": 1, "max_per_person_and_day": figures["cap"] or sys.maxsize}

    def holds(name: str) -> bool:
        value = figures[name]
        return not value if isinstance(value, list) else bool(value <= limits.get(name, 0))

    return [words for name, words in CLAIMS if not holds(name)]


def main(file: str) -> int:
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    figures = told["figures"]
    print(f"{told['from']} to {told['to']}")
    for name, value in figures.items():
        print(f"{name:<36} {value}")
    wrong = broken(figures)
    print("\n".join(f"BROKEN: {words}" for words in wrong) or f"all {len(CLAIMS)} claims hold")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
