"""纸签 in chat: `纸签 12 武清区 孙某 6月28日 津武整改〔2022〕3号`, perhaps as the caption of the scan."""

from bot.chat.deciding import named_or_replied
from bot.chat.talk import Talk
from bot.domain.past_days import past_day, split_past_day
from bot.domain.refusal import Refusal
from bot.usecases import paper_signing


def paper(talk: Talk, rest: str) -> None:
    """`/paper N [WHOSE] PERSON DATE DOCUMENT`. Refusals: paper_form and those of `record_paper`."""
    number, _, text = named_or_replied(talk, rest, "paper")
    words = text.split()
    today = talk.act.office.today(talk.act.now)
    at = next((n for n, word in enumerate(words) if n and split_past_day(word)[0] and not split_past_day(word)[1]), 0)
    day = past_day(words[at], today, talk.act.office.calendar) if at else None
    if day is None:
        raise Refusal("paper_form", task=number, understood=text[:80])
    before, document = words[:at], " ".join(words[at + 1 :])
    whose = ""
    if len(before) > 1 and paper_signing.names_signatory(talk.act, number, before[0], talk.house.registry):
        whose, *before = before
    files, talk.attached = talk.attached, []
    facts = paper_signing.record_paper(
        talk.act,
        number,
        whose,
        " ".join(before),
        day,
        document,
        files[0] if files else None,
        talk.house.registry,
        talk.source,
    )
    talk.say("paper_kept", facts, about={"task": number})
