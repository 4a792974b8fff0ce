"""What stands in a person's folded message of the day: the unit's day, or the office's, as facts for its words."""

from collections.abc import Collection, Container, Iterable, Sequence
from itertools import pairwise
from typing import Any

from bot.domain.brief_slices import with_measures
from bot.domain.briefs import Verdict, workers_of
from bot.domain.extension import could_ask
from bot.domain.noise import HELD
from bot.domain.people import Member
from bot.store.notices import Due
from bot.usecases.silence import audible
from bot.usecases.unit_days import Today, UnitDay

# Report buttons of what is not printed as a line, where there are few lines; and of all at most.
FEW, MOST = 3, 12
ROW = 4  # short buttons that a phone shows side by side
Day = tuple[dict[str, Any], list[Due], list[Due]]


def unit_day(today: Today, member: Member, notices: Sequence[Due]) -> Day:
    """The unit's day: late, due, behind, to sign for, to report. → (facts, notices it says, pointless notices)."""
    act, day = today.act, today.of_person(member)
    kept = [_pointless(notice, today, day) for notice in notices]
    pointless = [notice for notice, gone in zip(notices, kept, strict=True) if gone]
    wanted = [notice for notice, gone in zip(notices, kept, strict=True) if not gone]
    # What a colleague handles waits for another day: should the colleague not hear then, this person does.
    silent = dict.fromkeys(today.passed(member), act.office.today(act.now)) | today.snoozed(member)
    red = {found.id for found in day.overdue}
    owed = _loud(day.owed, silent, red)
    # All that is owed is snoozed: it is asked for when the first of these silences ends.
    asleep = min((silent[found.id] for found in day.owed), default=None) if not owed else None
    heard = audible(act, member, wanted, silent, red, asleep)
    loud = {name: _loud(getattr(day, name), silent, red) for name in ("open", "this_week", "behind", "unsigned")}
    groups = {"overdue": day.overdue, "due": loud["this_week"], "behind": loud["behind"]}
    listed = {found.id for group in groups.values() for found in group}
    named = dict.fromkeys(notice.task_id for notice in heard if notice.task_id not in listed)
    groups["coming"] = [day.verdicts[id_] for id_ in named if id_ in day.verdicts and _is_open(day.verdicts[id_])]
    groups = {name: _by_date(group) for name, group in groups.items()}
    shown = [found for group in groups.values() for found in group]
    listed.update(found.id for found in groups["coming"])
    lines = act.office.policy.reminders.lines
    printed = [found for group in groups.values() for found in group[:lines]]
    unsigned = [found.number for found in loud["unsigned"]]
    facts: dict[str, Any] = {
        "today": act.office.today(act.now).isoformat(),
        "unit": act.unit(member.unit_id),
        "open": len(day.open),
        **{name: [today.line(found) for found in group[:lines]] for name, group in groups.items()},
        "counts": {name: len(group) for name, group in groups.items()},
        "folded": sum(max(len(group) - lines, 0) for group in groups.values()),
        "unsigned": unsigned,
        "answers": day.answers[:lines],
        "sheets": day.sheets[:lines],
        "rest": [found.number for found in owed if found.id not in listed],
        "to_report": [found.number for found in owed],
        "example": next((found.number for found in [*_by_date(shown), *owed] if _mine(found, member)), None),
        "cut_off": act.office.local(act.office.week(act.now).end).isoformat(),
        "numbers": [found.number for found in loud["open"]],
        "buttons": _day_buttons(member, _by_date(printed), owed, day, unsigned),
    }
    extendable = _extendable(today, member, _by_date([*groups["overdue"], *groups["due"]]))
    facts["buttons"][-1:-1] = _further_buttons(day.sheets, extendable)
    return facts, heard, pointless


def _loud(found: list[Verdict], silent: Container[int], red: Collection[int]) -> list[Verdict]:
    """Lines without the tasks that were snoozed, except those that are overdue."""
    return [each for each in found if each.id not in silent or each.id in red] if silent else found


def _is_open(found: Verdict) -> bool:
    return not found.finished


def _extendable(today: Today, member: Member, found: Iterable[Verdict]) -> list[int]:
    """Numbers of the first three of these for which [申请延期] would succeed."""
    numbers: list[int] = []
    for each in found:
        if len(numbers) < 3 and could_ask(with_measures(each), member, today.pending(each.id)):
            numbers.append(each.number)
    return numbers


def _day_buttons(
    member: Member, printed: Sequence[Verdict], owed: Sequence[Verdict], day: UnitDay, unsigned: Sequence[int]
) -> list[list[list[Any]]]:
    """A button for each line, the most urgent first, or the rest in one tap: only what would succeed."""
    numbers = dict.fromkeys(found.number for found in printed if _mine(found, member))
    for found in owed:
        if len(numbers) < FEW and _mine(found, member):
            numbers[found.number] = None
    rows = _in_rows([["report", f"report:{number}", {"n": number}] for number in list(numbers)[:MOST]])
    second: list[list[Any]] = [["offer_rest", "offer_rest", {"count": day.unchanged}]] if day.unchanged else []
    if unsigned:
        second.insert(0, ["sign_all", "ack:all", {"count": len(unsigned)}])
    rows.append([*second, ["my", "my:open:0"]])
    if printed:
        rows[-1].append(["why", "why"])
    return rows


def _in_rows(buttons: list[list[Any]]) -> list[list[list[Any]]]:
    """As few rows as hold them, as even as can be: seven are four and three."""
    rows = -(-len(buttons) // ROW)
    wide, longer = divmod(len(buttons), rows or 1)
    starts = [n * wide + min(n, longer) for n in range(rows + 1)]
    return [buttons[start:end] for start, end in pairwise(starts)]


def _mine(found: Verdict, member: Member) -> bool:
    """The person may report on it: their unit leads it or does the work."""
    return member.unit_id in workers_of(found.units)


def _by_date(rows: Iterable[Verdict]) -> list[Verdict]:
    return sorted(rows, key=lambda found: (found.days_left is None, found.days_left, found.number))


def _further_buttons(sheets: Sequence[dict[str, Any]], extendable: Sequence[int]) -> list[list[list[Any]]]:
    """[答复 12] for sheets, [延期 07] for what is due or overdue and may still be extended, three of each: in one row
    where they fit."""
    answers: list[list[Any]] = [["answer_n", f"answer:{sheet['id']}", {"n": sheet["n"]}] for sheet in sheets[:3]]
    extends: list[list[Any]] = [["extend_n", f"extend:{number}", {"n": number}] for number in extendable[:3]]
    rows = [answers + extends] if len(answers) + len(extends) <= ROW else [answers, extends]
    return [row for row in rows if row]


def _pointless(notice: Due, today: Today, day: UnitDay) -> bool:
    if notice.kind == HELD:
        return False
    if notice.kind in ("ask", "nudge"):
        # What was missed has been missed, whatever is owed now.
        return not day.owed and not notice.facts.get("missed")
    found = day.verdicts.get(notice.task_id or 0)
    if found is None or found.finished:
        return True
    if notice.kind == "instruction":
        return all(answer["note"] != notice.facts["note"] for answer in day.answers)
    if notice.kind == "unsigned":
        return all(each.id != found.id for each in day.unsigned)
    if notice.kind == "deadline":
        return (notice.facts["measure"], notice.facts["day"]) not in today.unmet(found)
    return False


def office_day(today: Today, member: Member, notices: Sequence[Due]) -> Day:
    """The office's day: open questions of imports and late tasks. → (facts, notices it says, pointless notices)."""
    pointless = [notice for notice in notices if notice.kind == "unsigned" and notice.task_id not in today.unsigned]
    facts = {**today.office, "unit": today.act.unit(member.unit_id), "buttons": list(today.office["buttons"])}
    return facts, [notice for notice in notices if notice not in pointless], pointless
