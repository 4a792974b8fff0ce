"""延期 in chat: `延期 12 2022-06-30 招标流标`, its button and the questions that complete it."""

from datetime import date
from typing import Any

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.domain.decision_text import split_day
from bot.domain.people import Role
from bot.domain.refusal import Refusal
from bot.usecases import extension as extensions
from bot.usecases import lists


def extend(talk: Talk, rest: str) -> None:
    """`/extend N DATE reason`; the office's sets the internal date. A bare number asks for the rest."""
    number, ordinal, text = number_or_refuse(talk, rest, "extend")
    if ordinal is None and split_day(rest)[0] and not split_day(text)[0]:
        # 延期 2022-06-30: what looks like a number is the day's year.
        about = talk.replied_about or {}
        if not about.get("task"):
            raise Refusal("number_missing", command="extend", understood=rest[:80])
        number, ordinal, text = about["task"], about.get("measure"), rest
    if text.strip():
        read(talk, number, ordinal, text)
    else:
        ask_words(talk, number, ordinal)


def ask_words(talk: Talk, number: int, ordinal: int | None = None) -> None:
    """Asks for day and cause; the reply to the question is the request, its files the papers."""
    facts = extensions.guide(talk.act, number)
    about = {"task": number, "kind": "extend", "measure": ordinal}
    talk.say("ask_extend", facts, about=about, ask=True)


def read(talk: Talk, number: int, ordinal: int | None, text: str) -> None:
    """The day is read first; where it may mean several, buttons ask which.

    Refusals: no_such_task, not_your_task, day_missing, day_unclear and those of the request.
    """
    title = lists.title_of(talk.act, number)
    day, reason = split_day(text)
    if not day:
        raise Refusal("day_missing", task=number, understood=text[:80])
    reading = extensions.read_day(talk.act, day)
    if reading.kind == "date" and reading.due is not None:
        request(talk, number, ordinal, reading.due, reason)
    elif reading.choices:
        rows = [[["day", _as(talk, number, ordinal, each), {"day": each.isoformat()}] for each in reading.choices]]
        facts = {"number": number, "title": title, "understood": day, "note": reading.note, "fragment": day}
        talk.say("extend_which_day", facts, buttons=[*rows, [["cancel", "cancel"]]])
    else:
        raise Refusal("day_unclear", text=day, days=[])


def request(
    talk: Talk, number: int, ordinal: int | None, day: date, reason: str, *, original: Talk | None = None
) -> None:
    """The request is made; of several measures buttons ask which. `original`: the message that a button completes."""
    spoken = original or talk
    try:
        if talk.act.person.role == Role.OFFICE:
            facts = extensions.set_internal_date(talk.act, number, ordinal, day, reason)
            talk.say("internal_kept", facts, about={"task": number}, edit=original is not None)
            return
        facts = extensions.ask_extension(talk.act, number, ordinal, day, reason, spoken.attached, spoken.source)
    except Refusal as refusal:
        if refusal.reason != "which_date":
            raise
        _ask_measure(talk, number, day, reason, refusal.facts["choices"], original)
        return
    spoken.attached = []
    talk.say("extension_kept", facts, about={"task": number}, edit=original is not None)


def _ask_measure(
    talk: Talk, number: int, day: date, reason: str, choices: list[dict[str, Any]], original: Talk | None
) -> None:
    inbox_id = original.inbox.id if original is not None else talk.inbox.id
    rows: Buttons = [
        [["measure_due", _as(talk, number, c["ordinal"], day, inbox_id), {"place": f"{number}.{c['ordinal']}", **c}]]
        for c in choices
    ]
    facts = {"number": number, "day": day.isoformat(), "reason": reason, "choices": choices}
    talk.say("extend_which_measure", facts, buttons=[*rows, [["cancel", "cancel"]]], edit=original is not None)


def _as(talk: Talk, number: int, ordinal: int | None, day: date, inbox_id: int | None = None) -> str:
    """The data of a button that makes the request as it was written, with what was still open."""
    return f"extend_as:{inbox_id or talk.inbox.id}:{number}:{ordinal or 0}:{day.isoformat()}"


def ask_other_date(talk: Talk, extension_id: int) -> None:
    """[另定日期]: the reply to the question names the day, and the document where one is needed."""
    facts = extensions.other_date(talk.act, extension_id)
    about = {"task": facts["number"], "kind": "approve", "waiting": ["extension", extension_id, extensions.OTHER]}
    talk.say("ask_other_date", facts, about=about, ask=True)
