"""Commands that look: lists, a task's card and history, digests. Each calls one use case and says what came back."""

import re
from typing import Any

from bot.chat import urging
from bot.chat.decision_buttons import decision_buttons
from bot.chat.reading import leading_number
from bot.chat.talk import Buttons, Talk
from bot.domain.composition import UNREPORTED, within
from bot.domain.people import SEES_ALL, Role
from bot.domain.refusal import Refusal
from bot.usecases import digest as digests
from bot.usecases import lists, open_questions, phrases, reprint
from bot.usecases import waiting as waitings
from bot.usecases.bulletin import bulletin_buttons, composition_button
from bot.usecases.comparison import comparable
from bot.usecases.grouping import DISTRICT, LEAD, of_unit, unit_of_view
from bot.usecases.people import known_unit
from bot.usecases.receipts import late_by_unit
from bot.usecases.report import who_is_silent

PAGE = 10
WHICH = {
    "": "open",
    "overdue": "overdue",
    "超期": "overdue",
    "逾期": "overdue",
    "due": "due",
    "到期": "due",
    "临期": "due",
}
WHICH |= {"all": "all", "全部": "all", "open": "open"}


def number_or_refuse(talk: Talk, rest: str, command: str) -> tuple[int, int | None, str]:
    """The task a call begins with; in a reply that names none, the one the message replied to is about.

    Refusals: number_missing (understood: the rest of the call).
    """
    found = leading_number(rest)
    if found is not None:
        return found
    about = talk.replied_about or {}
    if about.get("task"):
        return about["task"], about.get("measure"), rest.strip()
    raise Refusal("number_missing", command=command, understood=rest[:80])


UNIT_LIKE = re.compile(r"[局委办厅院部区县市镇乡街府会团司心站校]$")
WEEK, MONTH = frozenset({"week", "周", "本周", "这周"}), frozenset({"month", "月", "本月", "这个月"})
# 条 and 块: a list by who leads, or by the districts that do the work.
VIEWS = {"条": LEAD, "按条": LEAD, "按牵头": LEAD, "牵头": LEAD, "lead": LEAD}
VIEWS |= {"块": DISTRICT, "按块": DISTRICT, "按区": DISTRICT, "各区": DISTRICT, "district": DISTRICT}


def split_view(talk: Talk, rest: str) -> tuple[str, str]:
    """(the rest of the call, the view) of `overdue 按区`, `30 武清区`: by groups, of one unit, or "" as it is."""
    words = rest.split()
    view = VIEWS.get(words[-1].lower(), "") if words else ""
    if not view and words and (unit := unit_of_view(talk.act, words[-1], talk.house.registry)) is not None:
        view = of_unit(unit)
    return (" ".join(words[:-1]), view) if view else (rest.strip(), "")


def view_buttons(talk: Talk, tasks: list[dict[str, Any]], verb: str, view: str) -> Buttons:
    """[按牵头][按区] for who sees all, under a list worth parting; the way back from either."""
    if talk.act.person.role not in SEES_ALL or len(tasks) < 4:
        return []
    return [[[f"by_{each or 'urgency'}", f"{verb}:{each}:0"] for each in (LEAD, DISTRICT, "") if each != view]]


def my(talk: Talk, rest: str, page: int = 0, *, edit: bool = False) -> None:
    plain, view = split_view(talk, rest)
    which = WHICH.get(plain.lower())
    if which is None:
        raise Refusal("unknown_choice", understood=rest, choices="my")
    show_my(talk, which, view, page, edit=edit)


def show_my(talk: Talk, which: str, view: str, page: int, *, edit: bool) -> None:
    facts = lists.my_tasks(talk.act, which, view)
    extra = [*_my_buttons(facts), *view_buttons(talk, facts["tasks"], f"my:{which}", view)]
    say_list(talk, "my", facts, f"my:{which}:{view}", page, edit=edit, extra=extra)


def _my_buttons(facts: dict[str, Any]) -> Buttons:
    to_report = facts["to_report"][:4]
    return [[["report", f"report:{number}", {"n": number}] for number in to_report]] if to_report else []


def say_list(
    talk: Talk, kind: str, facts: dict[str, Any], data: str, page: int, *, edit: bool, extra: Buttons | None = None
) -> None:
    """One page of a list of tasks, with buttons to turn it."""
    tasks = facts["tasks"]
    pages = max((len(tasks) + PAGE - 1) // PAGE, 1)
    page = min(max(page, 0), pages - 1)
    shown = tasks[page * PAGE : (page + 1) * PAGE]
    turn = [["previous", f"{data}:{page - 1}"]] if page else []
    turn += [["next", f"{data}:{page + 1}"]] if page + 1 < pages else []
    body = {**facts, "tasks": shown, "count": len(tasks), "page": page + 1, "pages": pages}
    rows: Buttons = [*(extra or []), *([turn] if turn else [])]
    talk.say(kind, body, buttons=rows, about={"tasks": [task["number"] for task in shown]}, edit=edit)


def task(talk: Talk, rest: str) -> None:
    number, _, _ = number_or_refuse(talk, rest, "task")
    show_card(talk, number)


def show_card(talk: Talk, number: int, *, edit: bool = False) -> None:
    facts = lists.card(talk.act, number)
    talk.say("card", facts, buttons=card_buttons(talk, facts), about={"task": number}, edit=edit)


def card_buttons(talk: Talk, facts: dict[str, Any]) -> Buttons:
    """Only what would succeed for this person on this task."""
    number, member = facts["number"], talk.act.person
    open_ = facts["flag"] not in ("finished", "struck_off")
    rows: Buttons = []
    if facts["mine"] and open_ and member.role in (Role.LIAISON, Role.HEAD):
        reported = any(m["said_at"] for m in facts["measures"])
        rows.append([["report_this", f"report:{number}"], ["difficulty", f"difficulty:{number}"]])
        if reported:
            rows[-1].insert(1, ["same", f"same:{number}"])
        if facts["unsigned"]:
            rows.insert(0, [["sign", f"ack:{number}"]])
        if facts["can_extend"]:
            rows.append([["extend", f"extend:{number}"]])
        if facts["can_finish"]:
            rows.append([["finish", f"finish:{number}"]])
    if facts["can_apply"]:
        rows.append([["done", f"done:{number}"]])
    waiting = waitings.first_on_task(talk.act, number)
    if waiting is not None:
        rows += decision_buttons(waiting)
    if facts["questions"] and member.role == Role.OFFICE and (asked := open_questions.count_open(talk.act, number)):
        rows.append([["open_questions", f"import:of:{number}", {"count": asked}]])
    rows += urging.missed_buttons(talk, facts)
    rows += urging.assemble_buttons(talk, facts)
    rows += urging.open_buttons(talk, facts)
    last: list[list[Any]] = [["history", f"history:{number}:0"]]
    if facts["evidence"]:
        last.insert(0, ["evidence", f"evidence:{number}", {"count": facts["evidence"]}])
        if comparable(talk.act, number):
            last.append(["compare", f"compare:{number}"])
    rows.append(last)
    return rows


def history(talk: Talk, rest: str) -> None:
    number, _, _ = number_or_refuse(talk, rest, "history")
    show_history(talk, number, 0)


def send_history(talk: Talk, number: int) -> None:
    """The whole history as a text file."""
    facts = lists.history(talk.act, number)
    talk.say("history", {**facts, "page": 1, "pages": 1}, about={"task": number}, method="text_file")


def show_history(talk: Talk, number: int, page: int, *, edit: bool = False) -> None:
    facts = lists.history(talk.act, number)
    entries = facts["entries"]
    pages = max((len(entries) + PAGE - 1) // PAGE, 1)
    page = min(max(page, 0), pages - 1)
    turn: list[list[Any]] = [["newer", f"history:{number}:{page - 1}"]] if page else []
    turn += [["older", f"history:{number}:{page + 1}"]] if page + 1 < pages else []
    body = {**facts, "entries": entries[page * PAGE : (page + 1) * PAGE], "page": page + 1, "pages": pages}
    last: list[list[Any]] = [["card", f"card:{number}"]]
    if pages > 1:
        last.append(["whole_file", f"history_all:{number}"])
    rows: Buttons = [*([turn] if turn else []), last]
    talk.say("history", body, buttons=rows, about={"task": number}, edit=edit)


def search(talk: Talk, rest: str) -> None:
    if not rest.strip():
        raise Refusal("words_missing")
    show_search(talk, rest.strip())


def show_search(talk: Talk, words: str) -> None:
    facts = lists.search(talk.act, words)
    count = len(facts["tasks"])
    talk.say("search", {**facts, "tasks": facts["tasks"][:20], "count": count})


def due(talk: Talk, rest: str) -> None:
    plain, view = split_view(talk, rest)
    plain = plain.lower()
    if plain in WEEK:
        days = lists.days_to_sunday(talk.act)
    elif plain in MONTH:
        days = lists.days_to_month_end(talk.act)
    elif not plain:
        days = talk.act.office.policy.outlook_days
    elif re.fullmatch(r"\d{1,4}\s*[天日d]?", plain):
        days = int(plain.rstrip("天日d "))
    else:
        raise Refusal("unknown_choice", understood=rest, choices="due")
    say_due(talk, days, view, 0, edit=False)


def say_due(talk: Talk, days: int, view: str, page: int, *, edit: bool) -> None:
    facts = lists.due_within(talk.act, days, view)
    extra = question(talk, within(days)) if facts["tasks"] and not view else []
    extra = [*extra, *view_buttons(talk, facts["tasks"], f"due:{days}", view)]
    say_list(talk, "due", facts, f"due:{days}:{view}", page, edit=edit, extra=extra)


def overdue(talk: Talk, rest: str) -> None:
    say_overdue(talk, split_view(talk, rest)[1], 0, edit=False)


def say_overdue(talk: Talk, view: str, page: int, *, edit: bool) -> None:
    facts = lists.overdue(talk.act, view)
    extra = question(talk, "overdue") if facts["tasks"] and not view else []
    extra = [*extra, *view_buttons(talk, facts["tasks"], "overdue", view)]
    say_list(talk, "overdue", facts, f"overdue:{view}", page, edit=edit, extra=extra)


def question(talk: Talk, name: str) -> Buttons:
    """[看构成] under a list: the tasks behind its number as they stand now, of all or of the person's own unit."""
    person = talk.act.person
    scope = "all" if person.role in SEES_ALL else f"unit:{talk.act.unit(person.unit_id)}"
    return composition_button(talk.act, talk.act.now, scope, name)


def who(talk: Talk, rest: str) -> None:
    units: dict[str, list[int]] = {}
    for unit, found in who_is_silent(talk.act):
        units.setdefault(talk.act.unit(unit), []).append(found.task.number)
    week = talk.act.office.week(talk.act.now)
    facts = {
        "week": week.issue,
        "cut_off": talk.act.office.local(week.end).isoformat(),
        "units": [{"unit": unit, "tasks": numbers} for unit, numbers in units.items()],
        "receipts": _late_receipts(talk),
    }
    # A unit's own list names its partners too, whose reports its own figures do not count.
    rows = question(talk, UNREPORTED) if units and talk.act.person.role in SEES_ALL else []
    if units and talk.act.person.role == Role.OFFICE:
        rows[0].insert(0, ["urge_silent", "urge:silent"])
    talk.say("who", facts, buttons=rows)


def _late_receipts(talk: Talk) -> list[dict[str, Any]]:
    """待签收: of every unit for those who see all, else of the person's own."""
    everything = talk.act.person.role in SEES_ALL
    return late_by_unit(talk.act, None if everything else talk.act.person.unit_id or 0)


def digest(talk: Talk, rest: str) -> None:
    if (asked := reprint.issue_asked(rest)) is not None:
        year, issue, unit = asked
        _, scope = digest_call(talk, unit)
        row, said = reprint.printed(talk.act, year, issue, scope)
        talk.say("bulletin", said, buttons=bulletin_buttons(talk.act, row.as_of, scope))
        return
    when, scope = digest_call(talk, rest)
    as_of = digests.moment_asked(talk.act, when)
    facts = digests.bulletin_facts(talk.act, digests.digest_at(talk.act, as_of, scope), scope)
    buttons = bulletin_buttons(talk.act, as_of, scope)
    talk.say("bulletin", {**facts, "correction": 0}, buttons=buttons)


def digest_call(talk: Talk, rest: str) -> tuple[str, str]:
    """`[week|month|DATE] [UNIT]` → (when, scope). Unit people see their own unit's digest.

    Refusals: no_such_unit, not_your_unit, bad_date.
    """
    when, words = digests.split_moment(rest)
    if words[:1].isdigit():
        raise Refusal("bad_date", text=rest)
    own = talk.act.unit(talk.act.person.unit_id)
    everything = talk.act.person.role in SEES_ALL
    if not words:
        return when, "all" if everything else f"unit:{own}"
    try:
        name = known_unit(talk.act, "".join(words.split()), talk.house.registry)
    except Refusal as refusal:
        if when or refusal.facts["near"] or UNIT_LIKE.search(words):
            raise
        # Neither a moment nor the name of a unit: it may have been meant as either.
        raise Refusal("unknown_choice", understood=words, choices="digest") from None
    if not everything and name != own:
        raise Refusal("not_your_unit", unit=name)
    return when, f"unit:{name}"


def rank(talk: Talk, rest: str) -> None:
    if not talk.private:
        raise Refusal("private_only")
    found = digests.digest_at(talk.act, talk.act.now)
    name = "units" if talk.act.person.role in SEES_ALL else "menu"
    facts = digests.digest_json(talk.act, found) | {"fewest_due": talk.act.office.policy.scores.fewest_due}
    talk.say("rank", facts, buttons=question(talk, name))


def when(talk: Talk, rest: str) -> None:
    if not rest.strip():
        raise Refusal("phrase_missing")
    today = talk.act.office.today(talk.act.now)
    reading = phrases.deadline(rest, today, talk.act.office.calendar)
    talk.say("when", {"phrase": rest, "base": today.isoformat(), **reading})
