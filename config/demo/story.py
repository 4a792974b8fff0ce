"""The demonstration's lived year: `story_source.toml` expanded to reports, finishes and what was said in the chat.

Every choice hangs on a digest of what it is about, so that the story is the same each time.
"""

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import strike_offs
from content import Content, Plan, Task

ZONE = "+08:00"
APRIL = date(2022, 4, 27)
SEASONS = {"春": (3, 4), "夏": (6, 7, 8), "秋": (9, 10, 11), "冬": (12, 1, 2)}


@dataclass(frozen=True)
class Said:
    """One report: `percent` is None for a report in words alone."""

    at: datetime
    unit: str
    measure: str
    percent: int | None
    text: str


@dataclass(frozen=True)
class Curve:
    measure: str
    unit: str
    kind: str
    count: tuple[float, str, str] | None = None
    done: date | None = None
    april: int | None = None
    every: int = 1
    points: tuple[tuple[date, int, str], ...] = ()
    weeks: tuple[list[Any], ...] = ()

    @property
    def task(self) -> int:
        return int(self.measure.split(".")[0])

    @classmethod
    def of(cls, table: dict[str, Any]) -> "Curve":
        ready = dict(table)
        if "done" in ready:
            ready["done"] = date.fromisoformat(ready["done"])
        ready["points"] = tuple(
            (date.fromisoformat(day), percent, "".join(text)) for day, percent, *text in ready.get("points", ())
        )
        ready["count"] = tuple(ready["count"]) if "count" in ready else None
        ready["weeks"] = tuple(ready.get("weeks", ()))
        return cls(**ready)


def write(source: Path, target: Path, content: Content) -> dict[str, int]:
    """The expanded story; answers with its figures. Refuses (ValueError) what the ledger would refuse."""
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    finishes = sorted(tables["finish"], key=lambda each: each["at"])
    reports = _Teller(tables, content).reports()
    _check(reports, finishes, content)
    said = [*tables["say"], *strike_offs.lines(tables, reports, content)]
    target.write_text(_toml(tables, reports, finishes, said, content), encoding="utf-8")
    return {
        "people": len(tables["person"]),
        "reports": len(reports),
        "said": len(said),
        "texts": len({report.text for report in reports}),
        "finished": len(finishes),
    }


class _Teller:
    def __init__(self, tables: dict[str, Any], content: Content) -> None:
        self._tables = tables
        self._issued = content.issued
        self._tasks = {task.number: task for task in content.tasks}
        self._ends = {each["task"]: datetime.fromisoformat(each["at"]) for each in tables["finish"]}
        self._used: Counter[str] = Counter()

    def reports(self) -> list[Said]:
        told = [said for table in self._tables["curve"] for said in self._curve(Curve.of(table))]
        return sorted(told, key=lambda said: (said.at, said.measure, said.unit))

    def _curve(self, curve: Curve) -> list[Said]:
        monthly = self._upkeep(curve) if curve.kind == "upkeep" else self._monthly(curve)
        return monthly + self._worded(curve) + self._weekly(curve)

    def _worded(self, curve: Curve) -> list[Said]:
        """A line in the weeks without news, of tasks for which 无变化 will not do."""
        if not curve.weeks or curve.task not in self._tables["worded"]:
            return []
        choices = self._tables["words"]
        days = [_one_of(each, curve, n) for n, each in enumerate(self._tables["quiet"])]
        # Never the same twice: a report copied from the one before is pointed out to the verifier.
        first = _digest(curve.unit, curve.measure)
        return [self._say(curve, day, None, choices[(first + n) % len(choices)]) for n, day in enumerate(days)]

    def _upkeep(self, curve: Curve) -> list[Said]:
        days = [_one_of(month, curve, n) for n, month in enumerate(self._tables["months"])]
        end = self._ends[curve.task].date()
        return [self._say(curve, day, None) for n, day in enumerate(days) if n % 3 == 0 and n and day < end]

    def _monthly(self, curve: Curve) -> list[Said]:
        return [self._say(curve, day, percent, text) for day, percent, text in curve.points or self._rise(curve)]

    def _rise(self, curve: Curve) -> list[tuple[date, int, str]]:
        """Month by month to 100 % on the day it was done, or to the percent at the end of April."""
        end, top = (curve.done, 100) if curve.done else (APRIL, curve.april or 0)
        if not top:
            return []
        days = [_one_of(month, curve, n) for n, month in enumerate(self._tables["months"])]
        skew = _digest(curve.unit, curve.measure)
        rise, before = [], 1
        for n, day in enumerate(days):
            if day > end - timedelta(days=4) or (n + skew) % curve.every:
                continue
            straight = top * (day - self._issued).days / (end - self._issued).days
            percent = min(max(round(straight) + _digest(curve, day) % 7 - 3, before), top - 1)
            rise.append((day, percent, ""))
            before = percent
        return [*rise, (end, top, "")]

    def _weekly(self, curve: Curve) -> list[Said]:
        told = []
        for n, (days, entry) in enumerate(zip(self._tables["weeks"], curve.weeks, strict=False)):
            if entry:
                percent = entry[0] if isinstance(entry[0], int) else None
                text = entry[0] if percent is None else entry[1]
                at = datetime.fromisoformat(entry[-1]) if len(entry) == 3 else _moment(_one_of(days, curve, n), curve)
                told.append(Said(at, curve.unit, curve.measure, percent, text))
        return told

    def _say(self, curve: Curve, day: date, percent: int | None, text: str = "") -> Said:
        if not text:
            text = self._from_pool(curve, day, percent)
        return Said(_moment(day, curve), curve.unit, curve.measure, percent, text)

    def _from_pool(self, curve: Curve, day: date, percent: int | None) -> str:
        task = self._tasks[curve.task]
        name = task.measures[int(curve.measure.split(".")[1]) - 1].name
        facts = _facts(curve, percent) | {"name": name, "percent": percent}
        stages = self._tables["pool"][curve.kind]
        choices = [text for text in stages[_stage(percent)] if _sayable(text, facts) and _in_season(text, day)]
        text: str = min(
            choices, key=lambda each: (self._used[curve.measure + each], self._used[each], _digest(each, curve))
        )
        self._used.update((text, curve.measure + text))
        return text.split("|")[-1].format(**facts)


def _stage(percent: int | None) -> str:
    if percent is None:
        return "middle"
    return "start" if percent <= 25 else "middle" if percent <= 65 else "late" if percent < 100 else "done"


def _facts(curve: Curve, percent: int | None) -> dict[str, Any]:
    """Amounts behind a percent; those that would read oddly (none done, none left) are left out."""
    if curve.count is None or percent is None:
        return {}
    total, counter, thing = curve.count
    digits = 1 if isinstance(total, float) else 0
    scale = 10**digits
    done = int(total * scale * percent / 100 + 1e-9)
    left = round(total * scale) - done
    facts: dict[str, Any] = {"total": _amount(round(total * scale), scale), "u": counter, "thing": thing}
    if done and (left or percent == 100):
        facts["done"] = _amount(done, scale)
    if left and done:
        facts["rest"] = _amount(left, scale)
    return facts


def _amount(value: int, scale: int) -> str:
    return f"{value / scale:g}" if value % scale else str(value // scale)


def _sayable(text: str, facts: dict[str, Any]) -> bool:
    return all("{" + name + "}" not in text or name in facts for name in ("total", "done", "rest", "u", "thing"))


def _in_season(text: str, day: date) -> bool:
    season, bar, _ = text.partition("|")
    return not bar or day.month in SEASONS[season]


def _digest(*about: object) -> int:
    return int.from_bytes(sha256(repr(about).encode()).digest()[:6])


def _one_of(days: list[str], curve: Curve, n: int) -> date:
    return date.fromisoformat(days[_digest(curve.measure, curve.unit, n) % len(days)])


def _moment(day: date, curve: Curve) -> datetime:
    """Office hours, before the cut-off at 17:00 and outside the lunch break."""
    minute = _digest(curve.measure, curve.unit, day) % 330
    start = datetime(day.year, day.month, day.day, 9, 5) + timedelta(minutes=minute)
    return start if minute < 155 else start + timedelta(minutes=110)


def _check(reports: list[Said], finishes: list[dict[str, Any]], content: Content) -> None:
    places = {task.number: (plan, task) for plan in content.plans for task in plan.tasks}
    ends = {each["task"]: datetime.fromisoformat(each["at"]) for each in finishes}
    latest: dict[tuple[str, str], int] = {}
    for said in reports:
        number, ordinal = (int(part) for part in said.measure.split("."))
        if said.at > ends.get(number, datetime.max):
            raise ValueError(f"{said.measure} {said.unit}: reported at {said.at}, after its task was finished")
        if said.unit not in _who_reports(*places[number], ordinal, said.percent is not None):
            raise ValueError(f"{said.measure}: {said.unit} has no such part in it")
        before = latest.get((said.measure, said.unit), 0)
        if said.percent is not None and said.percent < before:
            raise ValueError(f"{said.measure} {said.unit}: falls from {before} to {said.percent} at {said.at}")
        latest[said.measure, said.unit] = said.percent if said.percent is not None else before


def _who_reports(plan: Plan, task: Task, ordinal: int, with_percent: bool) -> list[str]:
    """A unit in a measure's own brackets answers for it alone; elsewhere the lead does too."""
    named = task.measures[ordinal - 1].units or task.responsible
    lead = "" if plan.layout == "brackets" else task.lead
    cooperating = "" if with_percent else task.cooperating
    return [lead, *named.split("、"), *cooperating.split("、")]


def _unchanged(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """Each unit's 无变化 in the weeks without news: the tasks it goes for, where it reports a figure."""
    tasks: dict[str, set[int]] = {}
    for curve in map(Curve.of, tables["curve"]):
        if curve.april and curve.task not in tables["worded"]:
            tasks.setdefault(curve.unit, set()).add(curve.task)
    found = []
    for n, days in enumerate(tables["quiet"]):
        for unit, numbers in tasks.items():
            day = date.fromisoformat(days[_digest(unit, n) % len(days)])
            at = datetime(day.year, day.month, day.day, 9, 30) + timedelta(minutes=_digest(unit, day) % 300)
            found.append({"at": at, "unit": unit, "unchanged": sorted(numbers)})
    return sorted(found, key=lambda each: (each["at"], each["unit"]))


def _toml(
    tables: dict[str, Any],
    reports: list[Said],
    finishes: list[dict[str, Any]],
    said: list[dict[str, Any]],
    content: Content,
) -> str:
    parts = ["# Written by build.py from story_source.toml; do not edit.\n"]
    liaisons = [person for person in tables["person"] if person["role"] == "liaison" and "persona" in person]
    shown = {person["unit"]: person["user_id"] for person in liaisons}
    parts += [_table("person", person) for person in tables["person"]]
    parts += [_table("group", group) for group in tables["group"]]
    chatting = datetime.fromisoformat(tables["chatting"])
    for report in reports:
        if report.unit in shown and report.at >= chatting:
            percent = "" if report.percent is None else f" {report.percent}%"
            text = f"进度 {report.measure}{percent} {report.text}"
            said.append({"at": report.at.isoformat(), "user_id": shown[report.unit], "text": text})
            continue
        row: dict[str, Any] = {"at": report.at, "unit": report.unit, "measure": report.measure}
        if report.percent is not None:
            row["percent"] = report.percent
        parts.append(_table("report", row | {"text": report.text}))
    parts += [_table("unchanged", row) for row in _unchanged(tables)]
    leads = {task.number: task.lead for task in content.tasks}
    for each in finishes:
        at = datetime.fromisoformat(each["at"])
        row = {"at": at, "unit": leads[each["task"]], "task": each["task"], "text": each["text"]}
        parts.append(_table("finish", row))
    for each in sorted(said, key=lambda line: line["at"]):
        parts.append(_table("say", each | {"at": datetime.fromisoformat(each["at"])}))
    return "\n".join(parts)


def _table(name: str, row: dict[str, Any]) -> str:
    lines = "".join(f"{key} = {_value(value)}\n" for key, value in row.items())
    return f"[[{name}]]\n{lines}"


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat() + ZONE
    return json.dumps(value, ensure_ascii=False)
