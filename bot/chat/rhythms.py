"""The office sets in the chat how often a report is asked of a task."""

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.domain.policy import CADENCES
from bot.domain.refusal import Refusal
from bot.usecases import rhythm

WORDS = {"周": "weekly", "每周": "weekly", "月": "monthly", "每月": "monthly", "季": "quarterly", "季度": "quarterly"}
WORDS |= {"每季": "quarterly", "每季度": "quarterly", "默认": "policy", "按规则": "policy", "恢复": "policy"}
WORDS |= {name: name for name in (*CADENCES, "policy")}


def cadence(talk: Talk, rest: str) -> None:
    """`/cadence N monthly`; without a rhythm: how it is asked now, with a button for each other one."""
    number, _, text = number_or_refuse(talk, rest, "cadence")
    plain = text.strip().lower()
    if not plain:
        show(talk, number)
        return
    if plain not in WORDS:
        raise Refusal("cadence_unknown", task=number, understood=plain[:40])
    do_cadence(talk, number, WORDS[plain])


def show(talk: Talk, number: int) -> None:
    facts = rhythm.cadence_of(talk.act, number)
    others = [name for name in CADENCES if name != facts["cadence"]]
    row: Buttons = [[["cadence", f"cadence:{number}:{name}", {"cadence": name}] for name in others]]
    if facts["own"]:
        row[0].append(["cadence_policy", f"cadence:{number}:policy"])
    talk.say("cadence", facts, buttons=row, about={"task": number})


def do_cadence(talk: Talk, number: int, name: str, *, edit: bool = False) -> None:
    talk.say("cadence_set", rhythm.set_cadence(talk.act, number, name), about={"task": number}, edit=edit)
