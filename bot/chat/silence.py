"""Commands about reminders themselves: why one came, and not hearing of a task, or of anything, for a while."""

import re
from datetime import datetime, time, timedelta

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.domain.refusal import Refusal
from bot.usecases import conversation
from bot.usecases import silence as silences
from bot.usecases import why as reasons

DAYS = re.compile(r"^(\d{1,3})\s*(?:d|天|日)?$", re.IGNORECASE)
OFF = frozenset({"off", "关", "關", "0", "结束", "結束"})


def why(talk: Talk, rest: str) -> None:
    number, _, _ = number_or_refuse(talk, rest, "why")
    show_why(talk, number)


def show_why(talk: Talk, number: int) -> None:
    facts = reasons.why(talk.act, number)
    rows: Buttons = [[["snooze", f"snooze:{number}:1"]]] if facts["next"] and facts["flag"] != "overdue" else []
    talk.say("why", facts, buttons=rows, about={"task": number})


def ask_why(talk: Talk) -> None:
    """The button under a folded message: which of its tasks?"""
    about = conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {}
    numbers = about.get("tasks", [])[:12]
    if not numbers:
        raise Refusal("too_old")
    if len(numbers) == 1:
        show_why(talk, numbers[0])
        return
    rows: Buttons = [
        [["task_number", f"why:{number}", {"n": number}] for number in numbers[i : i + 4]]
        for i in range(0, len(numbers), 4)
    ]
    talk.say("why_which", {}, buttons=rows)


def show_held(talk: Talk) -> None:
    """What the noise budget folded into the day's message comes whole, message by message."""
    if not silences.show_held(talk.act):
        raise Refusal("too_old")


def snooze(talk: Talk, rest: str) -> None:
    """`/snooze N 2d`: one day when none is named."""
    number, _, text = number_or_refuse(talk, rest, "snooze")
    found = DAYS.match(text.strip()) if text.strip() else None
    if text.strip() and found is None:
        raise Refusal("unknown_choice", understood=text, choices="snooze")
    do_snooze(talk, number, int(found[1]) if found else 1)


def do_snooze(talk: Talk, number: int, days: int) -> None:
    talk.say("snoozed", silences.snooze(talk.act, number, days), about={"task": number})


def mute(talk: Talk, rest: str) -> None:
    """`/mute` until tomorrow, `/mute 3d`, `/mute off`."""
    plain = rest.strip().lower()
    if plain in OFF:
        talk.say("muted", silences.mute(talk.act, None))
        return
    found = DAYS.match(plain or "1d")
    if found is None:
        raise Refusal("unknown_choice", understood=rest, choices="mute")
    talk.say("muted", silences.mute(talk.act, _until(talk, int(found[1]))))


def _until(talk: Talk, days: int) -> datetime:
    office = talk.act.office
    return office.at(office.today(talk.act.now) + timedelta(days=days), time(0))
