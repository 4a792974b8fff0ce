"""The digest of a moment: loaded as the ledger stood then, counted by the rules, printed by words and papers."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from bot.domain.brief_slices import standing_of
from bot.domain.digest import Digest, UnitLine, compare, digest_of, totals_at
from bot.domain.ledger import Note, Plan, Unit
from bot.domain.past_days import past_day, split_past_day
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.standing import Standing, standing
from bot.store.collector import uncollected
from bot.store.ledger import load_tasks
from bot.usecases.act import Act
from bot.usecases.calendar_facts import unknown_years
from bot.usecases.closing_facts import closing_of_week
from bot.usecases.correction_facts import corrections_of_week
from bot.usecases.extension_facts import of_week
from bot.usecases.facts import task_line
from bot.usecases.judged import judged
from bot.usecases.sheet_bulletin import in_bulletin


def scope_filter(act: Act, scope: str) -> dict[str, Any]:
    """`all`, `unit:NAME` or `plan:N` (N counts plans in the order they entered), or short. Refusals: bad_scope."""
    kind, _, name = scope.partition(":")
    if scope == "all":
        return {}
    if scope[0] in "up" and scope[1:].isdigit():
        return {"unit_id": int(scope[1:])} if scope[0] == "u" else scope_filter(act, f"plan:{scope[1:]}")
    if kind == "unit" and name:
        found = act.session.exec(select(Unit).where(Unit.name == name)).first()
        if found is not None:
            return {"unit_id": found.id}
    if kind == "plan" and name.isdigit():
        ids = list(act.session.exec(select(Plan.id).order_by(col(Plan.id))))
        if 0 < int(name) <= len(ids):
            return {"plan_ids": [ids[int(name) - 1]]}
    raise Refusal("bad_scope", scope=scope)


def by_todays_name(scope: str, registry: Registry) -> str:
    """`unit:水务局`, `unit:市环保局`: the same scope with the unit by the name the registry gives it."""
    kind, _, name = scope.partition(":")
    found = registry.find(name) if kind == "unit" else None
    return f"unit:{found.name}" if found else scope


def short_scope(act: Act, scope: str) -> str:
    """A scope short enough for a button's data: all, u12 (the unit's id) or p3."""
    kind, _, name = scope.partition(":")
    if kind == "unit":
        return f"u{scope_filter(act, scope)['unit_id']}"
    return f"p{name}" if kind == "plan" else scope


def scope_title(act: Act, scope: str) -> str:
    """What the head of a digest calls its scope; nothing for the whole ledger."""
    kind, _, name = scope.partition(":")
    if kind != "plan":
        return name
    plan = act.session.get(Plan, scope_filter(act, scope)["plan_ids"][0])
    return plan.title if plan else name


def digest_at(act: Act, as_of: datetime, scope: str = "all") -> Digest:
    """The digest at `as_of`, with the changes on the cut-off one week before. Refusals: bad_scope."""
    only = scope_filter(act, scope)
    before = act.office.previous(act.office.week(as_of)).end

    def everything() -> list[Standing]:
        return [standing(task, as_of, act.office) for task in load_tasks(act.session, as_of=as_of, **only)]

    with uncollected():
        now, earlier = judged(act, (as_of, before), **only)
        found = digest_of(now, as_of, act.office, standing_of, everything)
        found.changes = compare(found.totals, totals_at(earlier)) if earlier else {}
    if "unit_id" in only:
        found.only_unit(only["unit_id"])
    return found


def digest_json(act: Act, found: Digest) -> dict[str, Any]:
    """The JSON of `duban digest` (design.md §2)."""
    return {
        "as_of": act.office.local(found.as_of).isoformat(),
        "year": found.year,
        "issue": found.issue,
        "totals": found.totals,
        "changes": found.changes,
        "rates": {name: {"n": rate.n, "of": rate.of} for name, rate in found.rates.items()},
        "units": [unit_line(act, line) for line in found.units],
        "due_soon": [task_line(act, row) for row in found.due_soon],
        "due_in_30_days": [task_line(act, row) for row in found.outlook],
        "behind": [{**task_line(act, row), "expected": row.expected} for row in found.behind],
        "overdue": [task_line(act, row) for row in found.overdue],
        "unreported": [
            {"unit": act.unit(unit), "number": row.task.number, "title": row.task.title}
            for unit, row in found.unreported
        ],
    }


def unit_line(act: Act, line: UnitLine) -> dict[str, Any]:
    return {
        "unit": act.unit(line.unit_id),
        **line.totals,
        "due": line.due,
        "on_time": line.on_time,
        "unreported": line.unreported,
        "rank": line.rank,
        "rank_by_count": line.rank_by_count,
    }


def bulletin_facts(act: Act, found: Digest, scope: str = "all") -> dict[str, Any]:
    """What the bulletin's words print: figures, changes, the lists, what is to be done next."""
    facts = digest_json(act, found)
    tasks = found.tasks
    week, today = act.office.week(found.as_of), act.office.today(found.as_of)
    return {
        **facts,
        "scope": scope_title(act, scope),
        "office": act.office.name,
        "outlook_days": act.office.policy.outlook_days,
        "fewest_due": act.office.policy.scores.fewest_due,
        "unreported_units": _by_unit(facts["unreported"]),
        "instructions": _open_notes(act, found, "instruction"),
        "difficulties": _open_notes(act, found, "difficulty"),
        "extensions": of_week(act, tasks, week.start, found.as_of),
        "corrections": corrections_of_week(act, tasks, week.start, found.as_of),
        "closing": closing_of_week(act, tasks, week.start, found.as_of),
        "sheets": in_bulletin(act, found, week.start),
        "next_steps": next_steps(facts),
        "silent": len(found.unreported),
        "unknown_years": unknown_years(act, [today, today + timedelta(days=act.office.policy.outlook_days)]),
    }


def _by_unit(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counted: dict[str, list[int]] = {}
    for row in rows:
        counted.setdefault(row["unit"], []).append(row["number"])
    return [{"unit": unit, "tasks": numbers} for unit, numbers in counted.items()]


def next_steps(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Who, what, by when: late tasks ask for a timetable, those due this fortnight for their completion."""
    steps = [{"kind": "timetable", **row} for row in facts["overdue"]]
    steps += [{"kind": "catch_up", **row} for row in facts["behind"] if row["number"] not in _numbers(steps)]
    soon = [row for row in facts["due_soon"] if row["number"] not in _numbers(steps)]
    return (steps + [{"kind": "finish", **row} for row in soon])[:5]


def _numbers(steps: list[dict[str, Any]]) -> set[int]:
    return {step["number"] for step in steps}


def _open_notes(act: Act, found: Digest, kind: str) -> list[dict[str, Any]]:
    numbers = {task.id: task for task in found.tasks}
    rows = act.session.exec(
        select(Note).where(Note.kind == kind, Note.at <= found.as_of).order_by(col(Note.at), col(Note.id))
    )
    return [
        {"number": numbers[note.task_id].number, "title": numbers[note.task_id].title, "text": note.text}
        for note in rows
        if note.task_id in numbers and (note.answered_at is None or note.answered_at > found.as_of)
    ]


NOW_WORDS = frozenset({"", "week", "周", "本周", "这周", "本月", "今天", "today", "now"})
LAST_WEEK, LAST_MONTH = frozenset({"上周", "last-week"}), frozenset({"month", "月", "上月", "上个月", "last-month"})


def moment_asked(act: Act, text: str) -> datetime:
    """What `/digest …` asks for: nothing or `week` = now, 上周 = the last cut-off, `month` = that of last month's last
    week, or a day.

    A day means its end, or now if that is still to come; without a year it is the latest such day. Refusals: bad_date.
    """
    plain = text.strip().lower()
    if plain in NOW_WORDS:
        return act.now
    if plain in LAST_WEEK:
        return act.office.week(act.now).start
    if plain in LAST_MONTH:
        return act.office.previous(act.office.period(act.now, "monthly"), "monthly").end
    day = past_day(plain, act.office.today(act.now), act.office.calendar)
    if day is None:
        raise Refusal("bad_date", text=text)
    return min(act.office.end_of(day) - timedelta(microseconds=1), act.now)


def split_moment(text: str) -> tuple[str, str]:
    """(what `moment_asked` understands, the rest) of `上周 市水务局`, `昨天`, `6月10日 武清区`; "" when none leads."""
    text = re.sub(r"^last\s+(?=week|month)", "last-", text.strip(), flags=re.IGNORECASE)
    first, _, rest = text.partition(" ")
    known = NOW_WORDS | LAST_WEEK | LAST_MONTH
    if first.lower() in known:
        return first, rest.strip()
    day, rest = split_past_day(text)
    if not day:
        # 上周武清区: only whole Chinese words run on into what follows.
        run_on = [word for word in known if len(word) > 1 and not word.isascii() and text.startswith(word)]
        day = max(run_on, key=len, default="")
        rest = text[len(day) :].strip()
    return day, rest
