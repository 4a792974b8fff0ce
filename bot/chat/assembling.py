"""汇总 in the chat: the draft, sent as it stands or reworded by a reply."""

from typing import Any

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.usecases import assembling as assemblings


def assemble(talk: Talk, rest: str) -> None:
    number, _, _ = number_or_refuse(talk, rest, "assemble")
    show(talk, number)


def show(talk: Talk, number: int) -> None:
    """A reply to the draft is the lead's own report, in its own words."""
    facts = assemblings.draft(talk.act, number)
    rows: Buttons = []
    if facts["ready"]:
        rows.append([["assemble_send", f"assemble:send:{number}:{facts['stamp']}"]])
    if facts["silent"]:
        rows.append([["urge_silent", f"urge_task:{number}"]])
    about: dict[str, Any] = {"task": number}
    if len(facts["measures"]) == 1:
        about["measure"] = facts["measures"][0]["ordinal"]
    talk.say("assembled", facts, buttons=rows, about=about)


def send(talk: Talk, number: int, stamp: int) -> None:
    facts = assemblings.send(talk.act, number, stamp)
    talk.say("assembled_sent", facts, buttons=[[["card", f"card:{number}"]]], about={"task": number}, edit=True)
