"""指标 in the chat: `/indicator` lists, `N` shows, `N VALUE` reports, `N set NAME >= 90` is the office's."""

import re
from typing import Any

from bot.chat.reading import leading_number
from bot.chat.talk import Buttons, Talk
from bot.domain.indicators import Target, plain, read_target, read_value
from bot.domain.refusal import Refusal
from bot.usecases import conversation, indicators

PAGE = 8
# An indicator's name may begin with such a word itself (设施覆盖率).
_AFTER = r"(?:\s*[:：]\s*|\s+)"
_SET = re.compile(rf"(?:设定|设置|设|set){_AFTER}", re.IGNORECASE)
_DROP = re.compile(rf"(?:取消|撤销|撤|drop){_AFTER}", re.IGNORECASE)


def indicator(talk: Talk, rest: str) -> None:
    """Refusals: indicator_form and those of the use cases."""
    found = leading_number(rest)
    if found is None:
        if rest.strip():
            raise Refusal("number_missing", command="indicator", understood=rest[:80])
        show_all(talk, 0)
        return
    number, _, text = found
    if not text:
        show(talk, number)
    elif mark := _SET.match(text):
        wanted = read_target(text[mark.end() :])
        if wanted is None:
            raise Refusal("indicator_target_form", task=number, understood=text[:80])
        set_target(talk, number, wanted)
    elif mark := _DROP.match(text):
        facts = indicators.drop(talk.act, number, text[mark.end() :])
        talk.say("indicator_dropped", facts, about={"task": number})
    elif (wanted := read_target(text)) is not None:
        set_target(talk, number, wanted)
    else:
        report(talk, number, text)


def set_target(talk: Talk, number: int, wanted: Target) -> None:
    talk.say("indicator_set", indicators.set_target(talk.act, number, wanted), about={"task": number})


def show_all(talk: Talk, page: int, *, edit: bool = False) -> None:
    tasks = indicators.listing(talk.act)
    pages = max((len(tasks) + PAGE - 1) // PAGE, 1)
    page = min(max(page, 0), pages - 1)
    turn: list[list[Any]] = [["previous", f"indicators:{page - 1}"]] if page else []
    turn += [["next", f"indicators:{page + 1}"]] if page + 1 < pages else []
    facts = {
        "tasks": tasks[page * PAGE : (page + 1) * PAGE],
        "count": len(tasks),
        "page": page + 1,
        "pages": pages,
        "role": talk.act.person.role,
    }
    talk.say("indicator_list", facts, buttons=[turn] if turn else [], edit=edit)


def show(talk: Talk, number: int) -> None:
    facts = indicators.show(talk.act, number)
    talk.say("indicators", facts, buttons=[[["card", f"card:{number}"]]], about={"task": number})


def report(talk: Talk, number: int, text: str) -> None:
    """A value; where it may be of several indicators, buttons ask of which."""
    said = read_value(text, indicators.names_on(talk.act, number))
    if said is None:
        raise Refusal("indicator_form", task=number, understood=text[:80])
    rows = indicators.choices(talk.act, number, said)
    value = plain(said.number)
    if len(rows) == 1:
        keep(talk, number, rows[0]["id"], value, said.reason)
        return
    kept = {"value": value, "reason": said.reason, "by": talk.act.person.id}
    buttons: Buttons = [
        [["indicator", f"indicator:{number}:{row['id']}", {"name": row["name"], "target": row["target"]}]]
        for row in rows
    ]
    facts = {"number": number, "value": value, "indicators": rows}
    talk.say(
        "which_indicator", facts, buttons=[*buttons, [["cancel", "cancel"]]], about={"task": number, "value": kept}
    )


def keep(talk: Talk, number: int, indicator_id: int, value: str, reason: str, *, edit: bool = False) -> None:
    facts = indicators.record(talk.act, number, indicator_id, value, reason)
    talk.say("indicator_kept", facts, buttons=[[["card", f"card:{number}"]]], about={"task": number}, edit=edit)


def press(talk: Talk, number: int, indicator_id: int) -> None:
    """The indicator a value was meant for, once. Refusals: too_old, not_your_button and those of `keep`."""
    about = conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {}
    kept = about.get("value")
    if kept is None or about.get("task") != number:
        raise Refusal("too_old")
    if kept["by"] != talk.act.person.id:
        raise Refusal("not_your_button")
    keep(talk, number, indicator_id, kept["value"], kept["reason"], edit=True)
