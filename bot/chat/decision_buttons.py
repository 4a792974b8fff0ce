"""The buttons under what waits for a decision, each naming the record and the stamp of what is shown."""

from typing import Any

from bot.chat.talk import Buttons
from bot.usecases.waiting import Waiting

Button = list[Any]


def decision_buttons(waiting: Waiting, *, named: bool = False) -> Buttons:
    """Rows: a look at the evidence the decision is about, yes and no (with the task's number where several stand under
    one message), then what else it offers."""
    data = f"{waiting.kind}:{waiting.id}:{waiting.stamp}"
    yes, no = _yes(waiting.kind, data), _no(waiting.kind, data)
    if named:
        return [[_numbered(yes, waiting.number), _numbered(no, waiting.number)]]
    look: Buttons = [[["look", f"evidence:{waiting.number}"]]] if waiting.stamp else []
    more: Buttons = [list(waiting.facts["more"])] if waiting.facts.get("more") else []
    return [*look, [yes, no], *more]


def _numbered(button: Button, number: int) -> Button:
    word, data = button
    return ["decide_n", data, {"n": number, "do": word}]


def _yes(kind: str, data: str) -> Button:
    """The word says what agreeing does."""
    if kind == "verify":
        return ["accept", f"approve:{data}"]
    if kind == "notice":
        return ["publish", f"approve:{data}"]
    if kind == "objection":
        return ["uphold", f"approve:{data}"]
    if kind == "sign":
        return ["sign_off", f"approve:{data}"]
    if kind == "strike_off":
        return ["strike_off", f"approve:{data}"]
    if kind == "look_back":
        return ["passed", f"approve:{data}"]
    if kind == "relapse":
        return ["reopen_now", f"approve:{data}"]
    return ["approve", f"approve:{data}"]


def _no(kind: str, data: str) -> Button:
    if kind == "objection":
        return ["overrule", f"return:{data}"]
    if kind == "look_back":
        return ["failed", f"return:{data}"]
    if kind == "relapse":
        return ["look_again", f"return:{data}"]
    return ["return", f"return:{data}"]
