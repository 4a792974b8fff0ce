"""Subscriptions in the chat: a digest at one's own hour, for a person or a group, rested and ended by buttons."""

import re
from datetime import time
from typing import Any

from bot.chat.own import CLOCK, clock_of
from bot.chat.talk import Buttons, Talk
from bot.domain.people import SEES_ALL, Subscription
from bot.domain.refusal import Refusal
from bot.usecases import subscribe as subscriptions
from bot.usecases.calendar_facts import unknown_years
from bot.usecases.digest import scope_filter, scope_title
from bot.usecases.people import known_unit

WEEKDAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
WEEKDAYS |= {f"{week}{word}": n for week in ("周", "星期") for n, word in enumerate("一二三四五六日", 1)}
WEEKDAYS |= {"周天": 7, "星期天": 7}
RHYTHMS = {"daily": "daily", "weekly": "weekly", "monthly": "monthly", "每天": "daily", "每日": "daily"}
RHYTHMS |= {"每周": "weekly", "每月": "monthly"}
EVERYTHING = frozenset({"all", "全部", "全市", "总体"})
PLAN = re.compile(r"(?:plan|方案)[ :：]?(\d+)", re.IGNORECASE)


def subscribe(talk: Talk, rest: str) -> None:
    """`daily|weekly|monthly [DAY] HH:MM [scope]`; without anything: the chat's subscriptions."""
    words = rest.split()
    if not words:
        show(talk)
        return
    rhythm = RHYTHMS.get(words[0].lower())
    if rhythm is None:
        raise Refusal("bad_rhythm", text=words[0])
    day, clock, left = _day_and_clock(rhythm, words[1:])
    row = subscriptions.subscribe(talk.act, talk.chat_id, talk.topic_id, rhythm, day, clock, _scope(talk, left))
    buttons: Buttons = [[["rest_one", f"sub:pause:{row.id}"], ["unsubscribe", f"sub:end:{row.id}"]]]
    talk.say("subscribed", line(talk, row), buttons=buttons)


def _day_and_clock(rhythm: str, words: list[str]) -> tuple[int | None, time, list[str]]:
    """The day, the hour, and the words that name a scope. Refusals: bad_rhythm, bad_hours."""
    day: int | None = None if rhythm == "daily" else 1
    clock = time(9)
    left: list[str] = []
    for word in words:
        plain = word.lower()
        number = plain.rstrip("日号")
        if CLOCK.match(plain):
            clock = clock_of(plain)
        elif rhythm == "weekly" and not left and (found := WEEKDAYS.get(plain) or WEEKDAYS.get(plain[:3])):
            day = found
        elif rhythm == "monthly" and not left and number.isdigit():
            if not 1 <= int(number) <= 28:
                raise Refusal("bad_rhythm", text=word)
            day = int(number)
        else:
            left.append(word)
    return day, clock, left


def _scope(talk: Talk, words: list[str]) -> str:
    """Everything, a plan or a unit; who does not see all has only their own unit.

    Refusals: no_such_unit, not_your_unit, bad_scope.
    """
    own = talk.act.unit(talk.act.person.unit_id)
    everything = talk.act.person.role in SEES_ALL
    text = " ".join(words)
    if not text:
        return "all" if everything else f"unit:{own}"
    plan = PLAN.fullmatch(text)
    if text.lower() in EVERYTHING or plan:
        if not everything:
            raise Refusal("not_your_unit", unit=text)
        scope = f"plan:{plan[1]}" if plan else "all"
        scope_filter(talk.act, scope)
        return scope
    name = known_unit(talk.act, "".join(words), talk.house.registry)
    if not everything and name != own:
        raise Refusal("not_your_unit", unit=name)
    return f"unit:{name}"


def line(talk: Talk, row: Subscription) -> dict[str, Any]:
    return {
        "rhythm": row.rhythm,
        "day": row.day,
        "at": row.at.strftime("%H:%M"),
        "scope": scope_title(talk.act, row.scope) if row.scope != "all" else "",
        "next": talk.act.office.local(row.next_at).isoformat(),
        "paused": row.paused,
        "unknown_years": unknown_years(talk.act, [talk.act.office.today(row.next_at)]),
    }


def show(talk: Talk, *, edit: bool = False) -> None:
    """The chat's subscriptions, each with the buttons that rest it, take it up again, or end it."""
    rows = subscriptions.subscriptions(talk.act, talk.chat_id)
    buttons: Buttons = []
    for n, row in enumerate(rows, 1):
        buttons.append(
            [
                ["resume_one", f"sub:resume:{row.id}", {"index": n}]
                if row.paused
                else ["pause_one", f"sub:pause:{row.id}", {"index": n}],
                ["end_one", f"sub:end:{row.id}", {"index": n}],
            ]
        )
    talk.say("subscriptions", {"rows": [line(talk, row) for row in rows]}, buttons=buttons, edit=edit)


def press(talk: Talk, what: str, subscription_id: int) -> None:
    """The button's subscription rests, goes on or ends, and the list shows it."""
    if what == "end":
        subscriptions.end(talk.act, talk.chat_id, subscription_id)
    else:
        subscriptions.rest(talk.act, talk.chat_id, subscription_id, paused=what == "pause")
    show(talk, edit=True)


def unsubscribe(talk: Talk, rest: str) -> None:
    word = rest.strip().lower()
    rhythm = RHYTHMS.get(word)
    if word and rhythm is None:
        raise Refusal("bad_rhythm", text=word)
    talk.say("unsubscribed", {"count": subscriptions.unsubscribe(talk.act, talk.chat_id, rhythm)})
