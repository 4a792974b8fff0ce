"""重开 in chat: what it would do is shown first; confirmed by its button, it is done once."""

from typing import Any

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Talk
from bot.domain.refusal import Refusal
from bot.usecases import conversation, look_back

BASIS_WORDS = ("依据：", "依据:", "依据", "basis:", "basis")


def reopen(talk: Talk, rest: str) -> None:
    """`/reopen N reason 依据 document`: shown first; without a basis that is asked for."""
    number, _, text = number_or_refuse(talk, rest, "reopen")
    reason, basis = split_basis(text)
    ask_to_reopen(talk, number, reason, basis)


def split_basis(text: str) -> tuple[str, str]:
    """(reason, basis) of `排口返黑 依据 群众举报第5号`."""
    lowered = text.lower()
    for word in BASIS_WORDS:
        at = lowered.find(word)
        if at >= 0:
            return text[:at].strip(" ,，;；。"), text[at + len(word) :].strip(" :：")
    return text.strip(), ""


def ask_to_reopen(talk: Talk, number: int, reason: str, basis: str) -> None:
    facts = look_back.reopen_asked(talk.act, number, reason, basis)
    kept = {"reason": facts["reason"], "basis": facts["basis"], "cycle": facts["cycle"]}
    if not basis.strip():
        talk.say("ask_reopen_basis", facts, about={"task": number, "kind": "reopen", "reopen": kept}, ask=True)
        return
    buttons: list[list[list[Any]]] = [[["reopen", f"reopen:{number}"]], [["cancel", "cancel"]]]
    talk.say("confirm_reopen", facts, buttons=buttons, about={"task": number, "reopen": kept})


def press_reopen(talk: Talk, number: int) -> None:
    """Confirmed: what the message spoke of is done, once. Refusals: too_old and those of `reopen_task`."""
    about = conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {}
    kept = about.get("reopen")
    if kept is None or about.get("task") != number:
        raise Refusal("too_old")
    facts = look_back.reopen_task(talk.act, number, kept["reason"], kept["basis"], int(kept["cycle"]))
    talk.say("reopened", facts, about={"task": number}, edit=True)
