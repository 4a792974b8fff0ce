"""Silence climbs too: sheets unanswered, decisions nobody takes, units nobody can reach, each one level up."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.decision import Change, Decision
from bot.domain.people import Member, Role
from bot.domain.post import Round
from bot.domain.slices import TaskSlice
from bot.domain.urging import Sheet
from bot.store import carry
from bot.store.handed import deputies
from bot.store.people import lost_groups, present
from bot.usecases import sheets, waiting
from bot.usecases.act import Act


def chase(act: Act) -> int:
    """A sheet unanswered by its hour is said to the head and the office once, and after some days to a leader once."""
    ladder, calendar, today = act.office.policy.ladder, act.office.calendar, act.office.today(act.now)
    late = sheets.unanswered(act)
    first = [sheet for sheet in late if sheet.chased == 0]
    after = [
        s for s in late if s.chased == 1 and s.reply_by and today >= calendar.add(s.reply_by, 1 + ladder.leader_days)
    ]
    said = 0
    for level, rows in ((1, first), (2, after)):
        for row in rows:
            act.carry(Decision(changes=[Change(Sheet, row.id or 0, {"chased": level}, row.version)]))
        if rows:
            said += _tell_unanswered(act, rows, level)
    return said


def _tell_unanswered(act: Act, rows: Sequence[Sheet], level: int) -> int:
    key = f"unanswered:{level}:{act.office.today(act.now)}"
    if level == 2:
        facts = {"sheets": sheets.lines_of(act, rows)}
        return sheets.announce(act, present(act.session, roles=[Role.LEADER]), "unanswered", facts, key=key)
    said = sheets.announce(
        act, present(act.session, roles=[Role.OFFICE]), "unanswered", {"sheets": sheets.lines_of(act, rows)}, key=key
    )
    for unit in sorted({row.unit_id for row in rows}):
        own = sheets.lines_of(act, [row for row in rows if row.unit_id == unit])
        heads = present(act.session, roles=[Role.HEAD], units=[unit])
        said += sheets.announce(act, heads, "unanswered", {"sheets": own}, key=key)
    return said


def tell_silence(act: Act) -> int:
    """A decision that waits although its verifier or approver was reminded and the office told, or a draft nobody
    signs out: a leader hears once."""
    policy, calendar, today = act.office.policy, act.office.calendar, act.office.today(act.now)
    days = policy.waiting.climb + policy.ladder.leader_days
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    office = present(act.session, roles=[Role.OFFICE])
    for sheet, row in zip(sheets.drafts(act), sheets.lines_of(act, sheets.drafts(act)), strict=True):
        since = act.office.today(sheet.drafted_at)
        if today >= calendar.add(since, days):
            who = [f"{act.unit(member.unit_id)} {member.name}".strip() for member in office]
            facts = {"kind": "draft", "number": row["n"], "title": row["title"], "since": since.isoformat()}
            rows["draft", sheet.id or 0] = {**facts, "who": who, "id": sheet.id}
    for member in [*present(act.session, roles=[Role.HEAD, Role.VERIFIER]), *office]:
        for found in waiting.waiting_for(Act(act.session, act.office, act.now, member)):
            since = act.office.today(found.since)
            if today < calendar.add(since, days):
                continue
            facts = {"kind": found.kind, "number": found.number, "title": found.title, "since": since.isoformat()}
            row = rows.setdefault((found.kind, found.id), {**facts, "who": [], "id": found.id})
            row["who"].append(f"{act.unit(member.unit_id)} {member.name}".strip())
    fresh = [row for row in rows.values() if _first_time(act, f"silence:{row['kind']}:{row['id']}:{row['since']}")]
    if not fresh:
        return 0
    return sheets.announce(
        act, present(act.session, roles=[Role.LEADER]), "silence", {"rows": fresh}, key=f"silence:{today}"
    )


def _first_time(act: Act, name: str) -> bool:
    return carry.add_once(act.session, Round(name=name, at=act.now), on=("name",))


def unreached(act: Act, tasks: Iterable[TaskSlice]) -> list[dict[str, Any]]:
    """Units with work left whom nobody can write to: {"unit_id", "unit", "why", "who", "liaisons" (their ids), "since",
    "tasks"} each.

    Why: no_liaison (none joined, or the last has left), blocked (every liaison has blocked the bot), or left_group (its
    work group has put the bot out, and no other is tied to the unit).
    """
    work: dict[int, list[int]] = {}
    for task in tasks:
        for unit in task.workers if not task.finished else ():
            work.setdefault(unit, []).append(task.number)
    people: dict[int, list[Member]] = {}
    for member in present(act.session, roles=[Role.LIAISON]):
        people.setdefault(member.unit_id or 0, []).append(member)
    lost = lost_groups(act.session)
    found = []
    for unit, numbers in work.items():
        liaisons = people.get(unit, [])
        heard = any(member.unreachable_since is None for member in liaisons)
        if heard and unit not in lost:
            continue
        since = max((m.unreachable_since for m in liaisons if m.unreachable_since), default=None)
        if heard:
            since = lost[unit].left_at
        found.append(
            {
                "unit_id": unit,
                "unit": act.unit(unit),
                "why": "left_group" if heard else "blocked" if liaisons else "no_liaison",
                "who": [lost[unit].title] if heard else [member.name for member in liaisons],
                "liaisons": [member.id for member in liaisons],
                "since": act.office.local(since).isoformat() if since else "",
                "tasks": numbers,
            }
        )
    return sorted(found, key=lambda row: str(row["unit"]))


def tell_unreached(act: Act, tasks: Iterable[TaskSlice]) -> int:
    """Each is said once to whoever stands in for its liaisons, to its heads, and to the office, all of them in one
    message."""
    today = act.office.today(act.now)
    fresh = [r for r in unreached(act, tasks) if _first_time(act, f"unreached:u{r['unit_id']}:{r['why']}:{r['since']}")]
    if not fresh:
        return 0
    office = present(act.session, roles=[Role.OFFICE])
    # Of a lost group the office has heard when it was lost.
    to_office = [row for row in fresh if row["why"] != "left_group"]
    said = 0
    if to_office:
        said += sheets.announce(act, office, "unreached", {"units": to_office}, key=f"unreached:{today}")
    standing_in = deputies(act.session, today)
    for row in fresh:
        heads = present(act.session, roles=[Role.HEAD], units=[row["unit_id"]])
        instead = [standing_in[id_] for id_ in row["liaisons"] if id_ in standing_in]
        own = {member.id: member for member in [*instead, *heads]}
        said += sheets.announce(act, own.values(), "unreached", {"units": [row]}, key=f"unreached:{today}")
    return said


def office_counts(act: Act, tasks: Iterable[TaskSlice]) -> dict[str, int]:
    """For the office's daily message: drafts to sign out, sheets unanswered, units out of reach."""
    return {
        "drafts": len(sheets.drafts(act)),
        "unanswered": len(sheets.unanswered(act)),
        "unreached": len(unreached(act, tasks)),
    }
