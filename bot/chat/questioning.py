"""看构成: a bulletin's or list's numbers to choose from, the tasks behind each, and every unit's own numbers.

A button's data is of:NAME:MOMENT:SCOPE:PAGE, without a page for a new message (under a bulletin or list, which
stays). What a button shows is as of its moment, however late it is pressed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.chat.talk import Buttons, Talk
from bot.domain.composition import DUE, IN_TIME, NOT_IN_TIME, UNREPORTED, moment_of, stamp, within
from bot.domain.people import SEES_ALL
from bot.domain.refusal import Refusal
from bot.usecases import composition as compositions

PAGE, UNITS_A_PAGE = 10, 12
CARDS_IN_ROW = 5


def press(talk: Talk, name: str, moment: str, scope: str, page: int | None) -> None:
    """The choice of numbers (`menu`), of units (`units`), or the tasks behind a number. Refusals: not_your_unit."""
    as_of = talk.act.office.local(moment_of(int(moment)))
    require_scope(talk, scope)
    if name == "menu":
        _menu(talk, as_of, scope, again=page is not None)
    elif name == "units":
        _units(talk, as_of, page)
    else:
        _tasks(talk, as_of, name, scope, page)


def require_scope(talk: Talk, scope: str) -> None:
    """A button pressed by somebody else shows no more than a command of theirs would. Refusals: not_your_unit."""
    if talk.act.person.role not in SEES_ALL and scope != f"u{talk.act.person.unit_id}":
        raise Refusal("not_your_unit", unit="")


def _menu(talk: Talk, as_of: datetime, scope: str, *, again: bool) -> None:
    """A new message under a bulletin, and alone with whoever asked; the same one when one comes back to it."""
    facts = compositions.numbers(talk.act, as_of, scope)
    rows = [
        ["tasks", "finished", "in_progress"],
        ["on_schedule", "behind", "overdue"],
        ["struck_off", "kept_up"],
        [DUE, IN_TIME, NOT_IN_TIME],
        [UNREPORTED, within(facts["days"])],
    ]
    buttons = [[_number(name, facts, as_of, scope) for name in row if facts["counts"][name]] for row in rows]
    if scope == "all":
        buttons.append([["by_unit", _data("units", as_of, scope)]])
    talk.say("composition_menu", facts, buttons=[row for row in buttons if row], edit=again, privately=not again)


def _number(name: str, facts: dict[str, Any], as_of: datetime, scope: str) -> list[Any]:
    word = "within" if name == within(facts["days"]) else name
    return [f"of_{word}", _data(name, as_of, scope), {"count": facts["counts"][name], "days": facts["days"]}]


def _data(name: str, as_of: datetime, scope: str, page: int = 0) -> str:
    return f"of:{name}:{stamp(as_of)}:{scope}:{page}"


def _tasks(talk: Talk, as_of: datetime, name: str, scope: str, asked: int | None) -> None:
    facts = compositions.composition(talk.act, as_of, name, scope)
    tasks = facts["tasks"]
    shown, page, turn = _page(tasks, asked, PAGE, lambda at: _data(name, as_of, scope, at))
    cards = [["task_number", f"card:{task['number']}", {"n": task["number"]}] for task in shown]
    rows: Buttons = [cards[at : at + CARDS_IN_ROW] for at in range(0, len(cards), CARDS_IN_ROW)]
    rows.append([*turn, ["all_numbers", _data("menu", as_of, scope, 1)]])
    pages = max(-(-len(tasks) // PAGE), 1)
    body = {**facts, "tasks": shown, "count": len(tasks), "page": page + 1, "pages": pages}
    about = {"tasks": [task["number"] for task in shown]}
    new = asked is None
    talk.say("composition", body, buttons=rows, about=about, edit=not new, privately=new)


def _units(talk: Talk, as_of: datetime, asked: int | None) -> None:
    facts = compositions.units(talk.act, as_of)
    shown, page, turn = _page(facts["units"], asked, UNITS_A_PAGE, lambda at: _data("units", as_of, "all", at))
    buttons = [
        [
            "unit_numbers",
            _data("menu", as_of, f"u{line['unit_id']}", 1),
            {"unit": line["unit"], "finished": line["finished"], "tasks": line["tasks"]},
        ]
        for line in shown
    ]
    rows: Buttons = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    rows.append([*turn, ["all_numbers", _data("menu", as_of, "all", 1)]])
    pages = max(-(-len(facts["units"]) // UNITS_A_PAGE), 1)
    body = {**facts, "units": shown, "count": len(facts["units"]), "page": page + 1, "pages": pages}
    new = asked is None
    talk.say("composition_units", body, buttons=rows, edit=not new, privately=new)


def _page(
    rows: Sequence[Any], asked: int | None, size: int, data: Callable[[int], str]
) -> tuple[Sequence[Any], int, list[list[Any]]]:
    """→ (the rows of the page, its number from 0, the buttons that turn it)."""
    page = min(max(asked or 0, 0), max(-(-len(rows) // size), 1) - 1)
    turn = [["previous", data(page - 1)]] if page else []
    turn += [["next", data(page + 1)]] if (page + 1) * size < len(rows) else []
    return rows[page * size : (page + 1) * size], page, turn
