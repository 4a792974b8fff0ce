"""What is offered before it is recorded: lines that begin with one's own task, one button for all of them."""

from bot.chat import reporting
from bot.chat.talk import Talk
from bot.domain.chat_text import difficulty_in
from bot.domain.people import may
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.usecases import remarks
from bot.usecases import report as reports


def offer(talk: Talk, claims: list[Claim]) -> None:
    """What nothing but a button stands in the way of is offered; what would be refused is refused at once."""
    if all(claim.unchanged for claim in claims):
        for n, claim in enumerate(claims):
            reporting.attempt(talk, claim, n)
        return
    good = [claim for claim in claims if _would_succeed(talk, claim)]
    if not good:
        return
    rows = [
        {
            "number": claim.number,
            "ordinal": claim.ordinal,
            "percent": claim.percent,
            "text": claim.text,
            "unchanged": claim.unchanged,
            "difficulty": difficulty_of(talk, claim) is not None,
        }
        for claim in good
    ]
    button = ["take", f"take:{talk.inbox.id}", {"count": len(good), "n": good[0].number}]
    talk.say("offer", {"claims": rows}, buttons=[[button], [["cancel", "cancel"]]])


def _would_succeed(talk: Talk, claim: Claim) -> bool:
    if difficulty_of(talk, claim) is not None:
        return True
    try:
        reports.check(talk.act, claim)
    except Refusal as refusal:
        if refusal.reason == "which_measure":
            return True
        reporting.refuse(talk, refusal)
        return False
    return True


def difficulty_of(talk: Talk, claim: Claim) -> str | None:
    """第7项困难：资金未到位 is a difficulty and no progress; its words, or None."""
    if claim.percent is not None or claim.unchanged or not may(talk.act.person.role, "difficulty"):
        return None
    return difficulty_in(claim.text)


def take(talk: Talk, original: Talk, claims: list[Claim]) -> None:
    """What was offered is recorded, exactly as it was typed."""
    if len(claims) == 1:
        words = difficulty_of(talk, claims[0])
        if words is None:
            reporting.make_pressed(talk, original, claims[0])
        else:
            facts = _raise(talk, claims[0].number, words)
            talk.say("remark_kept", facts, about={"task": claims[0].number}, edit=True)
        return
    talk.say("offer_taken", {"tasks": [claim.number for claim in claims]}, edit=True)
    for line, claim in enumerate(claims):
        attempt(original, claim, line)
    talk.said = original.said


def attempt(talk: Talk, claim: Claim, line: int) -> None:
    """One of several lines, a report or a difficulty: one that is refused stops no other."""
    words = difficulty_of(talk, claim)
    if words is None:
        reporting.attempt(talk, claim, line)
        return
    try:
        talk.say("remark_kept", _raise(talk, claim.number, words), about={"task": claim.number})
    except Refusal as refusal:
        reporting.refuse(talk, refusal)


def _raise(talk: Talk, number: int, words: str) -> dict[str, object]:
    """Refusals: already_done (the button was pressed twice at once) and those of `remark`."""
    if remarks.raised_already(talk.act, number, words):
        raise Refusal("already_done")
    return remarks.remark(talk.act, number, "difficulty", words)
