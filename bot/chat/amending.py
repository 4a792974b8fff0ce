"""更改 in chat: the office puts the ledger right: shown first, confirmed by a button, on record as a correction."""

import re
from typing import Any

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Talk
from bot.domain.decision_text import read_decision
from bot.domain.refusal import Refusal
from bot.usecases import amending, conversation

# How people name what is to be put right, in the two languages.
FIELD_WORDS = {
    "title": ("简称", "名称", "标题", "title"),
    "problem": ("反馈问题", "整改问题", "问题", "problem"),
    "objective": ("整改目标", "目标", "objective"),
    "text": ("整改措施", "措施", "measure", "text"),
    "deadline": ("整改时限", "方案时限", "时限", "期限", "deadline"),
    "lead": ("牵头单位", "牵头", "lead"),
    "responsible": ("责任单位", "责任", "responsible"),
    "cooperating": ("配合单位", "配合", "cooperating"),
    "supervising": ("督导单位", "督导", "supervising"),
    "verifying": ("验收单位", "验收", "verifying"),
}
_BY_WORD = {word: field for field, words in FIELD_WORDS.items() for word in words}
_FIELD = re.compile(
    rf"\s*({'|'.join(sorted(_BY_WORD, key=len, reverse=True))})(?![a-z])\s*[:：为是]?\s*", re.IGNORECASE
)
_MARKS = r"(?:^|(?<=[\s,，;；。]))"
_REASON = re.compile(_MARKS + r"(?:原因|理由|reason|because)\s*[:：]?\s*", re.IGNORECASE)
_BASIS = re.compile(_MARKS + r"(?:依据|文号|basis)\s*[:：]?\s*", re.IGNORECASE)
_BETWEEN = " \t\r\n,，;；。"


def amend(talk: Talk, rest: str) -> None:
    """`/amend N[.M] FIELD as it should read 原因 REASON 依据 DOCUMENT`: shown first; a missing reason is asked for.

    Refusals: amend_form and those of `amending.asked`.
    """
    number, ordinal, text = number_or_refuse(talk, rest, "amend")
    named = _FIELD.match(text)
    if named is None:
        raise Refusal("amend_form", task=number, understood=text[:80])
    words, reason, basis = split_reason(text[named.end() :])
    field = _BY_WORD[named[1].lower()]
    show(talk, {"number": number, "ordinal": ordinal, "field": field, "to": words, "reason": reason, "basis": basis})


def split_reason(text: str) -> tuple[str, str, str]:
    """(words, reason, basis) of `入河排口 原因 笔误 依据 津整改办〔2022〕15号`; the last such words count."""
    parts = {"words": text, "reason": "", "basis": ""}
    marks = sorted(
        (found[-1].start(), found[-1].end(), name)
        for name, pattern in (("reason", _REASON), ("basis", _BASIS))
        if (found := list(pattern.finditer(text)))
    )
    for n, (start, end, name) in enumerate(marks):
        parts["words"] = parts["words"][:start] if n == 0 else parts["words"]
        parts[name] = text[end : marks[n + 1][0] if n + 1 < len(marks) else len(text)]
    return parts["words"].strip(_BETWEEN), parts["reason"].strip(_BETWEEN), parts["basis"].strip(_BETWEEN)


def show(talk: Talk, asked: dict[str, Any]) -> None:
    """What it would do, to be confirmed; or the question for what is missing."""
    about = {"task": asked["number"], "kind": "amend", "amend": asked}
    facts = amending.asked(talk.act, asked, talk.house.registry)
    if facts["missing"]:
        talk.say("ask_amend_reason", facts, about=about, ask=True)
        return
    about["amend"] = {**asked, "before": facts["before"]}
    buttons = [[["amend", f"amend:{asked['number']}"]], [["cancel", "cancel"]]]
    talk.say("confirm_amend", facts, buttons=buttons, about=about)


def add_reason(talk: Talk, asked: dict[str, Any], text: str) -> None:
    """The reply to the question: the reason, with the document where one is needed."""
    words, reason, basis = split_reason(text)
    said = read_decision(words)
    basis = basis or asked["basis"] or said.basis
    reason = reason or asked["reason"] or (said.text if said.basis else words)
    show(talk, {**asked, "reason": reason, "basis": basis})


def press_amend(talk: Talk, number: int) -> None:
    """Confirmed: what the message showed is done, once. Refusals: too_old and those of `amending.amend`."""
    about = conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {}
    kept = about.get("amend")
    if kept is None or about.get("task") != number:
        raise Refusal("too_old")
    facts = amending.amend(talk.act, kept, talk.house.registry)
    talk.say("amended", facts, about={"task": number}, edit=True)
